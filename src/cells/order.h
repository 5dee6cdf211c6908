/* Doubles as integers of the same order. */
#ifndef ONCOMARK_CELLS_ORDER_H
#define ONCOMARK_CELLS_ORDER_H

#include <stdint.h>
#include <string.h>

/* a < b exactly where key(a) < key(b), for all but NaN; both zeros have the same key. */
static inline uint64_t om_order_key(double value) {
    double positive_zero = value + 0.0;
    uint64_t bits;
    memcpy(&bits, &positive_zero, sizeof bits);
    uint64_t sign = UINT64_C(1) << 63;
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

static inline double om_order_value(uint64_t key) {
    uint64_t sign = UINT64_C(1) << 63;
    uint64_t bits = (key & sign) != 0 ? key & ~sign : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Sorts ascending; `scratch` [count] is overwritten. */
void om_order_sort(uint64_t *keys, uint64_t *scratch, int64_t count);

#endif
