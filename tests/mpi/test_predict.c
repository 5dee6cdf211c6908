/* Predictions of tables in every layout, against the network by its definition. */
#include "oncomark/predict.h"

#include "oncomark/atomic_file.h"
#include "oncomark/h5.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit/learn/naive_network.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <hdf5.h>
#include <inttypes.h>

enum { D = 30, H = 5, W = 2, PROFILES = 75, BROKEN = 60 };

static om_ctx *world;
static char folder[TEST_PATH];
static double values[PROFILES][D]; /* the gene before the last is missing in all tables: zeros */
static double expected[PROFILES][OM_N_HALLMARKS];
static om_model *model;

static const double fractions[] = {0, 0, 0.25, 1, 3, 1234.5, 0.125, 17, 1e6};

static void make_model(void) {
    om_model *made = om_calloc(1, sizeof *made);
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 1);
    assert_int_equal(om_strings_create(&made->genes), OM_OK);
    made->mean = om_calloc(D, sizeof *made->mean);
    made->sd = om_calloc(D, sizeof *made->sd);
    for (int f = 0; f < D; f++) {
        char name[16];
        snprintf(name, sizeof name, "GENE%02d", f);
        assert_int_equal(om_strings_add(made->genes, name), OM_OK);
        made->mean[f] = 3 + om_random_uniform(&random);
        made->sd[f] = 0.5 + om_random_uniform(&random);
    }
    assert_int_equal(om_network_create(&made->network, (om_network_shape){D, H, W}), OM_OK);
    om_network_initialise(made->network, 5);
    model = made;
}

static void make_values(void) {
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 2);
    for (int p = 0; p < PROFILES; p++) {
        for (int f = 0; f < D; f++) {
            values[p][f] = f == D - 2 ? 0 : fractions[om_random_below(&random, 9)];
        }
    }
}

static void make_expected(void) {
    int64_t n = model->network->n_parameters;
    naive_network naive = {model->network->shape, n, calloc((size_t)n, sizeof(double))};
    for (int64_t i = 0; i < n; i++) {
        naive.parameters[i] = (double)model->network->parameters[i];
    }
    for (int p = 0; p < PROFILES; p++) {
        double x[D];
        for (int f = 0; f < D; f++) {
            double rank = 0.5;
            for (int other = 0; other < D; other++) {
                rank += values[p][other] > values[p][f];
                rank += 0.5 * (values[p][other] == values[p][f]);
            }
            x[f] = (log2(rank) - model->mean[f]) / model->sd[f];
        }
        naive_pass(&naive, x, expected[p], NULL, NULL);
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            expected[p][k] = 1 / (1 + exp(-expected[p][k]));
        }
    }
    free(naive.parameters);
}

static char *path_of(const char *name) {
    return om_format("%s/%s", folder, name);
}

/* Rank 0 writes; all ranks wait for it. */
static void write_table(const char *name, const om_text *text, bool gzip) {
    if (om_context_is_root(world)) {
        if (gzip) {
            test_write_gzip(folder, name, om_text_get(text));
        } else {
            test_write(folder, name, om_text_get(text));
        }
    }
    MPI_Barrier(om_context_comm(world));
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
        if (f != D - 2) {
            assert_int_equal(om_text_add(text, ",gene%02d", f), OM_OK);
        }
    }
    assert_int_equal(om_text_add(text, ",GENE03\n"), OM_OK); /* the first of duplicates counts */
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(text, "P%d,\"Breast, NOS\",7", p), OM_OK);
        for (int f = 0; f < D; f++) {
            if (f != D - 2) {
                add(text, ",", values[p][f]);
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
        if (f == D - 2) {
            continue;
        }
        assert_int_equal(row < 0 ? om_text_add(text, "?") : om_text_add(text, "GENE%02d", f),
                         OM_OK);
        assert_int_equal(om_text_add(text, "%s", identifiers ? "|100133144" : ""), OM_OK);
        assert_int_equal(om_text_add(text, "%s", extra ? "\tsome words\t8" : ""), OM_OK);
        for (int p = 0; p < PROFILES; p++) {
            add(text, "\t", row < 0 || row == D ? 42 : values[p][f]);
        }
        assert_int_equal(om_text_add(text, "%s\n", extra ? "\t1000" : ""), OM_OK);
    }
    write_table(name, text, false);
    om_text_destroy(&text);
}

static om_predictions *predict(om_ctx *ctx, const char *name) {
    om_predictions *predictions = NULL;
    char *path = path_of(name);
    if (om_predict(&predictions, ctx, model, path) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_free(path);
    return predictions;
}

static void check_table(const char *name, int64_t n_left_out) {
    om_predictions *predictions = predict(world, name);
    assert_int_equal(predictions->n_profiles, PROFILES);
    assert_int_equal(predictions->n_features, D);
    assert_int_equal(predictions->n_found, D - 1);
    assert_int_equal(om_strings_count(predictions->left_out), n_left_out);
    for (int p = 0; p < PROFILES; p++) {
        char text[16];
        snprintf(text, sizeof text, "P%d", p);
        assert_string_equal(om_strings_get(predictions->profiles, p), text);
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            double found = (double)predictions->probabilities[p * OM_N_HALLMARKS + k];
            assert_true(fabs(found - expected[p][k]) < 1e-6);
        }
    }
    /* One rank alone gets the same bits. */
    om_ctx *part = NULL;
    bool is_root = om_context_is_root(world);
    assert_int_equal(om_context_split(&part, world, is_root ? 0 : 1), OM_OK);
    om_predictions *alone = predict(part, name);
    assert_memory_equal(alone->probabilities, predictions->probabilities,
                        PROFILES * OM_N_HALLMARKS * sizeof(float));
    om_predictions_destroy(&alone);
    om_context_destroy(&part);
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
    assert_int_equal(om_predict(&predictions, world, model, path), OM_INPUT);
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

static const om_model_source source = {
    .loss = "masked", .split = "patient", .feature_samples = "training", .seed = UINT64_MAX};

/* A model one of whose arrays has another shape; on one rank. */
static void expect_bad_array(const char *name, int n_dimensions, const hsize_t *shape,
                             const char *message) {
    om_digest digest;
    om_model *read = NULL;
    char *path = path_of("bad.h5");
    assert_int_equal(om_model_write(model, &source, path, &digest), OM_OK);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0 && H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    hid_t space = H5Screate_simple(n_dimensions, shape, NULL);
    hid_t array =
        H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(array >= 0);
    H5Dclose(array);
    H5Sclose(space);
    H5Fclose(file);
    assert_int_equal(om_model_read(&read, path), OM_INPUT);
    assert_null(read);
    assert_message_has(message);
    om_free(path);
}

static void test_model_of_wrong_shapes(void **state) {
    (void)state;
    if (!om_context_is_root(world)) {
        return;
    }
    expect_bad_array("w1", 2, (hsize_t[]){H, D - 1}, "w1: dimension 2: found 29, expected 30");
    expect_bad_array("b1", 1, (hsize_t[]){H + 1}, "b1: dimension 1: found 6, expected 5");
    expect_bad_array("w2", 3, (hsize_t[]){9, W, H}, "w2: dimension 1: found 9, expected 10");
    expect_bad_array("w2", 3, (hsize_t[]){10, 0, H}, "w2: found layers of 5 and 0 units");
    expect_bad_array("w3", 1, (hsize_t[]){10 * W}, "w3: found 1 dimensions, expected 2");
    expect_bad_array("mean", 1, (hsize_t[]){D + 1}, "mean: dimension 1: found 31, expected 30");
}

static void test_model_round_trip(void **state) {
    (void)state;
    if (!om_context_is_root(world)) {
        return;
    }
    om_digest digest, of_file;
    om_model *read = NULL;
    char *path = path_of("model.h5");
    assert_int_equal(om_model_write(model, &source, path, &digest), OM_OK);
    assert_int_equal(om_h5_digest_file(path, &of_file), OM_OK);
    assert_memory_equal(&digest, &of_file, sizeof digest);
    assert_int_equal(om_model_read(&read, path), OM_OK);
    assert_int_equal(read->network->n_parameters, model->network->n_parameters);
    assert_memory_equal(read->network->parameters, model->network->parameters,
                        (size_t)model->network->n_parameters * sizeof(float));
    assert_memory_equal(read->mean, model->mean, D * sizeof(double));
    assert_memory_equal(read->sd, model->sd, D * sizeof(double));
    assert_string_equal(om_strings_get(read->genes, D - 1), "GENE29");
    om_model_destroy(&read);

    model->sd[4] = 0;
    assert_int_equal(om_model_write(model, &source, path, &digest), OM_OK);
    model->sd[4] = 1;
    assert_int_equal(om_model_read(&read, path), OM_INPUT);
    assert_null(read);
    assert_message_has("sd: gene 4");
    assert_int_equal(om_file_write(path, "profile,AIM\n", 12), OM_OK);
    assert_int_equal(om_model_read(&read, path), OM_INPUT);
    om_free(path);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    make_model();
    make_values();
    make_expected();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_error_of_one_rank),
        cmocka_unit_test(test_model_round_trip),
        cmocka_unit_test(test_model_of_wrong_shapes),
    };
    int failed = cmocka_run_group_tests_name("predict", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    om_model_destroy(&model);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
