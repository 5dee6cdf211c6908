#include "oncomark/published_export.h"

#include "published_samples.h"
#include "published_table.h"

#include "oncomark/atomic_file.h"
#include "oncomark/features.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/progress.h"
#include "oncomark/published.h"
#include "oncomark/stop.h"
#include "oncomark/table.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* Text that a rank gathers before it writes, of each table, at most (but one row). */
enum { ROUND_BYTES = 8 << 20, ROUNDS_AT_LEAST = 4 };

typedef struct export {
    om_ctx *ctx;
    const char *path; /* of synthetic.h5ad */
    const char *folder;
    om_h5 *file;
    om_published_samples *samples;
    om_strings *genes;
    char *data[2]; /* the tables; by label, as all that follows */
    char *meta[2];
    char *temporary[2];   /* of `data` */
    int32_t *place_of[2]; /* [genes] */
    int64_t n_places[2];
    int64_t n_rows[2];
    int64_t bytes[2];
    om_number_text *numbers;
    om_published_table *tables[2];
}
export;

static void tear_down(export *work) {
    for (int label = 0; label < 2; label++) {
        om_published_table_destroy(&work->tables[label]);
        om_free(work->place_of[label]);
        om_free(work->data[label]);
        om_free(work->meta[label]);
        om_free(work->temporary[label]);
    }
    om_number_text_destroy(&work->numbers);
    om_strings_destroy(&work->genes);
    om_published_samples_destroy(&work->samples);
    om_h5_close(&work->file);
}

/* What a killed export leaves is not in the way. */
static bool is_leftover(const char *name) {
    size_t length = strlen(name);
    static const char end[] = "_sep_hallmark.csv.tmp";
    size_t n = sizeof end - 1;
    return length > n && strcmp(name + length - n, end) == 0;
}

/* On rank 0: a new folder, or one in which nothing can be lost. */
static om_status take_folder(const char *folder, bool replace) {
    DIR *stream = opendir(folder);
    if (stream == NULL && errno == ENOENT) {
        return om_folder_make(folder);
    }
    if (stream == NULL) {
        return om_fail(OM_USAGE, "%s: cannot be used as a folder: %s", folder, strerror(errno));
    }
    om_status status = OM_OK;
    for (struct dirent *entry = readdir(stream); entry != NULL && status == OM_OK && !replace;
         entry = readdir(stream)) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !is_leftover(name)) {
            status = om_fail(OM_USAGE,
                             "%s: found '%.80s' in it, expected a new or an empty folder; --force "
                             "replaces tables that are there",
                             folder, name);
        }
    }
    closedir(stream);
    return status;
}

static om_status name_table(char **path, const char *folder, const char *kind, int label) {
    char *name = om_published_file_name(kind, label);
    *path = name != NULL ? om_format("%s/%s", folder, name) : NULL;
    om_free(name);
    return *path != NULL ? OM_OK : OM_MEMORY;
}

static om_status name_files(export *work) {
    for (int label = 0; label < 2; label++) {
        OM_TRY(name_table(&work->data[label], work->folder, "data", label));
        OM_TRY(name_table(&work->meta[label], work->folder, "meta", label));
        work->temporary[label] = om_format("%s.tmp", work->data[label]);
        if (work->temporary[label] == NULL) {
            return OM_MEMORY;
        }
    }
    return OM_OK;
}

static om_status open_input(export *work) {
    OM_TRY(name_files(work));
    OM_TRY(om_number_text_create(&work->numbers));
    OM_TRY(om_h5_open(&work->file, work->path));
    OM_TRY(om_published_samples_read(&work->samples, work->file));
    for (int64_t row = 0; row < work->samples->n; row++) {
        work->n_rows[work->samples->label[row] == 1]++;
    }
    return om_h5ad_read_index(work->file, "var", &work->genes);
}

/* Numbers the most variable genes of each label. */
static om_status choose_genes(export *work, const om_gene_sums *sums, int64_t most_variable) {
    for (int label = 0; label < 2; label++) {
        uint8_t *in = om_calloc(sums->n_genes, sizeof *in);
        int32_t *place_of = om_malloc(sums->n_genes, sizeof *place_of);
        work->place_of[label] = place_of;
        om_status status = OM_MEMORY;
        if (in != NULL && place_of != NULL) {
            status = om_features_mark(in, sums, label, most_variable);
        }
        for (int64_t g = 0; g < sums->n_genes && status == OM_OK; g++) {
            place_of[g] = in[g] != 0 ? (int32_t)work->n_places[label]++ : -1;
        }
        om_free(in);
        OM_TRY(status);
    }
    return OM_OK;
}

static om_status rank_genes(export *work, int64_t most_variable) {
    om_sample_table *table = NULL;
    om_gene_sums *sums = NULL;
    OM_TRY(om_sample_table_read(&table, work->ctx, work->path));
    bool *counted = om_malloc(table->n_samples, sizeof *counted);
    om_status status = om_agree(work->ctx, counted != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        memset(counted, true, (size_t)table->n_samples * sizeof *counted);
        status = om_gene_sums_read(&sums, work->ctx, work->path, table, counted, NULL);
    }
    if (status == OM_OK) {
        status = om_agree(work->ctx, choose_genes(work, sums, most_variable));
    }
    om_gene_sums_destroy(&sums);
    om_free(counted);
    om_sample_table_destroy(&table);
    return status;
}

/* As R and pandas write row names: the first field is empty. */
static om_status make_header(om_text *header, const export *work, int label) {
    for (int64_t g = 0; g < om_strings_count(work->genes); g++) {
        if (work->place_of[label][g] >= 0) {
            OM_TRY(om_text_add(header, ","));
            OM_TRY(om_csv_field(header, om_strings_get(work->genes, g)));
        }
    }
    return om_text_add(header, "\n");
}

static om_status create_table(export *work, int label) {
    om_text *header = NULL;
    om_status status = om_text_create(&header);
    if (status == OM_OK) {
        status = make_header(header, work, label);
    }
    status = om_agree(work->ctx, status);
    if (status == OM_OK) {
        status = om_published_table_create(&work->tables[label], work->ctx, work->temporary[label],
                                           header, work->place_of[label], work->n_places[label]);
    }
    om_text_destroy(&header);
    return status;
}

static om_status add_rows(export *work, om_text *name, int64_t first, int64_t count) {
    om_counts *rows = NULL;
    OM_TRY(om_h5ad_read_counts(&rows, work->file, "X", first, count));
    om_status status = OM_OK;
    for (int64_t i = 0; i < count && status == OM_OK; i++) {
        int label = work->samples->label[first + i] == 1;
        int64_t start = rows->indptr[i];
        status = om_published_samples_name(name, work->samples, first + i);
        if (status == OM_OK) {
            status = om_published_table_add(work->tables[label], work->numbers, om_text_get(name),
                                            rows->indices + start, rows->values + start,
                                            rows->indptr[i + 1] - start);
        }
    }
    om_counts_destroy(&rows);
    return status;
}

/* How many rows a rank takes at a time; every rank shall have some. */
static int64_t rows_a_round(const export *work) {
    int64_t share = work->samples->n / om_context_size(work->ctx) / ROUNDS_AT_LEAST + 1;
    int64_t bytes = 1;
    for (int label = 0; label < 2; label++) {
        int64_t row_bytes = om_published_table_row_bytes(work->tables[label]);
        bytes = row_bytes > bytes ? row_bytes : bytes;
    }
    int64_t rows = bytes < ROUND_BYTES ? ROUND_BYTES / bytes : 1;
    return rows < share ? rows : share;
}

/* Round by round each rank takes the next rows; what they become is written in the order of ranks,
 * so that the tables have the order of the file. */
static om_status write_rounds(export *work, om_text *name) {
    int64_t n = work->samples->n;
    int size = om_context_size(work->ctx);
    int64_t step = rows_a_round(work);
    om_progress *progress =
        om_progress_begin(om_context_log(work->ctx), "export", n / size, "samples");
    om_status status = OM_OK;
    om_stop_pace pace = {0};
    for (int64_t done = 0; done < n && status == OM_OK; done += step * size) {
        int64_t first = done + step * om_context_rank(work->ctx);
        int64_t count = first >= n ? 0 : first + step < n ? step : n - first;
        status = om_stop_check_at_pace(work->ctx, &pace);
        if (status == OM_OK) {
            status = om_agree(work->ctx, count > 0 ? add_rows(work, name, first, count) : OM_OK);
        }
        for (int label = 1; label >= 0 && status == OM_OK; label--) {
            status = om_published_table_write(work->tables[label]);
        }
        om_progress_add(progress, count);
    }
    om_progress_end(&progress);
    return status;
}

static om_status write_data(export *work) {
    om_text *name = NULL;
    om_status status = om_agree(work->ctx, om_text_create(&name));
    for (int label = 1; label >= 0 && status == OM_OK; label--) {
        status = create_table(work, label);
    }
    if (status == OM_OK) {
        status = write_rounds(work, name);
    }
    for (int label = 1; label >= 0 && status == OM_OK; label--) {
        status = om_published_table_finish(work->tables[label], &work->bytes[label]);
    }
    om_text_destroy(&name);
    return status;
}

/* On rank 0. The tables of metadata go last: where they are, the others are whole. */
static om_status commit(const export *work) {
    for (int label = 1; label >= 0; label--) {
        OM_TRY(om_file_commit(work->temporary[label], work->data[label]));
    }
    for (int label = 1; label >= 0; label--) {
        om_text *csv = NULL;
        OM_TRY(om_text_create(&csv));
        om_status status = om_published_samples_meta(csv, work->samples, label);
        if (status == OM_OK) {
            status =
                om_file_write(work->meta[label], om_text_get(csv), (int64_t)om_text_length(csv));
        }
        om_text_destroy(&csv);
        OM_TRY(status);
    }
    return OM_OK;
}

static void tell(const export *work) {
    for (int label = 1; label >= 0; label--) {
        om_log_info(om_context_log(work->ctx),
                    "%s: %" PRId64 " samples x %" PRId64 " genes, %.1f MB", work->data[label],
                    work->n_rows[label], work->n_places[label], 1e-6 * (double)work->bytes[label]);
    }
}

static om_status run(export *work, int64_t most_variable, bool replace) {
    bool is_root = om_context_is_root(work->ctx);
    OM_TRY(om_agree(work->ctx, is_root ? take_folder(work->folder, replace) : OM_OK));
    OM_TRY(om_agree(work->ctx, open_input(work)));
    OM_TRY(rank_genes(work, most_variable));
    om_status status = write_data(work);
    if (status == OM_OK) {
        status = om_agree(work->ctx, is_root ? commit(work) : OM_OK);
    }
    if (status == OM_OK) {
        tell(work);
    } else if (is_root) {
        unlink(work->temporary[0]);
        unlink(work->temporary[1]);
    }
    return status;
}

om_status om_published_export(om_ctx *ctx, const char *path, const char *folder,
                              int64_t most_variable, bool replace) {
    export work = {.ctx = ctx, .path = path, .folder = folder};
    om_status status = run(&work, most_variable, replace);
    tear_down(&work);
    return status;
}
