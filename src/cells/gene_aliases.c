#include "gene_aliases.h"

#include "oncomark/symbol.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <string.h>

/* Entries with the same name on one side are chained in the order of the file. */
typedef struct side {
    om_strings *names;   /* [entries] */
    om_string_map *head; /* name -> its first entry */
    int64_t *next;       /* [entries] -1 at the end of a chain */
} side;

struct om_gene_aliases {
    side sides[OM_N_DIRECTIONS]; /* by the direction in which its names are looked up */
};

static om_status create(om_gene_aliases **out) {
    om_gene_aliases *aliases = om_calloc(1, sizeof *aliases);
    *out = aliases;
    if (aliases == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_OK;
    for (int d = 0; d < OM_N_DIRECTIONS && status == OM_OK; d++) {
        status = om_strings_create(&aliases->sides[d].names);
    }
    if (status != OM_OK) {
        om_gene_aliases_destroy(out);
    }
    return status;
}

void om_gene_aliases_destroy(om_gene_aliases **aliases) {
    if (*aliases == NULL) {
        return;
    }
    for (int d = 0; d < OM_N_DIRECTIONS; d++) {
        om_strings_destroy(&(*aliases)->sides[d].names);
        om_string_map_destroy(&(*aliases)->sides[d].head);
        om_free((*aliases)->sides[d].next);
    }
    om_free(*aliases);
    *aliases = NULL;
}

static om_status chain(side *part) {
    int64_t n = om_strings_count(part->names);
    int64_t *tail = om_malloc(n, sizeof *tail); /* of the chain that starts at an entry */
    part->next = om_malloc(n, sizeof *part->next);
    om_status status = tail != NULL && part->next != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_string_map_create(&part->head);
    }
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        const char *name = om_strings_get(part->names, i);
        int64_t head = om_string_map_get(part->head, name, -1);
        part->next[i] = -1;
        if (head == -1) {
            status = om_string_map_add(part->head, name, i, NULL);
            head = i;
        } else {
            part->next[tail[head]] = i;
        }
        tail[head] = i;
    }
    om_free(tail);
    return status;
}

static om_status chain_both(om_gene_aliases *aliases) {
    OM_TRY(chain(&aliases->sides[OM_TO_SYMBOL]));
    return chain(&aliases->sides[OM_TO_ALIAS]);
}

static om_status parse_line(om_gene_aliases *aliases, char *line, const om_reader *reader) {
    char *tab = strchr(line, '\t');
    char *end = tab != NULL ? strchr(tab + 1, '\t') : NULL;
    size_t alias_length = 0;
    size_t symbol_length = 0;
    if (tab != NULL) {
        *tab = '\0';
    }
    if (end != NULL) {
        *end = '\0';
    }
    const char *alias = om_symbol_trim(line, &alias_length);
    const char *symbol = tab != NULL ? om_symbol_trim(tab + 1, &symbol_length) : "";
    if (alias_length == 0 || symbol_length == 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found \"%.80s\", expected an alias, a tab and a symbol",
                       om_reader_path(reader), om_reader_line_number(reader), line);
    }
    OM_TRY(om_strings_add_n(aliases->sides[OM_TO_SYMBOL].names, alias, alias_length));
    return om_strings_add_n(aliases->sides[OM_TO_ALIAS].names, symbol, symbol_length);
}

static om_status parse(om_gene_aliases *aliases, om_reader *reader) {
    for (;;) {
        char *line = NULL;
        size_t length = 0;
        OM_TRY(om_reader_line(reader, &line, &length));
        if (line == NULL) {
            return OM_OK;
        }
        const char *start = om_symbol_trim(line, &length);
        if (length > 0 && *start != '#') {
            OM_TRY(parse_line(aliases, line, reader));
        }
    }
}

om_status om_gene_aliases_read(om_gene_aliases **out, const char *path) {
    OM_TRY(create(out));
    om_reader *reader = NULL;
    om_status status = om_reader_open(&reader, path);
    if (status == OM_OK) {
        status = parse(*out, reader);
    }
    om_reader_close(&reader);
    if (status == OM_OK) {
        status = chain_both(*out);
    }
    if (status != OM_OK) {
        om_gene_aliases_destroy(out);
    }
    return status;
}

om_status om_gene_aliases_broadcast(om_ctx *ctx, int root, om_gene_aliases **aliases) {
    bool is_root = om_context_rank(ctx) == root;
    OM_TRY(om_agree(ctx, is_root ? OM_OK : create(aliases)));
    for (int d = 0; d < OM_N_DIRECTIONS; d++) {
        if (!is_root) {
            om_strings_destroy(&(*aliases)->sides[d].names);
        }
        OM_TRY(om_broadcast_strings(ctx, root, &(*aliases)->sides[d].names));
    }
    return om_agree(ctx, is_root ? OM_OK : chain_both(*aliases));
}

int64_t om_gene_aliases_first(const om_gene_aliases *aliases, om_alias_direction direction,
                              const char *name) {
    return om_string_map_get(aliases->sides[direction].head, name, -1);
}

int64_t om_gene_aliases_next(const om_gene_aliases *aliases, om_alias_direction direction,
                             int64_t entry) {
    return aliases->sides[direction].next[entry];
}

const char *om_gene_aliases_target(const om_gene_aliases *aliases, om_alias_direction direction,
                                   int64_t entry) {
    int other = direction == OM_TO_SYMBOL ? OM_TO_ALIAS : OM_TO_SYMBOL;
    return om_strings_get(aliases->sides[other].names, entry);
}

void om_gene_aliases_digest(const om_gene_aliases *aliases, char hex[OM_DIGEST_HEX]) {
    om_digest digest = {{0, 0}};
    om_digest_strings(&digest, "alias", 0, aliases->sides[OM_TO_SYMBOL].names);
    om_digest_strings(&digest, "symbol", 0, aliases->sides[OM_TO_ALIAS].names);
    om_digest_hex(&digest, hex);
}
