#include "test_report.h"

#include "figure_text.h"

#include "oncomark/head_metrics.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

typedef struct test_report {
    const float *logits;
    uint8_t *tasks;  /* [n] */
    uint8_t *labels; /* [n] */
    int64_t n;
    om_head_metrics heads[OM_N_HALLMARKS][OM_N_HALLMARKS]; /* head, task */
} test_report;

static om_status compute(test_report *report, const om_sample_table *table, const int64_t *rows) {
    report->tasks = om_malloc(report->n, sizeof *report->tasks);
    report->labels = om_malloc(report->n, sizeof *report->labels);
    if (report->tasks == NULL || report->labels == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < report->n; i++) {
        report->tasks[i] = table->task[rows[i]];
        report->labels[i] = table->label[rows[i]];
    }
    for (int head = 0; head < OM_N_HALLMARKS; head++) {
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            OM_TRY(om_head_metrics_compute(&report->heads[head][task], report->logits,
                                           report->tasks, report->labels, report->n, head, task));
        }
    }
    return OM_OK;
}

static om_status add_row(om_text *csv, const test_report *report, int head, int task) {
    static const om_metric metrics[] = {
        OM_METRIC_AUROC,     OM_METRIC_AUPRC,  OM_METRIC_ACCURACY, OM_METRIC_BALANCED_ACCURACY,
        OM_METRIC_PRECISION, OM_METRIC_RECALL, OM_METRIC_F1};
    const om_head_metrics *figures = &report->heads[head][task];
    om_confusion calls = figures->confusion;
    OM_TRY(om_text_add(csv, "%s,%s,%" PRId64 ",%" PRId64, om_hallmark_code(head),
                       om_hallmark_code(task), calls.true_positive + calls.false_negative,
                       calls.true_negative + calls.false_positive));
    for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++) {
        OM_TRY(om_figure_csv(csv, om_head_metrics_value(figures, metrics[m])));
    }
    OM_TRY(om_text_add(csv, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, calls.true_positive,
                       calls.false_positive, calls.true_negative, calls.false_negative));
    OM_TRY(om_figure_csv(csv, figures->brier));
    OM_TRY(om_figure_csv(
        csv, om_call_agreement_of_task(report->logits, report->tasks, report->n, task)));
    return om_text_add(csv, "\n");
}

static om_status add_table(om_text *csv, const test_report *report) {
    OM_TRY(om_text_add(csv, "hallmark,task,n_pos,n_neg,auroc,average_precision,accuracy,"
                            "balanced_accuracy,precision,recall,f1,true_pos,false_pos,true_neg,"
                            "false_neg,brier,call_agreement\n"));
    for (int head = 0; head < OM_N_HALLMARKS; head++) {
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            OM_TRY(add_row(csv, report, head, task));
        }
    }
    return OM_OK;
}

/* Mean AUROC of the heads on their own hallmark, or on the others'. */
static double mean_auroc(const test_report *report, bool own) {
    double sum = 0;
    int64_t count = 0;
    for (int head = 0; head < OM_N_HALLMARKS; head++) {
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            double auroc = report->heads[head][task].auroc;
            if ((head == task) == own && !isnan(auroc)) {
                sum += auroc;
                count++;
            }
        }
    }
    return count > 0 ? sum / (double)count : NAN;
}

static om_status say(om_log *log, const test_report *report, const char *unseen) {
    om_text *own = NULL;
    OM_TRY(om_text_create(&own));
    om_status status = OM_OK;
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        status = om_text_add(own, " %s ", om_hallmark_code(k));
        status = status == OM_OK ? om_figure_aligned(own, 0, report->heads[k][k].auroc) : status;
    }
    if (status == OM_OK) {
        om_log_info(log, "train: test part: %" PRId64 " synthetic samples%s%s", report->n,
                    unseen != NULL ? " of unseen " : "", unseen != NULL ? unseen : "");
        om_log_info(log, "train: AUROC of each hallmark's own head:%s", om_text_get(own));
        om_log_info(log,
                    "train: mean AUROC %.4f on the own hallmark, %.4f across hallmarks; all ten "
                    "calls agree on %.1f %% of samples",
                    mean_auroc(report, true), mean_auroc(report, false),
                    100 * om_call_agreement(report->logits, report->n));
    }
    om_text_destroy(&own);
    return status;
}

om_status om_test_report(om_text *csv, om_log *log, const float *logits,
                         const om_sample_table *table, const int64_t *rows, int64_t n,
                         const char *unseen) {
    test_report *made = om_calloc(1, sizeof *made);
    if (made == NULL) {
        return OM_MEMORY;
    }
    made->logits = logits;
    made->n = n;
    om_status status = compute(made, table, rows);
    status = status == OM_OK ? add_table(csv, made) : status;
    status = status == OM_OK ? say(log, made, unseen) : status;
    om_free(made->tasks);
    om_free(made->labels);
    om_free(made);
    return status;
}
