/* The table that says which sets stand for which hallmark. */
#ifndef ONCOMARK_CELLS_CURATE_MAP_H
#define ONCOMARK_CELLS_CURATE_MAP_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct om_curate_map om_curate_map;

/* Columns set and hallmark (code or name); database, if there is one, may be empty. OM_INPUT, with
 * line, for a missing column or value, a name that is no hallmark, and a set that has the same
 * hallmark twice. Local. */
om_status om_curate_map_read(om_curate_map **out, const char *path);
void om_curate_map_destroy(om_curate_map **map);

/* First row of a set in the order of the file, -1 if none; and the one after `row`. */
int64_t om_curate_map_first(const om_curate_map *map, const char *set);
int64_t om_curate_map_next(const om_curate_map *map, int64_t row);

int om_curate_map_hallmark(const om_curate_map *map, int64_t row);
const char *om_curate_map_database(const om_curate_map *map, int64_t row); /* "": not told */

/* Notes that some file has the set of `row`. */
void om_curate_map_mark(om_curate_map *map, int64_t row);

/* OM_INPUT, with line, for the first row whose set was in no file. Local. */
om_status om_curate_map_check_all_marked(const om_curate_map *map);

/* How many sets the map has for a hallmark. */
int64_t om_curate_map_sets(const om_curate_map *map, int hallmark);

#endif
