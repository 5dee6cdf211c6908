/* Reads stores from end to end by all ranks and does nothing with them: what a stage that reads the
 * store takes at least. */
#include "oncomark/cell_stream.h"
#include "oncomark/h5.h"

#include <inttypes.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH_MIB = 256 };

/* This rank's share of the cells of one store. */
static om_status read_store(const char *path, int rank, int n_ranks, int64_t *n_nonzeros) {
    om_h5 *file = NULL;
    om_cell_stream *stream = NULL;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    int n_dimensions = 0;
    om_status status = om_h5_open(&file, path);
    if (status == OM_OK) {
        status = om_h5_shape(file, "X/indptr", &n_dimensions, shape);
    }
    if (status == OM_OK) {
        int64_t n_cells = shape[0] - 1;
        int64_t first = n_cells * rank / n_ranks;
        int64_t stop = n_cells * (rank + 1) / n_ranks;
        status = om_cell_stream_open(&stream, file, "X", first, stop - first,
                                     INT64_C(1048576) * BATCH_MIB);
    }
    const om_counts *batch = NULL;
    do {
        batch = NULL;
        status = status == OM_OK ? om_cell_stream_next(stream, &batch) : status;
        *n_nonzeros += batch != NULL ? batch->indptr[batch->n_cells] : 0;
    } while (batch != NULL);
    om_cell_stream_close(&stream);
    om_status closed = om_h5_close(&file);
    return status == OM_OK ? closed : status;
}

int main(int argc, char **argv) {
    int rank = 0;
    int n_ranks = 1;
    om_status status = OM_OK;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    MPI_Barrier(MPI_COMM_WORLD);
    double started = MPI_Wtime();
    int64_t mine = 0;
    int64_t all = 0;
    for (int i = 1; status == OM_OK && i < argc; i++) {
        status = read_store(argv[i], rank, n_ranks, &mine);
    }
    if (status != OM_OK) {
        fprintf(stderr, "bench_read_store: %s\n", om_error_message());
        MPI_Abort(MPI_COMM_WORLD, om_status_exit_code(status));
    }
    MPI_Allreduce(&mine, &all, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) {
        printf("%.6f %" PRId64 "\n", MPI_Wtime() - started, all);
    }
    MPI_Finalize();
    return 0;
}
