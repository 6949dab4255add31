// The floors: C programs that do the engine's work with nothing around it, and the counters that
// measure the engine from outside. Every function is independent of the others.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Nanoseconds of the monotonic clock.
int64_t nwb_now(void);

/// How often this process has asked for memory: malloc, calloc, realloc and the aligned ones.
uint64_t nwb_allocations(void);

/// The pseudo-random number that belongs to `seed` and `step`: no state, so that the engine's run
/// and the floor's run visit the same places.
uint64_t nwb_random(uint64_t seed, uint64_t step);

/// How durable an append has to be before the next one begins.
typedef enum { nwb_written, nwb_interval, nwb_synced } nwb_level;

/// Bytes that values are cut from, one after the other, from the beginning again at the end.
typedef struct {
    const uint8_t *bytes;
    size_t byte_count;
    size_t value_byte_count;
    int32_t records_per_batch;
} nwb_values;

/// What a floor has to append.
typedef struct {
    nwb_values values;
    const char *directory;
    int64_t batches;
    int64_t segment_bytes;
    int64_t flush_bytes;
    nwb_level level;
    /// Whether the file has its length, its blocks and its pages already.
    int is_overwriting;
} nwb_append_plan;

/// What a floor did, and in how long.
typedef struct {
    int64_t nanoseconds;
    /// Processor time of the whole process meanwhile.
    int64_t processor_nanoseconds;
    int64_t bytes;
    /// Agrees with the engine's run over the same records.
    uint64_t checksum;
    /// The system's error number, or 0.
    int error;
} nwb_outcome;

/// Encodes, checksums and writes record batches into segment files, which it then removes.
nwb_outcome nwb_append(nwb_append_plan plan);

/// The best that sharing a sync can do: `group` batches at a time in one write and one fdatasync.
nwb_outcome nwb_group_commit(nwb_append_plan plan, int64_t group);

/// Writes that are on the disk one by one.
typedef struct {
    const char *directory;
    int64_t byte_count;
    int64_t count;
} nwb_sync_plan;

/// A pwrite and an fdatasync at a time, each on a page of its own, in a file that was written over
/// before; how long each took goes to `latencies` unless it is null.
nwb_outcome nwb_sync_writes(nwb_sync_plan plan, int64_t *latencies);

/// The same values into SQLite: write-ahead log, synchronous=FULL, one transaction for each.
/// ENOSYS where its library is not installed.
nwb_outcome nwb_sqlite(nwb_sync_plan plan);

/// Whether SQLite's library is installed.
int nwb_has_sqlite(void);

/// Maps all files of a directory whose names end with .log and checksums them.
nwb_outcome nwb_checksum(const char *directory);

/// Runs this program with a verb, a directory and two numbers until it kills itself; the system's
/// error number, or ECHILD when it ended otherwise.
int nwb_run_until_killed(const char *verb, const char *directory, int64_t first, int64_t second);

/// Ends this process as `kill -9` does.
void nwb_kill_this_process(void);

/// Encodes and checksums the same batches, and writes nothing.
nwb_outcome nwb_encode(nwb_append_plan plan);

/// The same bytes by write(2), encoded before the clock starts.
nwb_outcome nwb_write(nwb_append_plan plan);

/// Deflates the same bytes at `gzip_level`, one gzip member per batch; nothing else is timed.
nwb_outcome nwb_gzip(nwb_append_plan plan, int gzip_level);

/// Iterates over the records of a segment file in memory, without bounds checks and prefetch.
nwb_outcome nwb_read(const char *path, int is_verifying);

/// A segment file and where random look-ups go.
typedef struct {
    const char *path;
    int64_t index_interval_bytes;
    /// Offsets (or timestamps) are drawn from here on, below `end`.
    int64_t start;
    int64_t end;
    uint64_t seed;
    int64_t lookups;
    int is_by_time;
} nwb_seek_plan;

/// Looks records up through a sparse index in memory.
nwb_outcome nwb_seek(nwb_seek_plan plan);

/// Lists a directory and each directory in it, and asks each segment file for its size.
nwb_outcome nwb_scan(const char *path);

/// What a machine can do at best, one thing at a time.
typedef enum {
    nwb_limit_write_fresh,
    nwb_limit_write_again,
    nwb_limit_sync_again,
    nwb_limit_sync_extending,
    nwb_limit_crc,
    nwb_limit_memory_read,
    nwb_limit_memory_copy,
    nwb_limit_malloc,
    nwb_limit_mutex,
    nwb_limit_system_call,
    nwb_limit_clock,
    nwb_limit_wake,
} nwb_limit;

/// Does one thing `count` times with `byte_count` bytes each.
nwb_outcome nwb_measure_limit(
    nwb_limit limit, const char *directory, int64_t byte_count, int64_t count);

/// Copies the text of a small file into `text` and ends it with 0; -1 when it cannot be read.
int64_t nwb_text(const char *path, char *text, size_t capacity);

/// The name of the kind of file system at `path`: "ext4", "tmpfs", …, or its number.
void nwb_file_system_name(const char *path, char *name, size_t capacity);

/// Writes one byte to standard error: a sentence in Swift needs no pointer that way.
void nwb_put_error(uint8_t byte);

/// Shows what was printed so far.
void nwb_flush_output(void);

/// Takes note of SIGINT and SIGTERM instead of dying; the second one ends the process.
void nwb_watch_interrupts(void);

/// Whether one of them came.
int nwb_is_interrupted(void);

/// Processor time that this process has used, in nanoseconds.
int64_t nwb_process_time(void);
