/* `run` and the commands that run one stage. */
#include "commands.h"
#include "job_options.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"
#include "read_job.h"

#include <stdio.h>
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

static om_status print_help(const char *command) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_job_options_help(text);
    if (status == OM_OK) {
        printf("usage: oncomark %s JOB [--set KEY=VALUE]... [--dryad DIR] [--dump]\n\n", command);
        if (strcmp(command, "run") == 0) {
            printf("Runs ingest, score, threshold, synthesize and train; `oncomark crossval JOB` "
                   "comes after it.\n\n");
        }
        printf("%s", om_text_get(text));
    }
    om_text_destroy(&text);
    return status;
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

static om_status run_stages(om_ctx *ctx, const om_job *job, const char *command) {
    om_stop_listen();
    om_workdir *workdir = NULL;
    OM_TRY(om_workdir_open(&workdir, ctx, job));
    bool run_all = strcmp(command, "run") == 0;
    om_status status = OM_OK;
    for (int i = 0; status == OM_OK && i < N_STAGES; i++) {
        if (run_all || strcmp(command, stages[i].name) == 0) {
            status = om_agree(ctx, run_stage(&stages[i], ctx, job, workdir));
            status = status == OM_OK && run_all ? om_stop_check(ctx) : status;
        }
    }
    om_workdir_close(&workdir);
    return status;
}

static om_status run_with(om_ctx *ctx, const om_job_options *options, const char *command) {
    bool is_root = om_context_is_root(ctx);
    if (options->job == NULL) {
        return is_root ? print_help(command) : OM_OK;
    }
    om_job *job = NULL;
    om_status status = om_read_job(&job, ctx, options->job, options->settings);
    if (status == OM_OK && options->dump) {
        status = is_root ? om_job_options_dump(job) : OM_OK;
    } else if (status == OM_OK) {
        status = run_stages(ctx, job, command);
    }
    om_job_destroy(&job);
    return status;
}

om_status om_cmd_run(om_ctx *ctx, int argc, char **argv) {
    om_job_options options = {0};
    om_status status = om_agree(ctx, om_job_options_parse(&options, argc, argv));
    if (status == OM_OK) {
        status = run_with(ctx, &options, argv[0]);
    }
    om_job_options_release(&options);
    return status;
}
