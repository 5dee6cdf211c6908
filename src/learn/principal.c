#include "principal.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

/* Components with less than this share of the first one's variance are rounding errors; so is all
 * variance below least_variance, where that of each feature is 1 or none. */
static const double least_share = 1e-10;
static const double least_variance = 1e-9;

/* What the matrix is over: the fewer of features and samples. */
static bool is_over_features(const om_principal *principal) {
    return principal->n_samples >= principal->n_features;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static om_status allocate(om_principal *principal, int64_t count) {
    principal->n_components = count;
    principal->variance = om_calloc(count, sizeof *principal->variance);
    principal->loadings = om_calloc(count * principal->n_features, sizeof *principal->loadings);
    return principal->variance != NULL && principal->loadings != NULL ? OM_OK : OM_MEMORY;
}

/* Length 1, and positive where the absolute value is largest; see om_symmetric_leading. */
static void settle(double *loadings, int64_t n) {
    double sum = 0, largest = 0;
    for (int64_t f = 0; f < n; f++) {
        sum += loadings[f] * loadings[f];
        largest = fmax(largest, fabs(loadings[f]));
    }
    int64_t first = 0;
    while (first < n && fabs(loadings[first]) < largest * (1 - 1e-9)) {
        first++;
    }
    double factor = sum > 0 ? copysign(1 / sqrt(sum), loadings[first]) : 0;
    for (int64_t f = 0; f < n; f++) {
        loadings[f] *= factor;
    }
}

/* Loadings from the eigenvectors of the samples' products. */
static om_status combine(om_principal *principal, om_ctx *ctx, om_z_source *source,
                         om_symmetric *matrix) {
    int64_t count = principal->n_components;
    double *vectors = om_calloc(count * principal->n_samples, sizeof *vectors);
    om_status status = om_agree(ctx, vectors != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        status = om_symmetric_leading(principal->variance, vectors, matrix, count);
    }
    if (status == OM_OK) {
        status = om_z_source_combine(principal->loadings, source, vectors, count);
    }
    for (int64_t c = 0; c < count && status == OM_OK; c++) {
        settle(principal->loadings + c * principal->n_features, principal->n_features);
    }
    om_free(vectors);
    return status;
}

static om_status solve(om_principal *principal, om_ctx *ctx, om_z_source *source,
                       om_symmetric *matrix) {
    bool over_features = is_over_features(principal);
    om_panel_source panels =
        over_features ? om_z_source_features(source) : om_z_source_samples(source);
    double started = MPI_Wtime();
    OM_TRY(om_symmetric_add_terms(matrix, &panels));
    principal->seconds_sums = MPI_Wtime() - started;
    om_symmetric_scale(matrix, 1 / (double)(principal->n_samples - 1));
    OM_TRY(om_symmetric_trace(&principal->total_variance, matrix));
    if (!(principal->total_variance >= least_variance)) {
        return om_fail(OM_USAGE,
                       "principal components: the %" PRId64 " training samples are all the same "
                       "in the %" PRId64 " features (features.most_variable)",
                       principal->n_samples, principal->n_features);
    }
    started = MPI_Wtime();
    OM_TRY(over_features ? om_symmetric_leading(principal->variance, principal->loadings, matrix,
                                                principal->n_components)
                         : combine(principal, ctx, source, matrix));
    principal->seconds_eigenvectors = MPI_Wtime() - started;
    return OM_OK;
}

/* What a rank has for the matrix, beside vectors, loadings and scores. Collective. */
static om_status find_room(int64_t *room, const om_principal *principal, om_ctx *ctx, int64_t n) {
    static const double mebibyte = 1 << 20;
    int64_t count = principal->n_components, available = 0;
    int64_t beside =
        om_symmetric_leading_bytes(n, count) +
        count * (principal->n_features + 2 * principal->n_samples) * (int64_t)sizeof(double);
    OM_TRY(om_symmetric_room(&available, ctx));
    *room = available - beside;
    if (*room <= 0) {
        return om_fail(OM_USAGE,
                       "pca.components: %" PRId64 " components take %.0f MiB on each rank, found "
                       "%.0f MiB; fewer components, or fewer ranks a node, would do",
                       count, (double)beside / mebibyte, (double)available / mebibyte);
    }
    return OM_OK;
}

static om_status solve_on_grid(om_principal *principal, om_ctx *ctx, om_z_source *source,
                               const om_grid *grid) {
    om_symmetric *matrix = NULL;
    int64_t room = 0;
    int64_t n = smaller(principal->n_samples, principal->n_features);
    OM_TRY(find_room(&room, principal, ctx, n));
    om_status status =
        om_symmetric_create(&matrix, grid, n, room,
                            is_over_features(principal) ? "the covariance of the features"
                                                        : "the products of the training samples");
    status = status == OM_OK ? solve(principal, ctx, source, matrix) : status;
    om_symmetric_destroy(&matrix);
    return status;
}

static void leave_out_empty(om_principal *principal) {
    int64_t count = 1;
    while (count < principal->n_components &&
           principal->variance[count] > least_share * principal->variance[0]) {
        count++;
    }
    principal->n_components = count;
}

static om_status compute(om_principal *principal, om_ctx *ctx, om_z_source *source, int64_t most) {
    om_grid *grid = NULL;
    int64_t there_are = smaller(principal->n_samples - 1, principal->n_features);
    if (there_are < 1) {
        return om_fail(OM_USAGE,
                       "principal components: found %" PRId64
                       " training sample, expected at least two",
                       principal->n_samples);
    }
    OM_TRY(om_agree(ctx, allocate(principal, smaller(most, there_are))));
    OM_TRY(om_grid_create(&grid, ctx));
    om_status status = solve_on_grid(principal, ctx, source, grid);
    om_grid_destroy(&grid);
    if (status == OM_OK) {
        leave_out_empty(principal);
    }
    return status;
}

om_status om_principal_compute(om_principal **out, om_ctx *ctx, om_z_source *source, int64_t most) {
    om_principal *principal = om_calloc(1, sizeof *principal);
    *out = principal;
    om_status status = om_agree(ctx, principal != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        om_panel_source panels = om_z_source_features(source);
        principal->n_samples = panels.n_terms;
        principal->n_features = panels.n_items;
        status = compute(principal, ctx, source, most);
    }
    if (status != OM_OK) {
        om_principal_destroy(out);
    }
    return status;
}

void om_principal_destroy(om_principal **principal) {
    if (*principal == NULL) {
        return;
    }
    om_free((*principal)->variance);
    om_free((*principal)->loadings);
    om_free(*principal);
    *principal = NULL;
}
