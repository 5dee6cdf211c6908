/* `crossval`: all of it, a share of its tasks, its tables, or what it would do. */
#include "commands.h"
#include "job_options.h"
#include "oncomark/stages.h"

#include <stdio.h>

static om_status add_help(om_text *text, const char *command) {
    return om_text_add(
        text,
        "usage: oncomark %s JOB [--task I/N | --collect | --dry-run] "
        "[--set KEY=VALUE]... [--dryad DIR] [--dump]\n\n"
        "Trains and tests every setting of crossval.sweep on every fold, and writes the "
        "tables crossval/*.csv.\nResults that are there already are kept. Needs the "
        "synthetic samples of `oncomark run JOB`.\n\n"
        "  --task I/N       does share I (from 1) of N of the tasks only, without the tables: "
        "for N runs\n"
        "                   side by side, as in a Slurm array: --array=1-8 and\n"
        "                   --task $SLURM_ARRAY_TASK_ID/8\n"
        "  --collect        makes the tables of what the shares have done\n"
        "  --dry-run        prints the tasks and the hours that they will take, and ends\n",
        command);
}

static om_status print_outline(om_ctx *ctx, const om_job *job) {
    om_workdir *workdir = NULL;
    om_text *text = NULL;
    om_status status = om_agree(ctx, om_text_create(&text));
    status = status == OM_OK ? om_workdir_look(&workdir, ctx, job) : status;
    if (status == OM_OK) {
        status = om_stage_crossval_outline(text, ctx, job, workdir);
    }
    if (status == OM_OK && om_context_is_root(ctx)) {
        fputs(om_text_get(text), stdout);
    }
    om_workdir_close(&workdir);
    om_text_destroy(&text);
    return status;
}

static om_status run_stage(om_ctx *ctx, const om_job *job, const om_job_options *options) {
    om_workdir *workdir = NULL;
    OM_TRY(om_workdir_open_share(&workdir, ctx, job, options->share));
    om_status status = options->collect ? om_stage_crossval_collect(ctx, job, workdir)
                       : options->share.of > 0
                           ? om_stage_crossval_share(ctx, job, workdir, options->share)
                           : om_stage_crossval(ctx, job, workdir);
    om_workdir_close(&workdir);
    return status;
}

static om_status run(om_ctx *ctx, const om_job *job, const om_job_options *options) {
    OM_TRY(om_job_require_data(job));
    return options->dry_run ? print_outline(ctx, job) : run_stage(ctx, job, options);
}

om_status om_cmd_crossval(om_ctx *ctx, int argc, char **argv) {
    static const om_job_command command = {add_help, run};
    return om_job_options_run(ctx, argc, argv, &command);
}
