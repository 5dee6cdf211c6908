/* Binary cross-entropy of ten heads, in the two ways of weighting them. */
#ifndef ONCOMARK_LEARN_LOSS_H
#define ONCOMARK_LEARN_LOSS_H

#include "oncomark/hallmark.h"
#include "oncomark/job.h"

/* Of the samples over which a loss is the mean. */
typedef struct om_loss_scope {
    om_loss loss;
    int64_t n_samples;
    int64_t task_samples[OM_N_HALLMARKS];
} om_loss_scope;

/* Counts the tasks of samples rows[0 .. n-1]. */
om_loss_scope om_loss_scope_of(om_loss loss, const uint8_t *task, const int64_t *rows, int64_t n);

/* Sums, for each head, of the cross-entropy over the samples rows[0 .. n-1] whose logits are the
 * first rows of `logits` [n x 10]: masked: over the samples of the head's own task; published: over
 * all. head_sums [10]. Local. */
void om_loss_sums(om_loss loss, const float *logits, const uint8_t *task, const uint8_t *label,
                  const int64_t *rows, int64_t n, double *head_sums);

/* The loss from the sums over all samples of its scope.
 * masked: sum of all / n. published: (1/10) sum_k share_k sums_k / n, share_k = n_k / n. */
double om_loss_value(const om_loss_scope *scope, const double *head_sums);

/* Gradient of that loss by logits, in n rows of `row` floats, of which the first 10 are written. */
void om_loss_gradient(const om_loss_scope *scope, const float *logits, const uint8_t *task,
                      const uint8_t *label, const int64_t *rows, int64_t n, float *gradient,
                      int64_t row);

#endif
