/* `export`: synthetic samples in the layout of the published tables. */
#include "commands.h"
#include "oncomark/memory.h"
#include "oncomark/published_export.h"
#include "oncomark/reader.h"
#include "oncomark/workdir.h"
#include "read_job.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

typedef struct export_options {
    const char *layout;
    const char *out;
    const char *job;
    om_strings *settings;
    bool force;
    bool help;
} export_options;

static void print_help(void) {
    printf("usage: oncomark export --layout dryad --out DIR [--force] [--set KEY=VALUE]... JOB\n\n"
           "  --layout dryad   the tables of the paper's deposit on Dryad\n"
           "  --out DIR        where to write them: a new or an empty folder\n"
           "  --force          replaces tables that are there\n"
           "  --set KEY=VALUE  overrides a key of the job file\n"
           "  JOB              the job file whose workdir has synthetic.h5ad\n\n"
           "Writes data_pos_sep_hallmark.csv and data_neg_sep_hallmark.csv: a row a sample, named\n"
           "\"data set|sample&AIM_UCell&1\", and a column for each of the features.most_variable\n"
           "most variable genes of these samples; meta_pos_sep_hallmark.csv and\n"
           "meta_neg_sep_hallmark.csv: row name, Cancer, Hallmark. `oncomark ingest --dryad DIR`\n"
           "reads them back.\n");
}

static om_status parse_options(export_options *options, int argc, char **argv) {
    static const struct option known[] = {
        {"layout", required_argument, NULL, 'l'}, {"out", required_argument, NULL, 'o'},
        {"force", no_argument, NULL, 'f'},        {"set", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    optind = 1;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        switch (found) {
        case 'l':
            options->layout = optarg;
            break;
        case 'o':
            options->out = optarg;
            break;
        case 'f':
            options->force = true;
            break;
        case 's':
            OM_TRY(om_strings_add(options->settings, optarg));
            break;
        case 'h':
            options->help = true;
            return OM_OK;
        default:
            return om_fail(OM_USAGE,
                           "export: '%s' is no option of it or lacks its value; see `oncomark "
                           "export --help`",
                           argv[optind - 1]);
        }
    }
    if (options->layout == NULL || strcmp(options->layout, "dryad") != 0) {
        return om_fail(OM_USAGE, "export: found %s%s, expected --layout dryad",
                       options->layout == NULL ? "no layout" : "--layout ",
                       options->layout == NULL ? "" : options->layout);
    }
    if (options->out == NULL) {
        return om_fail(OM_USAGE, "export: no folder was given: --out DIR");
    }
    if (optind != argc - 1) {
        return om_fail(OM_USAGE, "export: found %d job files, expected one", argc - optind);
    }
    options->job = argv[optind];
    return OM_OK;
}

static om_status fail_missing(const om_job *job, const char *path) {
    return om_fail(OM_USAGE, "%s is not there yet: `oncomark %s %s` makes it", path,
                   job->published == NULL ? "run" : "ingest", job->path);
}

/* The file as its record has it: one that was changed since is set aside when the workdir is
 * opened, and so is missing. */
static om_status export_from(om_ctx *ctx, const export_options *options, const om_job *job,
                             const om_workdir *workdir) {
    char digest[OM_DIGEST_HEX];
    char *path = om_workdir_path(workdir, "synthetic.h5ad");
    om_status status = path != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = om_workdir_digest(workdir, "synthetic.h5ad", digest);
        status = status == OM_USAGE ? fail_missing(job, path) : status;
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_published_export(ctx, path, options->out, job->features.most_variable,
                                     options->force);
    }
    om_free(path);
    return status;
}

/* Before the workdir is opened, which would make its folder. */
static om_status check_input(const om_job *job) {
    char *path = om_format("%s/synthetic.h5ad", job->workdir);
    om_status status = OM_MEMORY;
    if (path != NULL) {
        status = om_file_exists(path) ? OM_OK : fail_missing(job, path);
    }
    om_free(path);
    return status;
}

static om_status export_job(om_ctx *ctx, const export_options *options, const om_job *job) {
    om_workdir *workdir = NULL;
    OM_TRY(om_agree(ctx, om_context_is_root(ctx) ? check_input(job) : OM_OK));
    OM_TRY(om_workdir_open(&workdir, ctx, job));
    om_status status = export_from(ctx, options, job, workdir);
    om_workdir_close(&workdir);
    return status;
}

static om_status export_with(om_ctx *ctx, const export_options *options) {
    if (options->help) {
        if (om_context_is_root(ctx)) {
            print_help();
        }
        return OM_OK;
    }
    om_job *job = NULL;
    om_status status = om_read_job(&job, ctx, options->job, options->settings);
    if (status == OM_OK) {
        status = export_job(ctx, options, job);
    }
    om_job_destroy(&job);
    return status;
}

om_status om_cmd_export(om_ctx *ctx, int argc, char **argv) {
    export_options options = {.layout = NULL};
    OM_TRY(om_strings_create(&options.settings));
    om_status status = om_agree(ctx, parse_options(&options, argc, argv));
    if (status == OM_OK) {
        status = export_with(ctx, &options);
    }
    om_strings_destroy(&options.settings);
    return status;
}
