/* model.h5: all that a prediction needs, and where it comes from.
 * Data sets: genes [D], hallmarks [10] (strings); mean, sd [D] (float64, of log2 ranks); float32
 * weights and biases of the shared layer w1 [H x D], b1 [H], the heads w2 [10 x W x H], b2 [10 x W]
 * and the outputs w3 [10 x W], b3 [10]. */
#ifndef ONCOMARK_MODEL_H
#define ONCOMARK_MODEL_H

#include "oncomark/digest.h"
#include "oncomark/network.h"
#include "oncomark/strings.h"

/* Written as attributes of the file; reading ignores them but for the format's version. */
typedef struct om_model_source {
    const char *loss;            /* "masked" or "published" */
    const char *split;           /* "patient", "sample" or "none" */
    const char *feature_samples; /* "training": variance over the training part; "all" */
    uint64_t seed;
    int64_t n_training;
    int64_t n_validation;
    int64_t n_test;
    int64_t kept_epoch;
} om_model_source;

/* Plain data, all owned. */
typedef struct om_model {
    om_strings *genes;
    double *mean; /* [D] */
    double *sd;   /* [D] */
    om_network *network;
} om_model;

void om_model_destroy(om_model **model);

/* Writes a model to a new file; *digest is that of its content. Local. */
om_status om_model_write(const om_model *model, const om_model_source *source, const char *path,
                         om_digest *digest);

/* OM_INPUT, naming file and place, for a file that is no whole model. Local. */
om_status om_model_read(om_model **out, const char *path);

#endif
