/* What the user may have meant by a misspelt key. */
#ifndef OM_BASE_JOB_SUGGEST_H
#define OM_BASE_JOB_SUGGEST_H

#include "job_table.h"

/* Room for the longest suggestion. */
enum { OM_SUGGESTION_CAPACITY = 64 };

/* Writes the key or section of `table` that is most like `key`, "" where none is near. Compares
 * whole keys by edit distance and, so that a key in the wrong section is found too, their last
 * parts. */
void om_job_suggest(char suggestion[OM_SUGGESTION_CAPACITY], om_parameters table, const char *key);

#endif
