// How the floors encode a record batch, and what else they share.
#pragma once

#include "cfloors.h"

enum {
    floor_page = 4096,
    floor_header = 61,
    floor_crc_start = 21,
};

/// An upper bound of an encoded batch.
size_t floor_batch_capacity(nwb_values values);

/// Encodes the next batch and moves `cursor` in the values; answers how many bytes it has.
size_t floor_encode(
    uint8_t *batch, nwb_values values, size_t *cursor, int64_t base_offset, int64_t timestamp);

/// Milliseconds since 1970.
int64_t floor_wall_clock(void);

/// Page-aligned memory, or null.
void *floor_pages(size_t byte_count);

/// Writes all of `bytes`; the system's error number, or 0.
int floor_write_all(int file, const uint8_t *bytes, size_t count, int64_t position);

/// When a timed part began.
typedef struct {
    int64_t nanoseconds;
    int64_t processor_nanoseconds;
} floor_start;

static inline floor_start floor_begin(void) {
    // The clock last: reading the other one is a system call.
    int64_t processor = nwb_process_time();
    return (floor_start){nwb_now(), processor};
}

/// Adds what passed since `start`.
static inline void floor_end(nwb_outcome *outcome, floor_start start) {
    outcome->nanoseconds += nwb_now() - start.nanoseconds;
    outcome->processor_nanoseconds += nwb_process_time() - start.processor_nanoseconds;
}

static inline uint32_t floor_load32(const uint8_t *from) {
    uint32_t value;
    __builtin_memcpy(&value, from, sizeof value);
    return __builtin_bswap32(value);
}

static inline uint64_t floor_load64(const uint8_t *from) {
    uint64_t value;
    __builtin_memcpy(&value, from, sizeof value);
    return __builtin_bswap64(value);
}
