#include "io/mtx_rounds.h"

#include "oncomark/memory.h"
#include "oncomark/progress.h"
#include "oncomark/stop.h"

#include <inttypes.h>

/* So many entries more than the size line says end a pass: a compressed file could go on for ever.
 */
enum { SURPLUS = 1 << 24, GZIP_RATIO = 5 };

struct om_mtx_rounds {
    om_mtx_file file;
    om_mtx_rules rules;
    om_mtx_pieces *pieces;
    om_mtx_piece piece;
    om_mtx_runs runs;
    om_mtx_note *notes; /* [ranks] */
    om_progress *progress;
    int64_t n_entries; /* of all ranks in this pass */
    int64_t next_line; /* number of the first line of the round */
    bool is_faulty;    /* this rank's piece of the round */
    om_mtx_fault fault;
    int64_t parsed_bytes;
};

om_status om_mtx_rounds_create(om_mtx_rounds **out, om_ctx *group, const char *path,
                               bool only_counts, int64_t memory) {
    om_mtx_rounds *rounds = om_calloc(1, sizeof *rounds);
    *out = rounds;
    om_status status = OM_MEMORY;
    if (rounds != NULL) {
        rounds->notes = om_calloc(om_context_size(group), sizeof *rounds->notes);
        status = rounds->notes == NULL ? OM_MEMORY : OM_OK;
    }
    OM_TRY(om_agree(group, status));
    OM_TRY(om_mtx_file_look(&rounds->file, group, path));
    rounds->rules = (om_mtx_rules){.rows = rounds->file.header.rows,
                                   .columns = rounds->file.header.columns,
                                   .integer_field = rounds->file.header.integer,
                                   .only_counts = only_counts};
    return om_mtx_pieces_create(&rounds->pieces, &rounds->file, memory);
}

void om_mtx_rounds_destroy(om_mtx_rounds **rounds) {
    if (*rounds == NULL) {
        return;
    }
    om_progress_end(&(*rounds)->progress);
    om_mtx_pieces_destroy(&(*rounds)->pieces);
    om_mtx_runs_release(&(*rounds)->runs);
    om_free((*rounds)->notes);
    om_free(*rounds);
    *rounds = NULL;
}

const om_mtx_header *om_mtx_rounds_header(const om_mtx_rounds *rounds) {
    return &rounds->file.header;
}

int64_t om_mtx_rounds_parsed_bytes(const om_mtx_rounds *rounds) {
    return rounds->parsed_bytes;
}

om_status om_mtx_rounds_begin(om_mtx_rounds *rounds, om_mtx_cuts cuts) {
    const om_mtx_file *file = &rounds->file;
    om_progress_end(&rounds->progress);
    rounds->progress = om_progress_begin(om_context_log(file->group), "ingest",
                                         (file->gzip ? GZIP_RATIO : 1) * file->file_bytes, "bytes");
    rounds->n_entries = 0;
    rounds->next_line = file->header.lines + 1;
    return om_agree(file->group, om_mtx_pieces_begin(rounds->pieces, cuts));
}

om_status om_mtx_rounds_parse(om_mtx_rounds *rounds, om_mtx_runs **runs,
                              const om_mtx_piece **piece) {
    rounds->is_faulty = false;
    *runs = &rounds->runs;
    *piece = &rounds->piece;
    OM_TRY(om_mtx_pieces_next(rounds->pieces, &rounds->piece));
    om_status status = om_mtx_kernel(&rounds->runs, &rounds->rules, rounds->piece.text,
                                     rounds->piece.length, &rounds->fault);
    rounds->is_faulty = status == OM_INPUT;
    rounds->parsed_bytes += (int64_t)rounds->piece.length;
    return status;
}

/* The fault of this rank's piece as a message: all lines before the piece were counted. */
static om_status refuse(const om_mtx_rounds *rounds) {
    int64_t line = rounds->next_line + om_mtx_line_ends(rounds->piece.text, rounds->fault.offset);
    for (int rank = 0; rank < om_context_rank(rounds->file.group); rank++) {
        line += rounds->notes[rank].n_lines;
    }
    return om_fail(OM_INPUT, "%s:%" PRId64 ": %s", rounds->file.path, line, rounds->fault.message);
}

/* The same on all ranks, since it looks at what all have. */
static om_status check_entries(const om_mtx_rounds *rounds, bool last) {
    int64_t found = rounds->n_entries;
    int64_t expected = rounds->file.header.entries;
    if (found > expected + SURPLUS) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found more than %" PRId64
                       " entries in the file, expected %" PRId64 " as the size line says",
                       rounds->file.path, rounds->file.header.lines, found, expected);
    }
    if (last && found != expected) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64 " entries in the file, expected %" PRId64
                       " as the size line says",
                       rounds->file.path, rounds->file.header.lines, found, expected);
    }
    return OM_OK;
}

om_status om_mtx_rounds_settle(om_mtx_rounds *rounds, om_status status, const om_mtx_note *mine,
                               const om_mtx_note **notes, bool *last) {
    om_ctx *group = rounds->file.group;
    int size = om_context_size(group);
    enum { FIELDS = sizeof *mine / sizeof(int64_t) };
    if (status == OM_OK) {
        status = om_stop_poll(group);
    }
    om_mtx_note note = *mine;
    note.status = status;
    note.n_entries = rounds->runs.n_entries;
    note.n_lines = rounds->runs.n_lines;
    note.n_bytes = (int64_t)rounds->piece.length;
    MPI_Allgather(&note, FIELDS, MPI_INT64_T, rounds->notes, FIELDS, MPI_INT64_T,
                  om_context_comm(group));
    bool failed = false;
    bool unsorted = false;
    int64_t n_lines = 0;
    int64_t n_bytes = 0;
    for (int rank = 0; rank < size; rank++) {
        failed = failed || rounds->notes[rank].status != OM_OK;
        unsorted = unsorted || rounds->notes[rank].unsorted != 0;
        rounds->n_entries += rounds->notes[rank].n_entries;
        n_lines += rounds->notes[rank].n_lines;
        n_bytes += rounds->notes[rank].n_bytes;
    }
    if (failed) {
        return om_agree(group, rounds->is_faulty ? refuse(rounds) : status);
    }
    rounds->next_line += n_lines;
    om_progress_add(rounds->progress, n_bytes);
    *notes = rounds->notes;
    *last = rounds->piece.last;
    status = check_entries(rounds, *last && !unsorted);
    return status == OM_OK ? OM_OK : om_agree(group, status);
}
