#include "published_table.h"

#include "oncomark/memory.h"
#include "oncomark/table.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct om_published_table {
    om_ctx *ctx;
    char *path;
    int file;
    const int32_t *place_of;
    int64_t n_places;
    uint32_t *row; /* [n_places] */
    om_text *name; /* of the row, quoted */
    char *text;    /* rows of this rank that are not written yet */
    int64_t length;
    int64_t capacity;
    int64_t written; /* bytes of the file, by all ranks */
};

static om_status fail_write(const om_published_table *table) {
    return om_fail(OM_SYSTEM, "%s: cannot write it: %s", table->path, strerror(errno));
}

static om_status write_at(const om_published_table *table, const char *bytes, int64_t length,
                          int64_t offset) {
    for (int64_t done = 0; done < length;) {
        ssize_t put =
            pwrite(table->file, bytes + done, (size_t)(length - done), (off_t)(offset + done));
        if (put < 0 && errno != EINTR) {
            return fail_write(table);
        }
        done += put > 0 ? put : 0;
    }
    return OM_OK;
}

/* Rank 0 makes the file, the others open it. */
static om_status open_file(om_published_table *table, int flags) {
    table->file = open(table->path, O_WRONLY | O_CLOEXEC | flags, 0666);
    return table->file >= 0 ? OM_OK : fail_write(table);
}

static om_status begin(om_published_table *table, const char *path, const om_text *header) {
    table->path = om_strdup(path);
    table->row = om_calloc(table->n_places, sizeof *table->row);
    if (table->path == NULL || table->row == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_text_create(&table->name));
    if (!om_context_is_root(table->ctx)) {
        return OM_OK;
    }
    OM_TRY(open_file(table, O_CREAT | O_TRUNC));
    table->written = (int64_t)om_text_length(header);
    return write_at(table, om_text_get(header), table->written, 0);
}

om_status om_published_table_create(om_published_table **out, om_ctx *ctx, const char *path,
                                    const om_text *header, const int32_t *place_of,
                                    int64_t n_places) {
    om_published_table *table = om_calloc(1, sizeof *table);
    *out = table;
    om_status status = OM_MEMORY;
    if (table != NULL) {
        *table = (om_published_table){
            .ctx = ctx, .file = -1, .place_of = place_of, .n_places = n_places};
        status = begin(table, path, header);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_broadcast(ctx, 0, &table->written, sizeof table->written);
    }
    if (status == OM_OK) {
        status = om_agree(ctx, om_context_is_root(ctx) ? OM_OK : open_file(table, 0));
    }
    if (status != OM_OK) {
        om_published_table_destroy(out);
    }
    return status;
}

void om_published_table_destroy(om_published_table **table) {
    if (*table == NULL) {
        return;
    }
    if ((*table)->file >= 0) {
        close((*table)->file);
    }
    om_text_destroy(&(*table)->name);
    om_free((*table)->text);
    om_free((*table)->row);
    om_free((*table)->path);
    om_free(*table);
    *table = NULL;
}

int64_t om_published_table_row_bytes(const om_published_table *table) {
    return table->n_places * OM_NUMBER_LONGEST + OM_NUMBER_SLACK + 1;
}

static om_status reserve(om_published_table *table, int64_t bytes) {
    if (bytes <= table->capacity) {
        return OM_OK;
    }
    char *larger = om_realloc(table->text, bytes + bytes / 2, 1);
    if (larger == NULL) {
        return OM_MEMORY;
    }
    table->text = larger;
    table->capacity = bytes + bytes / 2;
    return OM_OK;
}

om_status om_published_table_add(om_published_table *table, const om_number_text *numbers,
                                 const char *name, const int32_t *genes, const double *values,
                                 int64_t n) {
    om_text_clear(table->name);
    OM_TRY(om_csv_field(table->name, name));
    int64_t name_length = (int64_t)om_text_length(table->name);
    OM_TRY(reserve(table, table->length + name_length + om_published_table_row_bytes(table)));
    memset(table->row, 0, (size_t)table->n_places * sizeof *table->row);
    for (int64_t i = 0; i < n; i++) {
        int32_t place = table->place_of[genes[i]];
        if (place >= 0) {
            table->row[place] = (uint32_t)values[i];
        }
    }
    char *to = table->text + table->length;
    memcpy(to, om_text_get(table->name), (size_t)name_length);
    to = om_number_text_write(numbers, to + name_length, table->row, table->n_places);
    *to++ = '\n';
    table->length = to - table->text;
    return OM_OK;
}

om_status om_published_table_write(om_published_table *table) {
    int64_t before = 0;
    int64_t all = table->length;
    if (MPI_Exscan(&table->length, &before, 1, MPI_INT64_T, MPI_SUM, om_context_comm(table->ctx)) !=
        MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: a sum over ranks failed");
    }
    before = om_context_is_root(table->ctx) ? 0 : before;
    OM_TRY(om_sum_i64(table->ctx, &all, 1));
    om_status status = write_at(table, table->text, table->length, table->written + before);
    table->written += all;
    table->length = 0;
    return om_agree(table->ctx, status);
}

om_status om_published_table_finish(om_published_table *table, int64_t *bytes) {
    om_status status = OM_OK;
    /* Some file systems cannot flush and say EINVAL. */
    if (fsync(table->file) != 0 && errno != EINVAL) {
        status = fail_write(table);
    }
    if (close(table->file) != 0 && status == OM_OK) {
        status = fail_write(table);
    }
    table->file = -1;
    *bytes = table->written;
    return om_agree(table->ctx, status);
}
