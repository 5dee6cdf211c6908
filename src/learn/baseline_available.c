#include "baseline_available.h"

#include "baseline_artefacts.h"
#include "baseline_network.h"
#include "baseline_profiles.h"
#include "oncomark/file_stamp.h"

const om_loss om_baseline_losses[OM_BASELINE_LOSSES] = {OM_LOSS_MASKED, OM_LOSS_PUBLISHED};

static om_status add_digest(om_text *inputs, const om_workdir *workdir, const char *artefact) {
    char hex[OM_DIGEST_HEX];
    OM_TRY(om_workdir_digest(workdir, artefact, hex));
    return om_text_add(inputs, "%s: %s\n", artefact, hex);
}

static om_status add_if(om_text *inputs, const om_workdir *workdir, bool is_there,
                        const char *artefact) {
    return is_there ? add_digest(inputs, workdir, artefact)
                    : om_text_add(inputs, "%s: none\n", artefact);
}

static om_status add_setting(om_text *inputs, const om_workdir *workdir,
                             const om_crossval_plan *plan, int64_t setting) {
    for (int64_t fold = 0; fold < plan->n_folds && setting >= 0; fold++) {
        const om_crossval_task *task = &plan->tasks[setting * plan->n_folds + fold];
        OM_TRY(add_digest(inputs, workdir, task->artefact));
    }
    return OM_OK;
}

/* Also looks whether some set is of profiles. */
static om_status add_bulk(om_text *inputs, om_baseline_available *has, const om_job *job) {
    OM_TRY(om_job_describe(job, "validate.bulk", inputs));
    OM_TRY(om_job_describe(job, "validate.others", inputs));
    for (int64_t s = 0; s < job->validate.n_bulk; s++) {
        const om_bulk_set *set = &job->validate.bulk[s];
        bool is_matrix = false;
        OM_TRY(om_baseline_bulk_is_matrix(&is_matrix, set));
        has->bulk = is_matrix ? 1 : has->bulk;
        OM_TRY(om_file_stamp(inputs, set->name, set->path));
        OM_TRY(om_file_stamp(inputs, "gene_map", set->gene_map));
        OM_TRY(om_file_stamp(inputs, "classes", set->classes));
    }
    return OM_OK;
}

static uint8_t is_pooled(const om_workdir *workdir, const om_job *job) {
    char hex[OM_DIGEST_HEX];
    return om_job_has_external(job) &&
           om_workdir_digest(workdir, OM_BASELINE_POOLED_NAME, hex) == OM_OK;
}

om_status om_baseline_look(om_baseline_available *has, om_text *inputs, const om_workdir *workdir,
                           const om_crossval_plan *plan) {
    const om_job *job = plan->job;
    has->model = om_baseline_is_trained(workdir, job, OM_BASELINE_NETWORK_NAME);
    has->test = om_baseline_is_trained(workdir, job, OM_BASELINE_TEST_NAME);
    has->pooled = is_pooled(workdir, job);
    OM_TRY(om_text_add(inputs, "stage: %s\ntable: comparison\n", om_baseline_stage));
    OM_TRY(om_job_describe(job, "train.loss", inputs));
    OM_TRY(add_digest(inputs, workdir, OM_BASELINE_MODEL_NAME));
    OM_TRY(add_digest(inputs, workdir, OM_BASELINE_FOLDS_NAME));
    OM_TRY(add_if(inputs, workdir, has->model == 1, OM_BASELINE_NETWORK_NAME));
    OM_TRY(add_if(inputs, workdir, has->test == 1, OM_BASELINE_TEST_NAME));
    OM_TRY(add_if(inputs, workdir, has->pooled == 1, OM_BASELINE_POOLED_NAME));
    for (int i = 0; i < OM_BASELINE_LOSSES; i++) {
        OM_TRY(om_baseline_find_setting(&has->settings[i], plan, om_baseline_losses[i]));
        OM_TRY(add_setting(inputs, workdir, plan, has->settings[i]));
    }
    return add_bulk(inputs, has, job);
}

void om_baseline_say_missing(om_log *log, const om_baseline_available *has, const om_job *job,
                             bool has_test_part) {
    bool wants_pooled = om_job_has_external(job), wants_bulk = has->bulk == 1;
    if (has->model == 0) {
        om_log_info(log,
                    "baseline: left out the network on the test part%s: there is no model of these "
                    "samples, which `oncomark train` makes",
                    wants_pooled || wants_bulk ? ", and both methods on other data" : "");
    } else if (has->test == 0 && has_test_part) {
        om_log_info(log, "baseline: left out the network on the test part: `oncomark train` makes "
                         "test.csv");
    }
    if (has->settings[0] < 0 && has->settings[1] < 0) {
        om_log_info(log, "baseline: left out the network on folds: `oncomark crossval` trains it "
                         "on them");
    }
    if (wants_pooled && has->pooled == 0) {
        om_log_info(log, "baseline: left out external studies: `oncomark validate` pools their "
                         "samples");
    }
}
