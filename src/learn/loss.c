#include "loss.h"

#include <math.h>
#include <string.h>

om_loss_scope om_loss_scope_of(om_loss loss, const uint8_t *task, const int64_t *rows, int64_t n) {
    om_loss_scope scope = {.loss = loss, .n_samples = n};
    for (int64_t i = 0; i < n; i++) {
        scope.task_samples[task[rows[i]]]++;
    }
    return scope;
}

/* Of label y and p = sigmoid(logit), without forming p: log(1 + e^-|x|) + max(x, 0) - x y. */
static double cross_entropy(double logit, int label) {
    return log1p(exp(-fabs(logit))) + fmax(logit, 0) - (label == 1 ? logit : 0);
}

void om_loss_sums(om_loss loss, const float *logits, const uint8_t *task, const uint8_t *label,
                  const int64_t *rows, int64_t n, double *head_sums) {
    memset(head_sums, 0, OM_N_HALLMARKS * sizeof *head_sums);
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            if (loss == OM_LOSS_PUBLISHED || task[rows[i]] == k) {
                head_sums[k] +=
                    cross_entropy((double)logits[i * OM_N_HALLMARKS + k], label[rows[i]]);
            }
        }
    }
}

double om_loss_value(const om_loss_scope *scope, const double *head_sums) {
    double n = (double)scope->n_samples;
    double sum = 0;
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        double share = (double)scope->task_samples[k] / n;
        sum +=
            scope->loss == OM_LOSS_PUBLISHED ? share * head_sums[k] / OM_N_HALLMARKS : head_sums[k];
    }
    return sum / n;
}

/* Derivative of the loss by the cross-entropy of head k on a sample of task `task`. */
static double head_factor(const om_loss_scope *scope, int k, int task) {
    double n = (double)scope->n_samples;
    if (scope->loss == OM_LOSS_PUBLISHED) {
        return (double)scope->task_samples[k] / n / OM_N_HALLMARKS / n;
    }
    return k == task ? 1 / n : 0;
}

void om_loss_gradient(const om_loss_scope *scope, const float *logits, const uint8_t *task,
                      const uint8_t *label, const int64_t *rows, int64_t n, float *gradient,
                      int64_t row) {
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            double factor = head_factor(scope, k, task[rows[i]]);
            gradient[i * row + k] = 0;
            if (factor > 0) {
                double p = 1 / (1 + exp(-(double)logits[i * OM_N_HALLMARKS + k]));
                gradient[i * row + k] = (float)(factor * (p - label[rows[i]]));
            }
        }
    }
}
