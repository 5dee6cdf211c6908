#include "corpus.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const tissues[] = {
    "Breast",        "Lung",    "Colorectal", "Hematologic",   "Skin",
    "Brain",         "Kidney",  "Ovarian",    "Liver-Biliary", "Pancreas",
    "Head and Neck", "Sarcoma", "Prostate",   "Neuroendocrine"};
enum { N_TISSUES = sizeof tissues / sizeof tissues[0], BARCODE = 16 };

typedef struct folder_writer {
    const corpus_options *options;
    const corpus_model *model;
    int64_t data_set;
    int64_t n_cells;
} folder_writer;

typedef void (*table_writer)(const folder_writer *writer, FILE *file);

static void write_genes(const folder_writer *writer, FILE *file) {
    for (int64_t i = 0; i < writer->model->n_genes; i++) {
        fprintf(file, "%s\n", om_strings_get(writer->model->genes, i));
    }
}

static void write_cells(const folder_writer *writer, FILE *file) {
    static const char *const types[] = {"Malignant", "T cell", "\"Macrophage, M2\"", "Fibroblast"};
    om_random random = om_random_stream((uint64_t)writer->options->seed, OM_PURPOSE_TEST,
                                        (uint64_t)writer->data_set);
    fprintf(file, "cell_name,sample,cell_type,complexity\n");
    for (int64_t cell = 0; cell < writer->n_cells; cell++) {
        uint64_t bits = om_random_u64(&random);
        char barcode[BARCODE + 1] = {0};
        for (int i = 0; i < BARCODE; i++) {
            barcode[i] = "ACGT"[bits >> (2 * i) & 3];
        }
        fprintf(file, "%s-1,Bench%02" PRId64 "_s%" PRId64 ",%s,%d\n", barcode, writer->data_set + 1,
                cell / writer->options->cells_per_sample + 1, types[bits >> 32 & 3],
                500 + (int)(bits >> 40 & 4095));
    }
}

/* Every eighth sample is no tumour; every fourth one shares its patient with the one before. */
static void write_samples(const folder_writer *writer, FILE *file) {
    int64_t size = writer->options->cells_per_sample;
    fprintf(file, "sample,patient,cancer_type,source,technology,n_cells\n");
    for (int64_t i = 0; i * size < writer->n_cells; i++) {
        int64_t left = writer->n_cells - i * size;
        fprintf(file,
                "Bench%02" PRId64 "_s%" PRId64 ",Bench%02" PRId64 "_p%" PRId64
                ",\"%s cancer, made up\",%s,10x,%" PRId64 "\n",
                writer->data_set + 1, i + 1, writer->data_set + 1, i % 4 == 3 ? i : i + 1,
                tissues[writer->data_set % N_TISSUES], i % 8 == 6 ? "Normal" : "Primary",
                left < size ? left : size);
    }
}

static om_status write_table(const folder_writer *writer, const char *folder, const char *name,
                             table_writer write) {
    char *path = om_format("%s/%s", folder, name);
    if (path == NULL) {
        return OM_MEMORY;
    }
    FILE *file = fopen(path, "we");
    bool whole = file != NULL;
    if (file != NULL) {
        write(writer, file);
        whole = ferror(file) == 0;
        whole = fclose(file) == 0 && whole;
    }
    om_status status =
        whole ? OM_OK : om_fail(OM_SYSTEM, "%s: cannot write: %s", path, strerror(errno));
    om_free(path);
    return status;
}

static om_status write_all(const folder_writer *writer, const char *folder) {
    OM_TRY(om_folder_make(folder));
    OM_TRY(write_table(writer, folder, "Genes.txt", write_genes));
    OM_TRY(write_table(writer, folder, "Cells.csv", write_cells));
    OM_TRY(write_table(writer, folder, "Meta-data.csv", write_samples));
    return corpus_matrix_write(writer->options, writer->model, writer->data_set, writer->n_cells,
                               folder);
}

om_status corpus_folder_write(const corpus_options *options, const om_gene_sets *sets,
                              int64_t data_set, int64_t n_cells) {
    corpus_model *model = NULL;
    OM_TRY(corpus_model_create(&model, options, sets, data_set));
    char *folder = om_format("%s/Data_Bench%02" PRId64 "_%s", options->out, data_set + 1,
                             tissues[data_set % N_TISSUES]);
    folder_writer writer = {options, model, data_set, n_cells};
    om_status status = folder != NULL ? write_all(&writer, folder) : OM_MEMORY;
    om_free(folder);
    corpus_model_destroy(&model);
    return status;
}
