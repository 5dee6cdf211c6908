#include "yaml_document.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct om_yaml {
    yaml_parser_t parser;
    yaml_document_t document;
    bool has_parser;
    bool has_document;
};

/* libyaml reports the place of a wrong byte as an offset only. */
static long line_of_offset(const char *bytes, int64_t length, size_t offset) {
    long line = 1;
    for (int64_t i = 0; i < length && (size_t)i < offset; i++) {
        line += bytes[i] == '\n';
    }
    return line;
}

static om_status fail_syntax(const yaml_parser_t *parser, const char *source, const char *bytes,
                             int64_t length) {
    const char *problem = parser->problem == NULL ? "unknown problem" : parser->problem;
    switch (parser->error) {
    case YAML_MEMORY_ERROR:
        return om_fail(OM_MEMORY, "out of memory while reading %s", source);
    case YAML_READER_ERROR:
        return om_fail(OM_USAGE, "%s:%ld: not valid YAML: %s", source,
                       line_of_offset(bytes, length, parser->problem_offset), problem);
    default:
        break;
    }
    long line = (long)parser->problem_mark.line + 1;
    if (parser->context == NULL) {
        return om_fail(OM_USAGE, "%s:%ld: not valid YAML: %s", source, line, problem);
    }
    return om_fail(OM_USAGE, "%s:%ld: not valid YAML: %s (%s that starts in line %ld)", source,
                   line, problem, parser->context, (long)parser->context_mark.line + 1);
}

static om_status check_single(om_yaml *yaml, const char *source, const char *bytes,
                              int64_t length) {
    yaml_document_t next;
    if (yaml_parser_load(&yaml->parser, &next) == 0) {
        return fail_syntax(&yaml->parser, source, bytes, length);
    }
    const yaml_node_t *root = yaml_document_get_root_node(&next);
    om_status status = OM_OK;
    if (root != NULL) {
        status = om_fail(OM_USAGE, "%s:%ld: found a second YAML document, expected one", source,
                         om_yaml_line(root));
    }
    yaml_document_delete(&next);
    return status;
}

static om_status check_root(om_yaml *yaml, const char *source) {
    yaml_node_t *root = om_yaml_root(yaml);
    if (root == NULL || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0)) {
        return om_fail(OM_USAGE, "%s: the file is empty, expected keys such as 'gene_sets: FILE'",
                       source);
    }
    if (!om_yaml_is(root, YAML_MAPPING_NODE)) {
        char kind[80];
        return om_fail(OM_USAGE, "%s:%ld: found %s, expected lines of 'key: value'", source,
                       om_yaml_line(root), om_yaml_kind(root, kind, sizeof kind));
    }
    return OM_OK;
}

om_status om_yaml_create(om_yaml **out, const char *source, const char *bytes, int64_t length) {
    *out = NULL;
    om_yaml *yaml = om_calloc(1, sizeof *yaml);
    if (yaml == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_OK;
    if (yaml_parser_initialize(&yaml->parser) == 0) {
        status = om_fail(OM_MEMORY, "out of memory while reading %s", source);
        goto done;
    }
    yaml->has_parser = true;
    yaml_parser_set_input_string(&yaml->parser, (const unsigned char *)bytes, (size_t)length);
    if (yaml_parser_load(&yaml->parser, &yaml->document) == 0) {
        status = fail_syntax(&yaml->parser, source, bytes, length);
        goto done;
    }
    yaml->has_document = true;
    /* Asking on after the end of the stream would only give empty documents. */
    if (om_yaml_root(yaml) != NULL) {
        status = check_single(yaml, source, bytes, length);
    }
    if (status == OM_OK) {
        status = check_root(yaml, source);
    }
done:
    if (status != OM_OK) {
        om_yaml_destroy(&yaml);
    }
    *out = yaml;
    return status;
}

void om_yaml_destroy(om_yaml **yaml) {
    if (*yaml == NULL) {
        return;
    }
    if ((*yaml)->has_document) {
        yaml_document_delete(&(*yaml)->document);
    }
    if ((*yaml)->has_parser) {
        yaml_parser_delete(&(*yaml)->parser);
    }
    om_free(*yaml);
    *yaml = NULL;
}

yaml_node_t *om_yaml_root(om_yaml *yaml) {
    return yaml_document_get_root_node(&yaml->document);
}

yaml_node_t *om_yaml_node(om_yaml *yaml, int index) {
    return yaml_document_get_node(&yaml->document, index);
}

long om_yaml_line(const yaml_node_t *node) {
    return (long)node->start_mark.line + 1;
}

static bool has_default_tag(const yaml_node_t *node) {
    const char *tag = (const char *)node->tag;
    return tag == NULL || strcmp(tag, YAML_STR_TAG) == 0 || strcmp(tag, YAML_SEQ_TAG) == 0 ||
           strcmp(tag, YAML_MAP_TAG) == 0;
}

bool om_yaml_is(const yaml_node_t *node, yaml_node_type_t type) {
    return node->type == type && has_default_tag(node);
}

const char *om_yaml_text(const yaml_node_t *node) {
    if (!om_yaml_is(node, YAML_SCALAR_NODE)) {
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

bool om_yaml_is_quoted(const yaml_node_t *node) {
    return node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

const char *om_yaml_kind(const yaml_node_t *node, char *buffer, size_t size) {
    if (!has_default_tag(node)) {
        snprintf(buffer, size, "a value with the tag '%.40s'", (const char *)node->tag);
        return buffer;
    }
    switch (node->type) {
    case YAML_SEQUENCE_NODE:
        return "a list";
    case YAML_MAPPING_NODE:
        return "a mapping";
    case YAML_SCALAR_NODE:
        break;
    case YAML_NO_NODE:
        return "nothing";
    }
    if (om_yaml_text(node) == NULL) {
        return "text with a NUL character in it";
    }
    snprintf(buffer, size, "'%.60s'", om_yaml_text(node));
    return buffer;
}
