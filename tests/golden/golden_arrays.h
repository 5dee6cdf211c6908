/* Reads the array files of this folder (format: README.md). For tests only. */
#ifndef ONCOMARK_TESTS_GOLDEN_ARRAYS_H
#define ONCOMARK_TESTS_GOLDEN_ARRAYS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Array `name` of the file, its number of values in `count`; to be freed. NULL (and a line on
 * stderr) if file or array is missing or short. */
static inline double *golden_array(const char *path, const char *name, int64_t *count) {
    FILE *file = fopen(path, "r");
    double *values = NULL;
    char line[512];
    bool found = false;
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        return NULL;
    }
    while (!found && fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        char *rest = strchr(line, ' ');
        if (rest == NULL) {
            break;
        }
        *rest++ = '\0';
        found = strcmp(line, name) == 0;
        *count = 1;
        for (char *end = rest; *rest != '\0' && *rest != '\n'; rest = end) {
            *count *= strtoll(rest, &end, 10);
            if (end == rest) {
                break;
            }
        }
        values = found ? malloc((size_t)(*count + 1) * sizeof *values) : NULL;
        for (int64_t i = 0; i < *count; i++) {
            double value;
            if (fscanf(file, "%lf", &value) != 1) {
                free(values);
                values = NULL;
                break;
            }
            if (values != NULL) {
                values[i] = value;
            }
        }
        if (fgets(line, sizeof line, file) == NULL) {
            line[0] = '\0';
        }
    }
    fclose(file);
    if (values == NULL) {
        fprintf(stderr, "%s: no whole array %s\n", path, name);
    }
    return values;
}

#endif
