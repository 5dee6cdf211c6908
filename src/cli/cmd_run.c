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
} stage;

/* In the order in which they depend on each other. */
static const stage stages[] = {
    {"ingest", om_stage_ingest, om_stage_published}, {"score", om_stage_score, NULL},
    {"threshold", om_stage_threshold, NULL},         {"synthesize", om_stage_synthesize, NULL},
    {"train", om_stage_train, om_stage_train},
};

enum { N_STAGES = sizeof stages / sizeof stages[0] };

static om_status add_help(om_text *text, const char *command) {
    OM_TRY(om_text_add(
        text, "usage: oncomark %s JOB [--set KEY=VALUE]... [--dryad DIR] [--dump]\n\n", command));
    if (strcmp(command, "run") != 0) {
        return OM_OK;
    }
    return om_text_add(text, "Runs ingest, score, threshold, synthesize and train; `oncomark "
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

static om_status run_stages(om_ctx *ctx, const om_job *job, const om_job_options *options) {
    om_workdir *workdir = NULL;
    OM_TRY(om_job_require_data(job));
    OM_TRY(om_workdir_open(&workdir, ctx, job));
    bool run_all = strcmp(options->command, "run") == 0;
    om_status status = OM_OK;
    for (int i = 0; status == OM_OK && i < N_STAGES; i++) {
        if (run_all || strcmp(options->command, stages[i].name) == 0) {
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
