#include "job_data.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The last part of a path without "Data_" and without the suffix of a single-file data set. The
 * path has no trailing slash. */
static char *id_of_path(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    if (strncmp(name, "Data_", 5) == 0) {
        name += 5;
    }
    size_t length = strlen(name);
    static const char *const suffixes[] = {".h5ad", ".h5"};
    for (int i = 0; i < 2; i++) {
        size_t suffix = strlen(suffixes[i]);
        if (length > suffix && strcmp(name + length - suffix, suffixes[i]) == 0) {
            length -= suffix;
            break;
        }
    }
    return om_format("%.*s", (int)length, name);
}

static bool has_control_character(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 127) {
            return true;
        }
    }
    return false;
}

static om_status derive_id(om_data_set *entry, om_job_place place) {
    if (entry->id == NULL) {
        entry->id = id_of_path(entry->path);
        if (entry->id == NULL) {
            return OM_MEMORY;
        }
    }
    const char *id = entry->id;
    if (id[0] == '\0' || id[0] == '.' || strpbrk(id, "/|") != NULL || has_control_character(id)) {
        return om_job_fail(place,
                           "found the id '%.80s' for %s, expected one without '/', '|', control "
                           "characters or a leading '.'; give one by 'id:'",
                           id, entry->path);
    }
    return OM_OK;
}

/* "Qian2020_Head and Neck" is study "Qian2020", tissue "Head and Neck". */
static om_status derive_study_and_tissue(om_data_set *entry, om_job_place place) {
    const char *underscore = strchr(entry->id, '_');
    if (entry->study == NULL) {
        int length =
            (int)(underscore == NULL ? strlen(entry->id) : (size_t)(underscore - entry->id));
        if (length == 0) {
            return om_job_fail(
                place, "the id '%s' does not start with a study; give it by 'study:'", entry->id);
        }
        entry->study = om_format("%.*s", length, entry->id);
        if (entry->study == NULL) {
            return OM_MEMORY;
        }
    }
    if (entry->tissue == NULL) {
        if (underscore == NULL || underscore[1] == '\0') {
            return om_job_fail(place,
                               "the id '%s' does not tell the tissue, as 'Study2024_Breast' would; "
                               "give it by 'tissue:'",
                               entry->id);
        }
        entry->tissue = om_strdup(underscore + 1);
        if (entry->tissue == NULL) {
            return OM_MEMORY;
        }
    }
    return OM_OK;
}

static om_status create_lists(om_data_set *entry) {
    if (entry->include_samples == NULL) {
        OM_TRY(om_strings_create(&entry->include_samples));
    }
    if (entry->exclude_samples == NULL) {
        OM_TRY(om_strings_create(&entry->exclude_samples));
    }
    return OM_OK;
}

static om_status read_entry(const om_job_walk *outer, om_data_set *entry, int64_t number,
                            const yaml_node_t *node) {
    om_job_place place = om_job_walk_place(outer, node);
    entry->line = place.line;
    char owner[48];
    snprintf(owner, sizeof owner, " in data entry %" PRId64, number);
    if (!om_yaml_is(node, YAML_MAPPING_NODE)) {
        char kind[80];
        return om_job_fail(place, "found %s as data entry %" PRId64 ", expected '{path: FOLDER}'",
                           om_yaml_kind(node, kind, sizeof kind), number);
    }
    om_job_walk walk = *outer;
    walk.owner = owner;
    walk.table = om_job_data_table();
    walk.base = entry;
    walk.read_special = NULL;
    walk.places = om_calloc(walk.table.n, sizeof *walk.places);
    if (walk.places == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_job_value_set_defaults(entry, walk.table);
    if (status == OM_OK) {
        status = om_job_walk_mapping(&walk, node);
    }
    om_free(walk.places);
    OM_TRY(status);
    if (entry->path == NULL) {
        return om_job_fail(place, "data entry %" PRId64 " has no path", number);
    }
    OM_TRY(create_lists(entry));
    OM_TRY(derive_id(entry, place));
    return derive_study_and_tissue(entry, place);
}

static om_status check_ids(const om_job *job, const char *source) {
    om_string_map *lines = NULL;
    om_status status = om_string_map_create(&lines);
    for (int64_t i = 0; status == OM_OK && i < job->n_data; i++) {
        const om_data_set *entry = &job->data[i];
        bool inserted;
        status = om_string_map_add(lines, entry->id, entry->line, &inserted);
        if (status == OM_OK && !inserted) {
            status = om_job_fail((om_job_place){source, entry->line},
                                 "found the data set id '%s' again, it is in line %" PRId64
                                 " already; give one of them another name by 'id:'",
                                 entry->id, om_string_map_get(lines, entry->id, 0));
        }
    }
    om_string_map_destroy(&lines);
    return status;
}

/* A validation data set is labelled by the thresholds of its tissue's training data. */
static om_status check_threshold_tissues(const om_job *job, const char *source) {
    om_string_map *trained = NULL;
    om_status status = om_string_map_create(&trained);
    for (int64_t i = 0; status == OM_OK && i < job->n_data; i++) {
        if (job->data[i].role == OM_ROLE_TRAIN) {
            status = om_string_map_add(trained, job->data[i].tissue, i, NULL);
        }
    }
    for (int64_t i = 0; status == OM_OK && i < job->n_data; i++) {
        const om_data_set *entry = &job->data[i];
        const char *tissue =
            entry->threshold_tissue == NULL ? entry->tissue : entry->threshold_tissue;
        if (entry->role == OM_ROLE_VALIDATE && om_string_map_get(trained, tissue, -1) < 0) {
            status = om_job_fail((om_job_place){source, entry->line},
                                 "validation data set '%s' needs the thresholds of tissue '%s', "
                                 "which no training data set has; name one that has by "
                                 "'threshold_tissue:'",
                                 entry->id, tissue);
        }
    }
    om_string_map_destroy(&trained);
    return status;
}

om_status om_job_data_read(const om_job_walk *walk, om_job *job, const yaml_node_t *node) {
    OM_TRY(om_job_walk_require(walk, "data", node));
    om_job_place place = om_job_walk_place(walk, node);
    if (!om_yaml_is(node, YAML_SEQUENCE_NODE)) {
        char kind[80];
        return om_job_fail(place, "found %s for data, expected a list: lines of '- {path: FOLDER}'",
                           om_yaml_kind(node, kind, sizeof kind));
    }
    const yaml_node_item_t *items = node->data.sequence.items.start;
    int64_t n = node->data.sequence.items.top - items;
    if (n == 0) {
        return om_job_fail(place, "found an empty list for data, expected at least one data set");
    }
    job->data = om_calloc(n, sizeof *job->data);
    if (job->data == NULL) {
        return OM_MEMORY;
    }
    job->n_data = n;
    for (int64_t i = 0; i < n; i++) {
        OM_TRY(read_entry(walk, &job->data[i], i + 1, om_yaml_node(walk->yaml, items[i])));
    }
    OM_TRY(check_ids(job, walk->source));
    return check_threshold_tissues(job, walk->source);
}

void om_job_data_destroy(om_job *job) {
    for (int64_t i = 0; i < job->n_data; i++) {
        om_data_set *entry = &job->data[i];
        om_free(entry->path);
        om_free(entry->id);
        om_free(entry->study);
        om_free(entry->tissue);
        om_free(entry->cells);
        om_free(entry->metadata);
        om_free(entry->gene_symbols);
        om_free(entry->genome);
        om_free(entry->threshold_tissue);
        om_strings_destroy(&entry->include_samples);
        om_strings_destroy(&entry->exclude_samples);
    }
    om_free(job->data);
    job->data = NULL;
    job->n_data = 0;
}
