/* The table that `predict` writes. */
#ifndef ONCOMARK_CLI_PREDICT_TABLE_H
#define ONCOMARK_CLI_PREDICT_TABLE_H

#include "oncomark/ood.h"
#include "oncomark/predict.h"

/* with_file: a first column names the file; with_ood: columns tell of distances from the training
 * data. */
om_status om_predict_table_header(om_text *csv, bool with_file, bool with_ood);

/* A row for each profile. file: NULL without that column. ood: NULL without distances, else
 * *n_unlike is how many profiles are unlike the training data. */
om_status om_predict_table_rows(om_text *csv, const om_predictions *predictions, const char *file,
                                const om_ood *ood, int64_t *n_unlike);

#endif
