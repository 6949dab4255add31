// What Swift cannot say: processor instructions chosen at run time and system calls without a
// Swift spelling.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cnewswire_syscalls.h"

/// CRC-32C (Castagnoli) of `count` bytes, continuing from `crc` (0 to begin), by the fastest
/// variant that the processor has.
uint32_t nw_crc32c(uint32_t crc, const void *bytes, size_t count);

/// A way to compute CRC-32C; every variant gives the same answer.
typedef enum nw_crc32c_variant {
    /// Eight tables, for every processor.
    NW_CRC32C_TABLE,
    /// SSE 4.2 in three interleaved chains, joined by a carry-less multiplication.
    NW_CRC32C_SSE42,
    /// AVX-512 with VPCLMULQDQ: 256 bytes folded per step.
    NW_CRC32C_AVX512,
} nw_crc32c_variant;

/// Whether the processor can run `variant`.
bool nw_crc32c_supports(nw_crc32c_variant variant);

/// As `nw_crc32c`, by one variant, which has to be supported: for tests and benchmarks.
uint32_t nw_crc32c_by(nw_crc32c_variant variant, uint32_t crc, const void *bytes, size_t count);

/// Asks for the cache line at `address`; any address is fine, it never faults.
static inline void nw_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
