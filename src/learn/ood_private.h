/* Names in ood.h5 and distances, once for writing, reading and judging. */
#ifndef ONCOMARK_LEARN_OOD_PRIVATE_H
#define ONCOMARK_LEARN_OOD_PRIVATE_H

#include "oncomark/ood.h"

#define OM_OOD_FORMAT "oncomark-ood"

enum { OM_OOD_VERSION = 1 };

/* Of a set of samples' distances. */
typedef struct om_ood_names {
    const char *residual;
    const char *mahalanobis;
} om_ood_names;

extern const om_ood_names om_ood_training_names;
extern const om_ood_names om_ood_held_out_names;

/* Length of what of the z-scores is outside the components: 0 where rounding could leave as much.
 */
double om_ood_residual(const double *scores, int64_t n_components, double squared_length);

double om_ood_mahalanobis(const double *scores, const double *variance, int64_t n_components);

#endif
