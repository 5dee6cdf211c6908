/* A YAML file of exactly one document, by libyaml. */
#ifndef OM_BASE_YAML_DOCUMENT_H
#define OM_BASE_YAML_DOCUMENT_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <yaml.h>

typedef struct om_yaml om_yaml;

/* Parses `bytes`. OM_USAGE with `source`, line and problem where it is no YAML, has no document or
 * several, or a root that is no mapping. */
om_status om_yaml_create(om_yaml **out, const char *source, const char *bytes, int64_t length);
void om_yaml_destroy(om_yaml **yaml);

/* Borrowed, as all nodes. */
yaml_node_t *om_yaml_root(om_yaml *yaml);

/* The node of an index that a mapping's pair or a sequence's item holds. */
yaml_node_t *om_yaml_node(om_yaml *yaml, int index);

/* True where the node is of this type and bears no explicit tag. */
bool om_yaml_is(const yaml_node_t *node, yaml_node_type_t type);

long om_yaml_line(const yaml_node_t *node);

/* A scalar's text; NULL where the node is no scalar, bears an explicit tag or holds a NUL. */
const char *om_yaml_text(const yaml_node_t *node);

/* True for scalars in quotes or block style. */
bool om_yaml_is_quoted(const yaml_node_t *node);

/* What the node is, for messages: "a list", "a mapping", "text with the tag '!x'", ... Written to
 * `buffer` where need be. */
const char *om_yaml_kind(const yaml_node_t *node, char *buffer, size_t size);

#endif
