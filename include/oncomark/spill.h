/* Bytes that are put aside: in memory as long as they fit, beyond that in a file without a name. */
#ifndef ONCOMARK_SPILL_H
#define ONCOMARK_SPILL_H

#include "oncomark/status.h"

#include <stdint.h>

typedef struct om_spill om_spill;

/* Nothing yet. The first `memory` bytes stay in memory; a file beside `path` ("<path>-XXXXXX") is
 * made for the rest when there is any, and loses its name at once, so that it goes with the
 * process. Takes 1 MiB more while there is a file. Local. */
om_status om_spill_create(om_spill **out, const char *path, int64_t memory);
void om_spill_destroy(om_spill **spill);

/* All bytes so far: where the next ones will be. */
int64_t om_spill_length(const om_spill *spill);

/* Puts bytes behind all others. OM_SYSTEM, naming the file, where the disk takes no more. Local. */
om_status om_spill_append(om_spill *spill, const void *bytes, int64_t length);

/* Bytes `position` .. `position + length - 1`. Local. */
om_status om_spill_read(const om_spill *spill, int64_t position, int64_t length, void *bytes);

#endif
