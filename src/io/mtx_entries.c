#include "io/mtx_entries.h"

#include "oncomark/memory.h"

struct om_mtx_entries {
    om_entry_source source;
    om_mtx_rounds *rounds;
    om_entry *entries;
    int64_t capacity;
    bool ended;
};

/* The runs' entries one by one. */
static om_status expand(om_mtx_entries *self, const om_mtx_runs *runs) {
    if (runs->n_values > self->capacity) {
        om_free(self->entries);
        self->entries = om_malloc(runs->n_values, sizeof *self->entries);
        self->capacity = self->entries == NULL ? 0 : runs->n_values;
        if (self->entries == NULL) {
            return OM_MEMORY;
        }
    }
    for (int64_t run = 0; run < runs->n_runs; run++) {
        for (int64_t i = runs->starts[run]; i < runs->starts[run + 1]; i++) {
            self->entries[i] = (om_entry){
                .gene = runs->rows[i], .cell = runs->columns[run], .value = runs->values[i]};
        }
    }
    return OM_OK;
}

static om_status next(om_entry_source *source, const om_entry **entries, int64_t *n, bool *end) {
    om_mtx_entries *self = (om_mtx_entries *)source;
    om_mtx_runs *runs = NULL;
    const om_mtx_piece *piece = NULL;
    const om_mtx_note mine = {0};
    const om_mtx_note *notes = NULL;
    *entries = NULL;
    *n = 0;
    *end = self->ended;
    if (self->ended) {
        return OM_OK;
    }
    om_status status = om_mtx_rounds_parse(self->rounds, &runs, &piece);
    if (status == OM_OK) {
        status = expand(self, runs);
    }
    OM_TRY(om_mtx_rounds_settle(self->rounds, status, &mine, &notes, &self->ended));
    *entries = self->entries;
    *n = runs->n_values;
    return OM_OK;
}

static om_status rewind_entries(om_entry_source *source) {
    om_mtx_entries *self = (om_mtx_entries *)source;
    self->ended = false;
    return om_mtx_rounds_begin(self->rounds, OM_MTX_CUT_LINES);
}

om_status om_mtx_entries_create(om_mtx_entries **out, om_mtx_rounds *rounds) {
    om_mtx_entries *entries = om_calloc(1, sizeof *entries);
    *out = entries;
    if (entries == NULL) {
        return OM_MEMORY;
    }
    entries->source = (om_entry_source){.next = next, .rewind = rewind_entries};
    entries->rounds = rounds;
    return OM_OK;
}

void om_mtx_entries_destroy(om_mtx_entries **entries) {
    if (*entries == NULL) {
        return;
    }
    om_free((*entries)->entries);
    om_free(*entries);
    *entries = NULL;
}

om_entry_source *om_mtx_entries_source(om_mtx_entries *entries) {
    return &entries->source;
}
