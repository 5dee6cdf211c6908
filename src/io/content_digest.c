#include "oncomark/content_digest.h"

#include "oncomark/h5.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <string.h>

static bool is_hdf5(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot != NULL && (strcmp(dot, ".h5") == 0 || strcmp(dot, ".h5ad") == 0);
}

om_status om_content_digest(const char *path, char hex[OM_DIGEST_HEX]) {
    if (is_hdf5(path)) {
        om_digest digest = {0};
        OM_TRY(om_h5_digest_file(path, &digest));
        om_digest_hex(&digest, hex);
        return OM_OK;
    }
    char *bytes = NULL;
    int64_t length = 0;
    OM_TRY(om_file_read_all(path, &bytes, &length));
    om_digest_text(bytes, length, hex);
    om_free(bytes);
    return OM_OK;
}
