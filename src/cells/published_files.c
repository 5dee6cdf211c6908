#include "published_files.h"

#include "oncomark/file_stamp.h"
#include "oncomark/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const label_names[2] = {"neg", "pos"};

/* "X.csv", "X.csv.gz" -> length of "X"; 0 for other files, and for hidden ones. */
static size_t stem_length(const char *name) {
    static const char *const suffixes[] = {".csv", ".tsv", ".txt"};
    size_t length = strlen(name);
    if (length > 3 && strcasecmp(name + length - 3, ".gz") == 0) {
        length -= 3;
    }
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0] && name[0] != '.'; i++) {
        size_t n = strlen(suffixes[i]);
        if (length > n && strncasecmp(name + length - n, suffixes[i], n) == 0) {
            return length - n;
        }
    }
    return 0;
}

/* How well a file's name fits: 2 the published name, 1 any of its kind, 0 not at all. */
static int fits(const char *name, const char *kind, const char *label) {
    char stem[256];
    char published[64];
    size_t length = stem_length(name);
    if (length == 0 || length >= sizeof stem) {
        return 0;
    }
    memcpy(stem, name, length);
    stem[length] = '\0';
    snprintf(published, sizeof published, "%s_%s_sep_hallmark", kind, label);
    if (strcasecmp(stem, published) == 0) {
        return 2;
    }
    const char *found = strcasestr(stem, "meta") != NULL   ? "meta"
                        : strcasestr(stem, "data") != NULL ? "data"
                                                           : "";
    bool has_label = strcasestr(stem, label) != NULL;
    bool has_other = strcasestr(stem, label[0] == 'p' ? "neg" : "pos") != NULL;
    return strcmp(found, kind) == 0 && has_label && !has_other ? 1 : 0;
}

static om_status find(char **path, const char *folder, const om_strings *names, const char *kind,
                      int label) {
    const char *best = NULL;
    const char *second = NULL;
    int best_fit = 0;
    for (int64_t i = 0; i < om_strings_count(names); i++) {
        const char *name = om_strings_get(names, i);
        int fit = fits(name, kind, label_names[label]);
        if (fit > best_fit) {
            best_fit = fit;
            best = name;
            second = NULL;
        } else if (fit > 0 && fit == best_fit) {
            second = name;
        }
    }
    if (best == NULL) {
        return om_fail(OM_INPUT,
                       "%s: found no table of the %s samples' %s, expected %s_%s_sep_hallmark.csv, "
                       "or another .csv or .tsv (maybe .gz) with '%s' and '%s' in its name",
                       folder, label == 1 ? "positive" : "negative",
                       strcmp(kind, "data") == 0 ? "expression" : "hallmarks", kind,
                       label_names[label], kind, label_names[label]);
    }
    if (second != NULL) {
        return om_fail(OM_INPUT,
                       "%s: found '%s' and '%s', expected one such file: rename or move the other",
                       folder, best, second);
    }
    *path = om_format("%s/%s", folder, best);
    return *path != NULL ? OM_OK : OM_MEMORY;
}

static om_status list_folder(om_strings *names, const char *folder) {
    DIR *stream = opendir(folder);
    if (stream == NULL) {
        return om_fail(OM_INPUT, "%s: found no such folder of published tables: %s", folder,
                       strerror(errno));
    }
    om_status status = OM_OK;
    errno = 0;
    for (struct dirent *entry = readdir(stream); entry != NULL && status == OM_OK;
         entry = readdir(stream)) {
        status = om_strings_add(names, entry->d_name);
        errno = 0;
    }
    if (status == OM_OK && errno != 0) {
        status = om_fail(OM_SYSTEM, "%s: cannot be listed: %s", folder, strerror(errno));
    }
    closedir(stream);
    return status;
}

om_status om_published_files_find(om_published_files **out, const char *folder) {
    om_published_files *files = om_calloc(1, sizeof *files);
    om_strings *names = NULL;
    *out = files;
    om_status status = files != NULL ? om_strings_create(&names) : OM_MEMORY;
    if (status == OM_OK) {
        status = list_folder(names, folder);
    }
    for (int label = 1; label >= 0 && status == OM_OK; label--) {
        status = find(&files->data[label], folder, names, "data", label);
        if (status == OM_OK) {
            status = find(&files->meta[label], folder, names, "meta", label);
        }
    }
    om_strings_destroy(&names);
    if (status != OM_OK) {
        om_published_files_destroy(out);
    }
    return status;
}

void om_published_files_destroy(om_published_files **files) {
    if (*files == NULL) {
        return;
    }
    for (int label = 0; label < 2; label++) {
        om_free((*files)->data[label]);
        om_free((*files)->meta[label]);
    }
    om_free(*files);
    *files = NULL;
}

static om_status describe(om_text *text, const char *kind, int label, const char *path) {
    char name[16];
    snprintf(name, sizeof name, "%s_%s", kind, label_names[label]);
    return om_file_stamp(text, name, path);
}

om_status om_published_files_describe(const om_published_files *files, om_text *text) {
    for (int label = 1; label >= 0; label--) {
        OM_TRY(describe(text, "data", label, files->data[label]));
        OM_TRY(describe(text, "meta", label, files->meta[label]));
    }
    return OM_OK;
}
