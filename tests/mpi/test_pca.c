/* The stage `pca` as a whole: what its files say, and when it does its work. */
#include "oncomark/number.h"
#include "oncomark/reader.h"
#include "oncomark/table.h"
#include "tiny_stage.h"

#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>

enum { COUNT = 5, N_FACTORS = 6, N_TRAINING = 320 };

static const char five[] = "features: {most_variable: 55}\npca: {components: 5}\n";

static const tiny_stage tested = {om_stage_pca, five, "pca.h5ad"};

/* pca.h5ad */
typedef struct components {
    int64_t n_features;
    om_strings *genes;
    double mean[TINY_GENES];
    double sd[TINY_GENES];
    double loadings[TINY_GENES * COUNT]; /* a row a gene */
    double scores[TINY_SAMPLES * COUNT];
    double variance[COUNT];
    double ratio[COUNT];
    int32_t *part;
    om_strings *parts;
} components;

static void read_matrix(const om_h5 *file, const char *path, int64_t n_rows, double *values) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    assert_int_equal(om_h5_shape(file, path, &n_dimensions, shape), OM_OK);
    assert_int_equal(n_dimensions, 2);
    assert_int_equal(shape[0], n_rows);
    assert_int_equal(shape[1], COUNT);
    assert_int_equal(om_h5_read_rows(file, path, OM_F64, 0, n_rows, values), OM_OK);
}

static void read_list(const om_h5 *file, const char *path, int64_t n, double *values) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    assert_int_equal(om_h5_shape(file, path, &n_dimensions, shape), OM_OK);
    assert_int_equal(n_dimensions, 1);
    assert_int_equal(shape[0], n);
    assert_int_equal(om_h5_read_rows(file, path, OM_F64, 0, n, values), OM_OK);
}

static components *read_components(const char *run) {
    components *found = om_calloc(1, sizeof *found);
    char *path = path_of(run, "pca.h5ad");
    om_h5 *file = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5ad_read_index(file, "var", &found->genes), OM_OK);
    found->n_features = om_strings_count(found->genes);
    assert_in_range(found->n_features, 30, 55);
    read_list(file, "var/mean", found->n_features, found->mean);
    read_list(file, "var/sd", found->n_features, found->sd);
    read_matrix(file, "varm/PCs", found->n_features, found->loadings);
    read_matrix(file, "obsm/X_pca", TINY_SAMPLES, found->scores);
    read_list(file, "uns/pca/variance", COUNT, found->variance);
    read_list(file, "uns/pca/variance_ratio", COUNT, found->ratio);
    assert_int_equal(om_h5ad_read_categories(file, "obs", "part", &found->part, &found->parts),
                     OM_OK);
    assert_false(om_h5_exists(file, "X"));
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_free(path);
    return found;
}

static void free_components(components *found) {
    om_strings_destroy(&found->genes);
    om_strings_destroy(&found->parts);
    om_free(found->part);
    om_free(found);
}

static void assert_near(double found, double expected, double tolerance) {
    if (!(fabs(found - expected) <= tolerance)) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

/* z [n_features] of a sample, by the file's genes, mean and sd. */
static void fill_z(double *z, const components *found, int64_t row) {
    uint32_t counts[TINY_GENES], values[TINY_GENES];
    tiny_counts(row, counts);
    for (int64_t f = 0; f < found->n_features; f++) {
        values[f] = counts[atoi(om_strings_get(found->genes, f) + strlen("GENE"))];
    }
    for (int64_t f = 0; f < found->n_features; f++) {
        double larger = 0, equal = 0;
        for (int64_t other = 0; other < found->n_features; other++) {
            larger += values[other] > values[f];
            equal += values[other] == values[f];
        }
        z[f] = (log2(larger + (equal + 1) / 2) - found->mean[f]) / found->sd[f];
    }
}

/* Scores of all samples are z times loadings; those of the training part have the variances. */
static void check_scores(const components *found) {
    double sums[COUNT] = {0}, squares[COUNT] = {0};
    int64_t n_training = 0;
    for (int64_t i = 0; i < TINY_SAMPLES; i++) {
        double z[TINY_GENES];
        bool trains = strcmp(om_strings_get(found->parts, found->part[i]), "training") == 0;
        fill_z(z, found, i);
        n_training += trains;
        for (int c = 0; c < COUNT; c++) {
            double sum = 0, score = found->scores[i * COUNT + c];
            for (int64_t f = 0; f < found->n_features; f++) {
                sum += z[f] * found->loadings[f * COUNT + c];
            }
            assert_near(score, sum, 1e-9);
            sums[c] += trains ? score : 0;
            squares[c] += trains ? score * score : 0;
        }
    }
    assert_int_equal(n_training, N_TRAINING);
    for (int c = 0; c < COUNT; c++) {
        double variance = squares[c] / (N_TRAINING - 1);
        assert_near(sums[c], 0, 1e-8);
        assert_near(found->variance[c], variance, 1e-9 * variance);
        /* Of each feature's n / (n - 1). */
        double total = (double)found->n_features * N_TRAINING / (N_TRAINING - 1);
        assert_near(found->ratio[c], variance / total, 1e-9);
    }
}

static void test_components(void **state) {
    (void)state;
    put_samples("five");
    run_well("five", five);
    components *found = read_components("five");
    check_scores(found);
    free_components(found);
}

/* Of eta squared by labels, from the file's own scores. */
static double label_effect(const components *found, int c) {
    double sums[2] = {0}, total = 0;
    int64_t sizes[2] = {0};
    for (int64_t i = 0; i < TINY_SAMPLES; i++) {
        double score = found->scores[i * COUNT + c];
        if (strcmp(om_strings_get(found->parts, found->part[i]), "training") == 0) {
            sums[tiny_row_of(i).label] += score;
            sizes[tiny_row_of(i).label]++;
            total += score * score;
        }
    }
    double between = sums[0] * sums[0] / (double)sizes[0] + sums[1] * sums[1] / (double)sizes[1];
    return between / total;
}

static void test_effects(void **state) {
    (void)state;
    static const char *const factors[N_FACTORS] = {"study",    "tissue", "patient",
                                                   "hallmark", "label",  "hallmark and label"};
    static const char *const n_groups[N_FACTORS] = {"2", "2", "8", "10", "2", "20"};
    components *found = read_components("five");
    char *path = path_of("five", "pca_effects.csv");
    char *text = NULL;
    int64_t length = 0, row = 0;
    assert_int_equal(om_file_read_all(path, &text, &length), OM_OK);
    char *line = strtok(text, "\n");
    assert_string_equal(line,
                        "component,variance,variance_ratio,factor,n_groups,eta_squared,expected");
    double label_sum = 0, variance_sum = 0;
    while ((line = strtok(NULL, "\n")) != NULL) {
        char component[8], factor[32], groups[8];
        double variance, ratio, effect, expected;
        assert_int_equal(sscanf(line, "%7[^,],%lf,%lf,%31[^,],%7[^,],%lf,%lf", component, &variance,
                                &ratio, factor, groups, &effect, &expected),
                         7);
        int64_t c = row / N_FACTORS;
        assert_string_equal(factor, factors[row % N_FACTORS]);
        assert_string_equal(groups, n_groups[row % N_FACTORS]);
        assert_near(expected, (atof(groups) - 1) / (N_TRAINING - 1), 1e-15);
        assert_true(effect >= 0 && effect <= 1);
        if (c < COUNT) {
            assert_int_equal(atoi(component), c + 1);
            assert_true(variance == found->variance[c] && ratio == found->ratio[c]);
        } else {
            assert_string_equal(component, "all");
        }
        if (c < COUNT && strcmp(factor, "label") == 0) {
            assert_near(effect, label_effect(found, (int)c), 1e-9);
            label_sum += effect * variance;
            variance_sum += variance;
        } else if (strcmp(factor, "label") == 0) {
            assert_near(effect, label_sum / variance_sum, 1e-12);
            assert_near(variance, variance_sum, 1e-9);
        }
        row++;
    }
    assert_int_equal(row, (COUNT + 1) * N_FACTORS);
    om_free(text);
    om_free(path);
    free_components(found);
}

/* Other files are newer by their inode: each is written anew and renamed. */
static bool is_left_alone(const char *parameters) {
    struct stat before, after;
    char *path = path_of("five", "pca.h5ad");
    assert_int_equal(stat(path, &before), 0);
    MPI_Barrier(om_context_comm(world));
    run_well("five", parameters);
    assert_int_equal(stat(path, &after), 0);
    MPI_Barrier(om_context_comm(world));
    om_free(path);
    return before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec;
}

static void test_done_work_is_skipped(void **state) {
    (void)state;
    assert_true(is_left_alone(five));
    /* What does not matter. */
    assert_true(is_left_alone("features: {most_variable: 55}\npca: {components: 5, run: true}\n"
                              "train: {learning_rate: 3.0e-3, hidden: 7}\n"));
    assert_false(is_left_alone("features: {most_variable: 55}\npca: {components: 4}\n"));
    assert_false(is_left_alone("features: {most_variable: 54}\npca: {components: 4}\n"));
    assert_false(is_left_alone("features: {most_variable: 54}\npca: {components: 4}\n"
                               "train: {split: {test: 0.2}}\n"));
    /* A file that somebody removed. */
    char *path = path_of("five", "ood.h5");
    MPI_Barrier(om_context_comm(world));
    if (om_context_is_root(world)) {
        assert_int_equal(remove(path), 0);
    }
    MPI_Barrier(om_context_comm(world));
    assert_false(is_left_alone("features: {most_variable: 54}\npca: {components: 4}\n"
                               "train: {split: {test: 0.2}}\n"));
    assert_true(om_file_exists(path));
    om_free(path);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components),           cmocka_unit_test(test_effects),
        cmocka_unit_test(test_done_work_is_skipped), cmocka_unit_test(test_needs_synthetic_samples),
        cmocka_unit_test(test_stops_and_goes_on),    cmocka_unit_test(test_any_allocation_may_fail),
    };
    int failed = cmocka_run_group_tests_name("pca", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
