#include "corpus.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { N_MITO = 13, LEFT_OUT_OF = 100 };

static const char *const mito_genes[N_MITO] = {"MT-ND1", "MT-ND2", "MT-ND3", "MT-ND4",  "MT-ND4L",
                                               "MT-ND5", "MT-ND6", "MT-CYB", "MT-ATP6", "MT-CO1",
                                               "MT-CO2", "MT-CO3", "MT-ATP8"};

/* Parts of a gene's log share, all normal. */
static const double base_sd = 2.2;
static const double member_mean = 2.5;
static const double member_sd = 1.2;
static const double tissue_sd = 0.3;
static const double type_sd = 0.45;

static const double mito_share = 0.05;
static const double dying_mito_share = 0.45;

/* Library sizes: distance of two classes, and standard deviation, of their logarithm. */
static const double depth_step = 0.2;
static const double depth_sd = 0.6;

/* Classes of counts: least and largest mean of what comes on top of the first one. */
static const double least_extra = 0.01;
static const double largest_extra = 1000.0;

/* A standard normal number that belongs to two numbers. */
static double normal_of(const corpus_options *options, int64_t kind, int64_t gene) {
    om_random random =
        om_random_stream((uint64_t)options->seed, OM_PURPOSE_SIMULATE_GENE,
                         (uint64_t)kind * UINT64_C(1000003) * UINT64_C(1000003) + (uint64_t)gene);
    return om_random_normal(&random);
}

/* The symbols of the sets, the mitochondrial ones, and made-up ones. */
static om_status fill_pool(om_strings *pool, om_string_map *places, const corpus_options *options,
                           const om_gene_sets *sets, int64_t *n_members) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const om_strings *genes = om_gene_sets_genes(sets, h, OM_POSITIVE);
        for (int64_t i = 0; i < om_strings_count(genes); i++) {
            bool is_new = false;
            const char *gene = om_strings_get(genes, i);
            OM_TRY(om_string_map_add(places, gene, om_strings_count(pool), &is_new));
            if (is_new) {
                OM_TRY(om_strings_add(pool, gene));
            }
        }
    }
    *n_members = om_strings_count(pool);
    for (int i = 0; i < N_MITO; i++) {
        OM_TRY(om_strings_add(pool, mito_genes[i]));
    }
    if (om_strings_count(pool) > options->n_genes) {
        return om_fail(OM_USAGE, "found --genes %" PRId64 ", expected at least %" PRId64,
                       options->n_genes, om_strings_count(pool));
    }
    for (int64_t i = om_strings_count(pool); i < options->n_genes; i++) {
        char symbol[32];
        snprintf(symbol, sizeof symbol, "GENE%05" PRId64, i);
        OM_TRY(om_strings_add(pool, symbol));
    }
    return OM_OK;
}

/* Work space of corpus_model_create: by place in the pool, and by gene of the data set. */
typedef struct draft {
    om_strings *pool;
    om_string_map *places;
    int64_t n_pool_members;
    int64_t *order;   /* the pool's symbols, shuffled */
    int64_t *gene_of; /* of a symbol in the pool; -1: not in this data set */
    double *share;    /* [CORPUS_TYPES][n_genes] */
} draft;

static void destroy_draft(draft *work) {
    om_strings_destroy(&work->pool);
    om_string_map_destroy(&work->places);
    om_free(work->order);
    om_free(work->gene_of);
    om_free(work->share);
}

static bool is_mito(const draft *work, int64_t place) {
    return place >= work->n_pool_members && place < work->n_pool_members + N_MITO;
}

/* The order is that of all data sets; which genes are left out is not. */
static om_status choose_genes(corpus_model *model, draft *work, const corpus_options *options,
                              int64_t data_set) {
    om_random random = om_random_stream((uint64_t)options->seed, OM_PURPOSE_SIMULATE_STUDY, 0);
    for (int64_t i = 0; i < options->n_genes; i++) {
        work->order[i] = i;
        work->gene_of[i] = -1;
    }
    om_random_shuffle(&random, work->order, options->n_genes);
    random = om_random_stream((uint64_t)options->seed, OM_PURPOSE_SIMULATE_STUDY,
                              (uint64_t)data_set + 1);
    for (int64_t i = 0; i < options->n_genes; i++) {
        int64_t place = work->order[i];
        if (om_random_below(&random, LEFT_OUT_OF) > 0 || is_mito(work, place)) {
            work->gene_of[place] = model->n_genes++;
            OM_TRY(om_strings_add(model->genes, om_strings_get(work->pool, place)));
        }
    }
    return OM_OK;
}

static om_status choose_members(corpus_model *model, const draft *work, const om_gene_sets *sets) {
    int64_t n = 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        n += om_strings_count(om_gene_sets_genes(sets, h, OM_POSITIVE));
    }
    model->members = om_calloc(n, sizeof *model->members);
    if (model->members == NULL) {
        return OM_MEMORY;
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const om_strings *genes = om_gene_sets_genes(sets, h, OM_POSITIVE);
        for (int64_t i = 0; i < om_strings_count(genes); i++) {
            int64_t place = om_string_map_get(work->places, om_strings_get(genes, i), -1);
            if (work->gene_of[place] >= 0) {
                model->members[model->n_members++] =
                    (corpus_member){.gene = (int32_t)work->gene_of[place], .hallmark = h};
            }
        }
    }
    return OM_OK;
}

/* Shares of a type's genes, which add up to 1. */
static void fill_shares(const corpus_model *model, const draft *work, const corpus_options *options,
                        int64_t data_set, int type) {
    double *share = work->share + type * model->n_genes;
    double sums[2] = {0.0, 0.0};
    for (int64_t place = 0; place < options->n_genes; place++) {
        int64_t gene = work->gene_of[place];
        if (gene < 0) {
            continue;
        }
        double base = normal_of(options, 0, place);
        double log_share =
            (place < work->n_pool_members ? member_mean + member_sd * base : base_sd * base) +
            tissue_sd * normal_of(options, 1 + data_set, place) +
            type_sd * normal_of(options, -1 - type, place);
        share[gene] = exp(is_mito(work, place) ? 0.3 * base : log_share);
        sums[is_mito(work, place)] += share[gene];
    }
    double mito = type == CORPUS_DYING ? dying_mito_share : mito_share;
    for (int64_t place = 0; place < options->n_genes; place++) {
        if (work->gene_of[place] >= 0) {
            share[work->gene_of[place]] *=
                is_mito(work, place) ? mito / sums[1] : (1.0 - mito) / sums[0];
        }
    }
}

/* Genes that cells of the first type show on average at a middle depth. */
static double expected_genes(const corpus_model *model, const double *share, double depth) {
    double genes = 0.0;
    double weights = 0.0;
    for (int step = -8; step <= 8; step += 2) {
        double weight = exp(-0.5 * pow(step * depth_step / depth_sd, 2.0));
        double here = depth * exp(step * depth_step);
        for (int64_t gene = 0; gene < model->n_genes; gene++) {
            genes += weight * -expm1(-here * share[gene]);
        }
        weights += weight;
    }
    return genes / weights;
}

static double find_depth(const corpus_model *model, const double *share, int64_t genes_per_cell) {
    double low = 0.0;
    double high = log(1e9);
    for (int i = 0; i < 24; i++) {
        double middle = 0.5 * (low + high);
        bool enough = expected_genes(model, share, exp(middle)) > (double)genes_per_cell;
        low = enough ? low : middle;
        high = enough ? middle : high;
    }
    return exp(high);
}

static void fill_chances(corpus_model *model, const double *shares, double middle_depth) {
    const double log_range = log(largest_extra / least_extra);
    for (int64_t row = 0; row < CORPUS_TYPES * CORPUS_DEPTHS; row++) {
        const double *share = shares + row / CORPUS_DEPTHS * model->n_genes;
        int64_t steps = row % CORPUS_DEPTHS - CORPUS_MIDDLE;
        double depth = middle_depth * exp((double)steps * depth_step);
        for (int64_t gene = 0; gene < model->n_genes; gene++) {
            double mean = depth * share[gene];
            double seen = -expm1(-mean);
            double extra = mean > 1e-9 ? mean / seen - 1.0 : 0.0;
            double class = log(fmax(extra, least_extra) / least_extra) / log_range;
            int64_t at = row * model->n_genes + gene;
            model->chance[at] = (uint16_t)fmin(round(seen * 65536.0), 65535.0);
            model->size[at] = (uint8_t)fmin(class * CORPUS_SIZES, CORPUS_SIZES - 1);
        }
    }
}

/* 1 plus a geometric number of this class's mean. */
static void fill_counts(corpus_model *model) {
    for (int class = 0; class < CORPUS_SIZES; class ++) {
        double extra = least_extra * pow(largest_extra / least_extra, (class + 0.5) / CORPUS_SIZES);
        for (int q = 0; q < CORPUS_QUANTILES; q++) {
            double tail = 1.0 - (q + 0.5) / CORPUS_QUANTILES;
            double count = 1.0 + floor(log(tail) / log(extra / (1.0 + extra)));
            model->counts[class][q] = (uint16_t)fmin(count, CORPUS_LARGEST_COUNT);
        }
    }
}

static om_status fill(corpus_model *model, draft *work, const corpus_options *options,
                      const om_gene_sets *sets, int64_t data_set) {
    OM_TRY(om_strings_create(&model->genes));
    OM_TRY(om_strings_create(&work->pool));
    OM_TRY(om_string_map_create(&work->places));
    OM_TRY(fill_pool(work->pool, work->places, options, sets, &work->n_pool_members));
    work->order = om_calloc(options->n_genes, sizeof *work->order);
    work->gene_of = om_calloc(options->n_genes, sizeof *work->gene_of);
    if (work->order == NULL || work->gene_of == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(choose_genes(model, work, options, data_set));
    OM_TRY(choose_members(model, work, sets));
    int64_t n_cases = CORPUS_TYPES * CORPUS_DEPTHS * model->n_genes;
    work->share = om_calloc(CORPUS_TYPES * model->n_genes, sizeof *work->share);
    model->chance = om_calloc(n_cases, sizeof *model->chance);
    model->size = om_calloc(n_cases, sizeof *model->size);
    if (work->share == NULL || model->chance == NULL || model->size == NULL) {
        return OM_MEMORY;
    }
    for (int type = 0; type < CORPUS_TYPES; type++) {
        fill_shares(model, work, options, data_set, type);
    }
    fill_chances(model, work->share, find_depth(model, work->share, options->genes_per_cell));
    fill_counts(model);
    return OM_OK;
}

om_status corpus_model_create(corpus_model **out, const corpus_options *options,
                              const om_gene_sets *sets, int64_t data_set) {
    draft work = {0};
    *out = om_calloc(1, sizeof **out);
    om_status status = *out != NULL ? fill(*out, &work, options, sets, data_set) : OM_MEMORY;
    destroy_draft(&work);
    if (status != OM_OK) {
        corpus_model_destroy(out);
    }
    return status;
}

void corpus_model_destroy(corpus_model **model) {
    if (*model == NULL) {
        return;
    }
    om_strings_destroy(&(*model)->genes);
    om_free((*model)->members);
    om_free((*model)->chance);
    om_free((*model)->size);
    om_free(*model);
    *model = NULL;
}
