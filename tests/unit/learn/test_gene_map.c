#include "oncomark/gene_map.h"

#include "unit_test.h"

#include "text_files.h"

#define TP53 "ENSG00000141510"
#define EGFR "ENSG00000146648"

static om_gene_map *read_map(const char *text) {
    om_gene_map *map = NULL;
    if (om_gene_map_read(&map, test_write(test_folder, "map.tsv", text)) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return map;
}

static void test_layouts(void **state) {
    (void)state;
    static const char *const texts[] = {
        "gene_id\tgene_name\n" TP53 "\ttp53\n" EGFR "\tEGFR\n",
        TP53 "\tTP53\n" EGFR "\tEGFR\n",
        "symbol,id\r\nTP53,\"" TP53 "\"\r\nEGFR," EGFR ".17\r\n",
        "TP53," TP53 ".5\nEGFR, ensg00000146648.5_PAR_Y\nOTHER," TP53 "\n,ENSG00000000001\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        om_gene_map *map = read_map(texts[i]);
        assert_int_equal(om_gene_map_count(map), 2);
        assert_string_equal(om_gene_map_symbol(map, TP53), "TP53");
        assert_string_equal(om_gene_map_symbol(map, EGFR), "EGFR");
        assert_null(om_gene_map_symbol(map, "ENSG00000000001"));
        assert_non_null(strstr(om_gene_map_path(map), "map.tsv"));
        om_gene_map_destroy(&map);
        assert_null(map);
    }
}

static void test_gzip(void **state) {
    (void)state;
    om_gene_map *map = NULL;
    const char *path = test_write_gzip(test_folder, "map.csv.gz", TP53 ",TP53\n");
    assert_int_equal(om_gene_map_read(&map, path), OM_OK);
    assert_string_equal(om_gene_map_symbol(map, TP53), "TP53");
    om_gene_map_destroy(&map);
}

static void expect_error(const char *text, const char *message) {
    om_gene_map *map = NULL;
    assert_int_equal(om_gene_map_read(&map, test_write(test_folder, "map.tsv", text)), OM_INPUT);
    assert_null(map);
    assert_message_has(message);
}

static void test_errors(void **state) {
    (void)state;
    expect_error("", "map.tsv: found no Ensembl gene id with a symbol");
    expect_error("id\tname\n", "found no Ensembl gene id with a symbol");
    expect_error(TP53 "\t\n", "found no Ensembl gene id with a symbol");
    expect_error("id\tname\nA\tB\n", "map.tsv:2: found 'A' and 'B', expected an Ensembl gene id");
    expect_error(TP53 "\tTP53\nX\t" EGFR "\n", "map.tsv:2: found 'X' and '" EGFR "'");
    expect_error(TP53 "\tTP53\t1\n", "map.tsv:1: found 3 fields, expected 2");
    expect_error(TP53 "\n", "map.tsv:1: found 1 fields, expected 2");
    om_gene_map *map = NULL;
    assert_int_equal(om_gene_map_read(&map, test_path(test_folder, "none.tsv")), OM_INPUT);
    assert_message_has("none.tsv: found no such file");
}

static void test_ids(void **state) {
    (void)state;
    assert_int_equal(om_gene_map_id_length(TP53), 15);
    assert_int_equal(om_gene_map_id_length(TP53 ".18"), 15);
    assert_int_equal(om_gene_map_id_length("ensmusg00000059552"), 18);
    assert_int_equal(om_gene_map_id_length(TP53 "_PAR_Y"), 15);
    static const char *const others[] = {"",
                                         "ENS",
                                         "ENSG",
                                         "ENSA",
                                         "ENSG01",
                                         "TP53",
                                         "ENST00000269305",
                                         "ENSP00000269305.4",
                                         (TP53 "1"),
                                         (TP53 "X"),
                                         (" " TP53)};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(om_gene_map_id_length(others[i]), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_layouts),
        test_in_folder(test_gzip),
        test_in_folder(test_errors),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests_name("gene_map", tests, NULL, NULL);
}
