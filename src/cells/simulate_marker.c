#include "simulate_marker.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A change of the generative model must change this number: folders of older ones are not the same
 * simulation. */
enum { MODEL_VERSION = 1 };

static const char readme[] =
    "# Truth of the simulated cells\n\n"
    "One CSV for each data set, one line for each cell in the order of its matrix: index from 0, "
    "cell type, whether\nquality control has to drop it (`bad`) and why (`kind`: good, empty, "
    "dying, multiplet), and for each hallmark whether\nits programme is on. No stage of the "
    "pipeline reads this folder; the data folders contain none of it.\n";

/* The text of the marker. Study names hold no character that JSON escapes (om_simulate checks). */
static om_status describe(const om_simulate_options *options, const om_gene_sets *sets,
                          bool complete, om_text *text) {
    static const char *const gzip[] = {"none", "mixed", "all"};
    char hex[OM_DIGEST_HEX];
    om_gene_sets_digest(sets, hex);
    OM_TRY(om_text_add(text,
                       "{\n  \"model\": %d,\n  \"seed\": \"%" PRIu64 "\",\n  \"cells\": %" PRId64
                       ",\n  \"samples\": %" PRId64 ",\n  \"genes\": %" PRId64
                       ",\n  \"effect\": %.17g,\n  \"gzip\": \"%s\",\n  \"gene_sets\": \"%s\",\n"
                       "  \"data_sets\": [",
                       MODEL_VERSION, options->seed, options->n_cells, options->n_samples,
                       options->n_genes, options->effect, gzip[options->gzip], hex));
    for (int64_t i = 0; i < om_strings_count(options->studies); i++) {
        OM_TRY(
            om_text_add(text, "%s\"%s\"", i > 0 ? ", " : "", om_strings_get(options->studies, i)));
    }
    return om_text_add(text, "],\n  \"complete\": %s\n}\n", complete ? "true" : "false");
}

static om_status has_text(const char *bytes, const om_simulate_options *options,
                          const om_gene_sets *sets, bool complete, bool *same) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = describe(options, sets, complete, text);
    *same = status == OM_OK && strcmp(bytes, om_text_get(text)) == 0;
    om_text_destroy(&text);
    return status;
}

static om_status is_empty(const char *path, bool *empty) {
    *empty = true;
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT
                   ? OM_OK
                   : om_fail(errno == ENOTDIR ? OM_USAGE : OM_SYSTEM,
                             "%s: cannot use as output folder: %s", path, strerror(errno));
    }
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            *empty = false;
        }
    }
    closedir(folder);
    return OM_OK;
}

static om_status check_marker(const char *path, const om_simulate_options *options,
                              const om_gene_sets *sets, bool *done) {
    char *bytes = NULL;
    int64_t length = 0;
    bool unfinished = false;
    if (!om_file_exists(path)) {
        return om_fail(OM_USAGE,
                       "%s: found a folder that is not empty and no simulation, expected a new or "
                       "empty folder",
                       options->out);
    }
    OM_TRY(om_file_read_all(path, &bytes, &length));
    om_status status = has_text(bytes, options, sets, true, done);
    if (status == OM_OK && !*done) {
        status = has_text(bytes, options, sets, false, &unfinished);
    }
    om_free(bytes);
    if (status == OM_OK && !*done && !unfinished) {
        status = om_fail(OM_USAGE,
                         "%s: found a simulation with other options (simulate.json there lists "
                         "them), expected a new or empty folder",
                         options->out);
    }
    return status;
}

om_status om_simulate_marker_check(const om_simulate_options *options, const om_gene_sets *sets,
                                   bool *done) {
    bool empty = false;
    *done = false;
    OM_TRY(is_empty(options->out, &empty));
    if (empty) {
        return OM_OK;
    }
    char *path = om_format("%s/simulate.json", options->out);
    if (path == NULL) {
        return OM_MEMORY;
    }
    om_status status = check_marker(path, options, sets, done);
    om_free(path);
    return status;
}

static om_status write_marker(const om_simulate_options *options, const om_gene_sets *sets,
                              bool complete) {
    om_text *text = NULL;
    char *path = om_format("%s/simulate.json", options->out);
    om_status status = path != NULL ? om_text_create(&text) : OM_MEMORY;
    if (status == OM_OK) {
        status = describe(options, sets, complete, text);
    }
    if (status == OM_OK) {
        status = om_file_write(path, om_text_get(text), (int64_t)om_text_length(text));
    }
    om_text_destroy(&text);
    om_free(path);
    return status;
}

om_status om_simulate_marker_begin(const om_simulate_options *options, const om_gene_sets *sets) {
    OM_TRY(om_folder_make(options->out));
    OM_TRY(write_marker(options, sets, false));
    char *path = om_format("%s/truth/README.md", options->out);
    om_status status = path != NULL ? om_folder_make_parent(path) : OM_MEMORY;
    if (status == OM_OK) {
        status = om_file_write(path, readme, (int64_t)strlen(readme));
    }
    om_free(path);
    return status;
}

om_status om_simulate_marker_complete(const om_simulate_options *options,
                                      const om_gene_sets *sets) {
    return write_marker(options, sets, true);
}
