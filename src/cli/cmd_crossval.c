/* `crossval`: all of it, a share of its tasks, its tables, or what it would do. */
#include "commands.h"
#include "job_options.h"
#include "oncomark/memory.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"
#include "read_job.h"

#include <stdio.h>

static om_status print_help(void) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_job_options_help(text);
    if (status == OM_OK) {
        printf(
            "usage: oncomark crossval JOB [--task I/N | --collect | --dry-run] "
            "[--set KEY=VALUE]... [--dryad DIR] [--dump]\n\n"
            "Trains and tests every setting of crossval.sweep on every fold, and writes the "
            "tables crossval/*.csv.\nResults that are there already are kept. Needs the "
            "synthetic samples of `oncomark run JOB`.\n\n"
            "  --task I/N       does share I (from 1) of N of the tasks only, without the tables: "
            "for N runs\n"
            "                   side by side, as in a Slurm array: --array=1-8 and\n"
            "                   --task $SLURM_ARRAY_TASK_ID/8\n"
            "  --collect        makes the tables of what the shares have done\n"
            "  --dry-run        prints the tasks and the hours that they will take, and ends\n%s",
            om_text_get(text));
    }
    om_text_destroy(&text);
    return status;
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
    om_stop_listen();
    OM_TRY(om_workdir_open_share(&workdir, ctx, job, options->share));
    om_status status = options->collect ? om_stage_crossval_collect(ctx, job, workdir)
                       : options->share.of > 0
                           ? om_stage_crossval_share(ctx, job, workdir, options->share)
                           : om_stage_crossval(ctx, job, workdir);
    om_workdir_close(&workdir);
    return status;
}

static om_status run_with(om_ctx *ctx, const om_job_options *options) {
    bool is_root = om_context_is_root(ctx);
    if (options->job == NULL) {
        return is_root ? print_help() : OM_OK;
    }
    om_job *job = NULL;
    om_status status = om_read_job(&job, ctx, options->job, options->settings);
    if (status == OM_OK) {
        if (options->dump) {
            status = is_root ? om_job_options_dump(job) : OM_OK;
        } else if (options->dry_run) {
            status = print_outline(ctx, job);
        } else {
            status = run_stage(ctx, job, options);
        }
    }
    om_job_destroy(&job);
    return status;
}

om_status om_cmd_crossval(om_ctx *ctx, int argc, char **argv) {
    om_job_options options = {0};
    om_status status = om_agree(ctx, om_job_options_parse(&options, argc, argv));
    if (status == OM_OK) {
        status = run_with(ctx, &options);
    }
    om_job_options_release(&options);
    return status;
}
