#include "profile_layout.h"

#include "oncomark/memory.h"
#include "profile_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* As much of the first rows as is looked at, whichever is reached first. */
enum { SAMPLE_ROWS = 256, SAMPLE_BYTES = 1 << 26, EXCERPT = 40 };

/* What the names of the rows are. Plain data. */
typedef struct row_names {
    int64_t *n_found; /* [n_naming] of the model's genes, in each column that may have them */
    int64_t n_rows;
    int64_t n_ids;    /* Ensembl ids in the first column */
    char id[EXCERPT]; /* one of them */
} row_names;

void om_profile_layout_free(om_profile_layout *layout) {
    om_strings_destroy(&layout->names);
}

static om_status take_name(row_names *rows, int64_t column, const char *text,
                           om_profile_genes *genes) {
    int64_t feature = -1;
    OM_TRY(om_profile_genes_find(genes, text, &feature));
    rows->n_found[column] += feature >= 0;
    if (column == 0 && om_gene_map_id_length(text) > 0) {
        if (rows->n_ids++ == 0) {
            snprintf(rows->id, sizeof rows->id, "%s", text);
        }
    }
    return OM_OK;
}

static om_status sample_row(row_names *rows, const om_profile_header *header, om_field line,
                            om_field_index *index, om_text *name, om_profile_genes *genes) {
    rows->n_rows++;
    OM_TRY(om_field_index_line(index, line, header->delimiter, header->n_naming));
    for (int64_t c = 0; c < index->n_fields; c++) {
        OM_TRY(om_field_copy(name, om_field_get(index, c)));
        OM_TRY(take_name(rows, c, om_text_get(name), genes));
    }
    return OM_OK;
}

/* The first row is in hand. What is wrong with a row is said when all are read. */
static om_status sample_rows(row_names *rows, const om_profile_header *header, om_reader *reader,
                             om_field line, om_profile_genes *genes) {
    om_field_index index = {.line = NULL};
    om_text *name = NULL;
    int64_t last = om_reader_offset(reader) + SAMPLE_BYTES;
    om_status status = om_text_create(&name);
    while (status == OM_OK && line.at != NULL && rows->n_rows < SAMPLE_ROWS &&
           om_reader_offset(reader) < last) {
        status = sample_row(rows, header, line, &index, name, genes);
        status = status == OM_INPUT ? OM_OK : status;
        if (status == OM_OK) {
            status = om_profile_header_next_line(reader, header->delimiter, &line);
        }
    }
    om_field_index_release(&index);
    om_text_destroy(&name);
    return status;
}

static om_status read_on_root(om_profile_layout *layout, row_names *rows, const char *path,
                              om_profile_genes *genes) {
    om_reader *reader = NULL;
    om_field row;
    OM_TRY(om_reader_open(&reader, path));
    om_status status = om_profile_header_read(&layout->header, &layout->names, reader, &row);
    if (status == OM_OK) {
        rows->n_found = om_calloc(layout->header.n_naming, sizeof *rows->n_found);
        status = rows->n_found == NULL ? OM_MEMORY
                                       : sample_rows(rows, &layout->header, reader, row, genes);
    }
    om_reader_close(&reader);
    return status;
}

/* From rank 0 to all. */
static om_status share(om_profile_layout *layout, row_names *rows, om_ctx *ctx) {
    OM_TRY(om_broadcast(ctx, 0, &layout->header, sizeof layout->header));
    OM_TRY(om_broadcast_strings(ctx, 0, &layout->names));
    int64_t n_naming = layout->header.n_naming;
    int64_t *n_found = rows->n_found;
    if (!om_context_is_root(ctx)) {
        n_found = om_calloc(n_naming, sizeof *n_found);
    }
    om_status status = om_agree(ctx, n_found != NULL ? OM_OK : OM_MEMORY);
    rows->n_found = n_found;
    OM_TRY(status);
    OM_TRY(om_broadcast(ctx, 0, n_found, n_naming * (int64_t)sizeof *n_found));
    OM_TRY(om_broadcast(ctx, 0, &rows->n_rows, sizeof rows->n_rows));
    OM_TRY(om_broadcast(ctx, 0, &rows->n_ids, sizeof rows->n_ids));
    return om_broadcast(ctx, 0, rows->id, sizeof rows->id);
}

static om_status count_rows(row_names *names, om_profile_rows *rows, om_profile_genes *genes) {
    int64_t n_naming = rows->source->layout->header.n_naming;
    bool more = false;
    OM_TRY(om_profile_rows_next(rows, n_naming, &more));
    while (more) {
        for (int64_t c = 0; c < n_naming; c++) {
            const char *text = NULL;
            OM_TRY(om_profile_rows_text(rows, c, &text));
            OM_TRY(take_name(names, c, text, genes));
        }
        OM_TRY(om_profile_rows_next(rows, n_naming, &more));
    }
    return OM_OK;
}

/* n_found [n_naming] of all rows. Collective. */
static om_status count_all(int64_t *n_found, const om_profile_source *source) {
    om_profile_rows rows;
    row_names names = {.n_found = n_found};
    bool more = true;
    int64_t n_naming = source->layout->header.n_naming;
    memset(n_found, 0, (size_t)n_naming * sizeof *n_found);
    om_status status = om_profile_rows_open(&rows, source);
    while (status == OM_OK && more) {
        status = om_profile_rows_round(&rows, &more);
        if (status == OM_OK && more) {
            status = om_agree(source->ctx, count_rows(&names, &rows, source->genes));
        }
    }
    om_profile_rows_close(&rows);
    return status == OM_OK ? om_sum_i64(source->ctx, n_found, n_naming) : status;
}

static om_status count_header(om_profile_layout *layout, row_names *header,
                              om_profile_genes *genes) {
    for (int64_t i = 1; i < om_strings_count(layout->names); i++) {
        OM_TRY(take_name(header, 0, om_strings_get(layout->names, i), genes));
    }
    header->n_rows = om_strings_count(layout->names) - 1;
    layout->in_header = header->n_found[0];
    return OM_OK;
}

static om_status fail_ids(const char *path, const row_names *names) {
    return om_fail(OM_INPUT,
                   "%s: found Ensembl ids of genes (%s), expected symbols as the model has them; "
                   "--gene-map FILE, or gene_map in a job, gives a table of ids and symbols",
                   path, names->id);
}

static om_status fail_none(const char *path, const om_profile_genes *genes) {
    const om_gene_map *map = om_profile_genes_map(genes);
    return om_fail(OM_INPUT,
                   "%s: none of the model's %" PRId64
                   " genes is in the header or the first column, expected gene symbols%s%s",
                   path, om_profile_genes_count(genes),
                   map != NULL ? ", or Ensembl ids that are in " : " there",
                   map != NULL ? om_gene_map_path(map) : "");
}

/* Takes the column with most of the model's genes for that of the genes. */
static int64_t choose_column(om_profile_layout *layout, const row_names *rows) {
    layout->id_column = 0;
    for (int64_t c = 1; c < layout->header.n_naming; c++) {
        if (rows->n_found[c] > rows->n_found[layout->id_column]) {
            layout->id_column = c;
        }
    }
    return rows->n_found[layout->id_column];
}

/* Where ids of genes stand that the model does not know, a few of them may be of the model. */
static om_status check_ids(const om_profile_layout *layout, const row_names *header,
                           const row_names *rows, const char *path, const om_profile_genes *genes) {
    if (!om_profile_genes_lack_map(genes)) {
        return OM_OK;
    }
    if (2 * header->n_ids > header->n_rows) {
        return fail_ids(path, header);
    }
    return layout->id_column == 0 && 2 * rows->n_ids > rows->n_rows ? fail_ids(path, rows) : OM_OK;
}

/* What all ranks know is the same. */
static om_status decide(om_profile_layout *layout, const row_names *header, const row_names *rows,
                        const om_profile_source *source) {
    int64_t least = layout->header.is_gct ? 0 : layout->in_header;
    int64_t in_rows = choose_column(layout, rows);
    if (in_rows == 0 && least == 0 && layout->header.n_naming > 1) {
        OM_TRY(count_all(rows->n_found, source));
        in_rows = choose_column(layout, rows);
    }
    OM_TRY(check_ids(layout, header, rows, source->path, source->genes));
    if (in_rows == 0 && least == 0 && layout->header.n_naming == 1) {
        OM_TRY(count_all(rows->n_found, source));
        in_rows = choose_column(layout, rows);
    }
    if (in_rows == 0 && least == 0) {
        return fail_none(source->path, source->genes);
    }
    layout->genes_in_rows = in_rows > least;
    layout->is_certain = layout->genes_in_rows;
    return layout->genes_in_rows
               ? om_profile_header_check(&layout->header, layout->names, source->path)
               : OM_OK;
}

om_status om_profile_layout_read(om_profile_layout *layout, om_ctx *ctx, const char *path,
                                 om_profile_genes *genes, int64_t piece_bytes) {
    int64_t in_header = 0;
    row_names rows = {.n_found = NULL};
    row_names header = {.n_found = &in_header};
    om_profile_source source = {ctx, path, layout, genes, piece_bytes, NULL};
    *layout = (om_profile_layout){.n_features = om_profile_genes_count(genes)};
    om_status status = om_context_is_root(ctx) ? read_on_root(layout, &rows, path, genes) : OM_OK;
    status = om_agree(ctx, status);
    status = status == OM_OK ? share(layout, &rows, ctx) : status;
    if (status == OM_OK) {
        status = om_agree(ctx, count_header(layout, &header, genes));
    }
    status = status == OM_OK ? decide(layout, &header, &rows, &source) : status;
    om_free(rows.n_found);
    if (status != OM_OK) {
        om_profile_layout_free(layout);
    }
    return status;
}

om_status om_profile_layout_settle(om_profile_layout *layout, om_ctx *ctx, const char *path,
                                   om_profile_genes *genes, int64_t piece_bytes) {
    om_profile_source source = {ctx, path, layout, genes, piece_bytes, NULL};
    row_names rows = {.n_found = om_calloc(layout->header.n_naming, sizeof *rows.n_found)};
    om_status status = om_agree(ctx, rows.n_found != NULL ? OM_OK : OM_MEMORY);
    status = status == OM_OK ? count_all(rows.n_found, &source) : status;
    if (status == OM_OK) {
        layout->genes_in_rows = choose_column(layout, &rows) > layout->in_header;
        layout->is_certain = true;
    }
    om_free(rows.n_found);
    return status;
}
