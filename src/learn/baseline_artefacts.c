#include "baseline_artefacts.h"

#include "job_lesson.h"
#include "text_artefact.h"

const char om_baseline_stage[] = "baseline";

static om_status describe_keys(om_text *inputs, const om_job *job, const char *const *keys, int n) {
    for (int i = 0; i < n; i++) {
        OM_TRY(om_job_describe(job, keys[i], inputs));
    }
    return OM_OK;
}

static om_status describe_fit(om_text *inputs, const om_job *job, const om_workdir *workdir) {
    static const char *const keys[] = {"baseline.smallest_penalty", "baseline.largest_penalty",
                                       "baseline.penalties"};
    OM_TRY(om_job_lesson_describe(inputs, job, workdir, om_baseline_stage));
    return describe_keys(inputs, job, keys, sizeof keys / sizeof keys[0]);
}

static om_status describe_folds(om_text *inputs, const om_job *job, const om_workdir *workdir) {
    static const char *const keys[] = {"crossval.folds", "crossval.repeats", "crossval.group",
                                       "crossval.leave_one_out", "crossval.permute_labels"};
    OM_TRY(describe_fit(inputs, job, workdir));
    return describe_keys(inputs, job, keys, sizeof keys / sizeof keys[0]);
}

/* The model goes last: where it is, the table is. */
const om_baseline_part om_baseline_parts[OM_N_BASELINE_PARTS] = {
    [OM_BASELINE_FIT] = {describe_fit, {OM_BASELINE_PENALTIES_NAME, OM_BASELINE_MODEL_NAME}, 2},
    [OM_BASELINE_FOLDS] = {describe_folds, {OM_BASELINE_FOLDS_NAME}, 1}};

static om_status look_at_part(bool *done, const om_baseline_part *part, const om_job *job,
                              om_workdir *workdir) {
    om_text *inputs = NULL;
    om_status status = om_text_create(&inputs);
    status = status == OM_OK ? part->describe(inputs, job, workdir) : status;
    if (status == OM_OK) {
        const om_text_origin origin = {
            .workdir = workdir, .stage = om_baseline_stage, .inputs = inputs};
        *done = *done && om_artefacts_are_current(&origin, part->artefacts, part->n_artefacts);
    }
    om_text_destroy(&inputs);
    return status;
}

om_status om_baseline_is_fitted(bool *done, const om_job *job, om_workdir *workdir) {
    *done = true;
    for (int i = 0; i < OM_N_BASELINE_PARTS; i++) {
        OM_TRY(look_at_part(done, &om_baseline_parts[i], job, workdir));
    }
    return OM_OK;
}
