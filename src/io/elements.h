/* Elements of the numeric types of a stored matrix, and the doubles and gene numbers that the
 * program computes with. Plain loops that compilers turn into vector code. */
#ifndef OM_IO_ELEMENTS_H
#define OM_IO_ELEMENTS_H

#include "oncomark/digest.h"

#include <stdbool.h>
#include <stdint.h>

/* Elements of type OM_U16, OM_U32, OM_F32 or OM_F64; false where one is not exactly its value. */
bool om_elements_narrow(om_type type, const double *values, int64_t n, void *elements);

/* Elements `first` .. `first` + n - 1 of an array, or, where n_chunk > 0, of a shuffled chunk of
 * n_chunk elements. Types as above. True where all are above 0 and finite. */
bool om_elements_to_values(om_type type, const unsigned char *bytes, int64_t n_chunk, int64_t first,
                           int64_t n, double *values);

/* The same for OM_I32 and OM_I64; false where one is none of 32 bits. */
bool om_elements_to_indices(om_type type, const unsigned char *bytes, int64_t n_chunk,
                            int64_t first, int64_t n, int32_t *indices);

#endif
