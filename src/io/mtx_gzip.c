#include "io/mtx_gzip.h"

#include "io/mtx_kernel.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <string.h>

enum { TAG = 1 };

struct om_mtx_gzip {
    const om_mtx_file *file;
    om_mtx_cuts cuts;
    char *buffer;    /* text: of the next pieces on rank 0, of this rank's piece elsewhere */
    size_t capacity; /* without OM_MTX_PAD */
    /* From here on: of the inflating rank. */
    om_reader *reader;
    size_t held; /* bytes in buffer */
    size_t look_ahead;
    bool at_end;
    bool filled; /* `stops` are those of a round that was not given away yet */
    bool long_column;
    size_t piece;
    int n_pieces;  /* of a round */
    size_t *stops; /* [n_pieces] where they end */
};

/* Text travels in messages of at most so many bytes, for which every rank has room from the start:
 * one without memory for a larger piece can still take it in. */
static size_t message_bytes(const om_mtx_gzip *gzip) {
    return gzip->piece + OM_MTX_LOOK_AHEAD;
}

/* What goes before a piece's text. */
typedef struct piece_head {
    int64_t length;
    int32_t last;
    int32_t long_column;
} piece_head;

static om_status reserve(om_mtx_gzip *gzip, size_t wanted) {
    if (wanted > gzip->capacity) {
        char *larger = om_realloc(gzip->buffer, (int64_t)wanted + OM_MTX_PAD, 1);
        if (larger == NULL) {
            return OM_MEMORY;
        }
        gzip->buffer = larger;
        gzip->capacity = wanted;
    }
    return OM_OK;
}

om_status om_mtx_gzip_create(om_mtx_gzip **out, const om_mtx_file *file, int64_t largest) {
    om_mtx_gzip *gzip = om_calloc(1, sizeof *gzip);
    *out = gzip;
    if (gzip == NULL) {
        return OM_MEMORY;
    }
    int size = om_context_size(file->group);
    gzip->file = file;
    gzip->piece = (size_t)largest;
    gzip->n_pieces = size == 1 ? 1 : size - 1;
    gzip->stops = om_calloc(gzip->n_pieces, sizeof *gzip->stops);
    return gzip->stops == NULL ? OM_MEMORY : reserve(gzip, message_bytes(gzip));
}

void om_mtx_gzip_destroy(om_mtx_gzip **gzip) {
    if (*gzip == NULL) {
        return;
    }
    om_reader_close(&(*gzip)->reader);
    om_free((*gzip)->buffer);
    om_free((*gzip)->stops);
    om_free(*gzip);
    *gzip = NULL;
}

/* Inflates until the buffer holds `wanted` bytes or all that is left. */
static om_status inflate(om_mtx_gzip *gzip, size_t wanted) {
    OM_TRY(reserve(gzip, wanted));
    while (!gzip->at_end && gzip->held < wanted) {
        size_t got = 0;
        OM_TRY(om_reader_bytes(gzip->reader, gzip->buffer + gzip->held, wanted - gzip->held, &got));
        gzip->held += got;
        gzip->at_end = got == 0;
    }
    return OM_OK;
}

static om_status skip_header(om_mtx_gzip *gzip) {
    OM_TRY(reserve(gzip, gzip->piece));
    for (int64_t left = gzip->file->header.bytes; left > 0;) {
        size_t got = 0;
        size_t wanted = (uint64_t)left < gzip->piece ? (size_t)left : gzip->piece;
        OM_TRY(om_reader_bytes(gzip->reader, gzip->buffer, wanted, &got));
        if (got == 0) {
            return om_fail(OM_SYSTEM, "%s: became shorter while it was read", gzip->file->path);
        }
        left -= (int64_t)got;
    }
    return OM_OK;
}

om_status om_mtx_gzip_begin(om_mtx_gzip *gzip, om_mtx_cuts cuts) {
    gzip->cuts = cuts;
    gzip->held = 0;
    gzip->at_end = false;
    gzip->filled = false;
    gzip->long_column = false;
    gzip->look_ahead =
        cuts == OM_MTX_CUT_LINES ? (size_t)OM_MTX_LONGEST_LINE + 2 : (size_t)OM_MTX_LOOK_AHEAD;
    om_reader_close(&gzip->reader);
    if (!om_context_is_root(gzip->file->group)) {
        return OM_OK;
    }
    OM_TRY(om_reader_open(&gzip->reader, gzip->file->path));
    return skip_header(gzip);
}

/* Finds where the pieces end; false: a cut lies behind what is held. What is not found is set to
 * the end of the text. */
static bool find_stops(om_mtx_gzip *gzip) {
    bool found = true;
    for (int i = 0; i < gzip->n_pieces; i++) {
        size_t place = ((size_t)i + 1) * gzip->piece;
        gzip->stops[i] = gzip->held;
        if (place < gzip->held || !gzip->at_end) {
            found =
                om_mtx_cut(gzip->cuts, gzip->buffer, gzip->held, place, &gzip->stops[i]) && found;
        }
    }
    return found || gzip->at_end;
}

/* Makes the next round's pieces. */
static om_status fill(om_mtx_gzip *gzip) {
    for (;;) {
        OM_TRY(inflate(gzip, (size_t)gzip->n_pieces * gzip->piece + gzip->look_ahead));
        if (find_stops(gzip) || gzip->cuts == OM_MTX_CUT_LINES) {
            break;
        }
        if (gzip->look_ahead >= OM_MTX_LARGEST_COLUMN) {
            gzip->long_column = true;
            break;
        }
        gzip->look_ahead *= 2;
    }
    gzip->filled = true;
    return OM_OK;
}

static piece_head head_of(const om_mtx_gzip *gzip, int i, const char **text) {
    size_t first = i == 0 ? 0 : gzip->stops[i - 1];
    *text = gzip->buffer + first;
    return (piece_head){.length = gzip->long_column ? 0 : (int64_t)(gzip->stops[i] - first),
                        .last = gzip->at_end && gzip->stops[gzip->n_pieces - 1] == gzip->held,
                        .long_column = gzip->long_column};
}

/* Drops the pieces that were given away. */
static void advance(om_mtx_gzip *gzip) {
    if (gzip->filled) {
        size_t given = gzip->stops[gzip->n_pieces - 1];
        gzip->held -= given;
        memmove(gzip->buffer, gzip->buffer + given, gzip->held);
        gzip->filled = false;
    }
}

static om_mtx_piece piece_of(const piece_head *head, char *text) {
    return (om_mtx_piece){.text = text,
                          .length = (size_t)head->length,
                          .last = head->last != 0,
                          .long_column = head->long_column != 0};
}

static om_status next_alone(om_mtx_gzip *gzip, om_mtx_piece *piece) {
    const char *text = NULL;
    advance(gzip);
    OM_TRY(fill(gzip));
    piece_head head = head_of(gzip, 0, &text);
    *piece = piece_of(&head, gzip->buffer);
    return OM_OK;
}

/* The pieces were inflated while the others parsed those before. Whatever fails, every rank gets a
 * head, so that none waits. */
static om_status hand_out(om_mtx_gzip *gzip, om_mtx_piece *piece) {
    MPI_Comm comm = om_context_comm(gzip->file->group);
    om_status status = gzip->filled ? OM_OK : fill(gzip);
    size_t limit = message_bytes(gzip);
    piece_head head = {0};
    for (int i = 0; i < gzip->n_pieces; i++) {
        const char *text = NULL;
        if (status == OM_OK) {
            head = head_of(gzip, i, &text);
        }
        MPI_Send(&head, (int)sizeof head, MPI_BYTE, i + 1, TAG, comm);
        for (size_t sent = 0, length = (size_t)head.length; sent < length;) {
            size_t message = length - sent < limit ? length - sent : limit;
            MPI_Send(text + sent, (int)message, MPI_BYTE, i + 1, TAG, comm);
            sent += message;
        }
    }
    head.length = 0;
    *piece = piece_of(&head, gzip->buffer);
    if (status == OM_OK && !piece->last && !piece->long_column) {
        advance(gzip);
        status = fill(gzip);
    }
    return status;
}

static om_status receive(om_mtx_gzip *gzip, om_mtx_piece *piece) {
    MPI_Comm comm = om_context_comm(gzip->file->group);
    piece_head head = {0};
    MPI_Recv(&head, (int)sizeof head, MPI_BYTE, 0, TAG, comm, MPI_STATUS_IGNORE);
    size_t limit = message_bytes(gzip);
    size_t length = (size_t)head.length;
    om_status status = reserve(gzip, length);
    for (size_t got = 0; got < length;) {
        size_t message = length - got < limit ? length - got : limit;
        char *place = status == OM_OK ? gzip->buffer + got : gzip->buffer;
        MPI_Recv(place, (int)message, MPI_BYTE, 0, TAG, comm, MPI_STATUS_IGNORE);
        got += message;
    }
    *piece = piece_of(&head, gzip->buffer);
    return status;
}

om_status om_mtx_gzip_next(om_mtx_gzip *gzip, om_mtx_piece *piece) {
    *piece = (om_mtx_piece){0};
    if (om_context_size(gzip->file->group) == 1) {
        return next_alone(gzip, piece);
    }
    return om_context_is_root(gzip->file->group) ? hand_out(gzip, piece) : receive(gzip, piece);
}
