#include "oncomark/optimiser.h"

#include "oncomark/memory.h"
#include "oncomark/processor.h"

#include <math.h>

struct om_adam {
    int64_t n_parameters;
    int64_t steps;
    double beta1;
    double beta2;
    double epsilon;
    float step;            /* of the step that was begun: the learning rate, bias corrected */
    float root_correction; /* 1 / the bias correction of the root */
    float *mean;           /* [n_parameters] of gradients */
    float *square;         /* [n_parameters] mean of squared gradients */
};

om_status om_adam_create(om_adam **out, int64_t n_parameters, const om_train_parameters *train) {
    om_adam *adam = om_calloc(1, sizeof *adam);
    *out = adam;
    if (adam == NULL) {
        return OM_MEMORY;
    }
    adam->n_parameters = n_parameters;
    adam->beta1 = train->beta1;
    adam->beta2 = train->beta2;
    adam->epsilon = train->epsilon;
    adam->mean = om_calloc_aligned(n_parameters, sizeof *adam->mean);
    adam->square = om_calloc_aligned(n_parameters, sizeof *adam->square);
    if (adam->mean == NULL || adam->square == NULL) {
        om_adam_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_adam_destroy(om_adam **adam) {
    if (*adam == NULL) {
        return;
    }
    om_free((*adam)->mean);
    om_free((*adam)->square);
    om_free(*adam);
    *adam = NULL;
}

void om_adam_begin_step(om_adam *adam, double learning_rate) {
    adam->steps++;
    double steps = (double)adam->steps;
    adam->root_correction = (float)(1 / sqrt(1 - pow(adam->beta2, steps)));
    adam->step = (float)(learning_rate / (1 - pow(adam->beta1, steps)));
}

static inline __attribute__((always_inline)) void
update(const om_adam *adam, float *restrict parameters, float *restrict mean,
       float *restrict square, const float *restrict gradient, int64_t n) {
    float beta1 = (float)adam->beta1;
    float beta2 = (float)adam->beta2;
    float new1 = (float)(1 - adam->beta1);
    float new2 = (float)(1 - adam->beta2);
    float epsilon = (float)adam->epsilon;
    float step = adam->step;
    float root_correction = adam->root_correction;
    for (int64_t i = 0; i < n; i++) {
        mean[i] = beta1 * mean[i] + new1 * gradient[i];
        square[i] = beta2 * square[i] + new2 * gradient[i] * gradient[i];
        parameters[i] -= step * mean[i] / (sqrtf(square[i]) * root_correction + epsilon);
    }
}

#ifdef OM_TARGET_AVX512
/* More at once; the same bits, since nothing is contracted. */
OM_TARGET_AVX512 static void update_by_avx512(const om_adam *adam, float *restrict parameters,
                                              float *restrict mean, float *restrict square,
                                              const float *restrict gradient, int64_t n) {
    update(adam, parameters, mean, square, gradient, n);
}

OM_TARGET_AVX2 static void update_by_avx2(const om_adam *adam, float *restrict parameters,
                                          float *restrict mean, float *restrict square,
                                          const float *restrict gradient, int64_t n) {
    update(adam, parameters, mean, square, gradient, n);
}
#endif

void om_adam_update(om_adam *adam, float *parameters, const float *gradient, int64_t first,
                    int64_t count) {
    float *mean = adam->mean + first;
    float *square = adam->square + first;
    parameters += first;
    gradient += first;
#ifdef OM_TARGET_AVX512
    if (om_processor_has_avx512()) {
        update_by_avx512(adam, parameters, mean, square, gradient, count);
        return;
    }
    if (om_processor_has_avx2()) {
        update_by_avx2(adam, parameters, mean, square, gradient, count);
        return;
    }
#endif
    update(adam, parameters, mean, square, gradient, count);
}

float *om_adam_mean(om_adam *adam) {
    return adam->mean;
}

float *om_adam_square(om_adam *adam) {
    return adam->square;
}

int64_t *om_adam_steps(om_adam *adam) {
    return &adam->steps;
}
