// What a disk does at best when every write has to be on it, what SQLite makes of that, and what
// looking through files after a crash costs.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cnewswire.h"
#include "floor_batch.h"

// MARK: Writes that are synced

enum { recycled_bytes_min = 1 << 20, recycled_bytes_max = 64 << 20 };

static int64_t stride_of(const nwb_sync_plan *plan) {
    return (plan->byte_count + floor_page - 1) / floor_page * floor_page;
}

/// As large as all writes, within bounds.
static int64_t recycled_bytes(const nwb_sync_plan *plan) {
    int64_t all = plan->count * stride_of(plan);
    if (all < recycled_bytes_min) return recycled_bytes_min;
    return all > recycled_bytes_max ? recycled_bytes_max : all;
}

/// The positions go round in the file, so that each write meets blocks that were written before.
static int write_round(
    int file, const uint8_t *bytes, const nwb_sync_plan *plan, int64_t *latencies) {
    const int64_t stride = stride_of(plan), file_bytes = recycled_bytes(plan);
    int64_t position = 0;
    for (int64_t at = 0; at < plan->count; at++) {
        int64_t began = latencies ? nwb_now() : 0;
        int error = floor_write_all(file, bytes, (size_t)plan->byte_count, position);
        if (error == 0 && fdatasync(file) != 0) error = errno;
        if (error != 0) return error;
        if (latencies) latencies[at] = nwb_now() - began;
        position += stride;
        if (position + stride > file_bytes) position = 0;
    }
    return 0;
}

static int fill_twice(int file, int64_t file_bytes) {
    const size_t chunk = 1 << 20;
    uint8_t *zeros = floor_pages(chunk);
    int error = zeros ? 0 : ENOMEM;
    // Once for the blocks, once more for what a file system does at the first overwrite.
    for (int round = 0; round < 2 && error == 0; round++) {
        for (int64_t at = 0; at < file_bytes && error == 0; at += (int64_t)chunk)
            error = floor_write_all(file, zeros, chunk, at);
        if (error == 0 && fdatasync(file) != 0) error = errno;
    }
    free(zeros);
    return error;
}

nwb_outcome nwb_sync_writes(nwb_sync_plan plan, int64_t *latencies) {
    nwb_outcome outcome = {.error = ENOMEM};
    char path[4096];
    uint8_t *bytes = floor_pages((size_t)plan.byte_count);
    if (!bytes) return outcome;
    memset(bytes, 'x', (size_t)plan.byte_count);
    snprintf(path, sizeof path, "%s/floor-recycled.data", plan.directory);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    outcome.error = file < 0 ? errno : fill_twice(file, recycled_bytes(&plan));
    floor_start start = floor_begin();
    if (outcome.error == 0)
        outcome.error = write_round(file, bytes, &plan, latencies);
    floor_end(&outcome, start);
    if (file >= 0) close(file);
    unlink(path);
    free(bytes);
    return outcome;
}

// MARK: SQLite

/// What is used of SQLite, which is looked for when the program runs: nothing hangs on it.
struct sqlite {
    void *library;
    int (*open)(const char *, void **);
    int (*exec)(void *, const char *, void *, void *, char **);
    int (*prepare)(void *, const char *, int, void **, const char **);
    int (*bind_blob)(void *, int, const void *, int, void (*)(void *));
    int (*step)(void *);
    int (*reset)(void *);
    int (*finalize)(void *);
    int (*close)(void *);
};

static int find(struct sqlite *sqlite) {
    const char *names[] = {
        "sqlite3_open", "sqlite3_exec", "sqlite3_prepare_v2", "sqlite3_bind_blob",
        "sqlite3_step", "sqlite3_reset", "sqlite3_finalize", "sqlite3_close"};
    void *functions[8];
    sqlite->library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!sqlite->library) return ENOSYS;
    for (size_t at = 0; at < 8; at++) {
        functions[at] = dlsym(sqlite->library, names[at]);
        if (!functions[at]) return ENOSYS;
    }
    // The members lie in the order of the names.
    memcpy(&sqlite->open, functions, sizeof functions);
    return 0;
}

int nwb_has_sqlite(void) {
    struct sqlite sqlite;
    return find(&sqlite) == 0;
}

/// One transaction for each value.
static int insert_all(
    const struct sqlite *sqlite, void *base, const nwb_sync_plan *plan, nwb_outcome *outcome) {
    enum { done = 101 };
    void *insert = NULL;
    char *value = malloc((size_t)plan->byte_count);
    if (!value) return ENOMEM;
    memset(value, 'x', (size_t)plan->byte_count);
    int error = sqlite->prepare(base, "INSERT INTO log(value) VALUES (?)", -1, &insert, NULL);
    floor_start start = floor_begin();
    for (int64_t at = 0; at < plan->count && error == 0; at++) {
        error = sqlite->bind_blob(insert, 1, value, (int)plan->byte_count, NULL);
        if (error == 0 && sqlite->step(insert) != done) error = EIO;
        if (error == 0) error = sqlite->reset(insert);
    }
    floor_end(outcome, start);
    sqlite->finalize(insert);
    free(value);
    return error == 0 ? 0 : EIO;
}

nwb_outcome nwb_sqlite(nwb_sync_plan plan) {
    struct sqlite sqlite;
    nwb_outcome outcome = {.error = find(&sqlite)};
    if (outcome.error != 0) return outcome;
    char path[4096], other[4200];
    void *base = NULL;
    snprintf(path, sizeof path, "%s/floor.sqlite", plan.directory);
    const char *setup =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE log(id INTEGER PRIMARY KEY, value BLOB);";
    if (sqlite.open(path, &base) != 0 || sqlite.exec(base, setup, NULL, NULL, NULL) != 0)
        outcome.error = EIO;
    if (outcome.error == 0) outcome.error = insert_all(&sqlite, base, &plan, &outcome);
    sqlite.close(base);
    unlink(path);
    snprintf(other, sizeof other, "%s-wal", path);
    unlink(other);
    snprintf(other, sizeof other, "%s-shm", path);
    unlink(other);
    return outcome;
}

// MARK: After a crash

static int checksum_file(int file, nwb_outcome *outcome) {
    struct stat status;
    if (fstat(file, &status) != 0) return errno;
    if (status.st_size == 0) return 0;
    size_t count = (size_t)status.st_size;
    void *bytes = mmap(NULL, count, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED) return errno;
    outcome->checksum += nw_crc32c(0, bytes, count);
    outcome->bytes += status.st_size;
    munmap(bytes, count);
    return 0;
}

nwb_outcome nwb_checksum(const char *directory) {
    nwb_outcome outcome = {0};
    floor_start start = floor_begin();
    DIR *entries = opendir(directory);
    if (!entries) outcome.error = errno;
    struct dirent *entry;
    while (entries && outcome.error == 0 && (entry = readdir(entries))) {
        const char *ending = strrchr(entry->d_name, '.');
        if (!ending || strcmp(ending, ".log") != 0) continue;
        int file = openat(dirfd(entries), entry->d_name, O_RDONLY | O_CLOEXEC);
        outcome.error = file < 0 ? errno : checksum_file(file, &outcome);
        if (file >= 0) close(file);
    }
    if (entries) closedir(entries);
    floor_end(&outcome, start);
    return outcome;
}

int nwb_run_until_killed(const char *verb, const char *directory, int64_t first, int64_t second) {
    extern char **environ;
    char numbers[2][24];
    snprintf(numbers[0], sizeof numbers[0], "%lld", (long long)first);
    snprintf(numbers[1], sizeof numbers[1], "%lld", (long long)second);
    char *arguments[] = {
        "newswire-bench", (char *)verb, (char *)directory, numbers[0], numbers[1], NULL};
    pid_t child;
    int status = 0;
    int error = posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ);
    if (error != 0) return error;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return errno;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : ECHILD;
}

void nwb_kill_this_process(void) { kill(getpid(), SIGKILL); }
