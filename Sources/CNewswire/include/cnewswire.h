// What Swift cannot say: processor instructions chosen at run time, and system calls that have no
// Swift spelling.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cnewswire_syscalls.h"

/// CRC-32C (Castagnoli) of `count` bytes, continuing from `crc` (0 to begin).
uint32_t nw_crc32c(uint32_t crc, const void *bytes, size_t count);
