#include "job_walk.h"

#include "job_suggest.h"

#include "oncomark/memory.h"

#include <inttypes.h>

/* Far above any real job; aliases of long lists could otherwise multiply without end. */
enum { MAX_VALUES = 1000000 };

om_job_place om_job_walk_place(const om_job_walk *walk, const yaml_node_t *node) {
    return (om_job_place){walk->source, om_yaml_line(node)};
}

om_status om_job_walk_key(const om_job_walk *walk, const yaml_node_t *node,
                          om_string_map *seen_lines, const char **key) {
    om_job_place place = om_job_walk_place(walk, node);
    *key = om_yaml_text(node);
    if (*key == NULL) {
        char kind[80];
        return om_job_fail(place, "found %s as a key, expected text",
                           om_yaml_kind(node, kind, sizeof kind));
    }
    bool inserted;
    OM_TRY(om_string_map_add(seen_lines, *key, place.line, &inserted));
    if (!inserted) {
        return om_job_fail(place, "found key '%s'%s again, it is in line %" PRId64 " already", *key,
                           walk->owner, om_string_map_get(seen_lines, *key, 0));
    }
    return OM_OK;
}

om_status om_job_walk_require(const om_job_walk *walk, const char *key, const yaml_node_t *node) {
    const char *text = om_yaml_text(node);
    if (text != NULL && om_job_value_is_missing(text, om_yaml_is_quoted(node))) {
        return om_job_fail(om_job_walk_place(walk, node), "key '%s'%s has no value", key,
                           walk->owner);
    }
    return OM_OK;
}

static om_status add_text(const om_job_walk *walk, const char *key, const yaml_node_t *node,
                          om_strings *values) {
    om_job_place place = om_job_walk_place(walk, node);
    const char *text = om_yaml_text(node);
    if (text == NULL) {
        char kind[80];
        return om_job_fail(place, "found %s for %s%s, expected text or a list of texts",
                           om_yaml_kind(node, kind, sizeof kind), key, walk->owner);
    }
    OM_TRY(om_job_walk_require(walk, key, node));
    if (++*walk->n_values > MAX_VALUES) {
        return om_job_fail(place, "found more than %d values; are lists repeated by '*aliases'?",
                           MAX_VALUES);
    }
    return om_strings_add(values, text);
}

om_status om_job_walk_texts(const om_job_walk *walk, const char *key, const yaml_node_t *node,
                            om_strings *values) {
    if (!om_yaml_is(node, YAML_SEQUENCE_NODE)) {
        return add_text(walk, key, node, values);
    }
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        OM_TRY(add_text(walk, key, om_yaml_node(walk->yaml, *item), values));
    }
    return OM_OK;
}

static om_status read_list(const om_job_walk *walk, const om_parameter *parameter,
                           const yaml_node_t *node) {
    om_strings **field = (om_strings **)((char *)walk->base + parameter->offset);
    OM_TRY(om_strings_create(field));
    OM_TRY(om_job_walk_texts(walk, parameter->key, node, *field));
    if ((double)om_strings_count(*field) < parameter->minimum) {
        return om_job_fail(om_job_walk_place(walk, node),
                           "found an empty list for %s%s, expected at least one value",
                           parameter->key, walk->owner);
    }
    return OM_OK;
}

om_status om_job_walk_scalar(const om_job_walk *walk, const om_parameter *parameter,
                             const yaml_node_t *node) {
    om_job_place place = om_job_walk_place(walk, node);
    const char *text = om_yaml_text(node);
    if (text == NULL) {
        char expected[OM_EXPECTED_CAPACITY];
        char kind[80];
        om_job_value_expected(expected, parameter);
        return om_job_fail(place, "found %s for %s%s, expected %s",
                           om_yaml_kind(node, kind, sizeof kind), parameter->key, walk->owner,
                           expected);
    }
    return om_job_value_set(walk->base, parameter, text, om_yaml_is_quoted(node), walk->folder,
                            walk->owner, place);
}

static om_status read_row(om_job_walk *walk, int row, const yaml_node_t *key_node,
                          const yaml_node_t *node) {
    const om_parameter *parameter = &walk->table.rows[row];
    om_job_place place = om_job_walk_place(walk, key_node);
    /* The same key can stand in two forms: nested and dotted. */
    if (walk->places[row].source != NULL) {
        return om_job_fail(place, "found key '%s'%s again, it is in line %ld already",
                           parameter->key, walk->owner, walk->places[row].line);
    }
    walk->places[row] = place;
    if (walk->all_special) {
        return walk->read_special(walk, parameter, node);
    }
    switch (parameter->type) {
    case OM_PARAMETER_DATA:
    case OM_PARAMETER_EXCLUSIONS:
    case OM_PARAMETER_HINTS:
    case OM_PARAMETER_SWEEP:
    case OM_PARAMETER_BULK:
        return walk->read_special(walk, parameter, node);
    case OM_PARAMETER_LIST:
        return read_list(walk, parameter, node);
    default:
        return om_job_walk_scalar(walk, parameter, node);
    }
}

static om_status fail_unknown(const om_job_walk *walk, const char *key, om_job_place place) {
    char suggestion[OM_SUGGESTION_CAPACITY];
    om_job_suggest(suggestion, walk->table, key);
    if (suggestion[0] == '\0') {
        return om_job_fail(place, "unknown key '%.80s'%s", key, walk->owner);
    }
    return om_job_fail(place, "unknown key '%.80s'%s (did you mean '%s'?)", key, walk->owner,
                       suggestion);
}

static om_status walk_section(om_job_walk *walk, const char *section, const yaml_node_t *node);

static om_status read_pair(om_job_walk *walk, const char *key, const yaml_node_t *key_node,
                           const yaml_node_t *node) {
    int row = om_job_table_find(walk->table, key);
    if (row >= 0) {
        return read_row(walk, row, key_node, node);
    }
    const om_parameter *first = om_job_table_section(walk->table, key);
    if (first == NULL) {
        return fail_unknown(walk, key, om_job_walk_place(walk, key_node));
    }
    OM_TRY(om_job_walk_require(walk, key, node));
    if (!om_yaml_is(node, YAML_MAPPING_NODE)) {
        char kind[80];
        return om_job_fail(om_job_walk_place(walk, node),
                           "found %s for %s%s, expected a mapping with keys such as %s",
                           om_yaml_kind(node, kind, sizeof kind), key, walk->owner, first->key);
    }
    return walk_section(walk, key, node);
}

/* Recursion ends with the dots of the table's keys, so that YAML's cycles end too. */
static om_status walk_section(om_job_walk *walk, const char *section, const yaml_node_t *node) {
    om_string_map *seen_lines = NULL;
    om_status status = om_string_map_create(&seen_lines);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         status == OM_OK && pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key_node = om_yaml_node(walk->yaml, pair->key);
        const char *part;
        status = om_job_walk_key(walk, key_node, seen_lines, &part);
        if (status != OM_OK) {
            break;
        }
        char *key = om_format("%s%s%s", section, section[0] == '\0' ? "" : ".", part);
        status = key == NULL
                     ? OM_MEMORY
                     : read_pair(walk, key, key_node, om_yaml_node(walk->yaml, pair->value));
        om_free(key);
    }
    om_string_map_destroy(&seen_lines);
    return status;
}

om_status om_job_walk_mapping(om_job_walk *walk, const yaml_node_t *node) {
    return walk_section(walk, "", node);
}
