/* Walks a YAML mapping against a table of parameters. */
#ifndef OM_BASE_JOB_WALK_H
#define OM_BASE_JOB_WALK_H

#include "job_table.h"
#include "job_value.h"
#include "yaml_document.h"

#include "oncomark/string_map.h"
#include "oncomark/strings.h"

typedef struct om_job_walk om_job_walk;
struct om_job_walk {
    om_yaml *yaml;
    const char *source; /* the file, for messages */
    const char *folder; /* see om_job_value_set */
    const char *owner;  /* "" or what the keys belong to, such as " in data entry 2" */
    om_parameters table;
    void *base;           /* what the table's offsets refer to */
    om_job_place *places; /* [table.n] where each row was set; source NULL: not yet */
    int64_t *n_values;    /* values read so far, shared by nested walks */
    bool all_special;     /* read_special reads all rows */
    /* Reads the value of a row of type DATA, EXCLUSIONS, HINTS, SWEEP or BULK; NULL where the
     * table has none. */
    om_status (*read_special)(om_job_walk *walk, const om_parameter *parameter,
                              const yaml_node_t *node);
};

/* Sets the fields that the root mapping `node` names. Unknown, repeated and empty keys, wrong types
 * and ranges are OM_USAGE. */
om_status om_job_walk_mapping(om_job_walk *walk, const yaml_node_t *node);

/* Sets the parameter's field of walk->base from a single value. */
om_status om_job_walk_scalar(const om_job_walk *walk, const om_parameter *parameter,
                             const yaml_node_t *node);

/* Appends the texts of a list, or a single text, to `values`. `key` names it in messages. */
om_status om_job_walk_texts(const om_job_walk *walk, const char *key, const yaml_node_t *node,
                            om_strings *values);

/* A pair's key as text; OM_USAGE where it is none, or where `seen_lines` (of one mapping, by key)
 * has it already. */
om_status om_job_walk_key(const om_job_walk *walk, const yaml_node_t *node,
                          om_string_map *seen_lines, const char **key);

/* OM_USAGE where the value of `key` is YAML's nothing. */
om_status om_job_walk_require(const om_job_walk *walk, const char *key, const yaml_node_t *node);

om_job_place om_job_walk_place(const om_job_walk *walk, const yaml_node_t *node);

#endif
