/* The small files of a simulated data set, written by one rank. */
#ifndef ONCOMARK_CELLS_SIMULATE_FILES_H
#define ONCOMARK_CELLS_SIMULATE_FILES_H

#include "simulate_model.h"

/* Genes.txt, Cells.csv and Meta-data.csv (or Samples.csv) in `folder`, which exists. Local. */
om_status om_simulate_files_write(const om_simulate_model *model, const char *folder);

/* The truth of each cell as CSV. Local. */
om_status om_simulate_files_write_truth(const om_simulate_model *model, const char *path);

/* The samples as bulk profiles: `bulk` [samples x rows] as CSV, genes in rows. Local. */
om_status om_simulate_files_write_bulk(const om_simulate_model *model, const int64_t *bulk,
                                       const char *path);

#endif
