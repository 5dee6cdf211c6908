#include "oncomark/digital_score.h"

#include "ranking.h"

#include "oncomark/memory.h"

#include <math.h>

enum { N_PARTS = OM_N_HALLMARKS * OM_N_SIGNS };

struct om_digital_score {
    om_formula formula;
    double negative_weight;
    int64_t n_rows;
    int64_t n_genes;           /* G, of the ranking */
    int64_t largest_rank;      /* m */
    int64_t doubled_limit;     /* 2 m, the last rank that counts as it is, */
    int64_t doubled_beyond;    /* and what later ones count as */
    int64_t n_used[N_PARTS];   /* n of the formula */
    int64_t n_found[N_PARTS];  /* of these, in the data set */
    uint8_t *kinds;            /* [n_rows] OM_ROW_...; asked for are the rows of all sets */
    int32_t *row_slot;         /* [n_rows] 0, or slot + 1 of a row that stands in a set */
    int32_t *slot_start;       /* [slots + 1] into slot_parts */
    unsigned char *slot_parts; /* parts that a slot's row stands in */
};

/* One part in one cell. */
typedef struct part_sum {
    int64_t doubled; /* 2 x sum of r' */
    int64_t n_seen;  /* genes with a value */
} part_sum;

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
        score->kinds[row] = is_first[row] != 0 ? OM_ROW_COUNTS : OM_ROW_NO_GENE;
    }
    int32_t n_slots = 0;
    for (int p = 0; p < N_PARTS; p++) {
        const om_signature *part = &parts[p / OM_N_SIGNS][p % OM_N_SIGNS];
        n_members += part->n_found;
        for (int64_t i = 0; i < part->n_found; i++) {
            int32_t *slot = &score->row_slot[part->rows[i]];
            *slot = *slot > 0 ? *slot : ++n_slots;
            score->kinds[part->rows[i]] = OM_ROW_ASKED;
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
    score->doubled_limit = 2 * score->largest_rank;
    score->doubled_beyond = score->doubled_limit + (parameters->formula == OM_UCELL_2_6 ? 2 : 0);
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
    score->kinds = om_calloc(score->n_rows, sizeof *score->kinds);
    return score->row_slot == NULL || score->kinds == NULL ? OM_MEMORY
                                                           : index_rows(score, is_first, parts);
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
    om_free((*score)->kinds);
    om_free((*score)->row_slot);
    om_free((*score)->slot_start);
    om_free((*score)->slot_parts);
    om_free(*score);
    *score = NULL;
}

/* r' of UCell: 2.14 gives m to r >= m, 2.6 gives m + 1 to r > m. */
static int64_t clipped(const om_digital_score *score, int64_t doubled_rank) {
    return doubled_rank <= score->doubled_limit ? doubled_rank : score->doubled_beyond;
}

static void sum_values(part_sum sums[N_PARTS], const om_digital_score *score,
                       const om_ranked *ranked) {
    for (int64_t i = 0; i < ranked->n_asked; i++) {
        int64_t rank = clipped(score, ranked->doubled_ranks[i]);
        const int32_t *start = score->slot_start + score->row_slot[ranked->rows[i]] - 1;
        for (int32_t j = start[0]; j < start[1]; j++) {
            part_sum *sum = &sums[score->slot_parts[j]];
            sum->doubled += rank;
            sum->n_seen++;
        }
    }
}

/* Genes without a value share the mean of the last ranks; so do missing genes with UCell 2.6, while
 * 2.14 gives them the largest rank. */
static void sum_zeros(part_sum sums[N_PARTS], const om_digital_score *score, int64_t n_nonzeros) {
    int64_t zero = clipped(score, n_nonzeros + score->n_genes + 1);
    int64_t missing = score->formula == OM_UCELL_2_6 ? zero : score->doubled_limit;
    for (int part = 0; part < N_PARTS; part++) {
        sums[part].doubled += (score->n_found[part] - sums[part].n_seen) * zero +
                              (score->n_used[part] - score->n_found[part]) * missing;
    }
}

/* Method 4: 1 - U / (n m), or with UCell 2.14 1 - U / (n m - n (n + 1) / 2). UCell 2.6 gives 0
 * where all genes rank beyond m. */
static double part_score(const om_digital_score *score, int part, int64_t doubled_sum) {
    double n = (double)score->n_used[part];
    double m = (double)score->largest_rank;
    double least = n * (n + 1) / 2;
    double u = (double)doubled_sum / 2 - least;
    if (score->formula == OM_UCELL_2_6) {
        bool any_within = doubled_sum < score->n_used[part] * score->doubled_beyond;
        return any_within ? 1 - u / (n * m) : 0;
    }
    double most = n * m - least;
    return most > 0 ? 1 - u / most : 0;
}

static void score_cell(double *out, const om_digital_score *score, const om_ranked *ranked) {
    part_sum sums[N_PARTS] = {{0}};
    sum_values(sums, score, ranked);
    sum_zeros(sums, score, ranked->n_genes);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        int positive = h * OM_N_SIGNS + OM_POSITIVE;
        int negative = h * OM_N_SIGNS + OM_NEGATIVE;
        out[h] =
            score->n_used[positive] > 0 ? part_score(score, positive, sums[positive].doubled) : 0;
        if (score->n_used[negative] > 0) {
            out[h] -= score->negative_weight * part_score(score, negative, sums[negative].doubled);
            out[h] = fmax(out[h], 0);
        }
    }
}

om_status om_digital_score_range(const om_digital_score *score, const om_counts *counts,
                                 int64_t first, int64_t n_cells, double *scores) {
    const int64_t *indptr = counts->indptr + first;
    om_ranking *ranking = NULL;
    int64_t longest = 0;
    if (counts->n_genes != score->n_rows) {
        return om_fail(OM_BUG, "the counts and the score have different gene lists");
    }
    for (int64_t cell = 0; cell < n_cells; cell++) {
        int64_t length = indptr[cell + 1] - indptr[cell];
        longest = length > longest ? length : longest;
    }
    OM_TRY(om_ranking_create(&ranking, longest));
    for (int64_t cell = 0; cell < n_cells; cell++) {
        om_ranked ranked;
        om_ranking_cell(ranking, &ranked, score->kinds, counts->indices + indptr[cell],
                        counts->values + indptr[cell], indptr[cell + 1] - indptr[cell],
                        counts->integer, score->largest_rank);
        score_cell(scores + cell * OM_N_HALLMARKS, score, &ranked);
    }
    om_ranking_destroy(&ranking);
    return OM_OK;
}

om_status om_digital_score_cells(const om_digital_score *score, const om_counts *counts,
                                 double *scores) {
    return om_digital_score_range(score, counts, 0, counts->n_cells, scores);
}
