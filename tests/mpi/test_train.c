/* The stage `train` as a whole: the same artefacts at any number of ranks. */
#include "oncomark/stages.h"

#include "oncomark/model.h"
#include "oncomark/reader.h"
#include "oncomark/table.h"
#include "tiny_learning.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>

enum { N_ARTEFACTS = 5 };

static const char *const artefacts[N_ARTEFACTS] = {"features.txt", "model.h5", "training.csv",
                                                   "split.csv", "test.csv"};

typedef struct digests {
    char hex[N_ARTEFACTS][OM_DIGEST_HEX];
} digests;

#define FEATURES "features: {most_variable: 55}\n"

static const char masked[] = FEATURES
    "train: {hidden: 12, head: 4, batch: 32, block: 8, epochs: 12, learning_rate: 3.0e-3}\n";

/* Six blocks a batch, no test part, weights of the last epoch. */
static const char published[] = FEATURES
    "train: {loss: published, shuffle: once, keep: last, split: {group: none, validation: 0.15, "
    "test: 0}, hidden: 9, head: 3, batch: 30, block: 5, epochs: 3, learning_rate: 1.0e-3}\n";

static om_ctx *world;
static char folder[TEST_PATH];

static char *path_of(const char *run, const char *artefact) {
    return om_format("%s/%s/%s", folder, run, artefact);
}

static void read_digests(digests *out, const om_workdir *workdir) {
    memset(out, 0, sizeof *out);
    for (int i = 0; i < N_ARTEFACTS; i++) {
        om_workdir_digest(workdir, artefacts[i], out->hex[i]);
    }
}

/* Runs the stage on the ranks of ctx in the folder's subfolder `run`. */
static void run_stage(digests *out, om_ctx *ctx, const char *run, const char *parameters,
                      bool fresh) {
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, run, parameters);
    if (fresh) {
        tiny_commit(ctx, job, NULL);
    }
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    om_status status = om_stage_train(ctx, job, workdir);
    if (status != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    read_digests(out, workdir);
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

/* What one rank makes of it; the others wait. */
static void run_alone(digests *out, const char *run, const char *parameters) {
    om_ctx *part = NULL;
    bool is_root = om_context_is_root(world);
    assert_int_equal(om_context_split(&part, world, is_root ? 0 : 1), OM_OK);
    if (is_root) {
        run_stage(out, part, run, parameters, true);
    }
    om_context_destroy(&part);
    assert_int_equal(om_broadcast(world, 0, out, sizeof *out), OM_OK);
}

static void test_same_at_any_number_of_ranks(void **state) {
    (void)state;
    digests alone, together;
    run_alone(&alone, "masked-1", masked);
    run_stage(&together, world, "masked", masked, true);
    for (int i = 0; i < N_ARTEFACTS; i++) {
        assert_int_equal(strlen(alone.hex[i]), OM_DIGEST_HEX - 1);
        assert_string_equal(alone.hex[i], together.hex[i]);
    }
    run_alone(&alone, "published-1", published);
    run_stage(&together, world, "published", published, true);
    for (int i = 0; i < N_ARTEFACTS - 1; i++) {
        assert_int_equal(strlen(alone.hex[i]), OM_DIGEST_HEX - 1);
        assert_string_equal(alone.hex[i], together.hex[i]);
    }
    assert_string_equal(together.hex[N_ARTEFACTS - 1], ""); /* no test part, no test.csv */
}

/* Without a test part the figures of an earlier one would look like this model's. */
static void test_figures_of_another_model_go(void **state) {
    (void)state;
    digests before, after;
    run_stage(&before, world, "withdrawn", masked, true);
    run_stage(&after, world, "withdrawn", published, false);
    char *path = path_of("withdrawn", "test.csv");
    assert_int_equal(strlen(before.hex[N_ARTEFACTS - 1]), OM_DIGEST_HEX - 1);
    assert_string_equal(after.hex[N_ARTEFACTS - 1], "");
    MPI_Barrier(om_context_comm(world));
    assert_false(om_file_exists(path));
    om_free(path);
}

static om_table *read_table(const char *run, const char *artefact) {
    om_table *table = NULL;
    char *path = path_of(run, artefact);
    if (om_table_read(&table, path) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_free(path);
    return table;
}

static double number(const om_table *table, int64_t row, const char *column) {
    double value = 0;
    int64_t c = om_table_find(table, column);
    assert_true(c >= 0);
    const char *text = om_table_cell(table, row, c);
    return om_parse_f64(text, &value) ? value : NAN;
}

static void test_learns_its_own_hallmark(void **state) {
    (void)state;
    om_table *epochs = read_table("masked", "training.csv");
    int64_t last = om_table_rows(epochs) - 1;
    assert_int_equal(last, 11);
    assert_true(number(epochs, last, "loss") < 0.5 * number(epochs, 0, "loss"));
    assert_true(number(epochs, 0, "learning_rate") == 3e-3);
    om_table_destroy(&epochs);

    om_table *test = read_table("masked", "test.csv");
    assert_int_equal(om_table_rows(test), OM_N_HALLMARKS * OM_N_HALLMARKS);
    double own = 0, cross = 0;
    for (int64_t row = 0; row < OM_N_HALLMARKS * OM_N_HALLMARKS; row++) {
        bool is_own = row / OM_N_HALLMARKS == row % OM_N_HALLMARKS;
        assert_string_equal(om_table_cell(test, row, 0),
                            om_hallmark_code((int)(row / OM_N_HALLMARKS)));
        assert_string_equal(om_table_cell(test, row, 1),
                            om_hallmark_code((int)(row % OM_N_HALLMARKS)));
        assert_true(number(test, row, "n_pos") == number(test, row, "n_neg"));
        *(is_own ? &own : &cross) += number(test, row, "auroc");
    }
    assert_true(own / OM_N_HALLMARKS > 0.9);
    assert_true(cross / (OM_N_HALLMARKS * (OM_N_HALLMARKS - 1)) < 0.75);
    om_table_destroy(&test);
}

static void test_patients_are_on_one_side(void **state) {
    (void)state;
    om_table *split = read_table("masked", "split.csv");
    assert_int_equal(om_table_rows(split), TINY_SAMPLES);
    const char *part_of[TINY_PATIENTS] = {NULL};
    int64_t counts[3] = {0};
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        const char *part = om_table_cell(split, row, 1);
        int patient = tiny_row_of(row).patient;
        part_of[patient] = part_of[patient] == NULL ? part : part_of[patient];
        assert_string_equal(part, part_of[patient]);
        counts[0] += strcmp(part, "training") == 0;
        counts[1] += strcmp(part, "validation") == 0;
        counts[2] += strcmp(part, "test") == 0;
    }
    /* 12 patients of 40 samples: 70 / 15 / 15 % are 8 / 2 / 2. */
    assert_int_equal(counts[0], 320);
    assert_int_equal(counts[1], 80);
    assert_int_equal(counts[2], 80);
    om_table_destroy(&split);
}

static void test_model_is_readable(void **state) {
    (void)state;
    om_model *model = NULL;
    char *path = path_of("masked", "model.h5");
    assert_int_equal(om_model_read(&model, path), OM_OK);
    assert_int_equal(model->network->shape.hidden, 12);
    assert_int_equal(model->network->shape.head, 4);
    om_free(path);
    path = path_of("masked", "features.txt");
    char *text = NULL;
    int64_t length = 0;
    assert_int_equal(om_file_read_all(path, &text, &length), OM_OK);
    char *line = text;
    for (int64_t f = 0; f < om_strings_count(model->genes); f++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        assert_string_equal(line, om_strings_get(model->genes, f));
        line = end + 1;
    }
    assert_string_equal(line, "");
    om_free(text);
    om_free(path);
    om_model_destroy(&model);
}

/* Every training row once an epoch, shared by a power of two of ranks of at most four. */
static void test_rows_are_counted(void **state) {
    (void)state;
    char *path = path_of("masked", "manifest.json");
    char *text = NULL;
    int64_t length = 0;
    assert_int_equal(om_file_read_all(path, &text, &length), OM_OK);
    cJSON *manifest = cJSON_Parse(text);
    cJSON *stage = cJSON_GetObjectItem(cJSON_GetObjectItem(manifest, "stages"), "train");
    cJSON *rows = cJSON_GetObjectItem(stage, "training_rows");
    int size = om_context_size(world);
    int ranks = size >= 4 ? 4 : size >= 2 ? 2 : 1;
    assert_int_equal(cJSON_GetArraySize(rows), size);
    int64_t sum = 0;
    for (int rank = 0; rank < size; rank++) {
        int64_t value = (int64_t)cJSON_GetArrayItem(rows, rank)->valuedouble;
        assert_int_equal(value, rank < ranks ? 12 * 320 / ranks : 0);
        sum += value;
    }
    assert_int_equal(sum, 12 * 320);
    cJSON_Delete(manifest);
    om_free(text);
    om_free(path);
}

static void test_done_work_is_skipped(void **state) {
    (void)state;
    char *path = path_of("masked", "model.h5");
    struct stat before, after;
    digests first, again;
    assert_int_equal(stat(path, &before), 0);
    MPI_Barrier(om_context_comm(world));
    run_stage(&first, world, "masked", masked, false);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino);
    assert_true(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    MPI_Barrier(om_context_comm(world));
    /* Another parameter, another model. */
    run_stage(&again, world, "masked",
              FEATURES "train: {hidden: 13, head: 4, batch: 32, block: 8, epochs: 1}\n", false);
    assert_string_not_equal(first.hex[1], again.hex[1]);
    om_free(path);
}

/* A guard of Adam that is zero as a float makes its first step no number. */
static void test_diverging_training_is_an_error(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, "diverged",
                           FEATURES "train: {hidden: 12, head: 4, batch: 32, block: 8, epochs: 3, "
                                    "learning_rate: 2.0e-3, epsilon: 1.0e-60}\n");
    tiny_commit(world, job, NULL);
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    assert_int_equal(om_stage_train(world, job, workdir), OM_USAGE);
    assert_message_has("train: the loss of epoch 1 is ");
    assert_message_has("lower train.learning_rate (0.002 in this epoch)");
    char *path = om_workdir_path(workdir, "model.h5");
    assert_false(om_file_exists(path));
    om_free(path);
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

static void test_needs_synthetic_samples(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, "none", masked);
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    assert_int_equal(om_stage_train(world, job, workdir), OM_USAGE);
    assert_message_has("synthetic.h5ad");
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_at_any_number_of_ranks),
        cmocka_unit_test(test_figures_of_another_model_go),
        cmocka_unit_test(test_learns_its_own_hallmark),
        cmocka_unit_test(test_patients_are_on_one_side),
        cmocka_unit_test(test_model_is_readable),
        cmocka_unit_test(test_rows_are_counted),
        cmocka_unit_test(test_done_work_is_skipped),
        cmocka_unit_test(test_diverging_training_is_an_error),
        cmocka_unit_test(test_needs_synthetic_samples),
    };
    int failed = cmocka_run_group_tests_name("train", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
