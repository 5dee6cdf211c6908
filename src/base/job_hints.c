#include "job_hints.h"

#include "oncomark/memory.h"

/* Which ones there are, and what they may be, MPI libraries know. */
static om_status read_hint(const om_job_walk *walk, om_hint *hint, const char *key,
                           const yaml_node_t *node) {
    const char *text = om_yaml_text(node);
    if (text == NULL) {
        char kind[80];
        return om_job_fail(om_job_walk_place(walk, node), "found %s for %s%s, expected text",
                           om_yaml_kind(node, kind, sizeof kind), key, walk->owner);
    }
    OM_TRY(om_job_walk_require(walk, key, node));
    if (key[0] == '\0' || text[0] == '\0') {
        return om_job_fail(om_job_walk_place(walk, node),
                           "found empty text%s, expected a hint and its value", walk->owner);
    }
    hint->key = om_strdup(key);
    hint->value = om_strdup(text);
    return hint->key != NULL && hint->value != NULL ? OM_OK : OM_MEMORY;
}

om_status om_job_hints_read(const om_job_walk *outer, om_job *job, const yaml_node_t *node) {
    OM_TRY(om_job_walk_require(outer, "mpi_io", node));
    if (!om_yaml_is(node, YAML_MAPPING_NODE)) {
        char kind[80];
        return om_job_fail(om_job_walk_place(outer, node),
                           "found %s for mpi_io, expected a mapping such as {striping_factor: 8}, "
                           "or {} for no hint",
                           om_yaml_kind(node, kind, sizeof kind));
    }
    om_job_walk walk = *outer;
    walk.owner = " in mpi_io";
    const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
    int64_t n = node->data.mapping.pairs.top - pairs;
    om_string_map *seen_lines = NULL;
    job->mpi_io = om_calloc(n, sizeof *job->mpi_io);
    if (job->mpi_io == NULL) {
        return OM_MEMORY;
    }
    job->n_hints = n;
    om_status status = om_string_map_create(&seen_lines);
    for (int64_t i = 0; status == OM_OK && i < n; i++) {
        const char *key;
        status = om_job_walk_key(&walk, om_yaml_node(walk.yaml, pairs[i].key), seen_lines, &key);
        if (status == OM_OK) {
            status =
                read_hint(&walk, &job->mpi_io[i], key, om_yaml_node(walk.yaml, pairs[i].value));
        }
    }
    om_string_map_destroy(&seen_lines);
    return status;
}

void om_job_hints_destroy(om_job *job) {
    for (int64_t i = 0; i < job->n_hints; i++) {
        om_free(job->mpi_io[i].key);
        om_free(job->mpi_io[i].value);
    }
    om_free(job->mpi_io);
    job->mpi_io = NULL;
    job->n_hints = 0;
}
