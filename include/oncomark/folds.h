/* The folds of cross-validation. */
#ifndef ONCOMARK_FOLDS_H
#define ONCOMARK_FOLDS_H

#include "oncomark/job.h"
#include "oncomark/sample_table.h"

/* Number of (repeat, fold) pairs: folds x repeats, or with leave_one_out the number of groups that
 * have samples. OM_USAGE, naming the key, where there are too few groups (fewer than folds), or
 * leave_one_out stands without a group. Local. */
om_status om_folds_count(int64_t *count, const om_sample_table *table,
                         const om_crossval_parameters *crossval);

/* What fold number `index` (repeat * folds + fold) is called: "repeat 1, fold 3", or the study that
 * is left out. *name is owned by the caller. Local. */
om_status om_folds_name(char **name, const om_sample_table *table,
                        const om_crossval_parameters *crossval, int64_t index);

/* Part (om_part) of every sample in a fold: parts [n_samples].
 *
 * Without groups, as published: within each hallmark and label the samples are shuffled by the seed
 * and the repeat and dealt to the folds; half of a fold, again within hallmark and label, is the
 * validation part, the other half the test part.
 * With groups: the groups are dealt to the folds (balanced by hallmark and label); the fold is the
 * test part, and of the other groups `validation` (a share) are the validation part.
 * OM_USAGE where a part would be empty. The same for every setting of a sweep. Local. */
om_status om_folds_assign(uint8_t *parts, const om_sample_table *table,
                          const om_crossval_parameters *crossval, double validation, int64_t index,
                          uint64_t seed);

/* Labels [n_samples] shuffled by the seed within each hallmark. Local. */
om_status om_folds_permute_labels(uint8_t *labels, const om_sample_table *table, uint64_t seed);

#endif
