#include "profile_matrix.h"

#include "oncomark/memory.h"
#include "oncomark/partition.h"

#include <limits.h>
#include <string.h>

static void find_share(const om_profile_matrix *matrix, int rank, int64_t *first, int64_t *count) {
    int64_t block = matrix->block;
    int64_t n_blocks = (matrix->n_profiles + block - 1) / block;
    om_range_even(n_blocks, om_context_size(matrix->ctx), rank, first, count);
    *first *= block;
    *first = *first < matrix->n_profiles ? *first : matrix->n_profiles;
    int64_t left = matrix->n_profiles - *first;
    *count = *count * block < left ? *count * block : left;
}

om_status om_profile_matrix_create(om_profile_matrix **out, om_ctx *ctx, int64_t n_features,
                                   int64_t n_profiles, int64_t block) {
    om_profile_matrix *matrix = om_calloc(1, sizeof *matrix);
    *out = matrix;
    if (matrix != NULL) {
        *matrix = (om_profile_matrix){
            .ctx = ctx, .n_features = n_features, .n_profiles = n_profiles, .block = block};
        find_share(matrix, om_context_rank(ctx), &matrix->first, &matrix->count);
        matrix->row_of = om_malloc(n_features, sizeof *matrix->row_of);
        matrix->zeros = om_calloc(block, sizeof *matrix->zeros);
        matrix->values = om_calloc(n_features * matrix->count, sizeof *matrix->values);
    }
    bool complete =
        matrix != NULL && matrix->row_of != NULL && matrix->zeros != NULL && matrix->values != NULL;
    om_status status = om_agree(ctx, complete ? OM_OK : OM_MEMORY);
    if (status != OM_OK) {
        om_profile_matrix_destroy(out);
        return status;
    }
    for (int64_t f = 0; f < n_features; f++) {
        matrix->row_of[f] = -1;
    }
    return OM_OK;
}

void om_profile_matrix_destroy(om_profile_matrix **matrix) {
    if (*matrix == NULL) {
        return;
    }
    om_free((*matrix)->row_of);
    om_free((*matrix)->zeros);
    om_free((*matrix)->values);
    om_free((*matrix)->parcels);
    om_free(*matrix);
    *matrix = NULL;
}

/* Who sends how much to whom in one call. */
typedef struct exchange {
    int64_t n;
    const int32_t *features; /* [n] of this rank */
    const double *values;
    bool *is_kept;        /* [n] */
    int32_t *all;         /* features of all ranks, one rank after another */
    int *counts;          /* [size] of features of each rank */
    int *starts;          /* [size] where they are in `all` */
    int *kept;            /* [size] how many of them are new */
    int *sent;            /* [size] values to each rank */
    int *sent_starts;     /* [size] */
    int *received;        /* [size] */
    int *received_starts; /* [size] */
} exchange;

enum { INT_ARRAYS = 7 };

static void exchange_release(exchange *moved) {
    om_free(moved->counts);
    om_free(moved->all);
    om_free(moved->is_kept);
}

static om_status exchange_create(exchange *moved, int size) {
    int *numbers = om_calloc((int64_t)INT_ARRAYS * size, sizeof *numbers);
    moved->counts = numbers;
    moved->is_kept = om_calloc(moved->n, sizeof *moved->is_kept);
    if (numbers == NULL || moved->is_kept == NULL) {
        return OM_MEMORY;
    }
    int **const arrays[INT_ARRAYS - 1] = {&moved->starts,   &moved->kept,
                                          &moved->sent,     &moved->sent_starts,
                                          &moved->received, &moved->received_starts};
    for (int i = 0; i < INT_ARRAYS - 1; i++) {
        *arrays[i] = numbers + (ptrdiff_t)(i + 1) * size;
    }
    return moved->n <= INT_MAX ? OM_OK : om_fail(OM_BUG, "too many rows in a piece of a table");
}

/* The features of all ranks, on all of them. */
static om_status share_features(exchange *moved, om_ctx *ctx) {
    int size = om_context_size(ctx);
    int own = (int)moved->n;
    int64_t total = 0;
    MPI_Allgather(&own, 1, MPI_INT, moved->counts, 1, MPI_INT, om_context_comm(ctx));
    for (int r = 0; r < size; r++) {
        moved->starts[r] = (int)total;
        total += moved->counts[r];
        total = total <= INT_MAX ? total : INT_MAX;
    }
    om_status status = OM_OK;
    if (total == INT_MAX) {
        status = om_fail(OM_BUG, "too many rows in a round of a table");
    } else {
        moved->all = om_malloc(total, sizeof *moved->all);
        status = moved->all != NULL ? OM_OK : OM_MEMORY;
    }
    OM_TRY(om_agree(ctx, status));
    MPI_Allgatherv(moved->features, own, MPI_INT32_T, moved->all, moved->counts, moved->starts,
                   MPI_INT32_T, om_context_comm(ctx));
    return OM_OK;
}

/* Gives new features their rows, in the same way on all ranks. */
static void place_rows(om_profile_matrix *matrix, exchange *moved) {
    int rank = om_context_rank(matrix->ctx);
    for (int r = 0; r < om_context_size(matrix->ctx); r++) {
        for (int i = 0; i < moved->counts[r]; i++) {
            int64_t *row = &matrix->row_of[moved->all[moved->starts[r] + i]];
            bool is_new = *row < 0;
            *row = is_new ? matrix->n_found++ : *row;
            moved->kept[r] += is_new;
            if (r == rank) {
                moved->is_kept[i] = is_new;
            }
        }
    }
}

/* Copies the share of each profile range from this rank's new rows. */
static void copy_share(double *to, const om_profile_matrix *matrix, const exchange *moved,
                       int64_t first, int64_t count) {
    for (int64_t i = 0; i < moved->n; i++) {
        if (moved->is_kept[i]) {
            memcpy(to, moved->values + i * matrix->n_profiles + first, (size_t)count * sizeof *to);
            to += count;
        }
    }
}

/* `first_row`: of this call. *own_row: of this rank. */
static om_status pack(om_profile_matrix *matrix, exchange *moved, int64_t first_row,
                      int64_t *own_row) {
    int rank = om_context_rank(matrix->ctx);
    int64_t sent = 0;
    int64_t row = 0;
    int64_t n_values = moved->kept[rank] * matrix->n_profiles;
    if ((matrix->n_found - first_row) * matrix->count > INT_MAX || n_values > INT_MAX) {
        return om_fail(OM_BUG, "too many values in a round of a table");
    }
    if (n_values > matrix->n_parcels && om_context_size(matrix->ctx) > 1) {
        om_free(matrix->parcels);
        matrix->n_parcels = 0;
        matrix->parcels = om_malloc(n_values, sizeof *matrix->parcels);
        if (matrix->parcels == NULL) {
            return OM_MEMORY;
        }
        matrix->n_parcels = n_values;
    }
    for (int r = 0; r < om_context_size(matrix->ctx); r++) {
        int64_t first = 0;
        int64_t count = 0;
        find_share(matrix, r, &first, &count);
        *own_row = r == rank ? first_row + row : *own_row;
        moved->received[r] = r == rank ? 0 : (int)(moved->kept[r] * matrix->count);
        moved->received_starts[r] = (int)(row * matrix->count);
        row += moved->kept[r];
        moved->sent[r] = r == rank ? 0 : (int)(moved->kept[rank] * count);
        moved->sent_starts[r] = (int)sent;
        if (r != rank) {
            copy_share(matrix->parcels + sent, matrix, moved, first, count);
        }
        sent += moved->sent[r];
    }
    return OM_OK;
}

static om_status move(om_profile_matrix *matrix, exchange *moved) {
    OM_TRY(om_agree(matrix->ctx, exchange_create(moved, om_context_size(matrix->ctx))));
    OM_TRY(share_features(moved, matrix->ctx));
    int64_t first_row = matrix->n_found;
    int64_t own_row = first_row;
    place_rows(matrix, moved);
    OM_TRY(om_agree(matrix->ctx, pack(matrix, moved, first_row, &own_row)));
    copy_share(matrix->values + own_row * matrix->count, matrix, moved, matrix->first,
               matrix->count);
    if (om_context_size(matrix->ctx) > 1) {
        MPI_Alltoallv(matrix->parcels, moved->sent, moved->sent_starts, MPI_DOUBLE,
                      matrix->values + first_row * matrix->count, moved->received,
                      moved->received_starts, MPI_DOUBLE, om_context_comm(matrix->ctx));
    }
    return OM_OK;
}

om_status om_profile_matrix_add(om_profile_matrix *matrix, int64_t n, const int32_t *features,
                                const double *values) {
    exchange moved = {.n = n, .features = features, .values = values};
    om_status status = move(matrix, &moved);
    exchange_release(&moved);
    return status;
}

/* Some features at a time: their rows are far apart in memory and wait for one another otherwise.
 */
void om_profile_matrix_get(const om_profile_matrix *matrix, int64_t profile, int64_t n,
                           double *values) {
    enum { TILE = 8 };
    for (int64_t first = 0; first < matrix->n_features; first += TILE) {
        const double *rows[TILE];
        int64_t left = matrix->n_features - first;
        int width = left < TILE ? (int)left : TILE;
        for (int i = 0; i < width; i++) {
            int64_t row = matrix->row_of[first + i];
            rows[i] = row < 0 ? matrix->zeros
                              : matrix->values + row * matrix->count + profile - matrix->first;
        }
        for (int64_t p = 0; p < n; p++) {
            for (int i = 0; i < width; i++) {
                values[p * matrix->n_features + first + i] = rows[i][p];
            }
        }
    }
}
