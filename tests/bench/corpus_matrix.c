#include "corpus.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The header has a fixed length, so that it can be written over once the entries are counted. */
enum { HEADER_LENGTH = 256, BUFFER = 1 << 22, LONGEST_ENTRY = 40, PIECE = 8, COLUMN_PIECE = 24 };

/* xorshift64 (Marsaglia 2003) in lanes that compilers turn into vectors. */
enum { LANES = 8, LANE_NUMBERS = 4, STRIDE = LANES * LANE_NUMBERS };

typedef struct matrix_writer {
    const corpus_options *options;
    const corpus_model *model;
    int64_t data_set;
    uint64_t lanes[LANES];
    int64_t n_places;    /* genes, filled up to whole strides */
    uint16_t *bits;      /* [n_places] random */
    uint8_t *seen;       /* [n_places] 0 or 1 */
    uint8_t *size;       /* [n_places] classes of this cell's counts */
    char (*gene)[PIECE]; /* [n_genes] row number and blank */
    uint8_t *gene_length;
    char (*count)[PIECE]; /* [CORPUS_LARGEST_COUNT + 1] count and line end */
    uint8_t *count_length;
    char *buffer;
    int64_t used;
    int64_t n_entries;
    FILE *file;
    char *path;
} matrix_writer;

static om_status flush(matrix_writer *writer) {
    size_t length = (size_t)writer->used;
    writer->used = 0;
    if (fwrite(writer->buffer, 1, length, writer->file) != length) {
        return om_fail(OM_SYSTEM, "%s: cannot write: %s", writer->path, strerror(errno));
    }
    return OM_OK;
}

static om_status write_header(matrix_writer *writer, int64_t n_cells) {
    static const char banner[] = "%%MatrixMarket matrix coordinate integer general\n% ";
    char header[HEADER_LENGTH];
    char sizes[96];
    int length = snprintf(sizes, sizeof sizes, "\n%" PRId64 " %" PRId64 " %" PRId64 "\n",
                          writer->model->n_genes, n_cells, writer->n_entries);
    memset(header, ' ', sizeof header);
    memcpy(header, banner, sizeof banner - 1);
    memcpy(header + HEADER_LENGTH - length, sizes, (size_t)length);
    rewind(writer->file);
    if (fwrite(header, 1, sizeof header, writer->file) != sizeof header) {
        return om_fail(OM_SYSTEM, "%s: cannot write: %s", writer->path, strerror(errno));
    }
    return OM_OK;
}

static void fill_bits(matrix_writer *writer) {
    for (int64_t i = 0; i < writer->n_places; i += STRIDE) {
        for (int lane = 0; lane < LANES; lane++) {
            uint64_t x = writer->lanes[lane];
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            writer->lanes[lane] = x;
        }
        memcpy(writer->bits + i, writer->lanes, sizeof writer->lanes);
    }
}

static void seed_lanes(matrix_writer *writer, om_random *random) {
    for (int lane = 0; lane < LANES; lane++) {
        writer->lanes[lane] = om_random_u64(random) | 1;
    }
}

/* Depth class of a cell: bell-shaped around the middle; 3 % are nearly empty. */
static int draw_depth(om_random *random) {
    double step = om_random_normal(random) * 3.0;
    step = step < -8.0 ? -8.0 : step > 8.0 ? 8.0 : step;
    return om_random_below(random, 100) < 3 ? 0 : CORPUS_MIDDLE + (int)step;
}

static int draw_type(om_random *random) {
    bool dying = om_random_below(random, 100) < 4;
    int type = (int)om_random_below(random, CORPUS_DYING);
    return dying ? CORPUS_DYING : type;
}

/* How far each programme moves its genes: programmes are on or off, how often depends on the
 * sample. */
static void draw_steps(const matrix_writer *writer, om_random *random, int64_t sample,
                       int steps[OM_N_HALLMARKS]) {
    om_random frequency =
        om_random_stream((uint64_t)writer->options->seed, OM_PURPOSE_SIMULATE_SAMPLE,
                         (uint64_t)(writer->data_set << 32 | sample));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        uint64_t percent = 25 + om_random_below(&frequency, 31);
        bool on = om_random_below(random, 100) < percent;
        int within = (int)om_random_below(random, CORPUS_MOST_STEPS);
        steps[h] = on ? 1 + within : within - CORPUS_MOST_STEPS / 2;
    }
}

/* Which genes the cell shows, and from which classes their counts are. */
static void draw_genes(matrix_writer *writer, int64_t cell) {
    const corpus_model *model = writer->model;
    om_random random = om_random_stream((uint64_t)writer->options->seed, OM_PURPOSE_SIMULATE_CELL,
                                        (uint64_t)(writer->data_set << 40 | cell));
    int steps[OM_N_HALLMARKS];
    int type = draw_type(&random);
    int depth = draw_depth(&random);
    draw_steps(writer, &random, cell / writer->options->cells_per_sample, steps);
    seed_lanes(writer, &random);
    fill_bits(writer);
    int64_t first = (int64_t)(type * CORPUS_DEPTHS) * model->n_genes;
    const uint16_t *chance = model->chance + first + depth * model->n_genes;
    for (int64_t gene = 0; gene < model->n_genes; gene++) {
        writer->seen[gene] = writer->bits[gene] < chance[gene];
    }
    memcpy(writer->size, model->size + first + depth * model->n_genes, (size_t)model->n_genes);
    for (int64_t i = 0; i < model->n_members; i++) {
        corpus_member member = model->members[i];
        int moved = depth + steps[member.hallmark];
        int64_t at = first + (moved < 0 ? 0 : moved) * model->n_genes + member.gene;
        writer->seen[member.gene] = writer->bits[member.gene] < model->chance[at];
        writer->size[member.gene] = model->size[at];
    }
}

/* Copies of a fixed length are single moves; only `length` bytes of them count. */
static void add_entry(matrix_writer *writer, int64_t gene, const char *column,
                      uint8_t column_length, unsigned quantile) {
    unsigned count = writer->model->counts[writer->size[gene]][quantile];
    char *to = writer->buffer + writer->used;
    memcpy(to, writer->gene[gene], PIECE);
    to += writer->gene_length[gene];
    memcpy(to, column, COLUMN_PIECE);
    to += column_length;
    memcpy(to, writer->count[count], PIECE);
    to += writer->count_length[count];
    writer->used = to - writer->buffer;
}

static om_status add_cell(matrix_writer *writer, int64_t cell) {
    char column[COLUMN_PIECE + 8] = {0};
    int column_length = snprintf(column, sizeof column, "%" PRId64 " ", cell + 1);
    draw_genes(writer, cell);
    uint64_t x = writer->lanes[0];
    for (int64_t i = 0; i < writer->n_places; i += PIECE) {
        uint64_t some;
        memcpy(&some, writer->seen + i, sizeof some);
        if (some == 0) {
            continue;
        }
        for (int64_t gene = i; gene < i + PIECE; gene++) {
            if (writer->seen[gene] != 0) {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                add_entry(writer, gene, column, (uint8_t)column_length, (unsigned)(x >> 56));
                writer->n_entries++;
            }
        }
    }
    return writer->used > BUFFER ? flush(writer) : OM_OK;
}

/* Numbers with what follows them, as fixed pieces. */
static void fill_pieces(char (*pieces)[PIECE], uint8_t *lengths, int64_t n, int64_t first,
                        char end) {
    for (int64_t i = 0; i < n; i++) {
        char text[24];
        int length = snprintf(text, sizeof text, "%" PRId64 "%c", first + i, end);
        memcpy(pieces[i], text, PIECE);
        lengths[i] = (uint8_t)length;
    }
}

static om_status create_writer(matrix_writer *writer, const char *folder) {
    int64_t n_genes = writer->model->n_genes;
    int64_t n_counts = CORPUS_LARGEST_COUNT + 1;
    writer->n_places = (n_genes + STRIDE - 1) / STRIDE * STRIDE;
    writer->bits = om_calloc(writer->n_places, sizeof *writer->bits);
    writer->seen = om_calloc(writer->n_places, sizeof *writer->seen);
    writer->size = om_calloc(writer->n_places, sizeof *writer->size);
    writer->gene = om_calloc(n_genes, sizeof *writer->gene);
    writer->gene_length = om_calloc(n_genes, sizeof *writer->gene_length);
    writer->count = om_calloc(n_counts, sizeof *writer->count);
    writer->count_length = om_calloc(n_counts, sizeof *writer->count_length);
    writer->buffer = om_malloc(BUFFER + (n_genes + 1) * LONGEST_ENTRY, 1);
    writer->path = om_format("%s/Exp_data_UMIcounts.mtx", folder);
    if (writer->bits == NULL || writer->seen == NULL || writer->size == NULL ||
        writer->gene == NULL || writer->gene_length == NULL || writer->count == NULL ||
        writer->count_length == NULL || writer->buffer == NULL || writer->path == NULL) {
        return OM_MEMORY;
    }
    fill_pieces(writer->gene, writer->gene_length, n_genes, 1, ' ');
    fill_pieces(writer->count, writer->count_length, n_counts, 0, '\n');
    writer->file = fopen(writer->path, "we");
    if (writer->file == NULL) {
        return om_fail(OM_SYSTEM, "%s: cannot create: %s", writer->path, strerror(errno));
    }
    setvbuf(writer->file, NULL, _IONBF, 0);
    return OM_OK;
}

static om_status destroy_writer(matrix_writer *writer) {
    om_status status = OM_OK;
    if (writer->file != NULL && fclose(writer->file) != 0) {
        status = om_fail(OM_SYSTEM, "%s: cannot write: %s", writer->path, strerror(errno));
    }
    om_free(writer->bits);
    om_free(writer->seen);
    om_free(writer->size);
    om_free(writer->gene);
    om_free(writer->gene_length);
    om_free(writer->count);
    om_free(writer->count_length);
    om_free(writer->buffer);
    om_free(writer->path);
    return status;
}

om_status corpus_matrix_write(const corpus_options *options, const corpus_model *model,
                              int64_t data_set, int64_t n_cells, const char *folder) {
    matrix_writer writer = {.options = options, .model = model, .data_set = data_set};
    om_status status = create_writer(&writer, folder);
    if (status == OM_OK) {
        status = write_header(&writer, n_cells);
    }
    for (int64_t cell = 0; status == OM_OK && cell < n_cells; cell++) {
        status = add_cell(&writer, cell);
    }
    if (status == OM_OK) {
        status = flush(&writer);
    }
    if (status == OM_OK) {
        status = write_header(&writer, n_cells);
    }
    om_status closed = destroy_writer(&writer);
    return status == OM_OK ? closed : status;
}
