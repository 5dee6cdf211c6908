/* Four small made-up studies in 3CA layout, and running the stages up to synthesize on them. Needs
 * unit_test.h and test_ranks.h before it. */
#ifndef ONCOMARK_TESTS_TINY_CORPUS_H
#define ONCOMARK_TESTS_TINY_CORPUS_H

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/stages.h"

#include "job_test.h"

#include <inttypes.h>
#include <sys/stat.h>

enum { N_GENES = 60, N_CELLS = 90, N_SETS = 4, N_SAMPLES = 4, LENGTH = 4, MIN_CELLS = 6 };

static om_ctx *ctx;
static char folder[TEST_PATH];
static int64_t memory_limit = (int64_t)2 << 30; /* of the jobs that are made */

/* Two lung studies of counts, skin in TPM, and logarithms that are only scored. */
enum { LUNG_A, LUNG_B, SKIN, LOGS };
static const char *const ids[N_SETS] = {"A2020_Lung", "B2021_Lung", "C2022_Skin", "D2023_Skin"};
static const char data_text[] = "  - {path: Data_A2020_Lung}\n"
                                "  - {path: Data_B2021_Lung, samples: {exclude: [s3]}}\n"
                                "  - {path: Data_C2022_Skin, values: tpm}\n"
                                "  - {path: Data_D2023_Skin, values: log}\n";

static bool is_root(void) {
    return om_context_is_root(ctx);
}

static void barrier(void) {
    MPI_Barrier(om_context_comm(ctx));
}

/* Rows 55 to 57 are mitochondrial, row 59 has the symbol of row 1; row 58 is `G1_1`, which is G1 to
 * the union of genes, and `lower` is spelt otherwise in the second data set. */
static void symbol_of(int data_set, int row, char text[16]) {
    const char *const odd[] = {"MT-A", "mt-b", "MT-C", "G1_1", "G1"};
    if (row >= 55) {
        snprintf(text, 16, "%s", odd[row - 55]);
    } else if (row == 50) {
        snprintf(text, 16, "%s", data_set == LUNG_B ? "lower" : "LOWER");
    } else if (row == 51) {
        snprintf(text, 16, "ONLY%d", data_set);
    } else {
        snprintf(text, 16, "G%d", row);
    }
}

static double value_of(int data_set, int64_t cell, int64_t row) {
    om_random random =
        om_random_stream((uint64_t)data_set, OM_PURPOSE_TEST, (uint64_t)(cell * N_GENES + row));
    double density = row >= 55 ? 0.15 : 0.1 + 0.6 * (double)(cell * 7 % N_CELLS) / N_CELLS;
    if (om_random_uniform(&random) > density) {
        return 0;
    }
    double value = 1 + (double)om_random_below(&random, row % 5 == 0 ? 40 : 6);
    return data_set >= SKIN ? value - 0.375 : value;
}

static int sample_of(int64_t cell) {
    return (int)(cell * 5 / 7 % N_SAMPLES);
}

static void write_data_set(int d) {
    char *matrix = om_malloc(64 + 40 * N_GENES * N_CELLS, 1);
    char genes[16 * N_GENES] = "";
    char cells[32 * N_CELLS] = "cell_name,sample\n";
    char path[2 * TEST_PATH];
    int64_t n = 0;
    snprintf(path, sizeof path, "%s/Data_%s", folder, ids[d]);
    assert_int_equal(mkdir(path, 0777), 0);
    for (int64_t i = 0; i < N_CELLS * N_GENES; i++) {
        n += value_of(d, i / N_GENES, i % N_GENES) > 0 ? 1 : 0;
    }
    char *end =
        matrix + sprintf(matrix,
                         "%%%%MatrixMarket matrix coordinate real general\n%d %d %" PRId64 "\n",
                         N_GENES, N_CELLS, n);
    for (int64_t i = 0; i < N_CELLS * N_GENES; i++) {
        double value = value_of(d, i / N_GENES, i % N_GENES);
        if (value > 0) {
            end += sprintf(end, "%d %d %.17g\n", (int)(i % N_GENES) + 1, (int)(i / N_GENES) + 1,
                           value);
        }
    }
    for (int row = 0; row < N_GENES; row++) {
        char symbol[16];
        symbol_of(d, row, symbol);
        strcat(strcat(genes, symbol), "\n");
    }
    for (int cell = 0; cell < N_CELLS; cell++) {
        sprintf(cells + strlen(cells), "cell%d,s%d\n", cell, sample_of(cell));
    }
    test_write(path, "Exp_data_UMIcounts.mtx", matrix);
    test_write(path, "Genes.txt", genes);
    test_write(path, "Cells.csv", cells);
    test_write(path, "Meta-data.csv",
               d == LUNG_A
                   ? "sample,patient,cancer_type\ns0,p0,X\ns1,p1,HEALTHY\ns2,p0,X\ns3,p3,X\n"
                   : "sample,patient,cancer_type\ns0,p0,X\ns1,p1,X\ns2,p0,X\ns3,p3,X\n");
    om_free(matrix);
}

/* Set h: G(4h) to G(4h + 9), one missing gene, and for the second set a negative part. G2 goes by
 * an old name in the first one. */
static void write_sets(void) {
    char text[8192] = "";
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        sprintf(text + strlen(text), "%s\tx\tNONE%d", om_hallmark_code(h), h);
        for (int i = 0; i < 10; i++) {
            sprintf(text + strlen(text), h == 0 && i == 2 ? "\tOLDG%d" : "\tG%d", 4 * h + i);
        }
        strcat(text, h == 1 ? "\tG40-\tG41-\n" : "\n");
    }
    test_write(folder, "sets.gmt", text);
    test_write(folder, "aliases.tsv", "OLDG2\tG2\n");
}

/* Makes the folder, with the data sets and gene sets in it, for all ranks. */
static void share_corpus(void) {
    test_folder_share(ctx, folder);
    if (is_root()) {
        for (int d = 0; d < N_SETS; d++) {
            write_data_set(d);
        }
        write_sets();
    }
    barrier();
}

static om_job *make_job(const char *workdir, const char *data, const char *setting) {
    char *path = om_format("%s/job.yaml", folder);
    char *text = om_format("gene_sets: sets.gmt\nalias_table: aliases.tsv\nworkdir: %s\n"
                           "qc: {min_genes: 5, max_genes: 45}\n"
                           "synthetic: {cells_per_sample: %d, min_cells: %d}\ndata:\n%s",
                           workdir, LENGTH, MIN_CELLS, data);
    om_job *job = test_job_with(path, text, setting == NULL ? 0 : 1, &setting);
    job->memory_limit = memory_limit;
    om_free(text);
    om_free(path);
    return job;
}

/* Runs the stages whose letters are in `stages`: i, s, t, y. */
static om_status run_stages(om_ctx *ranks, const om_job *job, const char *stages) {
    om_workdir *workdir = NULL;
    om_status status = om_workdir_open(&workdir, ranks, job);
    bool opened = status == OM_OK;
    if (status == OM_OK && strchr(stages, 'i') != NULL) {
        status = om_stage_ingest(ranks, job, workdir);
    }
    if (status == OM_OK && strchr(stages, 's') != NULL) {
        status = om_stage_score(ranks, job, workdir);
    }
    if (status == OM_OK && strchr(stages, 't') != NULL) {
        status = om_stage_threshold(ranks, job, workdir);
    }
    if (status == OM_OK && strchr(stages, 'y') != NULL) {
        status = om_stage_synthesize(ranks, job, workdir);
    }
    if (opened) {
        om_workdir_close(&workdir);
    }
    return status;
}

#endif
