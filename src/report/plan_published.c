/* From the published tables to synthetic samples. */
#include "plan_figures.h"
#include "plan_private.h"

#include "oncomark/memory.h"
#include "oncomark/published_size.h"
#include "oncomark/published_trial.h"

#include <math.h>

static const double taken_parse = 1 / 250e6;  /* where no row could be read: of the README */
static const double write_seconds = 8e-9;     /* a non-zero on its way through memory and file */
static const double taken_sample_share = 0.6; /* of the genes, that a sample has */
static const double sample_bytes = 300;

static om_status find_rate(double *seconds, om_plan_stage *stage, const om_past *all,
                           const om_published_size *size, const om_published_trial *trial) {
    om_past_stage past;
    bool ran = om_past_find(&past, all, om_plan_stage_text(OM_PLAN_INGEST));
    double done = ran ? (double)past.counters[OM_COUNT_PARSED_BYTES] : -1;
    const char *unit = "B/s of text a rank";
    if (om_plan_rate_of_past(seconds, &past, all, OM_PLAN_INGEST, done, (double)size->text_bytes)) {
        stage->rate =
            om_format("%s%s: of the run of %s on %d rank%s", om_figure_count(1 / *seconds).text,
                      unit, past.finished, (int)past.n_ranks, past.n_ranks == 1 ? "" : "s");
    } else {
        *seconds = trial->n_rows > 0 ? trial->parse : taken_parse;
        stage->rate = om_format("%s%s: %s", om_figure_count(1 / *seconds).text, unit,
                                trial->n_rows > 0 ? "measured now on the first rows"
                                                  : "taken from another machine");
    }
    return stage->rate != NULL ? OM_OK : OM_MEMORY;
}

static om_status add_ingest(om_plan *plan, const om_published_size *size,
                            const om_published_trial *trial) {
    om_plan_stage *stage = &plan->stages[OM_PLAN_INGEST];
    double text = (double)size->text_bytes, seconds = 0;
    OM_TRY(find_rate(&seconds, stage, plan->past, size, trial));
    double non_zeros = plan->learn->n_nonzeros > 0
                           ? (double)plan->learn->n_nonzeros
                           : (double)size->n_samples * plan->sample_nonzeros;
    const om_plan_cost cost = {.fixed = 0.1,
                               .shared =
                                   text * (seconds + trial->inflate) + non_zeros * write_seconds,
                               .alone = text * trial->inflate};
    om_plan_stage_fill(stage, &cost);
    stage->disk = 8 * non_zeros + sample_bytes * (double)size->n_samples;
    stage->disk_is_guess = !size->has_synthetic;
    stage->work = om_format("%s%s of text", size->is_gzip ? "~" : "", om_figure_bytes(text).text);
    stage->limit = size->is_gzip ? om_format("one rank inflates the text: %s",
                                             om_figure_duration(cost.alone).text)
                                 : om_strdup("the ranks meet after every few megabytes");
    OM_TRY(stage->work != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    return om_plan_stage_limit_memory(stage, plan, OM_PLAN_INGEST, non_zeros);
}

static om_status look_at_samples(om_plan *plan, const om_published_size *size,
                                 om_workdir *workdir) {
    if (size->has_synthetic) {
        return om_learn_state_read(&plan->learn, plan->job, workdir);
    }
    return om_learn_state_guess(&plan->learn, plan->job, size->n_samples, size->n_genes);
}

om_status om_plan_add_published(om_plan *plan, om_workdir *workdir) {
    om_published_size size;
    om_published_trial trial;
    OM_TRY(om_published_size_read(&size, plan->job, workdir));
    OM_TRY(om_published_trial_run(&trial, plan->job));
    plan->stages[OM_PLAN_INGEST].exists = true;
    plan->stages[OM_PLAN_INGEST].is_done = size.has_synthetic;
    plan->sample_nonzeros =
        trial.n_rows > 0 ? trial.sample_nonzeros : taken_sample_share * (double)size.n_genes;
    plan->data = om_format("published tables: %s samples of %s genes",
                           om_figure_count((double)size.n_samples).text,
                           om_figure_count((double)size.n_genes).text);
    OM_TRY(plan->data != NULL ? OM_OK : OM_MEMORY);
    OM_TRY(look_at_samples(plan, &size, workdir));
    return add_ingest(plan, &size, &trial);
}
