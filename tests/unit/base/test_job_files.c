/* The job files that are shipped in jobs/. */
#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "job_test.h"

#include <stdio.h>
#include <string.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

static om_job *load(const char *file) {
    char *path = om_format("%s/jobs/%s", OM_TEST_SOURCE_DIR, file);
    om_job *job = test_job_load(path);
    om_free(path);
    return job;
}

static void assert_ends(const char *text, const char *end) {
    assert_true(strlen(text) >= strlen(end));
    assert_string_equal(text + strlen(text) - strlen(end), end);
}

static void assert_same_section(const om_job *one, const om_job *other, const char *section,
                                bool same) {
    om_text *text_one = NULL;
    om_text *text_other = NULL;
    assert_int_equal(om_text_create(&text_one), OM_OK);
    assert_int_equal(om_text_create(&text_other), OM_OK);
    assert_int_equal(om_job_describe(one, section, text_one), OM_OK);
    assert_int_equal(om_job_describe(other, section, text_other), OM_OK);
    if (same) {
        assert_string_equal(om_text_get(text_one), om_text_get(text_other));
    } else {
        assert_string_not_equal(om_text_get(text_one), om_text_get(text_other));
    }
    om_text_destroy(&text_one);
    om_text_destroy(&text_other);
}

/* The demo shows the defaults: a job that says nothing has the same parameters, but for the size of
 * a synthetic sample. */
static void demo_shows_the_defaults(void **state) {
    (void)state;
    om_job *job = load("demo.yaml");
    assert_string_equal(job->name, "demo");
    assert_ends(job->workdir, "jobs/../work/demo");
    assert_ends(job->gene_sets, "jobs/gene_sets/hallmarks.gmt");
    assert_ends(job->alias_table, "jobs/gene_sets/aliases.tsv");
    assert_int_equal(job->n_data, 6);
    assert_ends(job->data[0].path, "jobs/../work/demo/corpus/Data_Sim2031_Breast");
    assert_string_equal(job->data[4].id, "Sim2034_Hematologic");
    assert_string_equal(job->data[4].tissue, "Hematologic");
    om_job *defaults = NULL;
    const char *minimal = "gene_sets: s\ndata: [{path: Data_A_Skin}]\n";
    assert_int_equal(om_job_parse(&defaults, "demo.yaml", minimal, (int64_t)strlen(minimal), NULL),
                     OM_OK);
    static const char *const sections[] = {"seed",      "exclude_where", "qc",    "score",
                                           "threshold", "features",      "train", "crossval"};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        assert_same_section(job, defaults, sections[i], true);
    }
    assert_int_equal(defaults->synthetic.cells_per_sample, 200);
    assert_int_equal(defaults->synthetic.min_cells, 200);
    assert_int_equal(job->synthetic.cells_per_sample, 50);
    assert_int_equal(job->synthetic.min_cells, 50);
    om_job_destroy(&defaults);
    om_job_destroy(&job);
}

/* The paper's counts: 55 data sets, 51 studies, 14 tissues. */
static void assert_paper_corpus(const om_job *job) {
    om_strings *studies = NULL;
    om_strings *tissues = NULL;
    assert_int_equal(om_strings_create(&studies), OM_OK);
    assert_int_equal(om_strings_create(&tissues), OM_OK);
    for (int64_t i = 0; i < job->n_data; i++) {
        if (om_strings_find(studies, job->data[i].study) < 0) {
            assert_int_equal(om_strings_add(studies, job->data[i].study), OM_OK);
        }
        if (om_strings_find(tissues, job->data[i].tissue) < 0) {
            assert_int_equal(om_strings_add(tissues, job->data[i].tissue), OM_OK);
        }
    }
    assert_int_equal(job->n_data, 55);
    assert_int_equal(om_strings_count(studies), 51);
    assert_int_equal(om_strings_count(tissues), 14);
    om_strings_destroy(&studies);
    om_strings_destroy(&tissues);
}

/* The tables do not tell the patients: a biopsy's samples stay together. */
static void published_keeps_biopsies_whole(void **state) {
    (void)state;
    om_job *job = load("published.yaml");
    assert_ends(job->published, "jobs/data/dryad");
    assert_int_equal(job->train.split_group, OM_GROUP_SAMPLE);
    assert_int_equal(job->crossval.group, OM_GROUP_NONE);
    assert_int_equal(job->crossval.keep, OM_KEEP_LAST);
    om_job_destroy(&job);
}

static void paper_is_the_text(void **state) {
    (void)state;
    om_job *job = load("paper.yaml");
    assert_paper_corpus(job);
    assert_string_equal(job->name, "paper");
    assert_true(job->qc.max_mito_inclusive);
    assert_int_equal(job->threshold.method, OM_OTSU);
    assert_int_equal(job->synthetic.cells_per_sample, 200);
    assert_int_equal(job->synthetic.min_cells, 200);
    assert_int_equal(job->train.loss, OM_LOSS_PUBLISHED);
    assert_int_equal(job->score.formula, OM_UCELL_2_6);
    om_job_destroy(&job);
}

static void paper_as_published_is_the_code(void **state) {
    (void)state;
    om_job *job = load("paper-as-published.yaml");
    assert_paper_corpus(job);
    assert_string_equal(job->name, "paper-as-published");
    assert_ends(job->gene_sets, "hallmark_surv_curated.csv");
    assert_null(job->alias_table);
    assert_false(job->qc.max_mito_inclusive);
    assert_true(job->qc.max_mito_percent == 15.0);
    assert_int_equal(job->score.formula, OM_UCELL_2_6);
    assert_int_equal(job->score.missing_genes, OM_MISSING_IMPUTE);
    assert_false(job->score.aliases);
    assert_int_equal(job->threshold.method, OM_OTSU_HALVES);
    assert_int_equal(job->synthetic.cells_per_sample, 100);
    assert_int_equal(job->synthetic.min_cells, 200);
    assert_int_equal(job->train.loss, OM_LOSS_PUBLISHED);
    assert_int_equal(job->train.split_group, OM_GROUP_NONE);
    assert_true(job->train.split_validation == 0.15);
    assert_true(job->train.split_test == 0.0);
    assert_int_equal(job->train.shuffle, OM_SHUFFLE_ONCE);
    assert_int_equal(job->train.patience, 6);
    assert_int_equal(job->crossval.folds, 5);
    assert_int_equal(job->crossval.repeats, 2);
    assert_int_equal(job->crossval.group, OM_GROUP_NONE);
    assert_false(job->crossval.leave_one_out);
    assert_int_equal(job->crossval.patience, 5);
    assert_int_equal(job->crossval.keep, OM_KEEP_LAST);
    om_job *text = load("paper.yaml");
    assert_same_section(job, text, "data", true);
    assert_same_section(job, text, "qc", false);
    om_job_destroy(&text);
    om_job_destroy(&job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demo_shows_the_defaults),
        cmocka_unit_test(published_keeps_biopsies_whole),
        cmocka_unit_test(paper_is_the_text),
        cmocka_unit_test(paper_as_published_is_the_code),
    };
    return cmocka_run_group_tests_name("job_files", tests, NULL, NULL);
}
