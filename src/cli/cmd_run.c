/* `run` and the commands that run one stage. */
#include "commands.h"
#include "oncomark/memory.h"
#include "oncomark/stages.h"
#include "oncomark/workdir.h"
#include "read_job.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
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

typedef struct run_options {
    om_strings *settings; /* of --set */
    const char *job;      /* path; NULL where help was asked for */
    bool dump;
} run_options;

static om_status print_help(om_ctx *ctx, const char *command) {
    if (!om_context_is_root(ctx)) {
        return OM_OK;
    }
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_job_help(text);
    if (status == OM_OK) {
        printf(
            "usage: oncomark %s JOB [--set KEY=VALUE]... [--dryad DIR] [--dump]\n\n"
            "  JOB              a job file (YAML)\n"
            "  --set KEY=VALUE  overrides a key of the job file\n"
            "  --dryad DIR      overrides the key published: the folder of the published tables\n"
            "  --dump           prints all parameters as they would be used, and ends\n\n"
            "Keys of a job file:\n\n%s",
            command, om_text_get(text));
    }
    om_text_destroy(&text);
    return status;
}

/* A path on the command line starts where the user is, one in a setting at the job file's folder.
 */
static om_status add_published(om_strings *settings, const char *folder) {
    char *whole = realpath(folder, NULL);
    if (whole == NULL) {
        return om_fail(OM_USAGE, "--dryad %s: found no such folder", folder);
    }
    char *setting = om_format("published=%s", whole);
    free(whole);
    om_status status = setting != NULL ? om_strings_add(settings, setting) : OM_MEMORY;
    om_free(setting);
    return status;
}

static om_status parse_options(run_options *options, int argc, char **argv) {
    static const struct option known[] = {{"set", required_argument, NULL, 's'},
                                          {"dryad", required_argument, NULL, 'y'},
                                          {"dump", no_argument, NULL, 'd'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    optind = 1;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        switch (found) {
        case 's':
            OM_TRY(om_strings_add(options->settings, optarg));
            break;
        case 'y':
            OM_TRY(add_published(options->settings, optarg));
            break;
        case 'd':
            options->dump = true;
            break;
        case 'h':
            return OM_OK;
        default:
            return om_fail(
                OM_USAGE,
                "%s: '%s' is no option of it or lacks its value; see `oncomark %s --help`", argv[0],
                argv[optind - 1], argv[0]);
        }
    }
    if (optind != argc - 1) {
        return om_fail(OM_USAGE, "%s: found %d job files, expected one", argv[0], argc - optind);
    }
    options->job = argv[optind];
    return OM_OK;
}

static om_status dump_job(om_ctx *ctx, const om_job *job) {
    if (!om_context_is_root(ctx)) {
        return OM_OK;
    }
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_job_describe(job, "", text);
    if (status == OM_OK) {
        fputs(om_text_get(text), stdout);
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
    om_workdir *workdir = NULL;
    OM_TRY(om_workdir_open(&workdir, ctx, job));
    bool run_all = strcmp(command, "run") == 0;
    om_status status = OM_OK;
    for (int i = 0; status == OM_OK && i < N_STAGES; i++) {
        if (run_all || strcmp(command, stages[i].name) == 0) {
            status = om_agree(ctx, run_stage(&stages[i], ctx, job, workdir));
        }
    }
    om_workdir_close(&workdir);
    return status;
}

static om_status run_with(om_ctx *ctx, const run_options *options, const char *command) {
    if (options->job == NULL) {
        return print_help(ctx, command);
    }
    om_job *job = NULL;
    om_status status = om_read_job(&job, ctx, options->job, options->settings);
    if (status == OM_OK) {
        status = options->dump ? dump_job(ctx, job) : run_stages(ctx, job, command);
    }
    om_job_destroy(&job);
    return status;
}

om_status om_cmd_run(om_ctx *ctx, int argc, char **argv) {
    run_options options = {0};
    OM_TRY(om_strings_create(&options.settings));
    om_status status = om_agree(ctx, parse_options(&options, argc, argv));
    if (status == OM_OK) {
        status = run_with(ctx, &options, argv[0]);
    }
    om_strings_destroy(&options.settings);
    return status;
}
