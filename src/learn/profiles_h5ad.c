/* AnnData files with a profile in each row. */
#include "oncomark/h5ad_import.h"
#include "oncomark/memory.h"
#include "profiles.h"

#include <inttypes.h>
#include <string.h>

/* Bytes of the matrix that a rank has in hand. */
static const int64_t feed_memory = 1 << 28;

typedef struct annotated {
    om_predictions *predictions;
    om_profile_block *block;
    const om_profile_source *source;
    om_matrix_place place;
    int64_t n_features;
    int32_t *feature_of; /* [n_genes] -1: none, or not the first of it */
    int64_t n_found;
    double *values; /* [n_features] of a profile */
} annotated;

/* Which features the names of genes are; names of number `i` by its place or by its code. */
static om_status match(const annotated *file, const om_strings *names, const int32_t *codes,
                       int32_t *feature_of, int64_t *n_found) {
    bool *seen = om_calloc(file->n_features, sizeof *seen);
    om_status status = seen != NULL ? OM_OK : OM_MEMORY;
    *n_found = 0;
    for (int64_t i = 0; i < file->place.n_genes && status == OM_OK; i++) {
        int64_t name = codes != NULL ? codes[i] : i;
        int64_t feature = -1;
        if (name >= 0) {
            status =
                om_profile_genes_find(file->source->genes, om_strings_get(names, name), &feature);
        }
        bool is_new = status == OM_OK && feature >= 0 && !seen[feature];
        feature_of[i] = is_new ? (int32_t)feature : -1;
        if (is_new) {
            seen[feature] = true;
            *n_found += 1;
        }
    }
    om_free(seen);
    return status;
}

/* Takes these names for those of the genes where they are more of the model's. */
static om_status try_names(annotated *file, const om_strings *names, const int32_t *codes) {
    int64_t n_found = 0;
    int32_t *feature_of = om_malloc(file->place.n_genes, sizeof *feature_of);
    om_status status =
        feature_of != NULL ? match(file, names, codes, feature_of, &n_found) : OM_MEMORY;
    if (status == OM_OK && (file->feature_of == NULL || n_found > file->n_found)) {
        om_free(file->feature_of);
        file->feature_of = feature_of;
        file->n_found = n_found;
        feature_of = NULL;
    }
    om_free(feature_of);
    return status;
}

static om_status try_columns(annotated *file, const om_h5 *h5) {
    om_strings *columns = NULL;
    OM_TRY(om_h5ad_import_columns(h5, "var", &columns));
    om_status status = OM_OK;
    for (int64_t c = 0; c < om_strings_count(columns) && status == OM_OK; c++) {
        om_h5ad_column column = {.codes = NULL};
        status = om_h5ad_import_column(&column, h5, "var", om_strings_get(columns, c),
                                       file->place.n_genes);
        if (status == OM_OK && column.codes != NULL) {
            status = try_names(file, column.categories, column.codes);
        }
        om_h5ad_column_release(&column);
    }
    om_strings_destroy(&columns);
    return status;
}

static om_status check_length(const char *path, const char *frame, const om_strings *names,
                              int64_t expected) {
    return om_strings_count(names) == expected
               ? OM_OK
               : om_fail(OM_INPUT,
                         "%s: object '%s': found %" PRId64 " names, expected %" PRId64 " as X has",
                         path, frame, om_strings_count(names), expected);
}

static bool are_ids(const om_strings *names) {
    int64_t n_ids = 0;
    for (int64_t i = 0; i < om_strings_count(names); i++) {
        n_ids += om_gene_map_id_length(om_strings_get(names, i)) > 0;
    }
    return 2 * n_ids > om_strings_count(names);
}

static om_status find_genes(annotated *file, const om_h5 *h5) {
    const om_profile_source *source = file->source;
    om_strings *names = NULL;
    OM_TRY(om_h5ad_import_index(h5, "var", &names));
    om_status status = check_length(source->path, "var", names, file->place.n_genes);
    status = status == OM_OK ? try_names(file, names, NULL) : status;
    int64_t by_index = file->n_found;
    status = status == OM_OK ? try_columns(file, h5) : status;
    if (status == OM_OK && file->n_found == by_index && are_ids(names) &&
        om_profile_genes_lack_map(source->genes)) {
        status = om_fail(
            OM_INPUT,
            "%s: found Ensembl ids of genes (%s) in var, expected symbols as the model "
            "has them; --gene-map FILE, or gene_map in a job, gives a table of ids and symbols",
            source->path, om_strings_get(names, 0));
    } else if (status == OM_OK && file->n_found == 0) {
        status = om_fail(OM_INPUT,
                         "%s: none of the model's %" PRId64
                         " genes is in var, expected profiles in obs and gene symbols in var",
                         source->path, om_profile_genes_count(source->genes));
    }
    om_strings_destroy(&names);
    return status;
}

static om_status name_profiles(annotated *file, const om_h5 *h5) {
    om_strings *names = NULL;
    om_string_map *seen = NULL;
    OM_TRY(om_h5ad_import_index(h5, "obs", &names));
    om_status status = check_length(file->source->path, "obs", names, file->place.n_cells);
    status = status == OM_OK ? om_string_map_create(&seen) : status;
    for (int64_t i = 0; i < om_strings_count(names) && status == OM_OK; i++) {
        status = om_profiles_add_name(file->predictions, seen, file->source->path,
                                      om_strings_get(names, i), i);
    }
    if (status == OM_OK) {
        status = om_profiles_grow(file->predictions, om_strings_count(names));
    }
    om_string_map_destroy(&seen);
    om_strings_destroy(&names);
    return status;
}

static om_status read_classes(annotated *file, const om_h5 *h5) {
    om_h5ad_column column = {.codes = NULL};
    const char *name = file->source->class_column;
    om_predictions *predictions = file->predictions;
    om_status status = om_h5ad_import_names(&column, h5, "obs", name, predictions->n_profiles);
    if (status == OM_OK && column.codes == NULL) {
        status = om_fail(OM_INPUT,
                         "%s: object 'obs/%s': found no single text a profile, expected the "
                         "profiles' classes",
                         file->source->path, name);
    }
    bool has_codes = column.codes != NULL;
    for (int64_t i = 0; i < predictions->n_profiles && status == OM_OK && has_codes; i++) {
        int32_t code = column.codes[i];
        status = om_strings_add(predictions->classes,
                                code < 0 ? "" : om_strings_get(column.categories, code));
    }
    om_h5ad_column_release(&column);
    return status;
}

static om_status read_names(annotated *file) {
    om_h5 *h5 = NULL;
    OM_TRY(om_h5_open(&h5, file->source->path));
    om_status status = OM_OK;
    if (!om_h5ad_is_annotated(h5)) {
        status = om_fail(OM_INPUT,
                         "%s: found an HDF5 file without obs and var, expected an AnnData file "
                         "(.h5ad) or a table",
                         file->source->path);
    }
    status = status == OM_OK ? om_h5ad_import_matrix(&file->place, h5, "X") : status;
    status = status == OM_OK ? find_genes(file, h5) : status;
    status = status == OM_OK ? name_profiles(file, h5) : status;
    if (status == OM_OK && file->source->class_column != NULL) {
        status = read_classes(file, h5);
    }
    om_status closed = om_h5_close(&h5);
    if (status == OM_OK) {
        file->place.file = om_strdup(file->source->path);
        file->values = om_calloc(file->n_features, sizeof *file->values);
        status = file->place.file != NULL && file->values != NULL ? closed : OM_MEMORY;
    }
    return status;
}

static void predict_batch(annotated *file, const om_counts *batch) {
    for (int64_t i = 0; i < batch->n_cells; i++) {
        memset(file->values, 0, (size_t)file->n_features * sizeof *file->values);
        for (int64_t e = batch->indptr[i]; e < batch->indptr[i + 1]; e++) {
            int32_t feature = file->feature_of[batch->indices[e]];
            if (feature >= 0) {
                file->values[feature] = batch->values[e];
            }
        }
        om_profile_block_add(file->block, batch->first_cell + i, file->values);
    }
}

static om_status read_matrix(annotated *file) {
    om_feed *feed = NULL;
    om_feed_event event = OM_FEED_ROUND;
    OM_TRY(om_feed_open(&feed, file->source->ctx, &file->place, false, feed_memory));
    om_status status = OM_OK;
    while (status == OM_OK && event != OM_FEED_END) {
        const om_counts *batch = NULL;
        status = om_feed_next(feed, &batch, &event);
        if (status == OM_OK && event == OM_FEED_ROUND) {
            predict_batch(file, batch);
        } else if (status == OM_OK && event == OM_FEED_RESTART) {
            /* Another rank may get a profile now. */
            om_profile_block_finish(file->block);
            om_profiles_clear_figures(file->predictions);
        }
    }
    om_feed_close(&feed);
    om_profile_block_finish(file->block);
    return status;
}

om_status om_profiles_read_h5ad(om_predictions *predictions, om_profile_block *block,
                                const om_profile_source *source) {
    annotated file = {.predictions = predictions,
                      .block = block,
                      .source = source,
                      .n_features = om_profile_genes_count(source->genes)};
    om_status status = om_agree(source->ctx, read_names(&file));
    status = status == OM_OK ? read_matrix(&file) : status;
    predictions->n_found = file.n_found;
    om_free(file.place.file);
    om_free(file.place.data);
    om_free(file.place.indices);
    om_free(file.place.indptr);
    om_free(file.feature_of);
    om_free(file.values);
    return status;
}
