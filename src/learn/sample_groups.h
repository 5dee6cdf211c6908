/* The groups of samples that are never on two sides of a split. */
#ifndef ONCOMARK_LEARN_SAMPLE_GROUPS_H
#define ONCOMARK_LEARN_SAMPLE_GROUPS_H

#include "oncomark/job.h"
#include "oncomark/sample_table.h"

typedef struct om_sample_groups {
    const int32_t *of; /* [n_samples] group of every sample, 0 .. n-1; below 0: in none */
    int64_t n;
    const char *singular; /* "study" */
    const char *plural;
    const om_strings *names; /* [n]; NULL where the table has no names */
} om_sample_groups;

/* Borrowed from the table. `group` is not OM_GROUP_NONE. */
om_sample_groups om_sample_groups_of(const om_sample_table *table, om_group group);

#endif
