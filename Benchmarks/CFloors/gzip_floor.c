// What compressing costs with zlib and nothing around it.
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "floor_batch.h"

enum { gzip_window = 15 + 16 };

static int deflate_batch(
    z_stream *stream, uint8_t *records, size_t count, uint8_t *output, size_t capacity) {
    if (deflateReset(stream) != Z_OK) return EIO;
    stream->next_in = records;
    stream->avail_in = (uInt)count;
    stream->next_out = output;
    stream->avail_out = (uInt)capacity;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? 0 : EIO;
}

static nwb_outcome deflate_all(
    nwb_append_plan plan, z_stream *stream, uint8_t *batch, uint8_t *output, size_t capacity) {
    nwb_outcome outcome = {0};
    size_t cursor = 0;
    for (int64_t done = 0; done < plan.batches && outcome.error == 0; done++) {
        size_t size = floor_encode(batch, plan.values, &cursor, 0, 0) - floor_header;
        floor_start start = floor_begin();
        outcome.error = deflate_batch(stream, batch + floor_header, size, output, capacity);
        floor_end(&outcome, start);
        outcome.bytes += (int64_t)size;
        outcome.checksum += stream->total_out;
    }
    return outcome;
}

nwb_outcome nwb_gzip(nwb_append_plan plan, int gzip_level) {
    nwb_outcome outcome = {.error = ENOMEM};
    z_stream stream = {0};
    size_t capacity = floor_batch_capacity(plan.values) + 4096;
    uint8_t *batch = floor_pages(capacity);
    uint8_t *output = floor_pages(capacity);
    const int strategy = Z_DEFAULT_STRATEGY, memory = 8;
    if (batch && output
        && deflateInit2(&stream, gzip_level, Z_DEFLATED, gzip_window, memory, strategy) == Z_OK) {
        outcome = deflate_all(plan, &stream, batch, output, capacity);
        deflateEnd(&stream);
    }
    free(batch);
    free(output);
    return outcome;
}
