/* From a matrix in whatever format to the store. */
#ifndef ONCOMARK_CELLS_STORE_FILL_H
#define ONCOMARK_CELLS_STORE_FILL_H

#include "cells/study.h"
#include "oncomark/cell_feed.h"
#include "oncomark/digest.h"
#include "oncomark/job.h"

/* All borrowed. */
typedef struct om_store_source {
    const om_data_set *data_set;
    const om_study *study;        /* on the group's root only */
    const om_matrix_place *place; /* the same on all ranks */
    om_compression compression;
    int64_t memory; /* bytes that this rank may use */
} om_store_source;

typedef struct om_store_result {
    om_digest digest;     /* of what this rank wrote */
    int64_t n_nonzeros;   /* that this rank wrote */
    int64_t parsed_bytes; /* by this rank */
} om_store_result;

/* Reads the matrix in rounds of whole cells and writes each as it comes. What has to be known
 * before the first cell is written, the number of non-zeros and the smallest type that holds all
 * values, is taken from the header and the first round; where that turns out wrong (explicit zeros,
 * duplicates, a larger value further on) the matrix is read a second time. Collective on group. */
om_status om_store_fill(om_store_result *result, om_ctx *group, const char *path,
                        const om_store_source *source);

#endif
