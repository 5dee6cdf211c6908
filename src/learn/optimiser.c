#include "oncomark/optimiser.h"

#include "oncomark/memory.h"

#include <math.h>

struct om_adam {
    int64_t n_parameters;
    int64_t steps;
    double beta1;
    double beta2;
    double epsilon;
    float *mean;   /* [n_parameters] of gradients */
    float *square; /* [n_parameters] mean of squared gradients */
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
    adam->mean = om_calloc(n_parameters, sizeof *adam->mean);
    adam->square = om_calloc(n_parameters, sizeof *adam->square);
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

void om_adam_step(om_adam *adam, float *parameters, const float *gradient, double learning_rate) {
    adam->steps++;
    float beta1 = (float)adam->beta1;
    float beta2 = (float)adam->beta2;
    float new1 = (float)(1 - adam->beta1);
    float new2 = (float)(1 - adam->beta2);
    float epsilon = (float)adam->epsilon;
    float root_correction = (float)sqrt(1 - pow(adam->beta2, (double)adam->steps));
    float step = (float)(learning_rate / (1 - pow(adam->beta1, (double)adam->steps)));
    float *restrict mean = adam->mean;
    float *restrict square = adam->square;
    for (int64_t i = 0; i < adam->n_parameters; i++) {
        mean[i] = beta1 * mean[i] + new1 * gradient[i];
        square[i] = beta2 * square[i] + new2 * gradient[i] * gradient[i];
        parameters[i] -= step * mean[i] / (sqrtf(square[i]) / root_correction + epsilon);
    }
}
