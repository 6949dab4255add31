// What reading costs in C: records and look-ups in a segment file in memory, all believed.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cnewswire.h"
#include "floor_batch.h"

struct mapping {
    const uint8_t *bytes;
    size_t byte_count;
};

static int map_file(const char *path, struct mapping *mapping) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    struct stat status;
    int error = fstat(file, &status) == 0 ? 0 : errno;
    if (error == 0) {
        mapping->byte_count = (size_t)status.st_size;
        void *memory =
            mmap(NULL, mapping->byte_count, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
        if (memory == MAP_FAILED) error = errno;
        mapping->bytes = memory;
    }
    close(file);
    return error;
}

static inline const uint8_t *get_varint(const uint8_t *from, int64_t *value) {
    uint64_t bits = from[0];
    if (__builtin_expect(bits < 0x80, 1)) {
        from += 1;
    } else if (__builtin_expect(from[1] < 0x80, 1)) {
        bits = (bits & 0x7f) | (uint64_t)from[1] << 7;
        from += 2;
    } else {
        bits = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            uint64_t byte = *from++;
            bits |= (byte & 0x7f) << shift;
            if (byte < 0x80) break;
        }
    }
    *value = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
    return from;
}

struct record {
    int64_t timestamp_delta;
    int64_t offset_delta;
    int64_t value_byte_count;
    const uint8_t *value;
};

/// Reads the record at `from` and answers where the next one begins.
static inline const uint8_t *get_record(const uint8_t *from, struct record *record) {
    int64_t length, key;
    const uint8_t *at = get_varint(from, &length);
    const uint8_t *end = at + length;
    at = get_varint(at + 1, &record->timestamp_delta);
    at = get_varint(at, &record->offset_delta);
    at = get_varint(at, &key);
    if (key > 0) at += key;
    record->value = get_varint(at, &record->value_byte_count);
    return end;
}

static inline size_t batch_size(const uint8_t *batch) {
    return 12 + (size_t)floor_load32(batch + 8);
}

static uint64_t sum_of(const uint8_t *batch) {
    uint64_t sum = 0;
    struct record record;
    const uint8_t *at = batch + floor_header;
    for (uint32_t count = floor_load32(batch + 57); count > 0; count--) {
        at = get_record(at, &record);
        sum += (uint64_t)record.value_byte_count + record.value[0];
    }
    return sum;
}

static int is_intact(const uint8_t *batch) {
    uint32_t stored = floor_load32(batch + 17);
    return nw_crc32c(0, batch + floor_crc_start, batch_size(batch) - floor_crc_start) == stored;
}

nwb_outcome nwb_read(const char *path, int is_verifying) {
    struct mapping mapping = {0};
    nwb_outcome outcome = {.error = map_file(path, &mapping)};
    if (outcome.error != 0) return outcome;
    floor_start start = floor_begin();
    for (size_t at = 0; at < mapping.byte_count; at += batch_size(mapping.bytes + at)) {
        if (is_verifying && !is_intact(mapping.bytes + at)) {
            outcome.error = EBADMSG;
            break;
        }
        outcome.checksum += sum_of(mapping.bytes + at);
    }
    floor_end(&outcome, start);
    outcome.bytes = (int64_t)mapping.byte_count;
    munmap((void *)mapping.bytes, mapping.byte_count);
    return outcome;
}

/// A sparse index: what stands at which position, one slot per so many bytes.
struct slot {
    int64_t key;
    size_t position;
};

struct index {
    struct slot *slots;
    size_t count;
};

static int64_t first_key(const uint8_t *batch, int is_by_time) {
    return (int64_t)floor_load64(batch + (is_by_time ? 27 : 0));
}

static int64_t last_key(const uint8_t *batch, int is_by_time) {
    if (is_by_time) return (int64_t)floor_load64(batch + 35);
    return (int64_t)floor_load64(batch) + floor_load32(batch + 23);
}

static int build_index(struct mapping mapping, nwb_seek_plan plan, struct index *index) {
    index->slots = calloc(mapping.byte_count / floor_header + 1, sizeof *index->slots);
    if (!index->slots) return ENOMEM;
    size_t next = 0;
    for (size_t at = 0; at < mapping.byte_count; at += batch_size(mapping.bytes + at)) {
        if (at < next) continue;
        struct slot slot = {first_key(mapping.bytes + at, plan.is_by_time), at};
        index->slots[index->count++] = slot;
        next = at + (size_t)plan.index_interval_bytes;
    }
    return 0;
}

static size_t position_below(struct index index, int64_t key) {
    size_t low = 0, high = index.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (index.slots[middle].key <= key) low = middle;
        else high = middle;
    }
    return index.slots[low].position;
}

/// The offset of the first record at or after `key`; with its first byte where the value is read.
static uint64_t look_up(const uint8_t *bytes, struct index index, nwb_seek_plan plan, int64_t key) {
    const uint8_t *batch = bytes + position_below(index, key);
    while (last_key(batch, plan.is_by_time) < key) batch += batch_size(batch);
    int64_t delta = key - first_key(batch, plan.is_by_time);
    const uint8_t *at = batch + floor_header;
    struct record record;
    do {
        at = get_record(at, &record);
    } while ((plan.is_by_time ? record.timestamp_delta : record.offset_delta) < delta);
    uint64_t offset = floor_load64(batch) + (uint64_t)record.offset_delta;
    return plan.is_by_time ? offset : offset + record.value[0];
}

nwb_outcome nwb_seek(nwb_seek_plan plan) {
    struct mapping mapping = {0};
    struct index index = {0};
    nwb_outcome outcome = {.error = map_file(plan.path, &mapping)};
    if (outcome.error != 0) return outcome;
    outcome.error = build_index(mapping, plan, &index);
    const uint64_t range = (uint64_t)(plan.end - plan.start);
    floor_start start = floor_begin();
    for (int64_t step = 0; step < plan.lookups && outcome.error == 0; step++) {
        int64_t key = plan.start + (int64_t)(nwb_random(plan.seed, (uint64_t)step) % range);
        outcome.checksum += look_up(mapping.bytes, index, plan, key);
    }
    floor_end(&outcome, start);
    outcome.bytes = (int64_t)mapping.byte_count;
    free(index.slots);
    munmap((void *)mapping.bytes, mapping.byte_count);
    return outcome;
}

static int64_t segment_bytes_in(int parent, const char *name) {
    int64_t bytes = 0;
    int file = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return 0;
    DIR *directory = fdopendir(file);
    if (!directory) {
        close(file);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t length = strlen(entry->d_name);
        struct stat status;
        if (length < 4 || strcmp(entry->d_name + length - 4, ".log") != 0) continue;
        if (fstatat(file, entry->d_name, &status, 0) == 0) bytes += status.st_size;
    }
    closedir(directory);
    return bytes;
}

nwb_outcome nwb_scan(const char *path) {
    nwb_outcome outcome = {0};
    floor_start start = floor_begin();
    DIR *directory = opendir(path);
    if (!directory) {
        outcome.error = errno;
        return outcome;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        outcome.bytes += segment_bytes_in(dirfd(directory), entry->d_name);
        outcome.checksum++;
    }
    closedir(directory);
    floor_end(&outcome, start);
    return outcome;
}
