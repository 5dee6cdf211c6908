/* How well the model calls the pooled samples of external studies. */
#ifndef ONCOMARK_LEARN_EXTERNAL_FIGURES_H
#define ONCOMARK_LEARN_EXTERNAL_FIGURES_H

#include "oncomark/hallmark.h"
#include "oncomark/metrics.h"
#include "oncomark/sample_table.h"

enum { OM_EXTERNAL_ALL = -1 };

/* Each sample is called by the head of its own hallmark, whose probability is its score. */
typedef struct om_external_row {
    int64_t study;      /* index in the table's studies, or OM_EXTERNAL_ALL */
    int hallmark;       /* or OM_EXTERNAL_ALL */
    int64_t n_patients; /* with a sample */
    om_confusion calls; /* probability > 0.5 */
    double auroc;
    double auprc;
} om_external_row;

typedef struct om_external_figures {
    int64_t n_rows;
    om_external_row *rows; /* study by study, then all; each hallmark by hallmark, then all */
} om_external_figures;

/* `probabilities` [n_samples x 10]. Local. */
om_status om_external_figures_create(om_external_figures **out, const om_sample_table *table,
                                     const float *probabilities);
void om_external_figures_destroy(om_external_figures **figures);

int64_t om_external_n_positive(const om_external_row *row);
int64_t om_external_n_negative(const om_external_row *row);

#endif
