/* What the products of a training step can reach on one core: the peak of its multiply-add units,
 * and each product alone by BLAS in all orientations, storages and cuts that one might choose. */
#include <cblas.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

static const char usage[] =
    "usage: bench_gemm FEATURES HIDDEN HEAD BATCH\n\n"
    "Prints a line each: the name of BLAS' kernels; multiply-adds' floating-point operations a\n"
    "second; and of every product of a training step the seconds in its quickest variant, the\n"
    "floating-point operations, and that variant.\n";

enum { N_HALLMARKS = 10, TRIALS = 15, FINALISTS = 6, MOST_CUTS = 4 };

/* OpenBLAS only: weak, so that any other BLAS links too. */
extern char *openblas_get_corename(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* --- multiply-adds: more of them at once than the units need to be always busy ---------------- */

#define FOR_ALL(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)

enum { AT_ONCE = 12, ROUNDS = 1000000, LOOPS = 10 };

typedef struct fma_loop {
    const char *name;
    int lanes;
    float (*run)(int rounds);
} fma_loop;

#if defined(__x86_64__)
#define BEGIN_512(i) __m512 sum##i = _mm512_set1_ps((float)(i));
#define STEP_512(i) sum##i = _mm512_fmadd_ps(sum##i, factor, term);
#define END_512(i) all += _mm512_reduce_add_ps(sum##i);
__attribute__((target("avx512f"))) static float run_512(int rounds) {
    const __m512 factor = _mm512_set1_ps(0.5F);
    const __m512 term = _mm512_set1_ps(1.0F);
    float all = 0.0F;
    FOR_ALL(BEGIN_512)
    for (int round = 0; round < rounds; round++) {
        FOR_ALL(STEP_512)
    }
    FOR_ALL(END_512)
    return all;
}

#define BEGIN_256(i) __m256 sum##i = _mm256_set1_ps((float)(i));
#define STEP_256(i) sum##i = _mm256_fmadd_ps(sum##i, factor, term);
#define END_256(i) all = _mm256_add_ps(all, sum##i);
__attribute__((target("avx2,fma"))) static float run_256(int rounds) {
    const __m256 factor = _mm256_set1_ps(0.5F);
    const __m256 term = _mm256_set1_ps(1.0F);
    __m256 all = term;
    FOR_ALL(BEGIN_256)
    for (int round = 0; round < rounds; round++) {
        FOR_ALL(STEP_256)
    }
    FOR_ALL(END_256)
    return _mm256_cvtss_f32(all);
}
#elif defined(__aarch64__)
#define BEGIN_128(i) float32x4_t sum##i = vdupq_n_f32((float)(i));
#define STEP_128(i) sum##i = vfmaq_f32(term, sum##i, factor);
#define END_128(i) all += vaddvq_f32(sum##i);
static float run_128(int rounds) {
    const float32x4_t factor = vdupq_n_f32(0.5F);
    const float32x4_t term = vdupq_n_f32(1.0F);
    float all = 0.0F;
    FOR_ALL(BEGIN_128)
    for (int round = 0; round < rounds; round++) {
        FOR_ALL(STEP_128)
    }
    FOR_ALL(END_128)
    return all;
}
#endif

#define BEGIN_1(i) float sum##i = (float)(i);
#define STEP_1(i) sum##i = fmaf(sum##i, 0.5F, 1.0F);
#define END_1(i) all += sum##i;
static float run_1(int rounds) {
    float all = 0.0F;
    FOR_ALL(BEGIN_1)
    for (int round = 0; round < rounds; round++) {
        FOR_ALL(STEP_1)
    }
    FOR_ALL(END_1)
    return all;
}

static fma_loop widest_loop(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        return (fma_loop){"512 bits", 16, run_512};
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return (fma_loop){"256 bits", 8, run_256};
    }
#elif defined(__aarch64__)
    return (fma_loop){"128 bits", 4, run_128};
#endif
    return (fma_loop){"scalar", 1, run_1};
}

/* The result is looked at, so that no compiler drops the work. */
static bool measure_fma(void) {
    fma_loop loop = widest_loop();
    double best = 0.0;
    float result = 0.0F;
    for (int trial = 0; trial < LOOPS; trial++) {
        double started = now();
        result += loop.run(ROUNDS);
        double rate = 2.0 * AT_ONCE * loop.lanes * ROUNDS / (now() - started);
        best = rate > best ? rate : best;
    }
    printf("fma %.6g %s\n", best, loop.name);
    return isfinite(result);
}

/* --- products --------------------------------------------------------------------------------- */

/* C [m x n] = A [m x k] B [k x n]. */
typedef struct product {
    const char *name;
    int m;
    int n;
    int k;
    int cuts_m[MOST_CUTS]; /* sizes of pieces to try; 0: whole */
    int cuts_n[MOST_CUTS];
    int cuts_k[MOST_CUTS];
} product;

/* A way to compute it. A matrix that is `turned` is stored by columns; C turned is computed as
 * C^T = B^T A^T. */
typedef struct variant {
    bool turned_a;
    bool turned_b;
    bool turned_c;
    int piece_m;
    int piece_n;
    int piece_k;
} variant;

typedef struct operands {
    float *a;
    float *b;
    float *c;
} operands;

static int at_most(int piece, int rest) {
    return piece < rest ? piece : rest;
}

/* Element (row, column) of a matrix of `rows` x `columns`. */
static float *element(float *matrix, bool turned, int rows, int columns, int row, int column) {
    return matrix + (turned ? (int64_t)column * rows + row : (int64_t)row * columns + column);
}

static void multiply_piece(const product *of, const variant *how, const operands *data, int row,
                           int column, int inner) {
    int m = at_most(how->piece_m, of->m - row);
    int n = at_most(how->piece_n, of->n - column);
    int k = at_most(how->piece_k, of->k - inner);
    const float *a = element(data->a, how->turned_a, of->m, of->k, row, inner);
    const float *b = element(data->b, how->turned_b, of->k, of->n, inner, column);
    float *c = element(data->c, how->turned_c, of->m, of->n, row, column);
    int stride_a = how->turned_a ? of->m : of->k;
    int stride_b = how->turned_b ? of->k : of->n;
    float beta = inner == 0 ? 0.0F : 1.0F;
    if (how->turned_c) {
        cblas_sgemm(CblasRowMajor, how->turned_b ? CblasNoTrans : CblasTrans,
                    how->turned_a ? CblasNoTrans : CblasTrans, n, m, k, 1.0F, b, stride_b, a,
                    stride_a, beta, c, of->m);
    } else {
        cblas_sgemm(CblasRowMajor, how->turned_a ? CblasTrans : CblasNoTrans,
                    how->turned_b ? CblasTrans : CblasNoTrans, m, n, k, 1.0F, a, stride_a, b,
                    stride_b, beta, c, of->n);
    }
}

static void multiply(const product *of, const variant *how, const operands *data) {
    for (int row = 0; row < of->m; row += how->piece_m) {
        for (int column = 0; column < of->n; column += how->piece_n) {
            for (int inner = 0; inner < of->k; inner += how->piece_k) {
                multiply_piece(of, how, data, row, column, inner);
            }
        }
    }
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Median seconds; the first time warms the cache. */
static double time_variant(const product *of, const variant *how, const operands *data,
                           int trials) {
    double seconds[TRIALS];
    multiply(of, how, data);
    for (int trial = 0; trial < trials; trial++) {
        double started = now();
        multiply(of, how, data);
        seconds[trial] = now() - started;
    }
    qsort(seconds, (size_t)trials, sizeof seconds[0], by_size);
    return seconds[trials / 2];
}

/* The quickest variants of a first look, in order. */
typedef struct finalists {
    int n;
    variant variants[FINALISTS];
    double seconds[FINALISTS];
} finalists;

static void enter(finalists *list, const variant *how, double seconds) {
    if (list->n == FINALISTS && seconds >= list->seconds[FINALISTS - 1]) {
        return;
    }
    int place = list->n < FINALISTS ? list->n++ : FINALISTS - 1;
    for (; place > 0 && list->seconds[place - 1] > seconds; place--) {
        list->variants[place] = list->variants[place - 1];
        list->seconds[place] = list->seconds[place - 1];
    }
    list->variants[place] = *how;
    list->seconds[place] = seconds;
}

static void try_orientations(const product *of, variant how, const operands *data,
                             finalists *list) {
    for (int turns = 0; turns < 8; turns++) {
        how.turned_a = (turns & 1) != 0;
        how.turned_b = (turns & 2) != 0;
        how.turned_c = (turns & 4) != 0;
        enter(list, &how, time_variant(of, &how, data, 1));
    }
}

static void print_variant(const product *of, const variant *how, double seconds) {
    printf("%s %.6g %.6g A %dx%d, B %dx%d, C %dx%d", of->name, seconds, 2.0 * of->m * of->n * of->k,
           how->turned_a ? of->k : of->m, how->turned_a ? of->m : of->k,
           how->turned_b ? of->n : of->k, how->turned_b ? of->k : of->n,
           how->turned_c ? of->n : of->m, how->turned_c ? of->m : of->n);
    if (how->piece_m < of->m || how->piece_n < of->n || how->piece_k < of->k) {
        printf(", cut %dx%dx%d", how->piece_m, how->piece_n, how->piece_k);
    }
    printf("\n");
}

/* Each list of cuts ends with 0, which stands for no cut. */
static void try_cuts(const product *of, const operands *data, finalists *list) {
    for (const int *m = of->cuts_m, *end_m = NULL; end_m == NULL; m++) {
        end_m = *m == 0 ? m : NULL;
        for (const int *n = of->cuts_n, *end_n = NULL; end_n == NULL; n++) {
            end_n = *n == 0 ? n : NULL;
            for (const int *k = of->cuts_k, *end_k = NULL; end_k == NULL; k++) {
                end_k = *k == 0 ? k : NULL;
                variant how = {.piece_m = end_m != NULL ? of->m : *m,
                               .piece_n = end_n != NULL ? of->n : *n,
                               .piece_k = end_k != NULL ? of->k : *k};
                try_orientations(of, how, data, list);
            }
        }
    }
}

static void measure_product(const product *of, const operands *data) {
    finalists list = {.n = 0};
    try_cuts(of, data, &list);
    int best = 0;
    for (int i = 0; i < list.n; i++) {
        list.seconds[i] = time_variant(of, &list.variants[i], data, TRIALS);
        best = list.seconds[i] < list.seconds[best] ? i : best;
    }
    print_variant(of, &list.variants[best], list.seconds[best]);
}

static float *make_matrix(size_t n) {
    float *matrix = malloc(n * sizeof *matrix);
    for (size_t i = 0; matrix != NULL && i < n; i++) {
        matrix[i] = (float)(i * 2654435761U % 1000) * 0.002F - 1.0F;
    }
    return matrix;
}

static bool measure(const product *of) {
    operands data = {make_matrix((size_t)of->m * (size_t)of->k),
                     make_matrix((size_t)of->k * (size_t)of->n),
                     make_matrix((size_t)of->m * (size_t)of->n)};
    bool complete = data.a != NULL && data.b != NULL && data.c != NULL;
    if (complete) {
        measure_product(of, &data);
    }
    free(data.a);
    free(data.b);
    free(data.c);
    return complete;
}

int main(int argc, char **argv) {
    int sizes[4] = {0};
    for (int i = 0; argc == 5 && i < 4; i++) {
        sizes[i] = atoi(argv[i + 1]);
    }
    if (sizes[0] < 1 || sizes[1] < 1 || sizes[2] < 1 || sizes[3] < 1) {
        fputs(usage, stderr);
        return 2;
    }
    int features = sizes[0];
    int hidden = sizes[1];
    int heads = N_HALLMARKS * sizes[2];
    int batch = sizes[3];
    const product products[] = {
        {"forward", batch, hidden, features, {32, 64, 128}, {0}, {512, 2048}},
        {"backward", hidden, features, batch, {0}, {256, 1024, 4096}, {32}},
        {"heads-forward", batch, heads, hidden, {32}, {0}, {0}},
        {"heads-backward", batch, hidden, heads, {32}, {0}, {0}},
        {"heads-gradient", heads, hidden, batch, {0}, {0}, {32}},
    };
    if (openblas_set_num_threads != NULL) {
        openblas_set_num_threads(1);
    }
    printf("kernels %s\n", openblas_get_corename != NULL ? openblas_get_corename() : "unknown");
    bool ok = measure_fma();
    for (size_t i = 0; ok && i < sizeof products / sizeof products[0]; i++) {
        ok = measure(&products[i]);
    }
    if (!ok) {
        fputs("bench_gemm: out of memory\n", stderr);
    }
    return ok ? 0 : 1;
}
