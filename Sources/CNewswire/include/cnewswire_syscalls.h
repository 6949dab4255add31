// System calls that Swift's Glibc module does not show: they need _GNU_SOURCE, or a header that it
// leaves out. Each answers -1 and sets errno when it fails, as the call it stands for.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// fallocate(2) of the first `byte_count` bytes with FALLOC_FL_KEEP_SIZE: the length stays.
int nw_reserve(int descriptor, int64_t byte_count);

/// sync_file_range(2) of the whole file with SYNC_FILE_RANGE_WRITE: begins, and waits for nothing.
int nw_begin_writeback(int descriptor);

/// syncfs(2) of the file system that `descriptor` is on.
int nw_sync_file_system(int descriptor);

/// madvise(2) with MADV_POPULATE_READ: faults the pages in; an error where touching them would be
/// a signal.
int nw_populate_read(void *start, size_t byte_count);

/// eventfd(2) at 0 with EFD_CLOEXEC and EFD_NONBLOCK.
int nw_event_descriptor(void);

/// Names the calling thread; at most 15 bytes and a terminator.
int nw_name_this_thread(const char *name);
