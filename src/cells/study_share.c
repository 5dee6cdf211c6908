/* The place of a matrix on its way to all ranks. */
#include "cells/study.h"
#include "oncomark/memory.h"

enum { LAYOUT, N_GENES, N_CELLS, N_NONZEROS, N_KEPT, HAS_GENE_OF, N_NUMBERS };

void om_study_matrix_destroy(om_matrix_place **matrix) {
    if (matrix == NULL || *matrix == NULL) {
        return;
    }
    om_free((*matrix)->file);
    om_free((*matrix)->data);
    om_free((*matrix)->indices);
    om_free((*matrix)->indptr);
    om_free((void *)(*matrix)->gene_of);
    om_free(*matrix);
    *matrix = NULL;
}

/* The texts in the order in which they are sent; "" for NULL. */
static om_status pack_texts(om_strings **texts, const om_matrix_place *matrix) {
    const char *const all[] = {matrix->file, matrix->data, matrix->indices, matrix->indptr};
    OM_TRY(om_strings_create(texts));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        OM_TRY(om_strings_add(*texts, all[i] == NULL ? "" : all[i]));
    }
    return OM_OK;
}

static om_status unpack_texts(om_matrix_place *matrix, const om_strings *texts) {
    char **const all[] = {&matrix->file, &matrix->data, &matrix->indices, &matrix->indptr};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const char *text = om_strings_get(texts, (int64_t)i);
        if (text[0] != '\0') {
            *all[i] = om_strdup(text);
            if (*all[i] == NULL) {
                return OM_MEMORY;
            }
        }
    }
    return OM_OK;
}

static void pack_numbers(int64_t numbers[N_NUMBERS], const om_matrix_place *matrix) {
    numbers[LAYOUT] = matrix->layout;
    numbers[N_GENES] = matrix->n_genes;
    numbers[N_CELLS] = matrix->n_cells;
    numbers[N_NONZEROS] = matrix->n_nonzeros;
    numbers[N_KEPT] = matrix->n_kept;
    numbers[HAS_GENE_OF] = matrix->gene_of != NULL;
}

static void unpack_numbers(om_matrix_place *matrix, const int64_t numbers[N_NUMBERS]) {
    matrix->layout = (om_matrix_layout)numbers[LAYOUT];
    matrix->n_genes = numbers[N_GENES];
    matrix->n_cells = numbers[N_CELLS];
    matrix->n_nonzeros = numbers[N_NONZEROS];
    matrix->n_kept = numbers[N_KEPT];
}

static om_status share_gene_of(om_matrix_place *matrix, om_ctx *ctx, const om_study *study) {
    int32_t *gene_of = om_malloc(matrix->n_genes, sizeof *gene_of);
    matrix->gene_of = gene_of;
    OM_TRY(om_agree(ctx, gene_of == NULL ? OM_MEMORY : OM_OK));
    if (om_context_is_root(ctx)) {
        for (int64_t i = 0; i < matrix->n_genes; i++) {
            gene_of[i] = study->matrix->gene_of[i];
        }
    }
    return om_broadcast(ctx, 0, gene_of, matrix->n_genes * (int64_t)sizeof *gene_of);
}

om_status om_study_share_matrix(om_matrix_place **out, om_ctx *ctx, const om_study *study) {
    int64_t numbers[N_NUMBERS] = {0};
    om_strings *texts = NULL;
    om_matrix_place *matrix = om_calloc(1, sizeof *matrix);
    om_status status = matrix == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK && om_context_is_root(ctx)) {
        pack_numbers(numbers, study->matrix);
        status = pack_texts(&texts, study->matrix);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_broadcast(ctx, 0, numbers, sizeof numbers);
    }
    if (status == OM_OK) {
        status = om_broadcast_strings(ctx, 0, &texts);
    }
    if (status == OM_OK) {
        unpack_numbers(matrix, numbers);
        status = om_agree(ctx, unpack_texts(matrix, texts));
    }
    if (status == OM_OK && numbers[HAS_GENE_OF] != 0) {
        status = share_gene_of(matrix, ctx, study);
    }
    om_strings_destroy(&texts);
    if (status != OM_OK) {
        om_study_matrix_destroy(&matrix);
    }
    *out = matrix;
    return status;
}
