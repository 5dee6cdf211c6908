/* The size of one data set. */
#ifndef ONCOMARK_CELLS_DATA_SIZE_H
#define ONCOMARK_CELLS_DATA_SIZE_H

#include "cells/study.h"
#include "oncomark/cells_state.h"

/* Fills sizes and layout from the headers of the input. Local. */
om_status om_data_size_read(om_data_size *size, const om_study_place *place,
                            const om_data_set *data_set);

/* Replaces the sizes by those of the store at `path`. Local. */
om_status om_data_size_read_store(om_data_size *size, const char *path);

#endif
