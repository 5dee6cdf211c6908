/* Temporary files that runs leave in a workdir when they fail, are stopped or killed. */
#ifndef ONCOMARK_IO_LEFTOVERS_H
#define ONCOMARK_IO_LEFTOVERS_H

#include "oncomark/strings.h"

#include <stdbool.h>

/* Removes those in `folder` and the folders of this program below it whose token (see
 * om_lock_temporary) is one of `tokens`, or, with `all_but`, is none of them. Other files are never
 * touched; one that cannot be removed stays. Local. */
om_status om_leftovers_remove(const char *folder, const om_strings *tokens, bool all_but);

#endif
