/* Puts a made-up synthetic.h5ad into a job's workdir, recorded as if `oncomark synthesize` had made
 * it, so that training can be measured at any size without the stages before it. */
#include "synthetic_model.h"

#include "cells/synthetic_file.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/workdir.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] = "usage: bench_synthetic --job FILE [OPTION]...\n\n"
                            "  --samples N   (8000)\n"
                            "  --features N  that features.most_variable of the job leaves (9326)\n"
                            "  --genes N     (11000)\n"
                            "  --seed N      (1)\n";

enum {
    SAMPLES_PER_PATIENT = 93, /* as published */
    PATIENTS_PER_DATA_SET = 13,
    ROWS_AT_A_TIME = 1024
};

typedef struct synthetic_options {
    const char *job;
    int64_t n_samples;
    int64_t n_features;
    int64_t n_genes;
    int64_t seed;
} synthetic_options;

static om_status parse_number(const char *option, int64_t *value) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(optarg, &end, 10);
    if (errno != 0 || end == optarg || *end != '\0' || number < 1 || number > INT32_MAX) {
        return om_fail(OM_USAGE, "found --%s %s, expected a whole number from 1 to %d", option,
                       optarg, INT32_MAX);
    }
    *value = number;
    return OM_OK;
}

static om_status parse_options(synthetic_options *options, int argc, char **argv) {
    static const struct option known[] = {
        {"job", required_argument, NULL, 0},      {"samples", required_argument, NULL, 0},
        {"features", required_argument, NULL, 0}, {"genes", required_argument, NULL, 0},
        {"seed", required_argument, NULL, 0},     {NULL, 0, NULL, 0}};
    int64_t *numbers[] = {&options->n_samples, &options->n_features, &options->n_genes,
                          &options->seed};
    int index = 0;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, "", known, &index)) != -1;) {
        if (found != 0) {
            return om_fail(OM_USAGE, "'%s' is no option or lacks its value", argv[optind - 1]);
        }
        if (index == 0) {
            options->job = optarg;
        } else {
            OM_TRY(parse_number(known[index].name, numbers[index - 1]));
        }
    }
    if (options->job == NULL || optind != argc) {
        return om_fail(OM_USAGE, "expected --job and options only");
    }
    return OM_OK;
}

static om_status add_group(om_synthetic_frame *frame, const synthetic_identity *is,
                           int64_t blocks) {
    static const char *const tissues[] = {"Breast",      "Lung",  "Colorectal", "Skin",
                                          "Hematologic", "Brain", "Kidney"};
    const char *tissue = tissues[is->data_set % (int64_t)(sizeof tissues / sizeof tissues[0])];
    char study[32], data_set[64], patient[32];
    snprintf(study, sizeof study, "Bench%" PRId64, is->data_set);
    snprintf(data_set, sizeof data_set, "%s_%s", study, tissue);
    snprintf(patient, sizeof patient, "P%" PRId64, is->patient);
    om_synthetic_row row = {.data_set = data_set,
                            .study = study,
                            .tissue = tissue,
                            .sample = patient,
                            .patient = patient,
                            .hallmark = is->hallmark,
                            .label = is->label};
    for (row.block = 0; row.block < blocks; row.block++) {
        OM_TRY(om_synthetic_frame_add(frame, &row));
    }
    return OM_OK;
}

static om_status fill_frame(om_synthetic_frame *frame, const synthetic_model *model) {
    for (int64_t group = 0; group < synthetic_groups(model); group++) {
        synthetic_identity identity;
        int64_t first = 0;
        int64_t blocks = 0;
        synthetic_group(model, group, &identity, &first, &blocks);
        OM_TRY(add_group(frame, &identity, blocks));
    }
    return OM_OK;
}

static om_status name_genes(om_strings **out, int64_t n_genes) {
    OM_TRY(om_strings_create(out));
    for (int64_t gene = 0; gene < n_genes; gene++) {
        char name[32];
        snprintf(name, sizeof name, "GENE%06" PRId64, gene);
        OM_TRY(om_strings_add(*out, name));
    }
    return OM_OK;
}

/* All but the values. */
static om_status create_file(const synthetic_model *model, const char *path, int64_t n_values,
                             om_digest *digest) {
    om_synthetic_frame *frame = NULL;
    om_strings *genes = NULL;
    om_status status = om_synthetic_frame_create(&frame, model->size.n_samples);
    status = status == OM_OK ? fill_frame(frame, model) : status;
    status = status == OM_OK ? name_genes(&genes, model->size.n_genes) : status;
    if (status == OM_OK) {
        status = om_synthetic_file_create(path, frame, genes, n_values, digest);
    }
    om_strings_destroy(&genes);
    om_synthetic_frame_destroy(&frame);
    return status;
}

/* Rows on their way to the file. */
typedef struct slab {
    const synthetic_model *model;
    om_h5 *file; /* NULL: they are counted only */
    int64_t n_values;
    int64_t first_row;
    int64_t first_value;
    int64_t n_rows;
    int64_t *indptr; /* [ROWS_AT_A_TIME + 1] */
    int32_t *indices;
    uint32_t *values;
} slab;

static om_status write_slab(slab *rows) {
    if (rows->file != NULL) {
        OM_TRY(om_h5ad_write_csr_rows(rows->file, "X", OM_U32, rows->first_row, rows->n_rows,
                                      rows->model->size.n_samples, rows->first_value, rows->indptr,
                                      rows->indices, rows->values));
    }
    rows->first_row += rows->n_rows;
    rows->first_value += rows->indptr[rows->n_rows];
    rows->n_rows = 0;
    return OM_OK;
}

static om_status make_rows(slab *rows) {
    const synthetic_model *model = rows->model;
    for (int64_t group = 0; group < synthetic_groups(model); group++) {
        synthetic_identity identity;
        int64_t first = 0;
        int64_t blocks = 0;
        synthetic_group(model, group, &identity, &first, &blocks);
        for (int64_t row = first; row < first + blocks; row++) {
            int64_t at = rows->indptr[rows->n_rows];
            rows->indptr[++rows->n_rows] =
                at + synthetic_row(model, row, &identity, rows->indices + at, rows->values + at);
            if (rows->n_rows == ROWS_AT_A_TIME) {
                OM_TRY(write_slab(rows));
            }
        }
    }
    return rows->n_rows > 0 ? write_slab(rows) : OM_OK;
}

/* Rows are made twice: first to know how many values there are. `file` NULL: that. */
static om_status run_rows(const synthetic_model *model, om_h5 *file, int64_t *n_values) {
    int64_t capacity = ROWS_AT_A_TIME * model->size.n_genes;
    slab rows = {.model = model,
                 .file = file,
                 .indptr = om_calloc(ROWS_AT_A_TIME + 1, sizeof *rows.indptr),
                 .indices = om_malloc(capacity, sizeof *rows.indices),
                 .values = om_malloc(capacity, sizeof *rows.values)};
    bool complete = rows.indptr != NULL && rows.indices != NULL && rows.values != NULL;
    om_status status = complete ? make_rows(&rows) : OM_MEMORY;
    *n_values = rows.first_value;
    om_free(rows.indptr);
    om_free(rows.indices);
    om_free(rows.values);
    return status;
}

static om_status write_file(const synthetic_model *model, om_ctx *ctx, const char *path,
                            om_digest *digest) {
    om_h5 *file = NULL;
    int64_t n_values = 0;
    OM_TRY(run_rows(model, NULL, &n_values));
    OM_TRY(create_file(model, path, n_values, digest));
    OM_TRY(om_h5_open_parallel(&file, ctx, path));
    om_status status = run_rows(model, file, &n_values);
    om_digest written = om_h5_digest(file);
    om_digest_add(digest, &written);
    om_status closed = om_h5_close(&file);
    OM_TRY(status != OM_OK ? status : closed);
    printf("%" PRId64 " samples, %" PRId64 " genes, %" PRId64 " features, %" PRId64
           " non-zeros, %" PRId64 " patients\n",
           model->size.n_samples, model->size.n_genes, model->size.n_features, n_values,
           model->size.n_patients);
    return OM_OK;
}

/* Says in the record that the samples are made up. */
static om_status commit(om_workdir *workdir, const synthetic_size *size, const om_digest *digest) {
    char digest_hex[OM_DIGEST_HEX], key[OM_DIGEST_HEX];
    om_text *inputs = NULL;
    OM_TRY(om_text_create(&inputs));
    om_status status = om_text_add(inputs,
                                   "stage: bench_synthetic\nsamples: %" PRId64 "\ngenes: %" PRId64
                                   "\nfeatures: %" PRId64 "\nseed: %" PRIu64 "\n",
                                   size->n_samples, size->n_genes, size->n_features, size->seed);
    if (status == OM_OK) {
        om_digest_hex(digest, digest_hex);
        om_digest_text(om_text_get(inputs), (int64_t)om_text_length(inputs), key);
        status = om_workdir_commit(workdir, "bench_synthetic", "synthetic.h5ad",
                                   om_text_get(inputs), key, digest_hex);
    }
    om_text_destroy(&inputs);
    return status;
}

static om_status make_artefact(om_ctx *ctx, const om_job *job, const synthetic_model *model) {
    om_workdir *workdir = NULL;
    char *temporary = NULL;
    om_digest digest = {{0}};
    OM_TRY(om_workdir_open(&workdir, ctx, job));
    om_status status = om_workdir_stage_begin(workdir, "bench_synthetic");
    status = status == OM_OK ? om_workdir_temporary(&temporary, workdir, "synthetic.h5ad") : status;
    status = status == OM_OK ? write_file(model, ctx, temporary, &digest) : status;
    status = status == OM_OK ? commit(workdir, &model->size, &digest) : status;
    status = status == OM_OK ? om_workdir_stage_end(workdir, true) : status;
    om_free(temporary);
    om_workdir_close(&workdir);
    return status;
}

static om_status run(om_ctx *ctx, const synthetic_options *options) {
    om_job *job = NULL;
    synthetic_model *model = NULL;
    char *bytes = NULL;
    int64_t length = 0;
    OM_TRY(om_file_read_all(options->job, &bytes, &length));
    om_status status = om_job_parse(&job, options->job, bytes, length, NULL);
    if (status == OM_OK) {
        int64_t n_patients = 1 + options->n_samples / SAMPLES_PER_PATIENT;
        synthetic_size size = {.n_samples = options->n_samples,
                               .n_genes = options->n_genes,
                               .n_features = options->n_features,
                               .n_one_sided = job->features.most_variable - options->n_features,
                               .n_patients = n_patients,
                               .n_data_sets = 1 + n_patients / PATIENTS_PER_DATA_SET,
                               .seed = (uint64_t)options->seed};
        status = synthetic_model_create(&model, &size);
    }
    status = status == OM_OK ? make_artefact(ctx, job, model) : status;
    synthetic_model_destroy(&model);
    om_job_destroy(&job);
    om_free(bytes);
    return status;
}

int main(int argc, char **argv) {
    synthetic_options options = {
        .n_samples = 8000, .n_features = 9326, .n_genes = 11000, .seed = 1};
    om_ctx *ctx = NULL;
    MPI_Init(&argc, &argv);
    om_log *log = om_log_create(false);
    om_status status = parse_options(&options, argc, argv);
    if (status != OM_OK) {
        fputs(usage, stderr);
    } else {
        status = log != NULL ? om_context_create(&ctx, MPI_COMM_SELF, log) : OM_MEMORY;
    }
    status = status == OM_OK ? run(ctx, &options) : status;
    if (status != OM_OK) {
        fprintf(stderr, "bench_synthetic: %s\n", om_error_message());
    }
    om_context_destroy(&ctx);
    om_log_destroy(&log);
    MPI_Finalize();
    return om_status_exit_code(status);
}
