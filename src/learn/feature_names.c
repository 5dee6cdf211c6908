#include "feature_names.h"

#include "oncomark/h5ad.h"

#include <inttypes.h>

static om_status pick(om_strings *names, const om_strings *all, const char *path,
                      const om_feature_matrix *matrix) {
    if (om_strings_count(all) <= matrix->genes[matrix->n_features - 1]) {
        return om_fail(OM_INPUT, "%s: var: found %" PRId64 " genes, fewer than X has columns", path,
                       om_strings_count(all));
    }
    for (int64_t f = 0; f < matrix->n_features; f++) {
        OM_TRY(om_strings_add(names, om_strings_get(all, matrix->genes[f])));
    }
    return OM_OK;
}

om_status om_feature_names_read(om_strings **names, const char *path,
                                const om_feature_matrix *matrix) {
    om_h5 *file = NULL;
    om_strings *all = NULL;
    om_status status = om_strings_create(names);
    status = status == OM_OK ? om_h5_open(&file, path) : status;
    status = status == OM_OK ? om_h5ad_read_index(file, "var", &all) : status;
    status = status == OM_OK ? pick(*names, all, path, matrix) : status;
    om_strings_destroy(&all);
    om_h5_close(&file);
    if (status != OM_OK) {
        om_strings_destroy(names);
    }
    return status;
}
