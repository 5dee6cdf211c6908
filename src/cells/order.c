#include "order.h"

enum { FEW = 48, DIGITS = 8, VALUES = 256 };

static void sort_few(uint64_t *keys, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        uint64_t key = keys[i];
        int64_t place = i;
        while (place > 0 && keys[place - 1] > key) {
            keys[place] = keys[place - 1];
            place--;
        }
        keys[place] = key;
    }
}

/* Radix sort from the lowest byte up; bytes that all keys share are passed over. */
void om_order_sort(uint64_t *keys, uint64_t *scratch, int64_t count) {
    if (count <= FEW) {
        sort_few(keys, count);
        return;
    }
    int64_t start[DIGITS][VALUES] = {{0}};
    for (int64_t i = 0; i < count; i++) {
        for (int d = 0; d < DIGITS; d++) {
            start[d][(keys[i] >> (8 * d)) & 0xff]++;
        }
    }
    uint64_t *from = keys;
    uint64_t *to = scratch;
    for (int d = 0; d < DIGITS; d++) {
        if (start[d][(keys[0] >> (8 * d)) & 0xff] == count) {
            continue;
        }
        int64_t sum = 0;
        for (int v = 0; v < VALUES; v++) {
            int64_t n = start[d][v];
            start[d][v] = sum;
            sum += n;
        }
        for (int64_t i = 0; i < count; i++) {
            to[start[d][(from[i] >> (8 * d)) & 0xff]++] = from[i];
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys) {
        memcpy(keys, from, (size_t)count * sizeof *keys);
    }
}
