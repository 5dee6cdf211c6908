/* Principal components against what defines them, by plain loops. */
#include "learn/principal.h"
#include "learn/training_set_private.h"
#include "oncomark/stop.h"
#include "tiny_synthetic.h"
#include "unit_test.h"

#include <math.h>
#include <signal.h>

enum { D = 60, MANY = 301, FEW = 12 };

static om_ctx *ctx;
static char path[2 * TEST_PATH];
static om_sample_table *table;
static int64_t genes[D];
static int64_t rows[MANY];

/* A set, its scaling by the first n of `rows`, and their z-scores. */
typedef struct fixture {
    om_training_set *set;
    const int64_t *rows;
    int64_t n;
    double mean[D];
    double sd[D];
    om_z_source *source;
} fixture;

/* ranks_a_node 0: every node holds all samples. */
static void make(fixture *out, int ranks_a_node, const int64_t *chosen, int64_t n) {
    int size = om_context_size(ctx);
    int n_nodes = ranks_a_node == 0 ? 1 : (size + ranks_a_node - 1) / ranks_a_node;
    int64_t samples = (TINY_SAMPLES + n_nodes - 1) / n_nodes;
    om_node_room room = {samples * D * (int64_t)sizeof(uint16_t), ranks_a_node};
    *out = (fixture){.rows = chosen, .n = n};
    if (om_training_set_create_within(&out->set, ctx, path, table, genes, D, room) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(om_training_set_shares(out->set) != NULL, n_nodes > 1);
    assert_int_equal(om_training_set_scale(ctx, out->set, chosen, n, out->mean, out->sd), OM_OK);
    assert_int_equal(
        om_z_source_create(&out->source, ctx, out->set, D, out->mean, out->sd, chosen, n), OM_OK);
}

static void release(fixture *from) {
    om_z_source_destroy(&from->source);
    om_training_set_destroy(&from->set);
}

static double z_of(const fixture *from, const uint32_t *counts, int f) {
    double larger = 0, equal = 0;
    for (int other = 0; other < D; other++) {
        larger += counts[other] > counts[f];
        equal += counts[other] == counts[f];
    }
    return (log2(larger + (equal + 1) / 2) - from->mean[f]) / from->sd[f];
}

static void fill_covariance(double covariance[D * D], const fixture *from) {
    memset(covariance, 0, D * D * sizeof *covariance);
    for (int64_t i = 0; i < from->n; i++) {
        uint32_t counts[TINY_GENES];
        double z[D];
        tiny_counts(from->rows[i], counts);
        for (int f = 0; f < D; f++) {
            z[f] = z_of(from, counts, f);
        }
        for (int f = 0; f < D * D; f++) {
            covariance[f] += z[f / D] * z[f % D] / (double)(from->n - 1);
        }
    }
}

static void check_near(double found, double expected, double tolerance) {
    if (!(fabs(found - expected) <= tolerance)) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

/* Orthogonal, of length 1, each with its largest entry positive. */
static void check_loadings(const om_principal *principal) {
    for (int64_t a = 0; a < principal->n_components; a++) {
        const double *loadings = principal->loadings + a * D;
        double least = 0, most = 0;
        for (int64_t b = 0; b <= a; b++) {
            double sum = 0;
            for (int f = 0; f < D; f++) {
                sum += loadings[f] * principal->loadings[b * D + f];
            }
            check_near(sum, a == b, 1e-9);
        }
        for (int f = 0; f < D; f++) {
            least = fmin(least, loadings[f]);
            most = fmax(most, loadings[f]);
        }
        assert_true(most >= -least * (1 - 1e-8));
    }
}

/* Eigenvectors of the covariance, by decreasing eigenvalue. */
static void check_components(const om_principal *principal, const fixture *from) {
    static double covariance[D * D];
    double trace = 0;
    fill_covariance(covariance, from);
    for (int f = 0; f < D; f++) {
        trace += covariance[f * D + f];
    }
    check_near(principal->total_variance, trace, 1e-10 * trace);
    for (int64_t c = 0; c < principal->n_components; c++) {
        const double *loadings = principal->loadings + c * D;
        assert_true(c == 0 || principal->variance[c] <= principal->variance[c - 1]);
        for (int f = 0; f < D; f++) {
            double sum = 0;
            for (int g = 0; g < D; g++) {
                sum += covariance[f * D + g] * loadings[g];
            }
            check_near(sum, principal->variance[c] * loadings[f], 1e-10 * principal->variance[0]);
        }
    }
    check_loadings(principal);
}

static void check_same_on_all_ranks(const om_principal *principal) {
    double of_root[D];
    for (int64_t c = 0; c < principal->n_components; c++) {
        memcpy(of_root, principal->loadings + c * D, sizeof of_root);
        assert_int_equal(om_broadcast(ctx, 0, of_root, sizeof of_root), OM_OK);
        assert_memory_equal(of_root, principal->loadings + c * D, sizeof of_root);
    }
}

/* All that there are have all variance; the first few are the same ones. */
static void check(const fixture *from, int64_t there_are) {
    om_principal *all = NULL, *some = NULL;
    double sum = 0;
    if (om_principal_compute(&all, ctx, from->source, 10000) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(all->n_samples, from->n);
    assert_int_equal(all->n_features, D);
    assert_int_equal(all->n_components, there_are);
    check_components(all, from);
    check_same_on_all_ranks(all);
    for (int64_t c = 0; c < there_are; c++) {
        sum += all->variance[c];
    }
    check_near(sum, all->total_variance, 1e-10 * sum);
    assert_int_equal(om_principal_compute(&some, ctx, from->source, 3), OM_OK);
    assert_int_equal(some->n_components, 3);
    check_components(some, from);
    for (int c = 0; c < 3; c++) {
        check_near(some->variance[c], all->variance[c], 1e-10 * all->variance[0]);
    }
    om_principal_destroy(&some);
    om_principal_destroy(&all);
}

static void test_more_samples_than_features(void **state) {
    (void)state;
    for (int ranks_a_node = 0; ranks_a_node <= 2; ranks_a_node++) {
        fixture many;
        make(&many, ranks_a_node, rows, MANY);
        check(&many, D);
        release(&many);
    }
}

static void test_more_features_than_samples(void **state) {
    (void)state;
    for (int ranks_a_node = 0; ranks_a_node <= 2; ranks_a_node++) {
        fixture few;
        make(&few, ranks_a_node, rows, FEW);
        check(&few, FEW - 1);
        release(&few);
    }
}

/* Copies of a sample bring no component. */
static void test_samples_that_are_the_same(void **state) {
    (void)state;
    int64_t twice[FEW];
    for (int i = 0; i < FEW; i++) {
        twice[i] = rows[i / 2];
    }
    fixture few;
    make(&few, 0, twice, FEW);
    check(&few, FEW / 2 - 1);
    release(&few);
}

static void assert_refused(const int64_t *chosen, int64_t n, const char *message) {
    om_principal *principal = NULL;
    fixture none;
    make(&none, 0, chosen, n);
    assert_int_equal(om_principal_compute(&principal, ctx, none.source, 5), OM_USAGE);
    assert_null(principal);
    assert_message_has(message);
    release(&none);
}

static void test_nothing_varies(void **state) {
    (void)state;
    int64_t same[FEW], all_same[D + FEW];
    for (int i = 0; i < D + FEW; i++) {
        same[i % FEW] = all_same[i] = 7;
    }
    assert_refused(same, FEW, "the 12 training samples are all the same");
    assert_refused(all_same, D + FEW, "the 72 training samples are all the same");
    assert_refused(rows, 1, "found 1 training sample, expected at least two");
}

static void test_stops(void **state) {
    (void)state;
    om_principal *principal = NULL;
    fixture many;
    make(&many, 0, rows, MANY);
    om_stop_listen();
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
        raise(SIGUSR1);
    }
    assert_int_equal(om_principal_compute(&principal, ctx, many.source, 5), OM_STOPPED);
    assert_null(principal);
    om_stop_listen();
    release(&many);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    char folder[TEST_PATH];
    test_context_create(&ctx);
    tiny_share(ctx, folder, path);
    for (int i = 0; i < MANY; i++) {
        rows[i] = i * 77 % TINY_SAMPLES;
    }
    for (int f = 0; f < D; f++) {
        genes[f] = f;
    }
    if (om_sample_table_read(&table, ctx, path) != OM_OK) {
        fprintf(stderr, "%s\n", om_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_samples_than_features),
        cmocka_unit_test(test_more_features_than_samples),
        cmocka_unit_test(test_samples_that_are_the_same),
        cmocka_unit_test(test_nothing_varies),
        cmocka_unit_test(test_stops),
    };
    int failed = cmocka_run_group_tests_name("principal", tests, NULL, NULL);
    om_sample_table_destroy(&table);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
