#include "simulate_matrix.h"

#include "simulate_block.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The header has a fixed length, so that it can be written over once the entries are counted: the
 * comment is filled up with blanks. */
enum { HEADER_LENGTH = 256, TEXT_TAG = 1 };

/* The file on the root; NULL elsewhere. */
typedef struct output {
    FILE *file;
    char *path;
    char *temporary;
    unsigned char *received;
    int64_t received_capacity;
} output;

static om_status write_bytes(output *to, const unsigned char *bytes, int64_t length) {
    if (fwrite(bytes, 1, (size_t)length, to->file) != (size_t)length) {
        return om_fail(OM_SYSTEM, "%s: cannot write: %s", to->temporary, strerror(errno));
    }
    return OM_OK;
}

static om_status write_header(output *to, const om_simulate_model *model, int64_t n_entries) {
    char banner[HEADER_LENGTH / 2];
    char sizes[HEADER_LENGTH / 2];
    unsigned char header[HEADER_LENGTH];
    int banner_length = snprintf(banner, sizeof banner,
                                 "%%%%MatrixMarket matrix coordinate integer general\n"
                                 "%% simulated by oncomark, seed %" PRIu64,
                                 model->seed);
    int sizes_length = snprintf(sizes, sizeof sizes, "\n%" PRId64 " %" PRId64 " %" PRId64 "\n",
                                model->n_rows, model->study->n_cells, n_entries);
    memset(header, ' ', sizeof header);
    memcpy(header, banner, (size_t)banner_length);
    memcpy(header + HEADER_LENGTH - sizes_length, sizes, (size_t)sizes_length);
    if (!model->study->gzip) {
        return write_bytes(to, header, HEADER_LENGTH);
    }
    unsigned char *packed = NULL;
    int64_t capacity = 0;
    int64_t length = 0;
    om_status status =
        om_simulate_block_gzip(header, HEADER_LENGTH, 0, &packed, &capacity, &length);
    if (status == OM_OK) {
        status = write_bytes(to, packed, length);
    }
    om_free(packed);
    return status;
}

static om_status open_output(output *to, const om_simulate_model *model, const char *folder) {
    to->path = om_format("%s/Exp_data_UMIcounts.mtx%s", folder, model->study->gzip ? ".gz" : "");
    to->temporary = om_format("%s/.Exp_data_UMIcounts.tmp", folder);
    if (to->path == NULL || to->temporary == NULL) {
        return OM_MEMORY;
    }
    to->file = fopen(to->temporary, "wb");
    if (to->file == NULL) {
        return om_fail(OM_SYSTEM, "%s: cannot create: %s", to->temporary, strerror(errno));
    }
    return write_header(to, model, 0);
}

static om_status commit_output(output *to, const om_simulate_model *model, int64_t n_entries) {
    if (fseek(to->file, 0, SEEK_SET) != 0) {
        return om_fail(OM_SYSTEM, "%s: cannot go back: %s", to->temporary, strerror(errno));
    }
    OM_TRY(write_header(to, model, n_entries));
    FILE *file = to->file;
    to->file = NULL;
    if (fclose(file) != 0) {
        return om_fail(OM_SYSTEM, "%s: cannot write: %s", to->temporary, strerror(errno));
    }
    return om_file_commit(to->temporary, to->path);
}

static void close_output(output *to) {
    if (to->file != NULL) {
        fclose(to->file);
        remove(to->temporary);
    }
    om_free(to->path);
    om_free(to->temporary);
    om_free(to->received);
}

/* Makes room on the root for the longest text of this round. */
static om_status reserve(om_ctx *ctx, output *to, int64_t length) {
    OM_TRY(om_max_i64(ctx, &length, 1));
    if (!om_context_is_root(ctx) || length <= to->received_capacity) {
        return OM_OK;
    }
    unsigned char *larger = om_realloc(to->received, length, 1);
    if (larger == NULL) {
        return OM_MEMORY;
    }
    to->received = larger;
    to->received_capacity = length;
    return OM_OK;
}

/* The root writes its own block and then those of the ranks 1 .. n_blocks-1. It takes all of them
 * even if it cannot write. */
static om_status collect(om_ctx *ctx, output *to, const unsigned char *bytes, int64_t length,
                         int64_t n_blocks) {
    MPI_Comm comm = om_context_comm(ctx);
    if (!om_context_is_root(ctx)) {
        if (om_context_rank(ctx) < n_blocks) {
            MPI_Send(bytes, (int)length, MPI_BYTE, 0, TEXT_TAG, comm);
        }
        return OM_OK;
    }
    om_status status = write_bytes(to, bytes, length);
    for (int rank = 1; rank < n_blocks; rank++) {
        MPI_Status info;
        int incoming = 0;
        MPI_Recv(to->received, (int)to->received_capacity, MPI_BYTE, rank, TEXT_TAG, comm, &info);
        MPI_Get_count(&info, MPI_BYTE, &incoming);
        if (status == OM_OK) {
            status = write_bytes(to, to->received, incoming);
        }
    }
    return status;
}

/* One block a rank, from cell `first` on. */
static om_status make_round(om_ctx *ctx, om_simulate_block *block, int64_t n_cells, int64_t first,
                            output *to, om_progress *progress) {
    int64_t mine = first + (int64_t)om_context_rank(ctx) * OM_BLOCK_CELLS;
    int64_t count = n_cells - mine < OM_BLOCK_CELLS ? n_cells - mine : OM_BLOCK_CELLS;
    count = count < 0 ? 0 : count;
    int64_t n_blocks = (n_cells - first + OM_BLOCK_CELLS - 1) / OM_BLOCK_CELLS;
    n_blocks = n_blocks < om_context_size(ctx) ? n_blocks : om_context_size(ctx);

    OM_TRY(om_agree(ctx, om_simulate_block_make(block, mine, count)));
    int64_t length = 0;
    const unsigned char *bytes = om_simulate_block_bytes(block, &length);
    OM_TRY(om_agree(ctx, reserve(ctx, to, length)));
    om_status status = collect(ctx, to, bytes, length, n_blocks);
    om_progress_add(progress, count);
    return om_agree(ctx, status);
}

om_status om_simulate_matrix_write(om_ctx *ctx, om_simulate_model *model, const double *strengths,
                                   int64_t *bulk, const char *folder, om_progress *progress) {
    output to = {0};
    om_simulate_block *block = NULL;
    int64_t n_cells = model->study->n_cells;
    om_status status = om_simulate_block_create(&block, model, strengths, bulk);
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = open_output(&to, model, folder);
    }
    status = om_agree(ctx, status);
    om_stop_pace pace = {0};
    int64_t step = (int64_t)om_context_size(ctx) * OM_BLOCK_CELLS;
    for (int64_t first = 0; status == OM_OK && first < n_cells; first += step) {
        status = om_stop_check_at_pace(ctx, &pace);
        if (status == OM_OK) {
            status = make_round(ctx, block, n_cells, first, &to, progress);
        }
    }
    if (status == OM_OK) {
        int64_t n_entries = om_simulate_block_entries(block);
        status = om_sum_i64(ctx, &n_entries, 1);
        if (status == OM_OK && om_context_is_root(ctx)) {
            status = commit_output(&to, model, n_entries);
        }
        status = om_agree(ctx, status);
    }
    close_output(&to);
    om_simulate_block_destroy(&block);
    return status;
}
