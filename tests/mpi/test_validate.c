/* Bulk validation as a stage: the same tables at any number of ranks, and none after bad input. */
#include "oncomark/stages.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/reader.h"
#include "oncomark/table.h"
#include "unit_test.h"

#include "test_ranks.h"
#include "tiny_learning.h"

#include <inttypes.h>
#include <math.h>

enum { PROFILES = 37, PUBLISHED = 12, N_ARTEFACTS = 4, CLASS_GENE = 5 };

static const char *const artefacts[N_ARTEFACTS] = {
    "validate/bulk.csv", "validate/bulk_agreement.csv", "validate/bulk_predictions.csv",
    "validate/balance.csv"};

typedef struct digests {
    char hex[N_ARTEFACTS][OM_DIGEST_HEX];
} digests;

static const char train[] =
    "features: {most_variable: 55}\n"
    "train: {hidden: 12, head: 4, batch: 32, block: 8, epochs: 4, learning_rate: 3.0e-3}\n";

static om_ctx *world;
static char folder[TEST_PATH];

static bool is_cancer(int profile) {
    return profile % 3 != 0;
}

static int value_of(int profile, int gene) {
    om_random random =
        om_random_stream(9, OM_PURPOSE_TEST, (uint64_t)(profile * TINY_GENES + gene));
    return (int)om_random_below(&random, (uint64_t)(is_cancer(profile) ? 60 : 20 + gene));
}

/* Genes in rows without that of the classes, profiles C1, N0, ... */
static void write_rows(void) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    om_text_add(text, "gene");
    for (int p = 0; p < PROFILES; p++) {
        om_text_add(text, "\t%s%d", is_cancer(p) ? "C" : "N", p);
    }
    for (int g = 0; g < TINY_GENES; g++) {
        if (g != CLASS_GENE) {
            om_text_add(text, "\nGENE%02d", g);
            for (int p = 0; p < PROFILES; p++) {
                om_text_add(text, "\t%d", value_of(p, g));
            }
        }
    }
    assert_int_equal(om_text_add(text, "\n"), OM_OK);
    test_write_gzip(folder, "rows.tsv.gz", om_text_get(text));
    om_text_destroy(&text);
}

/* The same profiles in rows, with their classes in a column that is named as a gene. */
static void write_columns(void) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    for (int g = 0; g < TINY_GENES; g++) {
        om_text_add(text, ",GENE%02d", g);
    }
    for (int p = 0; p < PROFILES; p++) {
        om_text_add(text, "\n%s%d", is_cancer(p) ? "C" : "N", p);
        for (int g = 0; g < TINY_GENES; g++) {
            if (g == CLASS_GENE) {
                om_text_add(text, ",%s", is_cancer(p) ? "\"Tumour, NOS\"" : "normal");
            } else {
                om_text_add(text, ",%d", value_of(p, g));
            }
        }
    }
    assert_int_equal(om_text_add(text, "\n"), OM_OK);
    test_write(folder, "columns.csv", om_text_get(text));
    om_text_destroy(&text);
}

static void write_published(void) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    om_text_add(text, "profile,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,TPI\n");
    for (int p = 0; p < PUBLISHED; p++) {
        om_text_add(text, "X%d", p);
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            om_text_add(text, ",%.9g", (p * 5 + k) % 13 / 12.0);
        }
        om_text_add(text, "\n");
    }
    test_write(folder, "theirs.csv", om_text_get(text));
    om_text_clear(text);
    om_text_add(text, "profile,group\n");
    for (int p = 0; p < PUBLISHED; p++) {
        om_text_add(text, "X%d,%s\n", p, p < 7 ? "cancer" : "NORMAL");
    }
    test_write(folder, "groups.csv", om_text_get(text));
    om_text_destroy(&text);
}

/* All genes with the same `fields`, but for what the line of one gene ends with. */
static void write_bad_rows(const char *name, const char *header, const char *fields, int odd_gene,
                           const char *odd_fields) {
    char text[64 * TINY_GENES];
    int length = snprintf(text, sizeof text, "gene\t%s\n", header);
    for (int g = 0; g < TINY_GENES; g++) {
        length += snprintf(text + length, sizeof text - (size_t)length, "GENE%02d\t%s\n", g,
                           g == odd_gene ? odd_fields : fields);
    }
    test_write(folder, name, text);
}

static void write_bad_files(void) {
    write_bad_rows("twice.tsv", "A\tB\tA", "1\t2\t3", -1, "");
    write_bad_rows("words.tsv", "A\tB", "1\t2", 40, "3\tmany");
    test_write(folder, "ids.tsv", "gene\tA\tB\nENSG00000000001.2\t1\t2\nENSG00000000002.1\t1\t2\n");
    test_write(folder, "map.tsv", "ENSG00000000009\tGENE00\n");
    test_write(folder, "high.csv",
               "p,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,TPI\n"
               "A,0,0,0,0,0,0,0,0,0,0\nB,0,0,0,0,0,0,0,0,0,1.5\n");
}

static const char all_sets[] =
    "validate:\n"
    "  bulk:\n"
    "    - {path: %s/rows.tsv.gz, cancer: ['c*'], normal: ['N*']}\n"
    "    - {path: %s/columns.csv, class_column: gene05, cancer: 'tumour*', normal: NORMAL}\n"
    "    - {path: %s/theirs.csv, classes: %s/groups.csv, class_column: group}\n";

static const char published_only[] = "validate: {bulk: [{path: %s/theirs.csv, class: cancer}]}\n";

static om_job *make_job(const char *run, const char *sets) {
    char *bulk = om_format("%s%s", train, sets);
    om_job *job = tiny_job(folder, run, bulk);
    om_free(bulk);
    return job;
}

static om_job *make_good_job(const char *run) {
    char sets[5 * TEST_PATH];
    snprintf(sets, sizeof sets, all_sets, folder, folder, folder, folder);
    return make_job(run, sets);
}

static bool has_artefact(const om_workdir *workdir, const char *artefact) {
    char hex[OM_DIGEST_HEX];
    return om_workdir_digest(workdir, artefact, hex) == OM_OK;
}

static void train_model(om_ctx *ctx, const char *run) {
    om_workdir *workdir = NULL;
    om_job *job = make_good_job(run);
    tiny_commit(ctx, job, NULL);
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    if (om_stage_train(ctx, job, workdir) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

static void validate(digests *out, om_ctx *ctx, const char *run) {
    om_workdir *workdir = NULL;
    om_job *job = make_good_job(run);
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    if (om_stage_validate_bulk(ctx, job, workdir) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    for (int i = 0; i < N_ARTEFACTS; i++) {
        assert_int_equal(om_workdir_digest(workdir, artefacts[i], out->hex[i]), OM_OK);
    }
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

static void test_same_at_any_number_of_ranks(void **state) {
    (void)state;
    digests alone, together;
    om_ctx *part = NULL;
    assert_int_equal(om_context_split(&part, world, om_context_is_root(world) ? 0 : 1), OM_OK);
    if (om_context_is_root(world)) {
        train_model(part, "alone");
        validate(&alone, part, "alone");
    }
    om_context_destroy(&part);
    assert_int_equal(om_broadcast(world, 0, &alone, sizeof alone), OM_OK);
    train_model(world, "together");
    validate(&together, world, "together");
    for (int i = 0; i < N_ARTEFACTS; i++) {
        assert_string_equal(alone.hex[i], together.hex[i]);
    }
    validate(&together, world, "together"); /* nothing is to be done */
    assert_string_equal(alone.hex[0], together.hex[0]);
}

static om_table *read_table(const char *artefact) {
    om_table *table = NULL;
    char *path = om_format("%s/together/%s", folder, artefact);
    if (om_table_read(&table, path) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_free(path);
    return table;
}

/* Both layouts hold the same profiles: the column of classes was no gene. */
static void test_class_column_is_no_gene(void **state) {
    (void)state;
    om_table *table = read_table("validate/bulk_predictions.csv");
    assert_int_equal(om_table_rows(table), 2 * PROFILES + PUBLISHED);
    for (int64_t p = 0; p < PROFILES; p++) {
        assert_string_equal(om_table_cell(table, p, 0), "rows");
        assert_string_equal(om_table_cell(table, PROFILES + p, 0), "columns");
        assert_string_equal(om_table_cell(table, p, 2), is_cancer((int)p) ? "cancer" : "normal");
        for (int64_t c = 1; c < om_table_columns(table); c++) {
            assert_string_equal(om_table_cell(table, p, c), om_table_cell(table, PROFILES + p, c));
        }
    }
    assert_string_equal(om_table_cell(table, 2 * PROFILES, 1), "X0");
    assert_string_equal(om_table_cell(table, 2 * PROFILES + 7, 2), "normal");
    om_table_destroy(&table);
}

static double number(const om_table *table, int64_t row, const char *column) {
    double value = NAN;
    om_parse_f64(om_table_cell(table, row, om_table_find(table, column)), &value);
    return value;
}

/* The thresholds are the model's; published predictions have none. */
static void test_thresholds(void **state) {
    (void)state;
    om_table *figures = read_table("validate/bulk.csv");
    om_table *balance = read_table("validate/balance.csv");
    for (int64_t k = 0; k < OM_N_HALLMARKS; k++) {
        double threshold = number(balance, k, "threshold");
        assert_true(threshold > 0 && threshold < 1);
        assert_true(fabs(number(balance, k, "sensitivity") - number(balance, k, "specificity")) <
                    0.2);
        assert_string_equal(om_table_cell(figures, k, 0), "model");
        assert_true(number(figures, k, "n_cancer") == 2 * 24);
        assert_true(number(figures, k, "n_normal") == 2 * 13);
        assert_true(number(figures, k, "threshold") == threshold);
        assert_true(number(figures, k, "sensitivity_at_threshold") >= 0);
        assert_string_equal(om_table_cell(figures, 10 + k, 0), "published");
        assert_true(isnan(number(figures, 10 + k, "threshold")));
        assert_true(number(figures, 10 + k, "n_cancer") == 7);
    }
    om_table_destroy(&balance);
    om_table_destroy(&figures);
}

static void test_published_alone(void **state) {
    (void)state;
    char sets[2 * TEST_PATH];
    om_workdir *workdir = NULL;
    snprintf(sets, sizeof sets, published_only, folder);
    om_job *job = make_job("published", sets);
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    if (om_stage_validate_bulk(world, job, workdir) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_true(has_artefact(workdir, "validate/bulk.csv"));
    assert_false(has_artefact(workdir, "validate/balance.csv"));
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

/* `entry` after a good set: the stage fails on all ranks and leaves nothing. */
static void expect_error(om_status expected, const char *run, const char *entry, const char *first,
                         const char *second) {
    char sets[8 * TEST_PATH];
    om_workdir *workdir = NULL;
    snprintf(sets, sizeof sets,
             "validate:\n  bulk:\n  - {path: %s/rows.tsv.gz, cancer: ['C*'], normal: ['N*']}\n"
             "  - {path: %s/%s}\n",
             folder, folder, entry);
    om_job *job = make_job(run, sets);
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    assert_int_equal(om_agree(world, om_stage_validate_bulk(world, job, workdir)), expected);
    assert_message_has(first);
    assert_message_has(second);
    for (int i = 0; i < N_ARTEFACTS - 1; i++) {
        assert_false(has_artefact(workdir, artefacts[i]));
    }
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

static void test_bad_sets(void **state) {
    (void)state;
    char text[2 * TEST_PATH];
    train_model(world, "bad");
    expect_error(OM_INPUT, "bad", "none.csv, class: cancer", "none.csv: found no such file",
                 "(bulk set none at job.yaml:11)");
    expect_error(OM_INPUT, "bad", "twice.tsv, class: cancer",
                 "twice.tsv: found the profile name 'A' twice", "(bulk set twice at job.yaml:11)");
    expect_error(OM_INPUT, "bad", "words.tsv, class: cancer",
                 "words.tsv:42: column 'B': found 'many', expected a number", "");
    expect_error(OM_INPUT, "bad", "ids.tsv, class: cancer", "ids.tsv: found Ensembl ids",
                 "or gene_map in a job");
    snprintf(text, sizeof text, "ids.tsv, class: cancer, gene_map: %s/map.tsv", folder);
    expect_error(OM_INPUT, "bad", text, "none of the model's", "map.tsv");
    expect_error(OM_INPUT, "bad", "high.csv, class: cancer",
                 "high.csv:3: column 'TPI': found '1.5', expected a probability from 0 to 1", "");
    expect_error(OM_INPUT, "bad", "rows.tsv.gz, name: other, cancer: 'X*'",
                 "rows.tsv.gz: found no profile among 37 that matches cancer: 'X*'", "");
    expect_error(OM_INPUT, "bad", "rows.tsv.gz, name: other, cancer: 'C*'",
                 "rows.tsv.gz: found profile 'N0', expected names that match", "leave_out");
    expect_error(OM_INPUT, "bad", "columns.csv, class_column: type",
                 "columns.csv: found no column 'type' in the header", "");
    expect_error(OM_INPUT, "bad", "columns.csv, class_column: GENE05",
                 "columns.csv: column 'GENE05': found 'Tumour, NOS' for profile 'C1'",
                 "expected cancer or normal");
    expect_error(OM_INPUT, "bad", "words.tsv, class_column: type",
                 "words.tsv: found genes in rows, expected profiles in rows", "'type'");
    expect_error(OM_USAGE, "untrained", "theirs.csv, class: cancer", "model.h5 is not there yet",
                 "");
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_at_any_number_of_ranks),
        cmocka_unit_test(test_class_column_is_no_gene),
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_published_alone),
        cmocka_unit_test(test_bad_sets),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    if (om_context_is_root(world)) {
        write_rows();
        write_columns();
        write_published();
        write_bad_files();
    }
    MPI_Barrier(om_context_comm(world));
    int failed = cmocka_run_group_tests_name("validate", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
