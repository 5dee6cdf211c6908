/* Which database a gene set comes from. */
#ifndef ONCOMARK_CELLS_CURATE_DATABASES_H
#define ONCOMARK_CELLS_CURATE_DATABASES_H

#include "oncomark/strings.h"

#include <stdint.h>

typedef struct om_curate_databases om_curate_databases;

/* `assigned`: "NAME=FILE,FILE", files named as in `gmts` or without their folders; NULL: none.
 * OM_USAGE where an entry is not of that form, its file is not one of `gmts` or has a name already.
 * Local. */
om_status om_curate_databases_create(om_curate_databases **out, const om_strings *gmts,
                                     const om_strings *assigned);
void om_curate_databases_destroy(om_curate_databases **databases);

/* The number of the database of `set` in file `gmt` (index in gmts); `told`: what the map says, ""
 * if nothing. Names are compared with case ignored. */
om_status om_curate_databases_find(om_curate_databases *databases, int64_t gmt, const char *set,
                                   const char *told, int64_t *number);

/* As first spelled. Borrowed until the next om_curate_databases_find. */
const char *om_curate_databases_name(const om_curate_databases *databases, int64_t number);
int64_t om_curate_databases_count(const om_curate_databases *databases);

#endif
