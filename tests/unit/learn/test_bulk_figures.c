/* Figures of bulk profiles against SciPy and scikit-learn, and by hand. */
#include "learn/bulk_figures.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "golden/golden_arrays.h"

#include <math.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

static const char golden[] = OM_TEST_SOURCE_DIR "/tests/golden/bulk.txt";

static double *array(const char *name, int64_t *n) {
    double *values = golden_array(golden, name, n);
    assert_non_null(values);
    return values;
}

/* The profiles of both classes, normal and cancer ones in turn as long as there are both. */
static om_bulk_profiles mix(const char *cancer_name, const char *normal_name) {
    int64_t n_cancer = 0;
    int64_t n_normal = 0;
    double *cancer = array(cancer_name, &n_cancer);
    double *normal = array(normal_name, &n_normal);
    om_bulk_profiles made = {.source = "made", .n = (n_cancer + n_normal) / OM_N_HALLMARKS};
    made.probabilities = om_malloc(n_cancer + n_normal, sizeof *made.probabilities);
    made.classes = om_malloc(made.n, sizeof *made.classes);
    const double *next[2] = {cancer, normal};
    const double *end[2] = {cancer + n_cancer, normal + n_normal};
    for (int64_t i = 0; i < made.n; i++) {
        int from = (i % 2 == 0 && next[1] < end[1]) || next[0] == end[0] ? 1 : 0;
        memcpy(made.probabilities + i * OM_N_HALLMARKS, next[from],
               OM_N_HALLMARKS * sizeof(double));
        made.classes[i] = from == 0 ? OM_BULK_CANCER : OM_BULK_NORMAL;
        next[from] += OM_N_HALLMARKS;
    }
    free(cancer);
    free(normal);
    return made;
}

static void expect(double found, double expected) {
    if (isnan(expected)) {
        assert_true(isnan(found));
    } else if (!(fabs(found - expected) <= 1e-12 * fabs(expected))) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

static void check(const om_bulk_profiles *const *sets, int64_t n_sets, const char *figures_name,
                  const char *agreement_name) {
    om_bulk_figures figures[OM_N_HALLMARKS];
    int64_t n = 0;
    double *thresholds = array("thresholds", &n);
    double *expected = array(figures_name, &n);
    double *agreement = array(agreement_name, &n);
    assert_int_equal(om_bulk_figures_compute(figures, sets, n_sets, thresholds), OM_OK);
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        const double *row = expected + (ptrdiff_t)7 * k;
        assert_int_equal(figures[k].n_cancer, agreement[0]);
        assert_int_equal(figures[k].n_normal, agreement[3]);
        expect(figures[k].sensitivity, row[0]);
        expect(figures[k].specificity, row[1]);
        expect(figures[k].threshold, thresholds[k]);
        expect(figures[k].sensitivity_at_threshold, row[2]);
        expect(figures[k].specificity_at_threshold, row[3]);
        expect(figures[k].ks, row[4]);
        expect(figures[k].ks_p, row[5]);
        expect(figures[k].auroc, row[6]);
    }
    for (int c = 0; c < 2; c++) {
        om_bulk_agreement found =
            om_bulk_agreement_count(sets, n_sets, c == 0 ? OM_BULK_CANCER : OM_BULK_NORMAL);
        assert_int_equal(found.n, agreement[3 * c]);
        assert_int_equal(found.n_alike, agreement[3 * c + 1]);
        assert_int_equal(found.n_positive, agreement[3 * c + 2]);
    }
    free(agreement);
    free(expected);
    free(thresholds);
}

static void test_golden(void **state) {
    (void)state;
    om_bulk_profiles first = mix("cancer_0", "normal_0");
    om_bulk_profiles second = mix("cancer_1", "normal_1");
    const om_bulk_profiles *sets[] = {&first, &second};
    check(sets, 1, "figures_0", "agreement_0");
    check(sets, 2, "figures_all", "agreement_all");
    om_bulk_profiles_release(&first);
    om_bulk_profiles_release(&second);
}

/* Three cancer, two normal profiles and one that is neither; all hallmarks alike but the last. */
static void make_small(om_bulk_profiles *set, double probabilities[6 * OM_N_HALLMARKS],
                       uint8_t classes[6]) {
    static const double values[6] = {0.9, 0.5, 0.7, 0.5, 0.1, 0.99};
    static const uint8_t kinds[6] = {OM_BULK_CANCER, OM_BULK_CANCER, OM_BULK_CANCER,
                                     OM_BULK_NORMAL, OM_BULK_NORMAL, OM_BULK_MIXED};
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            probabilities[i * OM_N_HALLMARKS + k] = k == OM_N_HALLMARKS - 1 ? 0.4 : values[i];
        }
        classes[i] = kinds[i];
    }
    *set = (om_bulk_profiles){.n = 6, .probabilities = probabilities, .classes = classes};
}

static void test_by_hand(void **state) {
    (void)state;
    double probabilities[6 * OM_N_HALLMARKS];
    uint8_t classes[6];
    double thresholds[OM_N_HALLMARKS] = {0.7};
    om_bulk_profiles small;
    om_bulk_figures figures[OM_N_HALLMARKS];
    const om_bulk_profiles *sets[] = {&small};
    make_small(&small, probabilities, classes);
    assert_int_equal(om_bulk_figures_compute(figures, sets, 1, thresholds), OM_OK);
    /* 0.5 is no positive call, and 0.7 is none at the threshold 0.7. */
    assert_int_equal(figures[0].n_cancer, 3);
    assert_int_equal(figures[0].n_normal, 2);
    expect(figures[0].sensitivity, 2.0 / 3);
    expect(figures[0].specificity, 1);
    expect(figures[0].sensitivity_at_threshold, 1.0 / 3);
    expect(figures[0].specificity_at_threshold, 1);
    expect(figures[0].ks, 2.0 / 3);
    expect(figures[0].auroc, 5.5 / 6);
    /* All the same: no difference. */
    expect(figures[9].sensitivity, 0);
    expect(figures[9].ks, 0);
    expect(figures[9].ks_p, 1);
    expect(figures[9].auroc, 0.5);
    om_bulk_agreement cancer = om_bulk_agreement_count(sets, 1, OM_BULK_CANCER);
    assert_int_equal(cancer.n, 3);
    assert_int_equal(cancer.n_alike, 1);
    assert_int_equal(cancer.n_positive, 0);
    om_bulk_agreement normal = om_bulk_agreement_count(sets, 1, OM_BULK_NORMAL);
    assert_int_equal(normal.n, 2);
    assert_int_equal(normal.n_alike, 2);
}

static void test_one_class(void **state) {
    (void)state;
    double probabilities[6 * OM_N_HALLMARKS];
    uint8_t classes[6];
    double thresholds[OM_N_HALLMARKS] = {0};
    om_bulk_profiles small;
    om_bulk_figures figures[OM_N_HALLMARKS];
    const om_bulk_profiles *sets[] = {&small};
    make_small(&small, probabilities, classes);
    small.n = 3;
    assert_int_equal(om_bulk_figures_compute(figures, sets, 1, thresholds), OM_OK);
    expect(figures[0].sensitivity, 2.0 / 3);
    assert_true(isnan(figures[0].specificity));
    assert_true(isnan(figures[0].ks));
    assert_true(isnan(figures[0].ks_p));
    assert_true(isnan(figures[0].auroc));
    assert_int_equal(om_bulk_figures_compute(figures, sets, 0, thresholds), OM_OK);
    assert_true(isnan(figures[0].sensitivity));
    assert_int_equal(figures[0].n_cancer, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_one_class),
    };
    return cmocka_run_group_tests_name("bulk_figures", tests, NULL, NULL);
}
