/* Who may hold the folder, who is taken for dead, and that a holder that lives on is fenced off. */
#include "io/lock.h"

#include "io/heartbeat.h"
#include "io/lock_holder.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "unit_test.h"

#include "text_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static om_log *log_of_all;

static const om_share whole = {0, 0};

static om_lock_terms terms_of(om_share share, const char *plan) {
    return (om_lock_terms){
        .share = share, .plan = plan, .beat_seconds = 15, .dead_seconds = 120, .log = log_of_all};
}

static om_status take(om_lock **lock, om_share share, const char *plan) {
    const om_lock_terms terms = terms_of(share, plan);
    return om_lock_take(lock, test_folder, &terms);
}

static om_lock *take_well(om_share share, const char *plan) {
    om_lock *lock = NULL;
    if (take(&lock, share, plan) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return lock;
}

static void pause_for(double seconds) {
    const struct timespec time = {(time_t)seconds,
                                  (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

/* Sets the last sign of life of a lock. */
static void age_lock(const char *name, double seconds) {
    struct timespec times[2];
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= (time_t)seconds;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, test_path(test_folder, name), times, 0), 0);
}

static double age_of(const char *name) {
    struct stat info;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    assert_int_equal(stat(test_path(test_folder, name), &info), 0);
    return (double)(now.tv_sec - info.st_mtim.tv_sec) +
           1e-9 * (double)(now.tv_nsec - info.st_mtim.tv_nsec);
}

/* A lock of somebody else; `host` NULL: of this host. */
static void write_lock(const char *name, const char *host, long process, const char *job,
                       const char *restart, const char *plan) {
    char here[128] = "";
    gethostname(here, sizeof here - 1);
    char *text = om_format("host %s\nprocess %ld\nstarted 1\njob %s\nrestart %s\ntime then\n"
                           "token 0123abcd\nplan %s\n",
                           host != NULL ? host : here, process, job, restart, plan);
    test_write(test_folder, name, text);
    om_free(text);
}

static bool is_there(const char *name) {
    return om_file_exists(test_path(test_folder, name));
}

static int64_t count_files(void) {
    int64_t n = 0;
    DIR *list = opendir(test_folder);
    assert_non_null(list);
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        n += entry->d_name[0] != '.' ? 1 : 0;
    }
    closedir(list);
    return n;
}

static void assert_tokens(const om_strings *tokens, const char *only) {
    assert_int_equal(om_strings_count(tokens), only != NULL ? 1 : 0);
    if (only != NULL) {
        assert_string_equal(om_strings_get(tokens, 0), only);
    }
}

static void test_own_lock(void **state) {
    (void)state;
    om_lock *lock = take_well(whole, "-");
    om_lock_holder holder = om_lock_holder_parse(om_lock_text(lock));
    assert_string_equal(holder.token, om_lock_token(lock));
    assert_true(om_lock_is_token(om_lock_token(lock), 8));
    assert_string_equal(holder.plan, "-");
    assert_int_equal(atol(holder.process), getpid());
    char *text = NULL;
    int64_t length = 0;
    assert_int_equal(om_file_read_all(test_path(test_folder, "lock"), &text, &length), OM_OK);
    assert_string_equal(text, om_lock_text(lock));
    om_free(text);
    assert_int_equal(om_lock_check(lock), OM_OK);
    assert_tokens(om_lock_gone(lock), NULL);
    assert_tokens(om_lock_doubtful(lock), NULL);
    char *temporary = om_lock_temporary(lock, "a/b.csv");
    char *expected = om_format("a/b.csv.%s.tmp", holder.token);
    assert_string_equal(temporary, expected);
    om_free(temporary);
    om_free(expected);

    om_lock *second = NULL;
    assert_int_equal(take(&second, whole, "-"), OM_USAGE);
    assert_null(second);
    assert_message_has("lock: the folder is in use by process ");
    assert_message_has("last sign of life 0 s ago");
    assert_int_equal(om_lock_check(lock), OM_OK);
    char token[OM_LOCK_TOKEN];
    snprintf(token, sizeof token, "%s", om_lock_token(lock));
    om_lock_release(&lock);
    assert_null(lock);
    assert_int_equal(count_files(), 1); /* the guard */
    lock = take_well(whole, "-");
    assert_string_not_equal(om_lock_token(lock), token);
    om_lock_release(&lock);
}

static void test_other_host_is_judged_by_its_silence(void **state) {
    (void)state;
    om_lock *lock = NULL;
    long warnings = om_log_warnings(log_of_all);
    write_lock("lock", "elsewhere", 7, "-", "0", "-");
    age_lock("lock", 45);
    assert_int_equal(take(&lock, whole, "-"), OM_USAGE);
    assert_message_has(
        "in use by process 7 on host elsewhere (Slurm job -, since then, last sign of "
        "life 4");
    assert_message_has("dead after 120 s without a sign of life");
    age_lock("lock", 119);
    assert_int_equal(take(&lock, whole, "-"), OM_USAGE);
    age_lock("lock", -3600); /* a clock that is not ours */
    assert_int_equal(take(&lock, whole, "-"), OM_USAGE);
    assert_message_has("last sign of life 0 s ago");
    assert_int_equal(om_log_warnings(log_of_all), warnings);
    assert_int_equal(count_files(), 2); /* no try has left anything */

    age_lock("lock", 122);
    lock = take_well(whole, "-");
    assert_int_equal(om_log_warnings(log_of_all), warnings + 1);
    assert_tokens(om_lock_gone(lock), NULL);
    assert_tokens(om_lock_doubtful(lock), "0123abcd");
    om_lock_release(&lock);
}

/* A process of this host is there or not, however long it is silent. */
static void test_own_host_is_judged_by_its_processes(void **state) {
    (void)state;
    om_lock *lock = take_well(whole, "-");
    om_lock *second = NULL;
    age_lock("lock", 1000);
    assert_int_equal(take(&second, whole, "-"), OM_USAGE);
    assert_message_has("last sign of life 10");
    om_lock_release(&lock);

    write_lock("lock", NULL, 1L << 28, "-", "0", "-"); /* above any process number */
    lock = take_well(whole, "-");
    assert_tokens(om_lock_gone(lock), "0123abcd");
    assert_tokens(om_lock_doubtful(lock), NULL);
    om_lock_release(&lock);
}

static void test_starts_of_one_job(void **state) {
    (void)state;
    om_lock *lock = NULL;
    setenv("SLURM_JOB_ID", "4711", 1);
    setenv("SLURM_RESTART_COUNT", "2", 1);
    write_lock("lock", "elsewhere", 7, "4711", "1", "-");
    lock = take_well(whole, "-");
    assert_tokens(om_lock_gone(lock), NULL);
    assert_tokens(om_lock_doubtful(lock), "0123abcd");
    om_lock_release(&lock);

    write_lock("lock", "elsewhere", 7, "4711", "2", "-");
    assert_int_equal(take(&lock, whole, "-"), OM_USAGE);
    write_lock("lock", NULL, 1L << 28, "4711", "2", "-"); /* one before in the same batch script */
    lock = take_well(whole, "-");
    assert_tokens(om_lock_gone(lock), "0123abcd");
    om_lock_release(&lock);

    /* Ours is the start that was given up: it never takes the folder from its successor. */
    write_lock("lock", "elsewhere", 7, "4711", "3", "-");
    age_lock("lock", 1000);
    assert_int_equal(take(&lock, whole, "-"), OM_USAGE);
    write_lock("lock", "elsewhere", 7, "4712", "3", "-");
    age_lock("lock", 1000);
    lock = take_well(whole, "-");
    om_lock_release(&lock);
    unsetenv("SLURM_JOB_ID");
    unsetenv("SLURM_RESTART_COUNT");
}

/* While it beats nobody takes it, a while after its end somebody does. */
static void test_heartbeat_keeps_a_lock(void **state) {
    (void)state;
    om_lock_terms terms = terms_of(whole, "-");
    om_heartbeat *heartbeat = NULL;
    om_lock *lock = NULL;
    terms.dead_seconds = 1;
    write_lock("lock", "elsewhere", 7, "-", "0", "-");
    int file = open(test_path(test_folder, "lock"), O_RDWR);
    assert_true(file >= 0);
    assert_int_equal(om_heartbeat_begin(&heartbeat, file, 0.1), OM_OK);
    for (int i = 0; i < 6; i++) {
        pause_for(0.3);
        assert_int_equal(om_lock_take(&lock, test_folder, &terms), OM_USAGE);
    }
    om_heartbeat_end(&heartbeat);
    assert_null(heartbeat);
    close(file);
    pause_for(1.2);
    assert_int_equal(om_lock_take(&lock, test_folder, &terms), OM_OK);
    om_lock_release(&lock);
}

/* Threads of this program, and whether all but this one have SIGUSR1 and SIGTERM blocked. */
static int count_threads(bool *blocked) {
    int n = 0;
    DIR *list = opendir("/proc/self/task");
    assert_non_null(list);
    *blocked = true;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        char path[512];
        char line[256];
        unsigned long long mask = 0;
        if (entry->d_name[0] == '.') {
            continue;
        }
        n++;
        snprintf(path, sizeof path, "/proc/self/task/%.250s/status", entry->d_name);
        FILE *file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            sscanf(line, "SigBlk: %llx", &mask);
        }
        if (file != NULL) {
            fclose(file);
        }
        const unsigned long long both = 1ULL << (SIGUSR1 - 1) | 1ULL << (SIGTERM - 1);
        *blocked = *blocked && (atol(entry->d_name) == getpid() || (mask & both) == both);
    }
    closedir(list);
    return n;
}

static void test_own_heartbeat(void **state) {
    (void)state;
    bool blocked = false;
    int n_before = count_threads(&blocked);
    om_lock_terms terms = terms_of(whole, "-");
    om_lock *lock = NULL;
    terms.beat_seconds = 0.05;
    assert_int_equal(om_lock_take(&lock, test_folder, &terms), OM_OK);
    assert_int_equal(count_threads(&blocked), n_before + 1);
    assert_true(blocked);
    sigset_t mask;
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    assert_int_equal(sigismember(&mask, SIGUSR1), 0); /* not blocked here */
    age_lock("lock", 1000);
    pause_for(0.3);
    assert_true(age_of("lock") < 1);

    /* Not one for a lock that is another's now. */
    write_lock("other", "elsewhere", 7, "-", "0", "-");
    assert_int_equal(rename(test_path(test_folder, "other"), test_path(test_folder, "lock")), 0);
    age_lock("lock", 1000);
    pause_for(0.3);
    assert_true(age_of("lock") > 999);
    om_lock_release(&lock);
    assert_int_equal(count_threads(&blocked), n_before);
    assert_true(is_there("lock")); /* nor is it ours to remove */
    unlink(test_path(test_folder, "lock"));
}

static void assert_content(const char *name, const char *expected) {
    char *text = NULL;
    int64_t length = 0;
    assert_int_equal(om_file_read_all(test_path(test_folder, name), &text, &length), OM_OK);
    assert_string_equal(text, expected);
    om_free(text);
}

static void test_fenced_holder_writes_nothing(void **state) {
    (void)state;
    om_lock *lock = take_well(whole, "-");
    om_lock *watch = NULL;
    char *path = om_format("%s/file", test_folder);
    assert_int_equal(om_lock_watch(&watch, test_folder, whole, om_lock_text(lock)), OM_OK);
    assert_string_equal(om_lock_token(watch), om_lock_token(lock));
    assert_int_equal(om_lock_write(lock, path, "one", 3), OM_OK);
    assert_int_equal(om_lock_write(watch, path, "two", 3), OM_OK);
    assert_content("file", "two");

    write_lock("other", "elsewhere", 7, "11", "0", "-");
    assert_int_equal(rename(test_path(test_folder, "other"), test_path(test_folder, "lock")), 0);
    const om_lock *const both[] = {lock, watch};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(om_lock_check(both[i]), OM_SYSTEM);
        assert_int_equal(om_lock_write(both[i], path, "three", 5), OM_SYSTEM);
        assert_message_has("process 7 on host elsewhere (Slurm job 11) has taken the folder over; "
                           "nothing more is written");
    }
    assert_content("file", "two");
    assert_int_equal(count_files(), 3); /* guard, lock, file: no temporary one */
    unlink(test_path(test_folder, "lock"));
    assert_int_equal(om_lock_write(lock, path, "three", 5), OM_SYSTEM);
    assert_message_has("the lock of this run is gone");
    assert_content("file", "two");
    om_lock_release(&watch);
    om_lock_release(&lock);
    unlink(path);
    om_free(path);
}

static void test_shares_of_one_plan_live_together(void **state) {
    (void)state;
    om_lock *locks[3] = {NULL};
    om_lock *other = NULL;
    for (int i = 0; i < 3; i++) {
        locks[i] = take_well((om_share){i + 1, 3}, "feed");
    }
    om_lock_release(&locks[2]);
    assert_int_equal(take(&other, (om_share){3, 3}, "beef"), OM_USAGE);
    assert_message_has(" does share ");
    assert_message_has(" of 3 with other parameters: seed, features, train or crossval of the job "
                       "file have changed in between, and two shares could do the same task");
    assert_int_equal(take(&other, (om_share){3, 4}, "feed"), OM_USAGE);
    assert_message_has(" of 3 of a cross-validation");
    assert_int_equal(take(&other, (om_share){2, 3}, "beef"), OM_USAGE);
    assert_message_has("for share 2 of 3 of a cross-validation");
    assert_int_equal(take(&other, whole, "-"), OM_USAGE);
    om_lock_release(&locks[0]);
    om_lock_release(&locks[1]);

    /* The lock of a dead one of another plan goes, that of a live one of ours stays. */
    write_lock("lock-crossval-2-of-3", NULL, 1L << 28, "-", "0", "beef");
    write_lock("lock-crossval-3-of-3", NULL, 1L << 28, "-", "0", "feed");
    locks[0] = take_well((om_share){1, 3}, "feed");
    assert_false(is_there("lock-crossval-2-of-3"));
    assert_true(is_there("lock-crossval-3-of-3"));
    assert_tokens(om_lock_gone(locks[0]), "0123abcd");
    om_lock_release(&locks[0]);
    unlink(test_path(test_folder, "lock-crossval-3-of-3"));
}

/* What a child does when others start with it: takes a lock, waits until all have tried, and tells
 * whether it has one that holds. */
static int run_child(om_share share, int start, int ready, int told) {
    om_lock *lock = NULL;
    char byte = 0;
    if (read(start, &byte, 1) != 0) {
        return 9;
    }
    om_status status = take(&lock, share, "feed");
    if (write(ready, "x", 1) != 1 || read(told, &byte, 1) != 0) {
        return 9;
    }
    int code = status == OM_OK && om_lock_check(lock) == OM_OK ? (share.of == 0 ? 1 : 2) : 0;
    return status != OM_OK && status != OM_USAGE ? 8 : code;
}

/* Each of n processes tries; *n_whole and *n_shares of them hold a lock together. */
static void race(int n, int *n_whole, int *n_shares) {
    int start[2], ready[2], told[2];
    pid_t children[8];
    assert_int_equal(pipe(start), 0);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(told), 0);
    for (int i = 0; i < n; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            close(start[1]);
            close(told[1]);
            _exit(run_child(i % 2 == 0 ? whole : (om_share){i, 7}, start[0], ready[1], told[0]));
        }
    }
    char byte = 0;
    close(start[1]);
    for (int i = 0; i < n; i++) {
        assert_int_equal(read(ready[0], &byte, 1), 1);
    }
    close(told[1]);
    *n_whole = *n_shares = 0;
    for (int i = 0; i < n; i++) {
        int end = 0;
        assert_int_equal(waitpid(children[i], &end, 0), children[i]);
        assert_true(WIFEXITED(end) && WEXITSTATUS(end) < 3);
        *n_whole += WEXITSTATUS(end) == 1 ? 1 : 0;
        *n_shares += WEXITSTATUS(end) == 2 ? 1 : 0;
    }
    close(start[0]);
    close(told[0]);
    close(ready[0]);
    close(ready[1]);
}

static void assert_races_are_fair(void) {
    for (int i = 0; i < 60; i++) {
        int n_whole = 0;
        int n_shares = 0;
        race(6, &n_whole, &n_shares);
        assert_in_range(n_whole, 0, 1);
        assert_true(n_whole == 0 || n_shares == 0);
    }
}

static void test_races(void **state) {
    (void)state;
    int n_whole = 0;
    int n_shares = 0;
    assert_races_are_fair();
    race(1, &n_whole, &n_shares); /* over the locks of the dead children */
    assert_int_equal(n_whole, 1);
}

/* As where the file system has no flock. */
static void test_races_without_a_guard(void **state) {
    (void)state;
    unlink(test_path(test_folder, "lock.guard"));
    assert_int_equal(mkdir(test_path(test_folder, "lock.guard"), 0777), 0);
    assert_races_are_fair();
}

int main(void) {
    log_of_all = om_log_create(false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_lock),
        cmocka_unit_test(test_other_host_is_judged_by_its_silence),
        cmocka_unit_test(test_own_host_is_judged_by_its_processes),
        cmocka_unit_test(test_starts_of_one_job),
        cmocka_unit_test(test_heartbeat_keeps_a_lock),
        cmocka_unit_test(test_own_heartbeat),
        cmocka_unit_test(test_fenced_holder_writes_nothing),
        cmocka_unit_test(test_shares_of_one_plan_live_together),
        cmocka_unit_test(test_races),
        cmocka_unit_test(test_races_without_a_guard),
    };
    int failed =
        cmocka_run_group_tests_name("lock", tests, test_folder_set_up, test_folder_tear_down);
    om_log_destroy(&log_of_all);
    return failed;
}
