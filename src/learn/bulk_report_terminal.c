#include "bulk_report.h"

#include "figure_text.h"
#include "published_figures.h"

#include <inttypes.h>

/* Side by side: what the model says, then what was published. */
typedef struct side {
    const om_bulk_group *group; /* NULL: none of this kind */
    const char *title;          /* over its columns */
} side;

enum { N_SIDES = 2, WIDTH = 11 };

static void find_sides(side sides[N_SIDES], const om_bulk_report *report) {
    sides[0] = (side){report->has_model ? &report->model : NULL, OM_BULK_MODEL};
    sides[1] = (side){report->has_published ? &report->published : NULL, OM_BULK_PUBLISHED};
}

static double value_of(const om_bulk_group *group, int column, int hallmark) {
    const om_bulk_figures *figures = &group->figures[hallmark];
    const double values[] = {figures->sensitivity, figures->specificity, figures->auroc,
                             figures->ks};
    return values[column];
}

static const char *const titles[] = {"sensitivity", "specificity", "AUROC", "K-S"};
enum { N_COLUMNS = sizeof titles / sizeof titles[0], KS = N_COLUMNS - 1 };

static om_status add_headings(om_text *first, om_text *second, const side sides[N_SIDES]) {
    OM_TRY(om_text_add(first, "%-8s", ""));
    OM_TRY(om_text_add(second, "hallmark"));
    for (int c = 0; c < N_COLUMNS; c++) {
        const char *title = titles[c];
        for (int s = 0; s < N_SIDES; s++) {
            if (sides[s].group != NULL) {
                OM_TRY(om_text_add(first, " %*s", WIDTH, title));
                OM_TRY(om_text_add(second, " %*s", WIDTH, sides[s].title));
                title = "";
            }
        }
    }
    return om_text_add(second, " %*s", WIDTH, OM_BULK_PAPER);
}

static om_status add_figures(om_text *line, const side sides[N_SIDES], int hallmark) {
    OM_TRY(om_text_add(line, "%-8s", om_hallmark_code(hallmark)));
    for (int c = 0; c < N_COLUMNS; c++) {
        for (int s = 0; s < N_SIDES; s++) {
            if (sides[s].group != NULL) {
                OM_TRY(om_figure_aligned(line, WIDTH + 1, value_of(sides[s].group, c, hallmark)));
            }
        }
    }
    return om_figure_aligned(line, WIDTH + 1, om_published_figures_ks(hallmark));
}

static om_status say_figures(om_log *log, const side sides[N_SIDES], om_text *first,
                             om_text *second) {
    OM_TRY(add_headings(first, second, sides));
    om_log_info(log, "validate: %s", om_text_get(first));
    om_log_info(log, "validate: %s", om_text_get(second));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        om_text_clear(first);
        OM_TRY(add_figures(first, sides, k));
        om_log_info(log, "validate: %s", om_text_get(first));
    }
    return OM_OK;
}

/* At the thresholds that balance the model's own training samples. */
static om_status say_balanced(om_log *log, const om_bulk_group *model, om_text *line) {
    om_log_info(log, "validate: at the probability that balances the model's training samples:");
    om_log_info(log, "validate: hallmark   threshold sensitivity specificity");
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        const om_bulk_figures *figures = &model->figures[k];
        om_text_clear(line);
        OM_TRY(om_text_add(line, "%-8s", om_hallmark_code(k)));
        OM_TRY(om_figure_aligned(line, WIDTH + 1, figures->threshold));
        OM_TRY(om_figure_aligned(line, WIDTH + 1, figures->sensitivity_at_threshold));
        OM_TRY(om_figure_aligned(line, WIDTH + 1, figures->specificity_at_threshold));
        om_log_info(log, "validate: %s", om_text_get(line));
    }
    return OM_OK;
}

static void say_agreement(om_log *log, const char *source, const char *class,
                          om_bulk_agreement agreement) {
    if (agreement.n > 0) {
        double n = (double)agreement.n;
        om_log_info(log,
                    "validate: %s: %" PRId64
                    " %s profiles: all ten calls agree on %.1f %%, all positive %.1f %%",
                    source, agreement.n, class, 100 * (double)agreement.n_alike / n,
                    100 * (double)agreement.n_positive / n);
    }
}

static void say_group(om_log *log, const om_bulk_group *group) {
    say_agreement(log, group->source, "cancer", group->cancer);
    say_agreement(log, group->source, "normal", group->normal);
}

static om_status say(om_log *log, const om_bulk_report *report, om_text *first, om_text *second) {
    side sides[N_SIDES];
    find_sides(sides, report);
    OM_TRY(say_figures(log, sides, first, second));
    om_log_info(log, "validate: paper: K-S statistics of Priyadarshi et al. 2025, "
                     "doi 10.1038/s42003-025-08727-z");
    if (report->has_model) {
        OM_TRY(say_balanced(log, &report->model, first));
    }
    for (int64_t s = 0; s < report->n_sets; s++) {
        say_group(log, &report->sets[s]);
    }
    for (int s = 0; s < N_SIDES; s++) {
        if (sides[s].group != NULL && report->n_sets > 1) {
            say_group(log, sides[s].group);
        }
    }
    return OM_OK;
}

om_status om_bulk_report_say(om_log *log, const om_bulk_report *report) {
    om_text *first = NULL;
    om_text *second = NULL;
    om_status status = om_text_create(&first);
    status = status == OM_OK ? om_text_create(&second) : status;
    status = status == OM_OK ? say(log, report, first, second) : status;
    om_text_destroy(&first);
    om_text_destroy(&second);
    return status;
}
