#include "oncomark/label_check.h"

#include "exact_sums.h"
#include "row_reader.h"
#include "same_arithmetic.h"

#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

/* Logarithms, between -42 and 20, are kept in units of 2^-44: below 2^50, their squares below
 * 2^100. */
static const double FIXED_ONE = 0x1p44;

/* Sums of this rank's rows, then of all: [2 labels x n genes]. */
typedef struct sums {
    int64_t n;
    om_wide *sum;
    om_wide *sum_of_squares;
    int64_t first_of[OM_N_HALLMARKS + 1]; /* genes of a hallmark in `order` */
    int64_t *order;                       /* [n] genes by hallmark */
    int32_t *slot_of; /* [hallmarks x columns] 1 + place in the hallmark's genes; 0: none */
    int64_t n_columns;
    double *counts; /* [n] of one sample's own genes */
} sums;

static void sums_destroy(sums *work) {
    om_free(work->sum);
    om_free(work->sum_of_squares);
    om_free(work->order);
    om_free(work->slot_of);
    om_free(work->counts);
}

static om_status sums_create(sums *work, const om_label_gene *genes, int64_t n) {
    work->n = n;
    work->sum = om_calloc(2 * n, sizeof *work->sum);
    work->sum_of_squares = om_calloc(2 * n, sizeof *work->sum_of_squares);
    work->order = om_calloc(n, sizeof *work->order);
    work->counts = om_calloc(n, sizeof *work->counts);
    if (work->sum == NULL || work->sum_of_squares == NULL || work->order == NULL ||
        work->counts == NULL) {
        return OM_MEMORY;
    }
    int64_t count = 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        work->first_of[h] = count;
        for (int64_t g = 0; g < n; g++) {
            if (genes[g].hallmark == h && genes[g].column >= 0) {
                work->order[count++] = g;
            }
        }
    }
    work->first_of[OM_N_HALLMARKS] = count;
    return OM_OK;
}

/* Once the number of columns is known. */
static om_status find_slots(sums *work, const om_label_gene *genes, int64_t n_columns) {
    work->n_columns = n_columns;
    work->slot_of = om_calloc(OM_N_HALLMARKS * n_columns, sizeof *work->slot_of);
    if (work->slot_of == NULL) {
        return OM_MEMORY;
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int64_t i = work->first_of[h]; i < work->first_of[h + 1]; i++) {
            int64_t column = genes[work->order[i]].column;
            if (column >= n_columns) {
                return om_fail(OM_BUG, "label check: a gene beyond the columns of X");
            }
            work->slot_of[h * n_columns + column] = (int32_t)(i - work->first_of[h] + 1);
        }
    }
    return OM_OK;
}

static void add_row(sums *work, const om_counts *rows, int64_t row, int hallmark, int label) {
    const int32_t *slot_of = work->slot_of + hallmark * work->n_columns;
    const int64_t *order = work->order + work->first_of[hallmark];
    int64_t n = work->first_of[hallmark + 1] - work->first_of[hallmark];
    double total = 0; /* of whole numbers: exact below 2^53 */
    memset(work->counts, 0, (size_t)n * sizeof *work->counts);
    for (int64_t i = rows->indptr[row]; i < rows->indptr[row + 1]; i++) {
        int32_t slot = slot_of[rows->indices[i]];
        total += rows->values[i];
        if (slot > 0) {
            work->counts[slot - 1] = rows->values[i];
        }
    }
    for (int64_t i = 0; i < n; i++) {
        double level = log2((work->counts[i] + 0.5) / (total + 1) * 1e6);
        int64_t fixed = llround(level * FIXED_ONE);
        int64_t place = label * work->n + order[i];
        work->sum[place] += fixed;
        work->sum_of_squares[place] += (om_wide)fixed * fixed;
    }
}

static om_status add_rows(sums *work, const om_label_gene *genes, om_ctx *ctx, const char *path,
                          const om_sample_table *table, int64_t *nonzeros) {
    om_row_reader *reader = NULL;
    const om_counts *rows = NULL;
    OM_TRY(om_row_reader_open(&reader, ctx, path, table->n_samples));
    om_status status = find_slots(work, genes, om_row_reader_genes(reader));
    status = status == OM_OK ? om_row_reader_next(reader, &rows) : status;
    while (status == OM_OK && rows != NULL) {
        for (int64_t row = 0; row < rows->n_cells; row++) {
            int64_t sample = rows->first_cell + row;
            add_row(work, rows, row, table->task[sample], table->label[sample]);
        }
        if (nonzeros != NULL) {
            *nonzeros += rows->indptr[rows->n_cells];
        }
        status = om_row_reader_next(reader, &rows);
    }
    om_row_reader_close(&reader);
    return status;
}

/* With S1 = n m + r, squares about the whole number m are exact, and those about the mean are
 * sum (q - m)^2 - r^2 / n. */
static om_moments moments_of(om_wide sum, om_wide sum_of_squares, int64_t n) {
    om_moments moments = {.n = (double)n, .mean = NAN, .variance = NAN};
    if (n == 0) {
        return moments;
    }
    om_wide centre = sum / n;
    double rest = (double)(sum % n);
    om_wide about_centre = sum_of_squares - 2 * centre * sum + centre * centre * n;
    moments.mean = ((double)centre + rest / moments.n) / FIXED_ONE;
    if (n > 1) {
        double about_mean = (double)about_centre - rest * (rest / moments.n);
        moments.variance = fmax(about_mean, 0) / (moments.n - 1) / FIXED_ONE / FIXED_ONE;
    }
    return moments;
}

static void test_gene(om_label_gene *gene, const sums *work, int64_t g,
                      const om_label_summary *summary) {
    for (int label = 0; label < 2; label++) {
        int64_t place = label * work->n + g;
        int64_t n_samples = gene->column >= 0 ? summary->n_samples[label] : 0;
        gene->moments[label] = moments_of(work->sum[place], work->sum_of_squares[place], n_samples);
    }
    gene->log2_fold_change = gene->moments[1].mean - gene->moments[0].mean;
    gene->test = om_welch_test(gene->moments[1], gene->moments[0]);
}

static om_status adjust(om_label_gene *genes, int64_t n) {
    double *p = om_malloc(n, sizeof *p);
    if (p == NULL) {
        return OM_MEMORY;
    }
    for (int64_t g = 0; g < n; g++) {
        p[g] = genes[g].test.p;
    }
    om_status status = om_adjust_false_discovery(p, n);
    for (int64_t g = 0; g < n && status == OM_OK; g++) {
        bool up = genes[g].log2_fold_change > 0;
        genes[g].p_adjusted = p[g];
        genes[g].ok = p[g] < OM_LABEL_CHECK_RATE && up == genes[g].expect_up;
    }
    om_free(p);
    return status;
}

static void summarise(om_label_summary *summary, const om_label_gene *genes, int64_t n) {
    for (int64_t g = 0; g < n; g++) {
        om_label_summary *of = &summary[genes[g].hallmark];
        if (genes[g].expect_up && genes[g].column >= 0) {
            of->n_genes++;
            of->n_ok += genes[g].ok ? 1 : 0;
        }
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        summary[h].flagged = 2 * summary[h].n_ok < summary[h].n_genes || summary[h].n_genes == 0;
    }
}

static om_status check(sums *work, om_label_gene *genes, int64_t n,
                       om_label_summary summary[OM_N_HALLMARKS], om_ctx *ctx, const char *path,
                       const om_sample_table *table, int64_t *nonzeros) {
    om_status status = sums_create(work, genes, n);
    status = status == OM_OK ? add_rows(work, genes, ctx, path, table, nonzeros) : status;
    OM_TRY(om_agree(ctx, status));
    OM_TRY(om_sum_wide(ctx, work->sum, 2 * n));
    OM_TRY(om_sum_wide(ctx, work->sum_of_squares, 2 * n));
    for (int64_t i = 0; i < table->n_samples; i++) {
        summary[table->task[i]].n_samples[table->label[i]]++;
    }
    for (int64_t g = 0; g < n; g++) {
        test_gene(&genes[g], work, g, &summary[genes[g].hallmark]);
    }
    status = adjust(genes, n);
    summarise(summary, genes, n);
    return om_agree(ctx, status);
}

om_status om_label_check(om_label_gene *genes, int64_t n, om_label_summary summary[OM_N_HALLMARKS],
                         om_ctx *ctx, const char *path, const om_sample_table *table,
                         int64_t *nonzeros) {
    sums work = {.n = 0};
    memset(summary, 0, OM_N_HALLMARKS * sizeof *summary);
    if (nonzeros != NULL) {
        *nonzeros = 0;
    }
    OM_TRY(om_check_same_arithmetic(ctx, "label check"));
    om_status status = check(&work, genes, n, summary, ctx, path, table, nonzeros);
    sums_destroy(&work);
    return status;
}
