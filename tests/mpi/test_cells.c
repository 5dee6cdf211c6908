/* What the ranks of a group do together, each against the same done by one. */
#include "cells/gene_aliases.h"
#include "cells/gene_union.h"
#include "oncomark/gene_sets.h"
#include "unit_test.h"

#include "test_ranks.h"

static om_ctx *ctx;

static void union_by_hand(void **state) {
    (void)state;
    const char *const first[] = {"tp53", " Y_RNA ", "B_1", "B", "b", "", "C_12", "A-B"};
    const char *const second[] = {"Z", "B_1", "TP53", "A_1", "A", "C_x"};
    const char *const expected[] = {"A", "A-B", "B", "B_1", "C_12", "C_X", "TP53", "Y_RNA", "Z"};
    const int32_t first_columns[] = {6, 7, 2, -1, -1, -1, 4, 1};
    const int32_t second_columns[] = {8, 3, 6, 0, -1, 5};
    om_strings *symbols[2] = {test_strings(8, first), test_strings(6, second)};
    om_gene_union *genes = NULL;
    int32_t columns[8];
    int root = om_context_size(ctx) - 1;
    if (om_context_rank(ctx) == root) {
        assert_int_equal(om_gene_union_create(&genes), OM_OK);
        assert_int_equal(om_gene_union_add(genes, symbols[0]), OM_OK);
        assert_int_equal(om_gene_union_add(genes, symbols[1]), OM_OK);
    }
    assert_int_equal(om_gene_union_share(ctx, root, &genes), OM_OK);
    assert_int_equal(om_strings_count(om_gene_union_genes(genes)), 9);
    for (int i = 0; i < 9; i++) {
        assert_string_equal(om_strings_get(om_gene_union_genes(genes), i), expected[i]);
    }
    assert_int_equal(om_gene_union_columns(genes, symbols[0], columns), OM_OK);
    assert_memory_equal(columns, first_columns, sizeof first_columns);
    assert_int_equal(om_gene_union_columns(genes, symbols[1], columns), OM_OK);
    assert_memory_equal(columns, second_columns, sizeof second_columns);
    om_strings *other = test_strings(1, (const char *[]){"NEW"});
    assert_int_equal(om_gene_union_columns(genes, other, columns), OM_BUG);
    om_strings_destroy(&other);
    om_strings_destroy(&symbols[0]);
    om_strings_destroy(&symbols[1]);
    om_gene_union_destroy(&genes);
}

static void sets_and_aliases_reach_all_ranks(void **state) {
    (void)state;
    om_gene_sets *sets = NULL;
    om_gene_aliases *aliases = NULL;
    char hex[OM_DIGEST_HEX] = "";
    if (om_context_is_root(ctx)) {
        char folder[TEST_PATH];
        char text[512] = "";
        test_folder_make(folder);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            snprintf(text + strlen(text), 50, "%s\tx\tA%d\tA%d\tB-\n", om_hallmark_code(h), h, h);
        }
        assert_int_equal(om_gene_sets_read(&sets, test_write(folder, "sets", text)), OM_OK);
        assert_int_equal(
            om_gene_aliases_read(&aliases, test_write(folder, "aliases", "X\tY\nX\tZ\n")), OM_OK);
        om_gene_sets_digest(sets, hex);
        test_folder_remove(folder);
    }
    assert_int_equal(om_gene_sets_broadcast(ctx, 0, &sets), OM_OK);
    assert_int_equal(om_gene_aliases_broadcast(ctx, 0, &aliases), OM_OK);
    assert_int_equal(om_broadcast(ctx, 0, hex, sizeof hex), OM_OK);
    char own[OM_DIGEST_HEX];
    om_gene_sets_digest(sets, own);
    assert_string_equal(own, hex);
    assert_int_equal(om_gene_sets_duplicates(sets), OM_N_HALLMARKS);
    assert_string_equal(om_strings_get(om_gene_sets_genes(sets, 9, OM_POSITIVE), 0), "A9");
    assert_string_equal(om_strings_get(om_gene_sets_genes(sets, 9, OM_NEGATIVE), 0), "B");
    int64_t entry = om_gene_aliases_first(aliases, OM_TO_SYMBOL, "X");
    assert_string_equal(om_gene_aliases_target(aliases, OM_TO_SYMBOL, entry), "Y");
    entry = om_gene_aliases_next(aliases, OM_TO_SYMBOL, entry);
    assert_string_equal(om_gene_aliases_target(aliases, OM_TO_SYMBOL, entry), "Z");
    assert_int_equal(om_gene_aliases_next(aliases, OM_TO_SYMBOL, entry), -1);
    om_gene_aliases_destroy(&aliases);
    om_gene_sets_destroy(&sets);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(union_by_hand),
        cmocka_unit_test(sets_and_aliases_reach_all_ranks),
    };
    int failed = cmocka_run_group_tests_name("cells", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
