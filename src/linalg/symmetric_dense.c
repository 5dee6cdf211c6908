/* Eigenvectors by way of a tridiagonal matrix: ScaLAPACK reduces, LAPACK finds those of the
 * tridiagonal one on rank 0, ScaLAPACK turns them back. */
#include "columns.h"
#include "oncomark/memory.h"

/* A tridiagonal matrix, and how it came about. */
typedef struct reduction {
    double *factors;     /* [n_columns] this rank's, of the reflections */
    double *diagonal;    /* [n] */
    double *subdiagonal; /* [n], the last unused */
} reduction;

static void destroy(reduction *reduced) {
    om_free(reduced->subdiagonal);
    om_free(reduced->diagonal);
    om_free(reduced->factors);
}

static om_status create(reduction *reduced, const om_symmetric *matrix) {
    reduced->factors = om_calloc(matrix->n_columns, sizeof(double));
    reduced->diagonal = om_calloc(matrix->n, sizeof(double));
    reduced->subdiagonal = om_calloc(matrix->n, sizeof(double));
    bool complete =
        reduced->factors != NULL && reduced->diagonal != NULL && reduced->subdiagonal != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

/* The matrix becomes the reflections, and has the tridiagonal one on its diagonals. */
static om_status call_reduce(reduction *reduced, om_symmetric *matrix, double *own_diagonals,
                             double *work, int work_length) {
    int info = 0;
    pdsytrd_("L", &matrix->n, matrix->values, &om_scalapack_first, &om_scalapack_first,
             matrix->descriptor, own_diagonals, own_diagonals + matrix->n_columns, reduced->factors,
             work, &work_length, &info, 1);
    return om_scalapack_check("pdsytrd", info);
}

static om_status reduce(reduction *reduced, om_symmetric *matrix) {
    double length = 0;
    double *work = NULL;
    double *own_diagonals = om_calloc(2 * (int64_t)matrix->n_columns, sizeof *own_diagonals);
    om_status status = own_diagonals != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = call_reduce(reduced, matrix, own_diagonals, &length, -1);
    }
    if (status == OM_OK) {
        work = om_calloc((int64_t)length, sizeof *work);
        status = work != NULL ? call_reduce(reduced, matrix, own_diagonals, work, (int)length)
                              : OM_MEMORY;
    }
    om_free(work);
    om_free(own_diagonals);
    return status;
}

static void collect_diagonals(reduction *reduced, const om_symmetric *matrix) {
    for (int column = 0; column < matrix->n_columns; column++) {
        int64_t item = matrix->column_items[column];
        for (int row = om_symmetric_first_row(matrix, item);
             row < matrix->n_rows && matrix->row_items[row] <= item + 1; row++) {
            double value = matrix->values[(int64_t)column * matrix->leading + row];
            double *diagonal =
                matrix->row_items[row] == item ? reduced->diagonal : reduced->subdiagonal;
            diagonal[item] = value;
        }
    }
    om_sum_f64(matrix->grid->ctx, reduced->diagonal, matrix->n);
    om_sum_f64(matrix->grid->ctx, reduced->subdiagonal, matrix->n);
}

/* The `count` largest values, ascending, in values [n], and their vectors [count x n]. Local. */
static om_status solve(double *values, double *vectors, reduction *reduced, int n, int count) {
    const int first = n - count + 1;
    const int work_length = 18 * n, integer_work_length = 10 * n;
    const double unused = 0;
    int found = 0, precisely = 1, info = 0;
    double *work = om_calloc(work_length, sizeof *work);
    int *integer_work = om_calloc(integer_work_length, sizeof *integer_work);
    int *support = om_calloc(2 * (int64_t)count, sizeof *support);
    om_status status = work != NULL && integer_work != NULL && support != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        dstemr_("V", "I", &n, reduced->diagonal, reduced->subdiagonal, &unused, &unused, &first, &n,
                &found, values, vectors, &n, &count, support, &precisely, work, &work_length,
                integer_work, &integer_work_length, &info, 1, 1);
        status = om_scalapack_check("dstemr", info);
    }
    if (status == OM_OK && found != count) {
        status = om_fail(OM_SYSTEM, "dstemr: found %d of %d eigenvectors", found, count);
    }
    om_free(support);
    om_free(integer_work);
    om_free(work);
    return status;
}

static om_status call_turn_back(om_columns *columns, const om_symmetric *matrix,
                                const reduction *reduced, double *work, int work_length) {
    int info = 0;
    pdormtr_("L", "L", "N", &matrix->n, &columns->count, matrix->values, &om_scalapack_first,
             &om_scalapack_first, matrix->descriptor, reduced->factors, columns->values,
             &om_scalapack_first, &om_scalapack_first, columns->descriptor, work, &work_length,
             &info, 1, 1, 1);
    return om_scalapack_check("pdormtr", info);
}

static om_status turn_back(om_columns *columns, const om_symmetric *matrix,
                           const reduction *reduced, const double *vectors, int64_t count) {
    double length = 0;
    OM_TRY(om_columns_create(columns, matrix, vectors, count));
    OM_TRY(call_turn_back(columns, matrix, reduced, &length, -1));
    double *work = om_calloc((int64_t)length, sizeof *work);
    om_status status =
        work != NULL ? call_turn_back(columns, matrix, reduced, work, (int)length) : OM_MEMORY;
    om_free(work);
    return status;
}

/* To decreasing order. */
static void reverse(double *values, double *vectors, int64_t n, int64_t count) {
    for (int64_t low = 0, high = count - 1; low < high; low++, high--) {
        double value = values[low];
        values[low] = values[high];
        values[high] = value;
        for (int64_t i = 0; i < n; i++) {
            double entry = vectors[low * n + i];
            vectors[low * n + i] = vectors[high * n + i];
            vectors[high * n + i] = entry;
        }
    }
}

/* Of the tridiagonal matrix, on all ranks. */
static om_status find(double *values, double *vectors, reduction *reduced,
                      const om_symmetric *matrix, int64_t count) {
    om_ctx *ctx = matrix->grid->ctx;
    double *all = om_calloc(matrix->n, sizeof *all);
    om_status status = om_agree(ctx, all != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        bool is_root = om_context_is_root(ctx);
        status =
            om_agree(ctx, is_root ? solve(all, vectors, reduced, matrix->n, (int)count) : OM_OK);
    }
    if (status == OM_OK) {
        status = om_broadcast(ctx, 0, all, count * (int64_t)sizeof *all);
    }
    for (int64_t i = 0; i < count && status == OM_OK; i++) {
        values[i] = all[i];
    }
    om_free(all);
    return status == OM_OK
               ? om_broadcast(ctx, 0, vectors, count * matrix->n * (int64_t)sizeof *vectors)
               : status;
}

int64_t om_symmetric_dense_bytes(int64_t n, int64_t count) {
    /* Their distributed form is no more than they are; diagonals and LAPACK's work beside it. */
    return (count + 40) * n * (int64_t)sizeof(double);
}

om_status om_symmetric_leading_dense(double *values, double *vectors, om_symmetric *matrix,
                                     int64_t count) {
    om_ctx *ctx = matrix->grid->ctx;
    bool is_member = matrix->grid->is_member;
    reduction reduced = {.factors = NULL};
    om_columns columns = {.matrix = NULL};
    om_status status = om_agree(ctx, create(&reduced, matrix));
    if (status == OM_OK) {
        status = om_agree(ctx, is_member ? reduce(&reduced, matrix) : OM_OK);
    }
    if (status == OM_OK) {
        collect_diagonals(&reduced, matrix);
        status = find(values, vectors, &reduced, matrix, count);
    }
    if (status == OM_OK) {
        status = om_agree(ctx, is_member ? turn_back(&columns, matrix, &reduced, vectors, count)
                                         : OM_OK);
    }
    if (status == OM_OK) {
        om_columns_collect(vectors, &columns, matrix, count);
        reverse(values, vectors, matrix->n, count);
    }
    om_columns_destroy(&columns);
    destroy(&reduced);
    return status;
}
