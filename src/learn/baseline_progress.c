#include "baseline_progress.h"

#include "oncomark/atomic_file.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <string.h>
#include <unistd.h>

static const char progress_name[] = ".oncomark/baseline.folds";

/* The first line says of which inputs the rows are. */
static void key_of(const om_text_origin *origin, char key[OM_DIGEST_HEX]) {
    om_digest_text(om_text_get(origin->inputs), (int64_t)om_text_length(origin->inputs), key);
}

static int64_t count_lines(const char *text) {
    int64_t n = 0;
    for (const char *end = strchr(text, '\n'); end != NULL; end = strchr(end + 1, '\n')) {
        n++;
    }
    return n;
}

static om_status take(om_text *csv, int64_t *n_folds, const om_text_origin *origin,
                      const char *content) {
    char key[OM_DIGEST_HEX];
    key_of(origin, key);
    size_t length = strlen(key);
    if (strncmp(content, key, length) != 0 || content[length] != '\n') {
        return OM_OK;
    }
    const char *rows = content + length + 1;
    *n_folds = count_lines(rows) / OM_N_HALLMARKS;
    return om_text_add_n(csv, rows, strlen(rows));
}

om_status om_baseline_progress_read(om_text *csv, int64_t *n_folds, const om_text_origin *origin) {
    char *content = NULL;
    int64_t length = 0;
    char *path = om_workdir_path(origin->workdir, progress_name);
    *n_folds = 0;
    om_status status = path != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && om_file_exists(path)) {
        status = om_file_read_all(path, &content, &length);
        status = status == OM_OK ? take(csv, n_folds, origin, content) : status;
    }
    om_free(content);
    om_free(path);
    return status;
}

static om_status write_file(const om_workdir *workdir, const char *path, const om_text *content) {
    char *temporary = om_workdir_beside(workdir, path);
    if (temporary == NULL) {
        return OM_MEMORY;
    }
    om_status status =
        om_file_fill(temporary, om_text_get(content), (int64_t)om_text_length(content));
    status = status == OM_OK ? om_workdir_replace(workdir, temporary, path) : status;
    if (status != OM_OK) {
        unlink(temporary);
    }
    om_free(temporary);
    return status;
}

om_status om_baseline_progress_keep(const om_text_origin *origin, const om_text *csv,
                                    size_t first) {
    char key[OM_DIGEST_HEX];
    om_text *content = NULL;
    char *path = om_workdir_path(origin->workdir, progress_name);
    key_of(origin, key);
    om_status status = path != NULL ? om_text_create(&content) : OM_MEMORY;
    status =
        status == OM_OK ? om_text_add(content, "%s\n%s", key, om_text_get(csv) + first) : status;
    status = status == OM_OK ? write_file(origin->workdir, path, content) : status;
    om_text_destroy(&content);
    om_free(path);
    return status;
}

om_status om_baseline_progress_remove(const om_workdir *workdir) {
    char *path = om_workdir_path(workdir, progress_name);
    if (path == NULL) {
        return OM_MEMORY;
    }
    unlink(path);
    om_free(path);
    return OM_OK;
}
