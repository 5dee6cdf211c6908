#include "job_exclusions.h"

#include "oncomark/memory.h"

#include <string.h>

static om_status read_column(const om_job_walk *walk, om_exclusion *exclusion, const char *column,
                             const yaml_node_t *node) {
    exclusion->column = om_strdup(column);
    if (exclusion->column == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&exclusion->values));
    OM_TRY(om_job_walk_texts(walk, column, node, exclusion->values));
    if (om_strings_count(exclusion->values) == 0) {
        return om_job_fail(om_job_walk_place(walk, node),
                           "found an empty list for %s%s, expected at least one value", column,
                           walk->owner);
    }
    return OM_OK;
}

om_status om_job_exclusions_read(const om_job_walk *outer, om_job *job, const yaml_node_t *node) {
    OM_TRY(om_job_walk_require(outer, "exclude_where", node));
    if (!om_yaml_is(node, YAML_MAPPING_NODE)) {
        char kind[80];
        return om_job_fail(om_job_walk_place(outer, node),
                           "found %s for exclude_where, expected a mapping such as "
                           "{cancer_type: [Normal]}, or {} for no exclusion",
                           om_yaml_kind(node, kind, sizeof kind));
    }
    om_job_walk walk = *outer;
    walk.owner = " in exclude_where";
    const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
    int64_t n = node->data.mapping.pairs.top - pairs;
    job->exclude_where = om_calloc(n, sizeof *job->exclude_where);
    if (job->exclude_where == NULL) {
        return OM_MEMORY;
    }
    job->n_exclusions = n;
    om_string_map *seen_lines = NULL;
    om_status status = om_string_map_create(&seen_lines);
    for (int64_t i = 0; status == OM_OK && i < n; i++) {
        const char *column;
        status = om_job_walk_key(&walk, om_yaml_node(walk.yaml, pairs[i].key), seen_lines, &column);
        if (status == OM_OK) {
            status = read_column(&walk, &job->exclude_where[i], column,
                                 om_yaml_node(walk.yaml, pairs[i].value));
        }
    }
    om_string_map_destroy(&seen_lines);
    return status;
}

om_status om_job_exclusions_default(om_job *job, const om_parameter *parameter) {
    int64_t n_values = 0;
    om_job_walk walk = {.source = "default", .owner = "", .n_values = &n_values};
    const char *text = parameter->default_text;
    OM_TRY(om_yaml_create(&walk.yaml, walk.source, text, (int64_t)strlen(text)));
    om_status status = om_job_exclusions_read(&walk, job, om_yaml_root(walk.yaml));
    om_yaml_destroy(&walk.yaml);
    return status;
}

void om_job_exclusions_destroy(om_job *job) {
    for (int64_t i = 0; i < job->n_exclusions; i++) {
        om_free(job->exclude_where[i].column);
        om_strings_destroy(&job->exclude_where[i].values);
    }
    om_free(job->exclude_where);
    job->exclude_where = NULL;
    job->n_exclusions = 0;
}
