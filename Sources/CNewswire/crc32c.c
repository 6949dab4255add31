// CRC-32C, three ways; a constructor picks the fastest that the processor has.
//
// Bits are reflected: bit 0 of a 32-bit value is the coefficient of x^31. Two facts carry all the
// folding below (P is the polynomial, A and B the polynomials of the operands):
//   clmul(a, b) of 32-bit operands, fed to a 64-bit CRC step, yields A * B * x^33 mod P, so that
//   b = x^(n - 33) moves a checksum by n bits;
//   a 128-bit lane moves by n bits when its low half is multiplied by x^(n + 31) and its high half
//   by x^(n - 33).
#include "cnewswire.h"

#define POLYNOMIAL 0x82f63b78u

typedef uint32_t crc_function(uint32_t crc, const uint8_t *byte, size_t count);

static uint32_t table[8][256];

static void fill_table(void) {
    for (uint32_t value = 0; value < 256; value++) {
        uint32_t crc = value;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (POLYNOMIAL & (0u - (crc & 1)));
        table[0][value] = crc;
    }
    for (uint32_t value = 0; value < 256; value++) {
        for (int row = 1; row < 8; row++) {
            uint32_t before = table[row - 1][value];
            table[row][value] = (before >> 8) ^ table[0][before & 0xff];
        }
    }
}

static inline uint64_t load_64(const uint8_t *byte) {
    uint64_t word;
    __builtin_memcpy(&word, byte, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static uint32_t crc_by_table(uint32_t crc, const uint8_t *byte, size_t count) {
    for (; count >= 8; count -= 8, byte += 8) {
        uint64_t word = load_64(byte) ^ crc;
        crc = table[7][word & 0xff] ^ table[6][word >> 8 & 0xff] ^ table[5][word >> 16 & 0xff] ^
              table[4][word >> 24 & 0xff] ^ table[3][word >> 32 & 0xff] ^
              table[2][word >> 40 & 0xff] ^ table[1][word >> 48 & 0xff] ^ table[0][word >> 56];
    }
    for (; count > 0; count--) crc = (crc >> 8) ^ table[0][(crc ^ *byte++) & 0xff];
    return crc;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET_SSE __attribute__((target("sse4.2,pclmul")))
#define TARGET_AVX512 \
    __attribute__((target("sse4.2,pclmul,avx512f,avx512vl,avx512dq,vpclmulqdq")))

// Bytes per chain. Long chains pay the joining less often, short ones serve small batches.
#define LONG_CHAIN 2048
#define SHORT_CHAIN 256

// Multipliers that move one chain, and two chains, ahead.
typedef struct chain_shift { uint64_t by_one, by_two; } chain_shift;
static chain_shift long_shift, short_shift;

// Multipliers (low half, high half) that move a 128-bit lane by this many bits.
typedef struct lane_shift { uint64_t low, high; } lane_shift;
static lane_shift by_128, by_256, by_384, by_512, by_1024, by_1536, by_2048;

/// x^exponent mod P.
static uint32_t power_of_x(unsigned exponent) {
    uint32_t power = 0x80000000u;  // x^0
    for (; exponent > 0; exponent--) power = (power >> 1) ^ (POLYNOMIAL & (0u - (power & 1)));
    return power;
}

static chain_shift chain_shift_of(unsigned bytes) {
    return (chain_shift){power_of_x(8 * bytes - 33), power_of_x(16 * bytes - 33)};
}

static lane_shift lane_shift_of(unsigned bits) {
    return (lane_shift){power_of_x(bits + 31), power_of_x(bits - 33)};
}

static void fill_shifts(void) {
    long_shift = chain_shift_of(LONG_CHAIN);
    short_shift = chain_shift_of(SHORT_CHAIN);
    by_128 = lane_shift_of(128);
    by_256 = lane_shift_of(256);
    by_384 = lane_shift_of(384);
    by_512 = lane_shift_of(512);
    by_1024 = lane_shift_of(1024);
    by_1536 = lane_shift_of(1536);
    by_2048 = lane_shift_of(2048);
}

static inline uint32_t load_32(const uint8_t *byte) {
    uint32_t word;
    __builtin_memcpy(&word, byte, sizeof word);
    return word;
}

static inline uint16_t load_16(const uint8_t *byte) {
    uint16_t word;
    __builtin_memcpy(&word, byte, sizeof word);
    return word;
}

TARGET_SSE static inline uint32_t one_chain(uint32_t crc, const uint8_t *byte, size_t count) {
    uint64_t chain = crc;
    for (; count >= 8; count -= 8, byte += 8) chain = _mm_crc32_u64(chain, load_64(byte));
    crc = (uint32_t)chain;
    if (count & 4) crc = _mm_crc32_u32(crc, load_32(byte)), byte += 4;
    if (count & 2) crc = _mm_crc32_u16(crc, load_16(byte)), byte += 2;
    if (count & 1) crc = _mm_crc32_u8(crc, *byte);
    return crc;
}

TARGET_SSE static inline uint64_t multiply(uint64_t left, uint64_t right) {
    __m128i a = _mm_cvtsi64_si128((long long)left), b = _mm_cvtsi64_si128((long long)right);
    return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(a, b, 0));
}

/// Three chains of `bytes` each; one crc32 takes three cycles, but one can start in every cycle.
TARGET_SSE static inline uint32_t three_chains(
    uint32_t crc, const uint8_t *byte, size_t bytes, chain_shift shift) {
    uint64_t first = crc, second = 0, third = 0;
    size_t last = bytes - 8;
    for (size_t i = 0; i < last; i += 8) {
        first = _mm_crc32_u64(first, load_64(byte + i));
        second = _mm_crc32_u64(second, load_64(byte + bytes + i));
        third = _mm_crc32_u64(third, load_64(byte + 2 * bytes + i));
    }
    first = _mm_crc32_u64(first, load_64(byte + last));
    second = _mm_crc32_u64(second, load_64(byte + bytes + last));
    uint64_t joined = multiply(first, shift.by_two) ^ multiply(second, shift.by_one);
    return (uint32_t)_mm_crc32_u64(third, load_64(byte + 2 * bytes + last) ^ joined);
}

TARGET_SSE static uint32_t crc_by_sse42(uint32_t crc, const uint8_t *byte, size_t count) {
    for (; count >= 3 * LONG_CHAIN; count -= 3 * LONG_CHAIN, byte += 3 * LONG_CHAIN)
        crc = three_chains(crc, byte, LONG_CHAIN, long_shift);
    for (; count >= 3 * SHORT_CHAIN; count -= 3 * SHORT_CHAIN, byte += 3 * SHORT_CHAIN)
        crc = three_chains(crc, byte, SHORT_CHAIN, short_shift);
    return one_chain(crc, byte, count);
}

TARGET_AVX512 static inline __m512i load_512(const uint8_t *byte) {
    return _mm512_loadu_si512(byte);
}

TARGET_AVX512 static inline __m512i lanes_of(lane_shift shift) {
    return _mm512_broadcast_i32x4(_mm_set_epi64x((long long)shift.high, (long long)shift.low));
}

/// `lanes` moved ahead by `shift`, plus `data`.
TARGET_AVX512 static inline __m512i fold(__m512i lanes, __m512i shift, __m512i data) {
    __m512i low = _mm512_clmulepi64_epi128(lanes, shift, 0x00);
    __m512i high = _mm512_clmulepi64_epi128(lanes, shift, 0x11);
    return _mm512_ternarylogic_epi64(low, high, data, 0x96);
}

/// The checksum of 64 folded bytes: lanes 0 to 2 move to lane 3, two CRC steps reduce that one.
TARGET_AVX512 static inline uint32_t reduce(__m512i lanes) {
    __m512i shift = _mm512_set_epi64(
        0, 0, (long long)by_128.high, (long long)by_128.low, (long long)by_256.high,
        (long long)by_256.low, (long long)by_384.high, (long long)by_384.low);
    __m512i last = _mm512_maskz_mov_epi64(0xc0, lanes);
    __m512i moved = fold(lanes, shift, last);
    __m256i half = _mm256_xor_si256(
        _mm512_castsi512_si256(moved), _mm512_extracti64x4_epi64(moved, 1));
    __m128i lane = _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    uint64_t crc = _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(lane));
    return (uint32_t)_mm_crc32_u64(crc, (uint64_t)_mm_extract_epi64(lane, 1));
}

// From memory this is worth a fifth; beyond the end lies the next batch, mostly.
#define PREFETCH_BYTES 4096

/// Folds 64 bytes at a time into `lanes`; then the rest.
TARGET_AVX512 static inline uint32_t finish(__m512i lanes, const uint8_t *byte, size_t count) {
    const __m512i step = lanes_of(by_512);
    for (; count >= 64; byte += 64, count -= 64) lanes = fold(lanes, step, load_512(byte));
    return one_chain(reduce(lanes), byte, count);
}

TARGET_AVX512 static uint32_t crc_by_avx512(uint32_t crc, const uint8_t *byte, size_t count) {
    if (count < 128) return one_chain(crc, byte, count);
    __m512i begin = _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)crc));
    __m512i a = _mm512_xor_si512(load_512(byte), begin);
    if (count < 256) return finish(a, byte + 64, count - 64);
    __m512i b = load_512(byte + 64), c = load_512(byte + 128), d = load_512(byte + 192);
    const __m512i step = lanes_of(by_2048);
    for (byte += 256, count -= 256; count >= 256; byte += 256, count -= 256) {
        for (int line = 0; line < 256; line += 64) nw_prefetch(byte + PREFETCH_BYTES + line);
        a = fold(a, step, load_512(byte));
        b = fold(b, step, load_512(byte + 64));
        c = fold(c, step, load_512(byte + 128));
        d = fold(d, step, load_512(byte + 192));
    }
    d = fold(a, lanes_of(by_1536), d);
    d = fold(b, lanes_of(by_1024), d);
    d = fold(c, lanes_of(by_512), d);
    return finish(d, byte, count);
}
#endif

static crc_function *fastest = crc_by_table;

bool nw_crc32c_supports(nw_crc32c_variant variant) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool has_sse = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
    if (variant == NW_CRC32C_SSE42) return has_sse;
    if (variant == NW_CRC32C_AVX512)
        return has_sse && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("vpclmulqdq");
#endif
    return variant == NW_CRC32C_TABLE;
}

static crc_function *function_of(nw_crc32c_variant variant) {
#if defined(__x86_64__)
    if (variant == NW_CRC32C_AVX512) return crc_by_avx512;
    if (variant == NW_CRC32C_SSE42) return crc_by_sse42;
#endif
    (void)variant;
    return crc_by_table;
}

__attribute__((constructor)) static void choose_fastest(void) {
    fill_table();
#if defined(__x86_64__)
    fill_shifts();
#endif
    for (int variant = NW_CRC32C_AVX512; variant >= NW_CRC32C_TABLE; variant--) {
        if (!nw_crc32c_supports((nw_crc32c_variant)variant)) continue;
        fastest = function_of((nw_crc32c_variant)variant);
        return;
    }
}

uint32_t nw_crc32c(uint32_t crc, const void *bytes, size_t count) {
    return ~fastest(~crc, bytes, count);
}

uint32_t nw_crc32c_by(nw_crc32c_variant variant, uint32_t crc, const void *bytes, size_t count) {
    return ~function_of(variant)(~crc, bytes, count);
}
