/* The tables of bulk validation, letter by letter. */
#include "learn/bulk_report.h"

#include "unit_test.h"

#include <math.h>
#include <stdio.h>

enum { N_SETS = 3 };

typedef struct fixture {
    om_bulk_profiles sets[N_SETS];
    double probabilities[N_SETS][3 * OM_N_HALLMARKS];
    uint8_t classes[N_SETS][3];
} fixture;

/* Each profile has one probability for all hallmarks. */
static void fill(fixture *made, int set, const char *source, bool is_published, int64_t n,
                 const double *values, const uint8_t *classes) {
    static const char *const names[] = {"P1", "P,2", "P3"};
    for (int64_t i = 0; i < n * OM_N_HALLMARKS; i++) {
        made->probabilities[set][i] = values[i / OM_N_HALLMARKS];
    }
    memcpy(made->classes[set], classes, (size_t)n);
    made->sets[set] = (om_bulk_profiles){.source = source,
                                         .is_published = is_published,
                                         .n = n,
                                         .names = test_strings(n, names),
                                         .probabilities = made->probabilities[set],
                                         .classes = made->classes[set]};
}

static void make(fixture *made) {
    static const uint8_t mixed[] = {OM_BULK_CANCER, OM_BULK_NORMAL, OM_BULK_MIXED};
    static const uint8_t cancer[] = {OM_BULK_CANCER, OM_BULK_CANCER};
    fill(made, 0, "mine", false, 3, (const double[]){0.75, 0.625, 1}, mixed);
    fill(made, 1, "theirs", true, 2, (const double[]){1, 0.25}, cancer);
    fill(made, 2, "tumours", false, 1, (const double[]){0.5}, cancer);
}

static void release(fixture *made) {
    for (int s = 0; s < N_SETS; s++) {
        om_strings_destroy(&made->sets[s].names);
    }
}

/* How often `line` is a line of the text. */
static int count_line(const om_text *text, const char *line) {
    int n = 0;
    char wanted[512];
    char whole[65536];
    snprintf(wanted, sizeof wanted, "\n%s\n", line);
    snprintf(whole, sizeof whole, "\n%s", om_text_get(text));
    for (const char *at = strstr(whole, wanted); at != NULL; at = strstr(at + 1, wanted)) {
        n++;
    }
    return n;
}

static int count_lines(const om_text *text) {
    int n = 0;
    for (const char *at = om_text_get(text); *at != '\0'; at++) {
        n += *at == '\n';
    }
    return n;
}

static void expect_line(const om_text *text, const char *line) {
    if (count_line(text, line) != 1) {
        fail_msg("not once '%s' in\n%s", line, om_text_get(text));
    }
}

static void test_tables(void **state) {
    (void)state;
    fixture made;
    om_bulk_report *report = NULL;
    om_text *csv = NULL;
    double thresholds[OM_N_HALLMARKS];
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        thresholds[k] = k == OM_HALLMARK_TPI ? NAN : 0.625;
    }
    make(&made);
    assert_int_equal(om_text_create(&csv), OM_OK);
    assert_int_equal(om_bulk_report_create(&report, made.sets, N_SETS, thresholds), OM_OK);

    assert_int_equal(om_bulk_report_figures(csv, report), OM_OK);
    assert_int_equal(count_lines(csv), 1 + 10 * (3 + N_SETS));
    expect_line(csv, "source,hallmark,n_cancer,n_normal,sensitivity,specificity,threshold,"
                     "sensitivity_at_threshold,specificity_at_threshold,ks,ks_p,auroc");
    /* Cancer 0.75 and 0.5, normal 0.625: D = 1/2, p = Q(sqrt(2/3) / 2) = 0.9962551923. */
    assert_non_null(strstr(om_text_get(csv), "\nmodel,AIM,2,1,0.5,0,0.625,0.5,1,0.5,0.99625519"));
    assert_non_null(strstr(om_text_get(csv), "\nmodel,TPI,2,1,0.5,0,,,,0.5,0.99625519"));
    expect_line(csv, "published,AIM,2,0,0.5,,,,,,,");
    expect_line(csv, "paper,AIM,,,,,,,,0.77500000000000002,,");
    expect_line(csv, "theirs,AIM,2,0,0.5,,,,,,,");
    expect_line(csv, "tumours,AIM,1,0,0,,0.625,0,,,,");

    om_text_clear(csv);
    assert_int_equal(om_bulk_report_agreement(csv, report), OM_OK);
    assert_string_equal(om_text_get(csv), "source,class,n,all_alike,all_positive\n"
                                          "model,cancer,2,1,0.5\n"
                                          "model,normal,1,1,1\n"
                                          "published,cancer,2,1,0.5\n"
                                          "mine,cancer,1,1,1\n"
                                          "mine,normal,1,1,1\n"
                                          "theirs,cancer,2,1,0.5\n"
                                          "tumours,cancer,1,1,0\n");

    om_text_clear(csv);
    assert_int_equal(om_bulk_report_predictions(csv, made.sets, N_SETS), OM_OK);
    assert_int_equal(count_lines(csv), 1 + 5); /* the profile that is neither is left out */
    expect_line(csv, "source,profile,class,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,TPI");
    expect_line(csv, "mine,\"P,2\",normal,0.625,0.625,0.625,0.625,0.625,0.625,0.625,0.625,0.625,"
                     "0.625");
    expect_line(csv, "theirs,P1,cancer,1,1,1,1,1,1,1,1,1,1");

    om_bulk_report_destroy(&report);
    assert_null(report);
    om_text_destroy(&csv);
    release(&made);
}

static void test_published_only(void **state) {
    (void)state;
    fixture made;
    om_bulk_report *report = NULL;
    om_text *csv = NULL;
    double thresholds[OM_N_HALLMARKS] = {0};
    make(&made);
    assert_int_equal(om_text_create(&csv), OM_OK);
    assert_int_equal(om_bulk_report_create(&report, made.sets + 1, 1, thresholds), OM_OK);
    assert_int_equal(om_bulk_report_figures(csv, report), OM_OK);
    assert_int_equal(count_lines(csv), 1 + 30);
    assert_null(strstr(om_text_get(csv), "model,"));
    om_bulk_report_destroy(&report);
    om_text_destroy(&csv);
    release(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_published_only),
    };
    return cmocka_run_group_tests_name("bulk_report", tests, NULL, NULL);
}
