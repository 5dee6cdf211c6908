#include "oncomark/gene_sets.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

/* Eight sets that are of no further interest. */
#define REST                                                                                       \
    "EGS\tx\tE1\nGIM\tx\tG1\nRCD\tx\tR1\nSPS\tx\tS1\nAID\tx\tA1\nIA\tx\tI1\nERI\tx\tN1\nTPI\tx\t"  \
    "T1\n"

static const char *sets_path(void) {
    return test_path(test_folder, "sets");
}

static void write_file(const char *text) {
    test_write(test_folder, "sets", text);
}

static om_gene_sets *read_sets(void) {
    om_gene_sets *sets = NULL;
    om_status status = om_gene_sets_read(&sets, sets_path());
    if (status != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return sets;
}

static void assert_genes(const om_gene_sets *sets, int hallmark, om_sign sign, int n,
                         const char *const *genes) {
    const om_strings *found = om_gene_sets_genes(sets, hallmark, sign);
    assert_int_equal(om_strings_count(found), n);
    for (int i = 0; i < n; i++) {
        assert_string_equal(om_strings_get(found, i), genes[i]);
    }
}

static void assert_refused(const char *text, const char *message) {
    write_file(text);
    om_gene_sets *sets = NULL;
    assert_int_equal(om_gene_sets_read(&sets, sets_path()), OM_INPUT);
    assert_null(sets);
    char expected[256];
    snprintf(expected, sizeof expected, "%s%s", sets_path(), message);
    if (strncmp(om_error_message(), expected, strlen(expected)) != 0) {
        fail_msg("found message \"%s\", expected \"%s...\"", om_error_message(), expected);
    }
}

static void gmt_is_read(void **state) {
    (void)state;
    write_file("\xEF\xBB\xBF# a comment\r\n\r\n"
               "aim\thttp://x\t TP53 \tIL8+\tVIM\tTP53\tCDH1-\t\t\r\n"
               "Deregulating cellular ENERGETICS\t\tHK2\n" REST);
    om_gene_sets *sets = read_sets();
    assert_genes(sets, OM_HALLMARK_AIM, OM_POSITIVE, 3, (const char *[]){"TP53", "IL8", "VIM"});
    assert_genes(sets, OM_HALLMARK_AIM, OM_NEGATIVE, 1, (const char *[]){"CDH1"});
    assert_genes(sets, OM_HALLMARK_DCE, OM_POSITIVE, 1, (const char *[]){"HK2"});
    assert_genes(sets, OM_HALLMARK_TPI, OM_POSITIVE, 1, (const char *[]){"T1"});
    assert_genes(sets, OM_HALLMARK_TPI, OM_NEGATIVE, 0, NULL);
    assert_int_equal(om_gene_sets_duplicates(sets), 1);
    om_gene_sets_destroy(&sets);
    assert_null(sets);
}

/* The full name may be the description of a line named by the code. */
static void description_is_no_header(void **state) {
    (void)state;
    write_file("AIM\tActivating Invasion and Metastasis\tVIM\nDCE\tx\tHK2\n" REST);
    om_gene_sets *sets = read_sets();
    assert_genes(sets, OM_HALLMARK_AIM, OM_POSITIVE, 1, (const char *[]){"VIM"});
    om_gene_sets_destroy(&sets);
}

static void table_is_read(void **state) {
    (void)state;
    write_file("IA,TPI,GIM,SPS,AID,ERI,RCD,EGS,Deregulating Cellular Energetics,AIM\r\n"
               "A,B,C,D,E,F,G,H,\"I,1\", J \r\n"
               "K,,,,,,,,,J\r\n"
               "L-,,,\r\n");
    om_gene_sets *sets = read_sets();
    assert_genes(sets, OM_HALLMARK_IA, OM_POSITIVE, 2, (const char *[]){"A", "K"});
    assert_genes(sets, OM_HALLMARK_IA, OM_NEGATIVE, 1, (const char *[]){"L"});
    assert_genes(sets, OM_HALLMARK_DCE, OM_POSITIVE, 1, (const char *[]){"I,1"});
    assert_genes(sets, OM_HALLMARK_AIM, OM_POSITIVE, 1, (const char *[]){"J"});
    assert_int_equal(om_gene_sets_duplicates(sets), 1);
    om_gene_sets_destroy(&sets);
}

static void tab_separated_table_is_read(void **state) {
    (void)state;
    write_file("AIM\tDCE\tEGS\tGIM\tRCD\tSPS\tAID\tIA\tERI\tTPI\n"
               "a\tb\tc\td\te\tf\tg\th\ti\tj\n");
    om_gene_sets *sets = read_sets();
    assert_genes(sets, OM_HALLMARK_ERI, OM_POSITIVE, 1, (const char *[]){"i"});
    om_gene_sets_destroy(&sets);
}

static void gzip_is_read(void **state) {
    (void)state;
    test_write_gzip(test_folder, "sets", "AIM\tx\tVIM\nDCE\tx\tHK2\n" REST);
    om_gene_sets *sets = read_sets();
    assert_genes(sets, OM_HALLMARK_AIM, OM_POSITIVE, 1, (const char *[]){"VIM"});
    om_gene_sets_destroy(&sets);
}

static void faults_are_named(void **state) {
    (void)state;
    assert_refused("", ": found no gene set, expected GMT");
    assert_refused("# only this\n\n", ": found no gene set, expected GMT");
    assert_refused("AIM\tx\tVIM\n" REST,
                   ":9: found no gene set DCE (Deregulating Cellular Energetics) up to the end of "
                   "the file, expected all ten hallmarks");
    assert_refused("# c\nAIM\tx\tVIM\nAIM\tx\tVIM\n" REST,
                   ":3: found gene set AIM again (first on line 2)");
    assert_refused("AIM\tx\tVIM\nFOO\tx\tVIM\n" REST, ":2: found gene set \"FOO\", expected");
    assert_refused("AIM\tx\tVIM\nDCE\tx\t \t\n" REST, ":2: found no gene in set DCE");
    assert_refused("AIM\tx\tVIM\nDCE\tx\n" REST, ":2: found no gene in set DCE");
    assert_refused("AIM\tx\tVIM-\nDCE\tx\tHK2\n" REST, ":1: found no positive gene in set AIM");
    assert_refused("AIM\tx\tVIM\tVIM-\nDCE\tx\tHK2\n" REST,
                   ":1: found gene VIM both positive and negative in set AIM");
    assert_refused("AIM\tx\tVIM\t-\nDCE\tx\tHK2\n" REST,
                   ":1: found a sign without a gene in set AIM");
    assert_refused("AIM,DCE\nVIM,HK2,X\n", ":2: found 3 fields, expected at most 2");
    assert_refused("AIM,DCE,AIM\n", ":1: found gene set AIM again");
    assert_refused("AIM VIM HK2\n", ":1: found gene set \"AIM VIM HK2\", expected");
    unlink(sets_path());
    om_gene_sets *sets = NULL;
    assert_int_equal(om_gene_sets_read(&sets, sets_path()), OM_INPUT);
}

static void digest_tells_content(void **state) {
    (void)state;
    char base[OM_DIGEST_HEX];
    char other[OM_DIGEST_HEX];
    write_file("AIM\tx\tVIM\tTP53-\nDCE\tx\tHK2\n" REST);
    om_gene_sets *sets = read_sets();
    om_gene_sets_digest(sets, base);
    om_gene_sets_destroy(&sets);
    write_file("# same content\nAIM\ty\tVIM\tTP53-\tVIM\nDCE\tx\tHK2\n" REST);
    sets = read_sets();
    om_gene_sets_digest(sets, other);
    om_gene_sets_destroy(&sets);
    assert_string_equal(base, other);
    write_file("AIM\tx\tVIM\tTP53\nDCE\tx\tHK2\n" REST);
    sets = read_sets();
    om_gene_sets_digest(sets, other);
    om_gene_sets_destroy(&sets);
    assert_string_not_equal(base, other);
}

/* Every allocation fails once: an error, and nothing is left behind (seen by the sanitizers). */
static void memory_failure_is_reported(void **state) {
    (void)state;
    write_file("AIM\tx\tVIM\tTP53-\nDCE\tx\tHK2\n" REST);
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_gene_sets *sets = NULL;
        om_memory_fail_after(n);
        status = om_gene_sets_read(&sets, sets_path());
        assert_true(status == OM_OK ? sets != NULL : sets == NULL);
        om_gene_sets_destroy(&sets);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
}

static void shipped_sets_are_read(void **state) {
    (void)state;
    om_gene_sets *sets = NULL;
    assert_int_equal(om_gene_sets_read(&sets, OM_TEST_SOURCE_DIR "/jobs/gene_sets/hallmarks.gmt"),
                     OM_OK);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        assert_true(om_strings_count(om_gene_sets_genes(sets, h, OM_POSITIVE)) >= 10);
    }
    om_gene_sets_destroy(&sets);
}

static void published_sets_are_read(void **state) {
    (void)state;
    const char *path = OM_TEST_SOURCE_DIR "/../shared/paper/hallmark_surv_curated.csv";
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    const int sizes[OM_N_HALLMARKS] = {166, 45, 128, 95, 139, 207, 38, 29, 24, 28};
    om_gene_sets *sets = NULL;
    assert_int_equal(om_gene_sets_read(&sets, path), OM_OK);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        assert_int_equal(om_strings_count(om_gene_sets_genes(sets, h, OM_POSITIVE)), sizes[h]);
        assert_int_equal(om_strings_count(om_gene_sets_genes(sets, h, OM_NEGATIVE)), 0);
    }
    assert_int_equal(om_gene_sets_duplicates(sets), 0);
    om_gene_sets_destroy(&sets);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(gmt_is_read),
        test_in_folder(description_is_no_header),
        test_in_folder(table_is_read),
        test_in_folder(tab_separated_table_is_read),
        test_in_folder(gzip_is_read),
        test_in_folder(faults_are_named),
        test_in_folder(digest_tells_content),
        test_in_folder(memory_failure_is_reported),
        cmocka_unit_test(shipped_sets_are_read),
        cmocka_unit_test(published_sets_are_read),
    };
    return cmocka_run_group_tests_name("gene_sets", tests, NULL, NULL);
}
