// Shows Swift's Mutex to the thread sanitizer; builds without it have nothing from this file.
//
// The uncontended path of Synchronization.Mutex is compiled into its users, and the sanitizer sees
// its atomics. The contended path lies in libswiftSynchronization, which is not instrumented: a
// lock that had to be waited for orders nothing in the sanitizer's eyes, and every use of what it
// guards is reported as a race. The functions here take the place of the library's own (the
// program's symbols come first); they do the same and say so.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && defined(__linux__)

#include <errno.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SWIFT_CALL __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))

extern void __tsan_acquire(void *);
extern void __tsan_release(void *);
long syscall(long number, ...);  // unistd.h shows it with _DEFAULT_SOURCE only.

SWIFT_CALL void nw_mutex_lock_slow(uint32_t thread, SWIFT_SELF void *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT_CALL void nw_mutex_unlock_slow(SWIFT_SELF void *word)
    __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT_CALL bool nw_mutex_try_lock_slow(SWIFT_SELF void *word)
    __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");

SWIFT_CALL void nw_mutex_lock_slow(uint32_t thread, SWIFT_SELF void *word) {
    (void)thread;
    while (syscall(SYS_futex, word, FUTEX_LOCK_PI_PRIVATE, 0, 0) != 0) {
        // Anything else is a lock taken twice by its holder, which the library traps on, too.
        if (errno != EINTR && errno != EAGAIN) abort();
    }
    __tsan_acquire(word);
}

// A try that finds the lock taken asks the kernel, which may have it free by then.
SWIFT_CALL bool nw_mutex_try_lock_slow(SWIFT_SELF void *word) {
    while (syscall(SYS_futex, word, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0) != 0) {
        if (errno != EINTR) return false;
    }
    __tsan_acquire(word);
    return true;
}

SWIFT_CALL void nw_mutex_unlock_slow(SWIFT_SELF void *word) {
    __tsan_release(word);
    while (syscall(SYS_futex, word, FUTEX_UNLOCK_PI_PRIVATE) != 0) {
        if (errno != EINTR) abort();
    }
}

#endif
#endif
