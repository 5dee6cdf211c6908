/* Which profiles of a bulk set are cancer, and which are normal. */
#ifndef ONCOMARK_LEARN_BULK_CLASS_H
#define ONCOMARK_LEARN_BULK_CLASS_H

#include "oncomark/job.h"

#include <stdint.h>

typedef struct om_bulk_classes om_bulk_classes;

/* Reads the set's table of classes where it has one: a row a profile, whose name is in the first
 * column. `set` is borrowed. OM_INPUT with file and line. Local. */
om_status om_bulk_classes_create(om_bulk_classes **out, const om_bulk_set *set);
void om_bulk_classes_destroy(om_bulk_classes **classes);

/* classes [number of profiles] of a set's profiles, OM_BULK_MIXED for neither. `told`: what a
 * column of the profiles' own says of each; NULL: there is none. OM_INPUT for a profile that is
 * both, for one that is neither unless `others` leaves it out, for a list of globs that no profile
 * matches, and where no profile is left. Local. */
om_status om_bulk_classes_assign(uint8_t *assigned, const om_bulk_classes *classes,
                                 const om_strings *profiles, const om_strings *told,
                                 om_bulk_others others);

#endif
