/* The network, its losses and gradients by the definitions, in float64 and without BLAS: the twin
 * that tests hold the fast one against. */
#ifndef ONCOMARK_TESTS_NAIVE_NETWORK_H
#define ONCOMARK_TESTS_NAIVE_NETWORK_H

#include "oncomark/job.h"
#include "oncomark/network.h"

#include <math.h>
#include <stdlib.h>

/* Parameters as one array, in the network's order. */
typedef struct naive_network {
    om_network_shape shape;
    int64_t n;
    double *parameters;
} naive_network;

/* Where a layer starts, 0: hidden weight .. 5: output bias, 6: the end. */
static inline int64_t naive_offset(om_network_shape shape, int layer) {
    int64_t units = OM_N_HALLMARKS * shape.head;
    const int64_t sizes[] = {shape.hidden * shape.n_features,
                             shape.hidden,
                             units * shape.hidden,
                             units,
                             units,
                             OM_N_HALLMARKS};
    int64_t offset = 0;
    for (int i = 0; i < layer; i++) {
        offset += sizes[i];
    }
    return offset;
}

/* Logits [10] of one x [D]; with derivatives of `weights` . logits [10] by all parameters added to
 * gradient [n] unless that is NULL. */
static inline void naive_pass(const naive_network *network, const double *x, double *logits,
                              const double *weights, double *gradient) {
    om_network_shape s = network->shape;
    const double *p = network->parameters;
    const double *w1 = p, *b1 = p + naive_offset(s, 1), *w2 = p + naive_offset(s, 2);
    const double *b2 = p + naive_offset(s, 3), *w3 = p + naive_offset(s, 4);
    const double *b3 = p + naive_offset(s, 5);
    int64_t units = OM_N_HALLMARKS * s.head;
    double *hidden = calloc((size_t)s.hidden, sizeof *hidden);
    double *heads = calloc((size_t)units, sizeof *heads);
    double *hidden_gradient = calloc((size_t)s.hidden, sizeof *hidden_gradient);
    for (int64_t h = 0; h < s.hidden; h++) {
        double sum = b1[h];
        for (int64_t f = 0; f < s.n_features; f++) {
            sum += w1[h * s.n_features + f] * x[f];
        }
        hidden[h] = fmax(sum, 0);
    }
    for (int64_t u = 0; u < units; u++) {
        double sum = b2[u];
        for (int64_t h = 0; h < s.hidden; h++) {
            sum += w2[u * s.hidden + h] * hidden[h];
        }
        heads[u] = fmax(sum, 0);
    }
    for (int64_t k = 0; k < OM_N_HALLMARKS; k++) {
        logits[k] = b3[k];
        for (int64_t w = 0; w < s.head; w++) {
            logits[k] += w3[k * s.head + w] * heads[k * s.head + w];
        }
    }
    for (int64_t u = 0; u < units && gradient != NULL; u++) {
        double above = weights[u / s.head];
        double unit_gradient = heads[u] > 0 ? above * w3[u] : 0;
        gradient[naive_offset(s, 4) + u] += above * heads[u];
        gradient[naive_offset(s, 3) + u] += unit_gradient;
        for (int64_t h = 0; h < s.hidden; h++) {
            gradient[naive_offset(s, 2) + u * s.hidden + h] += unit_gradient * hidden[h];
            hidden_gradient[h] += unit_gradient * w2[u * s.hidden + h];
        }
    }
    for (int64_t k = 0; k < OM_N_HALLMARKS && gradient != NULL; k++) {
        gradient[naive_offset(s, 5) + k] += weights[k];
    }
    for (int64_t h = 0; h < s.hidden && gradient != NULL; h++) {
        double unit_gradient = hidden[h] > 0 ? hidden_gradient[h] : 0;
        gradient[naive_offset(s, 1) + h] += unit_gradient;
        for (int64_t f = 0; f < s.n_features; f++) {
            gradient[h * s.n_features + f] += unit_gradient * x[f];
        }
    }
    free(hidden);
    free(heads);
    free(hidden_gradient);
}

/* Loss of a batch x [n x D], and its gradient [parameters] unless NULL (added). */
static inline double naive_loss(const naive_network *network, om_loss loss, const double *x,
                                const uint8_t *task, const uint8_t *label, int64_t n,
                                double *gradient) {
    double share[OM_N_HALLMARKS] = {0};
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        share[task[i]] += 1.0 / (double)n;
    }
    for (int64_t i = 0; i < n; i++) {
        const double *row = x + i * network->shape.n_features;
        double logits[OM_N_HALLMARKS];
        double weights[OM_N_HALLMARKS];
        naive_pass(network, row, logits, NULL, NULL);
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            double p = 1 / (1 + exp(-logits[k]));
            double factor = loss == OM_LOSS_MASKED ? (double)(task[i] == k) / (double)n
                                                   : share[k] / OM_N_HALLMARKS / (double)n;
            sum -= factor * (label[i] == 1 ? log(p) : log(1 - p));
            weights[k] = factor * (p - label[i]);
        }
        if (gradient != NULL) {
            naive_pass(network, row, logits, weights, gradient);
        }
    }
    return sum;
}

#endif
