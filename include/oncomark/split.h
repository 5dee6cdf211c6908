/* Training, validation and test part. */
#ifndef ONCOMARK_SPLIT_H
#define ONCOMARK_SPLIT_H

#include "oncomark/job.h"
#include "oncomark/sample_table.h"

typedef enum om_part { OM_PART_TRAINING, OM_PART_VALIDATION, OM_PART_TEST, OM_N_PARTS } om_part;

/* "training", "validation", "test". Borrowed, static. */
const char *om_part_name(om_part part);

/* Part of every sample: parts [n_samples]. Depends on the table, train.split and the seed only.
 *
 * By patient, sample, study or tissue: groups are shuffled by the seed and dealt one by one to the
 * part that lacks most of what the group has (per hallmark and label), then moved while that brings
 * all parts closer to their shares and to having both labels. No group is on two sides. Without
 * groups: within each hallmark at random, sizes of validation and test rounded up (as published),
 * but a hallmark's last sample trains. OM_USAGE where a part would be empty. Local. */
om_status om_split_assign(uint8_t *parts, const om_sample_table *table,
                          const om_train_parameters *train, uint64_t seed);

/* Rows of one part, ascending; owned by the caller, *count of them. Local. */
om_status om_split_rows(int64_t **rows, int64_t *count, const uint8_t *parts, int64_t n_samples,
                        om_part part);

#endif
