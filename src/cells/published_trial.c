#include "oncomark/published_trial.h"

#include "oncomark/line_feed.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "published_files.h"
#include "published_genes.h"
#include "published_rows.h"

#include <math.h>
#include <mpi.h>

static const double read_seconds = 1;
enum { PIECE = 4 << 20, LABEL = 1 };

typedef struct trial {
    om_log *quiet;
    om_ctx *ctx; /* this rank alone */
    om_published_files *files;
    om_published_header headers[2];
    om_published_layout layouts[2];
    om_strings *genes;
    om_published_rows *rows;
    om_line_feed *feed;
    double seconds;
    int64_t text_bytes;
    double n_nonzeros;
    om_published_trial *out;
} trial;

static void release(trial *made) {
    om_line_feed_close(&made->feed);
    om_published_rows_destroy(&made->rows);
    om_strings_destroy(&made->genes);
    for (int label = 0; label < 2; label++) {
        om_free(made->layouts[label].column_of);
        om_published_header_release(&made->headers[label]);
    }
    om_published_files_destroy(&made->files);
    om_context_destroy(&made->ctx);
    om_log_destroy(&made->quiet);
}

static om_status open_table(trial *made) {
    const om_published_header *header = &made->headers[LABEL];
    for (int label = 0; label < 2; label++) {
        OM_TRY(om_published_header_read(&made->headers[label], made->files->data[label]));
    }
    om_strings *const genes[2] = {made->headers[0].genes, made->headers[1].genes};
    OM_TRY(om_published_genes_match(&made->genes, made->layouts, genes));
    made->layouts[LABEL].delimiter = header->delimiter;
    OM_TRY(om_published_rows_create(&made->rows, om_strings_count(made->genes)));
    return om_line_feed_open(&made->feed, made->ctx, made->files->data[LABEL], header->bytes,
                             header->lines, PIECE);
}

/* A row that is wrong is left to the stage, which says where it is. */
static om_status read_piece(trial *made, bool *goes_on) {
    om_lines lines = {.length = 0};
    om_published_fault fault;
    double started = MPI_Wtime();
    OM_TRY(om_line_feed_next(made->feed, &lines, goes_on));
    if (!*goes_on) {
        return OM_OK;
    }
    om_status status = om_published_rows_parse(made->rows, &made->layouts[LABEL], lines.text,
                                               lines.length, &fault);
    made->seconds += MPI_Wtime() - started;
    made->text_bytes += lines.length;
    if (status == OM_INPUT) {
        *goes_on = false;
        return OM_OK;
    }
    OM_TRY(status);
    made->out->n_rows += made->rows->n_rows;
    made->n_nonzeros += (double)made->rows->indptr[made->rows->n_rows];
    return OM_OK;
}

static om_status time_inflating(double *seconds, const trial *made) {
    om_reader *reader = NULL;
    void *piece = om_malloc(PIECE, 1);
    size_t length = 1;
    om_status status =
        piece != NULL ? om_reader_open(&reader, made->files->data[LABEL]) : OM_MEMORY;
    bool is_gzip = status == OM_OK && om_reader_is_gzip(reader);
    double started = MPI_Wtime();
    for (int64_t text = 0; status == OM_OK && is_gzip && length > 0 && text < made->text_bytes;
         text += (int64_t)length) {
        status = om_reader_bytes(reader, piece, PIECE, &length);
    }
    *seconds = is_gzip ? MPI_Wtime() - started : 0;
    om_reader_close(&reader);
    om_free(piece);
    return status;
}

static om_status run(trial *made) {
    double inflating = 0;
    bool goes_on = true;
    made->quiet = om_log_create(false);
    OM_TRY(made->quiet != NULL ? om_context_create(&made->ctx, MPI_COMM_SELF, made->quiet)
                               : OM_MEMORY);
    OM_TRY(open_table(made));
    while (goes_on && made->seconds < read_seconds) {
        OM_TRY(read_piece(made, &goes_on));
    }
    OM_TRY(time_inflating(&inflating, made));
    if (made->out->n_rows > 0) {
        made->out->inflate = fmin(inflating, made->seconds) / (double)made->text_bytes;
        made->out->parse = made->seconds / (double)made->text_bytes - made->out->inflate;
        made->out->sample_nonzeros = made->n_nonzeros / (double)made->out->n_rows;
    }
    return OM_OK;
}

om_status om_published_trial_run(om_published_trial *out, const om_job *job) {
    trial made = {.out = out};
    *out = (om_published_trial){.n_rows = 0};
    om_status status = om_published_files_find(&made.files, job->published);
    status = status == OM_OK ? run(&made) : status;
    release(&made);
    return status;
}
