#include "oncomark/stop.h"
#include "unit_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_signals_are_noted(void **state) {
    (void)state;
    const int numbers[] = {SIGUSR1, SIGTERM};
    for (int i = 0; i < 2; i++) {
        om_stop_listen();
        assert_false(om_stop_requested());
        assert_int_equal(om_stop_status(), OM_OK);
        assert_int_equal(raise(numbers[i]), 0);
        assert_true(om_stop_requested());
        assert_int_equal(om_stop_status(), OM_STOPPED);
        assert_message_has("a signal asked for it");
    }
    om_stop_listen();
    assert_false(om_stop_requested());
}

/* In a child: any number of the first, then of the second signal. */
static int end_of_child(int n_usr1, int n_term) {
    pid_t child = fork();
    if (child == 0) {
        om_stop_listen();
        for (int i = 0; i < n_usr1; i++) {
            raise(SIGUSR1);
        }
        for (int i = 0; i < n_term; i++) {
            raise(SIGTERM);
        }
        _exit(om_stop_requested() ? 75 : 0);
    }
    int end = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &end, 0), child);
    return end;
}

static void test_how_a_process_ends(void **state) {
    (void)state;
    const int all[][2] = {{0, 0}, {1, 0}, {5, 0}, {0, 1}, {3, 1}};
    for (int i = 0; i < 5; i++) {
        int end = end_of_child(all[i][0], all[i][1]);
        assert_true(WIFEXITED(end));
        assert_int_equal(WEXITSTATUS(end), i == 0 ? 0 : 75);
    }
    int end = end_of_child(0, 2);
    assert_true(WIFSIGNALED(end));
    assert_int_equal(WTERMSIG(end), SIGTERM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals_are_noted),
        cmocka_unit_test(test_how_a_process_ends),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
