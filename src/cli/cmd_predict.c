/* `predict`: hallmark probabilities of bulk profiles. */
#include "commands.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/predict.h"
#include "oncomark/stop.h"
#include "oncomark/table.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct predict_options {
    const char *model;
    const char *gene_map; /* NULL: none */
    const char *out;      /* NULL: standard output */
    bool force;
    bool help;
    int n_inputs;
    char **inputs;
} predict_options;

static void print_help(void) {
    printf(
        "usage: oncomark predict --model MODEL [--gene-map FILE] [--out FILE [--force]] "
        "INPUT...\n\n"
        "  --model MODEL    model.h5 of a run\n"
        "  --gene-map FILE  CSV or TSV with Ensembl ids and symbols of genes, for inputs with ids\n"
        "  --out FILE       where to write; standard output without it\n"
        "  --force          replace FILE if it is there\n"
        "  INPUT            expression profiles (counts, TPM, FPKM): CSV, TSV or GCT, plain or "
        "gzip,\n"
        "                   genes in rows or in columns; or an .h5ad file with profiles in obs\n\n"
        "Writes a CSV: profile and its probability of each hallmark; of several inputs, the\n"
        "file comes first.\n");
}

static om_status parse_options(predict_options *options, int argc, char **argv) {
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'}, {"gene-map", required_argument, NULL, 'g'},
        {"out", required_argument, NULL, 'o'},   {"force", no_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    optind = 1;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, ":m:g:o:fh", known, NULL)) != -1;) {
        switch (found) {
        case 'm':
            options->model = optarg;
            break;
        case 'g':
            options->gene_map = optarg;
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
    if (options->model == NULL) {
        return om_fail(OM_USAGE, "predict: no model was given: --model MODEL");
    }
    if (options->n_inputs == 0) {
        return om_fail(OM_USAGE, "predict: no table of profiles was given");
    }
    return OM_OK;
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

static om_status add_header(om_text *csv, bool with_file) {
    OM_TRY(om_text_add(csv, "%sprofile", with_file ? "file," : ""));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(csv, ",%s", om_hallmark_code(k)));
    }
    return om_text_add(csv, "\n");
}

static om_status add_rows(om_text *csv, const om_predictions *predictions, const char *file) {
    for (int64_t i = 0; i < predictions->n_profiles; i++) {
        if (file != NULL) {
            OM_TRY(om_csv_field(csv, file));
            OM_TRY(om_text_add(csv, ","));
        }
        OM_TRY(om_csv_field(csv, om_strings_get(predictions->profiles, i)));
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            OM_TRY(om_text_add(csv, ",%.9g",
                               (double)predictions->probabilities[i * OM_N_HALLMARKS + k]));
        }
        OM_TRY(om_text_add(csv, "\n"));
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

static om_status predict_input(om_text *csv, om_ctx *ctx, const predict_options *options,
                               const om_model *model, const om_gene_map *map, const char *path) {
    om_predictions *predictions = NULL;
    OM_TRY(om_predict(&predictions, ctx, model, map, path));
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        status = om_predictions_say(om_context_log(ctx), "predict", predictions, path);
        if (status == OM_OK) {
            status = add_rows(csv, predictions, options->n_inputs > 1 ? path : NULL);
        }
    }
    om_predictions_destroy(&predictions);
    return om_agree(ctx, status);
}

static om_status predict_all(om_ctx *ctx, const predict_options *options) {
    om_model *model = NULL;
    om_gene_map *map = NULL;
    om_text *csv = NULL;
    bool is_root = om_context_is_root(ctx);
    OM_TRY(om_agree(ctx, is_root ? check_out(options) : OM_OK));
    om_status status = om_model_read(&model, options->model);
    if (status == OM_OK && options->gene_map != NULL) {
        status = om_gene_map_read(&map, options->gene_map);
    }
    status = status == OM_OK ? om_text_create(&csv) : status;
    status = status == OM_OK ? add_header(csv, options->n_inputs > 1) : status;
    status = om_agree(ctx, status);
    for (int i = 0; i < options->n_inputs && status == OM_OK; i++) {
        status = om_stop_check(ctx);
        if (status == OM_OK) {
            status = predict_input(csv, ctx, options, model, map, options->inputs[i]);
        }
    }
    if (status == OM_OK) {
        status = om_agree(ctx, is_root ? write_out(options, csv) : OM_OK);
    }
    om_text_destroy(&csv);
    om_gene_map_destroy(&map);
    om_model_destroy(&model);
    return status;
}

om_status om_cmd_predict(om_ctx *ctx, int argc, char **argv) {
    predict_options options = {.model = NULL};
    OM_TRY(om_agree(ctx, parse_options(&options, argc, argv)));
    if (options.help) {
        if (om_context_is_root(ctx)) {
            print_help();
        }
        return OM_OK;
    }
    return predict_all(ctx, &options);
}
