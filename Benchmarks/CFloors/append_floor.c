// What appending costs in C with nothing around it: encode a batch, checksum it, pwrite it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "floor_batch.h"

/// The segment files that a floor writes, one open at a time.
struct segments {
    nwb_append_plan plan;
    int file;
    int count;
    int64_t position;
    int64_t bytes;
};

static void segment_path(const struct segments *segments, int number, char *path, size_t capacity) {
    snprintf(path, capacity, "%s/floor-%06d.log", segments->plan.directory, number);
}

static int open_next(struct segments *segments) {
    char path[4096];
    if (segments->file >= 0) close(segments->file);
    segment_path(segments, segments->count, path, sizeof path);
    segments->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    segments->position = 0;
    if (segments->file < 0) return errno;
    segments->count++;
    return 0;
}

// The roll rule of the engine: a file ends before it would grow past the limit.
static int roll_for(struct segments *segments, size_t byte_count) {
    if (segments->position + (int64_t)byte_count <= segments->plan.segment_bytes) return 0;
    return open_next(segments);
}

static void remove_all(struct segments *segments) {
    char path[4096];
    if (segments->file >= 0) close(segments->file);
    for (int number = 0; number < segments->count; number++) {
        segment_path(segments, number, path, sizeof path);
        unlink(path);
    }
}

static int prepare_overwrite(struct segments *segments) {
    const size_t chunk = 1 << 20;
    const nwb_append_plan *plan = &segments->plan;
    int64_t needed = (int64_t)floor_batch_capacity(plan->values) * (plan->batches + 1);
    uint8_t *zeros = floor_pages(chunk);
    if (!zeros) return ENOMEM;
    int error = 0;
    for (int64_t at = 0; at < needed && error == 0; at += (int64_t)chunk)
        error = floor_write_all(segments->file, zeros, chunk, at);
    if (error == 0 && fdatasync(segments->file) != 0) error = errno;
    free(zeros);
    return error;
}

/// A second thread that syncs what the first one wrote, as the level `interval` promises.
struct flusher {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t change;
    int file;
    int is_wanted;
    int is_ending;
};

static void *flush_when_told(void *argument) {
    struct flusher *flusher = argument;
    pthread_mutex_lock(&flusher->mutex);
    while (!flusher->is_ending) {
        if (!flusher->is_wanted) {
            pthread_cond_wait(&flusher->change, &flusher->mutex);
            continue;
        }
        flusher->is_wanted = 0;
        int file = dup(flusher->file);  // The writer may roll and close its own meanwhile.
        pthread_mutex_unlock(&flusher->mutex);
        fdatasync(file);
        close(file);
        pthread_mutex_lock(&flusher->mutex);
    }
    pthread_mutex_unlock(&flusher->mutex);
    return NULL;
}

static void tell(struct flusher *flusher, int file, int is_ending) {
    pthread_mutex_lock(&flusher->mutex);
    flusher->file = file;
    flusher->is_wanted = 1;
    flusher->is_ending = is_ending;
    pthread_cond_signal(&flusher->change);
    pthread_mutex_unlock(&flusher->mutex);
}

/// One batch after the other, with what the level asks for in between.
static int append_all(
    struct segments *segments, struct flusher *flusher, uint8_t *buffer, int64_t batches) {
    const nwb_append_plan plan = segments->plan;
    size_t cursor = 0;
    int64_t offset = 0, unsynced = 0;
    for (int64_t batch = 0; batch < batches; batch++) {
        size_t size = floor_encode(buffer, plan.values, &cursor, offset, floor_wall_clock());
        int error = roll_for(segments, size);
        if (error == 0) error = floor_write_all(segments->file, buffer, size, segments->position);
        if (error != 0) return error;
        if (plan.level == nwb_synced && fdatasync(segments->file) != 0) return errno;
        segments->position += (int64_t)size;
        segments->bytes += (int64_t)size;
        offset += plan.values.records_per_batch;
        unsynced += (int64_t)size;
        if (plan.level == nwb_interval && unsynced >= plan.flush_bytes) {
            tell(flusher, segments->file, 0);
            unsynced = 0;
        }
    }
    return 0;
}

static nwb_outcome time_appends(struct segments *segments, uint8_t *buffer) {
    struct flusher flusher = {
        .mutex = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER};
    nwb_outcome outcome = {.error = append_all(segments, &flusher, buffer, 1)};
    if (outcome.error != 0) return outcome;
    const int has_flusher = segments->plan.level == nwb_interval;
    if (has_flusher)
        outcome.error = pthread_create(&flusher.thread, NULL, flush_when_told, &flusher);
    if (outcome.error != 0) return outcome;

    segments->bytes = 0;
    floor_start start = floor_begin();
    outcome.error = append_all(segments, &flusher, buffer, segments->plan.batches);
    floor_end(&outcome, start);
    outcome.bytes = segments->bytes;

    if (has_flusher) {
        tell(&flusher, segments->file, 1);
        pthread_join(flusher.thread, NULL);
    }
    return outcome;
}

nwb_outcome nwb_append(nwb_append_plan plan) {
    struct segments segments = {.plan = plan, .file = -1};
    nwb_outcome outcome = {.error = ENOMEM};
    uint8_t *buffer = floor_pages(floor_batch_capacity(plan.values));
    if (!buffer) return outcome;
    outcome.error = open_next(&segments);
    if (outcome.error == 0 && plan.is_overwriting) outcome.error = prepare_overwrite(&segments);
    if (outcome.error == 0) outcome = time_appends(&segments, buffer);
    remove_all(&segments);
    free(buffer);
    return outcome;
}

nwb_outcome nwb_write(nwb_append_plan plan) {
    struct segments segments = {.plan = plan, .file = -1};
    nwb_outcome outcome = {.error = ENOMEM};
    uint8_t *buffer = floor_pages(floor_batch_capacity(plan.values));
    if (!buffer) return outcome;
    size_t cursor = 0;
    ssize_t size = (ssize_t)floor_encode(buffer, plan.values, &cursor, 0, floor_wall_clock());
    outcome.error = open_next(&segments);
    floor_start start = floor_begin();
    for (int64_t batch = 0; batch < plan.batches && outcome.error == 0; batch++) {
        outcome.error = roll_for(&segments, (size_t)size);
        if (outcome.error == 0 && write(segments.file, buffer, (size_t)size) != size)
            outcome.error = errno ? errno : EIO;
        segments.position += size;
        outcome.bytes += size;
    }
    floor_end(&outcome, start);
    remove_all(&segments);
    free(buffer);
    return outcome;
}

nwb_outcome nwb_encode(nwb_append_plan plan) {
    nwb_outcome outcome = {.error = ENOMEM};
    uint8_t *buffer = floor_pages(floor_batch_capacity(plan.values));
    if (!buffer) return outcome;
    outcome.error = 0;
    size_t cursor = 0;
    floor_start start = floor_begin();
    for (int64_t batch = 0; batch < plan.batches; batch++)
        outcome.bytes +=
            (int64_t)floor_encode(buffer, plan.values, &cursor, batch, floor_wall_clock());
    floor_end(&outcome, start);
    free(buffer);
    return outcome;
}

/// Encodes a group one batch behind the other, writes it at `position` and syncs.
static int commit_group(
    struct segments *segments, uint8_t *buffer, size_t *cursor, int64_t batches) {
    size_t size = 0;
    for (int64_t batch = 0; batch < batches; batch++)
        size += floor_encode(
            buffer + size, segments->plan.values, cursor, batch, floor_wall_clock());
    int error = floor_write_all(segments->file, buffer, size, segments->position);
    if (error == 0 && fdatasync(segments->file) != 0) error = errno;
    segments->position += (int64_t)size;
    return error;
}

nwb_outcome nwb_group_commit(nwb_append_plan plan, int64_t group) {
    struct segments segments = {.plan = plan, .file = -1};
    nwb_outcome outcome = {.error = ENOMEM};
    uint8_t *buffer = floor_pages(floor_batch_capacity(plan.values) * (size_t)group);
    if (!buffer) return outcome;
    size_t cursor = 0;
    outcome.error = open_next(&segments);
    if (outcome.error == 0 && plan.is_overwriting) outcome.error = prepare_overwrite(&segments);
    floor_start start = floor_begin();
    for (int64_t done = 0; done < plan.batches && outcome.error == 0; done += group)
        outcome.error = commit_group(&segments, buffer, &cursor, group);
    floor_end(&outcome, start);
    outcome.bytes = segments.position;
    remove_all(&segments);
    free(buffer);
    return outcome;
}
