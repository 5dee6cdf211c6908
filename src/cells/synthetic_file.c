#include "synthetic_file.h"

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>

/* The categorical columns of obs. */
enum { DATA_SET, STUDY, TISSUE, SAMPLE, PATIENT, HALLMARK, N_CATEGORICAL };

static const char *const column_names[N_CATEGORICAL] = {"data_set", "study",   "tissue",
                                                        "sample",   "patient", "hallmark"};

typedef struct categorical {
    int32_t *codes;
    om_strings *categories;
    om_string_map *code_of;
} categorical;

struct om_synthetic_frame {
    int64_t n_rows; /* filled so far */
    om_strings *names;
    categorical columns[N_CATEGORICAL];
    int64_t *label;
    int64_t *block;
    int64_t *n_cells;
    bool tells_cells;
};

static om_status allocate(om_synthetic_frame *frame, int64_t n_rows) {
    OM_TRY(om_strings_create(&frame->names));
    frame->label = om_malloc(n_rows, sizeof *frame->label);
    frame->block = om_malloc(n_rows, sizeof *frame->block);
    frame->n_cells = om_malloc(n_rows, sizeof *frame->n_cells);
    if (frame->label == NULL || frame->block == NULL || frame->n_cells == NULL) {
        return OM_MEMORY;
    }
    for (int c = 0; c < N_CATEGORICAL; c++) {
        categorical *column = &frame->columns[c];
        OM_TRY(om_strings_create(&column->categories));
        OM_TRY(om_string_map_create(&column->code_of));
        column->codes = om_malloc(n_rows, sizeof *column->codes);
        if (column->codes == NULL) {
            return OM_MEMORY;
        }
    }
    /* All ten hallmarks have their code, used or not. */
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        categorical *hallmark = &frame->columns[HALLMARK];
        OM_TRY(om_string_map_add(hallmark->code_of, om_hallmark_code(h), h, NULL));
        OM_TRY(om_strings_add(hallmark->categories, om_hallmark_code(h)));
    }
    return OM_OK;
}

om_status om_synthetic_frame_create(om_synthetic_frame **out, int64_t n_rows) {
    om_synthetic_frame *frame = om_calloc(1, sizeof *frame);
    *out = frame;
    om_status status = frame != NULL ? allocate(frame, n_rows) : OM_MEMORY;
    if (status != OM_OK) {
        om_synthetic_frame_destroy(out);
    }
    return status;
}

void om_synthetic_frame_destroy(om_synthetic_frame **frame) {
    if (*frame == NULL) {
        return;
    }
    om_strings_destroy(&(*frame)->names);
    for (int c = 0; c < N_CATEGORICAL; c++) {
        om_free((*frame)->columns[c].codes);
        om_strings_destroy(&(*frame)->columns[c].categories);
        om_string_map_destroy(&(*frame)->columns[c].code_of);
    }
    om_free((*frame)->label);
    om_free((*frame)->block);
    om_free((*frame)->n_cells);
    om_free(*frame);
    *frame = NULL;
}

static om_status set_category(categorical *column, int64_t row, const char *text) {
    bool inserted = false;
    int64_t next = om_string_map_count(column->code_of);
    OM_TRY(om_string_map_add(column->code_of, text, next, &inserted));
    if (inserted) {
        OM_TRY(om_strings_add(column->categories, text));
    }
    column->codes[row] = (int32_t)om_string_map_get(column->code_of, text, -1);
    return OM_OK;
}

om_status om_synthetic_frame_add(om_synthetic_frame *frame, const om_synthetic_row *row) {
    const char *texts[N_CATEGORICAL] = {row->data_set, row->study,
                                        row->tissue,   row->sample,
                                        row->patient,  om_hallmark_code(row->hallmark)};
    char *name = om_format("%s|%s|%s|%s|%" PRId64, row->data_set, row->sample, texts[HALLMARK],
                           row->label == 1 ? "pos" : "neg", row->block);
    om_status status = name != NULL ? om_strings_add(frame->names, name) : OM_MEMORY;
    om_free(name);
    OM_TRY(status);
    for (int c = 0; c < N_CATEGORICAL; c++) {
        OM_TRY(set_category(&frame->columns[c], frame->n_rows, texts[c]));
    }
    frame->label[frame->n_rows] = row->label;
    frame->block[frame->n_rows] = row->block;
    frame->n_cells[frame->n_rows] = row->n_cells;
    frame->tells_cells = frame->tells_cells || row->n_cells > 0;
    frame->n_rows++;
    return OM_OK;
}

static om_status write_columns(om_h5 *file, const om_synthetic_frame *frame, om_strings *order) {
    OM_TRY(om_h5ad_frame_begin(file, "obs", "synthetic_sample", frame->names));
    for (int c = 0; c < N_CATEGORICAL; c++) {
        const categorical *column = &frame->columns[c];
        OM_TRY(om_h5ad_frame_categories(file, "obs", column_names[c], frame->n_rows, column->codes,
                                        column->categories));
        OM_TRY(om_strings_add(order, column_names[c]));
    }
    OM_TRY(om_h5ad_frame_numbers(file, "obs", "label", OM_I64, frame->n_rows, frame->label));
    OM_TRY(om_strings_add(order, "label"));
    OM_TRY(om_h5ad_frame_numbers(file, "obs", "block", OM_I64, frame->n_rows, frame->block));
    OM_TRY(om_strings_add(order, "block"));
    if (frame->tells_cells) {
        OM_TRY(
            om_h5ad_frame_numbers(file, "obs", "n_cells", OM_I64, frame->n_rows, frame->n_cells));
        OM_TRY(om_strings_add(order, "n_cells"));
    }
    return om_h5ad_frame_end(file, "obs", order);
}

static om_status write_obs(om_h5 *file, const om_synthetic_frame *frame) {
    om_strings *order = NULL;
    OM_TRY(om_strings_create(&order));
    om_status status = write_columns(file, frame, order);
    om_strings_destroy(&order);
    return status;
}

static om_status write_var(om_h5 *file, const om_strings *genes) {
    om_strings *none = NULL;
    OM_TRY(om_strings_create(&none));
    om_status status = om_h5ad_frame_begin(file, "var", "gene", genes);
    if (status == OM_OK) {
        status = om_h5ad_frame_end(file, "var", none);
    }
    om_strings_destroy(&none);
    return status;
}

om_status om_synthetic_file_create(const char *path, const om_synthetic_frame *frame,
                                   const om_strings *genes, int64_t n_values, om_digest *digest) {
    om_h5 *file = NULL;
    om_status status = om_h5_create(&file, path);
    if (status == OM_OK) {
        status = om_h5ad_begin(file);
    }
    if (status == OM_OK) {
        status = write_obs(file, frame);
    }
    if (status == OM_OK) {
        status = write_var(file, genes);
    }
    if (status == OM_OK) {
        status = om_h5ad_reserve_csr(file, "X", OM_U32, frame->n_rows, om_strings_count(genes),
                                     n_values);
    }
    if (status == OM_OK) {
        om_digest written = om_h5_digest(file);
        om_digest_add(digest, &written);
    }
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}
