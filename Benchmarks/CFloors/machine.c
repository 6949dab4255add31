// Facts about the machine that stand beside every result.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cfloors.h"

int64_t nwb_text(const char *path, char *text, size_t capacity) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    size_t count = 0;
    ssize_t got;
    while (count + 1 < capacity && (got = read(file, text + count, capacity - 1 - count)) > 0)
        count += (size_t)got;
    text[count] = 0;
    close(file);
    return (int64_t)count;
}

void nwb_file_system_name(const char *path, char *name, size_t capacity) {
    static const struct {
        long magic;
        const char *name;
    } known[] = {
        {0xef53, "ext4"},       {0x58465342, "xfs"},      {0x9123683e, "btrfs"},
        {0x01021994, "tmpfs"},  {0x858458f6, "ramfs"},    {0x794c7630, "overlay"},
        {0x2fc12fc1, "zfs"},    {0xf2f52010, "f2fs"},     {0x6969, "nfs"},
    };
    struct statfs status;
    snprintf(name, capacity, "unknown");
    if (statfs(path, &status) != 0) return;
    snprintf(name, capacity, "%#lx", (unsigned long)status.f_type);
    for (size_t at = 0; at < sizeof known / sizeof *known; at++)
        if (known[at].magic == (long)status.f_type) snprintf(name, capacity, "%s", known[at].name);
}

void nwb_put_error(uint8_t byte) { fputc(byte, stderr); }

void nwb_flush_output(void) { fflush(stdout); }

static volatile sig_atomic_t is_interrupted;

static void take_note(int signal) {
    (void)signal;
    is_interrupted = 1;
}

void nwb_watch_interrupts(void) {
    struct sigaction action = {.sa_handler = take_note, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int nwb_is_interrupted(void) { return is_interrupted; }
