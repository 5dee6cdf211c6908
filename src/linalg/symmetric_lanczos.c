/* Few leading eigenvectors of many, by a block Lanczos method with thick restarts (Wu and Simon
 * 2000, doi 10.1137/S0895479898334605): a tenth to a hundredth of the time of a full reduction,
 * which ScaLAPACK does column by column. All ranks hold the basis, and compute with it alike; only
 * the products with the matrix are shared. */
#include "symmetric_private.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/stop.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum {
    BLOCK = 24,         /* vectors that are multiplied together */
    BLOCKS_A_ROUND = 6, /* at least, between restarts */
    MOST_ROUNDS = 300
};

/* Lengths of A v - value v, of the largest eigenvalue's absolute value. */
static const double precise_enough = 1e-12;

/* What is left of a vector that lay in the basis before. */
static const double least_length = 1e-9;

/* Vectors stand in rows of n. */
typedef struct lanczos {
    const om_symmetric *matrix;
    int n;
    int n_kept;     /* at a restart */
    int capacity;   /* of the basis */
    int size;       /* of the basis */
    double *basis;  /* [capacity x n] orthonormal */
    double *images; /* [capacity x n] the matrix times them */
    double *next;   /* [BLOCK x n] orthonormal, and to the basis: what it grows by */
    double *spare;  /* [capacity x n] */
    double *inner;  /* [capacity x capacity] */
    double *ritz;   /* [capacity] ascending */
    double *work;   /* of LAPACK */
    int *integer_work;
    int work_length;
    int integer_work_length;
    om_random random;
} lanczos;

static void destroy(lanczos *state) {
    om_free(state->integer_work);
    om_free(state->work);
    om_free(state->ritz);
    om_free(state->inner);
    om_free(state->spare);
    om_free(state->next);
    om_free(state->images);
    om_free(state->basis);
}

static int64_t capacity_for(int64_t count) {
    const int64_t least = (int64_t)BLOCKS_A_ROUND * BLOCK;
    return count + BLOCK + (count > least ? count : least);
}

int64_t om_symmetric_lanczos_bytes(int64_t n, int64_t count) {
    int64_t m = capacity_for(count);
    return ((3 * m + BLOCK) * n + 3 * m * m) * (int64_t)sizeof(double);
}

static om_status create(lanczos *state, const om_symmetric *matrix, int64_t count) {
    int64_t n = matrix->n, m = capacity_for(count);
    state->matrix = matrix;
    state->n = matrix->n;
    state->n_kept = (int)count + BLOCK;
    state->capacity = (int)m;
    state->work_length = (int)(1 + 6 * m + 2 * m * m);
    state->integer_work_length = (int)(3 + 5 * m);
    state->basis = om_calloc_aligned(m * n, sizeof *state->basis);
    state->images = om_calloc_aligned(m * n, sizeof *state->images);
    state->next = om_calloc_aligned(BLOCK * n, sizeof *state->next);
    state->spare = om_calloc_aligned(m * n, sizeof *state->spare);
    state->inner = om_calloc(m * m, sizeof *state->inner);
    state->ritz = om_calloc(m, sizeof *state->ritz);
    state->work = om_calloc(state->work_length, sizeof *state->work);
    state->integer_work = om_calloc(state->integer_work_length, sizeof *state->integer_work);
    state->random = om_random_stream(0, OM_PURPOSE_LANCZOS, 0);
    bool complete = state->basis != NULL && state->images != NULL && state->next != NULL &&
                    state->spare != NULL && state->inner != NULL && state->ritz != NULL &&
                    state->work != NULL && state->integer_work != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static void draw(lanczos *state, double *vector) {
    for (int i = 0; i < state->n; i++) {
        vector[i] = om_random_normal(&state->random);
    }
}

/* Takes from `next` what lies in the basis. */
static void leave_basis(lanczos *state, int count) {
    if (state->size == 0) {
        return;
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, state->size, state->n, 1,
                state->next, state->n, state->basis, state->n, 0, state->spare, state->size);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count, state->n, state->size, -1,
                state->spare, state->size, state->basis, state->n, 1, state->next, state->n);
}

/* `next` becomes orthonormal; what was in the basis or among the vectors before it is drawn anew.
 */
static void normalise(lanczos *state) {
    for (int i = 0; i < BLOCK; i++) {
        double *vector = state->next + (int64_t)i * state->n;
        double before = cblas_dnrm2(state->n, vector, 1);
        for (int j = 0; j < i; j++) {
            const double *other = state->next + (int64_t)j * state->n;
            cblas_daxpy(state->n, -cblas_ddot(state->n, vector, 1, other, 1), other, 1, vector, 1);
        }
        double length = cblas_dnrm2(state->n, vector, 1);
        if (length <= least_length * before || length < DBL_MIN) {
            draw(state, vector);
            length = cblas_dnrm2(state->n, vector, 1);
        }
        cblas_dscal(state->n, 1 / length, vector, 1);
    }
}

/* Three times: rounding errors of the first go with the second; the third is for vectors that were
 * drawn anew. */
static void orthonormalise(lanczos *state) {
    for (int pass = 0; pass < 3; pass++) {
        leave_basis(state, BLOCK);
        normalise(state);
    }
}

/* The basis grows by `next`, and `next` becomes what the matrix makes of it. */
static om_status grow(lanczos *state) {
    double *image = state->images + (int64_t)state->size * state->n;
    size_t bytes = (size_t)BLOCK * (size_t)state->n * sizeof(double);
    OM_TRY(om_symmetric_times(image, state->next, state->matrix, BLOCK));
    memcpy(state->basis + (int64_t)state->size * state->n, state->next, bytes);
    memcpy(state->next, image, bytes);
    state->size += BLOCK;
    orthonormalise(state);
    return OM_OK;
}

/* Eigenvectors of the matrix as far as it lies in the basis: coefficients in rows of `inner`, by
 * ascending value. */
static om_status project(lanczos *state) {
    int info = 0;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, state->size, state->size, state->n, 1,
                state->basis, state->n, state->images, state->n, 0, state->inner, state->size);
    dsyevd_("V", "L", &state->size, state->inner, &state->size, state->ritz, state->work,
            &state->work_length, state->integer_work, &state->integer_work_length, &info, 1, 1);
    return om_scalapack_check("dsyevd", info);
}

/* Rows of `vectors` become their combinations by the last n_kept rows of `inner`, the last first.
 */
static void combine(lanczos *state, double **vectors) {
    int n_kept = state->n_kept;
    const double *first = state->inner + (int64_t)(state->size - n_kept) * state->size;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n_kept, state->n, state->size, 1, first,
                state->size, *vectors, state->n, 0, state->spare, state->n);
    double *swapped = *vectors;
    *vectors = state->spare;
    state->spare = swapped;
}

/* Only the eigenvectors of the n_kept largest values stay, ascending; *error: the largest distance
 * of the last `count` of them from being eigenvectors, of the largest absolute value. */
static void restart(lanczos *state, int64_t count, double *error) {
    combine(state, &state->basis);
    combine(state, &state->images);
    const double *values = state->ritz + state->size - state->n_kept;
    double largest = fmax(fabs(state->ritz[0]), fabs(state->ritz[state->size - 1]));
    *error = 0;
    for (int i = state->n_kept - (int)count; i < state->n_kept; i++) {
        double sum = 0;
        for (int64_t k = (int64_t)i * state->n; k < (int64_t)(i + 1) * state->n; k++) {
            double left = state->images[k] - values[i] * state->basis[k];
            sum += left * left;
        }
        *error = fmax(*error, sqrt(sum));
    }
    *error = largest > 0 ? *error / largest : 0;
    memmove(state->ritz, values, (size_t)state->n_kept * sizeof *values);
    state->size = state->n_kept;
}

/* One round; all ranks go by what rank 0 finds. */
static om_status go_round(lanczos *state, int64_t count, double *error) {
    om_ctx *ctx = state->matrix->grid->ctx;
    while (state->size + BLOCK <= state->capacity) {
        OM_TRY(om_stop_check(ctx));
        OM_TRY(grow(state));
    }
    OM_TRY(om_agree(ctx, project(state)));
    restart(state, count, error);
    return om_broadcast(ctx, 0, error, sizeof *error);
}

static om_status iterate(lanczos *state, int64_t count) {
    double error = INFINITY;
    for (int i = 0; i < BLOCK; i++) {
        draw(state, state->next + (int64_t)i * state->n);
    }
    orthonormalise(state);
    for (int round = 0; round < MOST_ROUNDS && !(error <= precise_enough); round++) {
        OM_TRY(go_round(state, count, &error));
    }
    if (!(error <= precise_enough)) {
        return om_fail(OM_SYSTEM,
                       "%s: found eigenvectors to %.1g of the largest value only, expected %.1g",
                       state->matrix->what, error, precise_enough);
    }
    return OM_OK;
}

om_status om_symmetric_leading_lanczos(double *values, double *vectors, om_symmetric *matrix,
                                       int64_t count) {
    om_ctx *ctx = matrix->grid->ctx;
    lanczos state = {.matrix = NULL};
    om_status status = om_agree(ctx, create(&state, matrix, count));
    status = status == OM_OK ? iterate(&state, count) : status;
    for (int64_t i = 0; i < count && status == OM_OK; i++) {
        int64_t from = state.n_kept - 1 - i;
        values[i] = state.ritz[from];
        memcpy(vectors + i * state.n, state.basis + from * state.n,
               (size_t)state.n * sizeof *vectors);
    }
    destroy(&state);
    if (status == OM_OK) {
        status = om_broadcast(ctx, 0, values, count * (int64_t)sizeof *values);
    }
    int64_t bytes = count * matrix->n * (int64_t)sizeof *vectors;
    return status == OM_OK ? om_broadcast(ctx, 0, vectors, bytes) : status;
}
