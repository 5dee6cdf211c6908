/* The folder of the published tables: files, headers, metadata, and what comes of them. */
#include "cells/published_files.h"

#include "cells/published_genes.h"
#include "cells/published_meta.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

static void make(const char *name) {
    test_write(test_folder, name, "x\n");
}

static void assert_ends(const char *path, const char *name) {
    assert_true(strlen(path) > strlen(name));
    assert_string_equal(path + strlen(path) - strlen(name), name);
}

static void assert_found(const char *data_pos, const char *data_neg, const char *meta_pos,
                         const char *meta_neg) {
    om_published_files *files = NULL;
    if (om_published_files_find(&files, test_folder) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_ends(files->data[1], data_pos);
    assert_ends(files->data[0], data_neg);
    assert_ends(files->meta[1], meta_pos);
    assert_ends(files->meta[0], meta_neg);
    om_published_files_destroy(&files);
    assert_null(files);
}

static void assert_not_found(const char *message) {
    om_published_files *files = NULL;
    assert_int_equal(om_published_files_find(&files, test_folder), OM_INPUT);
    assert_null(files);
    assert_message_has(test_folder);
    assert_message_has(message);
}

static void test_files_by_their_names(void **state) {
    (void)state;
    assert_not_found("no table of the positive samples' expression, expected "
                     "data_pos_sep_hallmark.csv");
    make("Data_Positive.TSV");
    make("metadata-POS.csv");
    make("expression_data_neg.csv.gz");
    assert_not_found("no table of the negative samples' hallmarks");
    make("negative_meta.txt");
    make("._data_neg.csv");
    make("data_neg.csv.tmp");
    make("data_neg.xlsx");
    make("data_of_pos_and_neg.csv");
    assert_found("Data_Positive.TSV", "expression_data_neg.csv.gz", "metadata-POS.csv",
                 "negative_meta.txt");
    make("data_pos2.csv");
    assert_not_found("', expected one such file: rename or move the other");
    /* The published name goes before all others. */
    make("data_pos_sep_hallmark.csv.gz");
    assert_found("data_pos_sep_hallmark.csv.gz", "expression_data_neg.csv.gz", "metadata-POS.csv",
                 "negative_meta.txt");
    make("data_pos_sep_hallmark.csv");
    assert_not_found("data_pos_sep_hallmark.csv");
}

static void test_description_tells_a_changed_file(void **state) {
    (void)state;
    static const char *const names[] = {"data_pos.csv", "data_neg.csv", "meta_pos.csv",
                                        "meta_neg.csv"};
    om_published_files *files = NULL;
    om_text *before = NULL;
    om_text *after = NULL;
    for (int i = 0; i < 4; i++) {
        make(names[i]);
    }
    assert_int_equal(om_text_create(&before), OM_OK);
    assert_int_equal(om_text_create(&after), OM_OK);
    assert_int_equal(om_published_files_find(&files, test_folder), OM_OK);
    assert_int_equal(om_published_files_describe(files, before), OM_OK);
    assert_int_equal(om_published_files_describe(files, after), OM_OK);
    assert_string_equal(om_text_get(before), om_text_get(after));
    test_write(test_folder, "meta_neg.csv", "longer\n");
    om_text_clear(after);
    assert_int_equal(om_published_files_describe(files, after), OM_OK);
    assert_string_not_equal(om_text_get(before), om_text_get(after));
    om_text_destroy(&before);
    om_text_destroy(&after);
    om_published_files_destroy(&files);
}

static void assert_header(const char *path, char delimiter, int64_t bytes, int64_t lines,
                          const char *const *genes, int64_t n_genes) {
    om_published_header header;
    if (om_published_header_read(&header, path) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(header.delimiter, delimiter);
    assert_int_equal(header.bytes, bytes);
    assert_int_equal(header.lines, lines);
    assert_int_equal(om_strings_count(header.genes), n_genes);
    for (int64_t i = 0; i < n_genes; i++) {
        assert_string_equal(om_strings_get(header.genes, i), genes[i]);
    }
    om_published_header_release(&header);
}

static void assert_header_text(const char *text, char delimiter, int64_t bytes, int64_t lines,
                               const char *const *genes, int64_t n_genes) {
    assert_header(test_write(test_folder, "t.csv", text), delimiter, bytes, lines, genes, n_genes);
    assert_header(test_write_gzip(test_folder, "t.gz", text), delimiter, bytes, lines, genes,
                  n_genes);
}

static void test_headers_of_r_and_pandas(void **state) {
    (void)state;
    static const char *const genes[] = {"TP53", "HLA-A", "A,B"};
    assert_header_text(",TP53,hla-a,\"A,B\"\ns&IA&1,1,2,3\n", ',', 18, 1, genes, 3);
    assert_header_text("\"\",\"TP53\",\"HLA-A\",\"A,B\"\r\n\"s&IA&1\",1,2,3\r\n", ',', 25, 1, genes,
                       3);
    assert_header_text("TP53,HLA-A,\"A,B\"\ns&IA&1,1,2,3\n", ',', 17, 1, genes, 3);
    assert_header_text("\xef\xbb\xbfUnnamed: 0\t TP53\tHLA-A \tA,B\ns&IA&1\t1\t2\t3\n", '\t', 31, 1,
                       genes, 3);
    assert_header_text("\n\nX,TP53,HLA-A,\"A,B\"\n\ns&IA&1,1,2,3\n", ',', 21, 3, genes, 3);
}

static void assert_bad_header(const char *text, const char *message) {
    om_published_header header;
    assert_int_equal(om_published_header_read(&header, test_write(test_folder, "t.csv", text)),
                     OM_INPUT);
    assert_message_has(message);
    assert_message_has("t.csv");
}

static void test_bad_headers(void **state) {
    (void)state;
    assert_bad_header("", "found an empty file, expected a header of gene names");
    assert_bad_header(",A,B\n", "found no rows below the header");
    assert_bad_header(",A,B\ns&IA&1,1,2,3,4\n", "t.csv:2: found 5 fields, expected");
    assert_bad_header(",A,B\ns&IA&1,1\n", "t.csv:2: found 2 fields, expected");
    assert_bad_header("A\ns&IA&1\n", "t.csv:2: found 1 fields, expected");
}

static om_status match(om_strings **kept, om_published_layout *layouts, int64_t n_neg,
                       const char *const *neg, int64_t n_pos, const char *const *pos) {
    om_strings *genes[2] = {test_strings(n_neg, neg), test_strings(n_pos, pos)};
    om_status status = om_published_genes_match(kept, layouts, genes);
    om_strings_destroy(&genes[0]);
    om_strings_destroy(&genes[1]);
    return status;
}

static void test_only_genes_of_both_are_kept(void **state) {
    (void)state;
    static const char *const neg[] = {"b", "C", "", "A", "C", "x"};
    static const char *const pos[] = {"A", "y", "C", "A", "b"};
    static const int32_t neg_columns[] = {2, 1, 3, 0, 3, 3};
    static const int32_t pos_columns[] = {0, 3, 1, 3, 2};
    om_strings *kept = NULL;
    om_published_layout layouts[2] = {{0}, {0}};
    assert_int_equal(match(&kept, layouts, 6, neg, 5, pos), OM_OK);
    assert_int_equal(om_strings_count(kept), 3);
    assert_string_equal(om_strings_get(kept, 0), "A");
    assert_string_equal(om_strings_get(kept, 1), "C");
    assert_string_equal(om_strings_get(kept, 2), "b");
    assert_int_equal(layouts[0].n_fields, 6);
    assert_int_equal(layouts[1].n_fields, 5);
    assert_int_equal(layouts[0].n_columns, 3);
    assert_memory_equal(layouts[0].column_of, neg_columns, sizeof neg_columns);
    assert_memory_equal(layouts[1].column_of, pos_columns, sizeof pos_columns);
    om_free(layouts[0].column_of);
    om_free(layouts[1].column_of);
    om_strings_destroy(&kept);
    layouts[0] = layouts[1] = (om_published_layout){0};
    assert_int_equal(match(&kept, layouts, 1, neg, 1, pos), OM_INPUT);
    assert_message_has("found no gene that both have (the first ones are 'A' and 'b')");
    om_strings_destroy(&kept);
}

static om_published_meta *read_meta(const char *text) {
    om_published_meta *meta = NULL;
    if (om_published_meta_read(&meta, test_write(test_folder, "m.csv", text)) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return meta;
}

static void assert_row(om_published_meta *meta, const char *name, int64_t place,
                       const char *expected, int expected_hallmark) {
    const char *tissue = NULL;
    int hallmark = -1;
    if (om_published_meta_find(meta, name, place, &tissue, &hallmark) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_string_equal(tissue, expected);
    assert_int_equal(hallmark, expected_hallmark);
}

static void assert_no_row(om_published_meta *meta, const char *name, const char *message) {
    const char *tissue = NULL;
    int hallmark = -1;
    assert_int_equal(om_published_meta_find(meta, name, 0, &tissue, &hallmark), OM_INPUT);
    assert_message_has(message);
}

static void test_metadata_in_any_order(void **state) {
    (void)state;
    om_published_meta *meta = read_meta("HALLMARK\tsample\tcancer\nAIM\ta&AIM&1\tHead and Neck\n"
                                        "IA_UCell\ta&IA&1\tSkin\n"
                                        "Inducing Angiogenesis\ta&IA&1\tLung\n");
    assert_row(meta, "a&IA&1", 2, "Lung", OM_HALLMARK_IA);
    assert_row(meta, "a&IA&1", 0, "Skin", OM_HALLMARK_IA);
    assert_int_equal(om_published_meta_check_all(meta, "data.csv"), OM_INPUT);
    assert_message_has("m.csv:2: found the row 'a&AIM&1', which data.csv has not");
    assert_row(meta, "a&AIM&1", 7, "Head and Neck", OM_HALLMARK_AIM);
    assert_int_equal(om_published_meta_check_all(meta, "data.csv"), OM_OK);
    assert_no_row(meta, "a&AIM&1", "m.csv:2: found the row 'a&AIM&1' once");
    om_published_meta_destroy(&meta);
    assert_null(meta);
    /* As R's write.table has it: no header for the row names. */
    meta = read_meta("\"Cancer\",\"Hallmark\"\n\"s&IA_UCell&1\",\"Brain\",\"IA\"\n");
    assert_row(meta, "s&IA_UCell&1", 0, "Brain", OM_HALLMARK_IA);
    om_published_meta_destroy(&meta);
}

static void test_bad_metadata(void **state) {
    (void)state;
    om_published_meta *meta = NULL;
    assert_int_equal(om_published_meta_read(&meta, test_write(test_folder, "m.csv", ",Hallmark\n")),
                     OM_INPUT);
    assert_message_has("m.csv: found no column Cancer");
    assert_int_equal(om_published_meta_read(&meta, test_write(test_folder, "m.csv", ",Cancer\n")),
                     OM_INPUT);
    assert_message_has("m.csv: found no column Hallmark");
    assert_int_equal(
        om_published_meta_read(&meta, test_write(test_folder, "m.csv", "Cancer,Hallmark\nS,IA\n")),
        OM_INPUT);
    assert_message_has("m.csv: found no column beside Cancer and Hallmark");
    meta = read_meta(",Cancer,Hallmark\na,Skin,AIMS\nb, ,IA\n");
    assert_no_row(meta, "c", "m.csv: found no row 'c', expected one for each row");
    assert_no_row(meta, "a", "m.csv:2: found 'AIMS' in Hallmark");
    assert_no_row(meta, "b", "m.csv:3: found no value in Cancer");
    om_published_meta_destroy(&meta);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_files_by_their_names),
        test_in_folder(test_description_tells_a_changed_file),
        test_in_folder(test_headers_of_r_and_pandas),
        test_in_folder(test_bad_headers),
        test_in_folder(test_only_genes_of_both_are_kept),
        test_in_folder(test_metadata_in_any_order),
        test_in_folder(test_bad_metadata),
    };
    return cmocka_run_group_tests_name("published_files", tests, NULL, NULL);
}
