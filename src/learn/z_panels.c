#include "z_source_private.h"

#include "exact_sums.h"
#include "oncomark/memory.h"

#include <string.h>

/* Samples whose values are laid down together, so that what is written lies in a few cache lines
 * for each feature. */
enum { TILE = 8 };

/* A panel of n_terms terms, zero until filled in. Collective. */
static om_status clear_panel(om_z_source *source, int64_t first, int64_t n_terms,
                             int64_t values_a_term) {
    int64_t n = n_terms * values_a_term;
    source->panel_first = first;
    source->panel_n = n_terms;
    if (n > source->panel_capacity) {
        om_free(source->panel);
        source->panel_capacity = 0;
        source->panel = om_malloc(n, sizeof *source->panel);
        OM_TRY(om_agree(source->ctx, source->panel != NULL ? OM_OK : OM_MEMORY));
        source->panel_capacity = n;
    }
    memset(source->panel, 0, (size_t)n * sizeof *source->panel);
    return OM_OK;
}

static om_status join_panel(om_z_source *source, int64_t values_a_term) {
    return om_join_bytes(source->ctx, source->panel,
                         source->panel_n * values_a_term * (int64_t)sizeof *source->panel);
}

/* Samples first .. first + n - 1 with all features. */
static om_status begin_samples(void *self, int64_t first, int64_t n) {
    om_z_source *source = self;
    int64_t width = source->n_features;
    OM_TRY(clear_panel(source, first, n, width));
    for (int64_t i = 0; i < source->n_own; i++) {
        int64_t place = source->own[i] - first;
        if (place >= 0 && place < n) {
            memcpy(source->panel + place * width, om_z_source_ranks(source, source->own[i]),
                   (size_t)width * sizeof *source->panel);
        }
    }
    return join_panel(source, width);
}

/* All samples with features first .. first + n - 1. */
static om_status begin_features(void *self, int64_t first, int64_t n) {
    om_z_source *source = self;
    OM_TRY(clear_panel(source, first, n, source->n_rows));
    for (int64_t i = 0; i < source->n_own; i++) {
        memcpy(source->panel + source->own[i] * n,
               om_z_source_ranks(source, source->own[i]) + first,
               (size_t)n * sizeof *source->panel);
    }
    return join_panel(source, source->n_rows);
}

static double z_of(const om_z_source *source, uint16_t doubled_rank, int64_t feature) {
    return (source->log2_half[doubled_rank] - source->mean[feature]) / source->sd[feature];
}

/* Doubled ranks of one sample, all features. */
static const uint16_t *ranks_of_term(const om_z_source *source, int64_t term) {
    return source->shares != NULL
               ? source->panel + (term - source->panel_first) * source->n_features
               : om_z_source_ranks(source, term);
}

static void pack_features(void *self, double *values, const int64_t *items, int64_t n_items_wanted,
                          int64_t first, int64_t n) {
    const om_z_source *source = self;
    for (int64_t t = 0; t < n; t++) {
        const uint16_t *ranks = ranks_of_term(source, first + t);
        double *out = values + t * n_items_wanted;
        for (int64_t i = 0; i < n_items_wanted; i++) {
            out[i] = z_of(source, ranks[items[i]], items[i]);
        }
    }
}

/* Doubled ranks of one sample, features from `first` on. */
static const uint16_t *ranks_of_item(const om_z_source *source, int64_t item, int64_t first) {
    return source->shares != NULL
               ? source->panel + item * source->panel_n + first - source->panel_first
               : om_z_source_ranks(source, item) + first;
}

static void pack_samples(void *self, double *values, const int64_t *items, int64_t n_items_wanted,
                         int64_t first, int64_t n) {
    const om_z_source *source = self;
    for (int64_t start = 0; start < n_items_wanted; start += TILE) {
        int64_t left = n_items_wanted - start;
        int width = left < TILE ? (int)left : TILE;
        const uint16_t *ranks[TILE];
        for (int i = 0; i < width; i++) {
            ranks[i] = ranks_of_item(source, items[start + i], first);
        }
        for (int64_t t = 0; t < n; t++) {
            double *out = values + t * n_items_wanted + start;
            for (int i = 0; i < width; i++) {
                out[i] = z_of(source, ranks[i][t], first + t);
            }
        }
    }
}

om_panel_source om_z_source_features(om_z_source *source) {
    return (om_panel_source){.self = source,
                             .n_items = source->n_features,
                             .n_terms = source->n_rows,
                             .begin = source->shares != NULL ? begin_samples : NULL,
                             .pack = pack_features};
}

om_panel_source om_z_source_samples(om_z_source *source) {
    return (om_panel_source){.self = source,
                             .n_items = source->n_rows,
                             .n_terms = source->n_features,
                             .begin = source->shares != NULL ? begin_features : NULL,
                             .pack = pack_samples};
}
