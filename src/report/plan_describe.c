/* A plan for people. */
#include "plan_figures.h"
#include "plan_private.h"

#include <inttypes.h>

enum { MOST_COLUMNS = 10 };

static om_status add_sizes(om_text *text, const om_plan *plan) {
    OM_TRY(om_text_add(text, "\n%-11s %-6s %-46s %s\n", "stage", "", "work", "disk"));
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        const om_plan_stage *stage = &plan->stages[i];
        if (stage->exists) {
            OM_TRY(om_text_add(text, "%-11s %-6s %-46s %s%s\n", om_plan_stage_text(i),
                               stage->is_done ? "done" : "to do", stage->work,
                               stage->disk_is_guess ? "~" : "", om_figure_bytes(stage->disk).text));
        }
    }
    return OM_OK;
}

static om_status add_guess(om_text *text, const om_plan *plan) {
    if (!plan->learn->is_guess || plan->job->published != NULL) {
        return OM_OK;
    }
    return om_text_add(text,
                       "\n~: estimated. So many synthetic samples as the published set has for its "
                       "cells:\n12.6 %% of cells x 10 hallmarks x 2 labels are in one%s, "
                       "%" PRId64 " cells each.\n",
                       plan->job->threshold.method == OM_OTSU ? " (twice that with one threshold)"
                                                              : "",
                       plan->job->synthetic.cells_per_sample);
}

static om_status add_time_row(om_text *text, const om_plan_stage *stage, int n_columns) {
    int last = om_plan_last_step(stage->seconds);
    for (int step = 0; step < n_columns; step++) {
        OM_TRY(step <= last
                   ? om_text_add(text, " %9s", om_figure_duration(stage->seconds[step]).text)
                   : om_text_add(text, " %9s", ""));
    }
    return om_text_add(text, "\n");
}

static om_status add_times(om_text *text, const om_plan *plan) {
    int n_columns = 1;
    while (n_columns < MOST_COLUMNS && (int64_t)1 << n_columns <= plan->max_ranks) {
        n_columns++;
    }
    OM_TRY(om_text_add(text, "\nExpected time, if every rank has a core like this one\n%-11s",
                       "ranks"));
    for (int step = 0; step < n_columns; step++) {
        OM_TRY(om_text_add(text, " %9d", 1 << step));
    }
    OM_TRY(om_text_add(text, "\n"));
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        const om_plan_stage *stage = &plan->stages[i];
        if (stage->exists && stage->is_done) {
            OM_TRY(om_text_add(text, "%-11s %9s\n", om_plan_stage_text(i), "done"));
        } else if (stage->exists) {
            OM_TRY(om_text_add(text, "%-11s", om_plan_stage_text(i)));
            OM_TRY(add_time_row(text, stage, n_columns));
        }
    }
    return OM_OK;
}

static om_status add_limits(om_text *text, const om_plan *plan) {
    OM_TRY(om_text_add(text, "\nMore ranks stop helping\n"));
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        const om_plan_stage *stage = &plan->stages[i];
        if (!stage->exists || stage->is_done) {
            continue;
        }
        int last = om_plan_last_step(stage->seconds);
        int64_t ranks = (int64_t)1 << last;
        OM_TRY(om_text_add(text, "%-11s at %" PRId64 ": ", om_plan_stage_text(i), ranks));
        OM_TRY(stage->seconds[last] < 1    ? om_text_add(text, "it takes less than a second\n")
               : last + 1 == OM_PLAN_STEPS ? om_text_add(text, "nothing is known of more\n")
                                           : om_text_add(text, "%s\n", stage->limit));
    }
    return OM_OK;
}

static om_status add_memory(om_text *text, const om_plan *plan) {
    OM_TRY(om_text_add(text, "\nMemory\n"));
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        const om_plan_stage *stage = &plan->stages[i];
        if (stage->exists) {
            OM_TRY(om_text_add(text, "%-11s %s\n", om_plan_stage_text(i), stage->memory_from));
        }
    }
    return OM_OK;
}

static om_status add_rates(om_text *text, const om_plan *plan) {
    OM_TRY(om_text_add(text, "\nRates\n"));
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        const om_plan_stage *stage = &plan->stages[i];
        if (stage->exists) {
            OM_TRY(om_text_add(text, "%-11s %s\n", om_plan_stage_text(i), stage->rate));
        }
    }
    return OM_OK;
}

static om_status add_disk(om_text *text, const om_plan *plan) {
    OM_TRY(om_text_add(text, "\nDisk: what is to do takes ~%s",
                       om_figure_bytes(plan->disk_needed).text));
    return plan->disk_free < 0
               ? om_text_add(text, "\n")
               : om_text_add(text, "; %s are free for %s\n", om_figure_bytes(plan->disk_free).text,
                             plan->job->workdir);
}

void om_plan_warn(const om_plan *plan, om_log *log) {
    if (plan->disk_free >= 0 && plan->disk_needed > plan->disk_free) {
        om_log_warn(log, "%s: what is to do takes some %s of disk, and only %s are free",
                    plan->job->workdir, om_figure_bytes(plan->disk_needed).text,
                    om_figure_bytes(plan->disk_free).text);
    }
}

static bool is_all_done(const om_plan *plan) {
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        if (plan->stages[i].exists && !plan->stages[i].is_done) {
            return false;
        }
    }
    return true;
}

om_status om_plan_describe(om_text *text, const om_plan *plan) {
    OM_TRY(om_text_add(text, "%s: %s\n", plan->job->name, plan->data));
    OM_TRY(add_sizes(text, plan));
    OM_TRY(add_guess(text, plan));
    if (is_all_done(plan)) {
        return om_text_add(text, "\nNothing is left to do.\n");
    }
    OM_TRY(add_times(text, plan));
    OM_TRY(add_limits(text, plan));
    OM_TRY(add_memory(text, plan));
    OM_TRY(add_disk(text, plan));
    OM_TRY(add_rates(text, plan));
    OM_TRY(om_text_add(text, "\nTo ask Slurm for: twice the time and ten minutes, a quarter more "
                             "memory, MiB a rank\n"));
    return om_plan_slurm(text, plan);
}
