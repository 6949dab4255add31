#define _GNU_SOURCE
#include "floor_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cnewswire.h"

static inline uint64_t zigzag(int64_t value) {
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int32_t varint_size(int64_t value) {
    uint64_t bits = zigzag(value);
    return bits < 0x80 ? 1 : (70 - __builtin_clzll(bits)) / 7;
}

// One and two bytes without a loop: that is nearly every field of nearly every record.
static inline uint8_t *put_varint(uint8_t *to, int64_t value) {
    uint64_t bits = zigzag(value);
    if (__builtin_expect(bits < 0x80, 1)) {
        *to = (uint8_t)bits;
        return to + 1;
    }
    if (__builtin_expect(bits < 0x4000, 1)) {
        to[0] = (uint8_t)(bits | 0x80);
        to[1] = (uint8_t)(bits >> 7);
        return to + 2;
    }
    for (; bits >= 0x80; bits >>= 7) *to++ = (uint8_t)(bits | 0x80);
    *to = (uint8_t)bits;
    return to + 1;
}

static inline uint8_t *put16(uint8_t *to, uint16_t value) {
    value = __builtin_bswap16(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

static inline uint8_t *put32(uint8_t *to, uint32_t value) {
    value = __builtin_bswap32(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

static inline uint8_t *put64(uint8_t *to, uint64_t value) {
    value = __builtin_bswap64(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

static void put_header(
    uint8_t *batch, size_t byte_count, int64_t base_offset, int64_t timestamp, int32_t records) {
    uint8_t *at = put64(batch, (uint64_t)base_offset);
    at = put32(at, (uint32_t)(byte_count - 12));
    at = put32(at, 0);  // leader epoch
    *at++ = 2;          // magic
    at = put32(at, 0);  // the checksum, when the rest is there
    at = put16(at, 0);  // attributes
    at = put32(at, (uint32_t)(records - 1));
    at = put64(at, (uint64_t)timestamp);
    at = put64(at, (uint64_t)timestamp);
    at = put64(at, UINT64_MAX);  // no producer id,
    at = put16(at, UINT16_MAX);  // no epoch,
    at = put32(at, UINT32_MAX);  // no sequence
    put32(at, (uint32_t)records);
    uint32_t crc = nw_crc32c(0, batch + floor_crc_start, byte_count - floor_crc_start);
    put32(batch + 17, crc);
}

size_t floor_batch_capacity(nwb_values values) {
    return floor_header + (values.value_byte_count + 24) * (size_t)values.records_per_batch;
}

size_t floor_encode(
    uint8_t *batch, nwb_values values, size_t *cursor, int64_t base_offset, int64_t timestamp) {
    const size_t size = values.value_byte_count;
    const int32_t fixed = 4 + varint_size((int64_t)size) + (int32_t)size;
    size_t from = *cursor;
    uint8_t *at = batch + floor_header;
    for (int32_t record = 0; record < values.records_per_batch; record++) {
        if (from + size > values.byte_count) from = 0;
        at = put_varint(at, fixed + varint_size(record));
        *at++ = 0;  // attributes
        *at++ = 0;  // timestamp delta
        at = put_varint(at, record);
        *at++ = 1;  // no key: length -1
        at = put_varint(at, (int64_t)size);
        memcpy(at, values.bytes + from, size);
        at += size;
        *at++ = 0;  // no headers
        from += size;
    }
    *cursor = from;
    size_t byte_count = (size_t)(at - batch);
    put_header(batch, byte_count, base_offset, timestamp, values.records_per_batch);
    return byte_count;
}

int64_t floor_wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void *floor_pages(size_t byte_count) {
    void *memory = NULL;
    size_t rounded = (byte_count + floor_page - 1) / floor_page * floor_page;
    if (posix_memalign(&memory, floor_page, rounded) != 0) return NULL;
    memset(memory, 0, rounded);  // Touched once, so that no page fault is timed.
    return memory;
}

int floor_write_all(int file, const uint8_t *bytes, size_t count, int64_t position) {
    while (count > 0) {
        ssize_t written = pwrite(file, bytes, count, position);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes += written;
        count -= (size_t)written;
        position += written;
    }
    return 0;
}
