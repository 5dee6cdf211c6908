/* Rows cut into ranges by their offsets, of which few are read. */
#include "oncomark/h5ad.h"

#include "oncomark/partition.h"
#include "unit_test.h"

#include "store_files.h"

static void assert_ranges(const om_counts *cells) {
    om_h5 *file = open_file(write_store(cells, OM_U16, OM_COMPRESSION_NONE));
    for (int parts = 1; parts <= 9; parts++) {
        for (int part = 0; part < parts; part++) {
            int64_t first, count, expected_first, expected_count;
            om_range_by_weight(cells->indptr, cells->n_cells, parts, part, &expected_first,
                               &expected_count);
            assert_int_equal(om_h5ad_range_by_weight(file, "X", parts, part, &first, &count),
                             OM_OK);
            assert_int_equal(first, expected_first);
            assert_int_equal(count, expected_count);
        }
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_ranges_are_those_of_all_offsets(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    assert_ranges(cells);
    om_counts_destroy(&cells);
    for (int64_t n = 0; n < 8; n += 7) { /* no cells; cells without genes */
        assert_int_equal(om_counts_create(&cells, n, 0), OM_OK);
        cells->n_genes = N_GENES;
        assert_ranges(cells);
        om_counts_destroy(&cells);
    }
}

static void test_wrong_offsets_are_found_on_the_way(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    const char *path = write_store(cells, OM_U16, OM_COMPRESSION_NONE);
    const int64_t far = 1 << 30, one = 1;
    int64_t first, count;
    set_element(path, "X/indptr", H5T_NATIVE_INT64, 200, &far);
    om_h5 *file = open_file(path);
    assert_int_equal(om_h5ad_range_by_weight(file, "X", 2, 0, &first, &count), OM_INPUT);
    assert_message_has("object 'X/indptr': row 200: found offset 1073741824, expected 0 to");
    assert_int_equal(om_h5_close(&file), OM_OK);
    path = write_store(cells, OM_U16, OM_COMPRESSION_NONE);
    set_element(path, "X/indptr", H5T_NATIVE_INT64, 0, &one);
    file = open_file(path);
    assert_int_equal(om_h5ad_range_by_weight(file, "X", 2, 0, &first, &count), OM_INPUT);
    assert_message_has("object 'X/indptr': found offsets 1 to");
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_counts_destroy(&cells);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_ranges_are_those_of_all_offsets),
        test_in_folder(test_wrong_offsets_are_found_on_the_way),
    };
    return cmocka_run_group_tests_name("h5ad_ranges", tests, store_set_up, store_tear_down);
}
