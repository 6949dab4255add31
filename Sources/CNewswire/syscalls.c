#define _GNU_SOURCE
#include "cnewswire_syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22  // Linux 5.14; older headers leave it out.
#endif

int nw_reserve(int descriptor, int64_t byte_count) {
    return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, byte_count);
}

int nw_begin_writeback(int descriptor) {
    return sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int nw_sync_file_system(int descriptor) { return syncfs(descriptor); }

int nw_populate_read(void *start, size_t byte_count) {
    return madvise(start, byte_count, MADV_POPULATE_READ);
}

int nw_event_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int nw_name_this_thread(const char *name) {
    int error = pthread_setname_np(pthread_self(), name);
    if (error == 0) return 0;
    errno = error;
    return -1;
}
