/* What a message between ranks takes here: for the model of training on many ranks. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: mpirun -n 2 bench_network BYTES\n\n"
    "Prints: latency (seconds of an 8-byte message one way), bandwidth (bytes a second of BYTES "
    "one\n"
    "way), and seconds of BYTES of float32: swap (both ways at once), allreduce, exchange (halves\n"
    "both ways and back, as a step of training does it).\n";

enum { TRIALS = 7, SMALL_TIMES = 500, LARGE_TIMES = 10, SMALL = 8 };

typedef struct exchange {
    int rank;
    int n_ranks;
    int bytes;
    float *from;
    float *to;
} exchange;

/* One way and back. */
static void ping(const exchange *of, int bytes) {
    int other = of->rank ^ 1;
    if (of->rank > 1 || of->n_ranks < 2) {
        return;
    }
    if (of->rank == 0) {
        MPI_Send(of->from, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD);
        MPI_Recv(of->to, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
        MPI_Recv(of->to, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(of->from, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD);
    }
}

static void run_latency(const exchange *of) {
    ping(of, SMALL);
}

static void run_bandwidth(const exchange *of) {
    ping(of, of->bytes);
}

static void swap(const exchange *of, int other, int bytes) {
    if (other < of->n_ranks) {
        MPI_Sendrecv(of->from, bytes, MPI_BYTE, other, 0, of->to, bytes, MPI_BYTE, other, 0,
                     MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

static void run_swap(const exchange *of) {
    swap(of, of->rank ^ 1, of->bytes);
}

static void run_allreduce(const exchange *of) {
    MPI_Allreduce(of->from, of->to, of->bytes / (int)sizeof(float), MPI_FLOAT, MPI_SUM,
                  MPI_COMM_WORLD);
}

/* Halves, quarters, ... to those who own them, and back: what a step of training sends. */
static void run_exchange(const exchange *of) {
    int distance = 1;
    int count = of->bytes;
    for (; 2 * distance <= of->n_ranks; distance *= 2) {
        count /= 2;
        swap(of, of->rank ^ distance, count);
    }
    for (distance /= 2; distance > 0; distance /= 2) {
        swap(of, of->rank ^ distance, count);
        count *= 2;
    }
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Median of the trials' seconds a time. */
static double measure(void (*run)(const exchange *of), const exchange *of, int times) {
    double seconds[TRIALS];
    run(of);
    for (int trial = 0; trial < TRIALS; trial++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double started = MPI_Wtime();
        for (int i = 0; i < times; i++) {
            run(of);
        }
        seconds[trial] = (MPI_Wtime() - started) / times;
    }
    qsort(seconds, TRIALS, sizeof seconds[0], by_size);
    return seconds[TRIALS / 2];
}

int main(int argc, char **argv) {
    exchange of = {.bytes = argc == 2 ? atoi(argv[1]) : 0};
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &of.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &of.n_ranks);
    of.from = of.bytes >= SMALL ? calloc((size_t)of.bytes, 1) : NULL;
    of.to = of.bytes >= SMALL ? calloc((size_t)of.bytes, 1) : NULL;
    if (of.from == NULL || of.to == NULL || of.n_ranks < 2) {
        fputs(usage, stderr);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    double latency = measure(run_latency, &of, SMALL_TIMES) / 2;
    double one_way = measure(run_bandwidth, &of, LARGE_TIMES) / 2;
    double both_ways = measure(run_swap, &of, LARGE_TIMES);
    double allreduce = measure(run_allreduce, &of, LARGE_TIMES);
    double exchanged = measure(run_exchange, &of, LARGE_TIMES);
    if (of.rank == 0) {
        printf("latency %.6g\nbandwidth %.6g\nswap %.6g\nallreduce %.6g\nexchange %.6g\n", latency,
               of.bytes / (one_way - latency), both_ways, allreduce, exchanged);
    }
    free(of.from);
    free(of.to);
    MPI_Finalize();
    return 0;
}
