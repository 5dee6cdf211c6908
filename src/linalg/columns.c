#include "columns.h"

#include "oncomark/memory.h"

/* Which of all columns is this rank's own number `own`. */
static int64_t number_of(const om_symmetric *matrix, int own) {
    const om_grid *grid = matrix->grid;
    int64_t block = (int64_t)(own / matrix->block) * grid->shape.columns + grid->column;
    return block * matrix->block + own % matrix->block;
}

om_status om_columns_create(om_columns *columns, const om_symmetric *matrix, const double *all,
                            int64_t count) {
    const om_grid *grid = matrix->grid;
    const int source = 0;
    columns->matrix = matrix;
    columns->count = (int)count;
    columns->n_own =
        numroc_(&columns->count, &matrix->block, &grid->column, &source, &grid->shape.columns);
    columns->values = om_calloc((int64_t)columns->n_own * matrix->leading, sizeof(double));
    if (columns->values == NULL) {
        return OM_MEMORY;
    }
    for (int own = 0; own < columns->n_own; own++) {
        const double *from = all + number_of(matrix, own) * matrix->n;
        double *to = columns->values + (int64_t)own * matrix->leading;
        for (int row = 0; row < matrix->n_rows; row++) {
            to[row] = from[matrix->row_items[row]];
        }
    }
    return om_scalapack_describe(columns->descriptor, matrix->n, columns->count, matrix->block,
                                 matrix->block, grid->context, matrix->leading);
}

void om_columns_destroy(om_columns *columns) {
    om_free(columns->values);
}

void om_columns_collect(double *all, const om_columns *columns, const om_symmetric *matrix,
                        int64_t count) {
    for (int64_t i = 0; i < count * matrix->n; i++) {
        all[i] = 0;
    }
    for (int own = 0; own < columns->n_own; own++) {
        const double *from = columns->values + (int64_t)own * matrix->leading;
        double *to = all + number_of(matrix, own) * matrix->n;
        for (int row = 0; row < matrix->n_rows; row++) {
            to[matrix->row_items[row]] = from[row];
        }
    }
    om_sum_f64(matrix->grid->ctx, all, count * matrix->n);
}
