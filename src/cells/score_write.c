#include "score_write.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"

#include <stdio.h>

static const char *formula_name(om_formula formula) {
    return formula == OM_UCELL_2_6 ? "ucell-2.6" : "ucell-2.14";
}

struct om_score_file {
    om_ctx *group;
    om_h5 *h5;
    om_digest created; /* what the root wrote to begin with */
};

/* The columns of obs that are filled by all ranks. */
typedef struct figure {
    const char *column;
    om_type type;
} figure;

enum { N_FIGURES = 5 };

static const figure figures[N_FIGURES] = {{"n_genes_raw", OM_I64},
                                          {"n_genes", OM_I64},
                                          {"n_counts", OM_F64},
                                          {"pct_mito", OM_F64},
                                          {"passed", OM_BOOL}};

static om_status copy_categories(om_h5 *file, const om_score_content *content, const char *column) {
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    om_status status = om_h5ad_read_categories(content->store, "obs", column, &codes, &categories);
    if (status == OM_OK) {
        status = om_h5ad_frame_categories(file, "obs", column, content->n_cells, codes, categories);
    }
    om_free(codes);
    om_strings_destroy(&categories);
    return status;
}

static om_status add_columns(om_h5 *file, const om_score_content *content, om_strings *order) {
    OM_TRY(copy_categories(file, content, "sample"));
    OM_TRY(om_strings_add(order, "sample"));
    OM_TRY(copy_categories(file, content, "patient"));
    OM_TRY(om_strings_add(order, "patient"));
    for (int i = 0; i < N_FIGURES; i++) {
        OM_TRY(om_h5ad_frame_reserve(file, "obs", figures[i].column, figures[i].type,
                                     content->n_cells));
        OM_TRY(om_strings_add(order, figures[i].column));
    }
    return om_h5ad_frame_end(file, "obs", order);
}

static om_status add_names(om_h5 *file, const om_score_content *content) {
    om_strings *names = NULL;
    om_status status = om_h5ad_read_index(content->store, "obs", &names);
    if (status == OM_OK) {
        status = om_h5ad_frame_begin(file, "obs", "cell_name", names);
    }
    om_strings_destroy(&names);
    return status;
}

static om_status add_obs(om_h5 *file, const om_score_content *content) {
    om_strings *order = NULL;
    OM_TRY(add_names(file, content));
    OM_TRY(om_strings_create(&order));
    om_status status = add_columns(file, content, order);
    om_strings_destroy(&order);
    return status;
}

static om_status add_hallmarks(om_h5 *file, const om_score_content *content, om_strings *codes,
                               om_strings *order) {
    int64_t n_genes[OM_N_HALLMARKS] = {0};
    int64_t n_found[OM_N_HALLMARKS] = {0};
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        OM_TRY(om_strings_add(codes, om_hallmark_code(h)));
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            n_genes[h] += content->match->parts[h][sign].n_genes;
            n_found[h] += content->match->parts[h][sign].n_found;
        }
    }
    OM_TRY(om_strings_add(order, "n_genes"));
    OM_TRY(om_strings_add(order, "n_found"));
    OM_TRY(om_h5ad_frame_begin(file, "var", "hallmark", codes));
    OM_TRY(om_h5ad_frame_numbers(file, "var", "n_genes", OM_I64, OM_N_HALLMARKS, n_genes));
    OM_TRY(om_h5ad_frame_numbers(file, "var", "n_found", OM_I64, OM_N_HALLMARKS, n_found));
    return om_h5ad_frame_end(file, "var", order);
}

static om_status add_var(om_h5 *file, const om_score_content *content) {
    om_strings *codes = NULL;
    om_strings *order = NULL;
    om_status status = om_strings_create(&codes);
    if (status == OM_OK) {
        status = om_strings_create(&order);
    }
    if (status == OM_OK) {
        status = add_hallmarks(file, content, codes, order);
    }
    om_strings_destroy(&codes);
    om_strings_destroy(&order);
    return status;
}

static om_status list_missing(om_strings *list, const om_gene_match *match) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int64_t i = 0; i < om_strings_count(match->missing[h]); i++) {
            char *text =
                om_format("%s:%s", om_hallmark_code(h), om_strings_get(match->missing[h], i));
            om_status status = text != NULL ? om_strings_add(list, text) : OM_MEMORY;
            om_free(text);
            OM_TRY(status);
        }
    }
    return OM_OK;
}

static om_status add_uns(om_h5 *file, const om_score_content *content) {
    om_strings *missing = NULL;
    OM_TRY(om_h5ad_uns_string(file, "data_set", content->data_set->id));
    OM_TRY(om_h5ad_uns_string(file, "tissue", content->data_set->tissue));
    OM_TRY(om_h5ad_uns_string(file, "formula", formula_name(content->parameters->formula)));
    OM_TRY(om_strings_create(&missing));
    om_status status = list_missing(missing, content->match);
    if (status == OM_OK) {
        status = om_h5ad_uns_strings(file, "missing_genes", missing);
    }
    om_strings_destroy(&missing);
    return status;
}

/* The root's phase: everything but the figures of the cells. */
static om_status create_file(const om_score_content *content, const char *path, om_digest *digest) {
    om_h5 *file = NULL;
    om_status status = om_h5_create(&file, path);
    if (status == OM_OK) {
        status = om_h5ad_begin(file);
    }
    if (status == OM_OK) {
        status = add_obs(file, content);
    }
    if (status == OM_OK) {
        status = add_var(file, content);
    }
    if (status == OM_OK) {
        status = add_uns(file, content);
    }
    if (status == OM_OK) {
        status = om_h5ad_reserve_dense(file, "X", OM_F64, content->n_cells, OM_N_HALLMARKS);
    }
    if (status == OM_OK) {
        om_digest written = om_h5_digest(file);
        om_digest_add(digest, &written);
    }
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}

om_status om_score_file_create(om_score_file **out, om_ctx *group, const om_score_content *content,
                               const char *path) {
    om_score_file *file = om_calloc(1, sizeof *file);
    om_status status = file != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        file->group = group;
        if (om_context_is_root(group)) {
            status = create_file(content, path, &file->created);
        }
    }
    status = om_agree(group, status);
    if (status == OM_OK) {
        status = om_h5_open_parallel(&file->h5, group, path);
    }
    if (status != OM_OK) {
        om_free(file);
        file = NULL;
    }
    *out = file;
    return status;
}

om_status om_score_file_write(om_score_file *file, int64_t first_cell, int64_t n_cells,
                              const double *scores) {
    return om_h5_write_rows(file->h5, "X", OM_F64, first_cell, n_cells, scores);
}

static om_status write_figures(om_h5 *h5, const om_qc *qc) {
    const void *values[N_FIGURES] = {qc->n_genes_raw, qc->n_genes, qc->n_counts, qc->pct_mito,
                                     qc->passed};
    for (int i = 0; i < N_FIGURES; i++) {
        char path[64];
        snprintf(path, sizeof path, "obs/%s", figures[i].column);
        OM_TRY(om_h5_write_rows(h5, path, figures[i].type, qc->first_cell, qc->n_cells, values[i]));
    }
    return OM_OK;
}

om_status om_score_file_finish(om_score_file **file, const om_qc *qc, om_digest *digest) {
    om_ctx *group = (*file)->group;
    om_status status = write_figures((*file)->h5, qc);
    om_digest written = om_h5_digest((*file)->h5);
    om_digest_add(digest, &written);
    om_digest_add(digest, &(*file)->created);
    om_status closed = om_h5_close(&(*file)->h5);
    om_free(*file);
    *file = NULL;
    return om_agree(group, status != OM_OK ? status : closed);
}

void om_score_file_abandon(om_score_file **file) {
    if (*file == NULL) {
        return;
    }
    om_h5_close(&(*file)->h5);
    om_free(*file);
    *file = NULL;
}
