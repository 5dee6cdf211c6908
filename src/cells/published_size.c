#include "oncomark/published_size.h"

#include "artefact.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "published_files.h"
#include "published_genes.h"

#include <string.h>

/* Lines of a table that are not blank, without the header. */
static om_status count_rows(int64_t *n, const char *path) {
    om_reader *reader = NULL;
    char *line = NULL;
    size_t length = 0;
    int64_t lines = 0;
    OM_TRY(om_reader_open(&reader, path));
    om_status status = om_reader_line(reader, &line, &length);
    while (status == OM_OK && line != NULL) {
        lines += line[strspn(line, " ")] != '\0' ? 1 : 0;
        status = om_reader_line(reader, &line, &length);
    }
    om_reader_close(&reader);
    *n += lines > 0 ? lines - 1 : 0;
    return status;
}

static om_status is_gzip(bool *out, const char *path) {
    om_reader *reader = NULL;
    OM_TRY(om_reader_open(&reader, path));
    *out = *out || om_reader_is_gzip(reader);
    om_reader_close(&reader);
    return OM_OK;
}

static om_status count_genes(int64_t *n, const om_published_header headers[2]) {
    om_strings *kept = NULL;
    om_published_layout layouts[2] = {{.column_of = NULL}, {.column_of = NULL}};
    om_strings *const genes[2] = {headers[0].genes, headers[1].genes};
    om_status status = om_published_genes_match(&kept, layouts, genes);
    *n = status == OM_OK ? om_strings_count(kept) : 0;
    om_free(layouts[0].column_of);
    om_free(layouts[1].column_of);
    om_strings_destroy(&kept);
    return status;
}

static om_status read_tables(om_published_size *out, const om_published_files *files) {
    om_published_header headers[2] = {{.genes = NULL}, {.genes = NULL}};
    om_status status = OM_OK;
    for (int label = 0; label < 2 && status == OM_OK; label++) {
        status = om_published_header_read(&headers[label], files->data[label]);
        out->text_bytes += headers[label].expected;
        status = status == OM_OK ? is_gzip(&out->is_gzip, files->data[label]) : status;
        status = status == OM_OK ? count_rows(&out->n_samples, files->meta[label]) : status;
    }
    status = status == OM_OK ? count_genes(&out->n_genes, headers) : status;
    om_published_header_release(&headers[0]);
    om_published_header_release(&headers[1]);
    return status;
}

/* As the stage does it. */
static om_status compare(bool *is_current, const om_published_files *files,
                         const om_workdir *workdir) {
    char key[OM_DIGEST_HEX];
    om_artefact artefact = {0};
    om_status status = om_artefact_begin(&artefact, "ingest", "synthetic.h5ad");
    status = status == OM_OK ? om_text_add(artefact.inputs, "layout: dryad\n") : status;
    status = status == OM_OK ? om_published_files_describe(files, artefact.inputs) : status;
    if (status == OM_OK) {
        om_digest_text(om_text_get(artefact.inputs), (int64_t)om_text_length(artefact.inputs), key);
        *is_current = om_workdir_is_current(workdir, artefact.name, key);
    }
    om_artefact_end(&artefact);
    return status;
}

om_status om_published_size_read(om_published_size *out, const om_job *job,
                                 const om_workdir *workdir) {
    om_published_files *files = NULL;
    *out = (om_published_size){.n_samples = 0};
    om_status status = om_published_files_find(&files, job->published);
    status = status == OM_OK ? read_tables(out, files) : status;
    status = status == OM_OK ? compare(&out->has_synthetic, files, workdir) : status;
    om_published_files_destroy(&files);
    return status;
}
