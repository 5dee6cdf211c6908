#include "io/mtx_pieces.h"

#include "io/mtx_gzip.h"
#include "io/mtx_plain.h"
#include "oncomark/memory.h"

/* Bytes of a piece: large enough to make a round's messages cheap, small enough for a cache. */
enum { SMALLEST_PIECE = 1 << 12, LARGEST_PIECE = 4 << 20 };

struct om_mtx_pieces {
    om_mtx_plain *plain; /* one of these two */
    om_mtx_gzip *gzip;
};

static int64_t limit(int64_t bytes) {
    bytes = bytes < LARGEST_PIECE ? bytes : LARGEST_PIECE;
    return bytes > SMALLEST_PIECE ? bytes : SMALLEST_PIECE;
}

om_status om_mtx_pieces_create(om_mtx_pieces **out, const om_mtx_file *file, int64_t memory) {
    om_mtx_pieces *pieces = om_calloc(1, sizeof *pieces);
    *out = pieces;
    OM_TRY(om_agree(file->group, pieces == NULL ? OM_MEMORY : OM_OK));
    int64_t share = file->gzip ? memory / om_context_size(file->group) : memory;
    om_status status = file->gzip ? om_mtx_gzip_create(&pieces->gzip, file, limit(share))
                                  : om_mtx_plain_create(&pieces->plain, file, limit(share));
    return om_agree(file->group, status);
}

void om_mtx_pieces_destroy(om_mtx_pieces **pieces) {
    if (*pieces == NULL) {
        return;
    }
    om_mtx_plain_destroy(&(*pieces)->plain);
    om_mtx_gzip_destroy(&(*pieces)->gzip);
    om_free(*pieces);
    *pieces = NULL;
}

om_status om_mtx_pieces_begin(om_mtx_pieces *pieces, om_mtx_cuts cuts) {
    if (pieces->gzip != NULL) {
        return om_mtx_gzip_begin(pieces->gzip, cuts);
    }
    om_mtx_plain_begin(pieces->plain, cuts);
    return OM_OK;
}

om_status om_mtx_pieces_next(om_mtx_pieces *pieces, om_mtx_piece *piece) {
    return pieces->gzip != NULL ? om_mtx_gzip_next(pieces->gzip, piece)
                                : om_mtx_plain_next(pieces->plain, piece);
}
