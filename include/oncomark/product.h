/* Products of a matrix with one of few columns, whose bits do not depend on how the work is cut.
 *
 * Every element is one chain of fused multiplications and additions, in the order of k; so rows,
 * columns and k may be cut in any way, at any number of ranks and on any processor that has them.
 * (A BLAS gives other bits for other cuts and kernels.) */
#ifndef ONCOMARK_PRODUCT_H
#define ONCOMARK_PRODUCT_H

#include <stdint.h>

/* Columns of B and C are padded to whole multiples of this. */
enum { OM_LANES = 16 };

/* C [m x n] from A [m x k] and B [k x n]. Element (i, j) of A is a[i * a_row + j * a_column]; rows
 * of B and C are contiguous. n is a multiple of OM_LANES. */
typedef struct om_product {
    int64_t m;
    int64_t n;
    int64_t k;
    const float *a;
    int64_t a_row;
    int64_t a_column;
    const float *b;
    int64_t b_row;
    float *c;
    int64_t c_row;
} om_product;

/* C += A B: each chain goes on from what C holds, so that k may be cut over calls. Local. */
void om_product_add(const om_product *product);

/* C = the sum, in a binary tree, of the products of `n_leaves` (a power of two) cuts of k of length
 * `leaf` each; cuts beyond k count as zero. Local. */
void om_product_tree(const om_product *product, int64_t leaf, int64_t n_leaves);

/* `units` rounded up to a multiple of OM_LANES. */
int64_t om_padded(int64_t units);

/* "fused", or "plain" where the processor has no fused multiplication and addition, or the compiler
 * was told not to optimise: other bits. Borrowed, static. */
const char *om_product_arithmetic(void);

#endif
