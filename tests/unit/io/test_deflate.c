#include "io/deflate.h"
#include "io/elements.h"
#include "io/row_check.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <zlib.h>

enum { MOST = 70000 };

/* --- chunks --------------------------------------------------------------------------------------
 */

/* What HDF5's shuffle does. */
static unsigned char *shuffle_naively(const unsigned char *bytes, int64_t n, int64_t size) {
    unsigned char *planes = om_malloc(n * size, 1);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t b = 0; b < size; b++) {
            planes[b * n + i] = bytes[i * size + b];
        }
    }
    return planes;
}

/* zlib itself reads what we write, and we read that and what zlib writes. */
static int64_t check_chunk(const unsigned char *bytes, int64_t n, int64_t size) {
    om_deflater *deflater = NULL;
    om_inflater *inflater = NULL;
    int64_t length = 0;
    uLongf inflated = (uLongf)(n * size);
    uLongf deflated = compressBound(inflated);
    unsigned char *expected = shuffle_naively(bytes, n, size);
    unsigned char *packed = om_malloc(om_deflate_bound(n * size), 1);
    unsigned char *by_zlib = om_malloc((int64_t)deflated, 1);
    unsigned char *planes = om_calloc(n * size, 1);
    assert_int_equal(om_deflater_create(&deflater, n * size), OM_OK);
    assert_int_equal(om_inflater_create(&inflater), OM_OK);
    assert_int_equal(om_deflate_chunk(deflater, bytes, n, size, packed, &length), OM_OK);
    assert_true(length <= om_deflate_bound(n * size));
    assert_int_equal(uncompress(planes, &inflated, packed, (uLong)length), Z_OK);
    assert_int_equal(inflated, n * size);
    assert_memory_equal(planes, expected, inflated);
    memset(planes, 0, inflated);
    assert_int_equal(om_inflate_chunk(inflater, packed, length, planes, n * size), OM_OK);
    assert_memory_equal(planes, expected, inflated);
    assert_int_equal(compress2(by_zlib, &deflated, expected, inflated, 6), Z_OK);
    memset(planes, 0, inflated);
    assert_int_equal(om_inflate_chunk(inflater, by_zlib, (int64_t)deflated, planes, n * size),
                     OM_OK);
    assert_memory_equal(planes, expected, inflated);
    om_inflater_destroy(&inflater);
    om_deflater_destroy(&deflater);
    om_free(planes);
    om_free(by_zlib);
    om_free(packed);
    om_free(expected);
    return length;
}

static const int64_t sizes[] = {2, 4, 8};
static const int64_t lengths[] = {1, 2, 100, 4096, 65536, MOST};

static void test_chunks_of_any_content_come_back(void **state) {
    (void)state;
    unsigned char *bytes = om_malloc((int64_t)MOST * 8, 1);
    for (int s = 0; s < 3; s++) {
        for (int l = 0; l < 6; l++) {
            int64_t n_bytes = lengths[l] * sizes[s];
            memset(bytes, 0, (size_t)n_bytes);
            check_chunk(bytes, lengths[l], sizes[s]);
            for (int64_t i = 0; i < n_bytes; i++) {
                bytes[i] = (unsigned char)(rand() >> 8);
            }
            check_chunk(bytes, lengths[l], sizes[s]); /* cannot be compressed */
            for (int64_t i = 0; i < n_bytes; i++) {
                bytes[i] = (unsigned char)(i % 2 == 0 ? rand() >> 8 : 0);
            }
            check_chunk(bytes, lengths[l], sizes[s]); /* every other plane */
            for (int64_t i = 0; i < n_bytes; i++) {
                bytes[i] = (unsigned char)(i / 7 % 5);
            }
            check_chunk(bytes, lengths[l], sizes[s]);
        }
    }
    om_free(bytes);
}

/* Genes of cells with one in ten of 20,000: about nine bits each. */
static void test_genes_shrink(void **state) {
    (void)state;
    enum { N = 65536 };
    int32_t *genes = om_malloc(N, sizeof *genes);
    int32_t gene = 0;
    for (int64_t i = 0; i < N; i++) {
        gene += 1 + rand() % 19;
        genes[i] = gene = gene < 20000 ? gene : gene - 20000;
    }
    assert_true(check_chunk((const unsigned char *)genes, N, 4) < N * 4 / 3);
    om_free(genes);
}

static void test_damage_is_found(void **state) {
    (void)state;
    enum { N = 1000 };
    uint16_t values[N];
    unsigned char planes[N * 2];
    unsigned char packed[N * 4];
    int64_t length = 0;
    om_deflater *deflater = NULL;
    om_inflater *inflater = NULL;
    for (int i = 0; i < N; i++) {
        values[i] = (uint16_t)(i * i % 61);
    }
    assert_int_equal(om_deflater_create(&deflater, N * 2), OM_OK);
    assert_int_equal(om_inflater_create(&inflater), OM_OK);
    assert_int_equal(om_deflate_chunk(deflater, values, N, 2, packed, &length), OM_OK);
    for (int64_t cut = 0; cut < length; cut++) {
        assert_int_equal(om_inflate_chunk(inflater, packed, cut, planes, N * 2), OM_INPUT);
    }
    assert_int_equal(om_inflate_chunk(inflater, packed, length, planes, N * 2 - 1), OM_INPUT);
    assert_int_equal(om_inflate_chunk(inflater, packed, length, planes, N * 2), OM_OK);
    packed[length - 1] ^= 1; /* of the checksum */
    assert_int_equal(om_inflate_chunk(inflater, packed, length, planes, N * 2), OM_INPUT);
    assert_message_has("found damaged compressed data");
    om_inflater_destroy(&inflater);
    om_deflater_destroy(&deflater);
}

static void test_a_shorter_chunk_is_found(void **state) {
    (void)state;
    const uint32_t values[4] = {1, 2, 3, 4};
    unsigned char planes[32];
    unsigned char packed[2048];
    int64_t length = 0;
    om_deflater *deflater = NULL;
    om_inflater *inflater = NULL;
    assert_int_equal(om_deflater_create(&deflater, 16), OM_OK);
    assert_int_equal(om_inflater_create(&inflater), OM_OK);
    assert_int_equal(om_deflate_chunk(deflater, values, 4, 4, packed, &length), OM_OK);
    assert_int_equal(om_inflate_chunk(inflater, packed, length, planes, 32), OM_INPUT);
    assert_message_has("found 16 bytes of data, expected 32");
    om_inflater_destroy(&inflater);
    om_deflater_destroy(&deflater);
}

/* --- elements ------------------------------------------------------------------------------------
 */

static void test_values_go_to_elements_and_back(void **state) {
    (void)state;
    static const om_type types[] = {OM_U16, OM_U32, OM_F32, OM_F64};
    static const double values[] = {0, 1, 2, 255, 256, 257, 511, 0x1p15, 65535, 65535, 3, 1000};
    static const double large[] = {65536, 0x1p31, 4294967295.0, 4294967294.0};
    enum { N = 12, N_LARGE = 4 };
    for (int t = 0; t < 4; t++) {
        int64_t size = om_type_size(types[t]);
        double all[N + N_LARGE];
        double back[N + N_LARGE];
        unsigned char elements[sizeof all];
        memcpy(all, values, sizeof values);
        memcpy(all + N, large, sizeof large);
        int64_t n = types[t] == OM_U32 || types[t] == OM_F64 ? N + N_LARGE : N;
        assert_true(om_elements_narrow(types[t], all, n, elements));
        assert_true(om_elements_to_values(types[t], elements, 0, 1, n - 1, back));
        assert_memory_equal(back, all + 1, (size_t)(n - 1) * sizeof *back);
        unsigned char *planes = shuffle_naively(elements, n, size);
        assert_true(om_elements_to_values(types[t], planes, n, 2, n - 3, back));
        assert_memory_equal(back, all + 2, (size_t)(n - 3) * sizeof *back);
        om_free(planes);
    }
}

/* At every place of a vector, in both forms. */
static void test_elements_that_are_not_positive_are_seen(void **state) {
    (void)state;
    enum { N = 37 };
    static const om_type types[] = {OM_U16, OM_U32, OM_F32, OM_F64};
    static const double bad[] = {0, -0.0, -1, INFINITY, NAN}; /* whole types have the first one */
    for (int t = 0; t < 4; t++) {
        int n_bad = types[t] == OM_U16 || types[t] == OM_U32 ? 1 : 5;
        for (int i = 0; i < n_bad * N; i++) {
            double values[N];
            double back[N];
            float narrow[N];
            unsigned char elements[sizeof values];
            for (int k = 0; k < N; k++) {
                values[k] = k == i % N ? bad[i / N] : 65535 - k;
                narrow[k] = (float)values[k];
            }
            if (types[t] == OM_F32) { /* NaN is not its own value */
                memcpy(elements, narrow, sizeof narrow);
            } else {
                assert_true(om_elements_narrow(types[t], values, N, elements));
            }
            assert_false(om_elements_to_values(types[t], elements, 0, 0, N, back));
            unsigned char *planes = shuffle_naively(elements, N, om_type_size(types[t]));
            assert_false(om_elements_to_values(types[t], planes, N, 0, N, back));
            om_free(planes);
        }
    }
}

/* At every place of a vector. */
static void test_values_that_do_not_fit_are_found(void **state) {
    (void)state;
    static const struct {
        om_type type;
        double value;
    } misfits[] = {{OM_U16, 65536},     {OM_U16, -1},     {OM_U16, 0.5},      {OM_U16, 65535.5},
                   {OM_U16, 1e-300},    {OM_U16, 1e300},  {OM_U16, INFINITY}, {OM_U16, NAN},
                   {OM_U16, -INFINITY}, {OM_U16, 0x1p52}, {OM_U16, 0x1p53},   {OM_U16, 0x1p32},
                   {OM_U32, 0x1p32},    {OM_U32, -1},     {OM_U32, 0.5},      {OM_U32, 0x1p52 + 1},
                   {OM_U32, NAN},       {OM_U32, 1e300},  {OM_F32, 0.1},      {OM_F32, 16777217},
                   {OM_F32, NAN},       {OM_F32, 1e39},   {OM_F32, 1e-60}};
    for (size_t i = 0; i < sizeof misfits / sizeof misfits[0]; i++) {
        for (int at = 0; at < 37; at++) {
            double values[37];
            double elements[37];
            for (int k = 0; k < 37; k++) {
                values[k] = k == at ? misfits[i].value : k;
            }
            assert_false(om_elements_narrow(misfits[i].type, values, 37, elements));
        }
    }
}

static void test_indices_of_64_bits_must_fit(void **state) {
    (void)state;
    const int64_t stored[] = {0, 5, INT32_MAX, 300, 65536};
    const int64_t misfits[] = {-1, (int64_t)INT32_MAX + 1, INT64_MIN, (int64_t)1 << 40};
    int32_t indices[5];
    assert_true(om_elements_to_indices(OM_I64, (const unsigned char *)stored, 0, 0, 5, indices));
    assert_int_equal(indices[2], INT32_MAX);
    unsigned char *planes = shuffle_naively((const unsigned char *)stored, 5, 8);
    assert_true(om_elements_to_indices(OM_I64, planes, 5, 1, 4, indices));
    assert_int_equal(indices[0], 5);
    assert_int_equal(indices[3], 65536);
    om_free(planes);
    for (int i = 0; i < 4; i++) {
        assert_false(
            om_elements_to_indices(OM_I64, (const unsigned char *)&misfits[i], 0, 0, 1, indices));
    }
}

/* --- looks at rows -------------------------------------------------------------------------------
 */

static void test_one_bad_element_is_seen_anywhere(void **state) {
    (void)state;
    static const double bad[] = {0, -0.0, -1, -1e-300, INFINITY, -INFINITY, NAN, -NAN};
    static const double fractions[] = {0.5, 1 + 1e-15, 0x1p32, 0x1p52, 0x1p60, 1e300, 1e-300};
    enum { N = 37 };
    double values[N];
    int32_t genes[N];
    for (int i = 0; i < N; i++) {
        values[i] = i + 1;
        genes[i] = 2 * i;
    }
    values[3] = 4294967295.0;
    assert_true(om_rows_values_positive(values, N));
    assert_true(om_rows_values_whole(values, N));
    assert_true(om_rows_genes_ascend(genes, N, 2 * N - 1));
    assert_false(om_rows_genes_ascend(genes, N, 2 * N - 2));
    assert_true(om_rows_genes_ascend(genes, 0, 0));
    for (int at = 0; at < N; at++) {
        double kept = values[at];
        int32_t kept_gene = genes[at];
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            values[at] = bad[i];
            assert_false(om_rows_values_positive(values, N));
        }
        for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
            values[at] = fractions[i];
            assert_false(om_rows_values_whole(values, N));
            assert_true(om_rows_values_positive(values, N));
        }
        values[at] = kept;
        genes[at] = at == 0 ? -1 : genes[at - 1];
        assert_false(om_rows_genes_ascend(genes, N, 2 * N));
        genes[at] = kept_gene;
    }
    values[0] = 5e-324;
    values[1] = 1.7976931348623157e308;
    assert_true(om_rows_values_positive(values, N));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_of_any_content_come_back),
        cmocka_unit_test(test_genes_shrink),
        cmocka_unit_test(test_damage_is_found),
        cmocka_unit_test(test_a_shorter_chunk_is_found),
        cmocka_unit_test(test_values_go_to_elements_and_back),
        cmocka_unit_test(test_elements_that_are_not_positive_are_seen),
        cmocka_unit_test(test_values_that_do_not_fit_are_found),
        cmocka_unit_test(test_indices_of_64_bits_must_fit),
        cmocka_unit_test(test_one_bad_element_is_seen_anywhere),
    };
    return cmocka_run_group_tests_name("deflate", tests, NULL, NULL);
}
