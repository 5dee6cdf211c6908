#include "job_sweep.h"

#include "job_describe.h"

#include "oncomark/memory.h"
#include "oncomark/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each is trained once a fold: more could never end. */
enum { MAX_SETTINGS = 10000 };

static const char wanted[] = "a mapping such as {train.hidden: [64, 128]}, or {} for no sweep";

static bool is_in(const char *key, const char *section) {
    size_t length = strlen(section);
    return strncmp(key, section, length) == 0 && (key[length] == '\0' || key[length] == '.');
}

/* Why the settings of a sweep cannot differ in this key; NULL where they can. */
static const char *objection_to(const char *key) {
    static const struct {
        const char *section;
        const char *objection;
    } objections[] = {{"train.split", "the folds decide"},
                      {"train.patience", "crossval.patience decides"},
                      {"train.keep", "crossval.keep decides"},
                      {"train", NULL},
                      {"features", NULL},
                      {"crossval", "would need other folds, so that settings do not compare"},
                      {"name", "does not change what is learned"},
                      {"workdir", "does not change what is learned"},
                      {"memory_limit", "does not change what is learned"},
                      {"scratch", "does not change what is learned"},
                      {"mpi_io", "does not change what is learned"},
                      {"store", "does not change what is learned"},
                      {"validate", "does not change what is learned"},
                      {"pca", "does not change what is learned"},
                      {"baseline", "does not change what is learned"}};
    for (size_t i = 0; i < sizeof objections / sizeof objections[0]; i++) {
        if (is_in(key, objections[i].section)) {
            return objections[i].objection;
        }
    }
    return "would need other synthetic samples";
}

/* With as few digits as tell the value, for tables that people read. */
static om_status add_real(om_text *text, double value) {
    char digits[32];
    int precision = 15;
    do {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
    } while (strtod(digits, NULL) != value && precision++ < 17);
    return om_text_add(text, "%s", digits);
}

static om_status add_canonical(om_text *text, const om_job *job, const om_parameter *parameter) {
    if (parameter->type == OM_PARAMETER_REAL) {
        double value = 0;
        memcpy(&value, (const char *)job + parameter->offset, sizeof value);
        return add_real(text, value);
    }
    return om_job_describe_value(text, job, parameter);
}

/* Adds one value, checked as if it stood at the parameter's own key. */
static om_status add_value(const om_job_walk *walk, const om_parameter *parameter,
                           const yaml_node_t *node, om_strings *values, om_string_map *lines) {
    om_job scratch = {0};
    om_job_walk inner = *walk;
    inner.base = &scratch;
    OM_TRY(om_job_walk_scalar(&inner, parameter, node));
    om_text *text = NULL;
    bool inserted = false;
    om_job_place place = om_job_walk_place(walk, node);
    om_status status = om_text_create(&text);
    if (status == OM_OK) {
        status = add_canonical(text, &scratch, parameter);
    }
    if (status == OM_OK) {
        status = om_string_map_add(lines, om_text_get(text), place.line, &inserted);
    }
    if (status == OM_OK && !inserted) {
        status = om_job_fail(place, "found %s for %s%s again, it is in line %" PRId64 " already",
                             om_text_get(text), parameter->key, walk->owner,
                             om_string_map_get(lines, om_text_get(text), 0));
    }
    if (status == OM_OK) {
        status = om_strings_add(values, om_text_get(text));
    }
    om_text_destroy(&text);
    return status;
}

static om_status read_list(const om_job_walk *walk, const om_parameter *parameter,
                           const yaml_node_t *node, om_strings *values, om_string_map *lines) {
    const yaml_node_item_t *items = node->data.sequence.items.start;
    int64_t n = node->data.sequence.items.top - items;
    if (n == 0) {
        return om_job_fail(om_job_walk_place(walk, node),
                           "found an empty list for %s%s, expected at least one value",
                           parameter->key, walk->owner);
    }
    for (int64_t i = 0; i < n; i++) {
        OM_TRY(add_value(walk, parameter, om_yaml_node(walk->yaml, items[i]), values, lines));
    }
    return OM_OK;
}

static om_status read_values(const om_job_walk *walk, const om_parameter *parameter,
                             const yaml_node_t *node, om_strings *values) {
    om_string_map *lines = NULL;
    om_status status = om_string_map_create(&lines);
    if (status == OM_OK) {
        status = om_yaml_is(node, YAML_SEQUENCE_NODE)
                     ? read_list(walk, parameter, node, values, lines)
                     : add_value(walk, parameter, node, values, lines);
    }
    om_string_map_destroy(&lines);
    return status;
}

static om_status read_axis(om_job_walk *walk, const om_parameter *parameter,
                           const yaml_node_t *node) {
    om_job *job = walk->base;
    ptrdiff_t row = parameter - walk->table.rows;
    const char *objection = objection_to(parameter->key);
    if (objection != NULL) {
        return om_job_fail(walk->places[row], "found %s%s: %s; expected a key of train or features",
                           parameter->key, walk->owner, objection);
    }
    om_sweep_axis *axis = &job->crossval.sweep[row];
    axis->key = om_strdup(parameter->key);
    if (axis->key == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&axis->values));
    return read_values(walk, parameter, node, axis->values);
}

/* Axes stand at the rows of their keys: they move up to the front. */
static void close_gaps(om_crossval_parameters *crossval) {
    int64_t n = 0;
    for (int64_t row = 0; row < crossval->n_axes; row++) {
        om_sweep_axis axis = crossval->sweep[row];
        if (axis.key != NULL) {
            crossval->sweep[n++] = axis;
        }
    }
    crossval->n_axes = n;
}

static om_status check_count(const om_job_walk *walk, const om_job *job, const yaml_node_t *node) {
    double n = 1;
    for (int64_t i = 0; i < job->crossval.n_axes; i++) {
        n *= (double)om_strings_count(job->crossval.sweep[i].values);
    }
    if (n > MAX_SETTINGS) {
        return om_job_fail(om_job_walk_place(walk, node),
                           "found %.15g combinations of values in crossval.sweep, expected at most "
                           "%d",
                           n, MAX_SETTINGS);
    }
    return OM_OK;
}

om_status om_job_sweep_read(const om_job_walk *outer, om_job *job, const yaml_node_t *node) {
    OM_TRY(om_job_walk_require(outer, "crossval.sweep", node));
    if (!om_yaml_is(node, YAML_MAPPING_NODE)) {
        char kind[80];
        return om_job_fail(om_job_walk_place(outer, node),
                           "found %s for crossval.sweep, expected %s",
                           om_yaml_kind(node, kind, sizeof kind), wanted);
    }
    om_job_walk walk = *outer;
    walk.owner = " in crossval.sweep";
    walk.base = job;
    walk.all_special = true;
    walk.read_special = read_axis;
    job->crossval.sweep_line = om_job_walk_place(outer, node).line;
    job->crossval.sweep = om_calloc(walk.table.n, sizeof *job->crossval.sweep);
    walk.places = om_calloc(walk.table.n, sizeof *walk.places);
    om_status status = OM_MEMORY;
    if (job->crossval.sweep != NULL && walk.places != NULL) {
        job->crossval.n_axes = walk.table.n;
        status = om_job_walk_mapping(&walk, node);
        close_gaps(&job->crossval);
    }
    om_free(walk.places);
    return status == OM_OK ? check_count(outer, job, node) : status;
}

void om_job_sweep_destroy(om_job *job) {
    om_crossval_parameters *crossval = &job->crossval;
    for (int64_t i = 0; i < crossval->n_axes; i++) {
        om_free(crossval->sweep[i].key);
        om_strings_destroy(&crossval->sweep[i].values);
    }
    om_free(crossval->sweep);
    crossval->sweep = NULL;
    crossval->n_axes = 0;
}
