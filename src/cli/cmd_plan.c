/* `plan`: what a job will take. */
#include "commands.h"
#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "oncomark/plan.h"
#include "oncomark/table.h"
#include "read_job.h"

#include <getopt.h>
#include <stdio.h>

typedef struct plan_options {
    om_strings *settings;
    const char *job; /* path; NULL where help was asked for */
    int64_t max_ranks;
    bool slurm;
} plan_options;

enum { USUAL_MAX_RANKS = 64, MOST_RANKS = 16384 };

static const struct option known[] = {{"max-ranks", required_argument, NULL, 'm'},
                                      {"slurm", no_argument, NULL, 'l'},
                                      {"set", required_argument, NULL, 's'},
                                      {"help", no_argument, NULL, 'h'},
                                      {NULL, 0, NULL, 0}};

static om_status print_help(void) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_job_help(text);
    if (status == OM_OK) {
        printf("usage: oncomark plan JOB [--max-ranks N] [--slurm] [--set KEY=VALUE]...\n\n"
               "Says what each stage of a job will take: sizes, memory, disk, time at 1, 2, 4, ... "
               "ranks, why more\nranks stop helping, and what to ask Slurm for. Rates are those of "
               "an earlier run in the same workdir,\nor measured now in a few seconds. Nothing is "
               "written into the workdir.\n\n"
               "  JOB              a job file (YAML)\n"
               "  --max-ranks N    most ranks that a job may ask for (default %d)\n"
               "  --slurm          prints only what to ask for, a line a job: ranks, MiB a rank, "
               "minutes, shares\n"
               "                   of an array, and whether it is done\n"
               "  --set KEY=VALUE  overrides a key of the job file\n\n"
               "Keys of a job file:\n\n%s",
               USUAL_MAX_RANKS, om_text_get(text));
    }
    om_text_destroy(&text);
    return status;
}

static om_status take(plan_options *options, int found) {
    switch (found) {
    case 'm':
        if (!om_parse_i64(optarg, &options->max_ranks) || options->max_ranks < 1 ||
            options->max_ranks > MOST_RANKS) {
            return om_fail(OM_USAGE, "plan: found --max-ranks %s, expected a number from 1 to %d",
                           optarg, MOST_RANKS);
        }
        return OM_OK;
    case 'l':
        options->slurm = true;
        return OM_OK;
    default:
        return om_strings_add(options->settings, optarg);
    }
}

static om_status parse(plan_options *options, int argc, char **argv) {
    OM_TRY(om_strings_create(&options->settings));
    options->max_ranks = USUAL_MAX_RANKS;
    optind = 1;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        if (found == 'h') {
            options->job = NULL;
            return OM_OK;
        }
        if (found == '?' || found == ':') {
            return om_fail(OM_USAGE,
                           "plan: '%s' is no option of it or lacks its value; see `oncomark plan "
                           "--help`",
                           argv[optind - 1]);
        }
        OM_TRY(take(options, found));
    }
    if (optind != argc - 1) {
        return om_fail(OM_USAGE, "plan: found %d job files, expected one", argc - optind);
    }
    options->job = argv[optind];
    return OM_OK;
}

/* On rank 0. */
static om_status print_plan(om_log *log, const om_job *job, om_workdir *workdir,
                            const plan_options *options) {
    om_plan *plan = NULL;
    om_text *text = NULL;
    om_status status = om_text_create(&text);
    status = status == OM_OK ? om_plan_create(&plan, job, workdir, options->max_ranks) : status;
    if (status == OM_OK) {
        status = options->slurm ? om_plan_slurm(text, plan) : om_plan_describe(text, plan);
    }
    if (status == OM_OK) {
        fputs(om_text_get(text), stdout);
        om_plan_warn(plan, log);
    }
    om_plan_destroy(&plan);
    om_text_destroy(&text);
    return status;
}

static om_status run_with(om_ctx *ctx, const plan_options *options) {
    bool is_root = om_context_is_root(ctx);
    if (options->job == NULL) {
        return is_root ? print_help() : OM_OK;
    }
    om_job *job = NULL;
    om_workdir *workdir = NULL;
    om_status status = om_read_job(&job, ctx, options->job, options->settings);
    status = status == OM_OK ? om_job_require_data(job) : status;
    status = status == OM_OK ? om_workdir_look(&workdir, ctx, job) : status;
    if (status == OM_OK) {
        status =
            om_agree(ctx, is_root ? print_plan(om_context_log(ctx), job, workdir, options) : OM_OK);
    }
    om_workdir_close(&workdir);
    om_job_destroy(&job);
    return status;
}

om_status om_cmd_plan(om_ctx *ctx, int argc, char **argv) {
    plan_options options = {0};
    om_status status = om_agree(ctx, parse(&options, argc, argv));
    if (status == OM_OK) {
        status = run_with(ctx, &options);
    }
    om_strings_destroy(&options.settings);
    return status;
}
