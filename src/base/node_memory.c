#include "oncomark/node_memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { PATH = 4096, LINE = 1024 };

/* What one of the two versions of control groups calls things. */
typedef struct group_files {
    const char *folder;
    const char *limit;
    const char *usage;
    const char *statistics;
    const char *reclaimable[2]; /* pages of files, which go when memory is wanted */
} group_files;

static const group_files version_1 = {"/sys/fs/cgroup/memory",
                                      "memory.limit_in_bytes",
                                      "memory.usage_in_bytes",
                                      "memory.stat",
                                      {"total_inactive_file ", "total_active_file "}};
static const group_files version_2 = {"/sys/fs/cgroup",
                                      "memory.max",
                                      "memory.current",
                                      "memory.stat",
                                      {"inactive_file ", "active_file "}};

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* The number after `name` in the line of the file that starts with it; -1 where there is none. */
static int64_t read_number(const char *path, const char *name) {
    char line[LINE];
    int64_t number = -1;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return -1;
    }
    while (number < 0 && fgets(line, sizeof line, file) != NULL) {
        char *end = NULL;
        if (strncmp(line, name, strlen(name)) == 0) {
            number = strtoll(line + strlen(name), &end, 10);
            number = end == line + strlen(name) ? -1 : number;
        }
    }
    fclose(file);
    return number;
}

static int64_t left_by_system(const char *root) {
    char path[PATH];
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    int64_t kibibytes = read_number(path, "MemAvailable:");
    return kibibytes < 0 ? INT64_MAX : kibibytes * 1024;
}

static int64_t left_by_shared_memory(const char *root) {
    char path[PATH];
    struct statvfs info;
    snprintf(path, sizeof path, "%s/dev/shm", root);
    return statvfs(path, &info) != 0 ? INT64_MAX : (int64_t)info.f_bavail * (int64_t)info.f_frsize;
}

static int64_t read_of_group(const group_files *files, const char *root, const char *group,
                             const char *file, const char *name) {
    char path[PATH];
    int length = snprintf(path, sizeof path, "%s%s%s/%s", root, files->folder, group, file);
    return length < PATH ? read_number(path, name) : -1;
}

static int64_t left_by_group(const group_files *files, const char *root, const char *group) {
    int64_t limit = read_of_group(files, root, group, files->limit, "");
    int64_t usage = read_of_group(files, root, group, files->usage, "");
    if (limit < 0 || usage < 0) {
        return INT64_MAX;
    }
    for (int i = 0; i < 2; i++) {
        int64_t pages = read_of_group(files, root, group, files->statistics, files->reclaimable[i]);
        usage -= pages > 0 ? pages : 0;
    }
    usage = usage > 0 ? usage : 0;
    return limit > usage ? limit - usage : 0;
}

/* A group's limit holds for the groups within it. The path of a group outside of this process's
 * view is not there, but its top is. */
static int64_t left_by_groups_above(const group_files *files, const char *root, char *group) {
    int64_t left = INT64_MAX;
    for (char *cut = group + strlen(group); cut != NULL; cut = strrchr(group, '/')) {
        *cut = '\0';
        left = least(left, left_by_group(files, root, group));
    }
    return left;
}

/* Whether a line of /proc/self/cgroup, "4:cpu,memory:/job_7" or "0::/job_7", tells of memory. */
static const group_files *version_of(const char *controllers, size_t length) {
    if (length == 0) {
        return &version_2;
    }
    for (const char *at = controllers; at < controllers + length; at += strcspn(at, ",:") + 1) {
        if (strcspn(at, ",:") == strlen("memory") && strncmp(at, "memory", 6) == 0) {
            return &version_1;
        }
    }
    return NULL;
}

static int64_t left_by_line(const char *root, char *line) {
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (group == NULL) {
        return INT64_MAX;
    }
    const group_files *files = version_of(controllers + 1, (size_t)(group - controllers - 1));
    return files != NULL ? left_by_groups_above(files, root, group + 1) : INT64_MAX;
}

static int64_t left_by_control_groups(const char *root) {
    char path[PATH];
    char line[PATH];
    int64_t left = INT64_MAX;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        left = least(left, left_by_line(root, line));
    }
    if (file != NULL) {
        fclose(file);
    }
    return left;
}

int64_t om_node_memory_available(const char *root) {
    int64_t left = least(left_by_system(root), left_by_shared_memory(root));
    return least(left, left_by_control_groups(root));
}
