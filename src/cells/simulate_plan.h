/* What a simulation holds: data sets, patients, samples and their numbers of cells. */
#ifndef ONCOMARK_CELLS_SIMULATE_PLAN_H
#define ONCOMARK_CELLS_SIMULATE_PLAN_H

#include "oncomark/random.h"
#include "oncomark/simulate.h"

#include <stdbool.h>

typedef enum om_simulate_source {
    OM_SOURCE_TUMOUR,
    OM_SOURCE_BLOOD, /* a blood sample of a tumour's patient */
    OM_SOURCE_NORMAL /* tissue that is no tumour */
} om_simulate_source;

/* One biopsy. Strings owned. */
typedef struct om_simulate_sample {
    char *name;
    char *patient;
    om_simulate_source source;
    int64_t first_cell;
    int64_t n_cells;
} om_simulate_sample;

/* One data set. Strings owned. */
typedef struct om_simulate_study {
    char *id;
    char *study;
    char *tissue;
    bool is_blood;       /* cell types of blood and marrow */
    bool gzip;           /* Exp_data_UMIcounts.mtx.gz */
    bool samples_csv;    /* Samples.csv in place of Meta-data.csv */
    bool legacy_symbols; /* some genes by their former symbols */
    int64_t n_cells;
    int64_t n_patients; /* number of the last one; data sets of one study go on counting */
    int64_t n_samples;
    om_simulate_sample *samples;
} om_simulate_study;

typedef struct om_simulate_plan {
    uint64_t seed;
    int64_t n_studies;
    om_simulate_study *studies;
} om_simulate_plan;

/* OM_USAGE: an id that is not <study>_<tissue> or stands twice, or fewer cells than samples. Local;
 * the same on all ranks. */
om_status om_simulate_plan_create(om_simulate_plan **out, const om_simulate_options *options);
void om_simulate_plan_destroy(om_simulate_plan **plan);

int64_t om_simulate_plan_cells(const om_simulate_plan *plan);

/* Index of the sample of a data set's cell. */
int64_t om_simulate_plan_sample(const om_simulate_study *study, int64_t cell);

/* A stream named by its purpose and up to three texts ("" for none). */
om_random om_simulate_stream(uint64_t seed, om_purpose purpose, const char *kind, const char *first,
                             const char *second);

#endif
