#include "simulate_files.h"

#include "simulate_cell.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"

#include <inttypes.h>

typedef om_status (*fill)(const om_simulate_model *model, om_text *text);

static om_status write_file(const om_simulate_model *model, const char *path, fill add) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = add(model, text);
    if (status == OM_OK) {
        status = om_file_write(path, om_text_get(text), (int64_t)om_text_length(text));
    }
    om_text_destroy(&text);
    return status;
}

static om_status write_in(const om_simulate_model *model, const char *folder, const char *name,
                          fill add) {
    char *path = om_format("%s/%s", folder, name);
    if (path == NULL) {
        return OM_MEMORY;
    }
    om_status status = write_file(model, path, add);
    om_free(path);
    return status;
}

static om_status add_genes(const om_simulate_model *model, om_text *text) {
    for (int64_t row = 0; row < model->n_rows; row++) {
        OM_TRY(om_text_add(text, "%s\n", om_strings_get(model->symbols, row)));
    }
    return OM_OK;
}

static om_status add_cell_line(const om_simulate_model *model, const om_simulate_sample *sample,
                               int64_t index, const om_simulate_cell *cell, om_text *text) {
    const char *site = sample->source == OM_SOURCE_BLOOD ? "Blood" : model->study->tissue;
    return om_text_add(text, "%s_%s-1,%s,%s,\"%s, run %d\"\n", sample->name, cell->barcode,
                       sample->name, om_simulate_symbols_cell_type(cell->type), site,
                       (int)(index % 2) + 1);
}

static om_status add_truth_line(int64_t index, const om_simulate_cell *cell, om_text *text) {
    OM_TRY(om_text_add(text, "%" PRId64 ",%s,%d,%s", index,
                       om_simulate_symbols_cell_type(cell->type), cell->kind != OM_KIND_GOOD,
                       om_simulate_kind_name(cell->kind)));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        OM_TRY(om_text_add(text, ",%d", cell->programme[h]));
    }
    return om_text_add(text, "\n");
}

/* A line a cell: of the truth or of Cells.csv. */
static om_status add_lines(const om_simulate_model *model, bool truth, om_text *text) {
    const om_simulate_study *study = model->study;
    for (int64_t s = 0; s < study->n_samples; s++) {
        const om_simulate_sample *sample = &study->samples[s];
        om_simulate_biopsy biopsy = om_simulate_biopsy_draw(model->seed, study, sample);
        for (int64_t i = 0; i < sample->n_cells; i++) {
            int64_t index = sample->first_cell + i;
            om_simulate_cell cell =
                om_simulate_cell_draw(model->seed, study, &biopsy, index, model->genes->n_genes);
            OM_TRY(truth ? add_truth_line(index, &cell, text)
                         : add_cell_line(model, sample, index, &cell, text));
        }
    }
    return OM_OK;
}

static om_status add_cells(const om_simulate_model *model, om_text *text) {
    OM_TRY(om_text_add(text, "cell_name,sample,cell_type,library\n"));
    return add_lines(model, false, text);
}

static om_status add_truth(const om_simulate_model *model, om_text *text) {
    OM_TRY(om_text_add(text, "cell,cell_type,bad,kind"));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        OM_TRY(om_text_add(text, ",%s", om_hallmark_code(h)));
    }
    OM_TRY(om_text_add(text, "\n"));
    return add_lines(model, true, text);
}

static int age_of(const om_simulate_model *model, const om_simulate_sample *sample) {
    om_random random =
        om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_SAMPLE, "age", sample->patient, "");
    return 35 + (int)om_random_below(&random, 45);
}

/* Where a data set says that a sample is no tumour: `cancer_type` in one, `sample_type` in the
 * next. */
static om_status add_samples(const om_simulate_model *model, om_text *text) {
    static const char *const sources[] = {"Primary", "Blood", "Adjacent"};
    static const char *const types[] = {"tumour", "blood", "normal"};
    const om_simulate_study *study = model->study;
    om_random random =
        om_simulate_stream(model->seed, OM_PURPOSE_SIMULATE_STUDY, "metadata", study->id, "");
    bool in_cancer_type = om_random_below(&random, 2) == 0;
    OM_TRY(om_text_add(text,
                       "sample,patient,cancer_type,sample_type,source,technology,age,n_cells\n"));
    for (int64_t i = 0; i < study->n_samples; i++) {
        const om_simulate_sample *sample = &study->samples[i];
        bool normal = sample->source == OM_SOURCE_NORMAL;
        OM_TRY(om_text_add(text, "%s,%s,", sample->name, sample->patient));
        OM_TRY(normal && in_cancer_type
                   ? om_text_add(text, "Normal,")
                   : om_text_add(text, "\"%s cancer, simulated\",", study->tissue));
        OM_TRY(om_text_add(text, "%s,%s,10x,%d,%" PRId64 "\n",
                           normal && in_cancer_type ? "tissue" : types[sample->source],
                           sources[sample->source], age_of(model, sample), sample->n_cells));
    }
    return OM_OK;
}

om_status om_simulate_files_write(const om_simulate_model *model, const char *folder) {
    OM_TRY(write_in(model, folder, "Genes.txt", add_genes));
    OM_TRY(write_in(model, folder, "Cells.csv", add_cells));
    return write_in(model, folder, model->study->samples_csv ? "Samples.csv" : "Meta-data.csv",
                    add_samples);
}

om_status om_simulate_files_write_truth(const om_simulate_model *model, const char *path) {
    return write_file(model, path, add_truth);
}

static om_status add_bulk(const om_simulate_model *model, const int64_t *bulk, om_text *text) {
    const om_simulate_study *study = model->study;
    OM_TRY(om_text_add(text, "gene"));
    for (int64_t sample = 0; sample < study->n_samples; sample++) {
        OM_TRY(om_text_add(text, ",%s", study->samples[sample].name));
    }
    for (int64_t row = 0; row < model->n_rows; row++) {
        OM_TRY(om_text_add(text, "\n%s", om_strings_get(model->symbols, row)));
        for (int64_t sample = 0; sample < study->n_samples; sample++) {
            OM_TRY(om_text_add(text, ",%" PRId64, bulk[sample * model->n_rows + row]));
        }
    }
    return om_text_add(text, "\n");
}

om_status om_simulate_files_write_bulk(const om_simulate_model *model, const int64_t *bulk,
                                       const char *path) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = add_bulk(model, bulk, text);
    if (status == OM_OK) {
        status = om_folder_make_parent(path);
    }
    if (status == OM_OK) {
        status = om_file_write(path, om_text_get(text), (int64_t)om_text_length(text));
    }
    om_text_destroy(&text);
    return status;
}
