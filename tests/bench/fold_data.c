/* Writes what the trainings of a job's cross-validation learn from, for other methods to learn from
 * the same: of every fold the part of each sample, the ranks of the fold's features, and what
 * scales them. */
#include "learn/crossval_matrix.h"
#include "learn/lesson.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: bench_folds --job FILE --out DIR [--set KEY=VALUE]...\n\n"
    "Prints a line a fold: samples, features. Of fold N it writes to DIR, "
    "in this machine's order of\n"
    "bytes, all samples in the order of synthetic.h5ad:\n"
    "  N.samples  [3 x samples] uint8: part (0 training, 1 validation, 2 test), hallmark, label\n"
    "  N.ranks    [samples x features] uint16: twice the rank\n"
    "  N.scale    [2 x features] float64: mean and standard deviation of "
    "log2 ranks in the training part\n";

typedef struct fold_options {
    const char *job;
    const char *out;
    om_strings *settings;
} fold_options;

/* What the folds have in common. */
typedef struct fold_work {
    const fold_options *options;
    om_ctx *ctx;
    om_job *job;
    om_workdir *workdir;
    om_crossval_plan *plan;
    om_crossval_matrix matrix;
    uint8_t *parts; /* [n_samples] */
} fold_work;

static om_status parse_options(fold_options *options, int argc, char **argv) {
    static const struct option known[] = {{"job", required_argument, NULL, 'j'},
                                          {"out", required_argument, NULL, 'o'},
                                          {"set", required_argument, NULL, 's'},
                                          {NULL, 0, NULL, 0}};
    OM_TRY(om_strings_create(&options->settings));
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (found) {
        case 'j':
            options->job = optarg;
            break;
        case 'o':
            options->out = optarg;
            break;
        case 's':
            OM_TRY(om_strings_add(options->settings, optarg));
            break;
        default:
            return om_fail(OM_USAGE, "'%s' is no option or lacks its value", argv[optind - 1]);
        }
    }
    bool complete = options->job != NULL && options->out != NULL && optind == argc;
    return complete ? OM_OK : om_fail(OM_USAGE, "expected --job, --out and settings only");
}

static om_status open_file(FILE **file, const fold_work *work, int64_t fold, const char *what) {
    char *path = om_format("%s/%" PRId64 ".%s", work->options->out, fold + 1, what);
    if (path == NULL) {
        return OM_MEMORY;
    }
    *file = fopen(path, "wb");
    om_status status = *file != NULL ? OM_OK : om_fail(OM_SYSTEM, "%s: %s", path, strerror(errno));
    om_free(path);
    return status;
}

static om_status put(FILE *file, const void *values, int64_t n, size_t size) {
    bool whole = fwrite(values, size, (size_t)n, file) == (size_t)n;
    return whole ? OM_OK : om_fail(OM_SYSTEM, "writing a fold: %s", strerror(errno));
}

static om_status close_file(FILE *file, om_status status) {
    bool closed = fclose(file) == 0;
    if (status != OM_OK || closed) {
        return status;
    }
    return om_fail(OM_SYSTEM, "closing a fold: %s", strerror(errno));
}

static om_status write_samples(const fold_work *work, int64_t fold) {
    const om_sample_table *table = work->plan->table;
    int64_t n = table->n_samples;
    FILE *file = NULL;
    OM_TRY(open_file(&file, work, fold, "samples"));
    om_status status = put(file, work->parts, n, sizeof *work->parts);
    status = status == OM_OK ? put(file, table->task, n, sizeof *table->task) : status;
    status = status == OM_OK ? put(file, table->label, n, sizeof *table->label) : status;
    return close_file(file, status);
}

static om_status write_ranks(const fold_work *work, int64_t fold) {
    const om_feature_matrix *matrix = &work->matrix.content;
    FILE *file = NULL;
    OM_TRY(open_file(&file, work, fold, "ranks"));
    return close_file(file,
                      put(file, om_training_set_ranks(matrix->set),
                          work->plan->table->n_samples * matrix->n_features, sizeof(uint16_t)));
}

static om_status write_scale(const fold_work *work, int64_t fold, const om_lesson *lesson) {
    int64_t n = lesson->matrix->n_features;
    FILE *file = NULL;
    OM_TRY(open_file(&file, work, fold, "scale"));
    om_status status = put(file, lesson->mean, n, sizeof *lesson->mean);
    status = status == OM_OK ? put(file, lesson->sd, n, sizeof *lesson->sd) : status;
    return close_file(file, status);
}

static om_status write_fold(fold_work *work, int64_t fold) {
    const om_feature_matrix *matrix = &work->matrix.content;
    om_lesson *lesson = NULL;
    OM_TRY(om_crossval_parts(work->parts, work->plan, fold));
    OM_TRY(om_crossval_matrix_make(&work->matrix, work->ctx, work->workdir, work->plan, fold,
                                   work->parts));
    OM_TRY(om_lesson_create(&lesson, work->plan->table, work->parts));
    om_status status = om_lesson_scale(lesson, work->ctx, matrix);
    status = status == OM_OK ? write_scale(work, fold, lesson) : status;
    om_lesson_destroy(&lesson);
    OM_TRY(status);
    OM_TRY(write_samples(work, fold));
    OM_TRY(write_ranks(work, fold));
    printf("%" PRId64 " %" PRId64 "\n", work->plan->table->n_samples, matrix->n_features);
    return OM_OK;
}

static om_status write_folds(fold_work *work) {
    char *bytes = NULL;
    int64_t length = 0;
    OM_TRY(om_file_read_all(work->options->job, &bytes, &length));
    om_status status =
        om_job_parse(&work->job, work->options->job, bytes, length, work->options->settings);
    om_free(bytes);
    OM_TRY(status);
    OM_TRY(om_workdir_look(&work->workdir, work->ctx, work->job));
    OM_TRY(om_crossval_plan_create(&work->plan, work->ctx, work->job, work->workdir));
    work->parts = om_calloc(work->plan->table->n_samples, sizeof *work->parts);
    status = work->parts != NULL ? OM_OK : OM_MEMORY;
    for (int64_t fold = 0; status == OM_OK && fold < work->plan->n_folds; fold++) {
        status = write_fold(work, fold);
    }
    return status;
}

static om_status run(om_ctx *ctx, const fold_options *options) {
    fold_work work = {.options = options, .ctx = ctx};
    om_status status = write_folds(&work);
    om_crossval_matrix_release(&work.matrix);
    om_crossval_plan_destroy(&work.plan);
    om_free(work.parts);
    om_workdir_close(&work.workdir);
    om_job_destroy(&work.job);
    return status;
}

int main(int argc, char **argv) {
    fold_options options = {0};
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
        fprintf(stderr, "bench_folds: %s\n", om_error_message());
    }
    om_context_destroy(&ctx);
    om_log_destroy(&log);
    om_strings_destroy(&options.settings);
    MPI_Finalize();
    return om_status_exit_code(status);
}
