/* Dealing whole groups of samples to parts. */
#ifndef ONCOMARK_LEARN_SPLIT_GROUPS_H
#define ONCOMARK_LEARN_SPLIT_GROUPS_H

#include "oncomark/split.h"

/* Part of every group: group_part [n_groups]. `group` [n_samples] numbers each sample's group;
 * shares [OM_N_PARTS] sum to 1. With at least as many groups as parts of a share above 0, no such
 * part is empty. Local. */
om_status om_split_groups(uint8_t *group_part, const om_sample_table *table, const int32_t *group,
                          int64_t n_groups, const double *shares, uint64_t seed);

#endif
