/* What the large symmetric matrices reach without the data: BLAS' product alone, and sums of terms,
 * Cholesky and eigenvectors on made-up terms, by all ranks. */
#include "oncomark/memory.h"
#include "oncomark/symmetric.h"
#include "oncomark/table.h"

#include <cblas.h>
#include <inttypes.h>
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const char usage[] =
    "usage: bench_linalg dgemm N\n"
    "       bench_linalg memory ITEMS RANKS\n"
    "       bench_linalg symmetric ITEMS TERMS VECTORS\n\n"
    "dgemm: operations a second of a rank (their mean), all at once, of N x N x N.\n"
    "memory: bytes of a matrix of ITEMS x ITEMS that a rank of RANKS holds, what it needs\n"
    "with all that works on it, and an equal share of the whole.\n"
    "symmetric: seconds and operations of sums and solution, seconds of VECTORS leading\n"
    "eigenvectors (0: none), the largest peak of a rank's memory in bytes, and how far the\n"
    "solution is off, relatively.\n";

/* OpenBLAS only: weak, so that any other BLAS links too. */
extern void openblas_set_num_threads(int threads) __attribute__((weak));

enum { GEMM_TRIALS = 5, TABLE = 1 << 14 };

static const double diagonal = 1000;

/* --- the product alone ------------------------------------------------------------------------ */

static double gemm_seconds(const double *a, const double *b, double *c, int n) {
    double best = INFINITY;
    for (int trial = 0; trial < GEMM_TRIALS; trial++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double started = MPI_Wtime();
        cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, n, n, n, 1.0, a, n, b, n, 0.0, c, n);
        best = fmin(best, MPI_Wtime() - started);
    }
    return best;
}

static om_status measure_gemm(om_ctx *ctx, int64_t n) {
    double *matrices = om_malloc(3 * n * n, sizeof *matrices);
    OM_TRY(om_agree(ctx, matrices != NULL ? OM_OK : OM_MEMORY));
    for (int64_t i = 0; i < 3 * n * n; i++) {
        matrices[i] = (double)(i % 1000) * 0.002 - 1;
    }
    if (openblas_set_num_threads != NULL) {
        openblas_set_num_threads(1);
    }
    double seconds = gemm_seconds(matrices, matrices + n * n, matrices + 2 * n * n, (int)n);
    double rate = 2.0 * (double)(n * n * n) / seconds;
    double sum = 0;
    MPI_Allreduce(&rate, &sum, 1, MPI_DOUBLE, MPI_SUM, om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        printf("%.6g\n", sum / om_context_size(ctx));
    }
    om_free(matrices);
    return OM_OK;
}

/* --- symmetric matrices ----------------------------------------------------------------------- */

/* Made-up values without a pattern, and quick to make: the sums are what is measured. */
typedef struct made_up {
    double values[TABLE];
} made_up;

static double value_at(const made_up *terms, int64_t item, int64_t term) {
    uint64_t place = (uint64_t)item * 40503 + (uint64_t)term * 7919 + (uint64_t)(item * term);
    return terms->values[place % TABLE];
}

static void pack_panel(void *self, double *values, const int64_t *items, int64_t n_items,
                       int64_t first, int64_t n) {
    const made_up *terms = self;
    for (int64_t term = first; term < first + n; term++) {
        for (int64_t i = 0; i < n_items; i++) {
            *values++ = value_at(terms, items[i], term);
        }
    }
}

static void make_up(made_up *terms) {
    uint64_t state = 1;
    for (int i = 0; i < TABLE; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        terms->values[i] = (double)(state >> 11) * 0x1p-52 - 1;
    }
}

/* What the phases share. */
typedef struct symmetric_work {
    om_ctx *ctx;
    om_panel_source source;
    int64_t n_vectors;
    om_grid *grid;
    om_symmetric *sums;
    om_symmetric *used; /* a copy, which is used up */
    double *solution;   /* [items] of the right side of ones */
    double *values;     /* [n_vectors] */
    double *vectors;    /* [n_vectors x items] */
} symmetric_work;

/* operations 0: not counted. */
static void say_phase(const symmetric_work *work, const char *name, double started,
                      double operations) {
    double seconds = 0;
    double own = MPI_Wtime() - started;
    MPI_Allreduce(&own, &seconds, 1, MPI_DOUBLE, MPI_MAX, om_context_comm(work->ctx));
    if (om_context_is_root(work->ctx)) {
        printf("%s %.6g", name, seconds);
        if (operations > 0) {
            printf(" %.6g", operations);
        }
        printf("\n");
        fflush(stdout);
    }
}

static om_status create_matrix(om_symmetric **matrix, const symmetric_work *work, int64_t room) {
    return om_symmetric_create(matrix, work->grid, work->source.n_items, room, "of the benchmark");
}

/* Two operations for each pair of items and term. */
static om_status sum_terms(symmetric_work *work) {
    int64_t room = 0;
    double n = (double)work->source.n_items;
    OM_TRY(om_grid_create(&work->grid, work->ctx));
    OM_TRY(om_symmetric_room(&room, work->ctx));
    OM_TRY(create_matrix(&work->sums, work, room));
    OM_TRY(create_matrix(&work->used, work, room));
    MPI_Barrier(om_context_comm(work->ctx));
    double started = MPI_Wtime();
    OM_TRY(om_symmetric_add_terms(work->sums, &work->source));
    say_phase(work, "sums", started, n * (n + 1) * (double)work->source.n_terms);
    om_symmetric_add_to_diagonal(work->sums, diagonal);
    return OM_OK;
}

static om_status solve(symmetric_work *work) {
    double n = (double)work->source.n_items;
    for (int64_t i = 0; i < work->source.n_items; i++) {
        work->solution[i] = 1;
    }
    om_symmetric_copy(work->used, work->sums);
    MPI_Barrier(om_context_comm(work->ctx));
    double started = MPI_Wtime();
    OM_TRY(om_symmetric_solve(work->used, work->solution, 1));
    say_phase(work, "solve", started, n * n * n / 3 + 2 * n * n);
    return OM_OK;
}

static om_status find_leading(symmetric_work *work) {
    if (work->n_vectors == 0) {
        return OM_OK;
    }
    om_symmetric_copy(work->used, work->sums);
    MPI_Barrier(om_context_comm(work->ctx));
    double started = MPI_Wtime();
    OM_TRY(om_symmetric_leading(work->values, work->vectors, work->used, work->n_vectors));
    say_phase(work, "leading", started, 0);
    return OM_OK;
}

/* The largest difference of matrix x solution and the right side, term by term on rank 0. */
static void say_error(const symmetric_work *work) {
    const made_up *terms = work->source.self;
    double worst = 0;
    if (!om_context_is_root(work->ctx)) {
        return;
    }
    int64_t every = 1 + work->source.n_items / 8;
    for (int64_t row = 0; row < work->source.n_items; row += every) {
        double sum = diagonal * work->solution[row];
        double size = fabs(sum);
        for (int64_t term = 0; term < work->source.n_terms; term++) {
            double along = 0;
            for (int64_t i = 0; i < work->source.n_items; i++) {
                along += value_at(terms, i, term) * work->solution[i];
            }
            sum += value_at(terms, row, term) * along;
            size += fabs(value_at(terms, row, term) * along);
        }
        worst = fmax(worst, fabs(sum - 1) / size);
    }
    printf("error %.3g\n", worst);
}

static void say_peak(const symmetric_work *work) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    int64_t own = (int64_t)used.ru_maxrss * 1024;
    int64_t peak = 0;
    MPI_Allreduce(&own, &peak, 1, MPI_INT64_T, MPI_MAX, om_context_comm(work->ctx));
    if (om_context_is_root(work->ctx)) {
        printf("peak %" PRId64 "\n", peak);
    }
}

static om_status run_phases(symmetric_work *work) {
    work->solution = om_calloc(work->source.n_items, sizeof *work->solution);
    work->values = om_calloc(work->n_vectors + 1, sizeof *work->values);
    work->vectors = om_calloc(work->n_vectors * work->source.n_items + 1, sizeof *work->vectors);
    bool complete = work->solution != NULL && work->values != NULL && work->vectors != NULL;
    OM_TRY(om_agree(work->ctx, complete ? OM_OK : OM_MEMORY));
    OM_TRY(sum_terms(work));
    OM_TRY(solve(work));
    OM_TRY(find_leading(work));
    say_peak(work);
    say_error(work);
    return OM_OK;
}

static om_status measure_symmetric(om_ctx *ctx, int64_t n_items, int64_t n_terms,
                                   int64_t n_vectors) {
    made_up *terms = om_calloc(1, sizeof *terms);
    OM_TRY(om_agree(ctx, terms != NULL ? OM_OK : OM_MEMORY));
    make_up(terms);
    symmetric_work work = {
        .ctx = ctx,
        .source = {.self = terms, .n_items = n_items, .n_terms = n_terms, .pack = pack_panel},
        .n_vectors = n_vectors};
    om_status status = run_phases(&work);
    om_symmetric_destroy(&work.used);
    om_symmetric_destroy(&work.sums);
    om_grid_destroy(&work.grid);
    om_free(work.solution);
    om_free(work.values);
    om_free(work.vectors);
    om_free(terms);
    return status;
}

/* --- what to measure -------------------------------------------------------------------------- */

static om_status say_memory(const om_ctx *ctx, int64_t n_items, int64_t n_ranks) {
    if (om_context_is_root(ctx)) {
        printf("%" PRId64 " %" PRId64 " %" PRId64 "\n",
               om_symmetric_local_bytes(n_items, (int)n_ranks),
               om_symmetric_bytes_needed(n_items, (int)n_ranks),
               n_items * n_items * (int64_t)sizeof(double) / n_ranks);
    }
    return OM_OK;
}

static om_status measure(om_ctx *ctx, int n_words, char **words) {
    int64_t sizes[3] = {0};
    int n_sizes = n_words - 1;
    for (int i = 0; i < n_sizes && i < 3; i++) {
        /* Only the last may be zero. */
        if (!om_parse_i64(words[i + 1], &sizes[i]) || sizes[i] < (i < 2 ? 1 : 0) ||
            sizes[i] > INT32_MAX) {
            return om_fail(OM_USAGE, "found %s, expected a whole number", words[i + 1]);
        }
    }
    if (n_sizes == 1 && strcmp(words[0], "dgemm") == 0) {
        return measure_gemm(ctx, sizes[0]);
    }
    if (n_sizes == 2 && strcmp(words[0], "memory") == 0) {
        return say_memory(ctx, sizes[0], sizes[1]);
    }
    if (n_sizes == 3 && strcmp(words[0], "symmetric") == 0) {
        return measure_symmetric(ctx, sizes[0], sizes[1], sizes[2]);
    }
    return om_fail(OM_USAGE, "expected dgemm, memory or symmetric, and their numbers");
}

int main(int argc, char **argv) {
    om_ctx *ctx = NULL;
    int rank = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    om_log *log = om_log_create(false);
    om_status status = log != NULL ? om_context_create(&ctx, MPI_COMM_WORLD, log) : OM_MEMORY;
    status = status == OM_OK ? measure(ctx, argc - 1, argv + 1) : status;
    if (status == OM_USAGE && rank == 0) {
        fputs(usage, stderr);
    }
    if (status != OM_OK && rank == 0) {
        fprintf(stderr, "bench_linalg: %s\n", om_error_message());
    }
    om_context_destroy(&ctx);
    om_log_destroy(&log);
    MPI_Finalize();
    return om_status_exit_code(status);
}
