#include "simulate_cell.h"

#include "oncomark/string_map.h"

#include <math.h>
#include <string.h>

/* Mean shares of the cell types in a tumour, blood of its patient, and tissue that is no tumour: in
 * the order of om_simulate_source and om_simulate_symbols_cell_type. */
static const double solid_shares[][OM_N_CELL_TYPES] = {
    {0.48, 0.15, 0.11, 0.10, 0.06, 0.05, 0.05, 0.0, 0.0, 0.0},
    {0.0, 0.55, 0.0, 0.0, 0.0, 0.20, 0.0, 0.0, 0.25, 0.0},
    {0.0, 0.12, 0.10, 0.15, 0.10, 0.05, 0.48, 0.0, 0.0, 0.0},
};
static const double marrow_shares[][OM_N_CELL_TYPES] = {
    {0.0, 0.13, 0.0, 0.0, 0.0, 0.08, 0.0, 0.50, 0.18, 0.11},
    {0.0, 0.28, 0.0, 0.0, 0.0, 0.17, 0.0, 0.10, 0.25, 0.20},
    {0.0, 0.28, 0.0, 0.0, 0.0, 0.17, 0.0, 0.10, 0.25, 0.20},
};
static const double share_concentration = 12.0;

/* Library size: the mean, and the parts of the standard deviation of its log. */
static const double mean_depth = 5000.0;
static const double cell_depth_sd = 0.55;
static const double sample_depth_sd = 0.25;
static const double study_depth_sd = 0.15;

/* The latent value of a programme: variance of its parts, and where it is on. */
static const double threshold = 0.15;
static const double normal_tissue_shift = -1.2;
static const double patient_latent_sd = 0.6;
static const double type_latent_sd = 0.25;
static const double common_variance = 0.10;
static const double group_variance = 0.20;

/* Hallmarks that tend to be on together: microenvironment, metabolism and signals, cell cycle. */
enum { N_GROUPS = 3 };
static const int group_of[OM_N_HALLMARKS] = {0, 1, 2, 2, 1, 1, 0, 0, 2, 0};

/* Levels of a pathway, which have nothing to do with its programme, are even around 1. */
static const double least_level = 0.1;

static const double empty_share = 0.03;
static const double dying_share = 0.04;
static const double multiplet_share = 0.01;
enum { GENES_FOR_MULTIPLETS = 15000 };

const char *om_simulate_kind_name(om_simulate_kind kind) {
    static const char *const names[] = {"good", "empty", "dying", "multiplet"};
    return names[kind];
}

static void draw_types(om_simulate_biopsy *biopsy, om_random *random,
                       const om_simulate_study *study, om_simulate_source source) {
    const double *means = study->is_blood ? marrow_shares[source] : solid_shares[source];
    double sum = 0.0;
    for (int type = 0; type < OM_N_CELL_TYPES; type++) {
        double share =
            means[type] > 0.0 ? om_random_gamma(random, share_concentration * means[type]) : 0.0;
        biopsy->type_share[type] = share;
        sum += share;
    }
    for (int type = 0; type < OM_N_CELL_TYPES; type++) {
        biopsy->type_share[type] /= sum;
    }
}

om_simulate_biopsy om_simulate_biopsy_draw(uint64_t seed, const om_simulate_study *study,
                                           const om_simulate_sample *sample) {
    om_simulate_biopsy biopsy = {0};
    om_random random =
        om_simulate_stream(seed, OM_PURPOSE_SIMULATE_SAMPLE, "biopsy", study->id, sample->name);
    draw_types(&biopsy, &random, study, sample->source);
    double sample_depth = sample_depth_sd * om_random_normal(&random);
    random = om_simulate_stream(seed, OM_PURPOSE_SIMULATE_STUDY, "depth", study->study, "");
    double study_depth = study_depth_sd * om_random_normal(&random);
    double variance = cell_depth_sd * cell_depth_sd + sample_depth_sd * sample_depth_sd +
                      study_depth_sd * study_depth_sd;
    biopsy.log_depth = log(mean_depth) - variance / 2.0 + sample_depth + study_depth;

    random =
        om_simulate_stream(seed, OM_PURPOSE_SIMULATE_SAMPLE, "programmes", sample->patient, "");
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        biopsy.programme_shift[h] =
            patient_latent_sd * om_random_normal(&random) +
            (sample->source == OM_SOURCE_NORMAL ? normal_tissue_shift : 0.0);
    }
    for (int type = 0; type < OM_N_CELL_TYPES; type++) {
        random = om_simulate_stream(seed, OM_PURPOSE_SIMULATE_GENE, "programmes",
                                    om_simulate_symbols_cell_type(type), "");
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            biopsy.type_shift[type][h] = type_latent_sd * om_random_normal(&random);
        }
    }
    return biopsy;
}

static int draw_type(const om_simulate_biopsy *biopsy, om_random *random) {
    double place = om_random_uniform(random);
    int last = 0;
    for (int type = 0; type < OM_N_CELL_TYPES; type++) {
        if (biopsy->type_share[type] > 0.0) {
            last = type;
            place -= biopsy->type_share[type];
            if (place < 0.0) {
                break;
            }
        }
    }
    return last;
}

static om_simulate_kind draw_kind(om_random *random, int64_t n_genes) {
    double place = om_random_uniform(random);
    if (place < empty_share) {
        return OM_KIND_EMPTY;
    }
    if (place < empty_share + dying_share) {
        return OM_KIND_DYING;
    }
    bool multiplet = place < empty_share + dying_share + multiplet_share;
    return multiplet && n_genes >= GENES_FOR_MULTIPLETS ? OM_KIND_MULTIPLET : OM_KIND_GOOD;
}

static double between(om_random *random, double low, double high) {
    return low + (high - low) * om_random_uniform(random);
}

static void draw_programmes(om_simulate_cell *cell, const om_simulate_biopsy *biopsy) {
    double common = sqrt(common_variance) * om_random_normal(&cell->random);
    double group[N_GROUPS];
    for (int i = 0; i < N_GROUPS; i++) {
        group[i] = sqrt(group_variance) * om_random_normal(&cell->random);
    }
    double own_sd = sqrt(1.0 - common_variance - group_variance);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        double latent = common + group[group_of[h]] + own_sd * om_random_normal(&cell->random) +
                        biopsy->programme_shift[h] + biopsy->type_shift[cell->type][h];
        cell->programme[h] = latent > threshold;
        cell->activity[h] = 0.6 + 0.8 * om_random_uniform(&cell->random);
        cell->level[h] = between(&cell->random, least_level, 2.0 - least_level);
    }
}

static void draw_depth(om_simulate_cell *cell, const om_simulate_biopsy *biopsy) {
    om_random *random = &cell->random;
    cell->depth = exp(biopsy->log_depth + cell_depth_sd * om_random_normal(random));
    cell->depth = cell->depth < 500.0 ? 500.0 : cell->depth;
    cell->depth = cell->depth > 30000.0 ? 30000.0 : cell->depth;
    double spread = 0.045 * exp(0.4 * om_random_normal(random));
    cell->mito = spread < 0.02 ? 0.02 : spread > 0.10 ? 0.10 : spread;
    switch (cell->kind) {
    case OM_KIND_EMPTY:
        cell->depth = between(random, 30.0, 150.0);
        break;
    case OM_KIND_DYING:
        cell->depth = between(random, 0.3, 0.8) * cell->depth + 600.0;
        cell->mito = between(random, 0.30, 0.60);
        break;
    case OM_KIND_MULTIPLET:
        cell->depth = between(random, 50000.0, 80000.0);
        break;
    case OM_KIND_GOOD:
        break;
    }
}

om_simulate_cell om_simulate_cell_draw(uint64_t seed, const om_simulate_study *study,
                                       const om_simulate_biopsy *biopsy, int64_t index,
                                       int64_t n_genes) {
    om_simulate_cell cell = {0};
    uint64_t identity = om_hash_string(study->id) + (uint64_t)index;
    cell.random = om_random_stream(seed, OM_PURPOSE_SIMULATE_CELL, identity);
    cell.kind = draw_kind(&cell.random, n_genes);
    cell.type = draw_type(biopsy, &cell.random);
    cell.other_type = draw_type(biopsy, &cell.random);
    draw_depth(&cell, biopsy);
    draw_programmes(&cell, biopsy);
    uint32_t bits = om_random_u32(&cell.random);
    for (int i = 0; i < OM_BARCODE_SIZE - 1; i++) {
        cell.barcode[i] = "ACGT"[bits >> (2 * i) & 3];
    }
    return cell;
}
