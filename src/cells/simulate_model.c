#include "simulate_model.h"

#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

/* Standard deviations of the log share, one gene at a time and a hallmark's genes together. */
static const double tissue_sd = 0.3;
static const double study_sd = 0.3;
static const double patient_sd = 0.22;
static const double sample_sd = 0.12;
static const double type_sd = 0.35;
static const double patient_hallmark_sd = 0.2;
static const double type_hallmark_sd = 0.12;

static const double marker_boost = 2.5;
static const double duplicate_drop = 1.5;

/* Share of the pool that a data set lacks. */
static const double dropped_others = 0.01;
static const double dropped_hallmark_genes = 0.005;

enum { N_DUPLICATES = 4 };

static om_status add_row(om_simulate_model *model, int64_t gene) {
    const char *symbol = om_strings_get(model->genes->symbols, gene);
    model->gene_of_row[model->n_rows] = gene;
    model->is_mito[model->n_rows] = model->genes->roles[gene] == OM_ROLE_MITO;
    model->n_rows++;
    return om_strings_add(
        model->symbols, model->study->legacy_symbols ? om_simulate_symbols_legacy(symbol) : symbol);
}

/* The genes of the data set: data sets of one study have the same ones. *row_of gets a gene's first
 * row, -1 for none. */
static om_status choose_rows(om_simulate_model *model, int64_t *row_of) {
    const om_simulate_genes *genes = model->genes;
    om_random random =
        om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_STUDY, "rows", model->study->study, "");
    for (int64_t gene = 0; gene < genes->n_genes; gene++) {
        om_simulate_role role = genes->roles[gene];
        double dropped = role == OM_ROLE_OTHER      ? dropped_others
                         : role == OM_ROLE_HALLMARK ? dropped_hallmark_genes
                                                    : 0.0;
        row_of[gene] = -1;
        if (om_random_uniform(&random) >= dropped) {
            row_of[gene] = model->n_rows;
            OM_TRY(add_row(model, gene));
        }
    }
    for (int tries = 0; model->n_duplicates < N_DUPLICATES && tries < 1000; tries++) {
        int64_t gene = (int64_t)om_random_below(&random, (uint64_t)genes->n_genes);
        if (genes->roles[gene] == OM_ROLE_OTHER && row_of[gene] >= 0) {
            OM_TRY(add_row(model, gene));
            model->n_duplicates++;
        }
    }
    return OM_OK;
}

static om_status choose_members(om_simulate_model *model, const int64_t *row_of) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const om_simulate_members *from = &model->genes->members[h];
        om_simulate_members *to = &model->members[h];
        to->genes = om_calloc(from->count, sizeof *to->genes);
        to->loadings = om_calloc(from->count, sizeof *to->loadings);
        if (to->genes == NULL || to->loadings == NULL) {
            return OM_MEMORY;
        }
        for (int64_t i = 0; i < from->count; i++) {
            if (row_of[from->genes[i]] >= 0) {
                to->genes[to->count] = row_of[from->genes[i]];
                to->loadings[to->count] = from->loadings[i];
                to->count++;
            }
        }
    }
    return OM_OK;
}

/* Adds a normal effect of each gene of the pool to the rows of the data set. */
static void add_effect(const om_simulate_model *model, double *log_share, double sd,
                       om_random random) {
    int64_t gene = 0;
    double effect = om_random_normal(&random);
    for (int64_t row = 0; row < model->n_rows; row++) {
        if (model->gene_of_row[row] < gene) {
            continue; /* a duplicate, at the end of the rows */
        }
        for (; gene < model->gene_of_row[row]; gene++) {
            effect = om_random_normal(&random);
        }
        log_share[row] += sd * effect;
    }
}

/* Adds one normal effect to all genes of each hallmark. */
static void add_hallmark_effects(const om_simulate_model *model, double *log_share, double sd,
                                 om_random random) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        double effect = sd * om_random_normal(&random);
        for (int64_t i = 0; i < model->members[h].count; i++) {
            log_share[model->members[h].genes[i]] += effect;
        }
    }
}

static void fill_type(om_simulate_model *model, int type, const int64_t *row_of) {
    double *log_share = model->log_share + type * model->n_rows;
    const char *name = om_simulate_symbols_cell_type(type);
    memcpy(log_share, model->scratch, (size_t)model->n_rows * sizeof *log_share);
    add_effect(model, log_share, type_sd,
               om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_GENE, "type", name, ""));
    add_hallmark_effects(
        model, log_share, type_hallmark_sd,
        om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_GENE, "type of hallmark", name, ""));
    for (int i = 0; i < OM_N_MARKERS; i++) {
        int64_t row = row_of[model->genes->markers[type][i]];
        if (row >= 0) {
            log_share[row] += marker_boost;
        }
    }
}

static void fill_log_share(om_simulate_model *model, const int64_t *row_of) {
    uint64_t seed = model->seed;
    const om_simulate_study *study = model->study;
    for (int64_t row = 0; row < model->n_rows; row++) {
        int64_t gene = model->gene_of_row[row];
        model->scratch[row] =
            model->genes->log_base[gene] - (row_of[gene] == row ? 0.0 : duplicate_drop);
    }
    add_effect(model, model->scratch, tissue_sd,
               om_simulate_stream(seed, OM_PURPOSE_SIMULATE_GENE, "tissue", study->tissue, ""));
    add_effect(model, model->scratch, study_sd,
               om_simulate_stream(seed, OM_PURPOSE_SIMULATE_STUDY, "batch", study->study, ""));
    for (int type = 0; type < OM_N_CELL_TYPES; type++) {
        fill_type(model, type, row_of);
    }
}

static om_status fill_model(om_simulate_model *model, int64_t *row_of) {
    int64_t capacity = model->genes->n_genes + N_DUPLICATES;
    model->gene_of_row = om_calloc(capacity, sizeof *model->gene_of_row);
    model->is_mito = om_calloc(capacity, sizeof *model->is_mito);
    if (model->gene_of_row == NULL || model->is_mito == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&model->symbols));
    OM_TRY(choose_rows(model, row_of));
    OM_TRY(choose_members(model, row_of));
    model->log_share = om_calloc(OM_N_CELL_TYPES * model->n_rows, sizeof *model->log_share);
    model->share = om_calloc(OM_N_CELL_TYPES * model->n_rows, sizeof *model->share);
    model->scratch = om_calloc(model->n_rows, sizeof *model->scratch);
    if (model->log_share == NULL || model->share == NULL || model->scratch == NULL) {
        return OM_MEMORY;
    }
    fill_log_share(model, row_of);
    return OM_OK;
}

om_status om_simulate_model_create(om_simulate_model **out, const om_simulate_genes *genes,
                                   const om_simulate_study *study, uint64_t seed) {
    *out = om_calloc(1, sizeof **out);
    int64_t *row_of = om_calloc(genes->n_genes, sizeof *row_of);
    om_status status = OM_MEMORY;
    if (*out != NULL && row_of != NULL) {
        (*out)->genes = genes;
        (*out)->study = study;
        (*out)->seed = seed;
        status = fill_model(*out, row_of);
    }
    om_free(row_of);
    if (status != OM_OK) {
        om_simulate_model_destroy(out);
    }
    return status;
}

void om_simulate_model_destroy(om_simulate_model **model) {
    if (*model == NULL) {
        return;
    }
    om_strings_destroy(&(*model)->symbols);
    om_free((*model)->gene_of_row);
    om_free((*model)->is_mito);
    om_free((*model)->log_share);
    om_free((*model)->share);
    om_free((*model)->scratch);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        om_free((*model)->members[h].genes);
        om_free((*model)->members[h].loadings);
    }
    om_free(*model);
    *model = NULL;
}

/* exp of the sum of two vectors, so that mitochondrial rows sum to 1 and so do all others. */
static void normalise(const om_simulate_model *model, const double *a, const double *b,
                      double *share) {
    double sum[2] = {0.0, 0.0};
    for (int64_t row = 0; row < model->n_rows; row++) {
        share[row] = exp(a[row] + b[row]);
        sum[model->is_mito[row]] += share[row];
    }
    for (int64_t row = 0; row < model->n_rows; row++) {
        share[row] /= sum[model->is_mito[row]];
    }
}

void om_simulate_model_set_sample(om_simulate_model *model, const om_simulate_sample *sample) {
    memset(model->scratch, 0, (size_t)model->n_rows * sizeof *model->scratch);
    add_effect(model, model->scratch, patient_sd,
               om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_SAMPLE, "patient",
                                  sample->patient, ""));
    add_hallmark_effects(model, model->scratch, patient_hallmark_sd,
                         om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_SAMPLE,
                                            "patient of hallmark", sample->patient, ""));
    add_effect(model, model->scratch, sample_sd,
               om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_SAMPLE, "sample",
                                  model->study->id, sample->name));
    for (int type = 0; type < OM_N_CELL_TYPES; type++) {
        int64_t start = type * model->n_rows;
        normalise(model, model->log_share + start, model->scratch, model->share + start);
    }
}
