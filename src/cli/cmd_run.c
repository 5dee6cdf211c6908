/* `run` and the commands that run one stage. */
#include "commands.h"
#include "job_options.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"

#include <string.h>

typedef struct stage {
    const char *name;
    om_status (*run)(om_ctx *ctx, const om_job *job, om_workdir *workdir);
    /* with published tables in place of data sets; NULL: nothing to do */
    om_status (*run_published)(om_ctx *ctx, const om_job *job, om_workdir *workdir);
    /* whether `run` does it; NULL: always */
    bool (*is_asked)(const om_job *job);
} stage;

static bool asks_pca(const om_job *job) {
    return job->pca.run;
}

static bool asks_baseline(const om_job *job) {
    return job->baseline.run;
}

/* What `validate` has pooled is one of the things that methods are compared on: it has to be of
 * this job, as it is now. */
static om_status run_baseline(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    char digest[OM_DIGEST_HEX];
    uint8_t is_pooled = om_workdir_digest(workdir, "validate/pooled.h5ad", digest) == OM_OK;
    OM_TRY(om_broadcast(ctx, 0, &is_pooled, sizeof is_pooled));
    OM_TRY(is_pooled == 1 && om_job_has_external(job) ? om_stage_pool(ctx, job, workdir) : OM_OK);
    return om_stage_baseline(ctx, job, workdir);
}

/* In the order in which they depend on each other. */
static const stage stages[] = {
    {"ingest", om_stage_ingest, om_stage_published, NULL},
    {"score", om_stage_score, NULL, NULL},
    {"threshold", om_stage_threshold, NULL, NULL},
    {"synthesize", om_stage_synthesize, NULL, NULL},
    {"train", om_stage_train, om_stage_train, NULL},
    {"pca", om_stage_pca, om_stage_pca, asks_pca},
    {"baseline", run_baseline, om_stage_baseline, asks_baseline},
};

enum { N_STAGES = sizeof stages / sizeof stages[0] };

static om_status add_help(om_text *text, const char *command) {
    OM_TRY(om_text_add(
        text, "usage: oncomark %s JOB [--set KEY=VALUE]... [--dryad DIR] [--dump]\n\n", command));
    if (strcmp(command, "run") != 0) {
        return OM_OK;
    }
    return om_text_add(text, "Runs ingest, score, threshold, synthesize and train, and pca and "
                             "baseline where pca.run and\nbaseline.run are true; `oncomark "
                             "crossval JOB` comes after it.\n\n");
}

static om_status run_stage(const stage *chosen, om_ctx *ctx, const om_job *job,
                           om_workdir *workdir) {
    if (job->published == NULL) {
        return chosen->run(ctx, job, workdir);
    }
    if (chosen->run_published == NULL) {
        om_log_info(om_context_log(ctx),
                    "%s: nothing to do: the published tables are summed already", chosen->name);
        return OM_OK;
    }
    return chosen->run_published(ctx, job, workdir);
}

/* Whether the command means this stage. */
static bool is_meant(const stage *candidate, const char *command, const om_job *job) {
    if (strcmp(command, "run") == 0) {
        return candidate->is_asked == NULL || candidate->is_asked(job);
    }
    return strcmp(command, candidate->name) == 0;
}

static om_status run_stages(om_ctx *ctx, const om_job *job, const om_job_options *options) {
    om_workdir *workdir = NULL;
    OM_TRY(om_job_require_data(job));
    OM_TRY(om_workdir_open(&workdir, ctx, job));
    bool run_all = strcmp(options->command, "run") == 0;
    om_status status = OM_OK;
    for (int i = 0; status == OM_OK && i < N_STAGES; i++) {
        if (is_meant(&stages[i], options->command, job)) {
            status = om_agree(ctx, run_stage(&stages[i], ctx, job, workdir));
            status = status == OM_OK && run_all ? om_stop_check(ctx) : status;
        }
    }
    om_workdir_close(&workdir);
    return status;
}

om_status om_cmd_run(om_ctx *ctx, int argc, char **argv) {
    static const om_job_command command = {add_help, run_stages};
    return om_job_options_run(ctx, argc, argv, &command);
}
