/* Which files of a workdir are temporary ones of ours. */
#include "io/leftovers.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "unit_test.h"

#include "text_files.h"

typedef struct expectation {
    const char *name;
    bool listed; /* stays where "0123abcd" is to go */
    bool others; /* stays where all but that are to go */
} expectation;

static const expectation files[] = {
    {"a.csv.0123abcd.tmp", false, true},
    {"store/X.h5ad.0123abcd.tmp", false, true},
    {"crossval/tasks/a.h5.0123abcd.tmp", false, true},
    {"crossval/tasks/a.h5.0123abcd.tmp.tmp", false, true},
    {".oncomark/crossval/tasks/a.h5.checkpoint.0123abcd.tmp", false, true},
    {".oncomark/artefacts/x|y.json.0123abcd.tmp", false, true},
    {"a.csv.ffffffff.tmp", true, false},
    {".oncomark/train.checkpoint.00000000.tmp", true, false},
    /* not ours */
    {"a.csv", true, true},
    {"a.csv.0123abcd", true, true},
    {"mine.tmp", true, true},
    {"0123abcd.tmp", true, true},
    {"a.0123ABCD.tmp", true, true},
    {"a.123abcd.tmp", true, true},
    {"a.00123abcd.tmp", true, true},
    {"a-0123abcd.tmp", true, true},
    {"a.0123abcd.tmp.gz", true, true},
    {"one/two/three/four/a.csv.0123abcd.tmp", true, true},
    {"b.0123abcd.tmp/kept", true, true}, /* a folder's name means nothing */
};

enum { N_FILES = sizeof files / sizeof files[0] };

static void write_all(void) {
    for (int i = 0; i < N_FILES; i++) {
        const char *path = test_path(test_folder, files[i].name);
        assert_int_equal(om_folder_make_parent(path), OM_OK);
        assert_int_equal(om_file_fill(path, "x", 1), OM_OK);
    }
}

static void assert_left(bool all_but) {
    static const char *const tokens[] = {"89abcdef", "0123abcd"};
    om_strings *list = test_strings(2, tokens);
    assert_int_equal(om_leftovers_remove(test_folder, list, all_but), OM_OK);
    om_strings_destroy(&list);
    for (int i = 0; i < N_FILES; i++) {
        bool expected = all_but ? files[i].others : files[i].listed;
        if (om_file_exists(test_path(test_folder, files[i].name)) != expected) {
            fail_msg("%s %s", files[i].name, expected ? "is gone" : "is left");
        }
    }
}

static void test_listed_ones_go(void **state) {
    (void)state;
    write_all();
    assert_left(false);
}

static void test_all_others_go(void **state) {
    (void)state;
    write_all();
    assert_left(true);
}

static void test_links_are_not_followed(void **state) {
    (void)state;
    om_strings *none = NULL;
    const char *inside = test_path(test_folder, "elsewhere/a.csv.0123abcd.tmp");
    const char *workdir = test_path(test_folder, "workdir");
    assert_int_equal(om_strings_create(&none), OM_OK);
    assert_int_equal(om_folder_make_parent(inside), OM_OK);
    assert_int_equal(om_folder_make(workdir), OM_OK);
    assert_int_equal(om_file_fill(inside, "x", 1), OM_OK);
    assert_int_equal(symlink("../elsewhere", test_path(workdir, "store")), 0);
    assert_int_equal(om_leftovers_remove(workdir, none, true), OM_OK);
    assert_true(om_file_exists(inside));
    assert_int_equal(om_leftovers_remove(test_path(test_folder, "nowhere"), none, true), OM_OK);
    om_strings_destroy(&none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_listed_ones_go),
        test_in_folder(test_all_others_go),
        test_in_folder(test_links_are_not_followed),
    };
    return cmocka_run_group_tests_name("leftovers", tests, NULL, NULL);
}
