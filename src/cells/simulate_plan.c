#include "simulate_plan.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

/* Cells of a data set, relative to the others: two breast data sets make 40 % of the demo. */
static const double study_weights[] = {22.0, 20.0, 18.0, 14.0, 14.0, 12.0};
enum { N_WEIGHTS = sizeof study_weights / sizeof study_weights[0] };

/* The patient with two samples (from 0), and how many samples a data set needs for that, and for
 * one that is no tumour. */
enum { CELLS_PER_SAMPLE = 1000, PAIRED_PATIENT = 2, SAMPLES_FOR_PAIR = 5, SAMPLES_FOR_NORMAL = 3 };

/* Sizes of samples relative to the mean: tumours are even between `smallest` and 2 - `smallest`. */
static const double smallest_sample = 0.65;
static const double normal_sample = 0.4;

om_random om_simulate_stream(uint64_t seed, om_purpose purpose, const char *kind, const char *first,
                             const char *second) {
    uint64_t identity = om_hash_string(kind);
    identity = identity * 0x9E3779B97F4A7C15U + om_hash_string(first);
    identity = identity * 0x9E3779B97F4A7C15U + om_hash_string(second);
    return om_random_stream(seed, purpose, identity);
}

/* Cuts `total` into `count` parts, at least 1 each, in proportion to the weights. */
static void apportion(int64_t total, int64_t count, const double *weights, int64_t *parts) {
    double sum = 0.0;
    for (int64_t i = 0; i < count; i++) {
        sum += weights[i];
    }
    double cumulative = 0.0;
    int64_t given = 0;
    for (int64_t i = 0; i < count; i++) {
        cumulative += weights[i];
        int64_t end = (int64_t)llround(cumulative / sum * (double)(total - count)) + i + 1;
        parts[i] = end - given;
        given = end;
    }
}

static om_status check_id(const char *id, om_string_map *seen) {
    const char *split = strchr(id, '_');
    bool inserted = false;
    if (split == NULL || split == id || split[1] == '\0' || strpbrk(id, "/\\\"|,") != NULL ||
        id[0] == '.') {
        return om_fail(OM_USAGE,
                       "simulate: found data set \"%s\", expected <study>_<tissue> without "
                       "slashes, quotes, commas and bars",
                       id);
    }
    for (const char *c = id; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') {
            return om_fail(OM_USAGE, "simulate: a control character in the data set name \"%s\"",
                           id);
        }
    }
    OM_TRY(om_string_map_add(seen, id, 0, &inserted));
    if (!inserted) {
        return om_fail(OM_USAGE, "simulate: data set \"%s\" is given twice", id);
    }
    return OM_OK;
}

/* Appends a sample; `site` is "" for a patient's only one. */
static om_status add_sample(om_simulate_study *study, int64_t patient, const char *site,
                            om_simulate_source source) {
    om_simulate_sample *sample = &study->samples[study->n_samples++];
    sample->source = source;
    sample->patient = om_format("%s_t%" PRId64, study->study, patient);
    if (sample->patient == NULL) {
        return OM_MEMORY;
    }
    sample->name = om_format("%s%s%s", sample->patient, site[0] != '\0' ? "_" : "", site);
    return sample->name != NULL ? OM_OK : OM_MEMORY;
}

/* The samples of a data set: one a patient, but two of one patient, and one that is no tumour.
 * *n_patients is the number of the last patient. */
static om_status add_samples(om_simulate_study *study, int64_t n_tumour, int64_t study_index,
                             int64_t *n_patients) {
    static const char *const second_sites[] = {"Edge", "PBMC", "Metastasis"};
    const char *second = study->is_blood ? "D14" : second_sites[study_index % 3];
    om_simulate_source source = strcmp(second, "PBMC") == 0 ? OM_SOURCE_BLOOD : OM_SOURCE_TUMOUR;
    int64_t first = *n_patients + 1;
    for (int64_t patient = first; study->n_samples < n_tumour; patient++) {
        *n_patients = patient;
        if (patient == first + PAIRED_PATIENT && n_tumour >= SAMPLES_FOR_PAIR) {
            OM_TRY(add_sample(study, patient, study->is_blood ? "D0" : "Center", OM_SOURCE_TUMOUR));
            OM_TRY(add_sample(study, patient, second, source));
        } else {
            OM_TRY(add_sample(study, patient, "", OM_SOURCE_TUMOUR));
        }
    }
    if (n_tumour >= SAMPLES_FOR_NORMAL) {
        *n_patients += study->is_blood ? 1 : 0;
        return study->is_blood ? add_sample(study, *n_patients, "Healthy", OM_SOURCE_NORMAL)
                               : add_sample(study, first, "Normal", OM_SOURCE_NORMAL);
    }
    return OM_OK;
}

static om_status size_samples(om_simulate_study *study, uint64_t seed) {
    double *weights = om_calloc(study->n_samples, sizeof *weights);
    int64_t *parts = om_calloc(study->n_samples, sizeof *parts);
    om_status status = weights != NULL && parts != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        om_random random =
            om_simulate_stream(seed, OM_PURPOSE_SIMULATE_STUDY, "sizes", study->id, "");
        for (int64_t i = 0; i < study->n_samples; i++) {
            double size =
                smallest_sample + (2.0 - 2.0 * smallest_sample) * om_random_uniform(&random);
            weights[i] = study->samples[i].source == OM_SOURCE_NORMAL ? normal_sample : size;
        }
        apportion(study->n_cells, study->n_samples, weights, parts);
        int64_t first = 0;
        for (int64_t i = 0; i < study->n_samples; i++) {
            study->samples[i].first_cell = first;
            study->samples[i].n_cells = parts[i];
            first += parts[i];
        }
    }
    om_free(weights);
    om_free(parts);
    return status;
}

static om_status name_study(om_simulate_study *study, const char *id) {
    const char *split = strchr(id, '_');
    study->id = om_strdup(id);
    study->study = om_format("%.*s", (int)(split - id), id);
    study->tissue = om_strdup(split + 1);
    if (study->id == NULL || study->study == NULL || study->tissue == NULL) {
        return OM_MEMORY;
    }
    study->is_blood = strcasecmp(study->tissue, "Hematologic") == 0;
    return OM_OK;
}

static om_status fill_study(om_simulate_plan *plan, int64_t index,
                            const om_simulate_options *options) {
    om_simulate_study *study = &plan->studies[index];
    OM_TRY(name_study(study, om_strings_get(options->studies, index)));
    study->gzip =
        options->gzip == OM_SIMULATE_GZIP || (options->gzip == OM_SIMULATE_MIXED && index % 2 == 1);
    study->samples_csv = index % N_WEIGHTS == 4;
    study->legacy_symbols = index % N_WEIGHTS == 2;
    int64_t n_tumour = options->n_samples;
    if (n_tumour == 0) {
        n_tumour = study->n_cells / CELLS_PER_SAMPLE;
        n_tumour = n_tumour < 1 ? 1 : n_tumour;
    }
    if (study->n_cells < n_tumour + 1) {
        return om_fail(OM_USAGE,
                       "simulate: found %" PRId64 " cells for the %" PRId64
                       " samples of %s, expected more cells than samples",
                       study->n_cells, n_tumour, study->id);
    }
    study->samples = om_calloc(n_tumour + 1, sizeof *study->samples);
    if (study->samples == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < index; i++) {
        if (strcmp(plan->studies[i].study, study->study) == 0) {
            study->n_patients = plan->studies[i].n_patients;
        }
    }
    OM_TRY(add_samples(study, n_tumour, index, &study->n_patients));
    return size_samples(study, options->seed);
}

static om_status fill_plan(om_simulate_plan *plan, const om_simulate_options *options,
                           om_string_map *seen, double *weights, int64_t *cells) {
    for (int64_t i = 0; i < plan->n_studies; i++) {
        OM_TRY(check_id(om_strings_get(options->studies, i), seen));
        weights[i] = study_weights[i % N_WEIGHTS];
    }
    if (options->n_cells < plan->n_studies) {
        return om_fail(OM_USAGE,
                       "simulate: found %" PRId64 " cells for %" PRId64
                       " data sets, expected at least one each",
                       options->n_cells, plan->n_studies);
    }
    apportion(options->n_cells, plan->n_studies, weights, cells);
    for (int64_t i = 0; i < plan->n_studies; i++) {
        plan->studies[i].n_cells = cells[i];
        OM_TRY(fill_study(plan, i, options));
    }
    return OM_OK;
}

om_status om_simulate_plan_create(om_simulate_plan **out, const om_simulate_options *options) {
    int64_t n_studies = om_strings_count(options->studies);
    om_string_map *seen = NULL;
    double *weights = om_calloc(n_studies, sizeof *weights);
    int64_t *cells = om_calloc(n_studies, sizeof *cells);
    om_simulate_plan *plan = om_calloc(1, sizeof *plan);
    *out = plan;
    om_status status = OM_MEMORY;
    if (weights == NULL || cells == NULL || plan == NULL) {
        goto done;
    }
    plan->seed = options->seed;
    plan->studies = om_calloc(n_studies, sizeof *plan->studies);
    if (plan->studies == NULL) {
        goto done;
    }
    plan->n_studies = n_studies;
    status = om_string_map_create(&seen);
    if (status == OM_OK) {
        status = fill_plan(plan, options, seen, weights, cells);
    }
done:
    om_string_map_destroy(&seen);
    om_free(weights);
    om_free(cells);
    if (status != OM_OK) {
        om_simulate_plan_destroy(out);
    }
    return status;
}

static void free_study(om_simulate_study *study) {
    for (int64_t i = 0; i < study->n_samples; i++) {
        om_free(study->samples[i].name);
        om_free(study->samples[i].patient);
    }
    om_free(study->samples);
    om_free(study->id);
    om_free(study->study);
    om_free(study->tissue);
}

void om_simulate_plan_destroy(om_simulate_plan **plan) {
    if (*plan == NULL) {
        return;
    }
    for (int64_t i = 0; i < (*plan)->n_studies; i++) {
        free_study(&(*plan)->studies[i]);
    }
    om_free((*plan)->studies);
    om_free(*plan);
    *plan = NULL;
}

int64_t om_simulate_plan_cells(const om_simulate_plan *plan) {
    int64_t cells = 0;
    for (int64_t i = 0; i < plan->n_studies; i++) {
        cells += plan->studies[i].n_cells;
    }
    return cells;
}

int64_t om_simulate_plan_sample(const om_simulate_study *study, int64_t cell) {
    int64_t low = 0;
    int64_t high = study->n_samples - 1;
    while (low < high) {
        int64_t middle = (low + high + 1) / 2;
        if (study->samples[middle].first_cell <= cell) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}
