#include "oncomark/predict.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "profiles.h"

#include <string.h>

/* Text that a rank has in hand at a time; small files are shared, too. */
static const int64_t least_piece = 1 << 16;
static const int64_t largest_piece = 1 << 22;

void om_predictions_destroy(om_predictions **predictions) {
    if (*predictions == NULL) {
        return;
    }
    om_strings_destroy(&(*predictions)->profiles);
    om_strings_destroy(&(*predictions)->left_out);
    om_strings_destroy(&(*predictions)->classes);
    om_free((*predictions)->probabilities);
    om_free((*predictions)->linear);
    om_free(*predictions);
    *predictions = NULL;
}

static om_status create(om_predictions **out, const om_predict_request *request) {
    *out = om_calloc(1, sizeof **out);
    if (*out == NULL) {
        return OM_MEMORY;
    }
    (*out)->n_features = om_strings_count(request->model->genes);
    (*out)->n_linear = request->linear != NULL ? request->linear->n_outputs + 1 : 0;
    OM_TRY(om_strings_create(&(*out)->profiles));
    OM_TRY(om_strings_create(&(*out)->left_out));
    return request->class_column != NULL ? om_strings_create(&(*out)->classes) : OM_OK;
}

om_status om_profiles_is_hdf5(const char *path, bool *answer) {
    static const char signature[8] = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
    char start[sizeof signature];
    size_t n = 0;
    om_reader *reader = NULL;
    OM_TRY(om_reader_open(&reader, path));
    om_status status = om_reader_bytes(reader, start, sizeof start, &n);
    om_reader_close(&reader);
    *answer = n == sizeof start && memcmp(start, signature, sizeof start) == 0;
    return status;
}

static om_status clear(om_predictions *predictions) {
    om_strings_destroy(&predictions->profiles);
    predictions->n_profiles = 0;
    predictions->n_found = 0;
    return om_strings_create(&predictions->profiles);
}

/* Genes that were taken to be in columns may be in rows after all: all rows tell. */
static om_status read_again(om_predictions *predictions, om_profile_block *block,
                            const om_profile_source *source, om_profile_layout *layout,
                            om_status status, int64_t in_rows) {
    if (status == OM_INPUT) {
        OM_TRY(om_profile_layout_settle(layout, source->ctx, source->path, source->genes,
                                        source->piece_bytes));
    } else {
        layout->genes_in_rows = in_rows > layout->in_header;
    }
    if (!layout->genes_in_rows) {
        return status;
    }
    OM_TRY(om_profile_header_check(&layout->header, layout->names, source->path));
    om_profile_block_finish(block); /* it knows of profiles that are none now */
    OM_TRY(om_agree(source->ctx, clear(predictions)));
    return om_profiles_read_gene_rows(predictions, block, source);
}

static om_status read_table(om_predictions *predictions, om_profile_block *block,
                            om_profile_source *source) {
    om_profile_layout layout = {0};
    OM_TRY(om_profile_layout_read(&layout, source->ctx, source->path, source->genes,
                                  source->piece_bytes));
    source->layout = &layout;
    om_status status = OM_OK;
    if (layout.genes_in_rows) {
        status = om_profiles_read_gene_rows(predictions, block, source);
    } else {
        int64_t in_rows = 0;
        status = om_profiles_read_gene_columns(predictions, block, source, &in_rows);
        if (status == OM_OK || status == OM_INPUT) {
            status = read_again(predictions, block, source, &layout, status, in_rows);
        }
    }
    om_profile_layout_free(&layout);
    source->layout = NULL;
    return status;
}

/* What each rank has for itself before they work together. */
static om_status prepare(om_predictions **out, om_profile_genes **genes, om_profile_block **block,
                         const om_predict_request *request) {
    OM_TRY(create(out, request));
    OM_TRY(om_profile_genes_create(genes, request->model->genes, request->map));
    return om_profile_block_create(block, request->model, request->linear, *out);
}

static om_status join(om_predictions *predictions, om_ctx *ctx) {
    int64_t n_linear = predictions->n_linear * (int64_t)sizeof *predictions->linear;
    int64_t n_heads = OM_N_HALLMARKS * (int64_t)sizeof *predictions->probabilities;
    OM_TRY(om_join_bytes(ctx, predictions->probabilities, predictions->n_profiles * n_heads));
    return n_linear > 0
               ? om_join_bytes(ctx, predictions->linear, predictions->n_profiles * n_linear)
               : OM_OK;
}

static om_status look_at(const char *path, bool *hdf5, int64_t *bytes) {
    OM_TRY(om_profiles_is_hdf5(path, hdf5));
    return om_file_size(path, bytes);
}

static om_status read_profiles(om_predictions *predictions, om_profile_block *block,
                               om_profile_source *source) {
    bool hdf5 = false;
    int64_t bytes = 0;
    OM_TRY(om_agree(source->ctx, look_at(source->path, &hdf5, &bytes)));
    if (source->piece_bytes == 0) {
        int64_t share = bytes / om_context_size(source->ctx);
        share = share > least_piece ? share : least_piece;
        source->piece_bytes = share < largest_piece ? share : largest_piece;
    }
    OM_TRY(hdf5 ? om_profiles_read_h5ad(predictions, block, source)
                : read_table(predictions, block, source));
    if (predictions->n_profiles == 0) {
        return om_fail(OM_INPUT,
                       "%s: found no profile, expected at least one column or row of numbers",
                       source->path);
    }
    return join(predictions, source->ctx);
}

om_status om_profiles_predict(om_predictions **out, om_ctx *ctx, const om_predict_request *request,
                              int64_t piece_bytes) {
    om_profile_genes *genes = NULL;
    om_profile_block *block = NULL;
    om_status status = om_agree(ctx, prepare(out, &genes, &block, request));
    if (status == OM_OK) {
        om_profile_source source = {.ctx = ctx,
                                    .path = request->path,
                                    .genes = genes,
                                    .class_column = request->class_column,
                                    .piece_bytes = piece_bytes};
        status = read_profiles(*out, block, &source);
    }
    om_profile_block_destroy(&block);
    om_profile_genes_destroy(&genes);
    if (status != OM_OK) {
        om_predictions_destroy(out);
    }
    return status;
}

om_status om_predict(om_predictions **out, om_ctx *ctx, const om_predict_request *request) {
    return om_profiles_predict(out, ctx, request, 0);
}
