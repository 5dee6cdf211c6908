/* Curation of small made-up databases, against what a person would decide. */
#include "oncomark/curate.h"

#include "oncomark/gene_sets.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/table.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <sys/stat.h>

static om_ctx *ctx;

/* One gene that two databases have, for each hallmark but AIM. */
#define REST(prefix)                                                                               \
    prefix "DCE\tx\tHK2\n" prefix "EGS\tx\tRB1\n" prefix "GIM\tx\tTP53\n" prefix                   \
           "RCD\tx\tBCL2\n" prefix "SPS\tx\tEGFR\n" prefix "AID\tx\tCD274\n" prefix                \
           "IA\tx\tVEGFA\n" prefix "ERI\tx\tTERT\n" prefix "TPI\tx\tIL6\n"

#define REST_MAP(prefix)                                                                           \
    prefix "DCE,DCE\n" prefix "EGS,egs\n" prefix "GIM,GIM\n" prefix "RCD,RCD\n" prefix             \
           "SPS,SPS\n" prefix "AID,AID\n" prefix "IA,Inducing Angiogenesis\n" prefix               \
           "ERI,ERI\n" prefix "TPI,TPI\n"

static const char header[] = "set,hallmark\n";
static const char rest_map[] = REST_MAP("KEGG_") REST_MAP("REACTOME_");

typedef struct setting {
    om_curate_options options;
    om_strings *gmts;
    om_strings *databases;
} setting;

static const char *in_folder(const char *name) {
    return test_path(test_folder, name);
}

/* Two files, KEGG and REACTOME, of which the map has a set a hallmark. */
static setting make(const char *kegg_aim, const char *reactome_aim, const char *map) {
    setting made = {.gmts = test_strings(0, NULL), .databases = test_strings(0, NULL)};
    char *text = om_format("KEGG_AIM\tx\t%s\n" REST("KEGG_") "KEGG_OTHER\tx\tNEVER\n", kegg_aim);
    om_strings_add(made.gmts, test_write(test_folder, "one.gmt", text));
    om_free(text);
    text = om_format("REACTOME_AIM\tx\t%s\r\n" REST("REACTOME_"), reactome_aim);
    om_strings_add(made.gmts, test_write_gzip(test_folder, "two.gmt.gz", text));
    om_free(text);
    text = om_format("%s%s%s", header, map, rest_map);
    test_write(test_folder, "map.csv", text);
    om_free(text);
    made.options = (om_curate_options){.gmts = made.gmts, .databases = made.databases};
    made.options.min_sources = 2;
    return made;
}

static const char aim_map[] = "KEGG_AIM,AIM\nREACTOME_AIM,Activating invasion and metastasis\n";

static om_status run(setting *made) {
    char map[TEST_PATH * 2], out[TEST_PATH * 2];
    strcpy(map, in_folder("map.csv"));
    strcpy(out, in_folder("out"));
    made->options.map = map;
    made->options.out = out;
    return om_curate(ctx, &made->options);
}

static void destroy(setting *made) {
    om_strings_destroy(&made->gmts);
    om_strings_destroy(&made->databases);
}

static char *read_out(const char *name) {
    char *text = NULL;
    int64_t length = 0;
    char path[TEST_PATH];
    snprintf(path, sizeof path, "out/%s", name);
    if (om_file_read_all(in_folder(path), &text, &length) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return text;
}

static void assert_has(const char *text, const char *part) {
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
}

static void assert_nothing_written(void) {
    assert_false(om_file_exists(in_folder("out/hallmarks.gmt")));
    assert_false(om_file_exists(in_folder("out/audit.csv")));
    assert_false(om_file_exists(in_folder("out/overlaps.csv")));
}

static void succeed(setting *made) {
    if (run(made) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static void refuse(setting *made, om_status expected, const char *message) {
    assert_int_equal(run(made), expected);
    assert_message_has(message);
    assert_nothing_written();
    destroy(made);
}

static void agreed_genes_are_kept(void **state) {
    (void)state;
    setting made = make(" VIM \tCDH2\tONE\tVIM\tTP53\t\t", "TP53\tVIM\tCDH2\tTWO\r", aim_map);
    succeed(&made);
    char *text = read_out("hallmarks.gmt");
    assert_has(text, "AIM\tActivating Invasion and Metastasis\tCDH2\tTP53\tVIM\nDCE\t");
    assert_null(strstr(text, "NEVER"));
    om_free(text);
    text = read_out("audit.csv");
    assert_has(text, "gene,hallmark,sources,n_sources,decision,why,symbols\n"
                     "CDH2,AIM,KEGG;REACTOME,2,kept,reaches min_sources 2,CDH2\n"
                     "ONE,AIM,KEGG,1,dropped,below min_sources 2,ONE\n"
                     "TP53,AIM,KEGG;REACTOME,2,kept,reaches min_sources 2,TP53\n"
                     "TWO,AIM,REACTOME,1,dropped,below min_sources 2,TWO\n"
                     "VIM,AIM,KEGG;REACTOME,2,kept,reaches min_sources 2,VIM\n"
                     "HK2,DCE,KEGG;REACTOME,2,kept,reaches min_sources 2,HK2\n");
    om_free(text);
    text = read_out("overlaps.csv");
    assert_has(text, "hallmark,other,n_genes,n_other,shared,jaccard\nAIM,AIM,3,3,3,1\n"
                     "AIM,DCE,3,1,0,0\n");
    assert_has(text, "\nAIM,GIM,3,1,1,0.33333333333333331\n");
    assert_has(text, "\nGIM,AIM,1,3,1,0.33333333333333331\n");
    om_free(text);
    om_gene_sets *sets = NULL;
    assert_int_equal(om_gene_sets_read(&sets, in_folder("out/hallmarks.gmt")), OM_OK);
    assert_int_equal(om_strings_count(om_gene_sets_genes(sets, OM_HALLMARK_AIM, OM_POSITIVE)), 3);
    assert_int_equal(om_gene_sets_duplicates(sets), 0);
    om_gene_sets_destroy(&sets);
    destroy(&made);
}

/* A set for two hallmarks, and the three parts of one database: they agree with themselves only. */
static void one_database_counts_once(void **state) {
    (void)state;
    setting made = make("VIM\tONE", "VIM",
                        "KEGG_AIM,AIM\nREACTOME_AIM,AIM\nKEGG_AIM,IA\nGOBP_A,AIM\nGOMF_A,AIM\n"
                        "gocc_a,AIM\n");
    om_strings_add(made.gmts,
                   test_write(test_folder, "go.gmt",
                              "GOBP_A\tx\tONLY\tONE\nGOMF_A\tx\tONLY\ngocc_a\tx\tONLY\n"));
    succeed(&made);
    char *text = read_out("audit.csv");
    assert_has(text, "ONE,AIM,GO;KEGG,2,kept,reaches min_sources 2,ONE\n"
                     "ONLY,AIM,GO,1,dropped,below min_sources 2,ONLY\n");
    assert_has(text, "ONE,IA,KEGG,1,dropped,below min_sources 2,ONE\n");
    om_free(text);
    destroy(&made);
}

/* The map's word goes before the assignment of the file, that before the name of the set, that
 * before the name of the file. */
static void databases_are_told_apart(void **state) {
    (void)state;
    setting made = make("VIM\tA\tB\tC\tD", "VIM",
                        "KEGG_AIM,AIM\nREACTOME_AIM,AIM\nmine,AIM\n"
                        "yours,AIM\nKEGG_2,AIM\nold,AIM\n");
    om_strings_add(made.gmts, test_write(test_folder, "lab.v2.gmt", "mine\tx\tA\nKEGG_2\tx\tA\n"));
    om_strings_add(made.gmts, test_write(test_folder, "other.gmt", "yours\tx\tB\tA\n"));
    om_strings_add(made.gmts, test_write(test_folder, "Kegg_2019.gmt", "old\tx\tC\n"));
    succeed(&made);
    char *text = read_out("audit.csv");
    assert_has(text, "A,AIM,KEGG;lab.v2;other,3,kept,");
    assert_has(text, "B,AIM,KEGG;other,2,kept,");
    assert_has(text, "C,AIM,KEGG,1,dropped,");
    om_free(text);
    om_strings_add(made.databases, "kegg=other.gmt");
    char *entry = om_format("Lab=%s,%s", om_strings_get(made.gmts, 2), "Kegg_2019.gmt");
    om_strings_add(made.databases, entry);
    om_free(entry);
    made.options.force = true;
    succeed(&made);
    text = read_out("audit.csv");
    assert_has(text, "A,AIM,KEGG;Lab,2,kept,");
    assert_has(text, "B,AIM,KEGG,1,dropped,");
    assert_has(text, "C,AIM,KEGG;Lab,2,kept,");
    om_free(text);
    destroy(&made);

    made = make("VIM\tA\tB", "VIM\tB", aim_map);
    char *map = om_format("set\thallmark\tnote\tDatabase\nKEGG_AIM\tAIM\t\tMine\n"
                          "REACTOME_AIM\tAIM\tsame source\t mine \n");
    test_write(test_folder, "short.tsv", map);
    om_free(map);
    made.options.map = NULL;
    char path[TEST_PATH * 2], out[TEST_PATH * 2];
    strcpy(path, in_folder("short.tsv"));
    strcpy(out, in_folder("out"));
    made.options.map = path;
    made.options.out = out;
    made.options.force = true;
    assert_int_equal(om_curate(ctx, &made.options), OM_INPUT);
    assert_message_has("short.tsv: found no gene for hallmark AIM (Activating Invasion and "
                       "Metastasis) that 2 of 1 databases have and no exclusion takes, among 3 "
                       "genes of 2 sets");
    destroy(&made);
}

static void aliases_are_one_gene(void **state) {
    (void)state;
    setting made =
        make("IL8\tOLD\tNEW\tTWICE\tVIM\tSECOND", "CXCL8\tVIM\tNEW\tTWICE\tTHIRD", aim_map);
    char aliases[TEST_PATH * 2];
    strcpy(aliases, test_write(test_folder, "aliases.tsv",
                               "# IL8 and friends\nalias\tsymbol\nIL8\tCXCL8\nOLD\tNEW\n"
                               "NEW\tOTHER\nTWICE\tA\nTWICE\tB\nSECOND\tTHIRD\nSECOND\tTHIRD\n"));
    made.options.aliases = aliases;
    succeed(&made);
    char *text = read_out("audit.csv");
    /* NEW is current, though another gene had that name once; TWICE is nobody's. */
    assert_has(text, "CXCL8,AIM,KEGG;REACTOME,2,kept,reaches min_sources 2,IL8;CXCL8\n"
                     "NEW,AIM,KEGG;REACTOME,2,kept,reaches min_sources 2,NEW;OLD\n"
                     "THIRD,AIM,KEGG;REACTOME,2,kept,reaches min_sources 2,SECOND;THIRD\n"
                     "TWICE,AIM,KEGG;REACTOME,2,kept,reaches min_sources 2,TWICE\n"
                     "VIM,");
    om_free(text);
    assert_true(om_log_warnings(om_context_log(ctx)) > 0);
    destroy(&made);
}

static void exclusions_are_applied(void **state) {
    (void)state;
    setting made = make("IL8\tVIM\tONE\tTP53", "CXCL8\tVIM\tTP53", aim_map);
    char aliases[TEST_PATH * 2], exclude[TEST_PATH * 2];
    strcpy(aliases, test_write(test_folder, "aliases.tsv", "IL8\tCXCL8\n"));
    strcpy(exclude, test_write(test_folder, "exclude.csv",
                               "gene,reason,hallmark\nIL8,\"a, b\",aim\nONE,late,*\nTP53,no,EGS\n"
                               "ZZZ,not there,\n"));
    made.options.aliases = aliases;
    made.options.exclude = exclude;
    long warnings = om_log_warnings(om_context_log(ctx));
    succeed(&made);
    assert_int_equal(om_log_warnings(om_context_log(ctx)) - warnings, 2); /* TP53 and ZZZ */
    char *text = read_out("audit.csv");
    assert_has(text, "CXCL8,AIM,KEGG;REACTOME,2,dropped,\"excluded: a, b\",IL8;CXCL8\n"
                     "ONE,AIM,KEGG,1,dropped,excluded: late,ONE\n"
                     "TP53,AIM,KEGG;REACTOME,2,kept,");
    om_free(text);
    destroy(&made);
}

static void excluded_as(const char *table, const char *message) {
    setting made = make("VIM", "VIM", aim_map);
    char exclude[TEST_PATH * 2];
    strcpy(exclude, test_write(test_folder, "exclude.csv", table));
    made.options.exclude = exclude;
    refuse(&made, OM_INPUT, message);
}

static void bad_exclusions_are_refused(void **state) {
    (void)state;
    excluded_as("gene,hallmark,reason\nVIM,AIM,why not\nVIM,IA, \n",
                "exclude.csv:3: found no reason, expected why the gene is excluded");
    excluded_as("gene,hallmark,reason\n,AIM,why not\n", "exclude.csv:2: found no gene, expected");
    excluded_as("gene,hallmark,reason\nVIM,XXX,y\n", "exclude.csv:2: found hallmark \"XXX\"");
    excluded_as("gene,hallmark\nVIM,AIM\n", "exclude.csv: found no column \"reason\"");
    excluded_as("gene,reason\nVIM,all of them\n", "found no gene for hallmark AIM");
}

static void mapped_as(const char *map, const char *message) {
    setting made = make("VIM", "VIM", map);
    refuse(&made, OM_INPUT, message);
}

static void bad_maps_are_refused(void **state) {
    (void)state;
    mapped_as("KEGG_AIM,AIM\nNOWHERE,AIM\n",
              "map.csv:3: found set \"NOWHERE\", expected one that is in the GMT files");
    mapped_as("KEGG_AIM,AIM\nKEGG_AIM,XXX\n", "map.csv:3: found hallmark \"XXX\" for set KEGG_AIM");
    mapped_as("KEGG_AIM,AIM\nKEGG_AIM,DCE\nKEGG_AIM,aim\n",
              "map.csv:4: found set KEGG_AIM for AIM again (first on line 2)");
    mapped_as(" ,AIM\n", "map.csv:2: found no set");
    mapped_as("KEGG_AIM,AIM\nKEGG_AIM,IA,x\n", "map.csv:3: found 3 fields, expected 2");
    mapped_as("", "map.csv: found no gene for hallmark AIM (Activating Invasion and Metastasis) "
                  "that 2 of 2 databases have");
    setting made = make("VIM", "VIM", aim_map);
    test_write(test_folder, "map.csv", "name,hallmark\nKEGG_AIM,AIM\n");
    refuse(&made, OM_INPUT, "map.csv: found no column \"set\"");
    made = make("VIM", "VIM", aim_map);
    test_write(test_folder, "map.csv", header);
    refuse(&made, OM_INPUT, "map.csv: found a header only, expected a row for each set");
}

static void read_as(const char *gmt, const char *message) {
    setting made = make("VIM", "VIM", aim_map);
    om_strings_add(made.gmts, test_write(test_folder, "bad.gmt", gmt));
    refuse(&made, OM_INPUT, message);
}

static void bad_sets_are_refused(void **state) {
    (void)state;
    read_as("# comment\n\nset,AIM\n", "bad.gmt:3: found \"set,AIM\" without a tab, expected GMT");
    read_as("KEGG_AIM\tx\tVIM\nother\nKEGG_AIM\tx\tVIM\n", "bad.gmt:2: found \"other\" without");
    read_as("KEGG_AIM\tx\tVIM\nKEGG_AIM\tx\tVIM\n",
            "bad.gmt:2: found gene set KEGG_AIM again (first on line 1)");
    read_as("KEGG_AIM\tx\n", "bad.gmt:1: found no gene in set KEGG_AIM");
    read_as("KEGG_AIM\tx\t \t\n", "bad.gmt:1: found no gene in set KEGG_AIM");
    read_as("KEGG_AIM\tx\tA\tVIM-\n", "bad.gmt:1: found gene VIM- in set KEGG_AIM, expected");
    setting made = make("VIM", "VIM", aim_map);
    om_strings_add(made.gmts, in_folder("none.gmt"));
    refuse(&made, OM_INPUT, "none.gmt");
}

static void assigned_as(const char *entry, const char *message) {
    setting made = make("VIM", "VIM", aim_map);
    om_strings_add(made.databases, "X=one.gmt");
    om_strings_add(made.databases, entry);
    refuse(&made, OM_USAGE, message);
}

static void bad_assignments_are_refused(void **state) {
    (void)state;
    assigned_as("KEGG", "found --database KEGG, expected NAME=FILE");
    assigned_as("=two.gmt.gz", "expected NAME=FILE");
    assigned_as("KEGG=", "expected NAME=FILE");
    assigned_as("KEGG=two.gmt.gz,three.gmt", "found file 'three.gmt' in --database KEGG=two");
    assigned_as("KEGG=one.gmt", "one.gmt in database KEGG and in X, expected each file in one");
}

static void order_of_files_does_not_matter(void **state) {
    (void)state;
    setting made = make("VIM\tA\tB", "VIM\tB\tC", aim_map);
    succeed(&made);
    char *before = read_out("audit.csv");
    om_strings *turned = test_strings(0, NULL);
    om_strings_add(turned, om_strings_get(made.gmts, 1));
    om_strings_add(turned, om_strings_get(made.gmts, 0));
    made.options.gmts = turned;
    made.options.force = true;
    succeed(&made);
    char *after = read_out("audit.csv");
    assert_string_equal(before, after);
    om_free(before);
    om_free(after);
    om_strings_destroy(&turned);
    destroy(&made);
}

static void nothing_is_overwritten(void **state) {
    (void)state;
    setting made = make("VIM", "VIM", aim_map);
    mkdir(in_folder("out"), 0777);
    test_write(test_folder, "out/overlaps.csv", "mine");
    assert_int_equal(run(&made), OM_USAGE);
    assert_message_has("out/overlaps.csv: is there already");
    char *text = read_out("overlaps.csv");
    assert_string_equal(text, "mine");
    om_free(text);
    assert_false(om_file_exists(in_folder("out/audit.csv")));
    made.options.force = true;
    succeed(&made);
    text = read_out("overlaps.csv");
    assert_has(text, "hallmark,other");
    om_free(text);
    destroy(&made);
}

/* The place of the last file is taken: the two before it are taken back, and none is left over. */
static void all_files_or_none(void **state) {
    (void)state;
    setting made = make("VIM", "VIM", aim_map);
    mkdir(in_folder("out"), 0777);
    mkdir(in_folder("out/.hallmarks.gmt.new"), 0777);
    test_write(test_folder, "out/audit.csv", "mine");
    made.options.force = true;
    assert_int_equal(run(&made), OM_SYSTEM);
    char *text = read_out("audit.csv");
    assert_string_equal(text, "mine");
    om_free(text);
    assert_false(om_file_exists(in_folder("out/overlaps.csv")));
    assert_false(om_file_exists(in_folder("out/hallmarks.gmt")));
    assert_false(om_file_exists(in_folder("out/.overlaps.csv.new")));
    rmdir(in_folder("out/.hallmarks.gmt.new"));
    mkdir(in_folder("out/.hallmarks.gmt.earlier"), 0777);
    test_write(test_folder, "out/hallmarks.gmt", "mine, too");
    assert_int_equal(run(&made), OM_SYSTEM);
    assert_message_has("hallmarks.gmt: cannot be set aside");
    text = read_out("audit.csv");
    assert_string_equal(text, "mine");
    om_free(text);
    text = read_out("hallmarks.gmt");
    assert_string_equal(text, "mine, too");
    om_free(text);
    assert_false(om_file_exists(in_folder("out/overlaps.csv")));
    assert_false(om_file_exists(in_folder("out/.audit.csv.earlier")));
    rmdir(in_folder("out/.hallmarks.gmt.earlier"));
    destroy(&made);
}

/* Wherever memory ends, the outcome is OM_MEMORY and no file. */
static void memory_may_end_anywhere(void **state) {
    (void)state;
    setting made = make("IL8\tVIM", "CXCL8\tVIM", aim_map);
    char aliases[TEST_PATH * 2], exclude[TEST_PATH * 2];
    strcpy(aliases, test_write(test_folder, "aliases.tsv", "IL8\tCXCL8\nA\tB\nA\tC\n"));
    strcpy(exclude, test_write(test_folder, "exclude.csv", "gene,reason\nCXCL8,x\n"));
    made.options.aliases = aliases;
    made.options.exclude = exclude;
    om_strings_add(made.databases, "Two=two.gmt.gz");
    om_status status = OM_MEMORY;
    int64_t n = 0;
    for (; status != OM_OK; n++) {
        om_memory_fail_after(n);
        status = run(&made);
        om_memory_fail_after(-1);
        if (status != OM_OK) {
            assert_int_equal(status, OM_MEMORY);
            assert_nothing_written();
        }
    }
    assert_true(n > 50);
    char *text = read_out("audit.csv");
    assert_has(text, "VIM,AIM,KEGG;Two,2,kept,");
    om_free(text);
    destroy(&made);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        test_in_folder(agreed_genes_are_kept),       test_in_folder(one_database_counts_once),
        test_in_folder(databases_are_told_apart),    test_in_folder(aliases_are_one_gene),
        test_in_folder(exclusions_are_applied),      test_in_folder(bad_exclusions_are_refused),
        test_in_folder(bad_maps_are_refused),        test_in_folder(bad_sets_are_refused),
        test_in_folder(bad_assignments_are_refused), test_in_folder(order_of_files_does_not_matter),
        test_in_folder(nothing_is_overwritten),      test_in_folder(all_files_or_none),
        test_in_folder(memory_may_end_anywhere),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    int failed = cmocka_run_group_tests_name("curate", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
