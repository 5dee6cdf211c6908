/* Symmetric matrices dealt out over the ranks, against what a plain loop computes. */
#include "linalg/symmetric_private.h"
#include "unit_test.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "test_ranks.h"

#include <math.h>

static const int64_t plenty = (int64_t)4 << 30;

static om_ctx *ctx;
static om_grid *grid;

static void check_near(double found, double expected, double tolerance) {
    if (!(fabs(found - expected) <= tolerance)) {
        fail_msg("found %.17g, expected %.17g to %g", found, expected, tolerance);
    }
}

/* Values [n_terms x n_items] of which a matrix is made. */
typedef struct terms {
    int64_t n_items;
    int64_t n_terms;
    double *values;
    int64_t begun; /* the next panel has to start here */
} terms;

static terms make_terms(int64_t n_items, int64_t n_terms) {
    terms made = {.n_items = n_items, .n_terms = n_terms};
    om_random random = om_random_stream(7, OM_PURPOSE_TEST, (uint64_t)n_items);
    made.values = om_calloc(n_items * n_terms, sizeof *made.values);
    assert_non_null(made.values);
    for (int64_t t = 0; t < n_terms; t++) {
        for (int64_t i = 0; i < n_items; i++) {
            /* Terms of falling weight: leading values are well apart. */
            made.values[t * n_items + i] = om_random_normal(&random) * pow(0.9, (double)t);
        }
    }
    return made;
}

static om_status begin(void *self, int64_t first, int64_t n) {
    terms *made = self;
    assert_int_equal(first, made->begun);
    made->begun += n;
    return OM_OK;
}

static void pack(void *self, double *values, const int64_t *items, int64_t n_items, int64_t first,
                 int64_t n) {
    const terms *made = self;
    assert_true(first + n <= made->begun);
    for (int64_t t = 0; t < n; t++) {
        for (int64_t i = 0; i < n_items; i++) {
            values[t * n_items + i] = made->values[(first + t) * made->n_items + items[i]];
        }
    }
}

static om_symmetric *make_matrix(terms *made) {
    om_symmetric *matrix = NULL;
    const om_panel_source source = {.self = made,
                                    .n_items = made->n_items,
                                    .n_terms = made->n_terms,
                                    .begin = begin,
                                    .pack = pack};
    assert_int_equal(om_symmetric_create(&matrix, grid, made->n_items, plenty, "products"), OM_OK);
    assert_int_equal(om_symmetric_add_terms(matrix, &source), OM_OK);
    assert_int_equal(made->begun, made->n_terms);
    return matrix;
}

static double product(const terms *made, int64_t i, int64_t j) {
    double sum = 0;
    for (int64_t t = 0; t < made->n_terms; t++) {
        sum += made->values[t * made->n_items + i] * made->values[t * made->n_items + j];
    }
    return sum;
}

static void check_sums(int64_t n_items, int64_t n_terms) {
    terms made = make_terms(n_items, n_terms);
    om_symmetric *matrix = make_matrix(&made);
    double trace = 0, expected_trace = 0;
    for (int column = 0; column < matrix->n_columns; column++) {
        for (int row = 0; row < matrix->n_rows; row++) {
            int64_t i = matrix->row_items[row], j = matrix->column_items[column];
            if (i >= j) {
                check_near(matrix->values[(int64_t)column * matrix->leading + row],
                           product(&made, i, j), 1e-10);
            }
        }
    }
    for (int64_t i = 0; i < n_items; i++) {
        expected_trace += product(&made, i, i);
    }
    assert_int_equal(om_symmetric_trace(&trace, matrix), OM_OK);
    check_near(trace, expected_trace, 1e-10 * expected_trace);
    om_symmetric_scale(matrix, 0.5);
    om_symmetric_add_to_diagonal(matrix, 3);
    assert_int_equal(om_symmetric_trace(&trace, matrix), OM_OK);
    check_near(trace, expected_trace / 2 + 3 * (double)n_items, 1e-10 * expected_trace);
    om_symmetric_destroy(&matrix);
    om_free(made.values);
}

static void sums_of_terms(void **state) {
    (void)state;
    check_sums(1, 3);
    check_sums(5, 2);
    check_sums(61, 1);
    check_sums(300, 700);
}

/* Every element is on one rank. */
static void elements_are_dealt_out(void **state) {
    (void)state;
    om_symmetric *matrix = NULL;
    assert_int_equal(om_symmetric_create(&matrix, grid, 75, plenty, "products"), OM_OK);
    int64_t held[75 * 75] = {0};
    for (int column = 0; column < matrix->n_columns; column++) {
        for (int row = 0; row < matrix->n_rows; row++) {
            held[matrix->row_items[row] * 75 + matrix->column_items[column]]++;
        }
    }
    assert_int_equal(om_sum_i64(ctx, held, 75 * 75), OM_OK);
    for (int i = 0; i < 75 * 75; i++) {
        assert_int_equal(held[i], 1);
    }
    om_symmetric_destroy(&matrix);
}

typedef om_status (*leading)(double *values, double *vectors, om_symmetric *matrix, int64_t count);

static double inner(const double *a, const double *b, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* Decreasing, orthonormal, and the matrix stretches each by its value. */
static void check_eigenvectors(const terms *made, const double *values, const double *vectors,
                               int64_t count) {
    int64_t n = made->n_items;
    double *image = om_calloc(n, sizeof *image);
    assert_non_null(image);
    for (int64_t c = 0; c < count; c++) {
        const double *vector = vectors + c * n;
        assert_true(c == 0 || values[c] <= values[c - 1]);
        for (int64_t other = 0; other <= c; other++) {
            check_near(inner(vector, vectors + other * n, n), other == c ? 1 : 0, 1e-10);
        }
        memset(image, 0, (size_t)n * sizeof *image);
        for (int64_t t = 0; t < made->n_terms; t++) {
            const double *term = made->values + t * n;
            double length = inner(term, vector, n);
            for (int64_t i = 0; i < n; i++) {
                image[i] += length * term[i];
            }
        }
        for (int64_t i = 0; i < n; i++) {
            check_near(image[i], values[c] * vector[i], 1e-10 * values[0]);
        }
    }
    om_free(image);
}

static void check_leading(leading find, int64_t n_items, int64_t n_terms, int64_t count) {
    terms made = make_terms(n_items, n_terms);
    om_symmetric *matrix = make_matrix(&made);
    double *values = om_calloc(count, sizeof *values);
    double *vectors = om_calloc(count * n_items, sizeof *vectors);
    assert_true(values != NULL && vectors != NULL);
    assert_int_equal(find(values, vectors, matrix, count), OM_OK);
    check_eigenvectors(&made, values, vectors, count);
    om_free(vectors);
    om_free(values);
    om_symmetric_destroy(&matrix);
    om_free(made.values);
}

static void all_eigenvectors(void **state) {
    (void)state;
    check_leading(om_symmetric_leading_dense, 1, 1, 1);
    check_leading(om_symmetric_leading_dense, 2, 9, 2);
    check_leading(om_symmetric_leading_dense, 40, 60, 40);
    check_leading(om_symmetric_leading_dense, 150, 20, 30); /* the last ten values are 0 */
}

static void few_eigenvectors(void **state) {
    (void)state;
    check_leading(om_symmetric_leading_lanczos, 400, 60, 10);
    check_leading(om_symmetric_leading_lanczos, 700, 90, 40);
    check_leading(om_symmetric_leading_lanczos, 400, 5, 10); /* five values are 0 */
}

/* Both ways give the same; and several alike values are all found. */
static void values_that_are_alike(void **state) {
    enum { N = 500, ALIKE = 30, COUNT = 32 };
    double *values = om_calloc(COUNT, sizeof *values);
    double *vectors = om_calloc((int64_t)COUNT * N, sizeof *vectors);
    (void)state;
    assert_true(values != NULL && vectors != NULL);
    leading ways[] = {om_symmetric_leading_dense, om_symmetric_leading_lanczos};
    for (int way = 0; way < 2; way++) {
        om_symmetric *matrix = NULL;
        assert_int_equal(om_symmetric_create(&matrix, grid, N, plenty, "diagonal"), OM_OK);
        for (int column = 0; column < matrix->n_columns; column++) {
            for (int row = 0; row < matrix->n_rows; row++) {
                int64_t item = matrix->row_items[row];
                if (item == matrix->column_items[column]) {
                    matrix->values[(int64_t)column * matrix->leading + row] =
                        item < ALIKE ? 5 : 4 - (double)item / N;
                }
            }
        }
        assert_int_equal(ways[way](values, vectors, matrix, COUNT), OM_OK);
        for (int c = 0; c < COUNT; c++) {
            double expected = c < ALIKE ? 5 : 4 - (double)c / N;
            check_near(values[c], expected, 1e-11);
        }
        om_symmetric_destroy(&matrix);
    }
    om_free(vectors);
    om_free(values);
}

/* The entry that is largest, or the first of those that are, is positive. */
static void signs(void **state) {
    double values[2], vectors[2 * 3];
    terms made = make_terms(3, 2);
    const double chosen[] = {-3, 3, 1, 0, 0, -1};
    (void)state;
    memcpy(made.values, chosen, sizeof chosen);
    om_symmetric *matrix = make_matrix(&made);
    assert_int_equal(om_symmetric_leading(values, vectors, matrix, 2), OM_OK);
    assert_true(vectors[0] > 0.6 && vectors[1] < -0.6);
    assert_true(vectors[3 + 2] > 0.9);
    om_symmetric_destroy(&matrix);
    om_free(made.values);
}

static void check_solution(int64_t n_items, int64_t count) {
    terms made = make_terms(n_items, 50);
    om_symmetric *matrix = make_matrix(&made), *copy = NULL;
    double *solutions = om_calloc(count * n_items, sizeof *solutions);
    double *expected = om_calloc(count * n_items, sizeof *expected);
    om_random random = om_random_stream(8, OM_PURPOSE_TEST, 0);
    assert_true(solutions != NULL && expected != NULL);
    for (int64_t i = 0; i < count * n_items; i++) {
        expected[i] = om_random_normal(&random);
    }
    om_symmetric_add_to_diagonal(matrix, 2);
    assert_int_equal(om_symmetric_create(&copy, grid, n_items, plenty, "copy"), OM_OK);
    om_symmetric_copy(copy, matrix);
    assert_int_equal(om_symmetric_times(solutions, expected, matrix, count), OM_OK);
    assert_int_equal(om_symmetric_solve(copy, solutions, count), OM_OK);
    for (int64_t i = 0; i < count * n_items; i++) {
        check_near(solutions[i], expected[i], 1e-10);
    }
    om_free(expected);
    om_free(solutions);
    om_symmetric_destroy(&copy);
    om_symmetric_destroy(&matrix);
    om_free(made.values);
}

static void solutions(void **state) {
    (void)state;
    check_solution(1, 1);
    check_solution(30, 7);
    check_solution(333, 2);
}

static void an_indefinite_matrix_is_refused(void **state) {
    double right[4] = {1, 1, 1, 1};
    om_symmetric *matrix = NULL;
    (void)state;
    assert_int_equal(om_symmetric_create(&matrix, grid, 4, plenty, "penalised products"), OM_OK);
    om_symmetric_add_to_diagonal(matrix, -1);
    assert_int_equal(om_symmetric_solve(matrix, right, 1), OM_INPUT);
    assert_message_has(
        "penalised products: found no positive definite matrix: its leading minor 1");
    om_symmetric_destroy(&matrix);
}

static void too_little_room_is_refused(void **state) {
    om_symmetric *matrix = NULL;
    int64_t room = 0;
    (void)state;
    assert_int_equal(om_symmetric_create(&matrix, grid, 3000, 50 << 20, "covariance"), OM_USAGE);
    assert_message_has("covariance: 3000 x 3000 values take ");
    assert_null(matrix);
    assert_int_equal(om_symmetric_room(&room, ctx), OM_OK);
    assert_true(room > 0);
}

static int set_up(void **state) {
    (void)state;
    return om_grid_create(&grid, ctx) == OM_OK ? 0 : 1;
}

static int tear_down(void **state) {
    (void)state;
    om_grid_destroy(&grid);
    return 0;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_dealt_out),
        cmocka_unit_test(sums_of_terms),
        cmocka_unit_test(all_eigenvectors),
        cmocka_unit_test(few_eigenvectors),
        cmocka_unit_test(values_that_are_alike),
        cmocka_unit_test(signs),
        cmocka_unit_test(solutions),
        cmocka_unit_test(an_indefinite_matrix_is_refused),
        cmocka_unit_test(too_little_room_is_refused),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    int failed = cmocka_run_group_tests_name("symmetric", tests, set_up, tear_down);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
