/* Fast looks at rows read from a file. They have no early exits, so that compilers can vectorise
 * them; what is wrong is found by a second, slow look. */
#ifndef OM_IO_ROW_CHECK_H
#define OM_IO_ROW_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* Genes of one cell ascend, from 0 to n_genes - 1. */
bool om_rows_genes_ascend(const int32_t *indices, int64_t n, int64_t n_genes);

/* All are above 0 and finite. */
bool om_rows_values_positive(const double *values, int64_t n);

/* All, being positive, are whole numbers below 2^32. */
bool om_rows_values_whole(const double *values, int64_t n);

#endif
