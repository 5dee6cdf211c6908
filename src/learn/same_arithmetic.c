#include "same_arithmetic.h"

#include "oncomark/product.h"
#include "oncomark/string_map.h"

/* To be raised where a change of the program gives trained weights other bits. */
enum { TRAINING_VERSION = 2 };

om_status om_describe_arithmetic(om_text *text) {
    return om_text_add(text, "training: %d\narithmetic: %s\n", (int)TRAINING_VERSION,
                       om_product_arithmetic());
}

om_status om_check_same_arithmetic(om_ctx *ctx, const char *stage) {
    int64_t hash = (int64_t)om_hash_string(om_product_arithmetic());
    int64_t range[2] = {hash, ~hash};
    OM_TRY(om_max_i64(ctx, range, 2));
    if (range[0] != ~range[1]) {
        return om_fail(OM_SYSTEM,
                       "%s: the ranks' processors differ in their arithmetic (this one: %s); use "
                       "nodes of one kind",
                       stage, om_product_arithmetic());
    }
    return OM_OK;
}
