#include "oncomark/digital_score.h"

#include "ranking.h"

#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

enum { N_PARTS = OM_N_HALLMARKS * OM_N_SIGNS };

struct om_digital_score {
    om_formula formula;
    double negative_weight;
    int64_t n_rows;
    int64_t n_genes;          /* G, of the ranking */
    int64_t largest_rank;     /* m */
    int64_t doubled_limit;    /* 2 m, the last rank that counts as it is, */
    int64_t doubled_beyond;   /* and what later ones count as */
    int64_t n_used[N_PARTS];  /* n of the formula */
    int64_t n_found[N_PARTS]; /* of these, in the data set */
    uint8_t *kinds;           /* [n_rows] OM_ROW_...; asked for are the rows of all sets */
    int32_t *row_group;       /* [n_rows] rows that stand in the same parts form a group */
    int32_t n_groups;
    int32_t part_start[N_PARTS + 1]; /* into part_groups */
    int32_t *part_groups;            /* of a part */
};

int64_t om_digital_score_largest_rank(const om_score_parameters *parameters, int64_t n_symbols,
                                      int64_t n_missing) {
    bool grows =
        parameters->formula == OM_UCELL_2_6 && parameters->missing_genes == OM_MISSING_IMPUTE;
    int64_t n_genes = n_symbols + (grows ? n_missing : 0);
    return n_genes < parameters->max_rank ? n_genes : parameters->max_rank;
}

/* Lists the groups of each part; `masks` [n_groups] has their parts as bits. */
static om_status list_groups(om_digital_score *score, const uint32_t *masks) {
    score->part_groups = om_malloc((int64_t)score->n_groups * N_PARTS, sizeof *score->part_groups);
    if (score->part_groups == NULL) {
        return OM_MEMORY;
    }
    int32_t n = 0;
    for (int p = 0; p < N_PARTS; p++) {
        for (int32_t group = 0; group < score->n_groups; group++) {
            if ((masks[group] >> p & 1) != 0) {
                score->part_groups[n++] = group;
            }
        }
        score->part_start[p + 1] = n;
    }
    return OM_OK;
}

/* Finds the groups: rows whose parts, as bits of a mask, are the same. */
static om_status group_rows(om_digital_score *score, om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS],
                            int64_t n_members) {
    int32_t *numbers = om_calloc((int64_t)1 << N_PARTS, sizeof *numbers); /* of groups, from 1 */
    uint32_t *masks = om_malloc(n_members, sizeof *masks);
    om_status status = numbers != NULL && masks != NULL ? OM_OK : OM_MEMORY;
    for (int p = 0; p < N_PARTS && status == OM_OK; p++) {
        const om_signature *part = &parts[p / OM_N_SIGNS][p % OM_N_SIGNS];
        for (int64_t i = 0; i < part->n_found; i++) {
            score->kinds[part->rows[i]] = OM_ROW_ASKED;
            score->row_group[part->rows[i]] |= 1 << p;
        }
    }
    for (int64_t row = 0; row < score->n_rows && status == OM_OK; row++) {
        int32_t mask = score->row_group[row];
        if (mask != 0 && numbers[mask] == 0) {
            masks[score->n_groups] = (uint32_t)mask;
            numbers[mask] = ++score->n_groups;
        }
        score->row_group[row] = numbers[mask] - 1;
    }
    status = status == OM_OK ? list_groups(score, masks) : status;
    om_free(numbers);
    om_free(masks);
    return status;
}

static om_status set_up(om_digital_score *score, const om_score_parameters *parameters,
                        const uint8_t *is_first, int64_t n_missing,
                        om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS]) {
    score->kinds = om_calloc(score->n_rows, sizeof *score->kinds);
    score->row_group = om_calloc(score->n_rows, sizeof *score->row_group);
    if (score->kinds == NULL || score->row_group == NULL) {
        return OM_MEMORY;
    }
    for (int64_t row = 0; row < score->n_rows; row++) {
        score->n_genes += is_first[row] != 0 ? 1 : 0;
        score->kinds[row] = is_first[row] != 0 ? OM_ROW_COUNTS : OM_ROW_NO_GENE;
    }
    bool imputes = parameters->missing_genes == OM_MISSING_IMPUTE;
    int64_t n_members = 0;
    score->largest_rank = om_digital_score_largest_rank(parameters, score->n_genes, n_missing);
    score->doubled_limit = 2 * score->largest_rank;
    score->doubled_beyond = score->doubled_limit + (parameters->formula == OM_UCELL_2_6 ? 2 : 0);
    score->n_genes += imputes && parameters->formula == OM_UCELL_2_6 ? n_missing : 0;
    for (int p = 0; p < N_PARTS; p++) {
        const om_signature *part = &parts[p / OM_N_SIGNS][p % OM_N_SIGNS];
        score->n_found[p] = part->n_found;
        n_members += part->n_found;
        score->n_used[p] = imputes ? part->n_genes : part->n_found;
        if (score->n_used[p] > score->largest_rank) {
            return om_fail(OM_BUG, "a gene set is longer than the largest rank");
        }
    }
    return group_rows(score, parts, n_members);
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
    om_free((*score)->row_group);
    om_free((*score)->part_groups);
    om_free(*score);
    *score = NULL;
}

/* r' of UCell: 2.14 gives m to r >= m, 2.6 gives m + 1 to r > m. */
static int64_t clipped(const om_digital_score *score, int64_t doubled_rank) {
    return doubled_rank <= score->doubled_limit ? doubled_rank : score->doubled_beyond;
}

/* What the genes with a value add to the sum of a group, beyond what they would without one. */
static void sum_groups(int64_t *restrict sums, const om_digital_score *score,
                       const om_ranked *ranked, int64_t zero) {
    memset(sums, 0, (size_t)score->n_groups * sizeof *sums);
    for (int64_t i = 0; i < ranked->n_asked; i++) {
        sums[score->row_group[ranked->rows[i]]] += clipped(score, ranked->doubled_ranks[i]) - zero;
    }
}

/* 2 x sum of r' over the genes of a part. */
static int64_t sum_part(const om_digital_score *score, int part, const int64_t *group_sums,
                        int64_t zero, int64_t missing) {
    int64_t doubled =
        score->n_found[part] * zero + (score->n_used[part] - score->n_found[part]) * missing;
    for (int32_t i = score->part_start[part]; i < score->part_start[part + 1]; i++) {
        doubled += group_sums[score->part_groups[i]];
    }
    return doubled;
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

/* Genes without a value share the mean of the last ranks; so do missing genes with UCell 2.6, while
 * 2.14 gives them the largest rank. */
static void score_cell(double *out, const om_digital_score *score, const om_ranked *ranked,
                       int64_t *group_sums) {
    int64_t zero = clipped(score, ranked->n_genes + score->n_genes + 1);
    int64_t missing = score->formula == OM_UCELL_2_6 ? zero : score->doubled_limit;
    double parts[N_PARTS] = {0};
    sum_groups(group_sums, score, ranked, zero);
    for (int p = 0; p < N_PARTS; p++) {
        if (score->n_used[p] > 0) {
            parts[p] = part_score(score, p, sum_part(score, p, group_sums, zero, missing));
        }
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        int negative = h * OM_N_SIGNS + OM_NEGATIVE;
        out[h] = parts[h * OM_N_SIGNS + OM_POSITIVE];
        if (score->n_used[negative] > 0) {
            out[h] = fmax(out[h] - score->negative_weight * parts[negative], 0);
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
    int64_t *group_sums = om_malloc(score->n_groups, sizeof *group_sums);
    om_status status = group_sums != NULL ? om_ranking_create(&ranking, longest) : OM_MEMORY;
    for (int64_t cell = 0; cell < n_cells && status == OM_OK; cell++) {
        om_ranked ranked;
        om_ranking_cell(ranking, &ranked, score->kinds, counts->indices + indptr[cell],
                        counts->values + indptr[cell], indptr[cell + 1] - indptr[cell],
                        counts->integer, score->largest_rank);
        score_cell(scores + cell * OM_N_HALLMARKS, score, &ranked, group_sums);
    }
    om_ranking_destroy(&ranking);
    om_free(group_sums);
    return status;
}

om_status om_digital_score_cells(const om_digital_score *score, const om_counts *counts,
                                 double *scores) {
    return om_digital_score_range(score, counts, 0, counts->n_cells, scores);
}
