#include "synthetic_packed.h"

#include <inttypes.h>

static int64_t bitmap_bytes(int64_t n_columns) {
    return (n_columns + OM_PACKED_BITS - 1) / OM_PACKED_BITS * (OM_PACKED_BITS / 8);
}

int64_t om_synthetic_packed_capacity(int64_t n_columns) {
    return OM_PACKED_LENGTHS + bitmap_bytes(n_columns) + n_columns * 5 + 5;
}

/* Where the next byte and the next large value go. */
typedef struct writer {
    unsigned char *bytes;
    unsigned char *large;
} writer;

/* Up to 64 columns; returns their bits. No branches: which columns are zero cannot be predicted, so
 * what must not stay is overwritten. */
static inline uint64_t pack_word(writer *to, int64_t n, const uint32_t *slot_of_column,
                                 const uint32_t *sums) {
    uint64_t bits = 0;
    unsigned char *bytes = to->bytes;
    unsigned char *large = to->large;
    for (int64_t i = 0; i < n; i++) {
        uint32_t sum = sums[slot_of_column[i]];
        bits |= (uint64_t)(sum != 0) << i;
        *bytes = (unsigned char)(sum < OM_PACKED_LARGE ? sum : OM_PACKED_LARGE);
        bytes += sum != 0;
        memcpy(large, &sum, sizeof sum);
        large += sum >= OM_PACKED_LARGE ? sizeof sum : 0;
    }
    to->bytes = bytes;
    to->large = large;
    return bits;
}

int64_t om_synthetic_pack(unsigned char *packed, int64_t n_columns, const uint32_t *slot_of_column,
                          const uint32_t *sums, int64_t *n_values) {
    unsigned char *words = packed + OM_PACKED_LENGTHS;
    unsigned char *bytes = words + bitmap_bytes(n_columns);
    /* Large values are collected behind the most bytes and moved up to their end. */
    unsigned char *large = bytes + n_columns + 1;
    writer to = {bytes, large};
    for (int64_t first = 0; first < n_columns; first += OM_PACKED_BITS) {
        int64_t n = n_columns - first < OM_PACKED_BITS ? n_columns - first : OM_PACKED_BITS;
        uint64_t bits = n == OM_PACKED_BITS
                            ? pack_word(&to, OM_PACKED_BITS, slot_of_column + first, sums)
                            : pack_word(&to, n, slot_of_column + first, sums);
        memcpy(words, &bits, sizeof bits);
        words += sizeof bits;
    }
    int64_t n_large = (to.large - large) / (int64_t)sizeof(uint32_t);
    const uint32_t lengths[2] = {(uint32_t)(to.bytes - bytes), (uint32_t)n_large};
    memcpy(packed, lengths, sizeof lengths);
    memmove(to.bytes, large, (size_t)(to.large - large));
    *n_values = lengths[0];
    return to.bytes + (to.large - large) - packed;
}

om_status om_synthetic_read_begin(om_synthetic_reader *reader, const void *packed, int64_t length,
                                  int64_t n_columns, int64_t *n_values) {
    uint32_t lengths[2] = {0, 0};
    int64_t fixed = OM_PACKED_LENGTHS + bitmap_bytes(n_columns);
    if (length >= fixed) {
        memcpy(lengths, packed, sizeof lengths);
    }
    if (length != fixed + lengths[0] + (int64_t)sizeof(uint32_t) * lengths[1]) {
        return om_fail(OM_BUG,
                       "%" PRId64 " bytes of a packed sum, expected %" PRId64 " and %" PRIu32
                       " values, %" PRIu32 " of them large",
                       length, fixed, lengths[0], lengths[1]);
    }
    const unsigned char *bytes = packed;
    *reader = (om_synthetic_reader){.n_left = lengths[0],
                                    .column = -OM_PACKED_BITS,
                                    .words = bytes + OM_PACKED_LENGTHS,
                                    .bytes = bytes + fixed,
                                    .large = bytes + fixed + lengths[0]};
    *n_values = lengths[0];
    return OM_OK;
}
