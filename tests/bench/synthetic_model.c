#include "synthetic_model.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

/* Sums of some 200 cells: with these a row has 600 different values, and one gene in 20 is not
 * seen, about as in real ones. */
static const double median_count = 8.0;
static const double spread_of_genes = 1.9;
static const double least_mean = 0.25; /* varies far more than a gene that is hardly seen */
static const double hardly = 0.001;
static const double spread_of_noise = 0.5;
static const double spread_of_depth = 0.4;

/* How a hallmark shows: in so many genes, each by this factor up or down. */
enum { MARKERS = 80, ALL_MARKERS = MARKERS * OM_N_HALLMARKS, GROUPS = 2 * OM_N_HALLMARKS };
static const double effect = 1.4;

enum { GENES_STREAM, NOISE_STREAM, FIRST_ROW_STREAM };

static om_random stream_of(const synthetic_model *model, uint64_t identity) {
    return om_random_stream(model->size.seed, OM_PURPOSE_TEST, identity);
}

static void fill_noise(synthetic_model *model) {
    om_random random = stream_of(model, NOISE_STREAM);
    for (int i = 0; i < SYNTHETIC_NOISE; i++) {
        model->noise[i] = (float)exp(spread_of_noise * om_random_normal(&random));
    }
}

/* Genes of all kinds stand among each other: their places are shuffled. */
static om_status fill_genes(synthetic_model *model) {
    const synthetic_size *size = &model->size;
    int64_t *places = om_malloc(size->n_genes, sizeof *places);
    if (places == NULL) {
        return OM_MEMORY;
    }
    om_random random = stream_of(model, GENES_STREAM);
    for (int64_t i = 0; i < size->n_genes; i++) {
        places[i] = i;
    }
    om_random_shuffle(&random, places, size->n_genes);
    for (int64_t i = 0; i < size->n_genes; i++) {
        double mean = median_count * exp(spread_of_genes * om_random_normal(&random));
        mean = mean < least_mean ? least_mean : mean;
        int64_t beyond = i - size->n_features;
        bool in_positive = beyond < size->n_one_sided;
        bool in_negative = beyond < 0 || (!in_positive && beyond < 2 * size->n_one_sided);
        int64_t gene = places[i];
        model->mean[1][gene] = (float)(in_positive ? mean : hardly);
        model->mean[0][gene] = (float)(in_negative ? mean : hardly);
        model->marker[gene] = (int8_t)(i < ALL_MARKERS ? i % OM_N_HALLMARKS : -1);
    }
    om_free(places);
    return OM_OK;
}

static om_status check(const synthetic_size *size) {
    int64_t least = size->n_features + 2 * size->n_one_sided;
    if (size->n_features < ALL_MARKERS || size->n_one_sided < 0 || size->n_genes < least) {
        return om_fail(OM_USAGE,
                       "found %" PRId64 " features of %" PRId64 " genes, expected %d or more, at "
                       "most features.most_variable, and %" PRId64 " genes or more",
                       size->n_features, size->n_genes, ALL_MARKERS, least);
    }
    int64_t groups = size->n_patients * GROUPS;
    if (size->n_samples < groups || size->n_patients < size->n_data_sets) {
        return om_fail(OM_USAGE, "found %" PRId64 " samples, expected %" PRId64 " or more",
                       size->n_samples, groups);
    }
    return OM_OK;
}

om_status synthetic_model_create(synthetic_model **out, const synthetic_size *size) {
    *out = NULL;
    OM_TRY(check(size));
    synthetic_model *model = om_calloc(1, sizeof *model);
    *out = model;
    if (model == NULL) {
        return OM_MEMORY;
    }
    model->size = *size;
    model->mean[0] = om_malloc(size->n_genes, sizeof *model->mean[0]);
    model->mean[1] = om_malloc(size->n_genes, sizeof *model->mean[1]);
    model->marker = om_malloc(size->n_genes, sizeof *model->marker);
    model->noise = om_malloc(SYNTHETIC_NOISE, sizeof *model->noise);
    if (model->mean[0] == NULL || model->mean[1] == NULL || model->marker == NULL ||
        model->noise == NULL) {
        return OM_MEMORY;
    }
    fill_noise(model);
    return fill_genes(model);
}

void synthetic_model_destroy(synthetic_model **model) {
    if (*model == NULL) {
        return;
    }
    om_free((*model)->mean[0]);
    om_free((*model)->mean[1]);
    om_free((*model)->marker);
    om_free((*model)->noise);
    om_free(*model);
    *model = NULL;
}

int64_t synthetic_groups(const synthetic_model *model) {
    return model->size.n_patients * GROUPS;
}

void synthetic_group(const synthetic_model *model, int64_t group, synthetic_identity *identity,
                     int64_t *first, int64_t *blocks) {
    const synthetic_size *size = &model->size;
    int64_t n_groups = synthetic_groups(model);
    int64_t patient = group / GROUPS;
    *identity = (synthetic_identity){.data_set = patient * size->n_data_sets / size->n_patients,
                                     .patient = patient,
                                     .hallmark = (int)(group / 2 % OM_N_HALLMARKS),
                                     .label = group % 2 == 0};
    *first = size->n_samples * group / n_groups;
    *blocks = size->n_samples * (group + 1) / n_groups - *first;
}

int64_t synthetic_row(const synthetic_model *model, int64_t row, const synthetic_identity *identity,
                      int32_t *indices, uint32_t *values) {
    const float *mean = model->mean[identity->label];
    om_random random = stream_of(model, FIRST_ROW_STREAM + (uint64_t)row);
    float depth = (float)exp(spread_of_depth * om_random_normal(&random));
    float change = (float)(identity->label == 1 ? effect : 1 / effect);
    int64_t n = 0;
    for (int64_t gene = 0; gene < model->size.n_genes; gene++) {
        uint32_t draw = om_random_u32(&random);
        float expected = mean[gene] * depth * model->noise[draw % SYNTHETIC_NOISE];
        expected *= model->marker[gene] == identity->hallmark ? change : 1.0F;
        /* The fraction is a chance, decided by the bits that the noise leaves. */
        uint32_t count = (uint32_t)(expected + (float)(draw >> 12) * 0x1p-20F);
        indices[n] = (int32_t)gene;
        values[n] = count;
        n += count > 0;
    }
    return n;
}
