#include "reduction.h"

#include "oncomark/memory.h"

/* Floats of an MPI message. */
enum { PIECE = 1 << 24 };

/* Ranks: below 2^31. */
enum { MOST_LEVELS = 31 };

typedef struct range {
    int64_t first;
    int64_t count;
} range;

struct om_reduction {
    om_ctx *group;
    float *incoming; /* as many as the larger half of all */
    int n_levels;
    int partner[MOST_LEVELS];
    range kept[MOST_LEVELS];  /* after the exchange with that partner */
    range given[MOST_LEVELS]; /* to it */
    range own;
};

om_status om_reduction_create(om_reduction **out, om_ctx *group, int64_t n) {
    om_reduction *reduction = om_calloc(1, sizeof *reduction);
    *out = reduction;
    if (reduction == NULL) {
        return OM_MEMORY;
    }
    int rank = om_context_rank(group);
    reduction->group = group;
    reduction->own = (range){0, n};
    for (int distance = 1; distance < om_context_size(group); distance *= 2) {
        range all = reduction->own;
        range lower = {all.first, all.count / 2};
        range upper = {all.first + lower.count, all.count - lower.count};
        int level = reduction->n_levels++;
        bool keeps_lower = (rank & distance) == 0;
        reduction->partner[level] = rank ^ distance;
        reduction->kept[level] = keeps_lower ? lower : upper;
        reduction->given[level] = keeps_lower ? upper : lower;
        reduction->own = reduction->kept[level];
    }
    reduction->incoming = om_malloc(n - n / 2, sizeof *reduction->incoming);
    if (reduction->incoming == NULL) {
        om_reduction_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_reduction_destroy(om_reduction **reduction) {
    if (*reduction == NULL) {
        return;
    }
    om_free((*reduction)->incoming);
    om_free(*reduction);
    *reduction = NULL;
}

int64_t om_reduction_first(const om_reduction *reduction) {
    return reduction->own.first;
}

int64_t om_reduction_count(const om_reduction *reduction) {
    return reduction->own.count;
}

static int piece_of(int64_t count, int64_t done) {
    int64_t rest = count - done;
    return rest < 0 ? 0 : rest < PIECE ? (int)rest : PIECE;
}

/* The two ranges differ by one value at most. */
static om_status exchange(const om_reduction *reduction, int level, const float *outgoing,
                          int64_t n_outgoing, float *incoming, int64_t n_incoming) {
    int partner = reduction->partner[level];
    int64_t longest = n_outgoing > n_incoming ? n_outgoing : n_incoming;
    for (int64_t done = 0; done < longest; done += PIECE) {
        if (MPI_Sendrecv(outgoing + done, piece_of(n_outgoing, done), MPI_FLOAT, partner, level,
                         incoming + done, piece_of(n_incoming, done), MPI_FLOAT, partner, level,
                         om_context_comm(reduction->group), MPI_STATUS_IGNORE) != MPI_SUCCESS) {
            return om_fail(OM_SYSTEM, "MPI: exchange of a gradient failed");
        }
    }
    return OM_OK;
}

om_status om_reduction_sum(om_reduction *reduction, float *values) {
    for (int level = 0; level < reduction->n_levels; level++) {
        range given = reduction->given[level];
        range kept = reduction->kept[level];
        float *sums = values + kept.first;
        const float *incoming = reduction->incoming;
        OM_TRY(exchange(reduction, level, values + given.first, given.count, reduction->incoming,
                        kept.count));
        for (int64_t i = 0; i < kept.count; i++) {
            sums[i] += incoming[i];
        }
    }
    return OM_OK;
}

om_status om_reduction_gather(om_reduction *reduction, float *values) {
    for (int level = reduction->n_levels - 1; level >= 0; level--) {
        range given = reduction->given[level];
        range kept = reduction->kept[level];
        OM_TRY(exchange(reduction, level, values + kept.first, kept.count, values + given.first,
                        given.count));
    }
    return OM_OK;
}
