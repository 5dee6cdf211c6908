#include "h5_private.h"

#include <stdio.h>

/* HDF5 stacks its errors from the innermost call, where something went wrong, to the outermost. */
typedef struct error_words {
    char innermost[512];
    char outermost[512];
} error_words;

static herr_t note_error(unsigned depth, const H5E_error2_t *error, void *data) {
    error_words *words = data;
    const char *text = error->desc == NULL ? "" : error->desc;
    if (depth == 0) {
        snprintf(words->innermost, sizeof words->innermost, "%s", text);
    }
    snprintf(words->outermost, sizeof words->outermost, "%s", text);
    return 0;
}

void om_h5_quiet(void) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

om_status om_h5_fail(const om_h5 *file, om_status status, const char *path, const char *tried) {
    error_words words = {"HDF5 gives no reason", ""};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_error, &words);
    if (path[0] == '\0') {
        return om_fail(status, "%s: cannot %s: %s (%s)", file->path, tried, words.outermost,
                       words.innermost);
    }
    return om_fail(status, "%s: object '%s': cannot %s: %s (%s)", file->path, path, tried,
                   words.outermost, words.innermost);
}

const char *om_h5_object(const char *path) {
    return path[0] == '\0' ? "/" : path;
}

void om_h5_release(hid_t id) {
    if (id >= 0) {
        H5Idec_ref(id);
    }
}
