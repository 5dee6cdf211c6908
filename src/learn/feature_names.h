/* Names of the genes that are features. */
#ifndef ONCOMARK_LEARN_FEATURE_NAMES_H
#define ONCOMARK_LEARN_FEATURE_NAMES_H

#include "feature_matrix.h"

/* Reads them from synthetic.h5ad at `path`; owned by the caller, NULL on failure. Local. */
om_status om_feature_names_read(om_strings **names, const char *path,
                                const om_feature_matrix *matrix);

#endif
