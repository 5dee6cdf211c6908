#define ZLIB_CONST /* zlib takes what it compresses as const */
#include "simulate_block.h"

#include "oncomark/memory.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

/* Longest entry: row, column and count of up to 19 digits each, two blanks and the line's end. */
enum { MAX_ENTRY = 64, GZIP_LEVEL = 1, GZIP_WINDOW = 15 + 16 };

struct om_simulate_block {
    om_simulate_model *model; /* borrowed */
    const double *strengths;  /* borrowed */
    int64_t *bulk;            /* [samples x rows], borrowed */
    int64_t sample;           /* the model is set to this one; -1 none */
    om_simulate_biopsy biopsy;
    double *rates;
    int32_t *rows;
    int32_t *counts;
    int64_t n_entries;
    unsigned char *text;
    int64_t text_capacity;
    int64_t text_length;
    unsigned char *packed;
    int64_t packed_capacity;
    int64_t packed_length;
};

om_status om_simulate_block_create(om_simulate_block **out, om_simulate_model *model,
                                   const double *strengths, int64_t *bulk) {
    om_simulate_block *block = om_calloc(1, sizeof *block);
    *out = block;
    if (block == NULL) {
        return OM_MEMORY;
    }
    block->model = model;
    block->strengths = strengths;
    block->bulk = bulk;
    block->sample = -1;
    block->rates = om_calloc(model->n_rows, sizeof *block->rates);
    block->rows = om_calloc(model->n_rows, sizeof *block->rows);
    block->counts = om_calloc(model->n_rows, sizeof *block->counts);
    if (block->rates == NULL || block->rows == NULL || block->counts == NULL) {
        om_simulate_block_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_simulate_block_destroy(om_simulate_block **block) {
    if (*block == NULL) {
        return;
    }
    om_free((*block)->rates);
    om_free((*block)->rows);
    om_free((*block)->counts);
    om_free((*block)->text);
    om_free((*block)->packed);
    om_free(*block);
    *block = NULL;
}

static om_status reserve(unsigned char **bytes, int64_t *capacity, int64_t needed) {
    if (needed <= *capacity) {
        return OM_OK;
    }
    unsigned char *larger = om_realloc(*bytes, needed + needed / 2, 1);
    if (larger == NULL) {
        return OM_MEMORY;
    }
    *bytes = larger;
    *capacity = needed + needed / 2;
    return OM_OK;
}

static unsigned char *put_number(unsigned char *to, int64_t value, char end) {
    unsigned char digits[20];
    int n = 0;
    do {
        digits[n++] = (unsigned char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (n > 0) {
        *to++ = digits[--n];
    }
    *to++ = (unsigned char)end;
    return to;
}

static om_status add_cell(om_simulate_block *block, int64_t index) {
    om_simulate_model *model = block->model;
    int64_t sample = om_simulate_plan_sample(model->study, index);
    if (sample != block->sample) {
        om_simulate_model_set_sample(model, &model->study->samples[sample]);
        block->biopsy =
            om_simulate_biopsy_draw(model->seed, model->study, &model->study->samples[sample]);
        block->sample = sample;
    }
    om_simulate_cell cell = om_simulate_cell_draw(model->seed, model->study, &block->biopsy, index,
                                                  model->genes->n_genes);
    int64_t n = om_simulate_cell_count(&cell, model, block->strengths, block->rates, block->rows,
                                       block->counts);
    OM_TRY(reserve(&block->text, &block->text_capacity, block->text_length + n * MAX_ENTRY));
    unsigned char column[MAX_ENTRY];
    size_t column_length = (size_t)(put_number(column, index + 1, ' ') - column);
    unsigned char *to = block->text + block->text_length;
    int64_t *bulk = block->bulk + sample * model->n_rows;
    for (int64_t i = 0; i < n; i++) {
        bulk[block->rows[i]] += block->counts[i];
        to = put_number(to, (int64_t)block->rows[i] + 1, ' ');
        memcpy(to, column, column_length);
        to = put_number(to + column_length, block->counts[i], '\n');
    }
    block->text_length = to - block->text;
    block->n_entries += n;
    return OM_OK;
}

om_status om_simulate_block_make(om_simulate_block *block, int64_t first, int64_t count) {
    block->text_length = 0;
    block->packed_length = 0;
    for (int64_t i = 0; i < count; i++) {
        OM_TRY(add_cell(block, first + i));
    }
    if (!block->model->study->gzip) {
        return OM_OK;
    }
    return om_simulate_block_gzip(block->text, block->text_length, GZIP_LEVEL, &block->packed,
                                  &block->packed_capacity, &block->packed_length);
}

const unsigned char *om_simulate_block_bytes(const om_simulate_block *block, int64_t *length) {
    bool gzip = block->model->study->gzip;
    *length = gzip ? block->packed_length : block->text_length;
    return gzip ? block->packed : block->text;
}

int64_t om_simulate_block_entries(const om_simulate_block *block) {
    return block->n_entries;
}

om_status om_simulate_block_gzip(const unsigned char *bytes, int64_t length, int level,
                                 unsigned char **out, int64_t *capacity, int64_t *out_length) {
    if (length > INT_MAX) {
        return om_fail(OM_BUG, "simulate: a block of more than 2 GiB");
    }
    z_stream stream = {0};
    if (deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        return om_fail(OM_MEMORY, "out of memory: deflate");
    }
    om_status status = reserve(out, capacity, (int64_t)deflateBound(&stream, (uLong)length));
    if (status == OM_OK) {
        stream.next_in = bytes;
        stream.avail_in = (uInt)length;
        stream.next_out = *out;
        stream.avail_out = (uInt)(*capacity < INT_MAX ? *capacity : INT_MAX);
        if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
            status = om_fail(OM_BUG, "simulate: deflate did not finish");
        }
        *out_length = (int64_t)stream.total_out;
    }
    deflateEnd(&stream);
    return status;
}
