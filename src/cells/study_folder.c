/* Which file of a folder is which. */
#include "cells/study_place.h"
#include "oncomark/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static om_status list_folder(const char *folder, om_strings *names) {
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0) {
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

static bool ends_in(const char *name, const char *end) {
    size_t n = strlen(name);
    size_t m = strlen(end);
    return n >= m && strcasecmp(name + n - m, end) == 0;
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

static om_status refuse_several(const char *folder, const om_strings *found, const char *what) {
    om_text *list = NULL;
    OM_TRY(om_text_create(&list));
    om_status status = om_study_list(list, found);
    if (status == OM_OK) {
        status = om_fail(OM_INPUT, "%s: found several %s (%s), expected one", folder, what,
                         om_text_get(list));
    }
    om_text_destroy(&list);
    return status;
}

/* The only name that begins with `start` and ends in `end` or `end`.gz; *path stays NULL if none.
 */
static om_status find_only(char **path, const char *folder, const om_strings *names,
                           const char *start, const char *end, const char *what) {
    om_strings *found = NULL;
    char *zipped = om_format("%s.gz", end);
    om_status status = zipped == NULL ? OM_MEMORY : om_strings_create(&found);
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(names); i++) {
        const char *name = om_strings_get(names, i);
        if (strncasecmp(name, start, strlen(start)) == 0 &&
            (ends_in(name, end) || ends_in(name, zipped))) {
            status = om_strings_add(found, name);
        }
    }
    if (status == OM_OK && om_strings_count(found) > 1) {
        status = refuse_several(folder, found, what);
    } else if (status == OM_OK && om_strings_count(found) == 1) {
        status = join(path, folder, om_strings_get(found, 0));
    }
    om_free(zipped);
    om_strings_destroy(&found);
    return status;
}

/* Other matrices may lie beside one that has 3CA's name. */
static om_status find_matrix(om_study_place *place, const char *folder, const om_strings *names) {
    OM_TRY(find_only(&place->matrix, folder, names, "Exp_data_", ".mtx", "matrices"));
    if (place->matrix == NULL) {
        OM_TRY(find_only(&place->matrix, folder, names, "", ".mtx", "matrices"));
    }
    if (place->matrix == NULL) {
        return om_fail(OM_INPUT, "%s: found no matrix (*.mtx or *.mtx.gz), expected %s", folder,
                       om_study_formats());
    }
    return OM_OK;
}

/* 10x's own name, else the only file whose name ends so: repositories put their numbers before it.
 */
static om_status find_tenx(char **path, const char *folder, const om_strings *names,
                           const char *name) {
    char *zipped = om_format("%s.gz", name);
    if (zipped == NULL) {
        return OM_MEMORY;
    }
    const char *const wanted[] = {name, zipped, NULL};
    om_status status = find_file(path, folder, names, wanted);
    om_free(zipped);
    OM_TRY(status);
    return *path != NULL ? OM_OK : find_only(path, folder, names, "", name, name);
}

/* Genes.txt is 3CA's; features.tsv or genes.tsv, with barcodes.tsv, is 10x's. */
static om_status find_genes(om_study_place *place, const char *folder, const om_strings *names) {
    static const char *const genes[] = {"Genes.txt", "Genes.txt.gz", NULL};
    place->format = OM_STUDY_3CA;
    OM_TRY(find_file(&place->genes, folder, names, genes));
    if (place->genes != NULL) {
        return OM_OK;
    }
    place->format = OM_STUDY_TENX_FOLDER;
    OM_TRY(find_tenx(&place->genes, folder, names, "features.tsv"));
    if (place->genes == NULL) {
        OM_TRY(find_tenx(&place->genes, folder, names, "genes.tsv"));
    }
    OM_TRY(find_tenx(&place->barcodes, folder, names, "barcodes.tsv"));
    if (place->genes == NULL && place->barcodes == NULL) {
        return om_fail(OM_INPUT,
                       "%s: found no Genes.txt, expected one (or Genes.txt.gz); for a 10x folder, "
                       "features.tsv or genes.tsv, and barcodes.tsv (or .gz)",
                       folder);
    }
    if (place->genes == NULL) {
        return om_fail(OM_INPUT, "%s: found no features.tsv, expected one (or genes.tsv, or .gz)",
                       folder);
    }
    if (place->barcodes == NULL) {
        return om_fail(OM_INPUT, "%s: found no barcodes.tsv, expected one (or barcodes.tsv.gz)",
                       folder);
    }
    return OM_OK;
}

static om_status find_tables(om_study_place *place, const char *folder, const om_strings *names) {
    static const char *const cells[] = {"Cells.csv", "Cells.csv.gz", NULL};
    static const char *const metadata[] = {"Meta-data.csv", "Meta-data.csv.gz", "Samples.csv",
                                           "Samples.csv.gz", NULL};
    if (place->cells == NULL) {
        OM_TRY(find_file(&place->cells, folder, names, cells));
    }
    if (place->cells == NULL && place->format == OM_STUDY_3CA) {
        return om_fail(OM_INPUT,
                       "%s: found no Cells.csv, expected one (or Cells.csv.gz, or the key 'cells' "
                       "with its path)",
                       folder);
    }
    return find_file(&place->metadata, folder, names, metadata);
}

om_status om_study_find_in_folder(om_study_place *place, const char *folder) {
    om_strings *names = NULL;
    OM_TRY(om_strings_create(&names));
    om_status status = list_folder(folder, names);
    if (status == OM_OK) {
        status = find_matrix(place, folder, names);
    }
    if (status == OM_OK) {
        status = find_genes(place, folder, names);
    }
    if (status == OM_OK) {
        status = find_tables(place, folder, names);
    }
    om_strings_destroy(&names);
    return status;
}
