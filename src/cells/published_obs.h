/* What the published tables tell of their rows. */
#ifndef ONCOMARK_CELLS_PUBLISHED_OBS_H
#define ONCOMARK_CELLS_PUBLISHED_OBS_H

#include "published_meta.h"
#include "synthetic_file.h"

#include "oncomark/hallmark.h"

/* How many rows of each hallmark, positive and negative ones. */
typedef struct om_published_tally {
    int64_t rows[OM_N_HALLMARKS][2];
} om_published_tally;

/* A table of expression and that of its metadata; by label. Borrowed. */
typedef struct om_published_pair {
    const char *data_path;
    om_published_meta *meta;
} om_published_pair;

/* Makes obs: the positive table's rows, then the negative one's, by their names [2] and
 * `tables` [2]. A row's block is its number, from 0, among those of its table with the same sample
 * and hallmark.
 *
 * A sample "<data set>|<sample>", as our own export writes it, tells its data set, and by that the
 * study (up to the first '_'). Published names tell neither: both are OM_PUBLISHED_UNKNOWN. The
 * patient is never told: it is the sample.
 *
 * OM_INPUT for rows that the metadata lack or contradict, and for rows of metadata that are left
 * over. On one rank. */
om_status om_published_obs_make(om_synthetic_frame **out, om_published_tally *tally,
                                const om_published_pair *tables, om_strings *const *names);

#endif
