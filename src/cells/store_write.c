#include "cells/store_write.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"

/* Non-zeros that a rank writes in one collective call. */
enum { ROUND_NONZEROS = 1 << 24 };

const char *om_store_values_name(om_values values) {
    return values == OM_VALUES_COUNTS ? "counts" : values == OM_VALUES_TPM ? "tpm" : "log";
}

static om_status write_columns(om_h5 *file, const om_study *study, om_strings *order) {
    int64_t n_cells = om_strings_count(study->cell_names);
    for (int64_t i = 0; i < study->n_columns; i++) {
        const om_study_column *column = &study->columns[i];
        if (column->codes != NULL) {
            OM_TRY(om_h5ad_frame_categories(file, "obs", column->name, n_cells, column->codes,
                                            column->categories));
        } else {
            OM_TRY(
                om_h5ad_frame_numbers(file, "obs", column->name, OM_F64, n_cells, column->numbers));
        }
        OM_TRY(om_strings_add(order, column->name));
    }
    return OM_OK;
}

static om_status write_frames(om_h5 *file, const om_study *study) {
    om_strings *order = NULL;
    om_strings *none = NULL;
    om_status status = om_strings_create(&order);
    if (status == OM_OK) {
        status = om_strings_create(&none);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_begin(file, "obs", "cell_name", study->cell_names);
    }
    if (status == OM_OK) {
        status = write_columns(file, study, order);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_end(file, "obs", order);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_begin(file, "var", "gene", study->genes);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_end(file, "var", none);
    }
    om_strings_destroy(&order);
    om_strings_destroy(&none);
    return status;
}

static om_status write_structure(om_h5 *file, const om_data_set *data_set, const om_study *study,
                                 const om_counts *counts, int64_t n_nonzeros) {
    OM_TRY(om_h5ad_begin(file));
    OM_TRY(write_frames(file, study));
    OM_TRY(om_h5ad_uns_string(file, "data_set", data_set->id));
    OM_TRY(om_h5ad_uns_string(file, "study", data_set->study));
    OM_TRY(om_h5ad_uns_string(file, "tissue", data_set->tissue));
    OM_TRY(om_h5ad_uns_string(file, "values", om_store_values_name(data_set->values)));
    return om_h5ad_reserve_csr(file, "X", counts->integer ? OM_U32 : OM_F64, counts->n_cells_total,
                               counts->n_genes, n_nonzeros);
}

/* The serial phase, on the root. */
static om_status create_file(const char *path, const om_data_set *data_set, const om_study *study,
                             const om_counts *counts, int64_t n_nonzeros, om_digest *digest) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_create(&file, path));
    om_status status = write_structure(file, data_set, study, counts, n_nonzeros);
    if (status == OM_OK) {
        *digest = om_h5_digest(file);
    }
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}

/* This rank's part, written in rounds of whole cells. */
typedef struct slabs {
    const om_counts *counts;
    int64_t first_nonzero; /* of this rank, in the data set */
    int64_t n_rounds;      /* of the rank with most */
    int64_t next_cell;     /* on this rank */
    int64_t longest;       /* non-zeros of a slab */
    int64_t most_cells;    /* cells of a slab */
} slabs;

/* End of the slab that starts at `cell`: at least one cell, at most ROUND_NONZEROS if it can be. */
static int64_t slab_end(const om_counts *counts, int64_t cell) {
    int64_t end = cell;
    while (end < counts->n_cells &&
           (end == cell || counts->indptr[end + 1] - counts->indptr[cell] <= ROUND_NONZEROS)) {
        end++;
    }
    return end;
}

static om_status plan_slabs(om_ctx *group, const om_counts *counts, slabs *plan) {
    *plan = (slabs){.counts = counts};
    for (int64_t cell = 0; cell < counts->n_cells;) {
        int64_t end = slab_end(counts, cell);
        int64_t length = counts->indptr[end] - counts->indptr[cell];
        plan->longest = length > plan->longest ? length : plan->longest;
        plan->most_cells = end - cell > plan->most_cells ? end - cell : plan->most_cells;
        plan->n_rounds++;
        cell = end;
    }
    OM_TRY(om_max_i64(group, &plan->n_rounds, 1));
    int64_t n_nonzeros = counts->indptr[counts->n_cells];
    MPI_Exscan(&n_nonzeros, &plan->first_nonzero, 1, MPI_INT64_T, MPI_SUM, om_context_comm(group));
    plan->first_nonzero = om_context_is_root(group) ? 0 : plan->first_nonzero;
    return OM_OK;
}

/* `indptr` [most_cells + 1] and `narrow` [longest] are scratch. */
static om_status write_slab(om_h5 *file, slabs *plan, int64_t *indptr, uint32_t *narrow) {
    const om_counts *counts = plan->counts;
    int64_t cell = plan->next_cell;
    int64_t end = slab_end(counts, cell);
    int64_t start = counts->indptr[cell];
    for (int64_t i = cell; i <= end; i++) {
        indptr[i - cell] = counts->indptr[i] - start;
    }
    int64_t length = indptr[end - cell];
    const void *values = counts->values + start;
    if (counts->integer) {
        for (int64_t i = 0; i < length; i++) {
            narrow[i] = (uint32_t)counts->values[start + i]; /* `integer` says that they fit */
        }
        values = narrow;
    }
    plan->next_cell = end;
    return om_h5ad_write_csr_rows(file, "X", counts->integer ? OM_U32 : OM_F64,
                                  counts->first_cell + cell, end - cell, counts->n_cells_total,
                                  plan->first_nonzero + start, indptr, counts->indices + start,
                                  values);
}

/* The parallel phase. */
static om_status write_counts(om_ctx *group, const char *path, const om_counts *counts,
                              om_digest *digest) {
    slabs plan;
    om_h5 *file = NULL;
    OM_TRY(plan_slabs(group, counts, &plan));
    int64_t *indptr = om_calloc(plan.most_cells + 1, sizeof *indptr);
    uint32_t *narrow = om_malloc(counts->integer ? plan.longest : 0, sizeof *narrow);
    om_status status = om_agree(group, indptr == NULL || narrow == NULL ? OM_MEMORY : OM_OK);
    if (status == OM_OK) {
        status = om_agree(group, om_h5_open_parallel(&file, group, path));
    }
    for (int64_t round = 0; status == OM_OK && round < plan.n_rounds; round++) {
        status = om_agree(group, write_slab(file, &plan, indptr, narrow));
    }
    if (status == OM_OK) {
        om_digest written = om_h5_digest(file);
        om_digest_add(digest, &written);
    }
    if (file != NULL) {
        om_status closed = om_h5_close(&file);
        status = om_agree(group, status != OM_OK ? status : closed);
    }
    om_free(indptr);
    om_free(narrow);
    return status;
}

om_status om_store_write(om_ctx *group, const char *path, const om_data_set *data_set,
                         const om_study *study, const om_counts *counts, int64_t n_nonzeros,
                         om_digest *digest) {
    om_status status = OM_OK;
    *digest = (om_digest){0};
    if (om_context_is_root(group)) {
        status = create_file(path, data_set, study, counts, n_nonzeros, digest);
    }
    OM_TRY(om_agree(group, status));
    return write_counts(group, path, counts, digest);
}
