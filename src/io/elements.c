#include "elements.h"

#include "row_check.h"

#include <string.h>

/* Added to a whole number below 2^32, it leaves that in the low bits of the sum and these above. */
static const double whole_shift = 0x1p52;
static const uint64_t whole_image = 0x4330000000000000U;

/* Compared as bits: compilers make no vector code of comparisons that may raise exceptions. */
#define NARROW(element_type, element_bits)                                                         \
    do {                                                                                           \
        uint64_t misfits = 0;                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                          \
            double shifted = values[i] + whole_shift;                                              \
            uint64_t image = om_rows_bits(shifted);                                                \
            misfits |= (image ^ whole_image) >> (element_bits);                                    \
            misfits |= om_rows_bits(shifted - whole_shift) ^ om_rows_bits(values[i]);              \
            elements[i] = (element_type)image;                                                     \
        }                                                                                          \
        return misfits == 0;                                                                       \
    } while (0)

static bool narrow_u16(const double *restrict values, int64_t n, uint16_t *restrict elements) {
    NARROW(uint16_t, 16);
}

static bool narrow_u32(const double *restrict values, int64_t n, uint32_t *restrict elements) {
    NARROW(uint32_t, 32);
}

static bool narrow_f32(const double *restrict values, int64_t n, float *restrict elements) {
    int misfits = 0;
    for (int64_t i = 0; i < n; i++) {
        elements[i] = (float)values[i];
        misfits |= (double)elements[i] != values[i];
    }
    return misfits == 0;
}

bool om_elements_narrow(om_type type, const double *values, int64_t n, void *elements) {
    switch (type) {
    case OM_U16:
        return narrow_u16(values, n, elements);
    case OM_U32:
        return narrow_u32(values, n, elements);
    case OM_F32:
        return narrow_f32(values, n, elements);
    case OM_F64:
        memcpy(elements, values, (size_t)n * sizeof *values);
        return true;
    default:
        return false;
    }
}

static uint16_t load_u16(const unsigned char *restrict at, int64_t n_chunk) {
    return (uint16_t)(at[0] | at[n_chunk] << 8);
}

static uint32_t load_u32(const unsigned char *restrict at, int64_t n_chunk) {
    return (uint32_t)at[0] | (uint32_t)at[n_chunk] << 8 | (uint32_t)at[2 * n_chunk] << 16 |
           (uint32_t)at[3 * n_chunk] << 24;
}

static uint64_t load_u64(const unsigned char *restrict at, int64_t n_chunk) {
    return load_u32(at, n_chunk) | (uint64_t)load_u32(at + 4 * n_chunk, n_chunk) << 32;
}

/* Both forms of the loop from stored elements, by way of their bit images, to `to`. The top bit of
 * `signs` is set where one of the `sign` sets it. */
#define LOAD(element_type, image_type, load, to, to_type, sign_type, sign)                         \
    do {                                                                                           \
        sign_type signs = 0;                                                                       \
        for (int64_t i = 0; n_chunk == 0 && i < n; i++) {                                          \
            image_type image;                                                                      \
            element_type element;                                                                  \
            memcpy(&image, bytes + (first + i) * (int64_t)sizeof image, sizeof image);             \
            memcpy(&element, &image, sizeof element);                                              \
            to[i] = (to_type)element;                                                              \
            signs = (sign_type)(signs | (sign));                                                   \
        }                                                                                          \
        for (int64_t i = 0; n_chunk > 0 && i < n; i++) {                                           \
            image_type image = load(bytes + first + i, n_chunk);                                   \
            element_type element;                                                                  \
            memcpy(&element, &image, sizeof element);                                              \
            to[i] = (to_type)element;                                                              \
            signs = (sign_type)(signs | (sign));                                                   \
        }                                                                                          \
        return signs >> (8 * sizeof signs - 1) == 0;                                               \
    } while (0)

/* A whole number can only be 0. */
#define WHOLE_SIGN ((image - 1) & ~image)

bool om_elements_to_values(om_type type, const unsigned char *restrict bytes, int64_t n_chunk,
                           int64_t first, int64_t n, double *restrict values) {
    switch (type) {
    case OM_U16:
        LOAD(uint16_t, uint16_t, load_u16, values, double, uint16_t, WHOLE_SIGN);
    case OM_U32:
        LOAD(uint32_t, uint32_t, load_u32, values, double, uint32_t, WHOLE_SIGN);
    case OM_F32:
        LOAD(float, uint32_t, load_u32, values, double, uint64_t, om_rows_sign(values[i]));
    default:
        LOAD(double, uint64_t, load_u64, values, double, uint64_t, om_rows_sign(values[i]));
    }
}

static bool from_i64(const unsigned char *restrict bytes, int64_t n_chunk, int64_t first, int64_t n,
                     int32_t *restrict indices) {
    uint64_t high = 0; /* a bit beyond the 31 of a gene number */
    for (int64_t i = 0; i < n; i++) {
        uint64_t image;
        if (n_chunk > 0) {
            image = load_u64(bytes + first + i, n_chunk);
        } else {
            memcpy(&image, bytes + (first + i) * (int64_t)sizeof image, sizeof image);
        }
        high |= image >> 31;
        indices[i] = (int32_t)(image & INT32_MAX);
    }
    return high == 0;
}

bool om_elements_to_indices(om_type type, const unsigned char *restrict bytes, int64_t n_chunk,
                            int64_t first, int64_t n, int32_t *restrict indices) {
    if (type == OM_I64) {
        return from_i64(bytes, n_chunk, first, n, indices);
    }
    LOAD(int32_t, uint32_t, load_u32, indices, int32_t, uint32_t, 0U);
}
