/* `predict`: hallmark probabilities of bulk profiles. */
#include "commands.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/stop.h"
#include "predict_table.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct predict_options {
    const char *model;    /* empty: none was given */
    const char *gene_map; /* NULL: none */
    const char *ood;      /* NULL: what is beside the model */
    bool no_ood;
    const char *out; /* NULL: standard output */
    bool force;
    bool help;
    int n_inputs;
    char **inputs;
} predict_options;

typedef struct predictor {
    om_ctx *ctx;
    const predict_options *options;
    om_model *model;
    om_gene_map *map; /* NULL: none */
    char *ood_path;   /* NULL: none */
    om_ood *ood;      /* NULL: none */
    om_text *csv;
} predictor;

static void print_help(void) {
    printf(
        "usage: oncomark predict --model MODEL [--gene-map FILE] [--ood FILE | --no-ood]\n"
        "                        [--out FILE [--force]] INPUT...\n\n"
        "  --model MODEL    model.h5 of a run\n"
        "  --gene-map FILE  CSV or TSV with Ensembl ids and symbols of genes, for inputs with ids\n"
        "  --ood FILE       ood.h5 of the model's run (by `oncomark pca`): which profiles are\n"
        "                   unlike the training data; without it, ood.h5 in MODEL's folder\n"
        "  --no-ood         do without\n"
        "  --out FILE       where to write; standard output without it\n"
        "  --force          replace FILE if it is there\n"
        "  INPUT            expression profiles (counts, TPM, FPKM): CSV, TSV or GCT, plain or "
        "gzip,\n"
        "                   genes in rows or in columns; or an .h5ad file with profiles in obs\n\n"
        "Writes a CSV: profile and its probability of each hallmark; of several inputs, the\n"
        "file comes first. With ood.h5 also how far a profile is from the training data: residual\n"
        "(from the space of their principal components) and mahalanobis (from their middle within\n"
        "it). Percentiles are percentages of samples that are not farther away: of the training\n"
        "samples or of the validation part's, which the components do not know, whichever is\n"
        "less. unlike_training: 1 where a distance is above the 99th percentile of both parts.\n");
}

static om_status check_options(const predict_options *options) {
    if (options->model[0] == '\0') {
        return om_fail(OM_USAGE, "predict: no model was given: --model MODEL");
    }
    if (options->ood != NULL && options->no_ood) {
        return om_fail(OM_USAGE, "predict: found both --ood and --no-ood, expected one of them");
    }
    if (options->n_inputs == 0) {
        return om_fail(OM_USAGE, "predict: no table of profiles was given");
    }
    return OM_OK;
}

static om_status parse_options(predict_options *options, int argc, char **argv) {
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'}, {"gene-map", required_argument, NULL, 'g'},
        {"ood", required_argument, NULL, 'd'},   {"no-ood", no_argument, NULL, 'n'},
        {"out", required_argument, NULL, 'o'},   {"force", no_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    optind = 1;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, ":m:g:d:no:fh", known, NULL)) != -1;) {
        switch (found) {
        case 'm':
            options->model = optarg;
            break;
        case 'g':
            options->gene_map = optarg;
            break;
        case 'd':
            options->ood = optarg;
            break;
        case 'n':
            options->no_ood = true;
            break;
        case 'o':
            options->out = optarg;
            break;
        case 'f':
            options->force = true;
            break;
        case 'h':
            options->help = true;
            return OM_OK;
        default:
            return om_fail(OM_USAGE,
                           "predict: '%s' is no option of it or lacks its value; see `oncomark "
                           "predict --help`",
                           argv[optind - 1]);
        }
    }
    options->n_inputs = argc - optind;
    options->inputs = argv + optind;
    return check_options(options);
}

/* Renaming the finished file to a device's name would replace the device. */
static om_status check_out(const predict_options *options) {
    struct stat found;
    if (options->out == NULL || stat(options->out, &found) != 0) {
        return OM_OK;
    }
    if (!S_ISREG(found.st_mode)) {
        return om_fail(OM_USAGE, "%s: found a folder or device, expected a file's name for --out",
                       options->out);
    }
    if (!options->force) {
        return om_fail(OM_USAGE, "%s is there already; --force replaces it", options->out);
    }
    return OM_OK;
}

static om_status write_out(const predict_options *options, const om_text *csv) {
    size_t length = om_text_length(csv);
    if (options->out != NULL) {
        OM_TRY(check_out(options));
        return om_file_write(options->out, om_text_get(csv), (int64_t)length);
    }
    if (fwrite(om_text_get(csv), 1, length, stdout) != length || fflush(stdout) != 0) {
        return om_fail(OM_SYSTEM, "standard output: cannot write: %s", strerror(errno));
    }
    return OM_OK;
}

static char *path_beside(const char *path, const char *name) {
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash + 1 - path) : 0;
    return om_format("%.*s%s", folder, path, name);
}

/* ood.h5 beside the model counts where rank 0 sees it. */
static om_status find_ood(predictor *work) {
    const predict_options *options = work->options;
    if (options->no_ood) {
        return OM_OK;
    }
    work->ood_path =
        options->ood != NULL ? om_strdup(options->ood) : path_beside(options->model, "ood.h5");
    OM_TRY(om_agree(work->ctx, work->ood_path != NULL ? OM_OK : OM_MEMORY));
    uint8_t is_there = options->ood != NULL || om_file_exists(work->ood_path);
    OM_TRY(om_broadcast(work->ctx, 0, &is_there, sizeof is_there));
    if (is_there == 0) {
        om_free(work->ood_path);
        work->ood_path = NULL;
    }
    return OM_OK;
}

/* One that merely lies beside the model, from before a training, is no reason to predict nothing.
 */
static om_status read_ood(predictor *work) {
    const predict_options *options = work->options;
    OM_TRY(om_ood_read(&work->ood, work->ood_path));
    om_status status = om_ood_check_model(work->ood, work->ood_path, work->model, options->model);
    if (status != OM_INPUT || options->ood != NULL) {
        return status;
    }
    if (om_context_is_root(work->ctx)) {
        om_log_warn(om_context_log(work->ctx),
                    "%s; predicting without telling which profiles are unlike the training data",
                    om_error_message());
    }
    om_ood_destroy(&work->ood);
    return OM_OK;
}

static om_status read_inputs(predictor *work) {
    const predict_options *options = work->options;
    OM_TRY(om_model_read(&work->model, options->model));
    if (options->gene_map != NULL) {
        OM_TRY(om_gene_map_read(&work->map, options->gene_map));
    }
    OM_TRY(work->ood_path != NULL ? read_ood(work) : OM_OK);
    OM_TRY(om_text_create(&work->csv));
    return om_predict_table_header(work->csv, options->n_inputs > 1, work->ood != NULL);
}

/* Rank 0. */
static void say_reference(const predictor *work) {
    om_log *log = om_context_log(work->ctx);
    int64_t n_training = work->ood->training.n, n_held_out = work->ood->held_out.n;
    om_log_info(log,
                "predict: %s: distances are compared with those of %" PRId64
                " training and %" PRId64 " validation samples",
                work->ood_path, n_training, n_held_out);
    if (n_held_out < OM_OOD_ENOUGH) {
        om_log_warn(log,
                    "%s: found %" PRId64
                    " validation samples, expected at least %d to tell what is "
                    "usual of patients that are not in the training data",
                    work->ood_path, n_held_out, OM_OOD_ENOUGH);
    }
}

static void say_unlike(const predictor *work, const char *path, int64_t n_unlike,
                       int64_t n_profiles) {
    if (n_unlike > 0) {
        om_log_warn(om_context_log(work->ctx),
                    "%s: %" PRId64 " of %" PRId64 " profiles are unlike the training data (above "
                    "the 99th percentile of %s); predictions of these may be off",
                    path, n_unlike, n_profiles, work->ood_path);
    }
}

/* Rank 0. */
static om_status take_predictions(predictor *work, const char *path,
                                  const om_predictions *predictions) {
    int64_t n_unlike = 0;
    OM_TRY(om_predictions_say(om_context_log(work->ctx), "predict", predictions, path));
    OM_TRY(om_predict_table_rows(work->csv, predictions, work->options->n_inputs > 1 ? path : NULL,
                                 work->ood, &n_unlike));
    say_unlike(work, path, n_unlike, predictions->n_profiles);
    return OM_OK;
}

static om_status predict_input(predictor *work, const char *path) {
    om_predictions *predictions = NULL;
    om_linear_map linear = {0};
    if (work->ood != NULL) {
        linear = om_ood_linear_map(work->ood);
    }
    const om_predict_request request = {.model = work->model,
                                        .map = work->map,
                                        .path = path,
                                        .linear = work->ood != NULL ? &linear : NULL};
    OM_TRY(om_predict(&predictions, work->ctx, &request));
    om_status status =
        om_context_is_root(work->ctx) ? take_predictions(work, path, predictions) : OM_OK;
    om_predictions_destroy(&predictions);
    return om_agree(work->ctx, status);
}

static om_status predict_all(predictor *work) {
    const predict_options *options = work->options;
    bool is_root = om_context_is_root(work->ctx);
    OM_TRY(om_agree(work->ctx, is_root ? check_out(options) : OM_OK));
    OM_TRY(find_ood(work));
    OM_TRY(om_agree(work->ctx, read_inputs(work)));
    if (is_root && work->ood != NULL) {
        say_reference(work);
    }
    for (int i = 0; i < options->n_inputs; i++) {
        OM_TRY(om_stop_check(work->ctx));
        OM_TRY(predict_input(work, options->inputs[i]));
    }
    return om_agree(work->ctx, is_root ? write_out(options, work->csv) : OM_OK);
}

om_status om_cmd_predict(om_ctx *ctx, int argc, char **argv) {
    predict_options options = {.model = ""};
    OM_TRY(om_agree(ctx, parse_options(&options, argc, argv)));
    if (options.help) {
        if (om_context_is_root(ctx)) {
            print_help();
        }
        return OM_OK;
    }
    predictor work = {.ctx = ctx, .options = &options};
    om_status status = predict_all(&work);
    om_text_destroy(&work.csv);
    om_ood_destroy(&work.ood);
    om_free(work.ood_path);
    om_gene_map_destroy(&work.map);
    om_model_destroy(&work.model);
    return status;
}
