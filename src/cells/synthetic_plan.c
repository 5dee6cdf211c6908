#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/string_map.h"
#include "oncomark/synthetic.h"
#include "oncomark/threshold.h"

#include <string.h>

char *om_synthetic_group_name(const char *data_set, const char *sample, int64_t group) {
    int hallmark = (int)(group / OM_SYNTHETIC_LABELS);
    return om_format("%s|%s|%s|%s", data_set, sample, om_hallmark_code(hallmark),
                     group % OM_SYNTHETIC_LABELS == 0 ? "pos" : "neg");
}

/* The data set's cells sample by sample, each sample's in their order. */
typedef struct ordering {
    int64_t *start; /* [samples + 1] into `cells` */
    int64_t *cells; /* [n_cells] */
    int64_t *group; /* [n_cells] the cells of one group */
} ordering;

/* What is collected while the groups are cut: (block, own cell), by block. */
typedef struct builder {
    om_synthetic_plan *plan;
    const om_synthetic_source *source;
    const om_synthetic_parameters *parameters;
    uint64_t seed;
    int64_t own_capacity;
    int64_t block_capacity;
} builder;

static void release(ordering *order) {
    om_free(order->start);
    om_free(order->cells);
    om_free(order->group);
}

static om_status sort_by_sample(ordering *order, const om_synthetic_source *source) {
    int64_t n_samples = om_strings_count(source->samples);
    order->start = om_calloc(n_samples + 2, sizeof *order->start);
    order->cells = om_malloc(source->n_cells, sizeof *order->cells);
    order->group = om_malloc(source->n_cells, sizeof *order->group);
    if (order->start == NULL || order->cells == NULL || order->group == NULL) {
        return OM_MEMORY;
    }
    /* Lengths stand two places on, so that filling leaves the starts in place. */
    for (int64_t cell = 0; cell < source->n_cells; cell++) {
        order->start[source->sample_of[cell] + 2]++;
    }
    for (int64_t s = 0; s < n_samples; s++) {
        order->start[s + 2] += order->start[s + 1];
    }
    for (int64_t cell = 0; cell < source->n_cells; cell++) {
        order->cells[order->start[source->sample_of[cell] + 1]++] = cell;
    }
    return OM_OK;
}

static om_status grow(int64_t **array, int64_t *capacity, int64_t needed) {
    if (needed <= *capacity) {
        return OM_OK;
    }
    int64_t larger = needed > 2 * *capacity ? needed : 2 * *capacity;
    int64_t *grown = om_realloc(*array, larger, sizeof **array);
    if (grown == NULL) {
        return OM_MEMORY;
    }
    *array = grown;
    *capacity = larger;
    return OM_OK;
}

/* Keeps this rank's cells of the next block. */
static om_status add_block(builder *build, const int64_t *cells) {
    om_synthetic_plan *plan = build->plan;
    int64_t length = build->parameters->cells_per_sample;
    int64_t n_own = plan->first_own[plan->n_blocks];
    OM_TRY(grow(&plan->first_own, &build->block_capacity, plan->n_blocks + 2));
    OM_TRY(grow(&plan->own, &build->own_capacity, n_own + length));
    for (int64_t i = 0; i < length; i++) {
        int64_t own = cells[i] - build->source->first_cell;
        if (own >= 0 && own < build->source->n_own_cells) {
            plan->own[n_own++] = own;
        }
    }
    plan->first_own[++plan->n_blocks] = n_own;
    return OM_OK;
}

static om_status cut_group(builder *build, int64_t group, int64_t *cells, int64_t n_cells) {
    const om_synthetic_source *source = build->source;
    const char *sample = om_strings_get(source->samples, group / OM_SYNTHETIC_GROUPS);
    int64_t length = build->parameters->cells_per_sample;
    if (n_cells < build->parameters->min_cells || n_cells < length) {
        return OM_OK;
    }
    char *name = om_synthetic_group_name(source->data_set, sample, group % OM_SYNTHETIC_GROUPS);
    if (name == NULL) {
        return OM_MEMORY;
    }
    om_random random = om_random_stream(build->seed, OM_PURPOSE_SYNTHESIZE, om_hash_string(name));
    om_free(name);
    om_random_shuffle(&random, cells, n_cells);
    for (int64_t i = 0; i + length <= n_cells; i += length) {
        OM_TRY(add_block(build, cells + i));
    }
    return OM_OK;
}

static om_status cut_groups(builder *build, ordering *order) {
    om_synthetic_plan *plan = build->plan;
    for (int64_t group = 0; group < plan->n_groups; group++) {
        int64_t sample = group / OM_SYNTHETIC_GROUPS;
        int64_t hallmark = group % OM_SYNTHETIC_GROUPS / OM_SYNTHETIC_LABELS;
        int wanted = group % OM_SYNTHETIC_LABELS == 0 ? OM_LABEL_POSITIVE : OM_LABEL_NEGATIVE;
        int64_t n_cells = 0;
        for (int64_t i = order->start[sample]; i < order->start[sample + 1]; i++) {
            int64_t cell = order->cells[i];
            if (build->source->labels[cell * OM_N_HALLMARKS + hallmark] == wanted) {
                order->group[n_cells++] = cell;
            }
        }
        plan->group_cells[group] = n_cells;
        plan->first_block[group] = plan->n_blocks;
        OM_TRY(cut_group(build, group, order->group, n_cells));
    }
    plan->first_block[plan->n_groups] = plan->n_blocks;
    return OM_OK;
}

static om_status fill(om_synthetic_plan *plan, const om_synthetic_source *source,
                      const om_synthetic_parameters *parameters, uint64_t seed) {
    builder build = {.plan = plan,
                     .source = source,
                     .parameters = parameters,
                     .seed = seed,
                     .block_capacity = 1};
    plan->samples = source->samples;
    plan->n_groups = om_strings_count(source->samples) * OM_SYNTHETIC_GROUPS;
    plan->data_set = om_strdup(source->data_set);
    plan->group_cells = om_calloc(plan->n_groups, sizeof *plan->group_cells);
    plan->first_block = om_calloc(plan->n_groups + 1, sizeof *plan->first_block);
    plan->first_own = om_calloc(build.block_capacity, sizeof *plan->first_own);
    if (plan->data_set == NULL || plan->group_cells == NULL || plan->first_block == NULL ||
        plan->first_own == NULL) {
        return OM_MEMORY;
    }
    ordering order = {NULL, NULL, NULL};
    om_status status = sort_by_sample(&order, source);
    if (status == OM_OK) {
        status = cut_groups(&build, &order);
    }
    release(&order);
    return status;
}

om_status om_synthetic_plan_create(om_synthetic_plan **out, const om_synthetic_source *source,
                                   const om_synthetic_parameters *parameters, uint64_t seed) {
    om_synthetic_plan *plan = om_calloc(1, sizeof *plan);
    *out = plan;
    if (plan == NULL) {
        return OM_MEMORY;
    }
    om_status status = fill(plan, source, parameters, seed);
    if (status != OM_OK) {
        om_synthetic_plan_destroy(out);
    }
    return status;
}

void om_synthetic_plan_destroy(om_synthetic_plan **plan) {
    if (*plan == NULL) {
        return;
    }
    om_free((*plan)->data_set);
    om_free((*plan)->group_cells);
    om_free((*plan)->first_block);
    om_free((*plan)->first_own);
    om_free((*plan)->own);
    om_free(*plan);
    *plan = NULL;
}
