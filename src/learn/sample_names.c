#include "sample_names.h"

#include "oncomark/h5ad.h"

#include <inttypes.h>

om_status om_sample_names_read(om_strings **names, const char *path, int64_t n_samples) {
    om_h5 *file = NULL;
    *names = NULL;
    om_status status = om_h5_open(&file, path);
    status = status == OM_OK ? om_h5ad_read_index(file, "obs", names) : status;
    if (status == OM_OK && om_strings_count(*names) != n_samples) {
        status =
            om_fail(OM_INPUT,
                    "%s: obs: found %" PRId64 " names, expected %" PRId64 ", one for each row of X",
                    path, om_strings_count(*names), n_samples);
        om_strings_destroy(names);
    }
    om_h5_close(&file);
    return status;
}
