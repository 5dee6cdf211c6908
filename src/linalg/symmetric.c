#include "symmetric_private.h"

#include "oncomark/memory.h"

#include <string.h>

/* Side of blocks, where there are enough rows for all processes to have as many. */
enum { LARGEST_BLOCK = 128 };

/* With fewer blocks for each process along a side, shares of the triangle are too uneven; but
 * smaller blocks than these are slow. */
enum { EVEN_BLOCKS = 8, SMALLEST_EVEN_BLOCK = 64 };

/* A rank holds at most 13/10 of its equal share, where small blocks reach that. */
enum { SHARE_TENTHS = 13 };

static int share(int n, int block, int process, int processes) {
    const int source = 0;
    return numroc_(&n, &block, &process, &source, &processes);
}

/* Of the process that holds most: the first. */
static int64_t largest_part(int64_t n, int block, om_grid_shape shape) {
    return (int64_t)share((int)n, block, 0, shape.rows) * share((int)n, block, 0, shape.columns);
}

int om_symmetric_block(int64_t n, om_grid_shape shape, int n_ranks) {
    int block = LARGEST_BLOCK;
    int processes = shape.rows > shape.columns ? shape.rows : shape.columns;
    while (processes > 1 && block > SMALLEST_EVEN_BLOCK &&
           n < (int64_t)EVEN_BLOCKS * block * processes) {
        block /= 2;
    }
    while (block > 1 && largest_part(n, block, shape) * 10 * n_ranks > n * n * SHARE_TENTHS) {
        block /= 2;
    }
    return block;
}

int64_t om_symmetric_local_bytes(int64_t n, int n_ranks) {
    om_grid_shape shape = om_grid_choose(n_ranks);
    return largest_part(n, om_symmetric_block(n, shape, n_ranks), shape) * (int64_t)sizeof(double);
}

int64_t om_symmetric_largest_width(const om_symmetric *matrix) {
    om_grid_shape shape = matrix->grid->shape;
    return (int64_t)share(matrix->n, matrix->block, 0, shape.rows) +
           share(matrix->n, matrix->block, 0, shape.columns);
}

int om_symmetric_first_row(const om_symmetric *matrix, int64_t item) {
    int low = 0, high = matrix->n_rows;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (matrix->row_items[middle] < item) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void find_items(int64_t *items, int n, int block, int process, int processes) {
    for (int i = 0; i < n; i++) {
        items[i] = ((int64_t)(i / block) * processes + process) * block + i % block;
    }
}

static om_status allocate(om_symmetric *matrix) {
    const om_grid *grid = matrix->grid;
    if (grid->is_member) {
        matrix->n_rows = share(matrix->n, matrix->block, grid->row, grid->shape.rows);
        matrix->n_columns = share(matrix->n, matrix->block, grid->column, grid->shape.columns);
    }
    matrix->leading = matrix->n_rows > 0 ? matrix->n_rows : 1;
    matrix->values =
        om_calloc_aligned((int64_t)matrix->leading * matrix->n_columns, sizeof(double));
    matrix->row_items = om_calloc(matrix->n_rows, sizeof *matrix->row_items);
    matrix->column_items = om_calloc(matrix->n_columns, sizeof *matrix->column_items);
    if (matrix->values == NULL || matrix->row_items == NULL || matrix->column_items == NULL) {
        return OM_MEMORY;
    }
    if (!grid->is_member) {
        return OM_OK;
    }
    find_items(matrix->row_items, matrix->n_rows, matrix->block, grid->row, grid->shape.rows);
    find_items(matrix->column_items, matrix->n_columns, matrix->block, grid->column,
               grid->shape.columns);
    return om_scalapack_describe(matrix->descriptor, matrix->n, matrix->n, matrix->block,
                                 matrix->block, grid->context, matrix->leading);
}

static om_status create(om_symmetric **out, const om_grid *grid, int64_t n, const char *what) {
    om_symmetric *matrix = om_calloc(1, sizeof *matrix);
    *out = matrix;
    if (matrix == NULL) {
        return OM_MEMORY;
    }
    matrix->grid = grid;
    matrix->n = (int)n;
    matrix->block = om_symmetric_block(n, grid->shape, om_context_size(grid->ctx));
    matrix->what = om_strdup(what);
    return matrix->what != NULL ? allocate(matrix) : OM_MEMORY;
}

om_status om_symmetric_create(om_symmetric **out, const om_grid *grid, int64_t n, int64_t room,
                              const char *what) {
    *out = NULL;
    OM_TRY(om_agree(grid->ctx, om_symmetric_check_room(n, om_context_size(grid->ctx), room, what)));
    om_status status = om_agree(grid->ctx, create(out, grid, n, what));
    if (status != OM_OK) {
        om_symmetric_destroy(out);
    }
    return status;
}

void om_symmetric_destroy(om_symmetric **matrix) {
    if (*matrix == NULL) {
        return;
    }
    om_free((*matrix)->column_items);
    om_free((*matrix)->row_items);
    om_free((*matrix)->values);
    om_free((*matrix)->what);
    om_free(*matrix);
    *matrix = NULL;
}

void om_symmetric_scale(om_symmetric *matrix, double factor) {
    int64_t n = (int64_t)matrix->leading * matrix->n_columns;
    for (int64_t i = 0; i < n; i++) {
        matrix->values[i] *= factor;
    }
}

/* The element of this rank's column that lies on the diagonal; NULL: another rank has it. */
static double *diagonal_of(const om_symmetric *matrix, int column) {
    int64_t item = matrix->column_items[column];
    int row = om_symmetric_first_row(matrix, item);
    bool is_here = row < matrix->n_rows && matrix->row_items[row] == item;
    return is_here ? matrix->values + (int64_t)column * matrix->leading + row : NULL;
}

void om_symmetric_add_to_diagonal(om_symmetric *matrix, double value) {
    for (int column = 0; column < matrix->n_columns; column++) {
        double *element = diagonal_of(matrix, column);
        if (element != NULL) {
            *element += value;
        }
    }
}

om_status om_symmetric_trace(double *trace, const om_symmetric *matrix) {
    *trace = 0;
    for (int column = 0; column < matrix->n_columns; column++) {
        const double *element = diagonal_of(matrix, column);
        *trace += element != NULL ? *element : 0;
    }
    om_sum_f64(matrix->grid->ctx, trace, 1);
    return OM_OK;
}

void om_symmetric_copy(om_symmetric *to, const om_symmetric *from) {
    memcpy(to->values, from->values,
           (size_t)from->leading * (size_t)from->n_columns * sizeof *from->values);
}
