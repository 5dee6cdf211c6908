/* The stage `baseline` as a whole: what its files say, and when it does its work. */
#include "learn/baseline_fit.h"
#include "oncomark/folds.h"
#include "oncomark/split.h"
#include "oncomark/table.h"
#include "tiny_stage.h"

#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>

#define SMALL                                                                                      \
    "features: {most_variable: 55}\n"                                                              \
    "baseline: {smallest_penalty: 0.01, largest_penalty: 1.0e+4, penalties: 4}\n"
/* 32 training samples of a hallmark are fewer than the features. */
static const char dual[] = SMALL "crossval: {folds: 2, repeats: 2}\n";
static const char primal[] = "features: {most_variable: 20}\nbaseline: {penalties: 3}\n"
                             "crossval: {folds: 2, repeats: 2}\n";

static const tiny_stage tested = {om_stage_baseline, dual, "baseline/comparison.csv"};

static om_ridge_model *read_model(const char *run) {
    om_ridge_model *model = NULL;
    char *path = path_of(run, "baseline.h5");
    if (om_ridge_model_read(&model, path) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_free(path);
    return model;
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

static om_sample_table *read_samples(const char *run) {
    om_sample_table *table = NULL;
    char *path = path_of(run, "synthetic.h5ad");
    assert_int_equal(om_sample_table_read(&table, world, path), OM_OK);
    om_free(path);
    return table;
}

static void assert_near(double found, double expected, double tolerance) {
    if (!(fabs(found - expected) <= tolerance)) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

/* z [n_features] of a sample, by the file's genes, mean and sd. */
static void fill_z(double *z, const om_ridge_model *model, int64_t row) {
    uint32_t counts[TINY_GENES], values[TINY_GENES];
    int64_t n = model->ridge->n_features;
    tiny_counts(row, counts);
    for (int64_t f = 0; f < n; f++) {
        values[f] = counts[atoi(om_strings_get(model->genes, f) + strlen("GENE"))];
    }
    for (int64_t f = 0; f < n; f++) {
        double larger = 0, equal = 0;
        for (int64_t other = 0; other < n; other++) {
            larger += values[other] > values[f];
            equal += values[other] == values[f];
        }
        z[f] = (log2(larger + (equal + 1) / 2) - model->mean[f]) / model->sd[f];
    }
}

/* What the classifier of a hallmark says of a sample. */
static double decide(const om_ridge_model *model, int hallmark, int64_t row) {
    double z[TINY_GENES], sum = model->ridge->intercept[hallmark];
    fill_z(z, model, row);
    for (int64_t f = 0; f < model->ridge->n_features; f++) {
        sum += model->ridge->weights[hallmark * model->ridge->n_features + f] * z[f];
    }
    return sum;
}

/* The least of squared errors plus penalty x squared weights: there its derivatives by intercept
 * and weights, the sums of errors and of errors x z less penalty x weights, are 0. */
static void check_least(const om_ridge_model *model, const uint8_t *parts, int hallmark) {
    const om_ridge *ridge = model->ridge;
    double sum = 0, sums[TINY_GENES] = {0};
    int64_t n = 0;
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        tiny_row is = tiny_row_of(row);
        if (is.task == hallmark && parts[row] == OM_PART_TRAINING) {
            double z[TINY_GENES];
            double error = (is.label == 1 ? 1 : -1) - decide(model, hallmark, row);
            fill_z(z, model, row);
            n++;
            sum += error;
            for (int64_t f = 0; f < ridge->n_features; f++) {
                sums[f] += error * z[f];
            }
        }
    }
    assert_int_equal(ridge->n_training[hallmark], n);
    assert_near(sum, 0, 1e-9);
    for (int64_t f = 0; f < ridge->n_features; f++) {
        double weight = ridge->weights[hallmark * ridge->n_features + f];
        assert_near(sums[f], ridge->penalty[hallmark] * weight, 1e-8);
    }
}

static void check_choice(const om_ridge_model *model, const uint8_t *parts, int hallmark) {
    const om_ridge *ridge = model->ridge;
    const double *errors = ridge->errors + hallmark * ridge->n_penalties;
    double squares = 0;
    int64_t n = 0, chosen = -1;
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        tiny_row is = tiny_row_of(row);
        if (is.task == hallmark && parts[row] == OM_PART_VALIDATION) {
            double error = decide(model, hallmark, row) - (is.label == 1 ? 1 : -1);
            squares += error * error;
            n++;
        }
    }
    for (int64_t p = 0; p < ridge->n_penalties; p++) {
        chosen = ridge->penalty[hallmark] == ridge->penalties[p] ? p : chosen;
    }
    assert_true(chosen >= 0);
    assert_int_equal(ridge->n_validation[hallmark], n);
    assert_near(errors[chosen], squares / (double)n, 1e-9);
    for (int64_t p = 0; p < ridge->n_penalties; p++) {
        assert_true(p > chosen ? errors[p] > errors[chosen] : errors[p] >= errors[chosen]);
    }
}

static void check_test_part(const om_ridge_model *model, const uint8_t *parts) {
    int64_t n = 0;
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        if (parts[row] == OM_PART_TEST) {
            assert_true(n < model->n_test);
            assert_int_equal(model->test_row[n], row);
            assert_int_equal(model->test_task[n], tiny_row_of(row).task);
            assert_int_equal(model->test_label[n], tiny_row_of(row).label);
            for (int k = 0; k < OM_N_HALLMARKS; k++) {
                assert_near(model->test_decision[n * OM_N_HALLMARKS + k], decide(model, k, row),
                            1e-9);
            }
            n++;
        }
    }
    assert_int_equal(model->n_test, n);
}

static void check_model(const char *run, const char *parameters, bool more_features) {
    uint8_t parts[TINY_SAMPLES];
    om_job *job = tiny_job(folder, run, parameters);
    om_sample_table *table = read_samples(run);
    om_ridge_model *model = read_model(run);
    assert_int_equal(om_split_assign(parts, table, &job->train, job->seed), OM_OK);
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        assert_int_equal(model->ridge->n_training[k] <= model->ridge->n_features, more_features);
        check_least(model, parts, k);
        check_choice(model, parts, k);
    }
    check_test_part(model, parts);
    om_ridge_model_destroy(&model);
    om_sample_table_destroy(&table);
    om_job_destroy(&job);
}

static void test_classifiers(void **state) {
    (void)state;
    put_samples("whole");
    run_well("whole", dual);
    check_model("whole", dual, true);
    put_samples("few");
    run_well("few", primal);
    check_model("few", primal, false);
}

static double number(const om_table *table, int64_t row, const char *column) {
    double value = NAN;
    const char *cell = om_table_cell(table, row, om_table_find(table, column));
    assert_true(cell[0] == '\0' || om_parse_f64(cell, &value));
    return value;
}

static void test_penalties(void **state) {
    (void)state;
    om_ridge_model *model = read_model("whole");
    om_table *table = read_table("whole", "baseline/penalties.csv");
    const om_ridge *ridge = model->ridge;
    assert_int_equal(om_table_rows(table), OM_N_HALLMARKS * 4);
    for (int64_t row = 0; row < om_table_rows(table); row++) {
        int64_t k = row / 4, p = row % 4;
        assert_string_equal(om_table_cell(table, row, 0), om_hallmark_code((int)k));
        assert_true(number(table, row, "n_training") == (double)ridge->n_training[k]);
        assert_true(number(table, row, "n_validation") == (double)ridge->n_validation[k]);
        assert_near(number(table, row, "penalty"), 0.01 * pow(100, (double)p), 1e-9);
        assert_true(number(table, row, "validation_error") == ridge->errors[row]);
        assert_true((number(table, row, "chosen") == 1) ==
                    (ridge->penalty[k] == ridge->penalties[p]));
    }
    om_table_destroy(&table);
    om_ridge_model_destroy(&model);
}

/* The samples of each part of a fold, hallmark by hallmark. */
typedef struct fold_sizes {
    int64_t training[OM_N_HALLMARKS];
    int64_t validation[OM_N_HALLMARKS];
    int64_t test[OM_N_HALLMARKS][2]; /* by label */
} fold_sizes;

static void count_fold(fold_sizes *sizes, const om_sample_table *table, const om_job *job,
                       int64_t fold) {
    uint8_t parts[TINY_SAMPLES];
    *sizes = (fold_sizes){{0}, {0}, {{0}}};
    assert_int_equal(
        om_folds_assign(parts, table, &job->crossval, job->train.split_validation, fold, job->seed),
        OM_OK);
    for (int64_t i = 0; i < TINY_SAMPLES; i++) {
        int task = table->task[i];
        sizes->training[task] += parts[i] == OM_PART_TRAINING;
        sizes->validation[task] += parts[i] == OM_PART_VALIDATION;
        sizes->test[task][table->label[i]] += parts[i] == OM_PART_TEST;
    }
}

/* The folds that crossval has, of labels as it has them. Returns the mean AUROC. */
static double check_folds(const char *run, const char *parameters) {
    om_job *job = tiny_job(folder, run, parameters);
    om_sample_table *samples = read_samples(run);
    om_table *table = read_table(run, "baseline/folds.csv");
    double sum = 0;
    int64_t n_folds = 0;
    if (job->crossval.permute_labels) {
        uint8_t permuted[TINY_SAMPLES];
        assert_int_equal(om_folds_permute_labels(permuted, samples, job->seed), OM_OK);
        memcpy(samples->label, permuted, sizeof permuted);
    }
    assert_int_equal(om_folds_count(&n_folds, samples, &job->crossval), OM_OK);
    assert_int_equal(om_table_rows(table), n_folds * OM_N_HALLMARKS);
    for (int64_t row = 0; row < om_table_rows(table); row++) {
        int k = (int)(row % OM_N_HALLMARKS);
        fold_sizes sizes;
        count_fold(&sizes, samples, job, row / OM_N_HALLMARKS);
        assert_true(number(table, row, "fold") == (double)(row / OM_N_HALLMARKS + 1));
        assert_string_equal(om_table_cell(table, row, 2), om_hallmark_code(k));
        assert_true(number(table, row, "n_training") == (double)sizes.training[k]);
        assert_true(number(table, row, "n_validation") == (double)sizes.validation[k]);
        assert_true(number(table, row, "n_positive") == (double)sizes.test[k][1]);
        assert_true(number(table, row, "n_negative") == (double)sizes.test[k][0]);
        sum += number(table, row, "auroc");
    }
    double mean = sum / (double)om_table_rows(table);
    om_table_destroy(&table);
    om_sample_table_destroy(&samples);
    om_job_destroy(&job);
    return mean;
}

static void check_fold(const om_table *table, int64_t fold, const om_baseline_fit *fit) {
    const om_ridge *ridge = fit->ridge;
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        int64_t row = fold * OM_N_HALLMARKS + k;
        double error = INFINITY;
        for (int64_t p = 0; p < ridge->n_penalties; p++) {
            error = fmin(error, ridge->errors[k * ridge->n_penalties + p]);
        }
        assert_true(number(table, row, "n_features") == (double)ridge->n_features);
        assert_true(number(table, row, "penalty") == ridge->penalty[k]);
        assert_near(number(table, row, "validation_error"), error, 1e-12);
    }
}

/* Each fold by itself, with the features of its training part. */
static void check_fold_fits(const char *run, const char *parameters, int64_t n_folds) {
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, run, parameters);
    om_sample_table *samples = read_samples(run);
    om_table *table = read_table(run, "baseline/folds.csv");
    char *path = path_of(run, "synthetic.h5ad");
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    const om_sample_source source = {path, samples, workdir};
    for (int64_t fold = 0; fold < n_folds; fold++) {
        uint8_t parts[TINY_SAMPLES];
        om_feature_matrix matrix = {0};
        om_lesson *lesson = NULL;
        om_baseline_fit fit = {0};
        assert_int_equal(om_folds_assign(parts, samples, &job->crossval,
                                         job->train.split_validation, fold, job->seed),
                         OM_OK);
        assert_int_equal(om_feature_matrix_make(&matrix, world, &source, parts, 55), OM_OK);
        assert_int_equal(om_lesson_create(&lesson, samples, parts), OM_OK);
        assert_int_equal(om_lesson_scale(lesson, world, &matrix), OM_OK);
        assert_int_equal(om_baseline_fit_make(&fit, world, lesson, &job->baseline), OM_OK);
        check_fold(table, fold, &fit);
        om_baseline_fit_release(&fit);
        om_lesson_destroy(&lesson);
        om_feature_matrix_release(&matrix);
    }
    om_workdir_close(&workdir);
    om_free(path);
    om_table_destroy(&table);
    om_sample_table_destroy(&samples);
    om_job_destroy(&job);
}

static void test_folds(void **state) {
    (void)state;
    static const char permuted[] = SMALL "crossval: {folds: 2, repeats: 2, permute_labels: true}\n";
    static const char by_patient[] = SMALL "crossval: {folds: 3, repeats: 1, group: patient}\n";
    assert_true(check_folds("whole", dual) > 0.95);
    put_samples("permuted");
    run_well("permuted", permuted);
    assert_near(check_folds("permuted", permuted), 0.5, 0.15);
    put_samples("patients");
    run_well("patients", by_patient);
    assert_true(check_folds("patients", by_patient) > 0.95);
    check_fold_fits("patients", by_patient, 3);
}

/* Features that all folds share with the split of train are those that they make by themselves. */
static void test_shared_features(void **state) {
    (void)state;
    static const char alike[] = SMALL "crossval: {folds: 2, repeats: 2}\n"
                                      "train: {split: {group: none}}\n";
    put_samples("alike");
    run_well("alike", alike);
    om_table *own = read_table("whole", "baseline/folds.csv");
    om_table *shared = read_table("alike", "baseline/folds.csv");
    assert_int_equal(om_table_rows(own), om_table_rows(shared));
    for (int64_t row = 0; row < om_table_rows(own); row++) {
        for (int64_t column = 0; column < om_table_columns(own); column++) {
            assert_string_equal(om_table_cell(own, row, column),
                                om_table_cell(shared, row, column));
        }
    }
    om_table_destroy(&own);
    om_table_destroy(&shared);
}

/* Rows of (method, data); *auroc: that of their mean. */
static int64_t count_rows(const om_table *table, const char *method, const char *data,
                          double *auroc) {
    int64_t n = 0;
    for (int64_t row = 0; row < om_table_rows(table); row++) {
        if (strcmp(om_table_cell(table, row, 0), method) == 0 &&
            strcmp(om_table_cell(table, row, 1), data) == 0) {
            bool is_mean = strcmp(om_table_cell(table, row, 2), "mean") == 0;
            *auroc = is_mean ? number(table, row, "auroc") : *auroc;
            n++;
        }
    }
    return n;
}

static om_status run_network(const char *run, const char *parameters, bool crossval) {
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, run, parameters);
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    om_status status =
        crossval ? om_stage_crossval(world, job, workdir) : om_stage_train(world, job, workdir);
    om_workdir_close(&workdir);
    om_job_destroy(&job);
    return status;
}

static void check_rows(const char *run, int64_t n_test, int64_t n_folds, int64_t n_published) {
    double auroc = 0;
    om_table *table = read_table(run, "baseline/comparison.csv");
    assert_int_equal(count_rows(table, "network (masked)", "test", &auroc), n_test);
    assert_int_equal(count_rows(table, "network (masked)", "folds", &auroc), n_folds);
    assert_int_equal(count_rows(table, "network (published)", "folds", &auroc), n_published);
    assert_int_equal(count_rows(table, "ridge", "test", &auroc), 11);
    assert_true(auroc > 0.95);
    assert_int_equal(count_rows(table, "ridge", "folds", &auroc), 11);
    assert_true(auroc > 0.95);
    assert_int_equal(om_table_rows(table), 22 + n_test + n_folds + n_published);
    om_table_destroy(&table);
}

/* The network comes in as it is trained: by the job's own setting, with either loss. */
static void test_comparison(void **state) {
    (void)state;
#define TRAIN "train: {hidden: 4, head: 2, batch: 32, block: 8, epochs: 1}\n"
    static const char trained[] = SMALL TRAIN "crossval: {folds: 2, repeats: 1}\n";
    static const char swept[] = SMALL TRAIN "crossval: {folds: 2, repeats: 1, sweep: {train.loss: "
                                            "[masked, published], train.hidden: [3, 4]}}\n";
    static const char elsewhere[] =
        SMALL TRAIN "crossval: {folds: 2, repeats: 1, sweep: {train.hidden: [3, 5]}}\n";
    put_samples("compared");
    run_well("compared", trained);
    check_rows("compared", 0, 0, 0);
    assert_int_equal(run_network("compared", trained, false), OM_OK);
    run_well("compared", trained);
    check_rows("compared", 11, 0, 0);
    assert_int_equal(run_network("compared", trained, true), OM_OK);
    run_well("compared", trained);
    check_rows("compared", 11, 11, 0);
    assert_int_equal(run_network("compared", swept, true), OM_OK);
    run_well("compared", swept);
    check_rows("compared", 11, 11, 11);
    /* No setting is the job's own; a network of another training. */
    assert_int_equal(run_network("compared", elsewhere, true), OM_OK);
    run_well("compared", elsewhere);
    check_rows("compared", 11, 0, 0);
    run_well("compared", SMALL "train: {hidden: 5}\ncrossval: {folds: 2, repeats: 1}\n");
    check_rows("compared", 0, 0, 0);
}

static void test_no_test_part(void **state) {
    (void)state;
    double auroc = 0;
    put_samples("untested");
    run_well("untested", SMALL "train: {split: {test: 0}}\ncrossval: {folds: 2, repeats: 1}\n");
    om_ridge_model *model = read_model("untested");
    om_table *table = read_table("untested", "baseline/comparison.csv");
    assert_int_equal(model->n_test, 0);
    assert_int_equal(count_rows(table, "ridge", "test", &auroc), 0);
    assert_int_equal(count_rows(table, "ridge", "folds", &auroc), 11);
    om_table_destroy(&table);
    om_ridge_model_destroy(&model);
}

/* Other files are newer by their inode: each is written anew and renamed. */
static bool is_left_alone(const char *artefact, const char *parameters) {
    struct stat before, after;
    char *path = path_of("whole", artefact);
    assert_int_equal(stat(path, &before), 0);
    MPI_Barrier(om_context_comm(world));
    run_well("whole", parameters);
    assert_int_equal(stat(path, &after), 0);
    MPI_Barrier(om_context_comm(world));
    om_free(path);
    return before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec;
}

static void test_done_work_is_skipped(void **state) {
    (void)state;
    static const char other_folds[] = SMALL "crossval: {folds: 3, repeats: 1}\n";
    assert_true(is_left_alone("baseline/comparison.csv", dual));
    /* What does not matter. */
    assert_true(is_left_alone("baseline/comparison.csv",
                              "features: {most_variable: 55}\n"
                              "baseline: {smallest_penalty: 0.01, largest_penalty: 1.0e+4, "
                              "penalties: 4, run: true}\n"
                              "crossval: {folds: 2, repeats: 2, patience: 3}\n"
                              "train: {learning_rate: 3.0e-3, hidden: 7}\n"));
    assert_true(is_left_alone("baseline.h5", other_folds));
    assert_false(is_left_alone("baseline/folds.csv", dual));
    assert_false(is_left_alone("baseline.h5", SMALL "crossval: {folds: 2, repeats: 2}\n"
                                                    "train: {split: {test: 0.2}}\n"));
    assert_false(is_left_alone("baseline.h5", dual));
    /* A file that somebody removed. */
    char *path = path_of("whole", "baseline/penalties.csv");
    MPI_Barrier(om_context_comm(world));
    if (om_context_is_root(world)) {
        assert_int_equal(remove(path), 0);
    }
    MPI_Barrier(om_context_comm(world));
    assert_true(is_left_alone("baseline/folds.csv", dual));
    assert_true(om_file_exists(path));
    om_free(path);
}

/* Before anything is fitted. */
static void test_needs_folds(void **state) {
    (void)state;
    char *path = path_of("unfolded", "baseline.h5");
    put_samples("unfolded");
    assert_int_equal(try_stage("unfolded", SMALL "crossval: {group: study, folds: 3}\n"), OM_USAGE);
    assert_message_has("crossval.folds");
    assert_false(om_file_exists(path));
    om_free(path);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classifiers),
        cmocka_unit_test(test_penalties),
        cmocka_unit_test(test_folds),
        cmocka_unit_test(test_shared_features),
        cmocka_unit_test(test_comparison),
        cmocka_unit_test(test_no_test_part),
        cmocka_unit_test(test_done_work_is_skipped),
        cmocka_unit_test(test_needs_synthetic_samples),
        cmocka_unit_test(test_needs_folds),
        cmocka_unit_test(test_stops_and_goes_on),
        cmocka_unit_test(test_any_allocation_may_fail),
    };
    int failed = cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
