#include "cells/gene_match.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REST                                                                                       \
    "DCE\tx\tHK2\nEGS\tx\tHK2\nGIM\tx\tHK2\nRCD\tx\tHK2\nSPS\tx\tHK2\nAID\tx\tHK2\nIA\tx\tHK2\n"   \
    "ERI\tx\tHK2\nTPI\tx\tHK2\n"

static void write_temporary(char path[32], const char *text) {
    strcpy(path, "/tmp/om_match_XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
}

static om_gene_sets *make_sets(const char *aim) {
    char text[1024];
    char path[32];
    snprintf(text, sizeof text, "AIM\tx\t%s\n" REST, aim);
    write_temporary(path, text);
    om_gene_sets *sets = NULL;
    assert_int_equal(om_gene_sets_read(&sets, path), OM_OK);
    unlink(path);
    return sets;
}

static om_gene_aliases *make_aliases(const char *text) {
    char path[32];
    write_temporary(path, text);
    om_gene_aliases *aliases = NULL;
    assert_int_equal(om_gene_aliases_read(&aliases, path), OM_OK);
    unlink(path);
    return aliases;
}

static om_strings *make_symbols(int n, const char *const *symbols) {
    om_strings *list = NULL;
    assert_int_equal(om_strings_create(&list), OM_OK);
    for (int i = 0; i < n; i++) {
        assert_int_equal(om_strings_add(list, symbols[i]), OM_OK);
    }
    return list;
}

static void exact_match_takes_first_of_duplicates(void **state) {
    (void)state;
    om_gene_sets *sets = make_sets("TP53\tVIM\tGONE\tLOST-\tCDH1-");
    om_strings *symbols =
        make_symbols(6, (const char *[]){"VIM", "TP53", "VIM", "HK2", "CDH1", "TP53"});
    om_gene_match *match = NULL;
    assert_int_equal(om_gene_match_create(&match, sets, NULL, symbols, "X"), OM_OK);
    assert_int_equal(match->n_rows, 6);
    assert_int_equal(match->n_symbols, 4);
    assert_memory_equal(match->is_first, ((uint8_t[]){1, 1, 0, 1, 1, 0}), 6);
    const om_signature *positive = &match->parts[OM_HALLMARK_AIM][OM_POSITIVE];
    const om_signature *negative = &match->parts[OM_HALLMARK_AIM][OM_NEGATIVE];
    assert_int_equal(positive->n_genes, 3);
    assert_int_equal(positive->n_found, 2);
    assert_int_equal(positive->rows[0], 1);
    assert_int_equal(positive->rows[1], 0);
    assert_int_equal(negative->n_genes, 2);
    assert_int_equal(negative->n_found, 1);
    assert_int_equal(negative->rows[0], 4);
    assert_int_equal(match->n_missing, 2);
    assert_int_equal(om_strings_count(match->missing[OM_HALLMARK_AIM]), 2);
    assert_string_equal(om_strings_get(match->missing[OM_HALLMARK_AIM], 0), "GONE");
    assert_string_equal(om_strings_get(match->missing[OM_HALLMARK_AIM], 1), "LOST");
    assert_int_equal(om_strings_count(match->missing[OM_HALLMARK_TPI]), 0);
    om_gene_match_destroy(&match);
    om_strings_destroy(&symbols);
    om_gene_sets_destroy(&sets);
}

/* IL8 -> CXCL8 forwards, PIDD1 -> LRDD backwards; the second of two candidates where only that one
 * is there; a row is used once a set: by the exact symbol before any alias of it. */
static void aliases_resolve_both_ways(void **state) {
    (void)state;
    om_gene_sets *sets = make_sets("IL8\tPIDD1\tMANY\tOLDHK\tOLDVIM\tVIM-\tCASE");
    om_gene_aliases *aliases = make_aliases("# comment\n\nIL8\tCXCL8\nLRDD\tPIDD1\n"
                                            "MANY\tNOT1\nMANY\tNEW2\nMANY\tNEW3\nOLDHK\tHK2\n"
                                            "OLDVIM\tVIM\ncase\tNEW3\n");
    om_strings *symbols =
        make_symbols(6, (const char *[]){"HK2", "CXCL8", "LRDD", "NEW3", "NEW2", "VIM"});
    om_gene_match *match = NULL;
    assert_int_equal(om_gene_match_create(&match, sets, aliases, symbols, "X"), OM_OK);
    const om_signature *part = &match->parts[OM_HALLMARK_AIM][OM_POSITIVE];
    const int32_t rows[] = {1, 2, 4, 0};
    assert_int_equal(part->n_found, 4);
    assert_memory_equal(part->rows, rows, sizeof rows);
    assert_int_equal(match->parts[OM_HALLMARK_AIM][OM_NEGATIVE].rows[0], 5);
    /* OLDVIM: VIM is taken by the set itself. CASE: case counts. */
    assert_int_equal(om_strings_count(match->missing[OM_HALLMARK_AIM]), 2);
    assert_string_equal(om_strings_get(match->missing[OM_HALLMARK_AIM], 0), "OLDVIM");
    assert_string_equal(om_strings_get(match->missing[OM_HALLMARK_AIM], 1), "CASE");
    assert_int_equal(match->n_missing, 2);
    om_gene_match_destroy(&match);
    om_strings_destroy(&symbols);
    om_gene_aliases_destroy(&aliases);
    om_gene_sets_destroy(&sets);
}

static void set_without_gene_is_refused(void **state) {
    (void)state;
    om_gene_sets *sets = make_sets("IL8\tVIM-");
    om_strings *symbols = make_symbols(2, (const char *[]){"HK2", "VIM"});
    om_gene_match *match = NULL;
    assert_int_equal(om_gene_match_create(&match, sets, NULL, symbols, "Wu2021_Breast"), OM_INPUT);
    assert_null(match);
    assert_message_has(om_gene_sets_path(sets));
    assert_message_has("found none of the 1 genes of set AIM in data set Wu2021_Breast");
    om_strings_destroy(&symbols);
    om_gene_sets_destroy(&sets);
}

static void long_set_is_refused(void **state) {
    (void)state;
    om_gene_sets *sets = make_sets("A\tB\tC\tD-\tMISSING");
    om_strings *symbols = make_symbols(6, (const char *[]){"HK2", "A", "B", "C", "D", "E"});
    om_gene_match *match = NULL;
    assert_int_equal(om_gene_match_create(&match, sets, NULL, symbols, "X"), OM_OK);
    om_score_parameters parameters = {.formula = OM_UCELL_2_14, .max_rank = 4};
    assert_int_equal(om_gene_match_check_length(match, sets, &parameters, "X"), OM_OK);
    parameters.max_rank = 3;
    assert_int_equal(om_gene_match_check_length(match, sets, &parameters, "X"), OM_INPUT);
    assert_message_has("found 4 genes in set AIM, expected at most 3 with "
                       "data set X");
    parameters.missing_genes = OM_MISSING_SKIP;
    assert_int_equal(om_gene_match_check_length(match, sets, &parameters, "X"), OM_OK);
    om_gene_match_destroy(&match);
    om_strings_destroy(&symbols);
    om_gene_sets_destroy(&sets);
}

static void faulty_alias_table_is_refused(void **state) {
    (void)state;
    char path[32];
    char expected[128];
    om_gene_aliases *aliases = NULL;
    write_temporary(path, "IL8\tCXCL8\nLRDD PIDD1\n");
    assert_int_equal(om_gene_aliases_read(&aliases, path), OM_INPUT);
    assert_null(aliases);
    snprintf(expected, sizeof expected,
             "%s:2: found \"LRDD PIDD1\", expected an alias, a tab and a symbol", path);
    assert_string_equal(om_error_message(), expected);
    unlink(path);
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    om_gene_sets *sets = make_sets("IL8\tPIDD1\tMANY-");
    om_gene_aliases *aliases = make_aliases("IL8\tCXCL8\n");
    om_strings *symbols = make_symbols(3, (const char *[]){"HK2", "CXCL8", "MANY"});
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_gene_match *match = NULL;
        om_memory_fail_after(n);
        status = om_gene_match_create(&match, sets, aliases, symbols, "X");
        assert_true(status == OM_OK ? match != NULL : match == NULL);
        om_gene_match_destroy(&match);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    om_strings_destroy(&symbols);
    om_gene_aliases_destroy(&aliases);
    om_gene_sets_destroy(&sets);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_match_takes_first_of_duplicates),
        cmocka_unit_test(aliases_resolve_both_ways),
        cmocka_unit_test(set_without_gene_is_refused),
        cmocka_unit_test(long_set_is_refused),
        cmocka_unit_test(faulty_alias_table_is_refused),
        cmocka_unit_test(memory_failure_is_reported),
    };
    return cmocka_run_group_tests_name("gene_match", tests, NULL, NULL);
}
