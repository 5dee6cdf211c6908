/* The packed form of a synthetic sample: about one and a half bytes a value. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_PACKED_H
#define ONCOMARK_CELLS_SYNTHETIC_PACKED_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Two 32-bit lengths (values; large values), a bit a column, a byte a value, where OM_PACKED_LARGE
 * stands for the next large value, the large values. Never leaves the program. */
enum { OM_PACKED_LENGTHS = 8, OM_PACKED_BITS = 64, OM_PACKED_LARGE = 255 };

/* The most bytes that `n_columns` columns can take. */
int64_t om_synthetic_packed_capacity(int64_t n_columns);

/* Packs sums[slot_of_column[c]] of all columns c; returns the length, *n_values: those not zero. */
int64_t om_synthetic_pack(unsigned char *packed, int64_t n_columns, const uint32_t *slot_of_column,
                          const uint32_t *sums, int64_t *n_values);

/* Plain data. */
typedef struct om_synthetic_reader {
    int64_t n_left; /* values to come */
    int64_t column; /* of the lowest bit of `bits` */
    uint64_t bits;  /* those of the current word that are to come */
    const unsigned char *words;
    const unsigned char *bytes;
    const unsigned char *large;
} om_synthetic_reader;

/* Starts reading; *n_values values are there. OM_BUG where the length is not that of a packed sum
 * of so many columns. */
om_status om_synthetic_read_begin(om_synthetic_reader *reader, const void *packed, int64_t length,
                                  int64_t n_columns, int64_t *n_values);

/* The next value and its column; false at the end. */
static inline bool om_synthetic_read_next(om_synthetic_reader *reader, int64_t *column,
                                          uint32_t *value) {
    if (reader->n_left == 0) {
        return false;
    }
    while (reader->bits == 0) {
        memcpy(&reader->bits, reader->words, sizeof reader->bits);
        reader->words += sizeof reader->bits;
        reader->column += OM_PACKED_BITS;
    }
    *column = reader->column + __builtin_ctzll(reader->bits);
    reader->bits &= reader->bits - 1;
    *value = *reader->bytes++;
    if (*value == OM_PACKED_LARGE) {
        memcpy(value, reader->large, sizeof *value);
        reader->large += sizeof *value;
    }
    reader->n_left--;
    return true;
}

#endif
