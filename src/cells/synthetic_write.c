#include "synthetic_write.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <stdio.h>

/* The categorical columns of obs. */
enum { DATA_SET, STUDY, TISSUE, SAMPLE, PATIENT, HALLMARK, N_CATEGORICAL };

typedef struct categorical {
    int32_t *codes;
    om_strings *categories;
    om_string_map *code_of;
} categorical;

typedef struct frame {
    int64_t n_rows; /* filled so far */
    om_strings *names;
    categorical columns[N_CATEGORICAL];
    int64_t *label;
    int64_t *block;
} frame;

static const char *column_name(int column) {
    static const char *const names[N_CATEGORICAL] = {"data_set", "study",   "tissue",
                                                     "sample",   "patient", "hallmark"};
    return names[column];
}

static void release(frame *obs) {
    om_strings_destroy(&obs->names);
    for (int c = 0; c < N_CATEGORICAL; c++) {
        om_free(obs->columns[c].codes);
        om_strings_destroy(&obs->columns[c].categories);
        om_string_map_destroy(&obs->columns[c].code_of);
    }
    om_free(obs->label);
    om_free(obs->block);
}

static om_status allocate(frame *obs, int64_t n_rows) {
    OM_TRY(om_strings_create(&obs->names));
    obs->label = om_malloc(n_rows, sizeof *obs->label);
    obs->block = om_malloc(n_rows, sizeof *obs->block);
    if (obs->label == NULL || obs->block == NULL) {
        return OM_MEMORY;
    }
    for (int c = 0; c < N_CATEGORICAL; c++) {
        categorical *column = &obs->columns[c];
        OM_TRY(om_strings_create(&column->categories));
        OM_TRY(om_string_map_create(&column->code_of));
        column->codes = om_malloc(n_rows, sizeof *column->codes);
        if (column->codes == NULL) {
            return OM_MEMORY;
        }
    }
    return OM_OK;
}

static om_status set_category(categorical *column, int64_t row, const char *text) {
    bool inserted = false;
    int64_t next = om_string_map_count(column->code_of);
    OM_TRY(om_string_map_add(column->code_of, text, next, &inserted));
    if (inserted) {
        OM_TRY(om_strings_add(column->categories, text));
    }
    column->codes[row] = (int32_t)om_string_map_get(column->code_of, text, -1);
    return OM_OK;
}

static om_status add_row(frame *obs, const om_synthetic_data *data, int64_t group,
                         const char *group_name, int64_t block) {
    int64_t sample = group / OM_SYNTHETIC_GROUPS;
    int64_t within = group % OM_SYNTHETIC_GROUPS;
    const char *texts[N_CATEGORICAL] = {data->data_set->id,
                                        data->data_set->study,
                                        data->data_set->tissue,
                                        om_strings_get(data->samples, sample),
                                        om_strings_get(data->patients, sample),
                                        om_hallmark_code((int)(within / OM_SYNTHETIC_LABELS))};
    char *name = om_format("%s|%" PRId64, group_name, block);
    om_status status = name != NULL ? om_strings_add(obs->names, name) : OM_MEMORY;
    om_free(name);
    OM_TRY(status);
    for (int c = 0; c < N_CATEGORICAL; c++) {
        OM_TRY(set_category(&obs->columns[c], obs->n_rows, texts[c]));
    }
    obs->label[obs->n_rows] = within % OM_SYNTHETIC_LABELS == 0 ? 1 : 0;
    obs->block[obs->n_rows] = block;
    obs->n_rows++;
    return OM_OK;
}

static om_status add_group(frame *obs, const om_synthetic_data *data, int64_t group) {
    const char *sample = om_strings_get(data->samples, group / OM_SYNTHETIC_GROUPS);
    char *name = om_synthetic_group_name(data->data_set->id, sample, group % OM_SYNTHETIC_GROUPS);
    om_status status = name != NULL ? OM_OK : OM_MEMORY;
    for (int64_t block = 0; block < data->group_blocks[group] && status == OM_OK; block++) {
        status = add_row(obs, data, group, name, block);
    }
    om_free(name);
    return status;
}

static om_status fill_frame(frame *obs, const om_synthetic_catalog *catalog) {
    OM_TRY(allocate(obs, catalog->n_rows));
    /* All ten hallmarks have their code, used or not. */
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        categorical *hallmark = &obs->columns[HALLMARK];
        OM_TRY(om_string_map_add(hallmark->code_of, om_hallmark_code(h), h, NULL));
        OM_TRY(om_strings_add(hallmark->categories, om_hallmark_code(h)));
    }
    for (int64_t i = 0; i < catalog->n_data; i++) {
        const om_synthetic_data *data = &catalog->data[i];
        int64_t n_groups = om_strings_count(data->samples) * OM_SYNTHETIC_GROUPS;
        for (int64_t group = 0; group < n_groups; group++) {
            OM_TRY(add_group(obs, data, group));
        }
    }
    return OM_OK;
}

static om_status write_frame(om_h5 *file, const frame *obs, om_strings *order) {
    OM_TRY(om_h5ad_frame_begin(file, "obs", "synthetic_sample", obs->names));
    for (int c = 0; c < N_CATEGORICAL; c++) {
        OM_TRY(om_h5ad_frame_categories(file, "obs", column_name(c), obs->n_rows,
                                        obs->columns[c].codes, obs->columns[c].categories));
        OM_TRY(om_strings_add(order, column_name(c)));
    }
    OM_TRY(om_h5ad_frame_numbers(file, "obs", "label", OM_I64, obs->n_rows, obs->label));
    OM_TRY(om_h5ad_frame_numbers(file, "obs", "block", OM_I64, obs->n_rows, obs->block));
    OM_TRY(om_strings_add(order, "label"));
    OM_TRY(om_strings_add(order, "block"));
    return om_h5ad_frame_end(file, "obs", order);
}

static om_status add_obs(om_h5 *file, const om_synthetic_catalog *catalog) {
    frame obs = {0};
    om_strings *order = NULL;
    om_status status = om_strings_create(&order);
    if (status == OM_OK) {
        status = fill_frame(&obs, catalog);
    }
    if (status == OM_OK) {
        status = write_frame(file, &obs, order);
    }
    om_strings_destroy(&order);
    release(&obs);
    return status;
}

static om_status add_var(om_h5 *file, const om_synthetic_catalog *catalog) {
    om_strings *none = NULL;
    OM_TRY(om_strings_create(&none));
    om_status status =
        om_h5ad_frame_begin(file, "var", "gene", om_gene_union_genes(catalog->genes));
    if (status == OM_OK) {
        status = om_h5ad_frame_end(file, "var", none);
    }
    om_strings_destroy(&none);
    return status;
}

/* The root's phase: everything but the matrix. */
static om_status create_file(const om_synthetic_catalog *catalog, const char *path,
                             om_digest *digest) {
    om_h5 *file = NULL;
    om_status status = om_h5_create(&file, path);
    if (status == OM_OK) {
        status = om_h5ad_begin(file);
    }
    if (status == OM_OK) {
        status = add_obs(file, catalog);
    }
    if (status == OM_OK) {
        status = add_var(file, catalog);
    }
    if (status == OM_OK) {
        status = om_h5ad_reserve_csr(file, "X", OM_U32, catalog->n_rows,
                                     om_strings_count(om_gene_union_genes(catalog->genes)),
                                     catalog->n_values);
    }
    if (status == OM_OK) {
        om_digest written = om_h5_digest(file);
        om_digest_add(digest, &written);
    }
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}

/* All ranks' phase: each data set in turn, so that all make the same calls. */
static om_status fill_file(om_h5 *file, const om_synthetic_catalog *catalog,
                           const om_synthetic_run *runs) {
    const int64_t no_rows = 0;
    for (int64_t i = 0; i < catalog->n_data; i++) {
        const om_synthetic_data *data = &catalog->data[i];
        const om_synthetic_run *run = &runs[i];
        if (run->rows != NULL && run->rows->n_rows > 0) {
            OM_TRY(om_h5ad_write_csr_rows(file, "X", OM_U32, data->first_row + run->first_row,
                                          run->rows->n_rows, catalog->n_rows,
                                          data->first_value + run->first_value, run->rows->indptr,
                                          run->rows->indices, run->rows->values));
        } else {
            OM_TRY(om_h5ad_write_csr_rows(file, "X", OM_U32, 0, 0, catalog->n_rows, 0, &no_rows,
                                          NULL, NULL));
        }
    }
    return OM_OK;
}

om_status om_synthetic_write(const om_synthetic_catalog *catalog, const om_synthetic_run *runs,
                             om_ctx *ctx, const char *path, om_digest *digest) {
    om_h5 *file = NULL;
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        status = create_file(catalog, path, digest);
    }
    OM_TRY(om_agree(ctx, status));
    OM_TRY(om_h5_open_parallel(&file, ctx, path));
    status = fill_file(file, catalog, runs);
    om_digest written = om_h5_digest(file);
    om_digest_add(digest, &written);
    om_status closed = om_h5_close(&file);
    return om_agree(ctx, status != OM_OK ? status : closed);
}
