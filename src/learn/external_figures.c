#include "external_figures.h"

#include "oncomark/memory.h"

/* The samples of a row, gathered. */
typedef struct gathering {
    const om_sample_table *table;
    const float *probabilities;
    float *scores;   /* [n_samples] */
    uint8_t *labels; /* [n_samples] */
    uint8_t *seen;   /* [n_patients] */
} gathering;

static void release(gathering *work) {
    om_free(work->scores);
    om_free(work->labels);
    om_free(work->seen);
}

static om_status take_memory(gathering *work) {
    work->scores = om_malloc(work->table->n_samples, sizeof *work->scores);
    work->labels = om_malloc(work->table->n_samples, sizeof *work->labels);
    work->seen = om_malloc(work->table->n_patients, sizeof *work->seen);
    bool complete = work->scores != NULL && work->labels != NULL && work->seen != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static bool belongs(const om_sample_table *table, int64_t sample, const om_external_row *row) {
    return (row->study == OM_EXTERNAL_ALL || table->study[sample] == row->study) &&
           (row->hallmark == OM_EXTERNAL_ALL || table->task[sample] == row->hallmark);
}

static int64_t gather(gathering *work, om_external_row *row) {
    const om_sample_table *table = work->table;
    int64_t n = 0;
    for (int64_t i = 0; i < table->n_patients; i++) {
        work->seen[i] = 0;
    }
    for (int64_t i = 0; i < table->n_samples; i++) {
        if (belongs(table, i, row)) {
            work->scores[n] = work->probabilities[i * OM_N_HALLMARKS + table->task[i]];
            work->labels[n++] = table->label[i];
            row->n_patients += work->seen[table->patient[i]] == 0 ? 1 : 0;
            work->seen[table->patient[i]] = 1;
        }
    }
    return n;
}

static om_status fill_row(om_external_row *row, gathering *work) {
    int64_t n = gather(work, row);
    row->calls = om_confusion_count(work->scores, work->labels, n, 0.5F);
    OM_TRY(om_auroc(&row->auroc, work->scores, work->labels, n));
    return om_average_precision(&row->auprc, work->scores, work->labels, n);
}

static om_status fill(om_external_figures *figures, gathering *work) {
    int64_t n_studies = om_strings_count(work->table->studies);
    figures->rows = om_calloc((n_studies + 1) * (OM_N_HALLMARKS + 1), sizeof *figures->rows);
    if (figures->rows == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(take_memory(work));
    for (int64_t study = 0; study <= n_studies; study++) {
        for (int hallmark = 0; hallmark <= OM_N_HALLMARKS; hallmark++) {
            om_external_row *row = &figures->rows[figures->n_rows++];
            row->study = study < n_studies ? study : OM_EXTERNAL_ALL;
            row->hallmark = hallmark < OM_N_HALLMARKS ? hallmark : OM_EXTERNAL_ALL;
            OM_TRY(fill_row(row, work));
        }
    }
    return OM_OK;
}

om_status om_external_figures_create(om_external_figures **out, const om_sample_table *table,
                                     const float *probabilities) {
    gathering work = {.table = table, .probabilities = probabilities};
    *out = om_calloc(1, sizeof **out);
    om_status status = *out != NULL ? fill(*out, &work) : OM_MEMORY;
    release(&work);
    if (status != OM_OK) {
        om_external_figures_destroy(out);
    }
    return status;
}

void om_external_figures_destroy(om_external_figures **figures) {
    if (*figures == NULL) {
        return;
    }
    om_free((*figures)->rows);
    om_free(*figures);
    *figures = NULL;
}

int64_t om_external_n_positive(const om_external_row *row) {
    return row->calls.true_positive + row->calls.false_negative;
}

int64_t om_external_n_negative(const om_external_row *row) {
    return row->calls.true_negative + row->calls.false_positive;
}
