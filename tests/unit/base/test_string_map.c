#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "unit_test.h"

#include <stdio.h>

static void test_first_value_is_kept(void **state) {
    (void)state;
    om_string_map *map = NULL;
    bool inserted = false;
    assert_int_equal(om_string_map_create(&map), OM_OK);
    assert_int_equal(om_string_map_get(map, "TP53", -7), -7);
    assert_int_equal(om_string_map_add(map, "TP53", 5, &inserted), OM_OK);
    assert_true(inserted);
    assert_int_equal(om_string_map_add(map, "TP53", 6, &inserted), OM_OK);
    assert_false(inserted);
    assert_int_equal(om_string_map_get(map, "TP53", -7), 5);
    assert_int_equal(om_string_map_get(map, "tp53", -7), -7);
    assert_int_equal(om_string_map_count(map), 1);
    om_string_map_destroy(&map);
    assert_null(map);
}

static void test_many_keys(void **state) {
    (void)state;
    om_string_map *map = NULL;
    char key[32];
    assert_int_equal(om_string_map_create(&map), OM_OK);
    for (int i = 0; i < 50000; i++) {
        snprintf(key, sizeof key, "gene-%d", i);
        assert_int_equal(om_string_map_add(map, key, 3 * (int64_t)i, NULL), OM_OK);
    }
    assert_int_equal(om_string_map_count(map), 50000);
    for (int i = 0; i < 50000; i += 7) {
        snprintf(key, sizeof key, "gene-%d", i);
        assert_int_equal(om_string_map_get(map, key, -1), 3 * (int64_t)i);
    }
    assert_int_equal(om_string_map_get(map, "gene-50000", -1), -1);
    om_string_map_destroy(&map);
}

/* Published values of 64-bit FNV-1a (Fowler, Noll, Vo). */
static void test_hash_is_fnv1a(void **state) {
    (void)state;
    assert_true(om_hash_string("") == 0xcbf29ce484222325u);
    assert_true(om_hash_string("a") == 0xaf63dc4c8601ec8cu);
    assert_true(om_hash_string("foobar") == 0x85944171f73967e8u);
}

static void test_map_survives_failed_allocations(void **state) {
    (void)state;
    om_string_map *map = NULL;
    assert_int_equal(om_string_map_create(&map), OM_OK);
    char key[32];
    int64_t expected = 0;
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, "k%d", i);
        om_memory_fail_after(i % 3 == 0 ? 0 : -1);
        om_status status = om_string_map_add(map, key, i, NULL);
        om_memory_fail_after(-1);
        if (status != OM_OK) {
            assert_int_equal(status, OM_MEMORY);
            assert_int_equal(om_string_map_get(map, key, -1), -1);
            continue;
        }
        expected++;
        assert_int_equal(om_string_map_get(map, key, -1), i);
    }
    assert_int_equal(om_string_map_count(map), expected);
    om_string_map_destroy(&map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_value_is_kept),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_hash_is_fnv1a),
        cmocka_unit_test(test_map_survives_failed_allocations),
    };
    return cmocka_run_group_tests_name("string_map", tests, NULL, NULL);
}
