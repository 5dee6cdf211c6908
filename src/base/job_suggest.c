#include "job_suggest.h"

#include <stdio.h>
#include <string.h>

/* Edit distance (insert, delete, replace, each 1) of two short texts, by the row-wise table. */
static int edit_distance(const char *a, size_t length_a, const char *b, size_t length_b) {
    int row[OM_SUGGESTION_CAPACITY];
    for (size_t j = 0; j <= length_b; j++) {
        row[j] = (int)j;
    }
    for (size_t i = 1; i <= length_a; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= length_b; j++) {
            int best = diagonal + (a[i - 1] != b[j - 1]);
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[length_b];
}

static const char *last_part(const char *key) {
    const char *dot = strrchr(key, '.');
    return dot == NULL ? key : dot + 1;
}

/* Distance of `key` to the first `length` characters of `candidate`. A right name in the wrong
 * section is one step away, so that it loses against the same name in the right one. */
static int key_distance(const char *key, const char *candidate, size_t length) {
    int whole = edit_distance(key, strlen(key), candidate, length);
    if (candidate[length] != '\0') {
        return whole;
    }
    const char *key_part = last_part(key);
    const char *part = last_part(candidate);
    int parts = 1 + edit_distance(key_part, strlen(key_part), part, strlen(part));
    return whole < parts ? whole : parts;
}

void om_job_suggest(char suggestion[OM_SUGGESTION_CAPACITY], om_parameters table, const char *key) {
    suggestion[0] = '\0';
    if (strlen(key) >= OM_SUGGESTION_CAPACITY) {
        return;
    }
    int nearest = 2 + (int)strlen(last_part(key)) / 3;
    for (int row = 0; row < table.n; row++) {
        const char *candidate = table.rows[row].key;
        for (size_t length = 1; length <= strlen(candidate); length++) {
            if (candidate[length] != '.' && candidate[length] != '\0') {
                continue;
            }
            int distance = key_distance(key, candidate, length);
            if (distance < nearest) {
                nearest = distance;
                snprintf(suggestion, OM_SUGGESTION_CAPACITY, "%.*s", (int)length, candidate);
            }
        }
    }
}
