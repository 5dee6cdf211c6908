#include "crossval_report.h"
#include "crossval_report_ranking.h"
#include "figure_text.h"
#include "published_figures.h"

#include "oncomark/sweep.h"

#include <inttypes.h>
#include <math.h>

/* The chosen setting of one loss, as it is said. */
typedef struct summary_table {
    const om_crossval_figures *figures;
    const om_ranked_setting *setting;
    bool published; /* the paper's figures stand beside ours */
} summary_table;

typedef struct column {
    om_metric metric;
    const char *title;
    int width;
} column;

static const column columns[] = {
    {OM_METRIC_ACCURACY, "accuracy", 10},
    {OM_METRIC_F1, "F1", 8},
    {OM_METRIC_BALANCED_ACCURACY, "balanced accuracy", 19},
    {OM_METRIC_AUROC, "AUROC", 8},
    {OM_METRIC_AUPRC, "PR AUC", 8},
    {OM_METRIC_BRIER, "Brier", 8},
};
enum { N_COLUMNS = sizeof columns / sizeof columns[0], PUBLISHED_WIDTH = 11 };

static bool has_published(const summary_table *table, om_metric metric) {
    return table->published && !isnan(om_published_figures_mean_all(metric));
}

/* `hallmark` OM_N_HALLMARKS: all. */
static om_status add_figures(om_text *line, const summary_table *table, int hallmark) {
    bool all = hallmark == OM_N_HALLMARKS;
    OM_TRY(om_text_add(line, "%-8s", all ? "all" : om_hallmark_code(hallmark)));
    for (int c = 0; c < N_COLUMNS; c++) {
        om_metric metric = columns[c].metric;
        om_figure figure = {.kind = all ? OM_FIGURE_OWN_MEAN : OM_FIGURE_OWN,
                            .metric = metric,
                            .task = all ? 0 : hallmark};
        om_fold_mean ours = om_crossval_figures_mean(table->figures, table->setting->folds, figure);
        OM_TRY(om_figure_aligned(line, columns[c].width, ours.mean));
        if (has_published(table, metric)) {
            OM_TRY(om_figure_aligned(line, PUBLISHED_WIDTH,
                                     all ? om_published_figures_mean_all(metric)
                                         : om_published_figures_mean(metric, hallmark)));
        }
    }
    return OM_OK;
}

static om_status add_heading(om_text *line, const summary_table *table) {
    OM_TRY(om_text_add(line, "hallmark"));
    for (int c = 0; c < N_COLUMNS; c++) {
        OM_TRY(om_text_add(line, "%*s", columns[c].width, columns[c].title));
        if (has_published(table, columns[c].metric)) {
            OM_TRY(om_text_add(line, "%*s", PUBLISHED_WIDTH, "published"));
        }
    }
    return OM_OK;
}

static om_status say_table(om_log *log, const summary_table *table, om_text *line) {
    om_text_clear(line);
    OM_TRY(add_heading(line, table));
    om_log_info(log, "crossval: %s", om_text_get(line));
    for (int hallmark = 0; hallmark <= OM_N_HALLMARKS; hallmark++) {
        om_text_clear(line);
        OM_TRY(add_figures(line, table, hallmark));
        om_log_info(log, "crossval: %s", om_text_get(line));
    }
    if (table->published) {
        om_log_info(log, "crossval: published: means of Priyadarshi et al. 2025, "
                         "doi 10.1038/s42003-025-08727-z");
    }
    return OM_OK;
}

static om_status say_setting(om_log *log, const summary_table *table, om_text *line) {
    const om_ranked_setting *setting = table->setting;
    const om_job *job = table->figures->job;
    int64_t n_folds = setting->folds.end - setting->folds.first;
    if (job->crossval.n_axes > 0) {
        om_text_clear(line);
        OM_TRY(om_sweep_describe(job, setting->folds.setting, line));
        om_log_info(log,
                    "crossval: setting %" PRId64 " of %" PRId64
                    " has the least validation loss%s, mean %.6f: %s",
                    setting->folds.setting + 1, om_sweep_count(job),
                    setting->loss == OM_LOSS_PUBLISHED ? " (published)" : " (masked)",
                    setting->validation_loss.mean, om_text_get(line));
    }
    om_log_info(log, "crossval: test samples, each hallmark's own head, mean over %" PRId64 " %s",
                n_folds, n_folds == 1 ? "fold" : "folds");
    return OM_OK;
}

/* What holds of the hallmarks together. */
static void say_all(om_log *log, const summary_table *table) {
    const om_crossval_figures *figures = table->figures;
    om_fold_range folds = table->setting->folds;
    om_fold_mean agreement =
        om_crossval_figures_mean(figures, folds, (om_figure){.kind = OM_FIGURE_AGREEMENT});
    om_log_info(log, "crossval: all ten calls agree on %.1f %% of the test samples",
                100 * agreement.mean);
    if (figures->job->crossval.permute_labels) {
        om_fold_mean auroc = om_crossval_figures_mean(
            figures, folds, (om_figure){.kind = OM_FIGURE_OWN_MEAN, .metric = OM_METRIC_AUROC});
        if (auroc.n > 1) {
            om_log_info(log,
                        "crossval: permuted labels: mean AUROC %.4f, standard error %.4f; chance "
                        "is 0.5",
                        auroc.mean, auroc.sd / sqrt((double)auroc.n));
        } else {
            om_log_info(log, "crossval: permuted labels: mean AUROC %.4f; chance is 0.5",
                        auroc.mean);
        }
    }
}

static om_status say_diverged(om_log *log, const om_job *job, const om_ranked_setting *setting,
                              om_text *line) {
    om_text_clear(line);
    OM_TRY(om_sweep_describe(job, setting->folds.setting, line));
    bool is_swept = om_text_length(line) > 0;
    int64_t n_folds = setting->folds.end - setting->folds.first;
    om_log_info(log,
                "crossval: setting %" PRId64 " of %" PRId64 " diverged in %" PRId64 " of %" PRId64
                " fold%s%s%s",
                setting->folds.setting + 1, om_sweep_count(job), setting->n_diverged, n_folds,
                n_folds == 1 ? "" : "s", is_swept ? ": " : "", om_text_get(line));
    return OM_OK;
}

static om_status say(om_log *log, const om_crossval_figures *figures,
                     const om_sweep_ranking *ranking, om_text *line) {
    for (int64_t i = 0; i < ranking->n; i++) {
        const om_ranked_setting *setting = &ranking->settings[i];
        if (setting->n_diverged > 0) {
            OM_TRY(say_diverged(log, figures->job, setting, line));
        }
        if (om_sweep_ranking_is_chosen(setting)) {
            summary_table table = {
                figures, setting,
                om_published_figures_compare(&figures->job->crossval, setting->loss)};
            OM_TRY(say_setting(log, &table, line));
            OM_TRY(say_table(log, &table, line));
            say_all(log, &table);
        }
    }
    return OM_OK;
}

om_status om_crossval_say(om_log *log, const om_crossval_figures *figures) {
    om_sweep_ranking *ranking = NULL;
    om_text *line = NULL;
    om_status status = om_sweep_ranking_create(&ranking, figures);
    status = status == OM_OK ? om_text_create(&line) : status;
    status = status == OM_OK ? say(log, figures, ranking, line) : status;
    om_text_destroy(&line);
    om_sweep_ranking_destroy(&ranking);
    return status;
}
