/* Simulated 3CA data sets: folders that look like the published ones, with known truth beside them.
 *
 * The generative model (natural logarithms; src/cells/simulate_model.c and simulate_cell.c):
 * - gene g of sample s and cell type c has the log share
 *     base(g) + tissue(g) + study(g) + patient(g) + sample(g) + type(c, g) + marker(c, g)
 *     + sum over the hallmarks h of g: patient(h) + type(c, h)
 *   base ~ N(0, 2.2), hallmark genes N(1.6, 1.5), ribosomal and housekeeping genes far above;
 *   tissue sd 0.3, study (batch) 0.35, patient 0.4, sample 0.12, type 0.35, a hallmark's genes
 *   together 0.15 (patient) and 0.12 (type);
 * - hallmark programmes are switches: h is on where a latent normal exceeds 0.45; the latent
 *   value is a factor of the whole cell, one of its group of hallmarks, one of the patient, one of
 *   the cell type, and noise, so that programmes correlate and their share varies by patient;
 *   an active programme multiplies its genes by exp(effect x activity x loading), activity
 *   uniform in 0.6 .. 1.4, loading |N(1, 0.4)|, the same in all data sets. Sets share genes;
 * - counts are negative binomial with size 2.5 around share x library size; library size is
 *   log-normal with mean 5,000 (sd of the log 0.45 cell, 0.3 sample, 0.15 study): some 1,500
 *   genes a cell, sd 700; 13 mitochondrial genes take 2 to 10 % of a good cell's counts;
 * - bad cells that QC must drop: 3 % empty (30 to 150 counts), 4 % dying (25 to 60 %
 *   mitochondrial), 1 % multiplets (more than 6,000 genes; only with 15,000 genes or more). */
#ifndef ONCOMARK_SIMULATE_H
#define ONCOMARK_SIMULATE_H

#include "oncomark/context.h"
#include "oncomark/strings.h"

#include <stdint.h>

/* Which data sets have their matrix as .mtx.gz: none, every second one, all. */
typedef enum om_simulate_gzip {
    OM_SIMULATE_PLAIN,
    OM_SIMULATE_MIXED,
    OM_SIMULATE_GZIP
} om_simulate_gzip;

typedef struct om_simulate_options {
    const char *out;           /* folder to make */
    const char *gene_sets;     /* file of the ten sets */
    const om_strings *studies; /* ids <study>_<tissue>, each gives a folder Data_<id> */
    uint64_t seed;
    int64_t n_cells;   /* of all data sets together */
    int64_t n_samples; /* tumour samples a data set; 0: one for every 800 cells */
    int64_t n_genes;   /* symbols in the pool; a data set leaves about 1 % of them out */
    double effect;     /* multiplies the strength of every programme; 0: none */
    om_simulate_gzip gzip;
} om_simulate_options;

/* Seed 42, 30,000 cells, 20,000 genes, effect 1, mixed; no paths, no studies. */
om_simulate_options om_simulate_defaults(void);

/* Appends the first `count` ids of the default corpus: six as in the demo, then more of the same
 * kind over 14 tissues. Local. */
om_status om_simulate_default_studies(om_strings *studies, int64_t count);

/* Writes <out>/Data_<id>/ {Exp_data_UMIcounts.mtx[.gz], Genes.txt, Cells.csv, Meta-data.csv or
 * Samples.csv}, <out>/truth/<id>.csv (cell, cell_type, bad, kind and a 0/1 column a hallmark) and
 * <out>/simulate.json, the mark of a complete simulation. The bytes depend on the options only,
 * not on the number of ranks. A folder that holds the same simulation is left as it is; any other
 * that is not empty is OM_USAGE, as are options that make no sense. Options must match on all
 * ranks. Collective on ctx. */
om_status om_simulate(om_ctx *ctx, const om_simulate_options *options);

#endif
