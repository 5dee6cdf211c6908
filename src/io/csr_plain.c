#include "csr_plain.h"

#include "h5_private.h"
#include "oncomark/memory.h"

/* Elements that are converted, digested and written while they are in the cache. */
enum { PIECE_ELEMENTS = 1 << 17 };

struct om_csr_plain {
    om_h5 *file;
    const om_csr_part *parts;
    hid_t data_sets[OM_CSR_PARTS];
    void *scratch; /* [PIECE_ELEMENTS] of 8 bytes */
};

/* Left open between rounds: opening is collective. */
static om_status open_data_sets(om_csr_plain *writer) {
    om_status status = OM_OK;
    for (int which = 0; which < OM_CSR_PARTS; which++) {
        if (status == OM_OK) {
            status = om_h5_open_data_set(writer->file, writer->parts[which].object,
                                         &writer->data_sets[which]);
        }
    }
    return om_h5_agree(writer->file, status);
}

om_status om_csr_plain_open(om_csr_plain **out, om_ctx *group, const char *file,
                            const om_csr_part parts[OM_CSR_PARTS]) {
    om_csr_plain *writer = om_calloc(1, sizeof *writer);
    *out = writer;
    om_status status = writer == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        writer->parts = parts;
        for (int which = 0; which < OM_CSR_PARTS; which++) {
            writer->data_sets[which] = -1;
        }
        writer->scratch = om_malloc(PIECE_ELEMENTS, sizeof(int64_t));
        status = writer->scratch == NULL ? OM_MEMORY : OM_OK;
    }
    OM_TRY(om_agree(group, status));
    OM_TRY(om_h5_open_parallel(&writer->file, group, file));
    return open_data_sets(writer);
}

static om_status write_piece(om_csr_plain *writer, int which, int64_t first, int64_t n,
                             const void *elements) {
    const om_csr_part *part = &writer->parts[which];
    return om_h5_write_elements(writer->file, part->object, writer->data_sets[which], part->type, 1,
                                &part->n_elements, first, n, elements);
}

static om_status write_elements(om_csr_plain *writer, int which, const om_counts *rows,
                                int64_t from, int64_t n, int64_t first) {
    const om_csr_part *part = &writer->parts[which];
    if (om_csr_is_stored_form(part)) {
        const void *stored = which == OM_CSR_VALUES ? (const void *)(rows->values + from)
                                                    : (const void *)(rows->indices + from);
        return write_piece(writer, which, first, n, stored);
    }
    OM_TRY(om_csr_take(writer->parts, which, rows, from, n, writer->scratch));
    return write_piece(writer, which, first, n, writer->scratch);
}

om_status om_csr_plain_add(om_csr_plain *writer, const om_counts *rows, const om_csr_place *place) {
    for (int64_t from = 0; from < place->n_nonzeros; from += PIECE_ELEMENTS) {
        int64_t left = place->n_nonzeros - from;
        int64_t n = left < PIECE_ELEMENTS ? left : PIECE_ELEMENTS;
        int64_t first = place->first_nonzero + from;
        OM_TRY(write_elements(writer, OM_CSR_VALUES, rows, from, n, first));
        OM_TRY(write_elements(writer, OM_CSR_INDICES, rows, from, n, first));
    }
    for (int64_t from = 0; from < place->n_rows; from += PIECE_ELEMENTS) {
        int64_t left = place->n_rows - from;
        int64_t n = left < PIECE_ELEMENTS ? left : PIECE_ELEMENTS;
        om_csr_take_offsets(&writer->parts[OM_CSR_OFFSETS], rows, place->first_nonzero, from, n,
                            writer->scratch);
        OM_TRY(write_piece(writer, OM_CSR_OFFSETS, place->first_row + from, n, writer->scratch));
    }
    return OM_OK;
}

om_status om_csr_plain_end(om_csr_plain *writer) {
    int64_t zero = 0;
    const om_counts nothing = {.indptr = &zero};
    const om_csr_part *part = &writer->parts[OM_CSR_OFFSETS];
    om_csr_take_offsets(part, &nothing, writer->parts[OM_CSR_VALUES].n_elements, 0, 1,
                        writer->scratch);
    return write_piece(writer, OM_CSR_OFFSETS, part->n_elements - 1, 1, writer->scratch);
}

om_status om_csr_plain_close(om_csr_plain **out, om_digest *digest) {
    om_csr_plain *writer = *out;
    om_status status = OM_OK;
    *digest = (om_digest){{0, 0}};
    if (writer == NULL) {
        return OM_OK;
    }
    if (writer->file != NULL) {
        *digest = om_h5_digest(writer->file);
        for (int which = 0; which < OM_CSR_PARTS; which++) {
            om_h5_release(writer->data_sets[which]);
        }
        status = om_h5_close(&writer->file);
    }
    om_free(writer->scratch);
    om_free(writer);
    *out = NULL;
    return status;
}
