#include "cells/tenx_features.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

static const char gene_type[] = "Gene Expression";

om_status om_tenx_features_create(om_tenx_features *features) {
    *features = (om_tenx_features){0};
    OM_TRY(om_strings_create(&features->symbols));
    OM_TRY(om_strings_create(&features->types));
    return om_strings_create(&features->genomes);
}

void om_tenx_features_release(om_tenx_features *features) {
    om_strings_destroy(&features->symbols);
    om_strings_destroy(&features->types);
    om_strings_destroy(&features->genomes);
}

/* What is left out, by type: few different ones. */
typedef struct left_out {
    om_strings *types;
    int64_t counts[16]; /* the last one is for all further types */
} left_out;

enum { MOST_TYPES = 15 };

static om_status count_left_out(left_out *left, const char *type) {
    int64_t at = om_strings_find(left->types, type);
    if (at < 0) {
        at = om_strings_count(left->types);
        if (at <= MOST_TYPES) {
            OM_TRY(om_strings_add(left->types, at < MOST_TYPES ? type : "others"));
        }
        at = at < MOST_TYPES ? at : MOST_TYPES;
    }
    left->counts[at]++;
    return OM_OK;
}

static om_status note_left_out(const om_study_loader *loader, const left_out *left) {
    if (loader->log == NULL || om_strings_count(left->types) == 0) {
        return OM_OK;
    }
    om_text *list = NULL;
    OM_TRY(om_text_create(&list));
    om_status status = OM_OK;
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(left->types); i++) {
        status = om_text_add(list, "%s%" PRId64 " of %.80s", i > 0 ? ", " : "", left->counts[i],
                             om_strings_get(left->types, i));
    }
    if (status == OM_OK) {
        om_log_note(loader->log, "%s: rows left out: %s", loader->genes_from, om_text_get(list));
    }
    om_text_destroy(&list);
    return status;
}

static bool is_gene(const om_tenx_features *features, int64_t row) {
    const char *type = om_strings_get(features->types, row);
    return type[0] == '\0' || strcmp(type, gene_type) == 0;
}

static om_status list_genomes(const om_tenx_features *features, om_strings *genomes) {
    const int64_t most = 100;
    for (int64_t row = 0; row < om_strings_count(features->symbols); row++) {
        const char *genome = om_strings_get(features->genomes, row);
        if (genome[0] != '\0' && is_gene(features, row) && om_strings_count(genomes) < most &&
            om_strings_find(genomes, genome) < 0) {
            OM_TRY(om_strings_add(genomes, genome));
        }
    }
    return OM_OK;
}

static om_status refuse_genomes(const om_study_loader *loader, const om_strings *genomes) {
    om_text *list = NULL;
    OM_TRY(om_text_create(&list));
    om_status status = om_study_list(list, genomes);
    if (status == OM_OK) {
        status = om_fail(OM_INPUT,
                         "%s: found the genome%s %s; expected the key 'genome' to name "
                         "one of them",
                         loader->place->matrix, om_strings_count(genomes) == 1 ? "" : "s",
                         om_strings_count(genomes) == 0 ? "(none)" : om_text_get(list));
    }
    om_text_destroy(&list);
    return status;
}

/* Version 3 has the genes of several genomes in one matrix. In version 2 it is the group, which is
 * chosen already. */
static om_status check_genome(const om_study_loader *loader, const om_tenx_features *features,
                              const char **genome) {
    const char *wanted = loader->place->data_set->genome;
    om_strings *genomes = NULL;
    *genome = NULL;
    if (loader->place->format != OM_STUDY_TENX_H5_V3) {
        return OM_OK;
    }
    OM_TRY(om_strings_create(&genomes));
    om_status status = list_genomes(features, genomes);
    bool right =
        wanted == NULL ? om_strings_count(genomes) <= 1 : om_strings_find(genomes, wanted) >= 0;
    if (status == OM_OK && !right) {
        status = refuse_genomes(loader, genomes);
    }
    om_strings_destroy(&genomes);
    *genome = wanted;
    return status;
}

static om_status keep_gene(om_study_loader *loader, const om_tenx_features *features, int64_t row) {
    const char *symbol = NULL;
    OM_TRY(om_study_clean(loader->scratch, om_strings_get(features->symbols, row), &symbol));
    if (symbol[0] == '\0') {
        return om_fail(OM_INPUT, "%s: row %" PRId64 ": found no symbol, expected a gene's",
                       loader->genes_from, row + 1);
    }
    return om_strings_add(loader->study->genes, symbol);
}

/* gene_of of each row. */
static om_status choose_rows(om_study_loader *loader, const om_tenx_features *features,
                             const char *genome, int32_t *gene_of, left_out *left) {
    int64_t kept = 0;
    for (int64_t row = 0; row < loader->n_rows; row++) {
        bool gene = is_gene(features, row);
        bool own = genome == NULL || strcmp(om_strings_get(features->genomes, row), genome) == 0;
        gene_of[row] = -1;
        if (!gene) {
            OM_TRY(count_left_out(left, om_strings_get(features->types, row)));
        } else if (!own) {
            OM_TRY(count_left_out(left, "another genome"));
        } else {
            OM_TRY(keep_gene(loader, features, row));
            gene_of[row] = (int32_t)kept++;
        }
    }
    if (kept == 0) {
        return om_fail(OM_INPUT, "%s: found no row of type '%s' among %" PRId64, loader->genes_from,
                       gene_type, loader->n_rows);
    }
    return OM_OK;
}

static om_status keep_genes(om_study_loader *loader, const om_tenx_features *features) {
    left_out left = {0};
    const char *genome = NULL;
    loader->n_rows = om_strings_count(features->symbols);
    OM_TRY(check_genome(loader, features, &genome));
    OM_TRY(om_strings_create(&loader->study->genes));
    int32_t *gene_of = om_malloc(loader->n_rows, sizeof *gene_of);
    om_status status = gene_of == NULL ? OM_MEMORY : om_strings_create(&left.types);
    if (status == OM_OK) {
        status = choose_rows(loader, features, genome, gene_of, &left);
    }
    if (status == OM_OK) {
        status = note_left_out(loader, &left);
    }
    if (status == OM_OK && om_strings_count(loader->study->genes) < loader->n_rows) {
        loader->study->matrix->gene_of = gene_of;
        gene_of = NULL;
    }
    om_strings_destroy(&left.types);
    om_free(gene_of);
    return status;
}

om_status om_tenx_read_features(om_study_loader *loader) {
    om_tenx_features features;
    om_status status = om_tenx_features_create(&features);
    if (status == OM_OK) {
        status = loader->place->format == OM_STUDY_TENX_FOLDER
                     ? om_tenx_read_list(&features, loader)
                     : om_tenx_read_group(&features, loader);
    }
    if (status == OM_OK) {
        status = keep_genes(loader, &features);
    }
    om_tenx_features_release(&features);
    return status;
}
