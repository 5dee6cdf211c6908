/* One simulated cell: what it is (traits) and what was counted. */
#ifndef ONCOMARK_CELLS_SIMULATE_CELL_H
#define ONCOMARK_CELLS_SIMULATE_CELL_H

#include "simulate_model.h"

enum { OM_BARCODE_SIZE = 17 };

typedef enum om_simulate_kind {
    OM_KIND_GOOD,
    OM_KIND_EMPTY,
    OM_KIND_DYING,
    OM_KIND_MULTIPLET
} om_simulate_kind;

/* What all cells of a sample have in common. */
typedef struct om_simulate_biopsy {
    double type_share[OM_N_CELL_TYPES]; /* sums to 1 */
    double type_shift[OM_N_CELL_TYPES][OM_N_HALLMARKS];
    double programme_shift[OM_N_HALLMARKS]; /* of the latent value: patient and source */
    double log_depth;                       /* log of the mean library size */
} om_simulate_biopsy;

typedef struct om_simulate_cell {
    om_simulate_kind kind;
    int type;
    int other_type; /* of a multiplet */
    double depth;   /* library size */
    double mito;    /* share of the counts */
    bool programme[OM_N_HALLMARKS];
    double activity[OM_N_HALLMARKS]; /* of the programme, if on: mean 1 */
    double level[OM_N_HALLMARKS];    /* of the pathway, on or off: mean 1 */
    char barcode[OM_BARCODE_SIZE];
    om_random random; /* goes on with the counts */
} om_simulate_cell;

/* "good", "empty", "dying", "multiplet"; borrowed, static. */
const char *om_simulate_kind_name(om_simulate_kind kind);

om_simulate_biopsy om_simulate_biopsy_draw(uint64_t seed, const om_simulate_study *study,
                                           const om_simulate_sample *sample);

/* Traits of a data set's cell. `n_genes` is the size of the pool: small ones have no multiplets. */
om_simulate_cell om_simulate_cell_draw(uint64_t seed, const om_simulate_study *study,
                                       const om_simulate_biopsy *biopsy, int64_t cell,
                                       int64_t n_genes);

/* Counts of the cell: rows ascending and counts > 0, at most model->n_rows of them. `strengths`
 * [OM_N_HALLMARKS] as of om_simulate_calibrate; `rates` is scratch of n_rows. The model must be set
 * to the cell's sample. Returns how many. */
int64_t om_simulate_cell_count(om_simulate_cell *cell, const om_simulate_model *model,
                               const double *strengths, double *rates, int32_t *rows,
                               int32_t *counts);

#endif
