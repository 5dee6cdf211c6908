#include "oncomark/cells_state.h"

#include "artefact.h"
#include "cells/store_write.h"
#include "data_size.h"
#include "gene_aliases.h"
#include "oncomark/gene_sets.h"
#include "oncomark/memory.h"
#include "tissues.h"

#include <inttypes.h>

/* What the stages would make, put together as they do it: the texts behind the artefacts' keys. */
typedef struct comparison {
    const om_job *job;
    const om_workdir *workdir;
    om_gene_sets *sets;
    om_gene_aliases *aliases; /* NULL: none */
    om_cells_state *state;
} comparison;

/* Adds an artefact as an input; *there becomes false where it is not as recorded. */
static om_status add_made(om_artefact *artefact, const comparison *look, bool *there,
                          const char *folder, const om_data_set *data_set) {
    char *name = om_format("%s/%s.h5ad", folder, data_set->id);
    if (name == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_artefact_add_input(artefact, look->workdir, name);
    om_free(name);
    *there = *there && status == OM_OK;
    return status == OM_MEMORY ? status : OM_OK;
}

static bool is_current(const om_artefact *artefact, const om_workdir *workdir) {
    char key[OM_DIGEST_HEX];
    om_digest_text(om_text_get(artefact->inputs), (int64_t)om_text_length(artefact->inputs), key);
    return om_workdir_is_current(workdir, artefact->name, key);
}

static om_status begin(om_artefact *artefact, const char *stage, const char *folder,
                       const om_data_set *data_set) {
    char *name = om_format("%s/%s.h5ad", folder, data_set->id);
    om_status status = name != NULL ? om_artefact_begin(artefact, stage, name) : OM_MEMORY;
    om_free(name);
    return status;
}

/* As ingest. */
static om_status describe_store(om_artefact *artefact, const comparison *look,
                                const om_data_set *data_set, const om_study_place *place) {
    OM_TRY(begin(artefact, "ingest", "store", data_set));
    OM_TRY(om_text_add(artefact->inputs, "id: %s\nstudy: %s\ntissue: %s\nvalues: %s\n",
                       data_set->id, data_set->study, data_set->tissue,
                       om_store_values_name(data_set->values)));
    OM_TRY(om_job_describe(look->job, "store", artefact->inputs));
    return om_study_describe(place, artefact->inputs);
}

static om_status look_at_store(om_data_size *size, const comparison *look,
                               const om_data_set *data_set) {
    om_artefact artefact = {0};
    om_study_place *place = NULL;
    char *path = NULL;
    om_status status = om_study_find_of_job(&place, look->job, data_set);
    status = status == OM_OK ? om_data_size_read(size, place, data_set) : status;
    status = status == OM_OK ? describe_store(&artefact, look, data_set, place) : status;
    size->is_stored = status == OM_OK && is_current(&artefact, look->workdir);
    if (size->is_stored) {
        path = om_workdir_path(look->workdir, artefact.name);
        status = path != NULL ? om_data_size_read_store(size, path) : OM_MEMORY;
    }
    om_free(path);
    om_artefact_end(&artefact);
    om_study_place_destroy(&place);
    return status;
}

/* As score. */
static om_status look_at_scores(om_data_size *size, const comparison *look,
                                const om_data_set *data_set) {
    om_artefact artefact = {0};
    char hex[OM_DIGEST_HEX];
    bool there = size->is_stored;
    om_status status = begin(&artefact, "score", "scores", data_set);
    status = status == OM_OK ? add_made(&artefact, look, &there, "store", data_set) : status;
    if (status == OM_OK) {
        om_gene_sets_digest(look->sets, hex);
        status = om_text_add(artefact.inputs, "gene sets: %s\n", hex);
    }
    if (status == OM_OK && look->aliases != NULL) {
        om_gene_aliases_digest(look->aliases, hex);
        status = om_text_add(artefact.inputs, "aliases: %s\n", hex);
    }
    status = status == OM_OK ? om_job_describe(look->job, "qc", artefact.inputs) : status;
    status = status == OM_OK ? om_job_describe(look->job, "score", artefact.inputs) : status;
    size->is_scored = status == OM_OK && there && is_current(&artefact, look->workdir);
    om_artefact_end(&artefact);
    return status;
}

/* As threshold. */
static om_status describe_thresholds(om_artefact *artefact, const comparison *look, bool *there) {
    OM_TRY(om_artefact_begin(artefact, "threshold", "thresholds.csv"));
    OM_TRY(om_job_describe(look->job, "threshold", artefact->inputs));
    OM_TRY(om_tissues_describe(look->job, OM_ROLE_TRAIN, artefact->inputs));
    for (int64_t d = 0; d < look->job->n_data; d++) {
        const om_data_set *data_set = &look->job->data[d];
        if (data_set->role == OM_ROLE_TRAIN) {
            *there = *there && look->state->data[d].is_scored;
            OM_TRY(add_made(artefact, look, there, "store", data_set));
            OM_TRY(add_made(artefact, look, there, "scores", data_set));
        }
    }
    return OM_OK;
}

static om_status look_at_thresholds(const comparison *look) {
    om_artefact artefact = {0};
    bool there = true;
    om_status status = describe_thresholds(&artefact, look, &there);
    look->state->has_thresholds = status == OM_OK && there && is_current(&artefact, look->workdir);
    om_artefact_end(&artefact);
    return status;
}

/* As synthesize. */
static om_status describe_synthetic(om_artefact *artefact, const comparison *look, bool *there) {
    OM_TRY(om_artefact_begin(artefact, "synthesize", "synthetic.h5ad"));
    OM_TRY(om_job_describe(look->job, "seed", artefact->inputs));
    OM_TRY(om_job_describe(look->job, "synthetic", artefact->inputs));
    OM_TRY(om_job_describe(look->job, "threshold", artefact->inputs));
    OM_TRY(om_tissues_describe(look->job, OM_ROLE_TRAIN, artefact->inputs));
    om_status status = om_artefact_add_input(artefact, look->workdir, "thresholds.csv");
    *there = *there && status == OM_OK;
    for (int64_t d = 0; d < look->job->n_data && *there; d++) {
        if (look->state->data[d].is_used) {
            OM_TRY(add_made(artefact, look, there, "store", &look->job->data[d]));
            OM_TRY(add_made(artefact, look, there, "scores", &look->job->data[d]));
        }
    }
    return OM_OK;
}

static om_status look_at_synthetic(const comparison *look) {
    om_artefact artefact = {0};
    bool there = look->state->has_thresholds;
    om_status status = describe_synthetic(&artefact, look, &there);
    look->state->has_synthetic = status == OM_OK && there && is_current(&artefact, look->workdir);
    om_artefact_end(&artefact);
    return status;
}

static om_status read_sets(comparison *look) {
    const om_job *job = look->job;
    OM_TRY(om_gene_sets_read(&look->sets, job->gene_sets));
    return job->score.aliases && job->alias_table != NULL
               ? om_gene_aliases_read(&look->aliases, job->alias_table)
               : OM_OK;
}

static om_status look_at_all(comparison *look) {
    const om_job *job = look->job;
    look->state->n_data = job->n_data;
    look->state->data = om_calloc(job->n_data, sizeof *look->state->data);
    if (look->state->data == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(read_sets(look));
    for (int64_t d = 0; d < job->n_data; d++) {
        OM_TRY(look_at_store(&look->state->data[d], look, &job->data[d]));
        OM_TRY(look_at_scores(&look->state->data[d], look, &job->data[d]));
    }
    OM_TRY(look_at_thresholds(look));
    return look_at_synthetic(look);
}

om_status om_cells_state_read(om_cells_state **out, const om_job *job, const om_workdir *workdir) {
    om_cells_state *state = om_calloc(1, sizeof *state);
    *out = state;
    comparison look = {.job = job, .workdir = workdir, .state = state};
    om_status status = state != NULL ? look_at_all(&look) : OM_MEMORY;
    om_gene_sets_destroy(&look.sets);
    om_gene_aliases_destroy(&look.aliases);
    if (status != OM_OK) {
        om_cells_state_destroy(out);
    }
    return status;
}

void om_cells_state_destroy(om_cells_state **state) {
    if (*state != NULL) {
        om_free((*state)->data);
    }
    om_free(*state);
    *state = NULL;
}
