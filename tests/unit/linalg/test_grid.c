/* Shapes of grids, and what a rank holds of a matrix. */
#include "unit_test.h"

#include <stdio.h>

#include "linalg/symmetric_private.h"

static void shapes_are_nearly_square_and_use_most_ranks(void **state) {
    (void)state;
    for (int ranks = 1; ranks <= 4096; ranks++) {
        om_grid_shape shape = om_grid_choose(ranks);
        int used = shape.rows * shape.columns;
        assert_true(shape.rows >= 1 && shape.rows <= shape.columns);
        assert_true(used <= ranks);
        assert_true(ranks == 1 || used > 1);
        assert_true((ranks - used) * 6 <= ranks);
        if (ranks >= 64) {
            assert_true(shape.columns <= 2 * shape.rows);
        }
    }
}

static void some_shapes(void **state) {
    static const int expected[][3] = {{1, 1, 1}, {2, 1, 2}, {3, 1, 3}, {4, 2, 2},  {5, 1, 5},
                                      {6, 2, 3}, {7, 2, 3}, {9, 3, 3}, {16, 4, 4}, {1024, 32, 32}};
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        om_grid_shape shape = om_grid_choose(expected[i][0]);
        assert_int_equal(shape.rows, expected[i][1]);
        assert_int_equal(shape.columns, expected[i][2]);
    }
}

static void a_rank_holds_its_share(void **state) {
    static const int64_t sizes[] = {1000, 2000, 9326, 32767};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double whole = (double)sizes[i] * (double)sizes[i] * 8;
        for (int ranks = 1; ranks <= 1100; ranks++) {
            assert_true((double)om_symmetric_local_bytes(sizes[i], ranks) <= 1.3 * whole / ranks);
        }
    }
}

static void large_matrices_have_large_blocks(void **state) {
    (void)state;
    assert_int_equal(om_symmetric_block(9326, om_grid_choose(1), 1), 128);
    assert_int_equal(om_symmetric_block(9326, om_grid_choose(7), 7), 128);
    assert_int_equal(om_symmetric_block(1, om_grid_choose(7), 7), 1);
}

/* What the message asks for would do, and one rank less would not. */
static void too_little_room_is_refused(void **state) {
    static const char message[] = "covariance: 9326 x 9326 values take ";
    const int64_t room = (int64_t)300 << 20;
    (void)state;
    assert_int_equal(om_symmetric_check_room(9326, 2, room, "covariance"), OM_USAGE);
    assert_message_has(message);
    assert_message_has(" on each of 2 ranks, found 300 MiB; ");
    int enough = 0;
    assert_int_equal(sscanf(strstr(om_error_message(), "MiB; "), "MiB; %d", &enough), 1);
    assert_true(enough > 2);
    assert_int_equal(om_symmetric_check_room(9326, enough, room, "covariance"), OM_OK);
    assert_int_equal(om_symmetric_check_room(9326, enough - 1, room, "covariance"), OM_USAGE);
    assert_int_equal(om_symmetric_check_room(9326, 2, 1 << 20, "covariance"), OM_USAGE);
    assert_message_has("too few at any number of ranks");
    assert_int_equal(om_symmetric_check_room(0, 2, room, "covariance"), OM_USAGE);
}

/* Three vectors for each that is wanted, and two more blocks; all of them at once where many are.
 */
static void eigenvectors_take_room(void **state) {
    (void)state;
    assert_true(om_symmetric_leading_bytes(20000, 50) > (int64_t)3 * 8 * 20000 * 50);
    assert_true(om_symmetric_leading_bytes(20000, 4000) > (int64_t)3 * 8 * 20000 * 8000);
    assert_true(om_symmetric_leading_bytes(20000, 6000) > (int64_t)8 * 20000 * 6000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_nearly_square_and_use_most_ranks),
        cmocka_unit_test(some_shapes),
        cmocka_unit_test(a_rank_holds_its_share),
        cmocka_unit_test(large_matrices_have_large_blocks),
        cmocka_unit_test(eigenvectors_take_room),
        cmocka_unit_test(too_little_room_is_refused),
    };
    return cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
