/* All that is called of BLACS, ScaLAPACK and LAPACK: they have no headers of their own. Fortran:
 * every argument is a pointer, matrices are stored by column, indices start at 1, integers have 32
 * bits. */
#ifndef ONCOMARK_LINALG_SCALAPACK_H
#define ONCOMARK_LINALG_SCALAPACK_H

#include "oncomark/status.h"

#include <mpi.h>
#include <stddef.h>

/* BLACS: a grid of processes on a communicator. */
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int *context, const char *order, int rows, int columns);
void Cblacs_gridinfo(int context, int *rows, int *columns, int *row, int *column);
void Cblacs_gridexit(int context);

/* Rows (columns) that process `process` of `processes` holds of n, in blocks of `block`. */
int numroc_(const int *n, const int *block, const int *process, const int *source,
            const int *processes);
void descinit_(int *descriptor, const int *rows, const int *columns, const int *row_block,
               const int *column_block, const int *row_source, const int *column_source,
               const int *context, const int *leading, int *info);

/* Cholesky. The last arguments of what takes letters are their lengths. */
void pdpotrf_(const char *triangle, const int *n, double *a, const int *row, const int *column,
              const int *descriptor, int *info, size_t);
void pdpotrs_(const char *triangle, const int *n, const int *count, const double *a, const int *row,
              const int *column, const int *descriptor, double *b, const int *b_row,
              const int *b_column, const int *b_descriptor, int *info, size_t);

/* To a tridiagonal matrix and back. (Its whole solvers are not to be had for every grid: pdsyevd of
 * 2.2 ends with a wrong argument on 1 x 3.) */
void pdsytrd_(const char *triangle, const int *n, double *a, const int *row, const int *column,
              const int *descriptor, double *diagonal, double *subdiagonal, double *factors,
              double *work, const int *work_length, int *info, size_t);
void pdormtr_(const char *side, const char *triangle, const char *transposed, const int *n,
              const int *count, const double *a, const int *row, const int *column,
              const int *descriptor, const double *factors, double *c, const int *c_row,
              const int *c_column, const int *c_descriptor, double *work, const int *work_length,
              int *info, size_t, size_t, size_t);

/* LAPACK. */
void dstemr_(const char *what, const char *range, const int *n, double *diagonal,
             double *subdiagonal, const double *least, const double *largest, const int *first,
             const int *last, int *found, double *values, double *vectors, const int *leading,
             const int *columns, int *support, int *precisely, double *work, const int *work_length,
             int *integer_work, const int *integer_work_length, int *info, size_t, size_t);
void dsyevd_(const char *what, const char *triangle, const int *n, double *a, const int *leading,
             double *values, double *work, const int *work_length, int *integer_work,
             const int *integer_work_length, int *info, size_t, size_t);

enum { OM_DESCRIPTOR = 9 };

/* The place of a whole matrix' first row or column. */
extern const int om_scalapack_first;

/* Of a matrix that starts at process (0, 0). OM_BUG for arguments that cannot be. Local. */
om_status om_scalapack_describe(int descriptor[OM_DESCRIPTOR], int rows, int columns, int row_block,
                                int column_block, int context, int leading);

/* OM_BUG for an info below 0, OM_SYSTEM above it. Local. */
om_status om_scalapack_check(const char *routine, int info);

#endif
