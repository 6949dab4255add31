// What the machine can do, one thing at a time.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cnewswire.h"
#include "floor_batch.h"

static volatile uint64_t sink;

#if defined(__GLIBC__)
// Past the counter: the floor of an allocation is the library's own.
void *__libc_malloc(size_t size);
#define floor_malloc __libc_malloc
#else
#define floor_malloc malloc
#endif

/// Tells the compiler that memory is looked at, so that nothing is left out.
static inline void observe(const void *memory) { __asm__ volatile("" : : "r"(memory) : "memory"); }

static int scratch_file(const char *directory, char *path, size_t capacity) {
    snprintf(path, capacity, "%s/limit.data", directory);
    return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static int write_run(int file, const uint8_t *bytes, int64_t size, int64_t count, int is_syncing) {
    int error = 0;
    for (int64_t at = 0; at < count && error == 0; at++) {
        error = floor_write_all(file, bytes, (size_t)size, at * size);
        if (error == 0 && is_syncing && fdatasync(file) != 0) error = errno;
    }
    return error;
}

static nwb_outcome files(
    const char *directory, int64_t size, int64_t count, int is_again, int is_syncing) {
    nwb_outcome outcome = {.error = ENOMEM};
    char path[4096];
    uint8_t *bytes = floor_pages((size_t)size);
    if (!bytes) return outcome;
    int file = scratch_file(directory, path, sizeof path);
    outcome.error = file < 0 ? errno : 0;
    if (outcome.error == 0 && is_again) {
        outcome.error = write_run(file, bytes, size, count, 0);
        if (is_syncing) fdatasync(file);
    }
    floor_start start = floor_begin();
    if (outcome.error == 0) outcome.error = write_run(file, bytes, size, count, is_syncing);
    floor_end(&outcome, start);
    if (file >= 0) close(file);
    unlink(path);
    free(bytes);
    return outcome;
}

static uint64_t sum_words(const uint8_t *bytes, size_t count) {
    uint64_t sums[4] = {0};
    for (size_t at = 0; at + 32 <= count; at += 32) {
        uint64_t words[4];
        memcpy(words, bytes + at, sizeof words);
        for (int lane = 0; lane < 4; lane++) sums[lane] += words[lane];
    }
    return sums[0] + sums[1] + sums[2] + sums[3];
}

static nwb_outcome memory(nwb_limit limit, int64_t size, int64_t count) {
    nwb_outcome outcome = {.error = ENOMEM};
    uint8_t *bytes = floor_pages((size_t)size);
    uint8_t *copy = floor_pages((size_t)size);
    if (bytes && copy) {
        outcome.error = 0;
        floor_start start = floor_begin();
        for (int64_t done = 0; done < count; done++) {
            observe(bytes);
            if (limit == nwb_limit_crc) sink += nw_crc32c(0, bytes, (size_t)size);
            else if (limit == nwb_limit_memory_read) sink += sum_words(bytes, (size_t)size);
            else memcpy(copy, bytes, (size_t)size);
            observe(copy);
        }
        floor_end(&outcome, start);
    }
    free(bytes);
    free(copy);
    return outcome;
}

static nwb_outcome calls(nwb_limit limit, int64_t size, int64_t count) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    nwb_outcome outcome = {0};
    floor_start start = floor_begin();
    for (int64_t done = 0; done < count; done++) {
        if (limit == nwb_limit_malloc) {
            void *memory = floor_malloc((size_t)size);
            observe(memory);
            free(memory);
        } else if (limit == nwb_limit_mutex) {
            pthread_mutex_lock(&mutex);
            pthread_mutex_unlock(&mutex);
        } else if (limit == nwb_limit_system_call) {
            syscall(SYS_getppid);
        } else {
            sink += (uint64_t)floor_wall_clock();
        }
    }
    floor_end(&outcome, start);
    return outcome;
}

/// Two threads that wake each other.
struct pair {
    pthread_mutex_t mutex;
    pthread_cond_t change;
    int64_t turn;
    int64_t last;
};

static void take_turns(struct pair *pair, int64_t side) {
    pthread_mutex_lock(&pair->mutex);
    while (pair->turn < pair->last) {
        if ((pair->turn & 1) == side) {
            pair->turn++;
            pthread_cond_signal(&pair->change);
        } else {
            pthread_cond_wait(&pair->change, &pair->mutex);
        }
    }
    pthread_cond_signal(&pair->change);
    pthread_mutex_unlock(&pair->mutex);
}

static void *other_side(void *argument) {
    take_turns(argument, 1);
    return NULL;
}

static nwb_outcome wakes(int64_t count) {
    struct pair pair = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, count};
    pthread_t thread;
    nwb_outcome outcome = {.error = pthread_create(&thread, NULL, other_side, &pair)};
    if (outcome.error != 0) return outcome;
    floor_start start = floor_begin();
    take_turns(&pair, 0);
    floor_end(&outcome, start);
    pthread_join(thread, NULL);
    return outcome;
}

nwb_outcome nwb_measure_limit(
    nwb_limit limit, const char *directory, int64_t byte_count, int64_t count) {
    switch (limit) {
    case nwb_limit_write_fresh: return files(directory, byte_count, count, 0, 0);
    case nwb_limit_write_again: return files(directory, byte_count, count, 1, 0);
    case nwb_limit_sync_again: return files(directory, byte_count, count, 1, 1);
    case nwb_limit_sync_extending: return files(directory, byte_count, count, 0, 1);
    case nwb_limit_crc:
    case nwb_limit_memory_read:
    case nwb_limit_memory_copy: return memory(limit, byte_count, count);
    case nwb_limit_malloc:
    case nwb_limit_mutex:
    case nwb_limit_system_call:
    case nwb_limit_clock: return calls(limit, byte_count, count);
    case nwb_limit_wake: return wakes(count);
    }
    return (nwb_outcome){.error = EINVAL};
}
