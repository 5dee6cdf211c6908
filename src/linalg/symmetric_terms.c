/* Adding terms: each rank packs the values of its rows' items and of its columns' items, and
 * multiplies them by its own BLAS, the part at and below the diagonal only. (PBLAS' pdsyrk works
 * through terms 32 at a time.) */
#include "symmetric_private.h"

#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <cblas.h>

/* Terms of a panel; more do not make it quicker. */
enum { MOST_TERMS = 512, LEAST_TERMS = 16 };

/* Columns that are multiplied together. More are quicker, but of the first of them more lies above
 * the diagonal. */
enum { STRIP = 128 };

typedef struct panels {
    int64_t n;       /* terms of a panel, the same on all ranks */
    double *rows;    /* [n x n_rows] */
    double *columns; /* [n x n_columns] */
} panels;

static om_status create(panels *panel, const om_symmetric *matrix, int64_t n_terms) {
    int64_t n = OM_PANEL_BYTES / (int64_t)sizeof(double) / om_symmetric_largest_width(matrix);
    n = n < MOST_TERMS ? n : MOST_TERMS;
    n = n > LEAST_TERMS ? n : LEAST_TERMS;
    panel->n = n < n_terms ? n : n_terms;
    panel->rows = om_calloc_aligned(panel->n * matrix->n_rows, sizeof *panel->rows);
    panel->columns = om_calloc_aligned(panel->n * matrix->n_columns, sizeof *panel->columns);
    bool complete = panel->rows != NULL && panel->columns != NULL;
    return om_agree(matrix->grid->ctx, complete ? OM_OK : OM_MEMORY);
}

static void destroy(panels *panel) {
    om_free(panel->columns);
    om_free(panel->rows);
}

static void multiply(om_symmetric *matrix, const panels *panel, int n) {
    for (int first = 0; first < matrix->n_columns; first += STRIP) {
        int width = matrix->n_columns - first < STRIP ? matrix->n_columns - first : STRIP;
        int64_t item = matrix->column_items[first];
        int row = om_symmetric_first_row(matrix, item);
        if (row < matrix->n_rows) {
            cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, matrix->n_rows - row, width, n, 1,
                        panel->rows + row, matrix->n_rows, panel->columns + first,
                        matrix->n_columns, 1,
                        matrix->values + (int64_t)first * matrix->leading + row, matrix->leading);
        }
    }
}

static om_status add_panel(om_symmetric *matrix, const panels *panel, const om_panel_source *source,
                           int64_t first) {
    int64_t n = source->n_terms - first < panel->n ? source->n_terms - first : panel->n;
    if (source->begin != NULL) {
        OM_TRY(source->begin(source->self, first, n));
    }
    source->pack(source->self, panel->rows, matrix->row_items, matrix->n_rows, first, n);
    source->pack(source->self, panel->columns, matrix->column_items, matrix->n_columns, first, n);
    multiply(matrix, panel, (int)n);
    return OM_OK;
}

om_status om_symmetric_add_terms(om_symmetric *matrix, const om_panel_source *source) {
    panels panel = {.n = 0};
    om_stop_pace pace = {0};
    om_status status = create(&panel, matrix, source->n_terms);
    for (int64_t first = 0; first < source->n_terms && status == OM_OK; first += panel.n) {
        status = om_stop_check_at_pace(matrix->grid->ctx, &pace);
        status = status == OM_OK ? add_panel(matrix, &panel, source, first) : status;
    }
    destroy(&panel);
    return status;
}
