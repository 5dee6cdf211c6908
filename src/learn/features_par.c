#include "oncomark/features.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "row_reader.h"

/* Sums of this rank's rows. */
static om_status sum_rows(om_gene_sums **sums, om_ctx *ctx, const char *path,
                          const om_sample_table *table, const bool *counted, int64_t *nonzeros) {
    om_row_reader *reader = NULL;
    OM_TRY(om_row_reader_open(&reader, ctx, path, table->n_samples));
    om_status status = om_gene_sums_create(sums, om_row_reader_genes(reader));
    const om_counts *piece = NULL;
    if (status == OM_OK) {
        status = om_row_reader_next(reader, &piece);
    }
    while (status == OM_OK && piece != NULL) {
        for (int64_t row = 0; row < piece->n_cells; row++) {
            int64_t sample = piece->first_cell + row;
            if (counted[sample]) {
                om_gene_sums_add(*sums, piece, row, table->label[sample]);
            }
        }
        if (nonzeros != NULL) {
            *nonzeros += piece->indptr[piece->n_cells];
        }
        status = om_row_reader_next(reader, &piece);
    }
    om_row_reader_close(&reader);
    return status;
}

om_status om_gene_sums_read(om_gene_sums **out, om_ctx *ctx, const char *path,
                            const om_sample_table *table, const bool *counted, int64_t *nonzeros) {
    *out = NULL;
    if (nonzeros != NULL) {
        *nonzeros = 0;
    }
    om_status status = om_agree(ctx, sum_rows(out, ctx, path, table, counted, nonzeros));
    for (int label = 0; label < 2 && status == OM_OK; label++) {
        status = om_sum_wide(ctx, (*out)->sum[label], (*out)->n_genes);
        if (status == OM_OK) {
            status = om_sum_wide(ctx, (*out)->sum_of_squares[label], (*out)->n_genes);
        }
    }
    if (status == OM_OK) {
        status = om_sum_i64(ctx, (*out)->n_samples, 2);
    }
    if (status != OM_OK) {
        om_gene_sums_destroy(out);
    }
    return status;
}

om_status om_features_read(int64_t **genes, int64_t *n_features, om_ctx *ctx, const char *path,
                           const om_sample_table *table, const bool *counted, int64_t most_variable,
                           int64_t *nonzeros) {
    *genes = NULL;
    om_gene_sums *sums = NULL;
    om_status status = om_gene_sums_read(&sums, ctx, path, table, counted, nonzeros);
    if (status == OM_OK) {
        status = om_agree(ctx, om_features_select(genes, n_features, sums, most_variable));
    }
    if (status != OM_OK) {
        om_free(*genes);
        *genes = NULL;
    }
    om_gene_sums_destroy(&sums);
    return status;
}
