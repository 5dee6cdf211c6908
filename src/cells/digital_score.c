#include "oncomark/digital_score.h"

#include "order.h"

#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

enum {
    N_PARTS = OM_N_HALLMARKS * OM_N_SIGNS,
    SMALL = 1024 /* whole numbers below this are counted, others sorted */
};

/* What a row is to the score; k > 0: the k-th row that stands in a set. */
enum { ROW_NO_GENE = -1, ROW_IN_NO_SET = 0 };

struct om_digital_score {
    om_formula formula;
    double negative_weight;
    int64_t n_rows;
    int64_t n_genes;           /* G, of the ranking */
    int64_t largest_rank;      /* m */
    int64_t n_used[N_PARTS];   /* n of the formula */
    int64_t n_found[N_PARTS];  /* of these, in the data set */
    int32_t *row_slot;         /* [n_rows] ROW_..., or slot + 1 */
    int32_t *slot_start;       /* [slots + 1] into slot_parts */
    unsigned char *slot_parts; /* parts that a slot's row stands in */
};

/* The non-zeros of one cell that matter, and what ranks them. Ranks are doubled, so that averages
 * of ties are whole. */
typedef struct ranking {
    int64_t n_nonzeros;        /* genes with a value */
    int64_t count[SMALL];      /* genes with this small whole value */
    int64_t small_rank[SMALL]; /* doubled rank of this value */
    int largest_small;
    int64_t n_large;
    uint64_t *large; /* keys of the other values, ascending when sorted */
    uint64_t *scratch;
    int64_t n_hits; /* non-zeros that stand in a set */
    int32_t *hit_slot;
    double *hit_value;
} ranking;

/* Rank sums of one cell. */
typedef struct rank_sums {
    int64_t doubled[N_PARTS]; /* 2 x sum of r' */
    int64_t n_seen[N_PARTS];
    bool any_within[N_PARTS]; /* a gene with rank <= m */
} rank_sums;

int64_t om_digital_score_largest_rank(const om_score_parameters *parameters, int64_t n_symbols,
                                      int64_t n_missing) {
    bool grows =
        parameters->formula == OM_UCELL_2_6 && parameters->missing_genes == OM_MISSING_IMPUTE;
    int64_t n_genes = n_symbols + (grows ? n_missing : 0);
    return n_genes < parameters->max_rank ? n_genes : parameters->max_rank;
}

static om_status index_rows(om_digital_score *score, const uint8_t *is_first,
                            om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS]) {
    int64_t n_members = 0;
    for (int64_t row = 0; row < score->n_rows; row++) {
        score->row_slot[row] = is_first[row] != 0 ? ROW_IN_NO_SET : ROW_NO_GENE;
    }
    int32_t n_slots = 0;
    for (int p = 0; p < N_PARTS; p++) {
        const om_signature *part = &parts[p / OM_N_SIGNS][p % OM_N_SIGNS];
        n_members += part->n_found;
        for (int64_t i = 0; i < part->n_found; i++) {
            int32_t *slot = &score->row_slot[part->rows[i]];
            *slot = *slot > 0 ? *slot : ++n_slots;
        }
    }
    score->slot_start = om_calloc((int64_t)n_slots + 2, sizeof *score->slot_start);
    score->slot_parts = om_calloc(n_members, sizeof *score->slot_parts);
    if (score->slot_start == NULL || score->slot_parts == NULL) {
        return OM_MEMORY;
    }
    /* Counting sort by slot: lengths two places on, so that filling leaves the starts in place. */
    for (int fill = 0; fill < 2; fill++) {
        for (int p = 0; p < N_PARTS; p++) {
            const om_signature *part = &parts[p / OM_N_SIGNS][p % OM_N_SIGNS];
            for (int64_t i = 0; i < part->n_found; i++) {
                int32_t slot = score->row_slot[part->rows[i]] - 1;
                if (fill == 0) {
                    score->slot_start[slot + 2]++;
                } else {
                    score->slot_parts[score->slot_start[slot + 1]++] = (unsigned char)p;
                }
            }
        }
        for (int32_t slot = 0; fill == 0 && slot < n_slots; slot++) {
            score->slot_start[slot + 2] += score->slot_start[slot + 1];
        }
    }
    return OM_OK;
}

static om_status set_up(om_digital_score *score, const om_score_parameters *parameters,
                        const uint8_t *is_first, int64_t n_missing,
                        om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS]) {
    bool imputes = parameters->missing_genes == OM_MISSING_IMPUTE;
    for (int64_t row = 0; row < score->n_rows; row++) {
        score->n_genes += is_first[row] != 0 ? 1 : 0;
    }
    score->largest_rank = om_digital_score_largest_rank(parameters, score->n_genes, n_missing);
    score->n_genes += imputes && parameters->formula == OM_UCELL_2_6 ? n_missing : 0;
    for (int p = 0; p < N_PARTS; p++) {
        const om_signature *part = &parts[p / OM_N_SIGNS][p % OM_N_SIGNS];
        score->n_found[p] = part->n_found;
        score->n_used[p] = imputes ? part->n_genes : part->n_found;
        if (score->n_used[p] > score->largest_rank) {
            return om_fail(OM_BUG, "a gene set is longer than the largest rank");
        }
    }
    score->row_slot = om_calloc(score->n_rows, sizeof *score->row_slot);
    return score->row_slot == NULL ? OM_MEMORY : index_rows(score, is_first, parts);
}

om_status om_digital_score_create(om_digital_score **out, const om_score_parameters *parameters,
                                  int64_t n_rows, const uint8_t *is_first, int64_t n_missing,
                                  om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS]) {
    om_digital_score *score = om_calloc(1, sizeof *score);
    *out = score;
    if (score == NULL) {
        return OM_MEMORY;
    }
    score->formula = parameters->formula;
    score->negative_weight = parameters->negative_weight;
    score->n_rows = n_rows;
    om_status status = set_up(score, parameters, is_first, n_missing, parts);
    if (status != OM_OK) {
        om_digital_score_destroy(out);
    }
    return status;
}

void om_digital_score_destroy(om_digital_score **score) {
    if (*score == NULL) {
        return;
    }
    om_free((*score)->row_slot);
    om_free((*score)->slot_start);
    om_free((*score)->slot_parts);
    om_free(*score);
    *score = NULL;
}

/* Sorts the cell's genes into counted and to-be-sorted values and picks those that stand in sets.
 */
static void collect(ranking *work, const om_digital_score *score, const om_counts *counts,
                    int64_t cell) {
    work->n_nonzeros = 0;
    work->n_large = 0;
    work->n_hits = 0;
    work->largest_small = 0;
    for (int64_t i = counts->indptr[cell]; i < counts->indptr[cell + 1]; i++) {
        int32_t slot = score->row_slot[counts->indices[i]];
        if (slot == ROW_NO_GENE) {
            continue;
        }
        double value = counts->values[i];
        work->n_nonzeros++;
        if (counts->integer && value < SMALL) {
            int whole = (int)value;
            work->count[whole]++;
            work->largest_small = whole > work->largest_small ? whole : work->largest_small;
        } else {
            work->large[work->n_large++] = om_order_key(value);
        }
        if (slot > 0) {
            work->hit_slot[work->n_hits] = slot - 1;
            work->hit_value[work->n_hits++] = value;
        }
    }
}

/* Turns counts into doubled ranks and leaves the counts zero for the next cell. */
static void rank_small(ranking *work) {
    int64_t above = work->n_large;
    for (int value = work->largest_small; value > 0; value--) {
        int64_t ties = work->count[value];
        work->small_rank[value] = 2 * above + ties + 1;
        above += ties;
        work->count[value] = 0;
    }
}

/* First place in the sorted keys whose key is >= `key`. */
static int64_t lower_bound(const uint64_t *keys, int64_t count, uint64_t key) {
    int64_t low = 0;
    while (count > 0) {
        int64_t half = count / 2;
        if (keys[low + half] < key) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

static int64_t large_rank(const ranking *work, double value) {
    uint64_t key = om_order_key(value);
    int64_t below = lower_bound(work->large, work->n_large, key);
    int64_t up_to = lower_bound(work->large, work->n_large, key + 1);
    return 2 * (work->n_large - up_to) + (up_to - below) + 1;
}

/* Adds the clipped rank r' of `times` genes. UCell 2.14 gives m to r >= m, 2.6 gives m + 1 to
 * r > m. */
static void add_rank(rank_sums *sums, const om_digital_score *score, int part, int64_t doubled_rank,
                     int64_t times) {
    int64_t limit = 2 * score->largest_rank;
    int64_t beyond = score->formula == OM_UCELL_2_6 ? limit + 2 : limit;
    if (doubled_rank <= limit) {
        sums->any_within[part] = sums->any_within[part] || times > 0;
        beyond = doubled_rank;
    }
    sums->doubled[part] += times * beyond;
}

static void sum_hits(rank_sums *sums, const om_digital_score *score, const om_counts *counts,
                     const ranking *work) {
    for (int64_t i = 0; i < work->n_hits; i++) {
        double value = work->hit_value[i];
        int64_t doubled_rank = counts->integer && value < SMALL ? work->small_rank[(int)value]
                                                                : large_rank(work, value);
        int32_t slot = work->hit_slot[i];
        for (int32_t j = score->slot_start[slot]; j < score->slot_start[slot + 1]; j++) {
            int part = score->slot_parts[j];
            sums->n_seen[part]++;
            add_rank(sums, score, part, doubled_rank, 1);
        }
    }
}

/* Genes without a value share the mean of the last ranks; so do missing genes with UCell 2.6, while
 * 2.14 gives them the largest rank. */
static void sum_zeros(rank_sums *sums, const om_digital_score *score, const ranking *work) {
    int64_t zero_rank = work->n_nonzeros + score->n_genes + 1;
    int64_t missing_rank = score->formula == OM_UCELL_2_6 ? zero_rank : 2 * score->largest_rank;
    for (int part = 0; part < N_PARTS; part++) {
        add_rank(sums, score, part, zero_rank, score->n_found[part] - sums->n_seen[part]);
        add_rank(sums, score, part, missing_rank, score->n_used[part] - score->n_found[part]);
    }
}

/* Method 4: 1 - U / (n m), or with UCell 2.14 1 - U / (n m - n (n + 1) / 2). */
static double part_score(const rank_sums *sums, const om_digital_score *score, int part) {
    double n = (double)score->n_used[part];
    double m = (double)score->largest_rank;
    double least = n * (n + 1) / 2;
    double u = (double)sums->doubled[part] / 2 - least;
    if (score->formula == OM_UCELL_2_6) {
        return sums->any_within[part] ? 1 - u / (n * m) : 0;
    }
    double most = n * m - least;
    return most > 0 ? 1 - u / most : 0;
}

static void score_cell(double *out, const om_digital_score *score, const om_counts *counts,
                       int64_t cell, ranking *work) {
    rank_sums sums = {{0}, {0}, {false}};
    collect(work, score, counts, cell);
    om_order_sort(work->large, work->scratch, work->n_large);
    rank_small(work);
    sum_hits(&sums, score, counts, work);
    sum_zeros(&sums, score, work);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        int positive = h * OM_N_SIGNS + OM_POSITIVE;
        int negative = h * OM_N_SIGNS + OM_NEGATIVE;
        out[h] = score->n_used[positive] > 0 ? part_score(&sums, score, positive) : 0;
        if (score->n_used[negative] > 0) {
            out[h] -= score->negative_weight * part_score(&sums, score, negative);
            out[h] = fmax(out[h], 0);
        }
    }
}

om_status om_digital_score_cells(const om_digital_score *score, const om_counts *counts,
                                 double *scores) {
    if (counts->n_genes != score->n_rows) {
        return om_fail(OM_BUG, "the counts and the score have different gene lists");
    }
    int64_t longest = 0;
    for (int64_t cell = 0; cell < counts->n_cells; cell++) {
        int64_t length = counts->indptr[cell + 1] - counts->indptr[cell];
        longest = length > longest ? length : longest;
    }
    om_status status = OM_MEMORY;
    ranking *work = om_calloc(1, sizeof *work);
    if (work == NULL) {
        return status;
    }
    work->large = om_malloc(longest, sizeof *work->large);
    work->scratch = om_malloc(longest, sizeof *work->scratch);
    work->hit_slot = om_malloc(longest, sizeof *work->hit_slot);
    work->hit_value = om_malloc(longest, sizeof *work->hit_value);
    if (work->large != NULL && work->scratch != NULL && work->hit_slot != NULL &&
        work->hit_value != NULL) {
        for (int64_t cell = 0; cell < counts->n_cells; cell++) {
            score_cell(scores + cell * OM_N_HALLMARKS, score, counts, cell, work);
        }
        status = OM_OK;
    }
    om_free(work->large);
    om_free(work->scratch);
    om_free(work->hit_slot);
    om_free(work->hit_value);
    om_free(work);
    return status;
}
