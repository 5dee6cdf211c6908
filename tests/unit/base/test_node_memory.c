#include "oncomark/node_memory.h"

#include "unit_test.h"

#include "text_files.h"

#include <sys/stat.h>

static const int64_t mebibyte = 1 << 20;

/* Writes root/name, with the folders above it. */
static void put(const char *name, const char *text) {
    char path[2 * TEST_PATH];
    snprintf(path, sizeof path, "%s%s", test_folder, name);
    for (char *at = strchr(path + strlen(test_folder) + 1, '/'); at != NULL;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(path, 0777);
        *at = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int64_t available(void) {
    return om_node_memory_available(test_folder);
}

static void test_nothing_is_told(void **state) {
    (void)state;
    assert_true(available() == INT64_MAX);
}

static void test_what_the_system_has(void **state) {
    (void)state;
    put("/proc/meminfo", "MemTotal: 100000 kB\nMemFree: 10 kB\nMemAvailable:   4096 kB\n");
    assert_true(available() == 4 * mebibyte);
}

static void test_shared_memory(void **state) {
    (void)state;
    put("/proc/meminfo", "MemAvailable: 9007199254740991 kB\n");
    put("/dev/shm/x", "");
    assert_true(available() > 0 && available() < 8 * (INT64_C(1) << 50));
}

static void test_control_group(void **state) {
    (void)state;
    put("/proc/meminfo", "MemAvailable: 1048576 kB\n");
    put("/proc/self/cgroup", "0::/slurm/job_7/step_0\n");
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.current", "1048576\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.max", "104857600\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.current", "31457280\n");
    assert_true(available() == 70 * mebibyte);
    /* Pages of files go when memory is wanted. */
    put("/sys/fs/cgroup/slurm/job_7/memory.stat",
        "anon 5\nfile 11534336\ninactive_file 8388608\nactive_file 2097152\n");
    assert_true(available() == 80 * mebibyte);
    put("/sys/fs/cgroup/slurm/job_7/memory.current", "209715200\n");
    assert_true(available() == 0);
}

/* A container sees the top of its groups only. */
static void test_control_group_of_a_container(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/../outside\n");
    put("/sys/fs/cgroup/memory.max", "10485760\n");
    put("/sys/fs/cgroup/memory.current", "1048576\n");
    assert_true(available() == 9 * mebibyte);
}

static void test_first_version_of_control_groups(void **state) {
    (void)state;
    put("/proc/self/cgroup", "9:name=memory:/no\n7:cpu,cpuacct:/no\n4:hugetlb,memory:/job\n");
    put("/sys/fs/cgroup/memory/no/memory.limit_in_bytes", "1\n");
    put("/sys/fs/cgroup/memory/no/memory.usage_in_bytes", "1\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576\n");
    put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "52428800\n");
    put("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "20971520\n");
    put("/sys/fs/cgroup/memory/job/memory.stat",
        "inactive_file 1\ntotal_inactive_file 1048576\ntotal_active_file 1048576\n");
    assert_true(available() == 32 * mebibyte);
}

/* This machine tells something. */
static void test_here(void **state) {
    (void)state;
    int64_t here = om_node_memory_available("");
    assert_true(here > 0 && here < INT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_nothing_is_told),
        test_in_folder(test_what_the_system_has),
        test_in_folder(test_shared_memory),
        test_in_folder(test_control_group),
        test_in_folder(test_control_group_of_a_container),
        test_in_folder(test_first_version_of_control_groups),
        cmocka_unit_test(test_here),
    };
    return cmocka_run_group_tests_name("node_memory", tests, NULL, NULL);
}
