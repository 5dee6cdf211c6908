/* Sorting the values of a sample. */
#ifndef ONCOMARK_LEARN_VALUE_SORT_H
#define ONCOMARK_LEARN_VALUE_SORT_H

#include <stdint.h>

/* Orders `places` [n], each below 2^32, by decreasing values[place]; values are finite and >= 0.
 * Radix sort: the time goes with n. `scratch` [n]. Local. */
void om_value_sort(uint64_t *places, uint64_t *scratch, int64_t n, const double *values);

#endif
