/* The store of a data set, as an AnnData file: all but the counts. */
#ifndef ONCOMARK_CELLS_STORE_WRITE_H
#define ONCOMARK_CELLS_STORE_WRITE_H

#include "cells/study.h"
#include "oncomark/csr_writer.h"

/* "counts", "tpm" or "log". Borrowed, static. */
const char *om_store_values_name(om_values values);

/* Makes the file with names, cells' and genes' tables and the space for the counts. *digest: of
 * what was written. Serial, on one rank. */
om_status om_store_create(const char *path, const om_data_set *data_set, const om_study *study,
                          const om_csr_layout *layout, om_digest *digest);

#endif
