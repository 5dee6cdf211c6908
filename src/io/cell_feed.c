#include "oncomark/cell_feed.h"

#include "h5_cells.h"
#include "mtx_stream.h"
#include "oncomark/memory.h"

struct om_feed {
    om_ctx *group;
    const om_matrix_place *place;
    om_mtx_stream *mtx; /* one of these two */
    om_h5_cells *cells;
    om_counts *kept; /* the batch without the genes that are left out */
};

static om_status open_matrix(om_feed *feed, bool only_counts, int64_t memory) {
    const om_matrix_place *place = feed->place;
    /* The rest is for the copy without the genes that are left out. */
    memory = place->gene_of != NULL ? memory / 2 : memory;
    return place->layout == OM_MATRIX_MTX
               ? om_mtx_stream_open(&feed->mtx, feed->group, place->file, only_counts, memory)
               : om_h5_cells_open(&feed->cells, feed->group, place, only_counts, memory);
}

om_status om_feed_open(om_feed **out, om_ctx *group, const om_matrix_place *place, bool only_counts,
                       int64_t memory) {
    om_feed *feed = om_calloc(1, sizeof *feed);
    *out = feed;
    om_status status = om_agree(group, feed == NULL ? OM_MEMORY : OM_OK);
    if (status == OM_OK) {
        feed->group = group;
        feed->place = place;
        status = open_matrix(feed, only_counts, memory);
    }
    if (status != OM_OK) {
        om_feed_close(out); /* a feed has a matrix, or there is none */
    }
    return status;
}

void om_feed_close(om_feed **feed) {
    if (*feed == NULL) {
        return;
    }
    om_mtx_stream_close(&(*feed)->mtx);
    om_h5_cells_close(&(*feed)->cells);
    om_counts_destroy(&(*feed)->kept);
    om_free(*feed);
    *feed = NULL;
}

/* Genes that are kept stay in their order, so that they still ascend. */
static om_status keep_genes(om_feed *feed, const om_counts **batch) {
    const om_counts *all = *batch;
    om_counts *kept = NULL;
    OM_TRY(om_counts_create(&kept, all->n_cells, all->indptr[all->n_cells]));
    feed->kept = kept;
    kept->n_genes = feed->place->n_kept;
    kept->n_cells_total = all->n_cells_total;
    kept->first_cell = all->first_cell;
    kept->integer = all->integer;
    int64_t n = 0;
    for (int64_t cell = 0; cell < all->n_cells; cell++) {
        for (int64_t i = all->indptr[cell]; i < all->indptr[cell + 1]; i++) {
            int32_t gene = feed->place->gene_of[all->indices[i]];
            if (gene >= 0) {
                kept->indices[n] = gene;
                kept->values[n++] = all->values[i];
            }
        }
        kept->indptr[cell + 1] = n;
    }
    *batch = kept;
    return OM_OK;
}

om_status om_feed_next(om_feed *feed, const om_counts **batch, om_feed_event *event) {
    om_counts_destroy(&feed->kept);
    OM_TRY(feed->mtx != NULL ? om_mtx_stream_next(feed->mtx, batch, event)
                             : om_h5_cells_next(feed->cells, batch, event));
    if (*event != OM_FEED_ROUND || feed->place->gene_of == NULL) {
        return OM_OK;
    }
    return om_agree(feed->group, keep_genes(feed, batch));
}

om_status om_feed_rewind(om_feed *feed) {
    return feed->mtx != NULL ? om_mtx_stream_rewind(feed->mtx) : om_h5_cells_rewind(feed->cells);
}

int64_t om_feed_parsed_bytes(const om_feed *feed) {
    return feed->mtx != NULL ? om_mtx_stream_parsed_bytes(feed->mtx)
                             : om_h5_cells_parsed_bytes(feed->cells);
}
