/* The matrix times some vectors: what a rank holds below the diagonal stands for its mirror image,
 * too. */
#include "symmetric_private.h"

#include "oncomark/memory.h"

#include <cblas.h>

/* Vectors and products [count x n_rows or n_columns] for this rank's items. */
typedef struct factors {
    int count;
    double *rows;
    double *columns;
    double *row_sums;
    double *column_sums;
} factors;

static om_status create(factors *own, const om_symmetric *matrix, int64_t count) {
    own->count = (int)count;
    own->rows = om_calloc(count * matrix->n_rows, sizeof *own->rows);
    own->columns = om_calloc(count * matrix->n_columns, sizeof *own->columns);
    own->row_sums = om_calloc(count * matrix->n_rows, sizeof *own->row_sums);
    own->column_sums = om_calloc(count * matrix->n_columns, sizeof *own->column_sums);
    bool complete = own->rows != NULL && own->columns != NULL && own->row_sums != NULL &&
                    own->column_sums != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static void destroy(factors *own) {
    om_free(own->column_sums);
    om_free(own->row_sums);
    om_free(own->columns);
    om_free(own->rows);
}

static void gather(double *own, const double *vectors, int64_t count, int64_t n,
                   const int64_t *items, int64_t n_items) {
    for (int64_t v = 0; v < count; v++) {
        for (int64_t i = 0; i < n_items; i++) {
            own[v * n_items + i] = vectors[v * n + items[i]];
        }
    }
}

static void scatter(double *products, const double *own, int64_t count, int64_t n,
                    const int64_t *items, int64_t n_items) {
    for (int64_t v = 0; v < count; v++) {
        for (int64_t i = 0; i < n_items; i++) {
            products[v * n + items[i]] += own[v * n_items + i];
        }
    }
}

/* Rows `row` and below of the columns first .. first + width - 1, none of them on the diagonal. */
static void multiply_below(factors *own, const om_symmetric *matrix, int first, int width,
                           int row) {
    const double *values = matrix->values + (int64_t)first * matrix->leading + row;
    int n_rows = matrix->n_rows - row;
    if (n_rows <= 0) {
        return;
    }
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n_rows, own->count, width, 1, values,
                matrix->leading, own->columns + first, matrix->n_columns, 1, own->row_sums + row,
                matrix->n_rows);
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, width, own->count, n_rows, 1, values,
                matrix->leading, own->rows + row, matrix->n_rows, 1, own->column_sums + first,
                matrix->n_columns);
}

static void multiply(factors *own, const om_symmetric *matrix) {
    for (int first = 0; first < matrix->n_columns; first += matrix->block) {
        int left = matrix->n_columns - first;
        int width = left < matrix->block ? left : matrix->block;
        int64_t item = matrix->column_items[first];
        int row = om_symmetric_first_row(matrix, item);
        if (row < matrix->n_rows && matrix->row_items[row] == item) {
            cblas_dsymm(CblasColMajor, CblasLeft, CblasLower, width, own->count, 1,
                        matrix->values + (int64_t)first * matrix->leading + row, matrix->leading,
                        own->columns + first, matrix->n_columns, 1, own->row_sums + row,
                        matrix->n_rows);
            row += width;
        }
        multiply_below(own, matrix, first, width, row);
    }
}

om_status om_symmetric_times(double *products, double *vectors, const om_symmetric *matrix,
                             int64_t count) {
    om_ctx *ctx = matrix->grid->ctx;
    int64_t n = matrix->n;
    factors own = {.count = 0};
    om_status status = om_agree(ctx, create(&own, matrix, count));
    if (status == OM_OK) {
        status = om_broadcast(ctx, 0, vectors, count * n * (int64_t)sizeof *vectors);
    }
    if (status == OM_OK) {
        gather(own.rows, vectors, count, n, matrix->row_items, matrix->n_rows);
        gather(own.columns, vectors, count, n, matrix->column_items, matrix->n_columns);
        multiply(&own, matrix);
        for (int64_t i = 0; i < count * n; i++) {
            products[i] = 0;
        }
        scatter(products, own.row_sums, count, n, matrix->row_items, matrix->n_rows);
        scatter(products, own.column_sums, count, n, matrix->column_items, matrix->n_columns);
        om_sum_f64(ctx, products, count * n);
    }
    destroy(&own);
    return status;
}
