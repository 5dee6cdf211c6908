#include "oncomark/gene_sets.h"

#include "gene_sets_private.h"
#include "oncomark/symbol.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

struct om_gene_sets {
    char *path;
    om_strings *genes[OM_N_HALLMARKS][OM_N_SIGNS];
    om_string_map *sign_of[OM_N_HALLMARKS]; /* gene -> om_sign; empty after a broadcast */
    int64_t first_line[OM_N_HALLMARKS];     /* where the set was found, 0: not yet */
    int64_t duplicates;
};

om_status om_gene_sets_create(om_gene_sets **out, const char *path) {
    om_gene_sets *sets = om_calloc(1, sizeof *sets);
    *out = sets;
    if (sets == NULL) {
        return OM_MEMORY;
    }
    sets->path = om_strdup(path);
    om_status status = sets->path != NULL ? OM_OK : OM_MEMORY;
    for (int h = 0; h < OM_N_HALLMARKS && status == OM_OK; h++) {
        status = om_string_map_create(&sets->sign_of[h]);
        for (int sign = 0; sign < OM_N_SIGNS && status == OM_OK; sign++) {
            status = om_strings_create(&sets->genes[h][sign]);
        }
    }
    if (status != OM_OK) {
        om_gene_sets_destroy(out);
    }
    return status;
}

void om_gene_sets_destroy(om_gene_sets **sets) {
    if (*sets == NULL) {
        return;
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        om_string_map_destroy(&(*sets)->sign_of[h]);
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            om_strings_destroy(&(*sets)->genes[h][sign]);
        }
    }
    om_free((*sets)->path);
    om_free(*sets);
    *sets = NULL;
}

int om_gene_sets_find_hallmark(const char *name) {
    size_t length = 0;
    const char *start = om_symbol_trim(name, &length);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const char *names[] = {om_hallmark_code(h), om_hallmark_name(h)};
        for (int i = 0; i < 2; i++) {
            if (strlen(names[i]) == length && strncasecmp(names[i], start, length) == 0) {
                return h;
            }
        }
    }
    return -1;
}

om_status om_gene_sets_open_set(om_gene_sets *sets, const char *name, int64_t line, int *hallmark) {
    int h = om_gene_sets_find_hallmark(name);
    if (h < 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found gene set \"%.80s\", expected the code or name of a "
                       "hallmark (AIM, DCE, EGS, GIM, RCD, SPS, AID, IA, ERI, TPI)",
                       sets->path, line, name);
    }
    if (sets->first_line[h] != 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found gene set %s again (first on line %" PRId64
                       "), expected each hallmark once",
                       sets->path, line, om_hallmark_code(h), sets->first_line[h]);
    }
    sets->first_line[h] = line;
    *hallmark = h;
    return OM_OK;
}

static om_status add_signed(om_gene_sets *sets, int hallmark, const char *gene, om_sign sign,
                            int64_t line) {
    int64_t earlier = om_string_map_get(sets->sign_of[hallmark], gene, -1);
    if (earlier == -1) {
        OM_TRY(om_string_map_add(sets->sign_of[hallmark], gene, (int64_t)sign, NULL));
        return om_strings_add(sets->genes[hallmark][sign], gene);
    }
    if (earlier != (int64_t)sign) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found gene %s both positive and negative in set %s, "
                       "expected one sign",
                       sets->path, line, gene, om_hallmark_code(hallmark));
    }
    sets->duplicates++;
    return OM_OK;
}

om_status om_gene_sets_add_gene(om_gene_sets *sets, int hallmark, const char *text, int64_t line) {
    size_t length = 0;
    const char *start = om_symbol_trim(text, &length);
    if (length == 0) {
        return OM_OK;
    }
    om_sign sign = start[length - 1] == '-' ? OM_NEGATIVE : OM_POSITIVE;
    if (start[length - 1] == '-' || start[length - 1] == '+') {
        length--;
    }
    if (length == 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found a sign without a gene in set %s, expected "
                       "a gene before it",
                       sets->path, line, om_hallmark_code(hallmark));
    }
    char *gene = om_calloc((int64_t)length + 1, 1);
    if (gene == NULL) {
        return OM_MEMORY;
    }
    memcpy(gene, start, length);
    om_status status = add_signed(sets, hallmark, gene, sign, line);
    om_free(gene);
    return status;
}

om_status om_gene_sets_check_complete(const om_gene_sets *sets, int64_t last_line) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        if (sets->first_line[h] == 0) {
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": found no gene set %s (%s) up to the end of the file, "
                           "expected all ten hallmarks",
                           sets->path, last_line, om_hallmark_code(h), om_hallmark_name(h));
        }
        if (om_strings_count(sets->genes[h][OM_POSITIVE]) == 0) {
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": found no %sgene in set %s, expected at least one",
                           sets->path, sets->first_line[h],
                           om_strings_count(sets->genes[h][OM_NEGATIVE]) > 0 ? "positive " : "",
                           om_hallmark_code(h));
        }
    }
    return OM_OK;
}

const om_strings *om_gene_sets_genes(const om_gene_sets *sets, int hallmark, om_sign sign) {
    return sets->genes[hallmark][sign];
}

int64_t om_gene_sets_duplicates(const om_gene_sets *sets) {
    return sets->duplicates;
}

const char *om_gene_sets_path(const om_gene_sets *sets) {
    return sets->path;
}

void om_gene_sets_digest(const om_gene_sets *sets, char hex[OM_DIGEST_HEX]) {
    om_digest digest = {{0, 0}};
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        om_digest_strings(&digest, om_hallmark_code(h), 0, sets->genes[h][OM_POSITIVE]);
        om_digest_strings(&digest, om_hallmark_name(h), 0, sets->genes[h][OM_NEGATIVE]);
    }
    om_digest_hex(&digest, hex);
}

om_status om_gene_sets_broadcast(om_ctx *ctx, int root, om_gene_sets **sets) {
    bool is_root = om_context_rank(ctx) == root;
    om_strings *path = NULL;
    om_status status = OM_OK;
    if (is_root) {
        status = om_strings_create(&path);
        if (status == OM_OK) {
            status = om_strings_add(path, (*sets)->path);
        }
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_broadcast_strings(ctx, root, &path);
    }
    if (status == OM_OK && !is_root) {
        status = om_gene_sets_create(sets, om_strings_get(path, 0));
    }
    om_strings_destroy(&path);
    OM_TRY(om_agree(ctx, status));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            if (!is_root) {
                om_strings_destroy(&(*sets)->genes[h][sign]);
            }
            OM_TRY(om_broadcast_strings(ctx, root, &(*sets)->genes[h][sign]));
        }
    }
    return om_broadcast(ctx, root, &(*sets)->duplicates, sizeof(*sets)->duplicates);
}
