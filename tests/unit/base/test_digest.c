#include "unit_test.h"

#include "oncomark/digest.h"
#include "oncomark/random.h"

#include <stdbool.h>
#include <string.h>

enum { N_ELEMENTS = 37, N_BYTES = N_ELEMENTS * 8 };

static const om_type all_types[] = {OM_U8, OM_BOOL, OM_U16, OM_I32, OM_U32, OM_I64, OM_F32, OM_F64};
enum { N_TYPES = sizeof all_types / sizeof all_types[0] };

static void fill(unsigned char bytes[N_BYTES]) {
    om_random random = om_random_stream(5, OM_PURPOSE_TEST, 0);
    for (int i = 0; i < N_BYTES; i++) {
        bytes[i] = (unsigned char)om_random_u32(&random);
    }
}

static om_digest of_elements(const char *name, om_type type, int64_t first, const void *values,
                             int64_t count) {
    om_digest digest = {{0, 0}};
    om_digest_elements(&digest, name, type, first, values, count);
    return digest;
}

static bool equal(om_digest a, om_digest b) {
    return a.lane[0] == b.lane[0] && a.lane[1] == b.lane[1];
}

/* Each lane alone tells the difference. */
static void assert_both_lanes_differ(om_digest a, om_digest b) {
    assert_true(a.lane[0] != b.lane[0]);
    assert_true(a.lane[1] != b.lane[1]);
}

static void any_flipped_bit_changes_the_digest(void **state) {
    (void)state;
    unsigned char bytes[N_BYTES];
    fill(bytes);
    for (int t = 0; t < N_TYPES; t++) {
        om_digest whole = of_elements("X/data", all_types[t], 100, bytes, N_ELEMENTS);
        int64_t n_bits = om_type_size(all_types[t]) * N_ELEMENTS * 8;
        for (int64_t bit = 0; bit < n_bits; bit++) {
            unsigned char mask = (unsigned char)(1 << (bit & 7));
            bytes[bit >> 3] ^= mask;
            assert_both_lanes_differ(whole,
                                     of_elements("X/data", all_types[t], 100, bytes, N_ELEMENTS));
            bytes[bit >> 3] ^= mask;
        }
    }
}

static void swapped_and_moved_elements_change_the_digest(void **state) {
    (void)state;
    uint32_t values[N_ELEMENTS];
    for (uint32_t i = 0; i < N_ELEMENTS; i++) {
        values[i] = i * i % 31; /* small counts, some of them equal */
    }
    om_digest whole = of_elements("X/data", OM_U32, 0, values, N_ELEMENTS);
    for (int i = 0; i < N_ELEMENTS; i++) {
        for (int j = 0; j < i; j++) {
            if (values[i] == values[j]) {
                continue;
            }
            uint32_t kept = values[i];
            values[i] = values[j];
            values[j] = kept;
            assert_both_lanes_differ(whole, of_elements("X/data", OM_U32, 0, values, N_ELEMENTS));
            values[j] = values[i];
            values[i] = kept;
        }
    }
    for (int64_t first = 1; first < 1000; first++) {
        assert_both_lanes_differ(whole, of_elements("X/data", OM_U32, first, values, N_ELEMENTS));
    }
    /* One more zero is one more element. */
    uint32_t zero = 0;
    om_digest longer = whole;
    om_digest_elements(&longer, "X/data", OM_U32, N_ELEMENTS, &zero, 1);
    assert_both_lanes_differ(whole, longer);
}

/* A count that grows in one place and shrinks in another must not cancel. */
static void opposite_changes_do_not_cancel(void **state) {
    (void)state;
    uint64_t values[16];
    for (uint64_t i = 0; i < 16; i++) {
        values[i] = 1000 + i;
    }
    om_digest whole = of_elements("n", OM_I64, 0, values, 16);
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 16; j++) {
            for (uint64_t step = 1; i != j && step <= 64; step *= 2) {
                values[i] += step;
                values[j] -= step;
                assert_both_lanes_differ(whole, of_elements("n", OM_I64, 0, values, 16));
                values[i] -= step;
                values[j] += step;
            }
        }
    }
}

static void parts_add_up_for_every_split(void **state) {
    (void)state;
    unsigned char bytes[N_BYTES];
    fill(bytes);
    for (int t = 0; t < N_TYPES; t++) {
        int64_t size = om_type_size(all_types[t]);
        om_digest whole = of_elements("a", all_types[t], 7, bytes, N_ELEMENTS);
        for (int64_t first = 0; first <= N_ELEMENTS; first++) {
            for (int64_t last = first; last <= N_ELEMENTS; last++) {
                om_digest sum = of_elements("a", all_types[t], 7 + last, bytes + last * size,
                                            N_ELEMENTS - last);
                om_digest front = of_elements("a", all_types[t], 7, bytes, first);
                om_digest middle =
                    of_elements("a", all_types[t], 7 + first, bytes + first * size, last - first);
                om_digest_add(&sum, &middle);
                om_digest_add(&sum, &front);
                assert_true(equal(sum, whole));
            }
        }
    }
}

static void the_start_of_the_values_may_be_unaligned(void **state) {
    (void)state;
    double values[4] = {1.5, -0.0, 3.0, 1e300};
    unsigned char bytes[sizeof values + 1];
    memcpy(bytes + 1, values, sizeof values);
    assert_true(
        equal(of_elements("a", OM_F64, 0, values, 4), of_elements("a", OM_F64, 0, bytes + 1, 4)));
}

static void names_types_and_shapes_count(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *type;
        int n_dimensions;
        int64_t shape[3];
    } headers[] = {
        {"X", "float64", 2, {10, 3, 0}}, {"Y", "float64", 2, {10, 3, 0}},
        {"X", "float32", 2, {10, 3, 0}}, {"X", "float64", 2, {3, 10, 0}},
        {"X", "float64", 2, {11, 3, 0}}, {"X", "float64", 1, {30, 0, 0}},
        {"X", "float64", 3, {10, 3, 1}}, {"X", "float64", 3, {10, 3, 0}},
        {"X", "float64", 1, {0, 0, 0}},  {"X", "float64", 0, {0, 0, 0}},
        {"x", "float64", 2, {10, 3, 0}}, {"X", "", 2, {10, 3, 0}},
    };
    enum { N_HEADERS = sizeof headers / sizeof headers[0] };
    om_digest digests[N_HEADERS] = {{{0, 0}}};
    for (int i = 0; i < N_HEADERS; i++) {
        om_digest_header(&digests[i], headers[i].name, headers[i].type, headers[i].n_dimensions,
                         headers[i].shape);
        for (int j = 0; j < i; j++) {
            assert_both_lanes_differ(digests[i], digests[j]);
        }
    }
    int64_t value = 5;
    assert_both_lanes_differ(of_elements("X", OM_I64, 0, &value, 1),
                             of_elements("Y", OM_I64, 0, &value, 1));
}

static om_digest of_strings(const char *name, int64_t first, const char *const *texts, int count) {
    om_digest digest = {{0, 0}};
    for (int i = 0; i < count; i++) {
        om_digest_string(&digest, name, first + i, texts[i]);
    }
    return digest;
}

static void strings_count_by_place_and_content(void **state) {
    (void)state;
    const char *const genes[] = {"TP53", "MYC", "", "MT-ND1"};
    om_digest whole = of_strings("gene", 0, genes, 4);
    const char *const variants[][4] = {
        {"TP53", "MYC", "MT-ND1", ""}, {"MYC", "TP53", "", "MT-ND1"},
        {"TP53", "MYC", "", "MT-ND2"}, {"TP53", "MYCL", "", "MT-ND1"},
        {"TP5", "3MYC", "", "MT-ND1"}, {"TP53", "MYC", " ", "MT-ND1"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        assert_both_lanes_differ(whole, of_strings("gene", 0, variants[i], 4));
    }
    assert_both_lanes_differ(whole, of_strings("genes", 0, genes, 4));
    assert_both_lanes_differ(whole, of_strings("gene", 1, genes, 4));

    om_strings *strings = NULL;
    assert_int_equal(om_strings_create(&strings), OM_OK);
    assert_int_equal(om_strings_add(strings, "MYC"), OM_OK);
    assert_int_equal(om_strings_add(strings, ""), OM_OK);
    om_digest parts = of_strings("gene", 0, genes, 1);
    om_digest_strings(&parts, "gene", 1, strings);
    om_digest_string(&parts, "gene", 3, "MT-ND1");
    assert_true(equal(parts, whole));
    om_strings_destroy(&strings);
}

static void hex_shows_both_lanes(void **state) {
    (void)state;
    om_digest digest = {{0x0123456789abcdefU, 0xfU}};
    char hex[OM_DIGEST_HEX];
    om_digest_hex(&digest, hex);
    assert_string_equal(hex, "0123456789abcdef000000000000000f");
}

static void a_changed_text_changes_its_digest(void **state) {
    (void)state;
    char text[] = "stage: score\nformula: ucell-2.14\n";
    int64_t length = (int64_t)sizeof text - 1;
    char whole[OM_DIGEST_HEX];
    char other[OM_DIGEST_HEX];
    om_digest_text(text, length, whole);
    assert_int_equal(strlen(whole), 32);
    for (int64_t bit = 0; bit < 8 * length; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
        om_digest_text(text, length, other);
        assert_memory_not_equal(whole, other, 16);
        assert_memory_not_equal(whole + 16, other + 16, 16);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
    }
    for (int64_t n = 0; n < length; n++) {
        om_digest_text(text, n, other);
        assert_string_not_equal(whole, other);
    }
    om_digest_text("a\0b", 3, whole);
    om_digest_text("a\0c", 3, other);
    assert_string_not_equal(whole, other);
}

static void types_have_numpy_names_and_sizes(void **state) {
    (void)state;
    static const char *const names[] = {"uint8",  "bool",  "uint16",  "int32",
                                        "uint32", "int64", "float32", "float64"};
    static const int64_t sizes[] = {1, 1, 2, 4, 4, 8, 4, 8};
    for (int t = 0; t < N_TYPES; t++) {
        assert_string_equal(om_type_name(all_types[t]), names[t]);
        assert_int_equal(om_type_size(all_types[t]), sizes[t]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_flipped_bit_changes_the_digest),
        cmocka_unit_test(swapped_and_moved_elements_change_the_digest),
        cmocka_unit_test(opposite_changes_do_not_cancel),
        cmocka_unit_test(parts_add_up_for_every_split),
        cmocka_unit_test(the_start_of_the_values_may_be_unaligned),
        cmocka_unit_test(names_types_and_shapes_count),
        cmocka_unit_test(strings_count_by_place_and_content),
        cmocka_unit_test(hex_shows_both_lanes),
        cmocka_unit_test(a_changed_text_changes_its_digest),
        cmocka_unit_test(types_have_numpy_names_and_sizes),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
