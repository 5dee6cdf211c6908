#include "learn/baseline_figures.h"

#include "unit_test.h"

#include <math.h>

enum { N = 8 };

/* Hallmark 0: two of each label, one of each called wrong and a tie; hallmark 1: positives only;
 * hallmark 2: no classifier. */
static const uint8_t tasks[N] = {0, 0, 0, 0, 1, 1, 2, 2};
static const uint8_t labels[N] = {1, 1, 0, 0, 1, 1, 1, 0};
static const double own[N] = {2, -0.5, -0.5, 1, 0.25, 0, NAN, NAN};

static void decide(om_baseline_figures figures[OM_N_HALLMARKS]) {
    double decisions[N * OM_N_HALLMARKS];
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            decisions[i * OM_N_HALLMARKS + k] = k == 2 ? NAN : -1;
        }
        decisions[i * OM_N_HALLMARKS + tasks[i]] = own[i];
    }
    assert_int_equal(om_baseline_figures_decide(figures, decisions, tasks, labels, N), OM_OK);
}

static void assert_values(const om_baseline_figures *figures,
                          const double expected[OM_N_COMPARED]) {
    for (int f = 0; f < OM_N_COMPARED; f++) {
        double found = figures->values[f];
        bool same = isnan(expected[f]) ? isnan(found) : fabs(found - expected[f]) <= 1e-15;
        if (!same) {
            fail_msg("%s: found %g, expected %g", om_compared_name((om_compared)f), found,
                     expected[f]);
        }
    }
}

static void test_by_hand(void **state) {
    (void)state;
    om_baseline_figures figures[OM_N_HALLMARKS];
    decide(figures);
    assert_int_equal(figures[0].n_positive, 2);
    assert_int_equal(figures[0].n_negative, 2);
    /* Pairs in order: (2, 1), (2, -0.5), half of (-0.5, -0.5). */
    assert_values(&figures[0],
                  (const double[]){0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 2.5 / 4, (1 + 2.0 / 4) / 2, NAN});
    /* A decision of 0 is no call. */
    assert_int_equal(figures[1].n_positive, 2);
    assert_int_equal(figures[1].n_negative, 0);
    assert_values(&figures[1], (const double[]){0.5, 1, 0.5, NAN, 2.0 / 3, NAN, NAN, 1, NAN});
    assert_int_equal(figures[2].n_positive, 1);
    assert_int_equal(figures[2].n_negative, 1);
    assert_values(&figures[2], (const double[]){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN});
    assert_int_equal(figures[3].n_positive + figures[3].n_negative, 0);
    assert_true(isnan(figures[3].values[OM_COMPARED_ACCURACY]));
}

static void test_no_samples(void **state) {
    (void)state;
    om_baseline_figures figures[OM_N_HALLMARKS];
    const double none = 0;
    const uint8_t nothing = 0;
    assert_int_equal(om_baseline_figures_decide(figures, &none, &nothing, &nothing, 0), OM_OK);
    assert_int_equal(figures[9].n_positive, 0);
    assert_true(isnan(figures[9].values[OM_COMPARED_AUROC]));
}

/* Three folds of the first hallmark. */
static void make_folds(om_baseline_figures folds[3 * OM_N_HALLMARKS]) {
    for (int fold = 0; fold < 3; fold++) {
        decide(folds + (ptrdiff_t)fold * OM_N_HALLMARKS);
    }
}

static void test_mean_over_folds(void **state) {
    (void)state;
    om_baseline_figures folds[3 * OM_N_HALLMARKS], mean;
    make_folds(folds);
    folds[OM_N_HALLMARKS].values[OM_COMPARED_AUROC] = NAN;
    folds[2 * OM_N_HALLMARKS].values[OM_COMPARED_AUROC] = 0.125;
    const om_baseline_figures *all = folds;
    om_baseline_figures_means(&mean, &all, 1, 3, OM_N_HALLMARKS);
    assert_true(fabs(mean.values[OM_COMPARED_AUROC] - (2.5 / 4 + 0.125) / 2) < 1e-15);
    assert_true(mean.values[OM_COMPARED_RECALL] == 0.5);
    assert_int_equal(mean.n_positive, 6);
    all = folds + 1; /* one label only */
    om_baseline_figures_means(&mean, &all, 1, 3, OM_N_HALLMARKS);
    assert_true(isnan(mean.values[OM_COMPARED_AUROC]));
}

/* Methods are compared where all have the figure; one that has it nowhere does not count. */
static void test_means_are_of_the_same_folds(void **state) {
    (void)state;
    om_baseline_figures one[3 * OM_N_HALLMARKS], other[3 * OM_N_HALLMARKS],
        none[3 * OM_N_HALLMARKS], mean[3];
    make_folds(one);
    make_folds(other);
    make_folds(none);
    for (int i = 0; i < 3; i++) {
        one[i * OM_N_HALLMARKS].values[OM_COMPARED_ACCURACY] = 0.25 * (i + 1);
        other[i * OM_N_HALLMARKS].values[OM_COMPARED_ACCURACY] = 0.125 * (i + 1);
        om_baseline_figures_clear(&none[i * OM_N_HALLMARKS]);
    }
    om_baseline_figures_clear(&other[0]);
    const om_baseline_figures *all[] = {one, other, none};
    om_baseline_figures_means(mean, all, 3, 3, OM_N_HALLMARKS);
    assert_true(mean[0].values[OM_COMPARED_ACCURACY] == 0.625);
    assert_true(mean[1].values[OM_COMPARED_ACCURACY] == 0.3125);
    assert_true(isnan(mean[2].values[OM_COMPARED_ACCURACY]));
    assert_int_equal(mean[0].n_positive, 4);
    assert_int_equal(mean[1].n_negative, 4);
}

static void test_table(void **state) {
    (void)state;
    om_compared_method ridge = {.name = "ridge"};
    om_text *csv = NULL;
    om_log *log = om_log_create(false);
    decide(ridge.figures);
    ridge.figures[0].values[OM_COMPARED_KS] = 0.25;
    assert_int_equal(om_text_create(&csv), OM_OK);
    assert_int_equal(om_comparison_begin(csv), OM_OK);
    assert_int_equal(om_comparison_add(csv, log, "test", &ridge, 1), OM_OK);
    static const char start[] =
        "method,data,hallmark,n_positive,n_negative,accuracy,precision,recall,specificity,f1,"
        "balanced_accuracy,auroc,auprc,ks\n"
        "ridge,test,AIM,2,2,0.5,0.5,0.5,0.5,0.5,0.5,0.625,0.75,0.25\n"
        "ridge,test,DCE,2,0,0.5,1,0.5,,0.66666666666666663,,,1,\n"
        "ridge,test,EGS,1,1,,,,,,,,,\n"
        "ridge,test,GIM,0,0,,,,,,,,,\n";
    static const char end[] =
        "ridge,test,TPI,0,0,,,,,,,,,\n"
        "ridge,test,mean,4,2,0.5,0.75,0.5,0.5,0.58333333333333326,0.5,0.625,0.875,0.25\n";
    const char *text = om_text_get(csv);
    assert_int_equal(strncmp(text, start, strlen(start)), 0);
    assert_string_equal(text + strlen(text) - strlen(end), end);
    om_text_destroy(&csv);
    om_log_destroy(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),         cmocka_unit_test(test_no_samples),
        cmocka_unit_test(test_mean_over_folds), cmocka_unit_test(test_means_are_of_the_same_folds),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests_name("baseline_figures", tests, NULL, NULL);
}
