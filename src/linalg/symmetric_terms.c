/* Adding terms: each rank packs the values of its rows' items and of its columns' items (which in a
 * grid of one row are among them), and multiplies them by its own BLAS, the part at and below the
 * diagonal only. (PBLAS' pdsyrk works through terms 32 at a time.) */
#include "symmetric_private.h"

#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <cblas.h>

/* Terms of a panel; more do not make it quicker. */
enum { MOST_TERMS = 512, LEAST_TERMS = 16 };

/* Columns at the diagonal that are multiplied together. What lies above the diagonal of the first
 * of them is in vain; fewer are slow. */
enum { STRIP = 64 };

typedef struct panels {
    int64_t n;       /* terms of a panel, the same on all ranks */
    double *rows;    /* [n x n_rows] */
    double *columns; /* [n x n_columns] */
    int *places;     /* [n_columns] of their items among the rows' */
    bool are_rows;   /* all columns' items are among the rows' */
} panels;

static void find_places(panels *panel, const om_symmetric *matrix) {
    panel->are_rows = true;
    for (int i = 0; i < matrix->n_columns && panel->are_rows; i++) {
        int64_t item = matrix->column_items[i];
        int place = om_symmetric_first_row(matrix, item);
        panel->places[i] = place;
        panel->are_rows = place < matrix->n_rows && matrix->row_items[place] == item;
    }
}

static om_status create(panels *panel, const om_symmetric *matrix, int64_t n_terms) {
    int64_t n = OM_PANEL_BYTES / (int64_t)sizeof(double) / om_symmetric_largest_width(matrix);
    n = n < MOST_TERMS ? n : MOST_TERMS;
    n = n > LEAST_TERMS ? n : LEAST_TERMS;
    panel->n = n < n_terms ? n : n_terms;
    panel->rows = om_calloc_aligned(panel->n * matrix->n_rows, sizeof *panel->rows);
    panel->columns = om_calloc_aligned(panel->n * matrix->n_columns, sizeof *panel->columns);
    panel->places = om_calloc(matrix->n_columns, sizeof *panel->places);
    bool complete = panel->rows != NULL && panel->columns != NULL && panel->places != NULL;
    if (complete) {
        find_places(panel, matrix);
    }
    return om_agree(matrix->grid->ctx, complete ? OM_OK : OM_MEMORY);
}

static void destroy(panels *panel) {
    om_free(panel->places);
    om_free(panel->columns);
    om_free(panel->rows);
}

/* Adds to columns from `first` to before `end`, from row `top` to before `bottom`. */
static void multiply_block(om_symmetric *matrix, const panels *panel, int n, int first, int end,
                           int top, int bottom) {
    if (top < bottom && first < end) {
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, bottom - top, end - first, n, 1,
                    panel->rows + top, matrix->n_rows, panel->columns + first, matrix->n_columns, 1,
                    matrix->values + (int64_t)first * matrix->leading + top, matrix->leading);
    }
}

/* The same, from the diagonal to before row `bottom`: a triangle is a rectangle, as large as can be
 * for BLAS to be quick, and two triangles of half the columns. */
static void multiply_triangle(om_symmetric *matrix, const panels *panel, int n, int first, int end,
                              int bottom) {
    if (end - first <= STRIP) {
        int top = om_symmetric_first_row(matrix, matrix->column_items[first]);
        multiply_block(matrix, panel, n, first, end, top, bottom);
        return;
    }
    int middle = first + ((end - first) / STRIP + 1) / 2 * STRIP;
    int top = om_symmetric_first_row(matrix, matrix->column_items[middle]);
    multiply_block(matrix, panel, n, first, middle, top, bottom);
    multiply_triangle(matrix, panel, n, first, middle, top < bottom ? top : bottom);
    multiply_triangle(matrix, panel, n, middle, end, bottom);
}

static void multiply(om_symmetric *matrix, const panels *panel, int n) {
    if (matrix->n_columns > 0) {
        multiply_triangle(matrix, panel, n, 0, matrix->n_columns, matrix->n_rows);
    }
}

/* Copying is quicker than what a source has to compute. */
static void copy_columns(const panels *panel, const om_symmetric *matrix, int64_t n) {
    for (int64_t t = 0; t < n; t++) {
        const double *rows = panel->rows + t * matrix->n_rows;
        double *columns = panel->columns + t * matrix->n_columns;
        for (int i = 0; i < matrix->n_columns; i++) {
            columns[i] = rows[panel->places[i]];
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
    if (panel->are_rows) {
        copy_columns(panel, matrix, n);
    } else {
        source->pack(source->self, panel->columns, matrix->column_items, matrix->n_columns, first,
                     n);
    }
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
