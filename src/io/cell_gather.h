/* Entries of a matrix in any order -> whole cells, in bounded memory: a first pass over the entries
 * counts those of each cell, then one pass for each window of cells that fits the memory of the
 * group's ranks together; entries go to the ranks that have their cells. */
#ifndef ONCOMARK_IO_CELL_GATHER_H
#define ONCOMARK_IO_CELL_GATHER_H

#include "oncomark/cell_feed.h"

typedef struct om_entry {
    int32_t gene; /* from 0 */
    int32_t cell;
    double value; /* >= 0, finite */
} om_entry;

/* Gives the entries in rounds. Embedded as the first member of the structure that does it. */
typedef struct om_entry_source {
    /* This rank's entries of the next round (may be none), borrowed until the next call; *end (the
     * same on all ranks): there is no round any more. Collective. */
    om_status (*next)(struct om_entry_source *self, const om_entry **entries, int64_t *n,
                      bool *end);
    om_status (*rewind)(struct om_entry_source *self); /* collective */
} om_entry_source;

typedef struct om_cell_gather om_cell_gather;

/* `file` is for messages; it and `source` are borrowed. The source is rewound before each pass. It
 * checks single values; sums of an entry that comes more than once are checked here. Zeros are
 * dropped. Memory: 8 bytes for each cell of the data set, and about `memory` for a window's cells
 * and entries on their way. Collective on group. */
om_status om_cell_gather_create(om_cell_gather **out, om_ctx *group, om_entry_source *source,
                                const char *file, int64_t n_genes, int64_t n_cells,
                                bool only_counts, int64_t memory);
void om_cell_gather_destroy(om_cell_gather **gather);

/* As om_feed_next; never OM_FEED_RESTART. The window of a round is cut so that ranks have nearly
 * equal non-zeros. Collective on group. */
om_status om_cell_gather_next(om_cell_gather *gather, const om_counts **batch,
                              om_feed_event *event);
om_status om_cell_gather_rewind(om_cell_gather *gather);

/* Sets `integer` by the values, and checks the sums of entries that came more than once: not above
 * 2^32 - 1 (`must_count`), finite. Local. */
om_status om_cell_gather_check(om_counts *counts, const char *file, bool must_count);

/* The one warning of a file. Call it on one rank. */
void om_cell_gather_warn(om_log *log, const char *file, int64_t n_duplicates);

#endif
