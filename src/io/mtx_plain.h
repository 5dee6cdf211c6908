/* Pieces of a plain Matrix Market file: each rank reads its own bytes. */
#ifndef ONCOMARK_IO_MTX_PLAIN_H
#define ONCOMARK_IO_MTX_PLAIN_H

#include "io/mtx_pieces.h"

typedef struct om_mtx_plain om_mtx_plain;

/* As the functions of mtx_pieces.h; all local. `largest`: bytes of a piece, nearly. */
om_status om_mtx_plain_create(om_mtx_plain **out, const om_mtx_file *file, int64_t largest);
void om_mtx_plain_destroy(om_mtx_plain **plain);
void om_mtx_plain_begin(om_mtx_plain *plain, om_mtx_cuts cuts);
om_status om_mtx_plain_next(om_mtx_plain *plain, om_mtx_piece *piece);

#endif
