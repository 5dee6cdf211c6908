#include "oncomark/past.h"

#include "manifest.h"
#include "oncomark/memory.h"
#include "workdir_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct om_past {
    cJSON *stages; /* by name */
};

om_status om_past_create(om_past **out, const om_workdir *workdir) {
    om_past *past = om_calloc(1, sizeof *past);
    *out = past;
    char *path = om_workdir_path(workdir, "manifest.json");
    om_status status = past != NULL && path != NULL
                           ? om_manifest_read_stages(&past->stages, path, workdir->shares)
                           : OM_MEMORY;
    om_free(path);
    if (status != OM_OK) {
        om_past_destroy(out);
    }
    return status;
}

void om_past_destroy(om_past **past) {
    if (*past != NULL) {
        cJSON_Delete((*past)->stages);
    }
    om_free(*past);
    *past = NULL;
}

/* What is no number, or beyond 64 bits, is as if it were not there. */
static bool read_number(double *value, const cJSON *item) {
    *value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    return *value >= 0 && *value < 0x1p62;
}

/* Sum and largest of a figure's values, one a rank. */
static bool read_figure(int64_t *sum, int64_t *largest, const cJSON *stage, const char *name) {
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(stage, name);
    const cJSON *item = NULL;
    double total = 0, most = 0;
    cJSON_ArrayForEach(item, values) {
        double value = 0;
        if (!read_number(&value, item)) {
            return false;
        }
        total += value;
        most = fmax(most, value);
    }
    *sum = (int64_t)fmin(total, 0x1p62);
    *largest = (int64_t)most;
    return cJSON_IsArray(values) && cJSON_GetArraySize(values) > 0;
}

bool om_past_find(om_past_stage *out, const om_past *past, const char *stage) {
    static const char *const names[OM_N_COUNTERS] = {[OM_COUNT_NONZEROS] = "nonzeros",
                                                     [OM_COUNT_PARSED_BYTES] = "parsed_bytes",
                                                     [OM_COUNT_TRAINING_ROWS] = "training_rows"};
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(past->stages, stage);
    const char *finished =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(found, "finished"));
    double ranks = 0;
    int64_t unused = 0;
    *out = (om_past_stage){.n_ranks = 0};
    bool complete =
        finished != NULL &&
        read_number(&out->wall_seconds, cJSON_GetObjectItemCaseSensitive(found, "wall_seconds")) &&
        read_number(&ranks, cJSON_GetObjectItemCaseSensitive(found, "ranks")) && ranks >= 1 &&
        read_figure(&unused, &out->peak_memory, found, "peak_memory_bytes");
    for (int i = 0; i < OM_N_COUNTERS && complete; i++) {
        complete = read_figure(&out->counters[i], &unused, found, names[i]);
    }
    if (complete) {
        out->n_ranks = (int64_t)ranks;
        snprintf(out->finished, sizeof out->finished, "%s", finished);
    }
    return complete;
}

static bool has_line(const cJSON *inputs, const char *line, size_t length) {
    const char *colon = memchr(line, ':', length);
    const cJSON *input = NULL;
    while (colon != NULL && strncmp(colon, ": ", 2) != 0) {
        colon = memchr(colon + 1, ':', length - (size_t)(colon + 1 - line));
    }
    if (colon == NULL) {
        return false;
    }
    size_t name_length = (size_t)(colon - line);
    size_t value_length = length - name_length - 2;
    cJSON_ArrayForEach(input, inputs) {
        if (strlen(input->string) == name_length && memcmp(input->string, line, name_length) == 0) {
            const char *value = cJSON_GetStringValue(input);
            return value != NULL && strlen(value) == value_length &&
                   memcmp(value, colon + 2, value_length) == 0;
        }
    }
    return false;
}

bool om_past_made_from(const om_workdir *workdir, const char *artefact, const om_text *lines) {
    const cJSON *record = cJSON_GetObjectItemCaseSensitive(workdir->artefacts, artefact);
    const cJSON *inputs = cJSON_GetObjectItemCaseSensitive(record, "inputs");
    bool has_all = record != NULL;
    for (const char *line = om_text_get(lines); *line != '\0' && has_all;) {
        size_t length = strcspn(line, "\n");
        has_all = has_line(inputs, line, length);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    return has_all;
}
