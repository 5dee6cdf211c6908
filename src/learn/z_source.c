#include "z_source_private.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "shares.h"

#include <cblas.h>
#include <string.h>

/* Samples whose z-scores stand in memory at a time. */
enum { CHUNK = 128 };

/* Doubles of an MPI message. */
enum { PIECE = 1 << 26 };

const uint16_t *om_z_source_ranks(const om_z_source *source, int64_t i) {
    int64_t first = source->shares != NULL ? source->shares->starts[source->shares->node] : 0;
    return om_training_set_ranks(source->set) + (source->rows[i] - first) * source->n_features;
}

/* The ranks of ctx on a node take the samples that it holds in turns: nodes [size]. */
static om_status take_own(om_z_source *source, const int64_t *nodes) {
    int rank = om_context_rank(source->ctx);
    int64_t turns = 1, turn = 0, seen = 0;
    for (int other = 0; other < om_context_size(source->ctx); other++) {
        turn += other < rank && nodes[other] == nodes[rank];
        turns += other != rank && nodes[other] == nodes[rank];
    }
    source->own = om_calloc(source->n_rows, sizeof *source->own);
    if (source->own == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < source->n_rows; i++) {
        bool is_here = source->shares == NULL ||
                       om_shares_node_of(source->shares, source->rows[i]) == source->shares->node;
        if (is_here && seen++ % turns == turn) {
            source->own[source->n_own++] = i;
        }
    }
    return OM_OK;
}

static om_status prepare(om_z_source *source) {
    om_ctx *ctx = source->ctx;
    int64_t *nodes = om_calloc(om_context_size(ctx), sizeof *nodes);
    source->log2_half = om_log2_half_create(source->n_features);
    bool complete = nodes != NULL && source->log2_half != NULL;
    om_status status = om_agree(ctx, complete ? OM_OK : OM_MEMORY);
    status = status == OM_OK ? om_shares_find_nodes(nodes, ctx, source->shares) : status;
    if (status == OM_OK) {
        status = om_agree(ctx, take_own(source, nodes));
    }
    om_free(nodes);
    return status;
}

om_status om_z_source_create(om_z_source **out, om_ctx *ctx, const om_training_set *set,
                             int64_t n_features, const double *mean, const double *sd,
                             const int64_t *rows, int64_t n_rows) {
    om_z_source *source = om_calloc(1, sizeof *source);
    *out = source;
    om_status status = om_agree(ctx, source != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        source->ctx = ctx;
        source->set = set;
        source->shares = om_training_set_shares(set);
        source->n_features = n_features;
        source->mean = mean;
        source->sd = sd;
        source->rows = rows;
        source->n_rows = n_rows;
        status = prepare(source);
    }
    if (status != OM_OK) {
        om_z_source_destroy(out);
    }
    return status;
}

void om_z_source_destroy(om_z_source **source) {
    if (*source == NULL) {
        return;
    }
    om_free((*source)->panel);
    om_free((*source)->own);
    om_free((*source)->log2_half);
    om_free(*source);
    *source = NULL;
}

/* Some samples of this rank, and what is computed of them. */
typedef struct chunk {
    const int64_t *own; /* [n] places in rows */
    int n;
    double *z;      /* [n x n_features] */
    double *beside; /* [n x count] */
} chunk;

/* What is done with each chunk of this rank's samples. */
typedef struct chunk_work {
    void (*work)(const struct chunk_work *self, const om_z_source *source, const chunk *piece);
    const double *factors; /* weights or coefficients */
    int count;
    double *result;
    double *squared_lengths;
} chunk_work;

static void go_through(const chunk_work *work, const om_z_source *source, chunk *piece) {
    for (int i = 0; i < piece->n; i++) {
        om_z_exact(piece->z + i * source->n_features, om_z_source_ranks(source, piece->own[i]),
                   source->mean, source->sd, source->log2_half, source->n_features);
    }
    work->work(work, source, piece);
}

/* Collective. */
static om_status for_chunks(const om_z_source *source, const chunk_work *work) {
    chunk piece = {.z = om_malloc(CHUNK * source->n_features, sizeof *piece.z),
                   .beside = om_malloc(CHUNK * (int64_t)work->count, sizeof *piece.beside)};
    om_status status = piece.z != NULL && piece.beside != NULL ? OM_OK : OM_MEMORY;
    for (int64_t first = 0; first < source->n_own && status == OM_OK; first += CHUNK) {
        int64_t left = source->n_own - first;
        piece.own = source->own + first;
        piece.n = left < CHUNK ? (int)left : CHUNK;
        go_through(work, source, &piece);
        status = om_stop_poll(source->ctx);
    }
    om_free(piece.beside);
    om_free(piece.z);
    return om_agree(source->ctx, status);
}

static void project(const chunk_work *self, const om_z_source *source, const chunk *piece) {
    int n_features = (int)source->n_features;
    int count = self->count;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, piece->n, count, n_features, 1, piece->z,
                n_features, self->factors, n_features, 0, piece->beside, count);
    for (int i = 0; i < piece->n; i++) {
        memcpy(self->result + piece->own[i] * count, piece->beside + (int64_t)i * count,
               (size_t)count * sizeof *self->result);
        if (self->squared_lengths != NULL) {
            const double *z = piece->z + i * source->n_features;
            self->squared_lengths[piece->own[i]] = cblas_ddot(n_features, z, 1, z, 1);
        }
    }
}

om_status om_z_source_project(double *projections, double *squared_lengths, om_z_source *source,
                              const double *weights, int64_t count) {
    const chunk_work work = {.work = project,
                             .factors = weights,
                             .count = (int)count,
                             .result = projections,
                             .squared_lengths = squared_lengths};
    int64_t bytes = source->n_rows * count * (int64_t)sizeof *projections;
    memset(projections, 0, (size_t)bytes);
    if (squared_lengths != NULL) {
        memset(squared_lengths, 0, (size_t)source->n_rows * sizeof *squared_lengths);
    }
    OM_TRY(for_chunks(source, &work));
    OM_TRY(om_join_bytes(source->ctx, projections, bytes));
    return squared_lengths == NULL
               ? OM_OK
               : om_join_bytes(source->ctx, squared_lengths,
                               source->n_rows * (int64_t)sizeof *squared_lengths);
}

static void combine(const chunk_work *self, const om_z_source *source, const chunk *piece) {
    int n_features = (int)source->n_features;
    for (int c = 0; c < self->count; c++) {
        for (int i = 0; i < piece->n; i++) {
            piece->beside[(int64_t)c * piece->n + i] =
                self->factors[c * source->n_rows + piece->own[i]];
        }
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, self->count, n_features, piece->n, 1,
                piece->beside, piece->n, piece->z, n_features, 1, self->result, n_features);
}

static om_status sum_over_ranks(om_ctx *ctx, double *values, int64_t count) {
    for (int64_t done = 0; done < count; done += PIECE) {
        int64_t piece = count - done < PIECE ? count - done : PIECE;
        if (MPI_Allreduce(MPI_IN_PLACE, values + done, (int)piece, MPI_DOUBLE, MPI_SUM,
                          om_context_comm(ctx)) != MPI_SUCCESS) {
            return om_fail(OM_SYSTEM, "MPI: sum of %d doubles failed", (int)piece);
        }
    }
    return OM_OK;
}

om_status om_z_source_combine(double *sums, om_z_source *source, const double *coefficients,
                              int64_t count) {
    const chunk_work work = {
        .work = combine, .factors = coefficients, .count = (int)count, .result = sums};
    int64_t n = count * source->n_features;
    memset(sums, 0, (size_t)n * sizeof *sums);
    OM_TRY(for_chunks(source, &work));
    return sum_over_ranks(source->ctx, sums, n);
}
