/* Simulated 3CA data sets: folders that look like the published ones, with known truth beside them.
 *
 * The generative model (natural logarithms; src/cells/simulate_model.c, _cell.c, _counts.c):
 * - gene g of sample s and cell type c has the log share
 *     base(g) + tissue(g) + study(g) + patient(g) + sample(g) + type(c, g) + marker(c, g)
 *     + patient(h) + type(c, h) for each hallmark h of g;
 *   base ~ N(0, 2.2), of hallmark genes N(2.5, 1.2), of ribosomal and housekeeping genes far above;
 *   all others are normal too: sd tissue 0.3, study (batch) 0.3, patient 0.22, sample 0.12,
 *   type 0.35, patient(h) 0.2, type(c, h) 0.12; a marker has 2.5 more in its cell type;
 * - hallmark programmes are switches: h is on where a latent normal exceeds 0.15. The latent value
 *   is the sum of a factor of the cell, one of its group of hallmarks, one of the patient, one of
 *   the cell type, and noise, so that programmes correlate and their frequency varies by patient;
 * - every cell has a level of each pathway, even in 0.1 .. 1.9, whether or not the programme is on;
 *   a programme that is on adds strength x activity, activity even in 0.6 .. 1.4. The pathway's
 *   genes are multiplied by that sum to the power of their loading, |N(1.3, 0.4)|, which is the
 *   same in all data sets. The strength is set for each tissue and hallmark such that the digital
 *   score of a cell tells its truth with a ROC AUC near 0.78 (simulate_calibrate.c);
 * - counts are negative binomial with size 2.5 around share x library size; library size is
 *   log-normal with mean 5,000 (sd of its log: cell 0.55, sample 0.25, study 0.15), which gives
 *   some 1,500 genes a cell; 13 mitochondrial genes take 2 to 10 % of a good cell's counts;
 * - bad cells that QC must drop: 3 % empty (30 to 150 counts), 4 % dying (30 to 60 %
 *   mitochondrial), 1 % multiplets (above 6,000 genes; only where the pool has 15,000 or more). */
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
    int64_t n_samples; /* tumour samples a data set; 0: one for every 1,000 cells */
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
 * <out>/bulk/<id>.csv (the samples as bulk profiles, genes in rows) and
 * <out>/simulate.json, the mark of a complete simulation. The bytes depend on the options only,
 * not on the number of ranks. A folder that holds the same simulation is left as it is; any other
 * that is not empty is OM_USAGE, as are options that make no sense. Options must match on all
 * ranks. Collective on ctx. */
om_status om_simulate(om_ctx *ctx, const om_simulate_options *options);

#endif
