#include "test_report.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/metrics.h"

#include <inttypes.h>
#include <math.h>

/* Of one head on the test samples of one hallmark. */
typedef struct head_figures {
    om_confusion confusion;
    double auroc;
    double average_precision;
} head_figures;

typedef struct test_report {
    const float *logits;
    const om_sample_table *table;
    const int64_t *rows;
    int64_t n;
    float *scores;                                        /* [n] working memory */
    uint8_t *labels;                                      /* [n] working memory */
    head_figures figures[OM_N_HALLMARKS][OM_N_HALLMARKS]; /* head, task */
} test_report;

static om_status compute(test_report *report, int head, int task) {
    int64_t n = 0;
    for (int64_t i = 0; i < report->n; i++) {
        int64_t sample = report->rows[i];
        if (report->table->task[sample] == task) {
            report->scores[n] = report->logits[i * OM_N_HALLMARKS + head];
            report->labels[n] = report->table->label[sample];
            n++;
        }
    }
    head_figures *figures = &report->figures[head][task];
    figures->confusion = om_confusion_count(report->scores, report->labels, n, 0);
    OM_TRY(om_auroc(&figures->auroc, report->scores, report->labels, n));
    return om_average_precision(&figures->average_precision, report->scores, report->labels, n);
}

static om_status add_number(om_text *csv, double value) {
    return isnan(value) ? om_text_add(csv, ",") : om_text_add(csv, ",%.17g", value);
}

static om_status add_row(om_text *csv, const head_figures *figures, int head, int task) {
    om_confusion calls = figures->confusion;
    OM_TRY(om_text_add(csv, "%s,%s,%" PRId64 ",%" PRId64, om_hallmark_code(head),
                       om_hallmark_code(task), calls.true_positive + calls.false_negative,
                       calls.true_negative + calls.false_positive));
    OM_TRY(add_number(csv, figures->auroc));
    OM_TRY(add_number(csv, figures->average_precision));
    OM_TRY(add_number(csv, om_confusion_accuracy(calls)));
    OM_TRY(add_number(csv, om_confusion_balanced_accuracy(calls)));
    OM_TRY(add_number(csv, om_confusion_precision(calls)));
    OM_TRY(add_number(csv, om_confusion_recall(calls)));
    OM_TRY(add_number(csv, om_confusion_f1(calls)));
    return om_text_add(csv, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
                       calls.true_positive, calls.false_positive, calls.true_negative,
                       calls.false_negative);
}

static om_status add_table(om_text *csv, const test_report *report) {
    OM_TRY(om_text_add(csv, "hallmark,task,n_pos,n_neg,auroc,average_precision,accuracy,"
                            "balanced_accuracy,precision,recall,f1,true_pos,false_pos,true_neg,"
                            "false_neg\n"));
    for (int head = 0; head < OM_N_HALLMARKS; head++) {
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            OM_TRY(add_row(csv, &report->figures[head][task], head, task));
        }
    }
    return OM_OK;
}

/* Share of samples on which all heads say the same. */
static double agreement(const test_report *report) {
    int64_t same = 0;
    for (int64_t i = 0; i < report->n; i++) {
        int positive = 0;
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            positive += report->logits[i * OM_N_HALLMARKS + k] > 0;
        }
        same += positive == 0 || positive == OM_N_HALLMARKS;
    }
    return (double)same / (double)report->n;
}

/* Mean AUROC of the heads on their own hallmark, or on the others'. */
static double mean_auroc(const test_report *report, bool own) {
    double sum = 0;
    int64_t count = 0;
    for (int head = 0; head < OM_N_HALLMARKS; head++) {
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            double auroc = report->figures[head][task].auroc;
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
        double auroc = report->figures[k][k].auroc;
        status = isnan(auroc) ? om_text_add(own, " %s -", om_hallmark_code(k))
                              : om_text_add(own, " %s %.4f", om_hallmark_code(k), auroc);
    }
    if (status == OM_OK) {
        om_log_info(log, "train: test part: %" PRId64 " synthetic samples%s%s", report->n,
                    unseen != NULL ? " of unseen " : "", unseen != NULL ? unseen : "");
        om_log_info(log, "train: AUROC of each hallmark's own head:%s", om_text_get(own));
        om_log_info(log,
                    "train: mean AUROC %.4f on the own hallmark, %.4f across hallmarks; all ten "
                    "calls agree on %.1f %% of samples",
                    mean_auroc(report, true), mean_auroc(report, false), 100 * agreement(report));
    }
    om_text_destroy(&own);
    return status;
}

static om_status compute_all(test_report *report) {
    for (int head = 0; head < OM_N_HALLMARKS; head++) {
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            OM_TRY(compute(report, head, task));
        }
    }
    return OM_OK;
}

om_status om_test_report(om_text *csv, om_log *log, const float *logits,
                         const om_sample_table *table, const int64_t *rows, int64_t n,
                         const char *unseen) {
    test_report *made = om_calloc(1, sizeof *made);
    if (made == NULL) {
        return OM_MEMORY;
    }
    *made = (test_report){.logits = logits, .table = table, .rows = rows, .n = n};
    made->scores = om_malloc(n, sizeof *made->scores);
    made->labels = om_malloc(n, sizeof *made->labels);
    om_status status = made->scores != NULL && made->labels != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? compute_all(made) : status;
    status = status == OM_OK ? add_table(csv, made) : status;
    status = status == OM_OK ? say(log, made, unseen) : status;
    om_free(made->scores);
    om_free(made->labels);
    om_free(made);
    return status;
}
