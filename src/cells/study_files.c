/* Which file of a 3CA folder is which. */
#include "cells/study_folder.h"
#include "oncomark/memory.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static om_status list_folder(const char *folder, om_strings *names) {
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0) {
        if (errno == ENOENT) {
            return om_fail(OM_INPUT, "%s: found no such folder", folder);
        }
        if (errno == ENOTDIR) {
            return om_fail(OM_INPUT,
                           "%s: found a file, expected a folder in 3CA layout (Exp_data_*.mtx, "
                           "Genes.txt, Cells.csv, Meta-data.csv)",
                           folder);
        }
        return om_fail(OM_INPUT, "%s: cannot be read: %s", folder, strerror(errno));
    }
    om_status status = OM_OK;
    for (int i = 0; i < n; i++) {
        if (status == OM_OK) {
            status = om_strings_add(names, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

static om_status join(char **path, const char *folder, const char *name) {
    size_t n = strlen(folder);
    *path = om_format("%s%s%s", folder, n > 0 && folder[n - 1] == '/' ? "" : "/", name);
    return *path == NULL ? OM_MEMORY : OM_OK;
}

/* The first of `wanted` (NULL-terminated) that is there, case ignored; *path stays NULL if none. */
static om_status find_file(char **path, const char *folder, const om_strings *names,
                           const char *const *wanted) {
    for (; *wanted != NULL; wanted++) {
        for (int64_t i = 0; i < om_strings_count(names); i++) {
            if (strcasecmp(om_strings_get(names, i), *wanted) == 0) {
                return join(path, folder, om_strings_get(names, i));
            }
        }
    }
    return OM_OK;
}

static om_status require_file(char **path, const char *folder, const om_strings *names,
                              const char *const *wanted) {
    OM_TRY(find_file(path, folder, names, wanted));
    if (*path == NULL) {
        return om_fail(OM_INPUT, "%s: found no %s, expected one (or %s)", folder, wanted[0],
                       wanted[1]);
    }
    return OM_OK;
}

static bool ends_in(const char *name, const char *end) {
    size_t n = strlen(name);
    size_t m = strlen(end);
    return n >= m && strcasecmp(name + n - m, end) == 0;
}

static bool is_matrix(const char *name, const char *start) {
    return strncasecmp(name, start, strlen(start)) == 0 &&
           (ends_in(name, ".mtx") || ends_in(name, ".mtx.gz"));
}

static om_status refuse_several(const char *folder, const om_strings *names, const char *start) {
    om_text *list = NULL;
    OM_TRY(om_text_create(&list));
    om_status status = OM_OK;
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(names); i++) {
        if (is_matrix(om_strings_get(names, i), start)) {
            status = om_text_add(list, "%s%s", om_text_length(list) > 0 ? ", " : "",
                                 om_strings_get(names, i));
        }
    }
    if (status == OM_OK) {
        status = om_fail(OM_INPUT, "%s: found several matrices (%s), expected one", folder,
                         om_text_get(list));
    }
    om_text_destroy(&list);
    return status;
}

/* Other matrices may lie beside one that has 3CA's name. */
static om_status find_matrix(char **path, const char *folder, const om_strings *names) {
    const char *const starts[] = {"Exp_data_", ""};
    for (int pass = 0; pass < 2; pass++) {
        int64_t n_found = 0;
        int64_t found = -1;
        for (int64_t i = 0; i < om_strings_count(names); i++) {
            if (is_matrix(om_strings_get(names, i), starts[pass])) {
                n_found++;
                found = i;
            }
        }
        if (n_found > 1) {
            return refuse_several(folder, names, starts[pass]);
        }
        if (n_found == 1) {
            return join(path, folder, om_strings_get(names, found));
        }
    }
    return om_fail(OM_INPUT,
                   "%s: found no matrix, expected Exp_data_UMIcounts.mtx or Exp_data_TPM.mtx (or "
                   ".mtx.gz)",
                   folder);
}

static om_status find_all(om_study_files *files, const char *folder, const om_strings *names) {
    static const char *const genes[] = {"Genes.txt", "Genes.txt.gz", NULL};
    static const char *const cells[] = {"Cells.csv", "Cells.csv.gz", NULL};
    static const char *const metadata[] = {"Meta-data.csv", "Meta-data.csv.gz", "Samples.csv",
                                           "Samples.csv.gz", NULL};
    OM_TRY(find_matrix(&files->matrix, folder, names));
    OM_TRY(require_file(&files->genes, folder, names, genes));
    OM_TRY(require_file(&files->cells, folder, names, cells));
    return find_file(&files->metadata, folder, names, metadata);
}

om_status om_study_files_find(om_study_files **out, const char *folder) {
    *out = NULL;
    om_strings *names = NULL;
    om_study_files *files = om_calloc(1, sizeof *files);
    if (files == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_strings_create(&names);
    if (status == OM_OK) {
        status = list_folder(folder, names);
    }
    if (status == OM_OK) {
        status = find_all(files, folder, names);
    }
    om_strings_destroy(&names);
    if (status != OM_OK) {
        om_study_files_destroy(&files);
        return status;
    }
    *out = files;
    return OM_OK;
}

void om_study_files_destroy(om_study_files **files) {
    if (files == NULL || *files == NULL) {
        return;
    }
    om_free((*files)->matrix);
    om_free((*files)->genes);
    om_free((*files)->cells);
    om_free((*files)->metadata);
    om_free(*files);
    *files = NULL;
}

static om_status describe(om_text *text, const char *name, const char *path) {
    if (path == NULL) {
        return om_text_add(text, "%s: none\n", name);
    }
    struct stat status;
    if (stat(path, &status) != 0) {
        return om_fail(OM_INPUT, "%s: cannot be looked up: %s", path, strerror(errno));
    }
    return om_text_add(text, "%s: %s, %" PRId64 " bytes, modified %" PRId64 ".%09ld\n", name, path,
                       (int64_t)status.st_size, (int64_t)status.st_mtim.tv_sec,
                       status.st_mtim.tv_nsec);
}

om_status om_study_files_describe(const om_study_files *files, om_text *text) {
    OM_TRY(describe(text, "matrix", files->matrix));
    OM_TRY(describe(text, "genes", files->genes));
    OM_TRY(describe(text, "cells", files->cells));
    return describe(text, "metadata", files->metadata);
}
