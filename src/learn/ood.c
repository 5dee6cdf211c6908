#include "ood_private.h"

#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

/* Profiles above this percentile are told. */
enum { USUAL_PERCENT = 99 };

/* Share of the squared length that rounding may leave. */
static const double rounding = 1e-12;

const om_ood_names om_ood_training_names = {"residual", "mahalanobis"};
const om_ood_names om_ood_held_out_names = {"held_out_residual", "held_out_mahalanobis"};

static void release_distances(om_ood_distances *distances) {
    om_free(distances->residual);
    om_free(distances->mahalanobis);
}

void om_ood_destroy(om_ood **ood) {
    if (*ood == NULL) {
        return;
    }
    om_strings_destroy(&(*ood)->genes);
    om_free((*ood)->mean);
    om_free((*ood)->sd);
    om_free((*ood)->loadings);
    om_free((*ood)->variance);
    release_distances(&(*ood)->training);
    release_distances(&(*ood)->held_out);
    om_free(*ood);
    *ood = NULL;
}

double om_ood_residual(const double *scores, int64_t n_components, double squared_length) {
    double outside = squared_length;
    for (int64_t c = 0; c < n_components; c++) {
        outside -= scores[c] * scores[c];
    }
    return outside > rounding * squared_length ? sqrt(outside) : 0;
}

double om_ood_mahalanobis(const double *scores, const double *variance, int64_t n_components) {
    double sum = 0;
    for (int64_t c = 0; c < n_components; c++) {
        sum += scores[c] * scores[c] / variance[c];
    }
    return sqrt(sum);
}

static om_status fail_model(const char *path, const char *model_path, const char *what) {
    return om_fail(OM_INPUT,
                   "%s: its %s are not those of %s, expected the file that `oncomark pca` makes by "
                   "the model's own job (`predict --no-ood` does without)",
                   path, what, model_path);
}

om_status om_ood_check_model(const om_ood *ood, const char *path, const om_model *model,
                             const char *model_path) {
    int64_t n = om_strings_count(model->genes);
    bool same = ood->n_features == n;
    for (int64_t f = 0; f < n && same; f++) {
        same = strcmp(om_strings_get(ood->genes, f), om_strings_get(model->genes, f)) == 0;
    }
    if (!same) {
        return fail_model(path, model_path, "genes");
    }
    size_t bytes = (size_t)n * sizeof(double);
    if (memcmp(ood->mean, model->mean, bytes) != 0 || memcmp(ood->sd, model->sd, bytes) != 0) {
        return fail_model(path, model_path, "mean and sd of genes");
    }
    return OM_OK;
}

om_linear_map om_ood_linear_map(const om_ood *ood) {
    return (om_linear_map){
        .n_features = ood->n_features, .n_outputs = ood->n_components, .weights = ood->loadings};
}

/* How many of `sorted` [n] are not larger. */
static int64_t count_up_to(const double *sorted, int64_t n, double value) {
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sorted[middle] <= value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A distance among those of samples. */
typedef struct place {
    double percentile;
    bool is_unusual;
} place;

static place find_place(const double *sorted, int64_t n, double value) {
    /* The smallest distance that so many percent do not exceed. */
    double usual_end = sorted[(n * USUAL_PERCENT + 99) / 100 - 1];
    return (place){.percentile = 100 * (double)count_up_to(sorted, n, value) / (double)n,
                   .is_unusual = value > usual_end};
}

/* The more usual of two places; there may be no held-out samples. */
static place find_place_in_both(const double *training, int64_t n_training, const double *held_out,
                                int64_t n_held_out, double value) {
    place found = find_place(training, n_training, value);
    if (n_held_out > 0) {
        place other = find_place(held_out, n_held_out, value);
        found.percentile = fmin(found.percentile, other.percentile);
        found.is_unusual = found.is_unusual && other.is_unusual;
    }
    return found;
}

void om_ood_judge(om_ood_verdict *verdict, const om_ood *ood, const double *linear) {
    const om_ood_distances *training = &ood->training, *held_out = &ood->held_out;
    int64_t k = ood->n_components;
    double residual = om_ood_residual(linear, k, linear[k]);
    double mahalanobis = om_ood_mahalanobis(linear, ood->variance, k);
    place outside = find_place_in_both(training->residual, training->n, held_out->residual,
                                       held_out->n, residual);
    place inside = find_place_in_both(training->mahalanobis, training->n, held_out->mahalanobis,
                                      held_out->n, mahalanobis);
    *verdict = (om_ood_verdict){.residual = residual,
                                .residual_percentile = outside.percentile,
                                .mahalanobis = mahalanobis,
                                .mahalanobis_percentile = inside.percentile,
                                .is_unlike = outside.is_unusual || inside.is_unusual};
}
