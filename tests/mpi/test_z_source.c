/* Z-scores of a training set, held by each node or shared out, against plain loops. */
#include "learn/training_set_private.h"
#include "learn/z_source.h"
#include "oncomark/stop.h"
#include "tiny_synthetic.h"
#include "unit_test.h"

#include <math.h>
#include <signal.h>

enum { D = 60, N = 301, COUNT = 3 };

static om_ctx *ctx;
static char path[2 * TEST_PATH];
static om_sample_table *table;
static int64_t genes[D];
static int64_t rows[N]; /* neither ascending nor all */
static double mean[D], sd[D];
static double expected_z[N * D];

static om_training_set *make(om_node_room room) {
    om_training_set *set = NULL;
    if (om_training_set_create_within(&set, ctx, path, table, genes, D, room) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return set;
}

/* Every so many ranks are a node. */
static om_training_set *make_shared_out(int ranks_a_node) {
    int n_nodes = (om_context_size(ctx) + ranks_a_node - 1) / ranks_a_node;
    int64_t samples = (TINY_SAMPLES + n_nodes - 1) / n_nodes;
    om_training_set *set =
        make((om_node_room){samples * D * (int64_t)sizeof(uint16_t), ranks_a_node});
    assert_int_equal(om_training_set_shares(set) != NULL, n_nodes > 1);
    return set;
}

/* Doubled ranks by counting, as the definition has them. */
static void fill_expected(void) {
    for (int i = 0; i < N; i++) {
        uint32_t counts[TINY_GENES];
        tiny_counts(rows[i], counts);
        for (int f = 0; f < D; f++) {
            double larger = 0, equal = 0;
            for (int other = 0; other < D; other++) {
                larger += counts[other] > counts[f];
                equal += counts[other] == counts[f];
            }
            double rank = larger + (equal + 1) / 2;
            expected_z[i * D + f] = (log2(rank) - mean[f]) / sd[f];
        }
    }
}

static void assert_close(double found, double expected) {
    if (!(fabs(found - expected) <= 1e-12 * (1 + fabs(expected)))) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

static double weight(int64_t i, int64_t j) {
    return cos((double)(7 * i + 3 * j * j));
}

static void check_projections(om_z_source *source) {
    static double weights[COUNT * D], found[N * COUNT], lengths[N], again[N * COUNT];
    for (int k = 0; k < COUNT; k++) {
        for (int f = 0; f < D; f++) {
            weights[k * D + f] = weight(k, f);
        }
    }
    assert_int_equal(om_z_source_project(found, lengths, source, weights, COUNT), OM_OK);
    assert_int_equal(om_z_source_project(again, NULL, source, weights, COUNT), OM_OK);
    assert_memory_equal(found, again, sizeof found);
    for (int i = 0; i < N; i++) {
        const double *z = expected_z + i * D;
        double length = 0;
        for (int k = 0; k < COUNT; k++) {
            double sum = 0;
            for (int f = 0; f < D; f++) {
                sum += z[f] * weights[k * D + f];
            }
            assert_close(found[i * COUNT + k], sum);
        }
        for (int f = 0; f < D; f++) {
            length += z[f] * z[f];
        }
        assert_close(lengths[i], length);
    }
}

static void check_sums(om_z_source *source) {
    static double coefficients[COUNT * N], found[COUNT * D], root[COUNT * D];
    for (int k = 0; k < COUNT; k++) {
        for (int i = 0; i < N; i++) {
            coefficients[k * N + i] = weight(i, k);
        }
    }
    assert_int_equal(om_z_source_combine(found, source, coefficients, COUNT), OM_OK);
    for (int k = 0; k < COUNT; k++) {
        for (int f = 0; f < D; f++) {
            double sum = 0;
            for (int i = 0; i < N; i++) {
                sum += coefficients[k * N + i] * expected_z[i * D + f];
            }
            assert_close(found[k * D + f], sum);
        }
    }
    memcpy(root, found, sizeof root);
    assert_int_equal(om_broadcast(ctx, 0, root, sizeof root), OM_OK);
    assert_memory_equal(found, root, sizeof root);
}

/* Panels of 64 terms, the last one shorter; every third pair of items. Steps of a term and of an
 * item in expected_z tell the two kinds apart. */
static void check_panels(const om_panel_source *panels, int64_t term_step, int64_t item_step) {
    static int64_t items[N];
    static double values[64 * N];
    int64_t n_items = 0;
    for (int64_t i = 0; i < panels->n_items; i++) {
        if (i % 6 < 2) {
            items[n_items++] = i;
        }
    }
    for (int64_t first = 0; first < panels->n_terms; first += 64) {
        int64_t n = panels->n_terms - first < 64 ? panels->n_terms - first : 64;
        if (panels->begin != NULL) {
            assert_int_equal(panels->begin(panels->self, first, n), OM_OK);
        }
        /* All of the panel, then its end only. */
        for (int64_t skipped = 0; skipped < n; skipped += n == 1 ? 1 : n - 1) {
            panels->pack(panels->self, values, items, n_items, first + skipped, n - skipped);
            for (int64_t t = skipped; t < n; t++) {
                for (int64_t i = 0; i < n_items; i++) {
                    assert_close(values[(t - skipped) * n_items + i],
                                 expected_z[(first + t) * term_step + items[i] * item_step]);
                }
            }
        }
    }
}

static void check_set(om_training_set *set) {
    om_z_source *source = NULL;
    assert_int_equal(om_z_source_create(&source, ctx, set, D, mean, sd, rows, N), OM_OK);
    check_projections(source);
    check_sums(source);
    om_panel_source panels = om_z_source_features(source);
    assert_int_equal(panels.n_items, D);
    assert_int_equal(panels.n_terms, N);
    assert_int_equal(panels.begin != NULL, om_training_set_shares(set) != NULL);
    check_panels(&panels, D, 1);
    panels = om_z_source_samples(source);
    assert_int_equal(panels.n_items, N);
    assert_int_equal(panels.n_terms, D);
    check_panels(&panels, 1, D);
    om_z_source_destroy(&source);
    om_training_set_destroy(&set);
}

static void test_each_node_holds_all(void **state) {
    (void)state;
    check_set(make((om_node_room){TINY_SAMPLES * D * (int64_t)sizeof(uint16_t), 0}));
}

static void test_shared_out(void **state) {
    (void)state;
    for (int ranks_a_node = 1; ranks_a_node <= 3; ranks_a_node++) {
        check_set(make_shared_out(ranks_a_node));
    }
}

static void test_fewer_samples_than_ranks(void **state) {
    (void)state;
    om_training_set *set = make_shared_out(1);
    om_z_source *source = NULL;
    double weights[D] = {0}, projection = 0, sums[D], coefficient = 2, length = 0;
    weights[4] = 1;
    assert_int_equal(om_z_source_create(&source, ctx, set, D, mean, sd, rows + 9, 1), OM_OK);
    assert_int_equal(om_z_source_project(&projection, &length, source, weights, 1), OM_OK);
    assert_close(projection, expected_z[9 * D + 4]);
    assert_int_equal(om_z_source_combine(sums, source, &coefficient, 1), OM_OK);
    assert_close(sums[7], 2 * expected_z[9 * D + 7]);
    om_z_source_destroy(&source);
    om_training_set_destroy(&set);
}

static void test_exact(void **state) {
    (void)state;
    const uint16_t ranks[] = {2, 5, 8};
    const double m[] = {0, 1, -1}, s[] = {1, 2, 0.5};
    double z[3];
    double *log2_half = om_log2_half_create(4);
    assert_non_null(log2_half);
    assert_true(log2_half[1] == -1 && log2_half[8] == 2);
    om_z_exact(z, ranks, m, s, log2_half, 3);
    assert_true(z[0] == 0 && z[2] == 6);
    assert_close(z[1], (log2(2.5) - 1) / 2);
    om_free(log2_half);
}

/* All ranks leave together, whichever of them is asked. */
static void test_stops(void **state) {
    (void)state;
    om_training_set *set = make_shared_out(1);
    om_z_source *source = NULL;
    static double weights[D], projections[N];
    assert_int_equal(om_z_source_create(&source, ctx, set, D, mean, sd, rows, N), OM_OK);
    om_stop_listen();
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
        raise(SIGUSR1);
    }
    assert_int_equal(om_z_source_project(projections, NULL, source, weights, 1), OM_STOPPED);
    om_stop_listen();
    om_z_source_destroy(&source);
    om_training_set_destroy(&set);
}

/* A part of the ranks cannot work on what only others hold. */
static void test_ranks_that_do_not_reach_all_shares(void **state) {
    (void)state;
    om_training_set *set = make_shared_out(1);
    om_z_source *source = NULL;
    om_ctx *part = NULL;
    bool is_alone = om_context_size(ctx) == 1;
    assert_int_equal(om_context_split(&part, ctx, om_context_rank(ctx)), OM_OK);
    assert_int_equal(om_z_source_create(&source, part, set, D, mean, sd, rows, N),
                     is_alone ? OM_OK : OM_MEMORY);
    assert_int_equal(source != NULL, is_alone);
    om_z_source_destroy(&source);
    om_context_destroy(&part);
    om_training_set_destroy(&set);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    char folder[TEST_PATH];
    test_context_create(&ctx);
    tiny_share(ctx, folder, path);
    for (int i = 0; i < N; i++) {
        rows[i] = i * 77 % TINY_SAMPLES;
    }
    for (int f = 0; f < D; f++) {
        genes[f] = f;
        mean[f] = 3 + weight(f, 1);
        sd[f] = 1.5 + weight(f, 2);
    }
    fill_expected();
    if (om_sample_table_read(&table, ctx, path) != OM_OK) {
        fprintf(stderr, "%s\n", om_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_node_holds_all),
        cmocka_unit_test(test_shared_out),
        cmocka_unit_test(test_fewer_samples_than_ranks),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_ranks_that_do_not_reach_all_shares),
    };
    int failed = cmocka_run_group_tests_name("z_source", tests, NULL, NULL);
    om_sample_table_destroy(&table);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
