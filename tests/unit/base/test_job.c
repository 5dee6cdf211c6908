#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "job_test.h"

#include <string.h>

#define MINIMAL "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"

static om_job *parse(const char *text) {
    return test_job("demo.yaml", text);
}

static om_job *parse_with(const char *text, const char *const *settings, int n) {
    return test_job_with("demo.yaml", text, n, settings);
}

static void defaults_are_the_documented_ones(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL);
    assert_string_equal(job->name, "demo");
    assert_true(job->seed == 42);
    assert_string_equal(job->workdir, "work/demo");
    assert_string_equal(job->gene_sets, "sets.gmt");
    assert_null(job->alias_table);
    assert_true(job->memory_limit == INT64_C(2) << 30);
    assert_int_equal(job->store.compression, OM_COMPRESSION_NONE);
    assert_string_equal(job->path, "demo.yaml");
    assert_int_equal(job->qc.min_genes, 200);
    assert_int_equal(job->qc.max_genes, 6000);
    assert_true(job->qc.max_mito_percent == 15.0);
    assert_true(job->qc.max_mito_inclusive);
    assert_string_equal(job->qc.mito_prefix, "MT-");
    assert_int_equal(job->qc.min_cells_per_gene, 3);
    assert_int_equal(job->score.formula, OM_UCELL_2_14);
    assert_int_equal(job->score.max_rank, 1500);
    assert_int_equal(job->score.missing_genes, OM_MISSING_IMPUTE);
    assert_true(job->score.aliases);
    assert_true(job->score.negative_weight == 1.0);
    assert_int_equal(job->threshold.method, OM_OTSU_HALVES);
    assert_int_equal(job->threshold.bins, 256);
    assert_int_equal(job->synthetic.cells_per_sample, 200);
    assert_int_equal(job->synthetic.min_cells, 200);
    assert_int_equal(job->features.most_variable, 10000);
    om_job_destroy(&job);
    assert_null(job);
}

static void sizes_have_units(void **state) {
    static const struct {
        const char *text;
        int64_t bytes;
    } sizes[] = {{"1GiB", INT64_C(1) << 30},
                 {"1 gib", INT64_C(1) << 30},
                 {"1.5 GB", 1500000000},
                 {"512 MiB", INT64_C(1) << 29},
                 {"300MB", 300000000},
                 {"1 TiB", INT64_C(1) << 40},
                 {"2TB", INT64_C(2000) * 1000000000},
                 {"268435456 B", 268435456},
                 {"262144KiB", 268435456},
                 {"99999999999999999999 TB", INT64_C(1) << 62}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char setting[64];
        snprintf(setting, sizeof setting, "memory_limit=%s", sizes[i].text);
        const char *const settings[] = {setting};
        om_job *job = parse_with(MINIMAL, settings, 1);
        assert_true(job->memory_limit == sizes[i].bytes);
        om_job_destroy(&job);
    }
}

static void training_defaults_are_the_documented_ones(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL);
    const om_train_parameters *train = &job->train;
    assert_int_equal(train->loss, OM_LOSS_MASKED);
    assert_int_equal(train->split_group, OM_GROUP_PATIENT);
    assert_true(train->split_validation == 0.15);
    assert_true(train->split_test == 0.15);
    assert_int_equal(train->hidden, 64);
    assert_int_equal(train->head, 16);
    assert_int_equal(train->batch, 256);
    assert_int_equal(train->block, 32);
    assert_int_equal(train->epochs, 50);
    assert_true(train->learning_rate == 1e-4);
    assert_true(train->learning_rate_factor == 0.5);
    assert_int_equal(train->learning_rate_patience, 3);
    assert_true(train->learning_rate_floor == 1e-6);
    assert_true(train->beta1 == 0.9);
    assert_true(train->beta2 == 0.999);
    assert_true(train->epsilon == 1e-7);
    assert_int_equal(train->patience, 6);
    assert_int_equal(train->shuffle, OM_SHUFFLE_EPOCH);
    assert_int_equal(train->keep, OM_KEEP_BEST);
    om_job_destroy(&job);
}

static void default_exclusions(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL);
    assert_int_equal(job->n_exclusions, 3);
    assert_string_equal(job->exclude_where[0].column, "cancer_type");
    assert_int_equal(om_strings_count(job->exclude_where[0].values), 2);
    assert_string_equal(om_strings_get(job->exclude_where[0].values, 1), "Healthy");
    assert_string_equal(job->exclude_where[2].column, "sample_type");
    assert_string_equal(om_strings_get(job->exclude_where[2].values, 0), "normal");
    om_job_destroy(&job);
}

static void explicit_exclusions_replace_the_default(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL "exclude_where: {stage: [0, I], site: blood}\n");
    assert_int_equal(job->n_exclusions, 2);
    assert_string_equal(job->exclude_where[0].column, "stage");
    assert_string_equal(om_strings_get(job->exclude_where[0].values, 0), "0");
    assert_string_equal(job->exclude_where[1].column, "site");
    assert_int_equal(om_strings_count(job->exclude_where[1].values), 1);
    assert_string_equal(om_strings_get(job->exclude_where[1].values, 0), "blood");
    om_job_destroy(&job);
    job = parse(MINIMAL "exclude_where: {}\n");
    assert_int_equal(job->n_exclusions, 0);
    om_job_destroy(&job);
}

static void every_type_is_read(void **state) {
    (void)state;
    om_job *job = parse("name: \"my run\"\nseed: 18446744073709551615\n" MINIMAL
                        "alias_table: /abs/aliases.tsv\n"
                        "qc: {max_mito_inclusive: No, max_mito_percent: 7.5, mito_prefix: mt-}\n"
                        "score: {formula: ucell-2.6, missing_genes: skip, aliases: FALSE}\n"
                        "threshold.method: otsu\n"
                        "train:\n  split: {group: none, test: 0}\n  split.validation: .2\n"
                        "  learning_rate: 3E-4\n  shuffle: once\n  keep: 'last'\n"
                        "  loss: published\n  patience: 0\n");
    assert_string_equal(job->name, "my run");
    assert_true(job->seed == UINT64_MAX);
    assert_string_equal(job->workdir, "work/my run");
    assert_string_equal(job->alias_table, "/abs/aliases.tsv");
    assert_false(job->qc.max_mito_inclusive);
    assert_true(job->qc.max_mito_percent == 7.5);
    assert_string_equal(job->qc.mito_prefix, "mt-");
    assert_int_equal(job->score.formula, OM_UCELL_2_6);
    assert_int_equal(job->score.missing_genes, OM_MISSING_SKIP);
    assert_false(job->score.aliases);
    assert_int_equal(job->threshold.method, OM_OTSU);
    assert_int_equal(job->train.split_group, OM_GROUP_NONE);
    assert_true(job->train.split_validation == 0.2);
    assert_true(job->train.split_test == 0.0);
    assert_true(job->train.learning_rate == 3e-4);
    assert_int_equal(job->train.shuffle, OM_SHUFFLE_ONCE);
    assert_int_equal(job->train.keep, OM_KEEP_LAST);
    assert_int_equal(job->train.loss, OM_LOSS_PUBLISHED);
    assert_int_equal(job->train.patience, 0);
    om_job_destroy(&job);
}

static void paths_start_at_the_folder_of_the_job_file(void **state) {
    (void)state;
    om_job *job = test_job("runs/a.b/breast.v2.yaml",
                           "gene_sets: ../sets.gmt\ndata:\n"
                           "  - {path: data/Data_Q_Breast//}\n  - {path: /abs/Data_R_Lung/}\n");
    assert_string_equal(job->name, "breast.v2");
    assert_string_equal(job->workdir, "runs/a.b/work/breast.v2");
    assert_string_equal(job->gene_sets, "runs/a.b/../sets.gmt");
    assert_string_equal(job->data[0].path, "runs/a.b/data/Data_Q_Breast");
    assert_string_equal(job->data[0].id, "Q_Breast");
    assert_string_equal(job->data[1].path, "/abs/Data_R_Lung");
    om_job_destroy(&job);
}

static void entries_are_derived_from_the_folder_name(void **state) {
    (void)state;
    om_job *job = parse("gene_sets: s\ndata:\n"
                        "  - path: d/Data_Qian2020_Breast\n"
                        "  - path: d/Data_Cillo2020_Head and Neck/\n"
                        "  - path: d/Data_Ferrari de Andrade2019_Skin\n"
                        "  - path: d/pbmc.h5\n"
                        "    tissue: Hematologic\n"
                        "  - path: d/Tang_2018_Ovarian.h5ad\n"
                        "  - {path: other, id: Own_Lung, study: Mine}\n");
    assert_int_equal(job->n_data, 6);
    assert_string_equal(job->data[0].id, "Qian2020_Breast");
    assert_string_equal(job->data[0].study, "Qian2020");
    assert_string_equal(job->data[0].tissue, "Breast");
    assert_string_equal(job->data[1].id, "Cillo2020_Head and Neck");
    assert_string_equal(job->data[1].tissue, "Head and Neck");
    assert_string_equal(job->data[2].study, "Ferrari de Andrade2019");
    assert_string_equal(job->data[3].id, "pbmc");
    assert_string_equal(job->data[3].study, "pbmc");
    assert_string_equal(job->data[3].tissue, "Hematologic");
    assert_string_equal(job->data[4].id, "Tang_2018_Ovarian");
    assert_string_equal(job->data[4].tissue, "2018_Ovarian");
    assert_string_equal(job->data[5].id, "Own_Lung");
    assert_string_equal(job->data[5].study, "Mine");
    assert_string_equal(job->data[5].tissue, "Lung");
    assert_int_equal(job->data[0].line, 3);
    assert_int_equal(job->data[4].line, 8);
    om_job_destroy(&job);
}

static void entries_take_all_keys(void **state) {
    (void)state;
    om_job *job = parse("gene_sets: s\ndata:\n"
                        "  - {path: Data_A_Skin}\n"
                        "  - path: Data_B_Eye\n"
                        "    role: validate\n"
                        "    values: tpm\n"
                        "    threshold_tissue: Skin\n"
                        "    samples: {include: [1, s 2], exclude: BM1}\n");
    const om_data_set *first = &job->data[0];
    const om_data_set *second = &job->data[1];
    assert_int_equal(first->role, OM_ROLE_TRAIN);
    assert_int_equal(first->values, OM_VALUES_COUNTS);
    assert_null(first->threshold_tissue);
    assert_int_equal(om_strings_count(first->include_samples), 0);
    assert_int_equal(om_strings_count(first->exclude_samples), 0);
    assert_int_equal(second->role, OM_ROLE_VALIDATE);
    assert_int_equal(second->values, OM_VALUES_TPM);
    assert_string_equal(second->threshold_tissue, "Skin");
    assert_int_equal(om_strings_count(second->include_samples), 2);
    assert_string_equal(om_strings_get(second->include_samples, 0), "1");
    assert_string_equal(om_strings_get(second->include_samples, 1), "s 2");
    assert_string_equal(om_strings_get(second->exclude_samples, 0), "BM1");
    om_job_destroy(&job);
}

static void settings_override_the_file(void **state) {
    (void)state;
    const char *const settings[] = {"train.epochs=5", "train.epochs=7", "name=a=b",
                                    "score.formula=ucell-2.6", "gene_sets=/x/other.gmt"};
    om_job *job = parse_with(MINIMAL "train: {epochs: 9}\n", settings, 5);
    assert_int_equal(job->train.epochs, 7);
    assert_string_equal(job->name, "a=b");
    assert_string_equal(job->workdir, "work/a=b");
    assert_int_equal(job->score.formula, OM_UCELL_2_6);
    assert_string_equal(job->gene_sets, "/x/other.gmt");
    om_job_destroy(&job);
}

/* batch and block only fit after both are set. */
static void settings_are_checked_together(void **state) {
    (void)state;
    const char *const settings[] = {"train.batch=100", "train.block=50"};
    om_job *job = parse_with(MINIMAL, settings, 2);
    assert_int_equal(job->train.batch, 100);
    om_job_destroy(&job);
}

static void anchors_and_crlf_are_fine(void **state) {
    (void)state;
    om_job *job = parse("gene_sets: s\r\ndata:\r\n"
                        "- {path: Data_A_Skin, samples: {exclude: &n [x, y]}}\r\n"
                        "- {path: Data_B_Skin, samples: {exclude: *n}}\r\n");
    assert_int_equal(om_strings_count(job->data[1].exclude_samples), 2);
    assert_string_equal(job->data[1].id, "B_Skin");
    om_job_destroy(&job);
}

/* Every single allocation may fail: the status tells, nothing leaks (seen by the sanitizer). */
static void every_allocation_may_fail(void **state) {
    (void)state;
    const char *text = MINIMAL "  - {path: x.h5, tissue: Skin, samples: {include: [a]}}\n"
                               "qc: {min_genes: 1, mito_prefix: MT}\n"
                               "exclude_where: {a: [b, c], d: e}\nalias_table: t\n";
    const char *defaults = MINIMAL;
    om_strings *settings = NULL;
    assert_int_equal(om_strings_create(&settings), OM_OK);
    assert_int_equal(om_strings_add(settings, "workdir=w"), OM_OK);
    for (int variant = 0; variant < 2; variant++) {
        const char *bytes = variant == 0 ? text : defaults;
        int64_t n_failures = 0;
        for (om_status status = OM_MEMORY; status != OM_OK; n_failures++) {
            om_job *job = NULL;
            om_memory_fail_after(n_failures);
            status = om_job_parse(&job, "demo.yaml", bytes, (int64_t)strlen(bytes),
                                  variant == 0 ? settings : NULL);
            om_memory_fail_after(-1);
            assert_true(status == OM_OK ? job != NULL : job == NULL && status == OM_MEMORY);
            om_job_destroy(&job);
            assert_true(n_failures < 1000);
        }
        assert_true(n_failures > 30);
    }
    om_strings_destroy(&settings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_documented_ones),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(training_defaults_are_the_documented_ones),
        cmocka_unit_test(default_exclusions),
        cmocka_unit_test(explicit_exclusions_replace_the_default),
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(paths_start_at_the_folder_of_the_job_file),
        cmocka_unit_test(entries_are_derived_from_the_folder_name),
        cmocka_unit_test(entries_take_all_keys),
        cmocka_unit_test(settings_override_the_file),
        cmocka_unit_test(settings_are_checked_together),
        cmocka_unit_test(anchors_and_crlf_are_fine),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
