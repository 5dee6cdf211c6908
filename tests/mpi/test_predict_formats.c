/* Predictions of tables as other programs write them, in pieces of any size, by any ranks. */
#include "learn/profiles.h"
#include "oncomark/h5ad.h"
#include "unit_test.h"

#include "tiny_model.h"

static om_ctx *world;
static char folder[TEST_PATH];
static tiny_model tiny;
static om_text *text; /* of the table that is being written */

/* How a table with a gene in each row is written. */
typedef struct row_style {
    const char *before;    /* what stands before the header */
    const char *header;    /* what stands before the names of profiles */
    const char *gene;      /* format of a gene by its number, and what follows it */
    const char *separator; /* before each value */
    const char *name;      /* format of a profile's name */
    const char *line_end;
    const char *described; /* rows that describe columns (GCT 1.3), behind the header */
    int n_others;          /* rows of other genes that come first */
} row_style;

static const row_style plain = {.before = "",
                                .header = "id",
                                .gene = "GENE%02d",
                                .separator = "\t",
                                .name = "P%d",
                                .line_end = "\n",
                                .described = ""};

/* Formats that are no literals. */
static void add_number(const char *format, int number) {
    const char *at = strchr(format, '%');
    if (at == NULL) {
        assert_int_equal(om_text_add(text, "%s", format), OM_OK);
        return;
    }
    size_t length = strcspn(at, "d") + 1;
    assert_int_equal(om_text_add(text, "%.*s", (int)(at - format), format), OM_OK);
    int width = length > 2 ? atoi(at + 1) : 0;
    assert_int_equal(om_text_add(text, "%0*d", width, number), OM_OK);
    add_number(at + length, number);
}

static void add_text(const char *part) {
    assert_int_equal(om_text_add(text, "%s", part), OM_OK);
}

static void begin(void) {
    om_text_clear(text);
}

static void add_row(const row_style *style, int gene, int value_of, double other) {
    add_number(style->gene, gene);
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(text, "%s%.17g", style->separator,
                                     value_of >= 0 ? tiny.values[p][value_of] : other),
                         OM_OK);
    }
    add_text(style->line_end);
}

static void add_header(const row_style *style) {
    add_text(style->before);
    add_text(style->header);
    for (int p = 0; p < PROFILES; p++) {
        add_text(style->separator);
        add_number(style->name, p);
    }
    add_text(style->line_end);
    add_text(style->described);
}

/* The genes, behind one that is no gene of the model, and two of them again. */
static void make_rows(const row_style *style) {
    begin();
    add_header(style);
    for (int other = 0; other < style->n_others; other++) {
        add_row(style, 50 + other % 40, -1, 3.5);
    }
    add_row(style, 77, -1, 41);
    for (int f = 0; f < D; f++) {
        if (f != MISSING) {
            add_row(style, f, f, 0);
        }
        if (f == 3 || f == D - 1) {
            add_row(style, 3, -1, 42);
        }
    }
}

static void make_columns(const char *delimiter, const char *gene, const char *line_end) {
    begin();
    add_text("sample");
    for (int f = 0; f < D; f++) {
        if (f != MISSING) {
            add_text(delimiter);
            add_number(gene, f);
        }
    }
    add_text(line_end);
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(text, "P%d", p), OM_OK);
        for (int f = 0; f < D; f++) {
            if (f != MISSING) {
                assert_int_equal(om_text_add(text, "%s%.17g", delimiter, tiny.values[p][f]), OM_OK);
            }
        }
        add_text(line_end);
    }
}

static void write_table(const char *name, bool gzip) {
    tiny_write(world, folder, name, om_text_get(text), gzip);
}

static om_gene_map *read_map(const char *name) {
    om_gene_map *map = NULL;
    assert_int_equal(om_gene_map_read(&map, test_path(folder, name)), OM_OK);
    return map;
}

/* Predicts a file of the folder; pieces of `piece` bytes, 0: as ever. */
static om_status predict(om_predictions **found, const om_gene_map *map, const char *name,
                         int64_t piece) {
    const om_predict_request request = {
        .model = tiny.model, .map = map, .path = test_path(folder, name), .linear = &tiny.linear};
    return om_profiles_predict(found, world, &request, piece);
}

/* With the map "map.tsv" unless that is false. */
static void check_pieces(const char *name, bool with_map, int64_t piece) {
    om_gene_map *map = with_map ? read_map("map.tsv") : NULL;
    om_predictions *found = NULL;
    if (predict(&found, map, name, piece) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    tiny_check(&tiny, found);
    tiny_check_linear(&tiny, found);
    /* The bits are those of a first table, whatever the layout, the ranks and the pieces. */
    static float bits[PROFILES * OM_N_HALLMARKS];
    static double linear_bits[PROFILES * (OUTPUTS + 1)];
    static bool has_bits = false;
    if (!has_bits) {
        memcpy(bits, found->probabilities, sizeof bits);
        memcpy(linear_bits, found->linear, sizeof linear_bits);
        has_bits = true;
        assert_int_equal(om_broadcast(world, 0, bits, sizeof bits), OM_OK);
        assert_int_equal(om_broadcast(world, 0, linear_bits, sizeof linear_bits), OM_OK);
    }
    assert_memory_equal(bits, found->probabilities, sizeof bits);
    assert_memory_equal(linear_bits, found->linear, sizeof linear_bits);
    om_predictions_destroy(&found);
    om_gene_map_destroy(&map);
}

static void check(const char *name) {
    check_pieces(name, false, 0);
}

static void write_map(void) {
    begin();
    add_text("symbol\tid\n");
    for (int f = 0; f < D; f++) {
        add_number("GENE%02d\t", f);
        add_number("ENSG%011d\n", f);
    }
    write_table("map.tsv", false);
}

static void test_pieces(void **state) {
    (void)state;
    static const int64_t pieces[] = {1, 100, 1000, 5000, 1 << 20};
    for (int gzip = 0; gzip < 2; gzip++) {
        make_rows(&plain);
        write_table("rows", gzip != 0);
        make_columns(",", "gene%02d", "\n");
        write_table("columns", gzip != 0);
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            check_pieces("rows", false, pieces[i]);
            check_pieces("columns", false, pieces[i]);
        }
    }
}

static void test_line_ends_and_quotes(void **state) {
    (void)state;
    row_style style = plain;
    style.line_end = "\r\n";
    make_rows(&style);
    write_table("crlf.tsv", false);
    check("crlf.tsv");
    make_columns("\t", "GENE%02d", "\r\n\r\n");
    write_table("crlf_columns.tsv.gz", true);
    check("crlf_columns.tsv.gz");
    /* As R's write.csv quotes. */
    style = plain;
    style.header = "\"\"";
    style.gene = "\"GENE%02d\"";
    style.separator = ",";
    style.name = "\"P%d\"";
    make_rows(&style);
    write_table("quoted.csv", false);
    check_pieces("quoted.csv", false, 300);
    /* With a byte-order mark, commas in names, comments before, no line end at the end. */
    style.before = "\xef\xbb\xbf# Program: x, y\n# one more\n\n";
    style.header = "\"gene, symbol\"";
    style.gene = " gene%02d |9,9";
    make_rows(&style);
    begin();
    style.gene = "\" gene%02d |9,9\"";
    make_rows(&style);
    char *cut = om_strdup(om_text_get(text));
    cut[strlen(cut) - 1] = '\0';
    begin();
    add_text(cut);
    om_free(cut);
    write_table("odd.csv", false);
    check("odd.csv");
}

static void test_gct(void **state) {
    (void)state;
    char before[64];
    row_style style = plain;
    snprintf(before, sizeof before, "#1.2\n%d\t%d\n", D + 2, PROFILES);
    style.before = before;
    style.header = "Name\tDescription";
    style.gene = "GENE%02d\t7";
    make_rows(&style);
    write_table("a.gct", false);
    check_pieces("a.gct", false, 500);
    /* As GTEx has it: ids, and symbols as their descriptions. */
    style.gene = "ENSG%011d.5\tGENE%02d";
    make_rows(&style);
    write_table("b.gct", true);
    check("b.gct");
    check_pieces("b.gct", true, 0);
    /* No row of the model among the first ones. */
    style.n_others = 300;
    snprintf(before, sizeof before, "#1.2\t\n%d\t%d\t\n", D + 302, PROFILES);
    make_rows(&style);
    write_table("c.gct", false);
    check("c.gct");
    style = plain;
    snprintf(before, sizeof before, "#1.3\r\n%d\t%d\t2\t1\r\n", D + 2, PROFILES);
    style.before = before;
    style.header = "id\tpr_gene_id\tpr_gene_symbol";
    style.gene = "%05d_at\t1\tGENE%02d";
    style.line_end = "\r\n";
    om_text *described = NULL;
    assert_int_equal(om_text_create(&described), OM_OK);
    assert_int_equal(om_text_add(described, "cell\tna\tna"), OM_OK);
    for (int p = 0; p < PROFILES; p++) {
        assert_int_equal(om_text_add(described, "\tMCF7"), OM_OK);
    }
    assert_int_equal(om_text_add(described, "\r\n"), OM_OK);
    style.described = om_text_get(described);
    make_rows(&style);
    write_table("d.gct", false);
    check_pieces("d.gct", false, 200);
    om_text_destroy(&described);
}

static void test_ensembl(void **state) {
    (void)state;
    row_style style = plain;
    style.gene = "ENSG%011d.12";
    make_rows(&style);
    write_table("ids.tsv", false);
    check_pieces("ids.tsv", true, 0);
    make_columns(",", "ensg%011d_PAR_Y", "\n");
    write_table("ids.csv", false);
    check_pieces("ids.csv", true, 100);
    /* Ids and symbols, as nf-core has it. */
    style.header = "gene_id\tgene_name";
    style.gene = "ENSG%011d\tGENE%02d";
    make_rows(&style);
    write_table("both.tsv", false);
    check("both.tsv");
    check_pieces("both.tsv", true, 0);
    style.n_others = 300;
    make_rows(&style);
    write_table("both.tsv", false);
    check("both.tsv");
}

/* The header has more of the model's genes than the first rows. */
static void test_orientation_by_all_rows(void **state) {
    (void)state;
    row_style style = plain;
    style.header = "id\tgene05"; /* a column of text, where genes in columns need numbers */
    style.n_others = 300;
    style.gene = "GENE%02d\twords";
    make_rows(&style);
    write_table("late.tsv", false);
    check_pieces("late.tsv", false, 1000);
    check("late.tsv");
    /* With numbers, and no name of a row twice, it also reads as genes in columns. */
    begin();
    add_text("id\tgene05\tB\n");
    for (int row = 0; row < 300; row++) {
        add_number("OTHER%d\t1\t2\n", row);
    }
    add_text("GENE00\t1\t2\nGENE01\t3\t4\n");
    write_table("late.tsv", false);
    om_predictions *found = NULL;
    assert_int_equal(predict(&found, NULL, "late.tsv", 0), OM_OK);
    assert_int_equal(found->n_profiles, 2);
    assert_int_equal(found->n_found, 2);
    assert_int_equal(om_strings_count(found->profiles), 2);
    assert_string_equal(om_strings_get(found->profiles, 0), "gene05");
    assert_string_equal(om_strings_get(found->profiles, 1), "B");
    om_predictions_destroy(&found);
    /* As many in the header as in rows: genes are in columns. */
    begin();
    add_text("id\tgene05\tB\nGENE00\t1\t2\nX\t3\t4\nY\t3\t4\n");
    write_table("even.tsv", false);
    assert_int_equal(predict(&found, NULL, "even.tsv", 0), OM_OK);
    assert_int_equal(found->n_profiles, 3);
    assert_int_equal(found->n_found, 1);
    om_predictions_destroy(&found);
}

static void expect_profiles(const char *table, int64_t n_profiles, const char *first) {
    om_predictions *found = NULL;
    tiny_write(world, folder, "small", table, false);
    if (predict(&found, NULL, "small", 16) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(found->n_profiles, n_profiles);
    assert_string_equal(om_strings_get(found->profiles, 0), first);
    om_predictions_destroy(&found);
}

/* Fewer lines than ranks, and headers that need a second look. */
static void test_small_tables(void **state) {
    (void)state;
    expect_profiles("id,GENE00\nA,1\n", 1, "A");
    expect_profiles("id,A\nGENE00,1\n", 1, "A");
    expect_profiles("A\nGENE00\t1\nGENE01\t2\n", 1, "A"); /* R, no delimiter in the header */
    expect_profiles("1\t2\nGENE00\t1\t5\n", 2, "1");
    expect_profiles("gene,1,2\nGENE00,1,5\n", 2, "1");
    expect_profiles(",1,2\nGENE00,1,5\n", 2, "1");
    expect_profiles("Geneid,Chr,Start,Length,A\nGENE00,1,5,2,3\n", 1, "A");
}

static void expect_error_with(const char *map, const char *table, const char *first,
                              const char *second) {
    om_predictions *found = NULL;
    om_gene_map *read = NULL;
    tiny_write(world, folder, "broken", table, false);
    if (map != NULL) {
        read = read_map(map);
    }
    assert_int_equal(predict(&found, read, "broken", 16), OM_INPUT);
    assert_null(found);
    assert_message_has(first);
    assert_message_has(second);
    om_gene_map_destroy(&read);
}

static void expect_error(const char *table, const char *first, const char *second) {
    expect_error_with(NULL, table, first, second);
}

#define ID0 "ENSG00000000000"
#define ID1 "ENSG00000000001"

static void test_errors(void **state) {
    (void)state;
    expect_error("GENE00,1,2\nGENE01,3,4\n", "found 'GENE00' and numbers in the first line",
                 "expected a header");
    expect_error("A1BG\t1\t2\nGENE01\t3\t4\n", "found 'A1BG' and numbers", "expected a header");
    expect_error("?|100133144\t1\t2\nGENE01\t3\t4\n", "and numbers", "expected a header");
    expect_error("id,A\n" ID0 ".3,1\n" ID1 ",2\n", "found Ensembl ids of genes (" ID0 ".3)",
                 "--gene-map FILE");
    expect_error("id," ID0 "," ID1 "\nA,1,2\n", "found Ensembl ids of genes (" ID0 ")",
                 "--gene-map FILE");
    expect_error("#1.2\n1\t1\nName\tDescription\tA\n" ID0 "\tx\t1\n", "found Ensembl ids",
                 "--gene-map FILE");
    expect_error_with("map.tsv", "id,A\nENSG00000999999,1\n", "none of the model's 30 genes",
                      "or Ensembl ids that are in");
    expect_error_with("map.tsv", "id,A\nENSG00000999999,1\n", "broken", "map.tsv");
    expect_error("#1.2\nx\t1\nName\tDescription\tA\n",
                 "broken:2: found 'x', expected 2 whole numbers", "GCT");
    expect_error("#1.3\n1\t1\t0\nid\tA\nGENE00\t1\n", "broken:2: found '', expected 4", "GCT");
    expect_error("#1.2\n1\t2\nName\tDescription\tA\nGENE00\tx\t1\n",
                 "broken:3: found 3 fields, expected 4", "as the line before says");
    expect_error("#1.2\n1\t1\nName\tDescription\tA\nGENE00\tx\n",
                 "broken:4: found 2 fields, expected 3", "as in the header");
    expect_error("#1.2\n2\t1\nName\tDescription\tA\nGENE00\tx\t1\n", "found 1 rows, expected 2",
                 "as the second line says");
    expect_error("#1.2\n1\t1\nName\tDescription\tA\n", "a header only", "broken");
    expect_error("#1.2\n1\t1\n", "a header only", "broken");
    expect_error("#1.3\n1\t1\t0\t3\nid\tA\nx\t1\n", "a header only", "broken");
    expect_error("#1.2\n1\t1\nName\tDescription\tGENE00\nX\tx\t1\n", "none of the model's 30",
                 "broken");
    expect_error("id,A\n\"GENE00,1\n", "broken:2: found an open quote", "expected a closing one");
    expect_error("id,\"A\nGENE00,1\n", "broken:1: found an open quote", "expected a closing one");
    expect_error("id,A\nGENE00,1\nGENE01,2\nGENE02,\"3\n", "broken:4: found an open quote",
                 "broken");
    expect_error("id,GENE00\nA,1\nB,2\n\"C,3\n", "broken:4: found an open quote", "broken");
    /* Text before numbers and after them, each in a piece of its own; the first text is named. */
    expect_error("id,A,B\nGENE00,1,x\nGENE01,2,y\nGENE02,3,4\nGENE03,4,5\n",
                 "broken:2: column 'B': found 'x', expected a number", "broken");
    expect_error("id,A,B\nGENE00,1,2\nGENE01,2,3\nGENE02,3,4\nGENE03,,5\n",
                 "broken:5: column 'A': found '', expected a number", "broken");
    expect_error("id,A,B\nX,1,2\nY,2,3\nZ,-3,4\nGENE03,3,5\n", "broken:4: column 'A': found -3",
                 "broken");
}

static void test_nul_byte(void **state) {
    (void)state;
    static const char table[] = "id,A\nGENE00,1\nGENE01,2\nGENE02,\0003\n";
    om_predictions *found = NULL;
    MPI_Barrier(om_context_comm(world));
    if (om_context_is_root(world)) {
        test_write_bytes(folder, "nul", table, sizeof table - 1);
    }
    MPI_Barrier(om_context_comm(world));
    assert_int_equal(predict(&found, NULL, "nul", 0), OM_INPUT);
    assert_message_has("nul:4: found a NUL byte");
}

/* Writes profiles as AnnData; `as_ids`: symbols are in a column of var. On one rank. */
static void write_h5ad(const char *name, bool dense, bool as_ids, bool with_symbols) {
    om_h5 *file = NULL;
    om_strings *profiles = test_strings(0, NULL);
    om_strings *ids = test_strings(0, NULL);
    om_strings *symbols = test_strings(0, NULL);
    om_strings *order = test_strings(0, NULL);
    static double x[PROFILES * D];
    static int32_t indices[PROFILES * D];
    static int64_t indptr[PROFILES + 1];
    int64_t n = 0;
    char name_of[32];
    for (int p = 0; p < PROFILES; p++) {
        snprintf(name_of, sizeof name_of, "P%d", p);
        assert_int_equal(om_strings_add(profiles, name_of), OM_OK);
        for (int f = 0; f < D; f++) {
            double value = f == MISSING ? 42 : tiny.values[p][f];
            if (dense || value > 0) {
                indices[n] = f;
                x[n++] = value;
            }
        }
        indptr[p + 1] = n;
    }
    for (int f = 0; f < D; f++) {
        /* A second GENE03, whose values do not count. */
        snprintf(name_of, sizeof name_of, "GENE%02d", f == MISSING ? 3 : f);
        assert_int_equal(om_strings_add(symbols, name_of), OM_OK);
        snprintf(name_of, sizeof name_of, "ENSG%011d", f == MISSING ? 3 : f);
        assert_int_equal(om_strings_add(ids, name_of), OM_OK);
    }
    assert_int_equal(om_h5_create(&file, test_path(folder, name)), OM_OK);
    assert_int_equal(om_h5ad_begin(file), OM_OK);
    assert_int_equal(om_h5ad_frame_begin(file, "obs", "sample", profiles), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, "obs", order), OM_OK);
    assert_int_equal(om_h5ad_frame_begin(file, "var", "gene", as_ids ? ids : symbols), OM_OK);
    if (with_symbols) {
        assert_int_equal(om_h5ad_frame_strings(file, "var", "gene_name", symbols), OM_OK);
        assert_int_equal(om_strings_add(order, "gene_name"), OM_OK);
    }
    assert_int_equal(om_h5ad_frame_end(file, "var", order), OM_OK);
    if (dense) {
        assert_int_equal(om_h5ad_reserve_dense(file, "X", OM_F64, PROFILES, D), OM_OK);
        assert_int_equal(om_h5_write_rows(file, "X", OM_F64, 0, PROFILES, x), OM_OK);
    } else {
        assert_int_equal(om_h5ad_reserve_csr(file, "X", OM_F64, PROFILES, D, n), OM_OK);
        assert_int_equal(
            om_h5ad_write_csr_rows(file, "X", OM_F64, 0, PROFILES, PROFILES, 0, indptr, indices, x),
            OM_OK);
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_strings_destroy(&profiles);
    om_strings_destroy(&ids);
    om_strings_destroy(&symbols);
    om_strings_destroy(&order);
}

static void test_h5ad(void **state) {
    (void)state;
    if (om_context_is_root(world)) {
        write_h5ad("dense.h5ad", true, false, false);
        write_h5ad("sparse.h5ad", false, true, true);
        write_h5ad("ids.h5ad", false, true, false);
    }
    MPI_Barrier(om_context_comm(world));
    check("dense.h5ad");
    check("sparse.h5ad");
    check_pieces("ids.h5ad", true, 0);
    om_predictions *found = NULL;
    assert_int_equal(predict(&found, NULL, "ids.h5ad", 0), OM_INPUT);
    assert_message_has("ids.h5ad: found Ensembl ids of genes (ENSG00000000000) in var");
    assert_int_equal(predict(&found, NULL, "none.h5ad", 0), OM_INPUT);
    assert_message_has("none.h5ad: found no such file");
}

/* One rank fails at any one allocation: all get it, and none waits. */
static void test_out_of_memory(void **state) {
    (void)state;
    static const char *const names[] = {"rows", "columns.gz", "dense.h5ad"};
    bool is_victim = om_context_rank(world) == om_context_size(world) - 1;
    make_rows(&plain);
    write_table("rows", false);
    make_columns(",", "GENE%02d", "\n");
    write_table("columns.gz", true);
    for (int i = 0; i < 3; i++) {
        om_status status = OM_MEMORY;
        for (int64_t good = 0; status != OM_OK; good += 1 + good / 10) {
            om_predictions *found = NULL;
            om_memory_fail_after(is_victim ? good : -1);
            status = predict(&found, NULL, names[i], 1000);
            om_memory_fail_after(-1);
            om_status of_root = status;
            assert_int_equal(om_broadcast(world, 0, &of_root, sizeof of_root), OM_OK);
            assert_int_equal(of_root, status);
            assert_true(status == OM_OK || status == OM_MEMORY);
            assert_true((status == OM_OK) == (found != NULL));
            om_predictions_destroy(&found);
        }
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    tiny_model_create(&tiny);
    assert_int_equal(om_text_create(&text), OM_OK);
    write_map();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_line_ends_and_quotes),
        cmocka_unit_test(test_gct),
        cmocka_unit_test(test_ensembl),
        cmocka_unit_test(test_orientation_by_all_rows),
        cmocka_unit_test(test_small_tables),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nul_byte),
        cmocka_unit_test(test_h5ad),
        cmocka_unit_test(test_out_of_memory),
    };
    int failed = cmocka_run_group_tests_name("predict_formats", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    om_text_destroy(&text);
    om_model_destroy(&tiny.model);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
