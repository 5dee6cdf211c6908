/* Names of the synthetic samples. */
#ifndef ONCOMARK_LEARN_SAMPLE_NAMES_H
#define ONCOMARK_LEARN_SAMPLE_NAMES_H

#include "oncomark/strings.h"

/* Reads the names of all samples of synthetic.h5ad at `path`. OM_INPUT unless they are n_samples.
 * Local. */
om_status om_sample_names_read(om_strings **names, const char *path, int64_t n_samples);

#endif
