/* Pieces of a compressed Matrix Market file: one rank inflates, the others parse. */
#ifndef ONCOMARK_IO_MTX_GZIP_H
#define ONCOMARK_IO_MTX_GZIP_H

#include "io/mtx_pieces.h"

typedef struct om_mtx_gzip om_mtx_gzip;

/* As the functions of mtx_pieces.h. Rank 0 holds the pieces of the next round: `largest` bytes for
 * each rank. It has no pieces itself unless it is alone, since inflating takes it longer than
 * parsing takes the others. Local, but for `next`, which moves pieces from rank 0 to the others. */
om_status om_mtx_gzip_create(om_mtx_gzip **out, const om_mtx_file *file, int64_t largest);
void om_mtx_gzip_destroy(om_mtx_gzip **gzip);
om_status om_mtx_gzip_begin(om_mtx_gzip *gzip, om_mtx_cuts cuts);
om_status om_mtx_gzip_next(om_mtx_gzip *gzip, om_mtx_piece *piece);

#endif
