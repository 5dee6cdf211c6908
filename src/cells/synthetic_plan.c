#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/string_map.h"
#include "oncomark/synthetic.h"
#include "oncomark/threshold.h"

#include <inttypes.h>
#include <string.h>

char *om_synthetic_group_name(const char *data_set, const char *sample, int64_t group) {
    int hallmark = (int)(group / OM_SYNTHETIC_LABELS);
    return om_format("%s|%s|%s|%s", data_set, sample, om_hallmark_code(hallmark),
                     group % OM_SYNTHETIC_LABELS == 0 ? "pos" : "neg");
}

/* While groups are cut into blocks. */
typedef struct builder {
    om_synthetic_plan *plan;
    const om_synthetic_source *source;
    int64_t min_cells;
    uint64_t seed;
    int64_t *start;   /* [samples + 1] into `cells` */
    int32_t *cells;   /* [n_cells] sample by sample, each sample's in their order */
    int32_t *members; /* [largest sample] the cells of one group */
    int64_t *places;  /* [largest sample] shuffled places in `members` */
    int64_t *block;   /* [largest sample] of each member; -1: left out */
    int64_t *next;    /* [largest number of blocks of a group + 1] */
    int64_t block_capacity;
} builder;

static void release(builder *build) {
    om_free(build->start);
    om_free(build->cells);
    om_free(build->members);
    om_free(build->places);
    om_free(build->block);
    om_free(build->next);
}

static om_status sort_by_sample(builder *build) {
    const om_synthetic_source *source = build->source;
    int64_t n_samples = om_strings_count(source->samples);
    build->start = om_calloc(n_samples + 2, sizeof *build->start);
    build->cells = om_malloc(source->n_cells, sizeof *build->cells);
    if (build->start == NULL || build->cells == NULL) {
        return OM_MEMORY;
    }
    /* Lengths stand two places on, so that filling leaves the starts in place. */
    for (int64_t cell = 0; cell < source->n_cells; cell++) {
        build->start[source->sample_of[cell] + 2]++;
    }
    for (int64_t s = 0; s < n_samples; s++) {
        build->start[s + 2] += build->start[s + 1];
    }
    for (int64_t cell = 0; cell < source->n_cells; cell++) {
        build->cells[build->start[source->sample_of[cell] + 1]++] = (int32_t)cell;
    }
    return OM_OK;
}

/* That so many cells fill. */
static int64_t blocks_of(const om_synthetic_plan *plan, int64_t n_cells) {
    return plan->cells_per_block > 0 ? n_cells / plan->cells_per_block : 1;
}

static om_status allocate_group(builder *build) {
    int64_t largest = 0;
    for (int64_t s = 0; s < om_strings_count(build->source->samples); s++) {
        int64_t size = build->start[s + 1] - build->start[s];
        largest = size > largest ? size : largest;
    }
    build->members = om_malloc(largest, sizeof *build->members);
    build->places = om_malloc(largest, sizeof *build->places);
    build->block = om_malloc(largest, sizeof *build->block);
    build->next = om_malloc(blocks_of(build->plan, largest) + 1, sizeof *build->next);
    return build->members != NULL && build->places != NULL && build->block != NULL &&
                   build->next != NULL
               ? OM_OK
               : OM_MEMORY;
}

/* Every cell of this rank is in a group at most once a hallmark. */
static om_status allocate_own(builder *build) {
    const om_synthetic_source *source = build->source;
    int64_t n_own = 0;
    for (int64_t i = source->first_cells[source->rank] * OM_N_HALLMARKS;
         i < source->first_cells[source->rank + 1] * OM_N_HALLMARKS; i++) {
        n_own += source->labels[i] != OM_LABEL_NONE ? 1 : 0;
    }
    build->plan->own = om_malloc(n_own, sizeof *build->plan->own);
    return build->plan->own != NULL ? OM_OK : OM_MEMORY;
}

static om_status grow_blocks(builder *build, int64_t needed) {
    om_synthetic_plan *plan = build->plan;
    if (needed <= build->block_capacity) {
        return OM_OK;
    }
    int64_t capacity = needed > 2 * build->block_capacity ? needed : 2 * build->block_capacity;
    int64_t *first_own = om_realloc(plan->first_own, capacity + 1, sizeof *first_own);
    plan->first_own = first_own != NULL ? first_own : plan->first_own;
    int32_t *owner = om_realloc(plan->owner, capacity, sizeof *owner);
    plan->owner = owner != NULL ? owner : plan->owner;
    uint8_t *shared = om_realloc(plan->shared, capacity, sizeof *shared);
    plan->shared = shared != NULL ? shared : plan->shared;
    if (first_own == NULL || owner == NULL || shared == NULL) {
        return OM_MEMORY;
    }
    build->block_capacity = capacity;
    return OM_OK;
}

/* The cells of a group in ascending order. */
static int64_t list_members(const builder *build, int64_t group) {
    const om_synthetic_source *source = build->source;
    int64_t sample = group / OM_SYNTHETIC_GROUPS;
    int64_t hallmark = group % OM_SYNTHETIC_GROUPS / OM_SYNTHETIC_LABELS;
    int wanted = group % OM_SYNTHETIC_LABELS == 0 ? OM_LABEL_POSITIVE : OM_LABEL_NEGATIVE;
    int64_t n = 0;
    for (int64_t i = build->start[sample]; i < build->start[sample + 1]; i++) {
        int32_t cell = build->cells[i];
        build->members[n] = cell;
        n += source->labels[(int64_t)cell * OM_N_HALLMARKS + hallmark] == wanted ? 1 : 0;
    }
    return n;
}

/* Deals a group's members to blocks: consecutive ones of a shuffled order. */
static om_status deal(const builder *build, int64_t group, int64_t n_members, int64_t n_blocks) {
    const om_synthetic_source *source = build->source;
    int64_t whole = build->plan->cells_per_block;
    int64_t length = whole > 0 ? whole : n_members;
    const char *sample = om_strings_get(source->samples, group / OM_SYNTHETIC_GROUPS);
    char *name = om_synthetic_group_name(source->data_set, sample, group % OM_SYNTHETIC_GROUPS);
    if (name == NULL) {
        return OM_MEMORY;
    }
    om_random random = om_random_stream(build->seed, OM_PURPOSE_SYNTHESIZE, om_hash_string(name));
    om_free(name);
    for (int64_t i = 0; i < n_members; i++) {
        build->places[i] = i;
    }
    om_random_shuffle(&random, build->places, n_members);
    for (int64_t i = 0; i < n_members; i++) {
        build->block[build->places[i]] = i < n_blocks * length ? i / length : -1;
    }
    return OM_OK;
}

/* Lists this rank's members of each block. */
static void list_own(const builder *build, int64_t n_members, int64_t n_blocks) {
    om_synthetic_plan *plan = build->plan;
    const int64_t *range = build->source->first_cells + build->source->rank;
    int64_t *first_own = plan->first_own + plan->n_blocks;
    memset(build->next, 0, (size_t)n_blocks * sizeof *build->next);
    for (int64_t i = 0; i < n_members; i++) {
        bool own = build->members[i] >= range[0] && build->members[i] < range[1];
        if (own && build->block[i] >= 0) {
            build->next[build->block[i]]++;
        }
    }
    for (int64_t b = 0; b < n_blocks; b++) {
        first_own[b + 1] = first_own[b] + build->next[b];
        build->next[b] = first_own[b];
    }
    for (int64_t i = 0; i < n_members; i++) {
        bool own = build->members[i] >= range[0] && build->members[i] < range[1];
        if (own && build->block[i] >= 0) {
            plan->own[build->next[build->block[i]]++] = (int32_t)(build->members[i] - range[0]);
        }
    }
}

/* Adds up each block's members rank by rank: who has most, and whether others have some. `next`
 * holds the most so far. */
static void find_owners(const builder *build, int64_t n_members, int64_t n_blocks) {
    const int64_t *first_cells = build->source->first_cells;
    om_synthetic_plan *plan = build->plan;
    int32_t *owner = plan->owner + plan->n_blocks;
    uint8_t *shared = plan->shared + plan->n_blocks;
    int64_t *most = build->next;
    memset(most, 0, (size_t)n_blocks * sizeof *most);
    memset(shared, 0, (size_t)n_blocks);
    int64_t i = 0;
    for (int rank = 0; rank < build->source->n_ranks && i < n_members; rank++) {
        int64_t begin = i;
        while (i < n_members && build->members[i] < first_cells[rank + 1]) {
            i++;
        }
        /* Counted in `places`, which is free by now and long enough. */
        int64_t *count = build->places;
        memset(count, 0, (size_t)(begin < i ? n_blocks : 0) * sizeof *count);
        for (int64_t j = begin; j < i; j++) {
            if (build->block[j] >= 0) {
                count[build->block[j]]++;
            }
        }
        for (int64_t b = 0; b < n_blocks && begin < i; b++) {
            shared[b] |= count[b] > 0 && most[b] > 0 ? 1 : 0;
            owner[b] = count[b] > most[b] ? rank : owner[b];
            most[b] = count[b] > most[b] ? count[b] : most[b];
        }
    }
}

static om_status cut_group(builder *build, int64_t group) {
    om_synthetic_plan *plan = build->plan;
    int64_t n_members = list_members(build, group);
    int64_t n_blocks = n_members >= build->min_cells ? blocks_of(build->plan, n_members) : 0;
    plan->group_cells[group] = n_members;
    plan->first_block[group] = plan->n_blocks;
    if (n_blocks > 0) {
        OM_TRY(grow_blocks(build, plan->n_blocks + n_blocks));
        OM_TRY(deal(build, group, n_members, n_blocks));
        list_own(build, n_members, n_blocks);
        find_owners(build, n_members, n_blocks);
        plan->n_blocks += n_blocks;
    }
    plan->first_block[group + 1] = plan->n_blocks;
    return OM_OK;
}

static om_status fill(builder *build) {
    om_synthetic_plan *plan = build->plan;
    const om_synthetic_source *source = build->source;
    plan->samples = source->samples;
    plan->n_groups = om_strings_count(source->samples) * OM_SYNTHETIC_GROUPS;
    plan->data_set = om_strdup(source->data_set);
    plan->group_cells = om_calloc(plan->n_groups, sizeof *plan->group_cells);
    plan->first_block = om_calloc(plan->n_groups + 1, sizeof *plan->first_block);
    plan->first_own = om_calloc(1, sizeof *plan->first_own);
    if (plan->data_set == NULL || plan->group_cells == NULL || plan->first_block == NULL ||
        plan->first_own == NULL) {
        return OM_MEMORY;
    }
    if (source->n_cells > INT32_MAX) {
        return om_fail(OM_INPUT, "data set %s: found %" PRId64 " cells, expected at most %" PRId32,
                       source->data_set, source->n_cells, INT32_MAX);
    }
    OM_TRY(sort_by_sample(build));
    OM_TRY(allocate_group(build));
    OM_TRY(allocate_own(build));
    for (int64_t group = 0; group < plan->n_groups; group++) {
        OM_TRY(cut_group(build, group));
    }
    return OM_OK;
}

om_status om_synthetic_plan_create(om_synthetic_plan **out, const om_synthetic_source *source,
                                   const om_synthetic_parameters *parameters, uint64_t seed) {
    om_synthetic_plan *plan = om_calloc(1, sizeof *plan);
    *out = plan;
    if (plan == NULL) {
        return OM_MEMORY;
    }
    plan->cells_per_block = parameters->cells_per_sample;
    builder build = {
        .plan = plan, .source = source, .min_cells = parameters->min_cells, .seed = seed};
    om_status status = fill(&build);
    release(&build);
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
    om_free((*plan)->owner);
    om_free((*plan)->shared);
    om_free((*plan)->first_own);
    om_free((*plan)->own);
    om_free(*plan);
    *plan = NULL;
}
