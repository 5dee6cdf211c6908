#include "oncomark/qc.h"

#include "rare_genes.h"

#include "oncomark/memory.h"
#include "oncomark/symbol.h"

/* What makes a gene notable when a cell is added. */
enum { GENE_MITOCHONDRIAL = 1, GENE_RARE = 2 };

/* In `passed`: the figures are not complete. */
enum { CELL_AGAIN = 2 };

/* So many whole numbers below 2^32 have a sum below 2^53, the same in any order. */
enum { MOST_EXACT = 1 << 21, SUMS = 16, GENES_AT_ONCE = 8 };

struct om_qc_pass {
    om_qc_parameters parameters;
    om_rare_genes *genes;
    uint8_t *notable; /* [genes] GENE_... flags */
    int32_t *places;  /* of notable genes in a cell; one of several next to each other */
    int64_t n_added;
    int64_t n_again;
};

static om_status allocate_figures(om_qc *qc) {
    qc->n_genes_raw = om_calloc(qc->n_cells, sizeof *qc->n_genes_raw);
    qc->n_genes = om_calloc(qc->n_cells, sizeof *qc->n_genes);
    qc->n_counts = om_calloc(qc->n_cells, sizeof *qc->n_counts);
    qc->pct_mito = om_calloc(qc->n_cells, sizeof *qc->pct_mito);
    qc->passed = om_calloc(qc->n_cells, sizeof *qc->passed);
    bool whole = qc->n_genes_raw != NULL && qc->n_genes != NULL && qc->n_counts != NULL &&
                 qc->pct_mito != NULL && qc->passed != NULL;
    return whole ? OM_OK : OM_MEMORY;
}

static om_status create_pass(om_qc *qc, const om_strings *symbols,
                             const om_qc_parameters *parameters, int64_t memory) {
    int64_t n_genes = om_strings_count(symbols);
    struct om_qc_pass *pass = om_calloc(1, sizeof *pass);
    qc->pass = pass;
    if (pass == NULL) {
        return OM_MEMORY;
    }
    pass->parameters = *parameters;
    pass->notable = om_calloc(n_genes, sizeof *pass->notable);
    pass->places = om_malloc(n_genes / GENES_AT_ONCE + 1, sizeof *pass->places);
    if (pass->notable == NULL || pass->places == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_rare_genes_create(&pass->genes, n_genes, parameters->min_cells_per_gene, memory));
    for (int64_t gene = 0; gene < n_genes; gene++) {
        bool mito = om_symbol_has_prefix(om_strings_get(symbols, gene), parameters->mito_prefix);
        pass->notable[gene] = (uint8_t)((mito ? GENE_MITOCHONDRIAL : 0) |
                                        (pass->genes->rare[gene] != 0 ? GENE_RARE : 0));
    }
    return OM_OK;
}

om_status om_qc_create(om_qc **out, int64_t n_cells, int64_t first_cell, const om_strings *symbols,
                       const om_qc_parameters *parameters, int64_t memory) {
    om_qc *qc = om_calloc(1, sizeof *qc);
    *out = qc;
    if (qc == NULL) {
        return OM_MEMORY;
    }
    qc->n_cells = n_cells;
    qc->first_cell = first_cell;
    om_status status = allocate_figures(qc);
    if (status == OM_OK) {
        status = create_pass(qc, symbols, parameters, memory);
    }
    if (status != OM_OK) {
        om_qc_destroy(out);
    }
    return status;
}

void om_qc_destroy(om_qc **qc) {
    if (*qc == NULL) {
        return;
    }
    if ((*qc)->pass != NULL) {
        om_rare_genes_destroy(&(*qc)->pass->genes);
        om_free((*qc)->pass->notable);
        om_free((*qc)->pass->places);
        om_free((*qc)->pass);
    }
    om_free((*qc)->n_genes_raw);
    om_free((*qc)->n_genes);
    om_free((*qc)->n_counts);
    om_free((*qc)->pct_mito);
    om_free((*qc)->passed);
    om_free(*qc);
    *qc = NULL;
}

/* --- the pass over all cells -------------------------------------------------------------------
 */

/* One cell of a batch. */
typedef struct cell_values {
    int64_t cell; /* of this rank */
    int64_t n;
    const int32_t *genes;
    const double *values;
    bool exact; /* sums do not depend on their order */
} cell_values;

static double sum_in_order(const cell_values *cell) {
    double sum = 0;
    for (int64_t i = 0; i < cell->n; i++) {
        sum += cell->values[i];
    }
    return sum;
}

/* In parts, which need not wait for each other. */
static double sum_in_parts(const cell_values *cell) {
    double sums[SUMS] = {0};
    double sum = 0;
    int64_t i = 0;
    for (; i + SUMS <= cell->n; i += SUMS) {
        for (int k = 0; k < SUMS; k++) {
            sums[k] += cell->values[i + k];
        }
    }
    for (; i < cell->n; i++) {
        sum += cell->values[i];
    }
    for (int k = 0; k < SUMS; k++) {
        sum += sums[k];
    }
    return sum;
}

/* Adds the mitochondrial ones among some genes, in their order and without a branch. */
static double add_mitochondrial(double sum, const uint8_t *notable, const int32_t *genes,
                                const double *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        sum += (double)(notable[genes[i]] & GENE_MITOCHONDRIAL) * values[i];
    }
    return sum;
}

static om_status note_rare(om_qc *qc, const cell_values *cell, int64_t i) {
    struct om_qc_pass *pass = qc->pass;
    int32_t gene = cell->genes[i];
    const om_sighting sighting = {
        .cell = cell->cell, .value = cell->values[i], .gene = gene, .exact = cell->exact};
    OM_TRY(om_rare_genes_see(pass->genes, &sighting, cell->n >= pass->parameters.min_genes));
    if (pass->genes->rare[gene] == 0) {
        pass->notable[gene] &= GENE_MITOCHONDRIAL;
    }
    return OM_OK;
}

/* Where notable genes are among the next GENES_AT_ONCE. Few are: several are looked at together,
 * without a branch, since where they are cannot be predicted. */
static int64_t find_notable(const struct om_qc_pass *pass, const cell_values *cell) {
    const uint8_t *restrict notable = pass->notable;
    int32_t *restrict places = pass->places;
    int64_t n_places = 0;
    int64_t i = 0;
    for (; i + GENES_AT_ONCE <= cell->n; i += GENES_AT_ONCE) {
        unsigned any = 0;
        for (int k = 0; k < GENES_AT_ONCE; k++) {
            any |= notable[cell->genes[i + k]];
        }
        places[n_places] = (int32_t)i;
        n_places += any != 0;
    }
    if (i < cell->n) {
        places[n_places++] = (int32_t)i;
    }
    return n_places;
}

static om_status note_genes(om_qc *qc, const cell_values *cell) {
    const uint8_t *notable = qc->pass->notable;
    int64_t n_places = find_notable(qc->pass, cell);
    double mito = 0;
    for (int64_t p = 0; p < n_places; p++) {
        int64_t first = qc->pass->places[p];
        int64_t n = cell->n - first < GENES_AT_ONCE ? cell->n - first : GENES_AT_ONCE;
        mito = add_mitochondrial(mito, notable, cell->genes + first, cell->values + first, n);
        for (int64_t i = first; i < first + n; i++) {
            if ((notable[cell->genes[i]] & GENE_RARE) != 0) {
                OM_TRY(note_rare(qc, cell, i));
            }
        }
    }
    qc->pct_mito[cell->cell] = mito;
    return OM_OK;
}

static om_status add_cell(om_qc *qc, const cell_values *cell) {
    qc->n_genes_raw[cell->cell] = cell->n;
    qc->n_genes[cell->cell] = cell->n;
    qc->n_counts[cell->cell] = cell->exact ? sum_in_parts(cell) : sum_in_order(cell);
    return note_genes(qc, cell);
}

static om_status check_batch(const om_qc *qc, const om_counts *batch) {
    if (batch->n_genes != qc->pass->genes->n_genes) {
        return om_fail(OM_BUG, "the counts and the symbols have different gene lists");
    }
    if (batch->first_cell < qc->first_cell ||
        batch->first_cell - qc->first_cell > qc->n_cells - batch->n_cells) {
        return om_fail(OM_BUG, "quality control was given cells that are not its own");
    }
    return OM_OK;
}

static cell_values cell_of(const om_qc *qc, const om_counts *batch, int64_t i) {
    int64_t start = batch->indptr[i];
    int64_t n = batch->indptr[i + 1] - start;
    return (cell_values){.cell = batch->first_cell - qc->first_cell + i,
                         .n = n,
                         .genes = batch->indices + start,
                         .values = batch->values + start,
                         .exact = batch->integer && n <= MOST_EXACT};
}

om_status om_qc_add(om_qc *qc, const om_counts *batch) {
    OM_TRY(check_batch(qc, batch));
    if (batch->first_cell - qc->first_cell != qc->pass->n_added) {
        return om_fail(OM_BUG, "quality control was given cells out of order");
    }
    for (int64_t i = 0; i < batch->n_cells; i++) {
        cell_values cell = cell_of(qc, batch, i);
        OM_TRY(add_cell(qc, &cell));
    }
    qc->pass->n_added += batch->n_cells;
    return OM_OK;
}

/* --- what all ranks know together --------------------------------------------------------------
 */

static void mark_again(om_qc *qc, int64_t cell) {
    qc->pass->n_again += qc->passed[cell] == CELL_AGAIN ? 0 : 1;
    qc->passed[cell] = CELL_AGAIN;
}

/* Takes the genes that turned out to be too rare off their cells. */
static void take_off(om_qc *qc) {
    const om_rare_genes *genes = qc->pass->genes;
    for (int64_t i = 0; i < genes->n_sightings; i++) {
        const om_sighting *sighting = &genes->sightings[i];
        int64_t cell = sighting->cell;
        if (!sighting->exact) {
            mark_again(qc, cell);
            continue;
        }
        qc->n_genes[cell]--;
        qc->n_counts[cell] -= sighting->value;
        if ((qc->pass->notable[sighting->gene] & GENE_MITOCHONDRIAL) != 0) {
            qc->pct_mito[cell] -= sighting->value;
        }
    }
    for (int64_t cell = genes->first_lost; cell < qc->n_cells; cell++) {
        mark_again(qc, cell);
    }
}

/* Turns the sum of mitochondrial genes into a share, and decides. */
static void judge(om_qc *qc, int64_t cell) {
    const om_qc_parameters *parameters = &qc->pass->parameters;
    double total = qc->n_counts[cell];
    double mito = total > 0 ? 100 * qc->pct_mito[cell] / total : 0;
    bool mito_passes = parameters->max_mito_inclusive ? mito <= parameters->max_mito_percent
                                                      : mito < parameters->max_mito_percent;
    bool passes = qc->n_genes_raw[cell] >= parameters->min_genes &&
                  qc->n_genes[cell] >= parameters->min_genes &&
                  qc->n_genes[cell] <= parameters->max_genes && mito_passes;
    qc->pct_mito[cell] = mito;
    qc->passed[cell] = passes ? 1 : 0;
}

om_status om_qc_finish(om_qc *qc, om_ctx *group) {
    struct om_qc_pass *pass = qc->pass;
    om_status status = OM_OK;
    if (pass->n_added != qc->n_cells) {
        status = om_fail(OM_BUG, "quality control was not given all cells");
    }
    OM_TRY(om_agree(group, status));
    OM_TRY(om_rare_genes_settle(pass->genes, group));
    take_off(qc);
    for (int64_t gene = 0; gene < pass->genes->n_genes; gene++) {
        pass->notable[gene] = (uint8_t)((pass->notable[gene] & GENE_MITOCHONDRIAL) |
                                        (pass->genes->rare[gene] != 0 ? GENE_RARE : 0));
    }
    for (int64_t cell = 0; cell < qc->n_cells; cell++) {
        if (qc->passed[cell] != CELL_AGAIN) {
            judge(qc, cell);
        }
    }
    return OM_OK;
}

/* --- the second look ---------------------------------------------------------------------------
 */

int64_t om_qc_next_again(const om_qc *qc, int64_t cell) {
    int64_t i = cell > qc->first_cell ? cell - qc->first_cell : 0;
    for (; qc->pass->n_again > 0 && i < qc->n_cells; i++) {
        if (qc->passed[i] == CELL_AGAIN) {
            return qc->first_cell + i;
        }
    }
    return -1;
}

static void sum_again(om_qc *qc, const cell_values *cell) {
    int64_t n_genes = 0;
    double total = 0;
    double mito = 0;
    for (int64_t i = 0; i < cell->n; i++) {
        uint8_t gene = qc->pass->notable[cell->genes[i]];
        if ((gene & GENE_RARE) == 0) {
            n_genes++;
            total += cell->values[i];
            mito += (gene & GENE_MITOCHONDRIAL) != 0 ? cell->values[i] : 0;
        }
    }
    qc->n_genes[cell->cell] = n_genes;
    qc->n_counts[cell->cell] = total;
    qc->pct_mito[cell->cell] = mito;
}

om_status om_qc_add_again(om_qc *qc, const om_counts *batch) {
    OM_TRY(check_batch(qc, batch));
    for (int64_t i = 0; i < batch->n_cells; i++) {
        cell_values cell = cell_of(qc, batch, i);
        if (qc->passed[cell.cell] == CELL_AGAIN) {
            sum_again(qc, &cell);
            judge(qc, cell.cell);
            qc->pass->n_again--;
        }
    }
    return OM_OK;
}

int64_t om_qc_n_passed(const om_qc *qc) {
    int64_t n = 0;
    for (int64_t cell = 0; cell < qc->n_cells; cell++) {
        n += qc->passed[cell];
    }
    return n;
}
