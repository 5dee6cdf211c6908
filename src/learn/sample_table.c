#include "oncomark/sample_table.h"

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <stdio.h>

om_status om_sample_table_create(om_sample_table **out, int64_t n_samples) {
    om_sample_table *table = om_calloc(1, sizeof *table);
    *out = table;
    if (table == NULL) {
        return OM_MEMORY;
    }
    table->n_samples = n_samples;
    table->task = om_calloc(n_samples, sizeof *table->task);
    table->label = om_calloc(n_samples, sizeof *table->label);
    table->patient = om_calloc(n_samples, sizeof *table->patient);
    table->biopsy = om_calloc(n_samples, sizeof *table->biopsy);
    table->study = om_calloc(n_samples, sizeof *table->study);
    table->tissue = om_calloc(n_samples, sizeof *table->tissue);
    bool whole = table->task != NULL && table->label != NULL && table->patient != NULL &&
                 table->biopsy != NULL && table->study != NULL && table->tissue != NULL;
    om_status status = whole ? om_strings_create(&table->studies) : OM_MEMORY;
    status = status == OM_OK ? om_strings_create(&table->tissues) : status;
    if (status != OM_OK) {
        om_sample_table_destroy(out);
    }
    return status;
}

void om_sample_table_destroy(om_sample_table **table) {
    if (*table == NULL) {
        return;
    }
    om_free((*table)->task);
    om_free((*table)->label);
    om_free((*table)->patient);
    om_free((*table)->biopsy);
    om_free((*table)->study);
    om_free((*table)->tissue);
    om_strings_destroy(&(*table)->studies);
    om_strings_destroy(&(*table)->tissues);
    om_free(*table);
    *table = NULL;
}

/* A categorical column of obs. */
typedef struct obs_column {
    int32_t *codes;
    om_strings *categories;
} obs_column;

static om_status read_column(obs_column *out, const om_h5 *file, const char *name, int64_t n) {
    OM_TRY(om_h5ad_read_categories(file, "obs", name, &out->codes, &out->categories));
    for (int64_t i = 0; i < n; i++) {
        if (out->codes[i] < 0) {
            return om_fail(OM_INPUT,
                           "%s: obs/%s: row %" PRId64 " has no value, expected one in every row",
                           om_h5_path(file), name, i);
        }
    }
    return OM_OK;
}

static void free_column(obs_column *column) {
    om_free(column->codes);
    om_strings_destroy(&column->categories);
}

/* Numbers the pairs (outer, inner) by first appearance. */
static om_status number_pairs(int32_t *numbers, int64_t *n_pairs, int64_t n,
                              const obs_column *outer, const obs_column *inner) {
    om_string_map *seen = NULL;
    om_text *key = NULL;
    om_status status = om_string_map_create(&seen);
    if (status == OM_OK) {
        status = om_text_create(&key);
    }
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        om_text_clear(key);
        status = om_text_add(key, "%" PRId32 "/%" PRId32, outer->codes[i], inner->codes[i]);
        if (status == OM_OK) {
            status = om_string_map_add(seen, om_text_get(key), om_string_map_count(seen), NULL);
            numbers[i] = (int32_t)om_string_map_get(seen, om_text_get(key), -1);
        }
    }
    if (status == OM_OK) {
        *n_pairs = om_string_map_count(seen);
    }
    om_text_destroy(&key);
    om_string_map_destroy(&seen);
    return status;
}

/* Numbers the values of a column by first appearance; `names` gets them in that order. */
static om_status number_names(int32_t *numbers, om_strings *names, int64_t n,
                              const obs_column *column) {
    int64_t n_categories = om_strings_count(column->categories);
    int32_t *number_of = om_malloc(n_categories, sizeof *number_of);
    if (number_of == NULL) {
        return OM_MEMORY;
    }
    for (int64_t k = 0; k < n_categories; k++) {
        number_of[k] = -1;
    }
    om_status status = OM_OK;
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        int32_t code = column->codes[i];
        if (number_of[code] < 0) {
            number_of[code] = (int32_t)om_strings_count(names);
            status = om_strings_add(names, om_strings_get(column->categories, code));
        }
        numbers[i] = number_of[code];
    }
    om_free(number_of);
    return status;
}

static om_status number_groups(om_sample_table *table, const om_h5 *file) {
    int64_t n = table->n_samples;
    obs_column study = {0}, tissue = {0}, patient = {0}, data_set = {0}, biopsy = {0};
    om_status status = read_column(&study, file, "study", n);
    status = status == OM_OK ? read_column(&tissue, file, "tissue", n) : status;
    status = status == OM_OK ? read_column(&patient, file, "patient", n) : status;
    status = status == OM_OK ? read_column(&data_set, file, "data_set", n) : status;
    status = status == OM_OK ? read_column(&biopsy, file, "sample", n) : status;
    if (status == OM_OK) {
        status = number_pairs(table->patient, &table->n_patients, n, &study, &patient);
    }
    if (status == OM_OK) {
        status = number_pairs(table->biopsy, &table->n_biopsies, n, &data_set, &biopsy);
    }
    if (status == OM_OK) {
        status = number_names(table->study, table->studies, n, &study);
    }
    if (status == OM_OK) {
        status = number_names(table->tissue, table->tissues, n, &tissue);
    }
    free_column(&study);
    free_column(&tissue);
    free_column(&patient);
    free_column(&data_set);
    free_column(&biopsy);
    return status;
}

static om_status read_tasks(om_sample_table *table, const om_h5 *file) {
    obs_column hallmark = {0};
    om_status status = read_column(&hallmark, file, "hallmark", table->n_samples);
    for (int64_t i = 0; i < table->n_samples && status == OM_OK; i++) {
        const char *code = om_strings_get(hallmark.categories, hallmark.codes[i]);
        int task = om_hallmark_find(code);
        if (task < 0) {
            status = om_fail(OM_INPUT,
                             "%s: obs/hallmark: row %" PRId64
                             ": found \"%s\", expected a hallmark's code (AIM .. TPI)",
                             om_h5_path(file), i, code);
        }
        table->task[i] = (uint8_t)task;
    }
    free_column(&hallmark);
    return status;
}

static om_status read_labels(om_sample_table *table, const om_h5 *file) {
    int64_t *labels = om_malloc(table->n_samples, sizeof *labels);
    if (labels == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_h5_read_rows(file, "obs/label", OM_I64, 0, table->n_samples, labels);
    for (int64_t i = 0; i < table->n_samples && status == OM_OK; i++) {
        if (labels[i] != 0 && labels[i] != 1) {
            status = om_fail(OM_INPUT,
                             "%s: obs/label: row %" PRId64 ": found %" PRId64 ", expected 0 or 1",
                             om_h5_path(file), i, labels[i]);
        }
        table->label[i] = (uint8_t)(labels[i] == 1);
    }
    om_free(labels);
    return status;
}

static om_status read_table(om_sample_table **out, const char *path) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_open(&file, path));
    int64_t n_rows = 0, n_columns = 0, n_nonzeros = 0;
    om_status status = om_h5ad_csr_shape(file, "X", &n_rows, &n_columns, &n_nonzeros);
    if (status == OM_OK && n_rows == 0) {
        status = om_fail(OM_INPUT,
                         "%s: found no synthetic samples, expected at least one; see "
                         "synthetic.min_cells and synthetic.cells_per_sample",
                         path);
    }
    if (status == OM_OK) {
        status = om_sample_table_create(out, n_rows);
    }
    status = status == OM_OK ? read_tasks(*out, file) : status;
    status = status == OM_OK ? read_labels(*out, file) : status;
    status = status == OM_OK ? number_groups(*out, file) : status;
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}

static om_status broadcast_names(om_ctx *ctx, om_strings **names) {
    if (!om_context_is_root(ctx)) {
        om_strings_destroy(names);
    }
    return om_broadcast_strings(ctx, 0, names);
}

static om_status broadcast_columns(om_ctx *ctx, om_sample_table *table) {
    int64_t n = table->n_samples;
    OM_TRY(om_broadcast(ctx, 0, table->task, n));
    OM_TRY(om_broadcast(ctx, 0, table->label, n));
    OM_TRY(om_broadcast(ctx, 0, table->patient, n * 4));
    OM_TRY(om_broadcast(ctx, 0, table->biopsy, n * 4));
    OM_TRY(om_broadcast(ctx, 0, table->study, n * 4));
    OM_TRY(om_broadcast(ctx, 0, table->tissue, n * 4));
    OM_TRY(broadcast_names(ctx, &table->studies));
    return broadcast_names(ctx, &table->tissues);
}

om_status om_sample_table_read(om_sample_table **out, om_ctx *ctx, const char *path) {
    *out = NULL;
    bool is_root = om_context_is_root(ctx);
    om_status status = om_agree(ctx, is_root ? read_table(out, path) : OM_OK);
    int64_t sizes[3] = {0};
    if (status == OM_OK && is_root) {
        sizes[0] = (*out)->n_samples;
        sizes[1] = (*out)->n_patients;
        sizes[2] = (*out)->n_biopsies;
    }
    status = status == OM_OK ? om_broadcast(ctx, 0, sizes, sizeof sizes) : status;
    if (status == OM_OK) {
        status = om_agree(ctx, is_root ? OM_OK : om_sample_table_create(out, sizes[0]));
    }
    if (status == OM_OK) {
        (*out)->n_patients = sizes[1];
        (*out)->n_biopsies = sizes[2];
        status = broadcast_columns(ctx, *out);
    }
    if (status != OM_OK) {
        om_sample_table_destroy(out);
    }
    return status;
}
