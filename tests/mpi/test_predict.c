/* Predictions of tables in every layout, against the network by its definition. */
#include "oncomark/predict.h"

#include "oncomark/atomic_file.h"
#include "oncomark/h5.h"
#include "unit_test.h"

#include "tiny_model.h"

enum { BROKEN = 60 };

static om_ctx *world;
static char folder[TEST_PATH];
static tiny_model tiny;

static char *path_of(const char *name) {
    return om_format("%s/%s", folder, name);
}

static void write_table(const char *name, const om_text *text, bool gzip) {
    tiny_write(world, folder, name, om_text_get(text), gzip);
}

static void add(om_text *text, const char *separator, double value) {
    assert_int_equal(om_text_add(text, "%s%.17g", separator, value), OM_OK);
}

/* As from pandas: an empty first header, genes in columns, some of them not of the model, and
 * columns of text. */
static void write_gene_columns(const char *name, bool gzip) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_text_add(text, ",cancer_type,A1BG"), OM_OK);
    for (int f = 0; f < D; f++) {
        if (f != MISSING) {
            assert_int_equal(om_text_add(text, ",gene%02d", f), OM_OK);
        }
    }
    assert_int_equal(om_text_add(text, ",GENE03\n"), OM_OK); /* the first of duplicates counts */
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(text, "P%d,\"Breast, NOS\",7", p), OM_OK);
        for (int f = 0; f < D; f++) {
            if (f != MISSING) {
                add(text, ",", tiny.values[p][f]);
            }
        }
        assert_int_equal(om_text_add(text, ",99999\n"), OM_OK);
    }
    write_table(name, text, gzip);
    om_text_destroy(&text);
}

/* Genes in rows. `short_header` as R writes it; `extra`: columns of text and of Entrez ids after
 * the names and a last one with the genes' lengths; `identifiers`: "GENE00|123". */
static void write_gene_rows(const char *name, bool short_header, bool extra, bool identifiers) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_text_add(text, "%s%s", short_header ? "" : "id\t",
                                 extra ? "description\tEntrez_Gene_Id\t" : ""),
                     OM_OK);
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(text, "%sP%d", p > 0 ? "\t" : "", p), OM_OK);
    }
    assert_int_equal(om_text_add(text, "%s\n", extra ? "\tWidth" : ""), OM_OK);
    for (int row = -1; row <= D; row++) {
        /* A gene that is not of the model, the genes, and a second row of one of them. */
        int f = row == D ? 3 : row;
        if (f == MISSING) {
            continue;
        }
        assert_int_equal(row < 0 ? om_text_add(text, "?") : om_text_add(text, "GENE%02d", f),
                         OM_OK);
        assert_int_equal(om_text_add(text, "%s", identifiers ? "|100133144" : ""), OM_OK);
        assert_int_equal(om_text_add(text, "%s", extra ? "\tsome words\t8" : ""), OM_OK);
        for (int p = 0; p < PROFILES; p++) {
            add(text, "\t", row < 0 || row == D ? 42 : tiny.values[p][f]);
        }
        assert_int_equal(om_text_add(text, "%s\n", extra ? "\t1000" : ""), OM_OK);
    }
    write_table(name, text, false);
    om_text_destroy(&text);
}

static om_predictions *predict_with(om_ctx *ctx, const char *name, const om_linear_map *linear) {
    om_predictions *predictions = NULL;
    char *path = path_of(name);
    const om_predict_request request = {.model = tiny.model, .path = path, .linear = linear};
    if (om_predict(&predictions, ctx, &request) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_free(path);
    return predictions;
}

static om_predictions *predict(om_ctx *ctx, const char *name) {
    om_predictions *predictions = predict_with(ctx, name, NULL);
    assert_int_equal(predictions->n_linear, 0);
    assert_null(predictions->linear);
    return predictions;
}

/* One rank alone gets the bits that all ranks get, and a linear map beside them changes none. */
static void check_alone(const om_predictions *expected, const om_predictions *linear,
                        const char *name) {
    om_ctx *part = NULL;
    bool is_root = om_context_is_root(world);
    assert_int_equal(om_context_split(&part, world, is_root ? 0 : 1), OM_OK);
    om_predictions *alone = predict_with(part, name, &tiny.linear);
    assert_memory_equal(alone->probabilities, expected->probabilities,
                        PROFILES * OM_N_HALLMARKS * sizeof(float));
    assert_memory_equal(alone->linear, linear->linear, PROFILES * (OUTPUTS + 1) * sizeof(double));
    om_predictions_destroy(&alone);
    om_context_destroy(&part);
}

static void check_table(const char *name, int64_t n_left_out) {
    om_predictions *predictions = predict(world, name);
    tiny_check(&tiny, predictions);
    assert_int_equal(om_strings_count(predictions->left_out), n_left_out);
    om_predictions *linear = predict_with(world, name, &tiny.linear);
    tiny_check_linear(&tiny, linear);
    check_alone(predictions, linear, name);
    om_predictions_destroy(&linear);
    om_predictions_destroy(&predictions);
}

static void test_layouts(void **state) {
    (void)state;
    write_gene_columns("columns.csv", false);
    check_table("columns.csv", 0);
    write_gene_columns("columns.csv.gz", true);
    check_table("columns.csv.gz", 0);
    write_gene_rows("rows.tsv", false, false, false);
    check_table("rows.tsv", 0);
    write_gene_rows("identifiers.tsv", false, false, true);
    check_table("identifiers.tsv", 0);
    write_gene_rows("r.tsv", true, false, false);
    check_table("r.tsv", 0);
    write_gene_rows("extra.tsv", true, true, true);
    check_table("extra.tsv", 3);
    /* All layouts hold the same numbers: the same bits. */
    om_predictions *first = predict(world, "columns.csv");
    om_predictions *last = predict(world, "extra.tsv");
    assert_memory_equal(first->probabilities, last->probabilities,
                        PROFILES * OM_N_HALLMARKS * sizeof(float));
    om_predictions_destroy(&first);
    om_predictions_destroy(&last);
}

static void expect_error(const char *text, const char *first, const char *second) {
    om_text *table = NULL;
    om_predictions *predictions = NULL;
    char *path = path_of("broken.csv");
    assert_int_equal(om_text_create(&table), OM_OK);
    assert_int_equal(om_text_add(table, "%s", text), OM_OK);
    write_table("broken.csv", table, false);
    const om_predict_request request = {.model = tiny.model, .path = path};
    assert_int_equal(om_predict(&predictions, world, &request), OM_INPUT);
    assert_null(predictions);
    assert_message_has(first);
    assert_message_has(second);
    om_text_destroy(&table);
    om_free(path);
    MPI_Barrier(om_context_comm(world));
}

static void test_errors(void **state) {
    (void)state;
    expect_error("id,A,B\nGENE00,1,2\nGENE01,-3,1\n", "broken.csv:3: column 'A'", "found -3");
    expect_error("id,A,B\nGENE00,1,2\nGENE01,1,inf\n", "broken.csv:3: column 'B'", "found inf");
    expect_error("id,A,B\nGENE00,1,2\nGENE01,NA,1\n", "broken.csv:3: column 'A'", "found 'NA'");
    expect_error("id,GENE00,GENE01\nA,1,2\nB,x,1\n", "broken.csv:3: column 'GENE00'", "found 'x'");
    expect_error("id,GENE00,GENE01\nA,1,nan\n", "broken.csv:2: column 'GENE01'", "found nan");
    expect_error("id,A,B\nGENE00,1,2\nGENE01,1\n", "broken.csv:3", "found 2 fields, expected 3");
    expect_error("id,A,B\nGENE00,1,2,3,4\n", "broken.csv:2", "found 5 fields, expected 3");
    expect_error("id,A,A\nGENE00,1,2\n", "profile name 'A' twice", "profiles 1 and 2");
    expect_error("id,GENE00,GENE01\nA,1,2\nA,1,2\n", "profile name 'A' twice", "broken.csv");
    expect_error("id,A,B\nENSG01,1,2\n", "none of the model's 30 genes", "broken.csv");
    expect_error("id,A,B\nGENE00,x,y\n", "found no profile", "broken.csv");
    expect_error("symbol,entrez\nGENE00,3\n", "found no profile", "broken.csv");
    expect_error("id,A,B\n", "a header only", "broken.csv");
    expect_error("", "nothing in it", "broken.csv");
    expect_error("GENE00\n1\n", "found one column", "broken.csv");
}

/* An error that only one rank can see reaches all: a late column, a late row. */
static void test_error_of_one_rank(void **state) {
    (void)state;
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_text_add(text, "id,GENE00,GENE01\n"), OM_OK);
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(text, "P%d,1,%s\n", p, p == BROKEN ? "-7" : "2"), OM_OK);
    }
    expect_error(om_text_get(text), "broken.csv:62: column 'GENE01'", "found -7");
    om_text_clear(text);
    assert_int_equal(om_text_add(text, "id"), OM_OK);
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(text, ",P%d", p), OM_OK);
    }
    for (int row = 0; row < 2; row++) {
        assert_int_equal(om_text_add(text, "\nGENE%02d", row), OM_OK);
        for (int p = 0; p < PROFILES; p++) {
            assert_int_equal(om_text_add(text, p == BROKEN && row == 1 ? ",?" : ",1"), OM_OK);
        }
    }
    assert_int_equal(om_text_add(text, "\n"), OM_OK);
    expect_error(om_text_get(text), "broken.csv:3: column 'P60'", "found '?'");
    om_text_destroy(&text);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    tiny_model_create(&tiny);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_error_of_one_rank),
    };
    int failed = cmocka_run_group_tests_name("predict", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    om_model_destroy(&tiny.model);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
