#include "oncomark/csr_writer.h"

#include "csr_deflate.h"
#include "csr_plain.h"
#include "oncomark/memory.h"

#include <inttypes.h>

struct om_csr_writer {
    om_ctx *group;
    om_csr_layout layout;
    om_csr_part parts[OM_CSR_PARTS];
    om_csr_place *places; /* [ranks of the group] of the current round */
    int64_t next_row;     /* of the matrix: rows and non-zeros that all ranks have added */
    int64_t next_nonzero;
    om_csr_plain *plain; /* one of these two */
    om_csr_deflate *deflate;
};

om_status om_csr_writer_reserve(om_h5 *file, const char *path, const om_csr_layout *layout) {
    if (layout->compression == OM_COMPRESSION_DEFLATE) {
        return om_csr_deflate_reserve(file, path, layout, OM_CSR_CHUNK_ELEMENTS);
    }
    return om_h5ad_reserve_csr(file, path, layout->type, layout->n_rows, layout->n_columns,
                               layout->n_nonzeros);
}

static om_status open_file(om_csr_writer *writer, const char *file) {
    return writer->layout.compression == OM_COMPRESSION_DEFLATE
               ? om_csr_deflate_open(&writer->deflate, writer->group, file, writer->parts)
               : om_csr_plain_open(&writer->plain, writer->group, file, writer->parts);
}

om_status om_csr_writer_open(om_csr_writer **out, om_ctx *group, const char *file, const char *path,
                             const om_csr_layout *layout) {
    om_csr_writer *writer = om_calloc(1, sizeof *writer);
    *out = writer;
    om_status status = writer == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        writer->group = group;
        writer->layout = *layout;
        writer->places = om_calloc(om_context_size(group), sizeof *writer->places);
        status =
            writer->places == NULL ? OM_MEMORY : om_csr_parts_describe(writer->parts, path, layout);
    }
    status = om_agree(group, status);
    if (status == OM_OK) {
        status = open_file(writer, file);
    }
    if (status != OM_OK) {
        om_csr_writer_abandon(out);
    }
    return status;
}

/* Rows and non-zeros of all ranks, one behind the other. */
static om_status find_places(om_csr_writer *writer, const om_counts *rows) {
    int n_ranks = om_context_size(writer->group);
    om_csr_place mine = {.n_rows = rows->n_cells, .n_nonzeros = rows->indptr[rows->n_cells]};
    MPI_Allgather(&mine, (int)sizeof mine, MPI_BYTE, writer->places, (int)sizeof mine, MPI_BYTE,
                  om_context_comm(writer->group));
    for (int rank = 0; rank < n_ranks; rank++) {
        om_csr_place *place = &writer->places[rank];
        place->first_row = writer->next_row;
        place->first_nonzero = writer->next_nonzero;
        writer->next_row += place->n_rows;
        writer->next_nonzero += place->n_nonzeros;
    }
    if (writer->next_row > writer->layout.n_rows ||
        writer->next_nonzero > writer->layout.n_nonzeros) {
        return om_fail(OM_BUG,
                       "object '%s': %" PRId64 " rows and %" PRId64 " non-zeros written, made for "
                       "%" PRId64 " and %" PRId64,
                       writer->parts[OM_CSR_VALUES].object, writer->next_row, writer->next_nonzero,
                       writer->layout.n_rows, writer->layout.n_nonzeros);
    }
    return OM_OK;
}

om_status om_csr_writer_add(om_csr_writer *writer, const om_counts *rows) {
    OM_TRY(find_places(writer, rows));
    if (writer->deflate != NULL) {
        return om_csr_deflate_add(writer->deflate, rows, writer->places);
    }
    int rank = om_context_rank(writer->group);
    return om_agree(writer->group, om_csr_plain_add(writer->plain, rows, &writer->places[rank]));
}

static om_status write_end(om_csr_writer *writer) {
    if (writer->next_row != writer->layout.n_rows ||
        writer->next_nonzero != writer->layout.n_nonzeros) {
        return om_fail(OM_BUG,
                       "object '%s': %" PRId64 " rows and %" PRId64 " non-zeros written, made for "
                       "%" PRId64 " and %" PRId64,
                       writer->parts[OM_CSR_VALUES].object, writer->next_row, writer->next_nonzero,
                       writer->layout.n_rows, writer->layout.n_nonzeros);
    }
    if (!om_context_is_root(writer->group)) {
        return OM_OK;
    }
    return writer->deflate != NULL ? om_csr_deflate_end(writer->deflate)
                                   : om_csr_plain_end(writer->plain);
}

/* Also of a writer that was never opened in full. */
static om_status close_file(om_csr_writer *writer, om_digest *digest) {
    if (writer->layout.compression == OM_COMPRESSION_DEFLATE) {
        return om_csr_deflate_close(&writer->deflate, digest);
    }
    return om_csr_plain_close(&writer->plain, digest);
}

static void release(om_csr_writer **writer) {
    om_free((*writer)->places);
    om_free(*writer);
    *writer = NULL;
}

om_status om_csr_writer_finish(om_csr_writer **writer, om_digest *digest) {
    om_ctx *group = (*writer)->group;
    om_status status = om_agree(group, write_end(*writer));
    om_status closed = close_file(*writer, digest);
    release(writer);
    return om_agree(group, status != OM_OK ? status : closed);
}

void om_csr_writer_abandon(om_csr_writer **writer) {
    om_digest unused;
    if (*writer == NULL) {
        return;
    }
    close_file(*writer, &unused);
    release(writer);
}
