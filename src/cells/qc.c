#include "oncomark/qc.h"

#include "oncomark/symbol.h"

#include "oncomark/memory.h"

/* What QC makes of a row of the gene list. */
enum { GENE_IGNORED, GENE_KEPT, GENE_MITOCHONDRIAL };

static om_status allocate(om_qc **out, int64_t n_cells) {
    om_qc *qc = om_calloc(1, sizeof *qc);
    *out = qc;
    if (qc == NULL) {
        return OM_MEMORY;
    }
    qc->n_cells = n_cells;
    qc->n_genes_raw = om_calloc(n_cells, sizeof *qc->n_genes_raw);
    qc->n_genes = om_calloc(n_cells, sizeof *qc->n_genes);
    qc->n_counts = om_calloc(n_cells, sizeof *qc->n_counts);
    qc->pct_mito = om_calloc(n_cells, sizeof *qc->pct_mito);
    qc->passed = om_calloc(n_cells, sizeof *qc->passed);
    bool whole = qc->n_genes_raw != NULL && qc->n_genes != NULL && qc->n_counts != NULL &&
                 qc->pct_mito != NULL && qc->passed != NULL;
    return whole ? OM_OK : OM_MEMORY;
}

void om_qc_destroy(om_qc **qc) {
    if (*qc == NULL) {
        return;
    }
    om_free((*qc)->n_genes_raw);
    om_free((*qc)->n_genes);
    om_free((*qc)->n_counts);
    om_free((*qc)->pct_mito);
    om_free((*qc)->passed);
    om_free(*qc);
    *qc = NULL;
}

/* Step (a), and the cells that step (b) counts genes in. */
static void count_raw(om_qc *qc, const om_counts *counts, int64_t min_genes,
                      int64_t *cells_per_gene) {
    for (int64_t cell = 0; cell < qc->n_cells; cell++) {
        int64_t start = counts->indptr[cell];
        int64_t end = counts->indptr[cell + 1];
        qc->n_genes_raw[cell] = end - start;
        if (end - start < min_genes) {
            continue;
        }
        for (int64_t i = start; i < end; i++) {
            cells_per_gene[counts->indices[i]]++;
        }
    }
}

static void classify_genes(uint8_t *kind, const om_strings *symbols, const int64_t *cells_per_gene,
                           const om_qc_parameters *parameters) {
    for (int64_t row = 0; row < om_strings_count(symbols); row++) {
        kind[row] = GENE_KEPT;
        if (om_symbol_has_prefix(om_strings_get(symbols, row), parameters->mito_prefix)) {
            kind[row] = GENE_MITOCHONDRIAL;
        }
        if (cells_per_gene[row] < parameters->min_cells_per_gene) {
            kind[row] = GENE_IGNORED;
        }
    }
}

static bool passes(const om_qc *qc, int64_t cell, const om_qc_parameters *parameters) {
    double mito = qc->pct_mito[cell];
    bool mito_passes = parameters->max_mito_inclusive ? mito <= parameters->max_mito_percent
                                                      : mito < parameters->max_mito_percent;
    return qc->n_genes_raw[cell] >= parameters->min_genes &&
           qc->n_genes[cell] >= parameters->min_genes &&
           qc->n_genes[cell] <= parameters->max_genes && mito_passes;
}

/* Step (c). */
static void judge_cells(om_qc *qc, const om_counts *counts, const uint8_t *kind,
                        const om_qc_parameters *parameters) {
    for (int64_t cell = 0; cell < qc->n_cells; cell++) {
        double mito = 0;
        for (int64_t i = counts->indptr[cell]; i < counts->indptr[cell + 1]; i++) {
            int gene = kind[counts->indices[i]];
            if (gene == GENE_IGNORED) {
                continue;
            }
            qc->n_genes[cell]++;
            qc->n_counts[cell] += counts->values[i];
            mito += gene == GENE_MITOCHONDRIAL ? counts->values[i] : 0;
        }
        double total = qc->n_counts[cell];
        qc->pct_mito[cell] = total > 0 ? 100 * mito / total : 0;
        qc->passed[cell] = passes(qc, cell, parameters) ? 1 : 0;
    }
}

om_status om_qc_create(om_qc **out, om_ctx *group, const om_counts *counts,
                       const om_strings *symbols, const om_qc_parameters *parameters) {
    om_status status = allocate(out, counts->n_cells);
    int64_t *cells_per_gene = om_calloc(counts->n_genes, sizeof *cells_per_gene);
    uint8_t *kind = om_calloc(counts->n_genes, sizeof *kind);
    if (cells_per_gene == NULL || kind == NULL) {
        status = OM_MEMORY;
    }
    if (status == OM_OK && om_strings_count(symbols) != counts->n_genes) {
        status = om_fail(OM_BUG, "the counts and the symbols have different gene lists");
    }
    status = om_agree(group, status);
    if (status == OM_OK) {
        count_raw(*out, counts, parameters->min_genes, cells_per_gene);
        status = om_sum_i64(group, cells_per_gene, counts->n_genes);
    }
    if (status == OM_OK) {
        classify_genes(kind, symbols, cells_per_gene, parameters);
        judge_cells(*out, counts, kind, parameters);
    }
    om_free(cells_per_gene);
    om_free(kind);
    if (status != OM_OK) {
        om_qc_destroy(out);
    }
    return status;
}

int64_t om_qc_n_passed(const om_qc *qc) {
    int64_t n = 0;
    for (int64_t cell = 0; cell < qc->n_cells; cell++) {
        n += qc->passed[cell];
    }
    return n;
}
