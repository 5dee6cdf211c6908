#include "oncomark/product.h"

#include "oncomark/processor.h"

#include <stdbool.h>

/* Compiled with contraction of a * b + c to one fused operation, where the target has it. */

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

typedef float lanes
    __attribute__((vector_size(OM_LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

/* Of a tree: 2^40 leaves. */
enum { MOST_LEVELS = 41 };

#ifdef OM_TARGET_AVX512
#define TILE_ROWS 6
#define TILE_VECTORS 4
#define TILE_TARGET OM_TARGET_AVX512
#define TILE(name) name##_by_avx512
#include "product_tile.h"

#define TILE_ROWS 6
#define TILE_VECTORS 1
#define TILE_TARGET OM_TARGET_AVX2
#define TILE(name) name##_by_avx2
#include "product_tile.h"
#endif

#define TILE_ROWS 2
#define TILE_VECTORS 1
#define TILE_TARGET
#define TILE(name) name##_plainly
#include "product_tile.h"

static void multiply(const om_product *product, int64_t leaf, int64_t n_leaves) {
#ifdef OM_TARGET_AVX512
    if (om_processor_has_avx512()) {
        multiply_by_avx512(product, leaf, n_leaves);
        return;
    }
    if (om_processor_has_avx2()) {
        multiply_by_avx2(product, leaf, n_leaves);
        return;
    }
#endif
    multiply_plainly(product, leaf, n_leaves);
}

/* Rows of B of which all columns that a strip has stay in the first cache for every tile. */
enum { K_CUT = 128 };

void om_product_add(const om_product *product) {
    om_product part = *product;
    for (int64_t rest = product->k; rest > 0; rest -= part.k) {
        part.k = rest < K_CUT ? rest : K_CUT;
        multiply(&part, 0, 0);
        part.a += part.k * part.a_column;
        part.b += part.k * part.b_row;
    }
}

void om_product_tree(const om_product *product, int64_t leaf, int64_t n_leaves) {
    multiply(product, leaf, n_leaves);
}

int64_t om_padded(int64_t units) {
    return (units + OM_LANES - 1) / OM_LANES * OM_LANES;
}

const char *om_product_arithmetic(void) {
    /* (1 + 2^-12)^2 - 1 - 2^-11 is 2^-24 where the product is not rounded, else 0. */
    const float a = 0x1.001p0F;
    const float b[OM_LANES] = {0x1.001p0F};
    float c[OM_LANES] = {-0x1.002p0F};
    om_product_add(&(om_product){.m = 1,
                                 .n = OM_LANES,
                                 .k = 1,
                                 .a = &a,
                                 .b = b,
                                 .b_row = OM_LANES,
                                 .c = c,
                                 .c_row = OM_LANES});
    return c[0] > 0 ? "fused" : "plain";
}
