#include "job_options.h"

#include "oncomark/memory.h"
#include "oncomark/table.h"
#include "read_job.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those of crossval come first. */
enum { N_CROSSVAL_OPTIONS = 3 };

static const struct option known[] = {
    {"task", required_argument, NULL, 't'},  {"collect", no_argument, NULL, 'c'},
    {"dry-run", no_argument, NULL, 'r'},     {"set", required_argument, NULL, 's'},
    {"dryad", required_argument, NULL, 'y'}, {"dump", no_argument, NULL, 'd'},
    {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};

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

/* "3/8" */
static om_status parse_share(const char *text, om_share *share) {
    char *copy = om_strdup(text);
    if (copy == NULL) {
        return OM_MEMORY;
    }
    char *slash = strchr(copy, '/');
    bool fits = slash != NULL && strspn(text, "0123456789/") == strlen(text);
    if (fits) {
        *slash = '\0';
        fits = om_parse_i64(copy, &share->number) && om_parse_i64(slash + 1, &share->of) &&
               share->number >= 1 && share->number <= share->of;
    }
    om_free(copy);
    if (!fits) {
        return om_fail(OM_USAGE,
                       "crossval: found --task %s, expected I/N with I from 1 to N, such as "
                       "$SLURM_ARRAY_TASK_ID/8 with --array=1-8",
                       text);
    }
    return OM_OK;
}

static om_status take(om_job_options *options, int found) {
    switch (found) {
    case 't':
        return parse_share(optarg, &options->share);
    case 'c':
        options->collect = true;
        return OM_OK;
    case 'r':
        options->dry_run = true;
        return OM_OK;
    case 's':
        return om_strings_add(options->settings, optarg);
    case 'y':
        return add_published(options->settings, optarg);
    default:
        options->dump = true;
        return OM_OK;
    }
}

static om_status check_together(const om_job_options *options) {
    int n =
        (options->share.of > 0 ? 1 : 0) + (options->collect ? 1 : 0) + (options->dry_run ? 1 : 0);
    if (n > 1) {
        return om_fail(OM_USAGE, "crossval: found several of --task, --collect and --dry-run, "
                                 "expected one at most");
    }
    return OM_OK;
}

static om_status parse(om_job_options *options, int argc, char **argv) {
    bool is_crossval = strcmp(argv[0], "crossval") == 0;
    options->command = argv[0];
    OM_TRY(om_strings_create(&options->settings));
    optind = 1;
    opterr = 0;
    for (int found = 0;
         (found = getopt_long(argc, argv, ":h", is_crossval ? known : known + N_CROSSVAL_OPTIONS,
                              NULL)) != -1;) {
        if (found == 'h') {
            options->job = NULL;
            return OM_OK;
        }
        if (found == '?' || found == ':') {
            return om_fail(
                OM_USAGE,
                "%s: '%s' is no option of it or lacks its value; see `oncomark %s --help`", argv[0],
                argv[optind - 1], argv[0]);
        }
        OM_TRY(take(options, found));
    }
    if (optind != argc - 1) {
        return om_fail(OM_USAGE, "%s: found %d job files, expected one", argv[0], argc - optind);
    }
    options->job = argv[optind];
    return check_together(options);
}

static om_status add_common_help(om_text *text) {
    OM_TRY(om_text_add(
        text, "  JOB              a job file (YAML)\n"
              "  --set KEY=VALUE  overrides a key of the job file\n"
              "  --dryad DIR      overrides the key published: the folder of the published tables\n"
              "  --dump           prints all parameters as they would be used, and ends\n\n"
              "Keys of a job file:\n\n"));
    return om_job_help(text);
}

static om_status print_help(const om_job_options *options, const om_job_command *command) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = command->add_help(text, options->command);
    status = status == OM_OK ? add_common_help(text) : status;
    if (status == OM_OK) {
        fputs(om_text_get(text), stdout);
    }
    om_text_destroy(&text);
    return status;
}

static om_status dump(const om_job *job) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_job_describe(job, "", text);
    if (status == OM_OK) {
        fputs(om_text_get(text), stdout);
    }
    om_text_destroy(&text);
    return status;
}

static om_status run(om_ctx *ctx, const om_job_options *options, const om_job_command *command) {
    bool is_root = om_context_is_root(ctx);
    if (options->job == NULL) {
        return is_root ? print_help(options, command) : OM_OK;
    }
    om_job *job = NULL;
    om_status status = om_read_job(&job, ctx, options->job, options->settings);
    if (status == OM_OK && options->dump) {
        status = is_root ? dump(job) : OM_OK;
    } else if (status == OM_OK) {
        status = command->run(ctx, job, options);
    }
    om_job_destroy(&job);
    return status;
}

om_status om_job_options_run(om_ctx *ctx, int argc, char **argv, const om_job_command *command) {
    om_job_options options = {0};
    om_status status = om_agree(ctx, parse(&options, argc, argv));
    status = status == OM_OK ? run(ctx, &options, command) : status;
    om_strings_destroy(&options.settings);
    return status;
}
