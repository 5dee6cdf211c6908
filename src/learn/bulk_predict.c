#include "bulk_predict.h"

const char *om_bulk_own_class_column(const om_bulk_set *set) {
    return set->classes == NULL ? set->class_column : NULL;
}

om_status om_bulk_predict(om_predictions **out, om_ctx *ctx, const om_bulk_set *set,
                          const om_model *model, const om_linear_map *linear) {
    om_gene_map *map = NULL;
    const char *path = set->gene_map;
    om_status status = om_agree(ctx, path != NULL ? om_gene_map_read(&map, path) : OM_OK);
    const om_predict_request request = {.model = model,
                                        .map = map,
                                        .path = set->path,
                                        .class_column = om_bulk_own_class_column(set),
                                        .linear = linear};
    status = status == OM_OK ? om_predict(out, ctx, &request) : status;
    om_gene_map_destroy(&map);
    return status;
}
