/* The store of a data set: counts, cells and genes as an AnnData file. */
#ifndef ONCOMARK_CELLS_STORE_WRITE_H
#define ONCOMARK_CELLS_STORE_WRITE_H

#include "cells/study_folder.h"
#include "oncomark/context.h"
#include "oncomark/counts.h"
#include "oncomark/digest.h"
#include "oncomark/job.h"

/* "counts", "tpm" or "log". Borrowed, static. */
const char *om_store_values_name(om_values values);

/* Writes a new file. `study` is needed on the group's root only; `counts` is each rank's part, and
 * n_nonzeros their sum. *digest: of what this rank wrote. Collective on group. */
om_status om_store_write(om_ctx *group, const char *path, const om_data_set *data_set,
                         const om_study *study, const om_counts *counts, int64_t n_nonzeros,
                         om_digest *digest);

#endif
