#include "oncomark/number.h"

#include "oncomark/table.h"
#include "oncomark/wide.h"

#include <endian.h>
#include <math.h>
#include <string.h>

enum {
    WORD = 8,            /* digits that are read together */
    MOST_DIGITS = 19,    /* fit in 64 bits */
    EXACT_POWER = 22,    /* 10^22 is a double */
    LONGEST_NUMBER = 400 /* bytes; longer text is none */
};

static const uint64_t exact_integers = UINT64_C(1) << 53; /* all below are doubles */

static const double powers_of_ten[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t whole_powers_of_ten[WORD + 1] = {1,      10,      100,      1000,     10000,
                                                       100000, 1000000, 10000000, 100000000};

/* '0' .. '9' become 0 .. 9 in each byte, the first character in the lowest. */
static inline uint64_t load_digits(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word) ^ UINT64_C(0x3030303030303030);
}

/* How many digits come before the first other byte, at most 8. A byte's high bit is set where it is
 * no digit; a carry of the sum only reaches bytes behind the first such one. */
static inline int count_digits(uint64_t digits) {
    uint64_t others =
        (digits | (digits + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
    return others == 0 ? WORD : __builtin_ctzll(others) >> 3;
}

/* The number that eight digits spell: added up in pairs, fours and eights. */
static inline uint64_t join_eight(uint64_t digits) {
    const uint64_t every_fourth = UINT64_C(0x000000FF000000FF);
    digits = digits * 10 + (digits >> 8);
    uint64_t fours = (digits & every_fourth) * UINT64_C(0x000F424000000064);
    uint64_t twos = ((digits >> 16) & every_fourth) * UINT64_C(0x0000271000000001);
    return (uint32_t)((fours + twos) >> 32);
}

/* The number that the first n (1 to 8) digits spell: moved behind leading zeros. */
static inline uint64_t join_digits(uint64_t digits, int n) {
    return join_eight(digits << (64 - 8 * n));
}

/* mantissa / 10^power, rounded once; 0 < mantissa, 0 <= power <= 19. The quotient by 5^power, both
 * with their highest bit in front, has 63 or 64 bits; what is left over only matters as being there
 * or not, which its lowest bit can tell, since a double has 53. */
static double divide(uint64_t mantissa, int power) {
    uint64_t divisor = 1;
    for (int i = 0; i < power; i++) {
        divisor *= 5;
    }
    int mantissa_shift = __builtin_clzll(mantissa);
    int divisor_shift = __builtin_clzll(divisor);
    divisor <<= divisor_shift;
    om_uwide dividend = (om_uwide)(mantissa << mantissa_shift) << 63;
    uint64_t quotient = (uint64_t)(dividend / divisor);
    quotient |= (om_uwide)quotient * divisor != dividend;
    return ldexp((double)quotient, divisor_shift - mantissa_shift - 63 - power);
}

static inline double scale_down(uint64_t mantissa, int power) {
    return mantissa <= exact_integers ? (double)mantissa / powers_of_ten[power]
                                      : divide(mantissa, power);
}

/* 1 to 8 bytes of digits with at most one point. The text goes to the upper end, zeros before it,
 * and what is below the point moves over it; without a branch, since texts with a point and without
 * one come in no order. */
static inline bool parse_short(const char *at, int64_t length, double *value) {
    const uint64_t highest_bits = UINT64_C(0x8080808080808080);
    const uint64_t point = '.' ^ '0';
    uint64_t digits = load_digits(at) << (64 - 8 * length);
    uint64_t others =
        (((digits & ~highest_bits) + UINT64_C(0x7676767676767676)) | digits) & highest_bits;
    uint64_t place = others >> 7; /* 1 in the byte of the point; 0: there is none */
    if ((place & (place - 1)) != 0 || (digits & place * 0xFF) != place * point ||
        (place != 0 && length == 1)) {
        return false;
    }
    uint64_t below = place - 1;
    int power = place != 0 ? __builtin_clzll(place | 1) >> 3 : 0;
    int shift = place != 0 ? 8 : 0;
    digits = (digits & ~below & ~(place * 0xFF)) | ((digits & below) << shift);
    *value = (double)join_eight(digits) / powers_of_ten[power];
    return true;
}

/* Digits, or up to 8 digits, a point and digits, up to 19 in all. */
static bool parse_long(const char *at, int64_t length, double *value) {
    uint64_t digits = load_digits(at);
    int n = count_digits(digits);
    int64_t n_fraction = length - n - 1;
    if (n_fraction < 0 || at[n] != '.' || n + n_fraction > MOST_DIGITS) {
        return false;
    }
    uint64_t mantissa = n > 0 ? join_digits(digits, n) : 0;
    const char *next = at + n + 1;
    for (int left = (int)n_fraction; left > 0; left -= WORD, next += WORD) {
        int taken = left < WORD ? left : WORD;
        digits = load_digits(next);
        if (count_digits(digits) < taken) {
            return false;
        }
        mantissa = mantissa * whole_powers_of_ten[taken] + join_digits(digits, taken);
    }
    *value = scale_down(mantissa, (int)n_fraction);
    return true;
}

static bool parse_any(const char *at, int64_t length, double *value) {
    char text[LONGEST_NUMBER + 1];
    if (length >= 2 && at[0] == '"' && at[length - 1] == '"') {
        at++;
        length -= 2;
    }
    if (length > LONGEST_NUMBER || memchr(at, '\0', (size_t)length) != NULL) {
        return false;
    }
    memcpy(text, at, (size_t)length);
    text[length] = '\0';
    return om_parse_f64(text, value);
}

/* Apart, so that the way of short numbers saves no registers. */
static __attribute__((noinline)) bool parse_other(const char *at, int64_t length, double *value) {
    return (length > WORD && parse_long(at, length, value)) || parse_any(at, length, value);
}

bool om_number_parse(const char *at, int64_t length, double *value) {
    bool is_short = length > 0 && length <= WORD;
    return (is_short && parse_short(at, length, value)) || parse_other(at, length, value);
}
