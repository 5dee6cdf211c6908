/* Reading the sets that a map names from GMT files. */
#ifndef ONCOMARK_CELLS_CURATE_GMT_H
#define ONCOMARK_CELLS_CURATE_GMT_H

#include "curate_map.h"
#include "curate_votes.h"

/* Plain data: what reading needs, borrowed, and what it finds. */
typedef struct om_curate_gmt {
    om_curate_map *map;
    om_curate_databases *databases;
    const om_gene_aliases *aliases; /* NULL: none */
    om_curate_votes *votes;
    om_name_list *ambiguous; /* aliases of several genes */
    om_log *log;
    int64_t n_sets; /* that the map names */
    int64_t n_left_out;
    int64_t n_again; /* genes that their set had already */
} om_curate_gmt;

/* Adds the genes of file `path`, number `gmt` of the list, to the votes. OM_INPUT, with line, for a
 * line without tab, and for a named set that has no gene, a gene with a sign, or was there already;
 * warns where the map names none of the file's sets. Local. */
om_status om_curate_gmt_read(om_curate_gmt *reading, const char *path, int64_t gmt);

#endif
