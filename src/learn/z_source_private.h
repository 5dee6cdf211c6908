/* What a source of z-scores consists of. */
#ifndef ONCOMARK_LEARN_Z_SOURCE_PRIVATE_H
#define ONCOMARK_LEARN_Z_SOURCE_PRIVATE_H

#include "z_source.h"

struct om_z_source {
    om_ctx *ctx;
    const om_training_set *set;
    const om_shares *shares; /* NULL: this node holds all samples */
    int64_t n_features;
    const double *mean; /* [n_features] */
    const double *sd;   /* [n_features] */
    const int64_t *rows;
    int64_t n_rows;
    double *log2_half;
    int64_t *own; /* [n_own] places in rows of the samples that this rank works on */
    int64_t n_own;
    uint16_t *panel; /* [samples x features] of all nodes, where the set is shared out */
    int64_t panel_capacity;
    int64_t panel_first; /* its first term */
    int64_t panel_n;
};

/* Doubled ranks [n_features] of the sample rows[i], which this node holds. Local. */
const uint16_t *om_z_source_ranks(const om_z_source *source, int64_t i);

#endif
