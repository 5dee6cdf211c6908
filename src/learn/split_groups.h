/* Dealing whole groups of samples to parts. */
#ifndef ONCOMARK_LEARN_SPLIT_GROUPS_H
#define ONCOMARK_LEARN_SPLIT_GROUPS_H

#include "sample_groups.h"

#include "oncomark/random.h"

/* Part of every group: group_part [groups->n]. shares [n_parts] sum to 1. With at least as many
 * groups as parts of a share above 0, no such part is empty. Samples without a group do not count.
 * `random` shuffles the groups. Local. */
om_status om_split_groups(uint8_t *group_part, const om_sample_table *table,
                          const om_sample_groups *groups, const double *shares, int n_parts,
                          om_random random);

#endif
