#include "simulate_calibrate.h"

#include "simulate_cell.h"

#include "oncomark/digital_score.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/stop.h"

#include <math.h>
#include <string.h>

enum { N_PILOT = 900, N_ROUNDS = 3, BATCH = 32 };

/* Distance of the two means in standard deviations that gives an AUC of 0.78. */
static const double target_distance = 1.09;
static const double first_strength = 0.65;
static const double least_strength = 0.02;
static const double largest_strength = 5.0;

/* A cell that is tried. */
typedef struct pilot_cell {
    int64_t study;
    int64_t sample;
    int64_t cell;
    bool programme[OM_N_HALLMARKS];
} pilot_cell;

/* The cells tried for one tissue. */
typedef struct pilot {
    const om_simulate_plan *plan;
    const om_simulate_genes *genes;
    double strengths[OM_N_HALLMARKS];
    int64_t n_cells;
    pilot_cell *cells;
    int64_t *score_bits; /* n_cells x OM_N_HALLMARKS: doubles, 0 on ranks that have not the cell */
} pilot;

/* What it takes to score cells of one data set. */
typedef struct scorer {
    om_simulate_model *model;
    om_digital_score *score;
    om_counts *counts; /* room for BATCH cells */
    double *rates;
    int32_t *cell_counts;
} scorer;

static void close_scorer(scorer *work) {
    om_digital_score_destroy(&work->score);
    om_counts_destroy(&work->counts);
    om_free(work->rates);
    om_free(work->cell_counts);
    om_simulate_model_destroy(&work->model);
}

static om_status create_score(scorer *work) {
    const om_simulate_model *model = work->model;
    const om_score_parameters parameters = {
        .formula = OM_UCELL_2_14, .max_rank = OM_SIMULATE_MAX_RANK, .negative_weight = 1.0};
    om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS] = {0};
    uint8_t *is_first = om_calloc(model->n_rows, sizeof *is_first);
    om_status status = is_first != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        memset(is_first, 1, (size_t)model->n_rows);
        memset(is_first + model->n_rows - model->n_duplicates, 0, (size_t)model->n_duplicates);
    }
    for (int h = 0; status == OM_OK && h < OM_N_HALLMARKS; h++) {
        om_signature *part = &parts[h][OM_POSITIVE];
        part->n_genes = model->genes->members[h].count;
        part->n_found = model->members[h].count;
        part->rows = om_calloc(part->n_found, sizeof *part->rows);
        status = part->rows != NULL ? OM_OK : OM_MEMORY;
        for (int64_t i = 0; status == OM_OK && i < part->n_found; i++) {
            part->rows[i] = (int32_t)model->members[h].genes[i];
        }
    }
    if (status == OM_OK) {
        status =
            om_digital_score_create(&work->score, &parameters, model->n_rows, is_first, 0, parts);
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        om_free(parts[h][OM_POSITIVE].rows);
    }
    om_free(is_first);
    return status;
}

static om_status open_scorer(scorer *work, const pilot *trial, int64_t study) {
    OM_TRY(om_simulate_model_create(&work->model, trial->genes, &trial->plan->studies[study],
                                    trial->plan->seed));
    int64_t n_rows = work->model->n_rows;
    work->rates = om_calloc(n_rows, sizeof *work->rates);
    work->cell_counts = om_calloc(n_rows, sizeof *work->cell_counts);
    if (work->rates == NULL || work->cell_counts == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_counts_create(&work->counts, BATCH, BATCH * n_rows));
    work->counts->n_genes = n_rows;
    work->counts->integer = true;
    return create_score(work);
}

/* Counts and scores up to BATCH cells of one sample. */
static om_status score_batch(scorer *work, pilot *trial, int64_t first, int64_t count) {
    const om_simulate_study *study = work->model->study;
    const om_simulate_sample *sample = &study->samples[trial->cells[first].sample];
    om_simulate_biopsy biopsy = om_simulate_biopsy_draw(trial->plan->seed, study, sample);
    om_counts *counts = work->counts;
    counts->n_cells = count;
    counts->n_cells_total = count;
    for (int64_t i = 0; i < count; i++) {
        om_simulate_cell cell = om_simulate_cell_draw(
            trial->plan->seed, study, &biopsy, trial->cells[first + i].cell, trial->genes->n_genes);
        int64_t start = counts->indptr[i];
        int64_t n = om_simulate_cell_count(&cell, work->model, trial->strengths, work->rates,
                                           counts->indices + start, work->cell_counts);
        for (int64_t k = 0; k < n; k++) {
            counts->values[start + k] = work->cell_counts[k];
        }
        counts->indptr[i + 1] = start + n;
    }
    double scores[BATCH * OM_N_HALLMARKS];
    OM_TRY(om_digital_score_cells(work->score, counts, scores));
    memcpy(trial->score_bits + first * OM_N_HALLMARKS, scores,
           (size_t)(count * OM_N_HALLMARKS) * sizeof *scores);
    return OM_OK;
}

/* Cells first .. end-1, all of one data set, in the order of its samples. */
static om_status score_study(pilot *trial, int64_t first, int64_t end) {
    scorer work = {0};
    om_status status = open_scorer(&work, trial, trial->cells[first].study);
    int64_t sample = -1;
    while (status == OM_OK && first < end) {
        if (trial->cells[first].sample != sample) {
            sample = trial->cells[first].sample;
            om_simulate_model_set_sample(work.model, &work.model->study->samples[sample]);
        }
        int64_t count = 0;
        while (count < BATCH && first + count < end &&
               trial->cells[first + count].sample == sample) {
            count++;
        }
        status = score_batch(&work, trial, first, count);
        first += count;
    }
    close_scorer(&work);
    return status;
}

/* Scores this rank's part of the cells. */
static om_status score_part(om_ctx *ctx, pilot *trial) {
    int64_t first = 0;
    int64_t count = 0;
    om_range_even(trial->n_cells, om_context_size(ctx), om_context_rank(ctx), &first, &count);
    int64_t end = first + count;
    memset(trial->score_bits, 0,
           (size_t)(trial->n_cells * OM_N_HALLMARKS) * sizeof *trial->score_bits);
    while (first < end) {
        int64_t next = first;
        while (next < end && trial->cells[next].study == trial->cells[first].study) {
            next++;
        }
        OM_TRY(score_study(trial, first, next));
        first = next;
    }
    return OM_OK;
}

static double score_of(const pilot *trial, int64_t cell, int hallmark) {
    double score;
    memcpy(&score, &trial->score_bits[cell * OM_N_HALLMARKS + hallmark], sizeof score);
    return score;
}

/* ROC AUC of a hallmark's scores for its programme, by all pairs; -1 where one class is empty. */
static double auc_of(const pilot *trial, int hallmark) {
    int64_t pairs = 0;
    double won = 0.0;
    for (int64_t i = 0; i < trial->n_cells; i++) {
        if (!trial->cells[i].programme[hallmark]) {
            continue;
        }
        double score = score_of(trial, i, hallmark);
        for (int64_t j = 0; j < trial->n_cells; j++) {
            if (!trial->cells[j].programme[hallmark]) {
                double other = score_of(trial, j, hallmark);
                won += score > other ? 1.0 : score == other ? 0.5 : 0.0;
                pairs++;
            }
        }
    }
    return pairs > 0 ? won / (double)pairs : -1.0;
}

/* The distance d between two normal distributions with this AUC = Phi(d / sqrt(2)), by bisection.
 */
static double distance_of(double auc) {
    double low = -5.0;
    double high = 5.0;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2.0;
        if (0.5 * erfc(-middle / 2.0) < auc) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2.0;
}

/* Distances grow about in proportion to the strength. */
static void adjust(pilot *trial) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        double auc = auc_of(trial, h);
        if (auc < 0.0) {
            continue;
        }
        double factor = target_distance / fmax(distance_of(auc), 0.4);
        double strength = trial->strengths[h] * fmin(fmax(factor, 0.4), 2.0);
        trial->strengths[h] = fmin(fmax(strength, least_strength), largest_strength);
    }
}

/* Good tumour cells, evenly from all tumour samples of the tissue. */
static om_status choose_cells(pilot *trial, const char *tissue) {
    const om_simulate_plan *plan = trial->plan;
    int64_t n_tumour = 0;
    for (int64_t s = 0; s < plan->n_studies; s++) {
        if (strcmp(plan->studies[s].tissue, tissue) == 0) {
            n_tumour += plan->studies[s].n_cells;
        }
    }
    int64_t wanted = n_tumour < N_PILOT ? n_tumour : N_PILOT;
    trial->cells = om_calloc(wanted, sizeof *trial->cells);
    trial->score_bits = om_calloc(wanted * OM_N_HALLMARKS, sizeof *trial->score_bits);
    if (trial->cells == NULL || trial->score_bits == NULL) {
        return OM_MEMORY;
    }
    int64_t offset = 0; /* of the data set's cells among those of the tissue */
    int64_t chosen = 0;
    for (int64_t s = 0; s < plan->n_studies; s++) {
        const om_simulate_study *study = &plan->studies[s];
        if (strcmp(study->tissue, tissue) != 0) {
            continue;
        }
        for (; chosen < wanted && chosen * n_tumour / wanted < offset + study->n_cells; chosen++) {
            int64_t cell = chosen * n_tumour / wanted - offset;
            int64_t sample = om_simulate_plan_sample(study, cell);
            om_simulate_biopsy biopsy =
                om_simulate_biopsy_draw(plan->seed, study, &study->samples[sample]);
            om_simulate_cell drawn =
                om_simulate_cell_draw(plan->seed, study, &biopsy, cell, trial->genes->n_genes);
            if (drawn.kind == OM_KIND_GOOD && study->samples[sample].source != OM_SOURCE_NORMAL) {
                pilot_cell *next = &trial->cells[trial->n_cells++];
                *next = (pilot_cell){.study = s, .sample = sample, .cell = cell};
                memcpy(next->programme, drawn.programme, sizeof next->programme);
            }
        }
        offset += study->n_cells;
    }
    return OM_OK;
}

static om_status calibrate_tissue(om_ctx *ctx, pilot *trial, const char *tissue) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        trial->strengths[h] = first_strength;
    }
    OM_TRY(om_agree(ctx, choose_cells(trial, tissue)));
    for (int round = 0; round < N_ROUNDS; round++) {
        OM_TRY(om_stop_check(ctx));
        OM_TRY(om_agree(ctx, score_part(ctx, trial)));
        OM_TRY(om_sum_i64(ctx, trial->score_bits, trial->n_cells * OM_N_HALLMARKS));
        adjust(trial);
    }
    return OM_OK;
}

om_status om_simulate_calibrate(om_ctx *ctx, const om_simulate_plan *plan,
                                const om_simulate_genes *genes, double *strengths) {
    for (int64_t s = 0; s < plan->n_studies; s++) {
        int64_t first = 0;
        while (strcmp(plan->studies[first].tissue, plan->studies[s].tissue) != 0) {
            first++;
        }
        double *of_study = strengths + s * OM_N_HALLMARKS;
        if (first < s) {
            memcpy(of_study, strengths + first * OM_N_HALLMARKS, OM_N_HALLMARKS * sizeof *of_study);
            continue;
        }
        pilot trial = {.plan = plan, .genes = genes};
        om_status status = calibrate_tissue(ctx, &trial, plan->studies[s].tissue);
        memcpy(of_study, trial.strengths, sizeof trial.strengths);
        om_free(trial.cells);
        om_free(trial.score_bits);
        OM_TRY(status);
    }
    return OM_OK;
}
