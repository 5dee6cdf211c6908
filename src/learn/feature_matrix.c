#include "feature_matrix.h"

#include "oncomark/features.h"
#include "oncomark/memory.h"
#include "oncomark/split.h"

static om_status select_features(om_feature_matrix *matrix, om_ctx *ctx,
                                 const om_sample_source *source, const uint8_t *parts,
                                 int64_t most_variable) {
    int64_t n = source->table->n_samples;
    bool *counted = om_malloc(n, sizeof *counted);
    om_status status = om_agree(ctx, counted != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        for (int64_t i = 0; i < n; i++) {
            counted[i] = parts == NULL || parts[i] == OM_PART_TRAINING;
        }
        int64_t nonzeros = 0;
        status = om_features_read(&matrix->genes, &matrix->n_features, ctx, source->path,
                                  source->table, counted, most_variable, &nonzeros);
        om_workdir_count(source->workdir, OM_COUNT_NONZEROS, nonzeros);
    }
    om_free(counted);
    return status;
}

om_status om_feature_matrix_make(om_feature_matrix *matrix, om_ctx *ctx,
                                 const om_sample_source *source, const uint8_t *parts,
                                 int64_t most_variable) {
    OM_TRY(select_features(matrix, ctx, source, parts, most_variable));
    return om_training_set_create(&matrix->set, ctx, source->path, source->table, matrix->genes,
                                  matrix->n_features);
}

void om_feature_matrix_release(om_feature_matrix *matrix) {
    om_training_set_destroy(&matrix->set);
    om_free(matrix->genes);
    *matrix = (om_feature_matrix){.genes = NULL};
}
