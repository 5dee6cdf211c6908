#include "io/h5_private.h"
#include "oncomark/h5.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

static void assert_digest_of_file(const char *path, om_digest expected) {
    om_digest found;
    assert_int_equal(om_h5_digest_file(path, &found), OM_OK);
    assert_memory_equal(&found, &expected, sizeof found);
}

static void test_numbers_of_all_types_come_back(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const uint8_t bytes[] = {0, 255};
    const uint8_t bools[] = {1, 0};
    const uint16_t shorts[] = {0, 65535};
    const int32_t ints[] = {INT32_MIN, INT32_MAX};
    const uint32_t words[] = {0, UINT32_MAX};
    const int64_t longs[] = {INT64_MIN, INT64_MAX};
    const float floats[] = {-1.5F, 3e38F};
    const double doubles[] = {0.1, -1e308};
    const void *const values[] = {bytes, bools, shorts, ints, words, longs, floats, doubles};
    const int64_t two = 2;
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    for (int type = OM_U8; type <= OM_F64; type++) {
        assert_int_equal(
            om_h5_write(file, om_type_name((om_type)type), (om_type)type, 1, &two, values[type]),
            OM_OK);
    }
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_null(file);

    assert_int_equal(om_h5_open(&file, path), OM_OK);
    for (int type = OM_U8; type <= OM_F64; type++) {
        char read[16];
        om_type found;
        const char *name = om_type_name((om_type)type);
        assert_int_equal(om_h5_type(file, name, &found), OM_OK);
        assert_int_equal(found, type);
        assert_int_equal(om_h5_read_rows(file, name, (om_type)type, 0, 2, read), OM_OK);
        assert_memory_equal(read, values[type], (size_t)om_type_size((om_type)type) * 2);
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_digest_of_file(path, digest);
}

static void test_rows_are_slabs_of_any_dimensions(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const int64_t shape[] = {4, 3, 2};
    double values[24];
    for (int i = 0; i < 24; i++) {
        values[i] = i;
    }
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_reserve(file, "a/b/cube", OM_F64, 3, shape), OM_OK);
    assert_int_equal(om_h5_write_rows(file, "a/b/cube", OM_F64, 3, 1, values + 18), OM_OK);
    assert_int_equal(om_h5_write_rows(file, "a/b/cube", OM_F64, 0, 3, values), OM_OK);
    assert_int_equal(om_h5_write_rows(file, "a/b/cube", OM_F64, 4, 0, NULL), OM_OK);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_digest_of_file(path, digest);

    int n_dimensions;
    int64_t found[OM_H5_MAX_DIMENSIONS];
    int32_t read[12];
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_shape(file, "a/b/cube", &n_dimensions, found), OM_OK);
    assert_int_equal(n_dimensions, 3);
    assert_memory_equal(found, shape, sizeof shape);
    assert_int_equal(om_h5_read_rows(file, "a/b/cube", OM_I32, 1, 2, read), OM_OK);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(read[i], i + 6);
    }
    om_strings *names = NULL;
    assert_int_equal(om_h5_list(file, "a", &names), OM_OK);
    assert_int_equal(om_strings_count(names), 1);
    assert_string_equal(om_strings_get(names, 0), "b");
    om_strings_destroy(&names);
    assert_true(om_h5_exists(file, "a/b"));
    assert_true(om_h5_exists(file, ""));
    assert_false(om_h5_exists(file, "a/x/cube"));
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_strings_and_attributes_come_back(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const char *const texts[] = {"K\xc3\xbcrten2021", "", "a,b"};
    om_strings *strings = test_strings(3, texts);
    om_strings *none = test_strings(0, NULL);
    const int64_t pair[] = {7, -8};
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_write_strings(file, "g/list", strings), OM_OK);
    assert_int_equal(om_h5_write_strings(file, "g/none", none), OM_OK);
    assert_int_equal(om_h5_write_string(file, "one", "text"), OM_OK);
    assert_int_equal(om_h5_write_attribute_string(file, "", "kind", "model"), OM_OK);
    assert_int_equal(om_h5_write_attribute_strings(file, "g", "names", strings), OM_OK);
    assert_int_equal(om_h5_write_attribute_strings(file, "g", "no_names", none), OM_OK);
    assert_int_equal(om_h5_write_attribute_i64(file, "g/list", "pair", 2, pair), OM_OK);
    assert_int_equal(om_h5_write_attribute_i64(file, "g/list", "scalar", 0, pair), OM_OK);
    assert_int_equal(om_h5_write_attribute_bool(file, "g", "ordered", true), OM_OK);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_digest_of_file(path, digest);

    om_strings *read = NULL;
    char *text = NULL;
    int64_t numbers[2] = {0, 0};
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_read_strings(file, "g/list", &read), OM_OK);
    assert_int_equal(om_strings_count(read), 3);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(om_strings_get(read, i), texts[i]);
    }
    om_strings_destroy(&read);
    assert_int_equal(om_h5_read_strings(file, "g/none", &read), OM_OK);
    assert_int_equal(om_strings_count(read), 0);
    om_strings_destroy(&read);
    assert_int_equal(om_h5_read_attribute_strings(file, "g", "names", &read), OM_OK);
    assert_int_equal(om_strings_count(read), 3);
    assert_string_equal(om_strings_get(read, 2), "a,b");
    om_strings_destroy(&read);
    assert_int_equal(om_h5_read_string(file, "one", &text), OM_OK);
    assert_string_equal(text, "text");
    om_free(text);
    assert_int_equal(om_h5_read_attribute_string(file, "", "kind", &text), OM_OK);
    assert_string_equal(text, "model");
    om_free(text);
    assert_int_equal(om_h5_read_attribute_i64(file, "g/list", "pair", 2, numbers), OM_OK);
    assert_int_equal(numbers[1], -8);
    assert_int_equal(om_h5_read_attribute_i64(file, "g/list", "scalar", 0, numbers), OM_OK);
    assert_int_equal(numbers[0], 7);
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_strings_destroy(&none);
    om_strings_destroy(&strings);
}

static void test_arrays_without_elements_work(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const int64_t shape[] = {0, 5};
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_reserve(file, "reserved", OM_F64, 2, shape), OM_OK);
    assert_int_equal(om_h5_write_rows(file, "reserved", OM_F64, 0, 0, NULL), OM_OK);
    assert_int_equal(om_h5_write(file, "written", OM_I64, 1, shape, NULL), OM_OK);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_digest_of_file(path, digest);
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_read_rows(file, "reserved", OM_F64, 0, 0, NULL), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

/* A space-padded and a null-padded string of fixed length, as 10x and R write them, and int8. */
static void test_foreign_types_are_read(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    hid_t raw = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hsize_t two = 2;
    hid_t space = H5Screate_simple(1, &two, NULL);
    hid_t fixed = H5Tcopy(H5T_C_S1);
    H5Tset_size(fixed, 4);
    H5Tset_strpad(fixed, H5T_STR_NULLPAD);
    hid_t set = H5Dcreate2(raw, "null", fixed, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, fixed, H5S_ALL, H5S_ALL, H5P_DEFAULT, "AIM\0ABCD");
    H5Dclose(set);
    H5Tset_strpad(fixed, H5T_STR_SPACEPAD);
    set = H5Dcreate2(raw, "space", fixed, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, fixed, H5S_ALL, H5S_ALL, H5P_DEFAULT, "a b     ");
    H5Dclose(set);
    const int8_t codes[] = {-1, 5};
    set = H5Dcreate2(raw, "codes", H5T_STD_I8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, codes);
    H5Dclose(set);
    H5Tclose(fixed);
    H5Sclose(space);
    H5Fclose(raw);

    om_h5 *file = NULL;
    om_strings *read = NULL;
    int32_t wide[2];
    uint8_t unsigned_codes[2];
    om_type type;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_read_strings(file, "null", &read), OM_OK);
    assert_string_equal(om_strings_get(read, 0), "AIM");
    assert_string_equal(om_strings_get(read, 1), "ABCD");
    om_strings_destroy(&read);
    assert_int_equal(om_h5_read_strings(file, "space", &read), OM_OK);
    assert_string_equal(om_strings_get(read, 0), "a b");
    assert_string_equal(om_strings_get(read, 1), "");
    om_strings_destroy(&read);
    assert_int_equal(om_h5_read_rows(file, "codes", OM_I32, 0, 2, wide), OM_OK);
    assert_int_equal(wide[0], -1);
    assert_int_equal(wide[1], 5);
    assert_int_equal(om_h5_read_rows(file, "codes", OM_U8, 0, 2, unsigned_codes), OM_INPUT);
    assert_message_has("object 'codes': found a value that uint8 cannot hold");
    assert_int_equal(om_h5_type(file, "codes", &type), OM_INPUT);
    assert_int_equal(om_h5_read_rows(file, "null", OM_I32, 0, 2, wide), OM_INPUT);
    assert_message_has("object 'null': found string, expected numbers");
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_digest digest;
    assert_int_equal(om_h5_digest_file(path, &digest), OM_INPUT);
    assert_message_has("object 'codes': found another integer");
}

static void test_wrong_objects_are_input_errors(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const int64_t two = 2;
    const double values[] = {1.5, 2};
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_write(file, "X/data", OM_F64, 1, &two, values), OM_OK);
    assert_int_equal(om_h5_write(file, "X/data", OM_F64, 1, &two, values), OM_SYSTEM);
    assert_message_has("file.h5: object 'X/data': cannot create data set: ");
    assert_message_has("exists");
    assert_int_equal(om_h5_write_rows(file, "X/data", OM_F32, 0, 2, values), OM_BUG);
    assert_int_equal(om_h5_write_rows(file, "X/data", OM_F64, 1, 2, values), OM_BUG);
    assert_int_equal(om_h5_close(&file), OM_OK);

    double read[2];
    int64_t whole[2];
    om_strings *strings = NULL;
    char *text = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_read_rows(file, "X/indices", OM_F64, 0, 2, read), OM_INPUT);
    assert_message_has("file.h5: object 'X/indices': not found, expected a data set");
    assert_int_equal(om_h5_read_rows(file, "X", OM_F64, 0, 2, read), OM_INPUT);
    assert_message_has("object 'X': found a group, expected a data set");
    assert_int_equal(om_h5_list(file, "X/data", &strings), OM_INPUT);
    assert_message_has("object 'X/data': found a data set, expected a group");
    assert_int_equal(om_h5_read_rows(file, "X/data", OM_F64, 1, 2, read), OM_INPUT);
    assert_message_has("object 'X/data': found 2 rows, expected rows 1 to 3");
    assert_int_equal(om_h5_read_rows(file, "X/data", OM_I64, 0, 2, whole), OM_INPUT);
    assert_message_has("a value that int64 cannot hold");
    assert_int_equal(om_h5_read_rows(file, "X/data", OM_BOOL, 0, 2, whole), OM_INPUT);
    assert_int_equal(om_h5_read_strings(file, "X/data", &strings), OM_INPUT);
    assert_message_has("object 'X/data': found float64, expected strings");
    assert_null(strings);
    assert_int_equal(om_h5_read_attribute_string(file, "X", "shape", &text), OM_INPUT);
    assert_message_has("object 'X': attribute 'shape' not found");
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_files_that_are_not_whole_are_input_errors(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    om_h5 *file = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_INPUT);
    assert_message_has("file.h5: found no such file");
    assert_null(file);
    test_write(test_folder, "file.h5", "cell_name,sample\n");
    assert_int_equal(om_h5_open(&file, path), OM_INPUT);
    assert_message_has("file.h5: cannot open as HDF5: ");
    assert_message_has("signature");

    const int64_t n = 100000;
    double *values = calloc((size_t)n, sizeof *values);
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_write(file, "X", OM_F64, 1, &n, values), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_int_equal(truncate(path, 50000), 0);
    om_digest digest;
    assert_int_equal(om_h5_digest_file(path, &digest), OM_INPUT);
    assert_message_has("file.h5: cannot open as HDF5: ");
    assert_message_has("truncated");
    free(values);
}

/* A shape that no file of this size can have is refused before memory is taken for it. */
static void test_implausible_sizes_are_refused(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    hid_t raw = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hsize_t sizes[2] = {(hsize_t)1 << 40, (hsize_t)1 << 10};
    hsize_t chunk[2] = {1, 16};
    hid_t space = H5Screate_simple(2, sizes, NULL);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(list, 2, chunk);
    H5Dclose(H5Dcreate2(raw, "X", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Pclose(list);
    H5Sclose(space);
    H5Fclose(raw);
    om_h5 *file = NULL;
    int n_dimensions;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_shape(file, "X", &n_dimensions, shape), OM_INPUT);
    assert_message_has("object 'X': found more elements than a file of");
    assert_int_equal(om_h5_close(&file), OM_OK);
}

/* Every block is one hyperslab; together they are the range, in order. */
static void test_blocks_cover_a_range_in_order(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const int64_t shape[] = {5, 4, 6};
    int32_t values[120];
    for (int i = 0; i < 120; i++) {
        values[i] = i;
    }
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_write(file, "X", OM_I32, 3, shape, values), OM_OK);
    hid_t set = H5Dopen2(file->id, "X", H5P_DEFAULT);
    hid_t space = H5Dget_space(set);
    for (int64_t most = 1; most <= 121; most++) {
        int64_t next = 23;
        om_h5_block block = om_h5_block_begin(3, shape, 23, 72, most);
        while (om_h5_block_next(&block)) {
            int32_t read[120];
            assert_int_equal(block.first, next);
            assert_in_range(block.count, 1, most);
            hid_t memory = om_h5_block_select(&block, space);
            assert_true(H5Dread(set, H5T_NATIVE_INT32, memory, space, H5P_DEFAULT, read) >= 0);
            H5Sclose(memory);
            assert_memory_equal(read, values + next, (size_t)block.count * sizeof *read);
            next += block.count;
        }
        assert_int_equal(next, 95);
    }
    H5Sclose(space);
    H5Dclose(set);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

/* Rows larger than what the digest reads at once. */
static void test_digest_of_large_rows(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const int64_t shape[] = {2, OM_H5_DIGEST_BYTES + 3};
    int64_t n = shape[0] * shape[1];
    uint8_t *values = malloc((size_t)n);
    for (int64_t i = 0; i < n; i++) {
        values[i] = (uint8_t)(i * 7 + i / 256);
    }
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_write(file, "X", OM_U8, 2, shape, values), OM_OK);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_digest_of_file(path, digest);
    free(values);
}

static void test_equal_content_gives_equal_bytes(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    char *bytes[2];
    long lengths[2];
    for (int turn = 0; turn < 2; turn++) {
        om_h5 *file = NULL;
        assert_int_equal(om_h5_create(&file, path), OM_OK);
        assert_int_equal(om_h5_write_string(file, "g/text", "same"), OM_OK);
        assert_int_equal(om_h5_close(&file), OM_OK);
        FILE *stream = fopen(path, "rb");
        fseek(stream, 0, SEEK_END);
        lengths[turn] = ftell(stream);
        rewind(stream);
        bytes[turn] = malloc((size_t)lengths[turn]);
        assert_int_equal(fread(bytes[turn], 1, (size_t)lengths[turn], stream), lengths[turn]);
        fclose(stream);
        if (turn == 0) {
            sleep(1); /* object times are in seconds */
        }
    }
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(bytes[0], bytes[1], (size_t)lengths[0]);
    free(bytes[0]);
    free(bytes[1]);
}

/* A group that contains itself must not be walked for ever. */
static void test_endless_groups_and_links_are_refused(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    hid_t raw = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(raw, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(raw, "g", group, "again", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
    H5Fclose(raw);
    om_digest digest;
    assert_int_equal(om_h5_digest_file(path, &digest), OM_INPUT);
    assert_message_has("nested deeper");
    raw = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", raw, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(raw);
    assert_int_equal(om_h5_digest_file(path, &digest), OM_INPUT);
    assert_message_has("object 'soft': found a link");
}

static void test_failed_allocations_are_reported(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5");
    const char *const texts[] = {"a", "b"};
    om_strings *strings = test_strings(2, texts);
    om_h5 *file = NULL;
    int failures = 0;
    for (int64_t successes = 0;; successes++) {
        om_memory_fail_after(successes);
        om_status status = om_h5_create(&file, path);
        if (status == OM_OK) {
            status = om_h5_write_strings(file, "g/list", strings);
        }
        if (status == OM_OK) {
            status = om_h5_write_attribute_strings(file, "g", "names", strings);
        }
        om_memory_fail_after(-1);
        assert_int_equal(om_h5_close(&file), OM_OK);
        if (status == OM_OK) {
            break;
        }
        assert_int_equal(status, OM_MEMORY);
        failures++;
    }
    assert_true(failures >= 5);
    om_strings_destroy(&strings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_numbers_of_all_types_come_back),
        test_in_folder(test_rows_are_slabs_of_any_dimensions),
        test_in_folder(test_strings_and_attributes_come_back),
        test_in_folder(test_arrays_without_elements_work),
        test_in_folder(test_foreign_types_are_read),
        test_in_folder(test_wrong_objects_are_input_errors),
        test_in_folder(test_files_that_are_not_whole_are_input_errors),
        test_in_folder(test_implausible_sizes_are_refused),
        test_in_folder(test_blocks_cover_a_range_in_order),
        test_in_folder(test_digest_of_large_rows),
        test_in_folder(test_equal_content_gives_equal_bytes),
        test_in_folder(test_endless_groups_and_links_are_refused),
        test_in_folder(test_failed_allocations_are_reported),
    };
    return cmocka_run_group_tests_name("h5", tests, NULL, NULL);
}
