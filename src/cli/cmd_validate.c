/* `validate`: the model against data that it has not seen, and published predictions. */
#include "commands.h"
#include "job_options.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"

/* What can be validated, each where the job has something for it. */
typedef struct part {
    bool (*is_wanted)(const om_job *job);
    om_status (*run)(om_ctx *ctx, const om_job *job, om_workdir *workdir);
} part;

static om_status run_external(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    OM_TRY(om_stage_pool(ctx, job, workdir));
    return om_stage_external(ctx, job, workdir);
}

static bool has_bulk(const om_job *job) {
    return job->validate.n_bulk > 0;
}

static bool has_labels(const om_job *job) {
    return job->gene_sets != NULL && (job->n_data > 0 || job->published != NULL);
}

/* Bulk tables of predictions need no samples: what they say stands without the labels' check. */
static om_status run_labels(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    char digest[OM_DIGEST_HEX];
    uint8_t leave_out = 0;
    if (has_bulk(job) && om_context_is_root(ctx)) {
        leave_out = om_workdir_digest(workdir, "synthetic.h5ad", digest) == OM_USAGE ? 1 : 0;
    }
    OM_TRY(om_broadcast(ctx, 0, &leave_out, sizeof leave_out));
    if (leave_out == 1) {
        om_log_info(om_context_log(ctx),
                    "label check: left out, as there is no synthetic.h5ad yet: "
                    "`oncomark run` makes it");
        return OM_OK;
    }
    return om_stage_label_check(ctx, job, workdir);
}

static const part parts[] = {
    {om_job_has_external, run_external},
    {has_bulk, om_stage_validate_bulk},
    {has_labels, run_labels},
};

enum { N_PARTS = sizeof parts / sizeof parts[0] };

static om_status add_help(om_text *text, const char *command) {
    return om_text_add(
        text,
        "usage: oncomark %s JOB [--set KEY=VALUE]... [--dump]\n\n"
        "Says how well the model that `oncomark run JOB` has trained does on data that it has not "
        "seen:\npooled cells of external studies (data with role: validate), and cancer and normal "
        "bulk profiles\n(validate.bulk), beside predictions that were published; and whether the "
        "genes of each hallmark are\nhigher in its positive synthetic samples. Tables: "
        "validate/*.csv in the workdir. A job with\npublished predictions only needs no data and "
        "no model.\n\n",
        command);
}

static om_status check_wanted(const om_job *job) {
    for (int i = 0; i < N_PARTS; i++) {
        if (parts[i].is_wanted(job)) {
            return OM_OK;
        }
    }
    return om_fail(OM_USAGE,
                   "%s: found nothing to validate, expected data with role: validate, or "
                   "validate.bulk: a list "
                   "of bulk profiles that are cancer or normal",
                   job->path);
}

static om_status run_parts(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    for (int i = 0; i < N_PARTS; i++) {
        if (parts[i].is_wanted(job)) {
            OM_TRY(om_agree(ctx, parts[i].run(ctx, job, workdir)));
            OM_TRY(om_stop_check(ctx));
        }
    }
    return OM_OK;
}

static om_status run(om_ctx *ctx, const om_job *job, const om_job_options *options) {
    om_workdir *workdir = NULL;
    (void)options;
    OM_TRY(check_wanted(job));
    OM_TRY(om_workdir_open(&workdir, ctx, job));
    om_status status = run_parts(ctx, job, workdir);
    om_workdir_close(&workdir);
    return status;
}

om_status om_cmd_validate(om_ctx *ctx, int argc, char **argv) {
    static const om_job_command command = {add_help, run};
    return om_job_options_run(ctx, argc, argv, &command);
}
