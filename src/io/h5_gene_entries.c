#include "h5_gene_entries.h"

#include "oncomark/memory.h"
#include "oncomark/stop.h"

static om_status read_share(om_h5_gene_entries *entries, int64_t first, int64_t n) {
    const om_h5_slabs *slabs = entries->slabs;
    OM_TRY(om_h5_slabs_read(entries->slabs, first, n, entries->indices, entries->values));
    int64_t gene = om_h5_slabs_line(slabs, first);
    for (int64_t i = 0; i < n; i++) {
        while (slabs->offsets[gene + 1] <= first + i) {
            gene++;
        }
        entries->entries[i] = (om_entry){(int32_t)gene, entries->indices[i], entries->values[i]};
    }
    return OM_OK;
}

static om_status next(om_entry_source *self, const om_entry **entries, int64_t *n, bool *end) {
    om_h5_gene_entries *from = (om_h5_gene_entries *)self;
    int64_t total = from->slabs->place->n_nonzeros;
    int64_t first = from->next + om_context_rank(from->group) * from->most;
    *n = total - first < from->most ? total - first : from->most;
    *n = *n < 0 ? 0 : *n;
    *end = from->next >= total;
    *entries = from->entries;
    if (*end) {
        return OM_OK;
    }
    from->next += om_context_size(from->group) * from->most;
    om_status status = om_stop_poll(from->group);
    if (status == OM_OK && *n > 0) {
        status = read_share(from, first, *n);
    }
    om_progress_add(from->progress, *n);
    return om_agree(from->group, status);
}

static om_status rewind_entries(om_entry_source *self) {
    om_h5_gene_entries *from = (om_h5_gene_entries *)self;
    int64_t share = from->slabs->place->n_nonzeros / om_context_size(from->group);
    from->next = 0;
    om_progress_end(&from->progress);
    from->progress = om_progress_begin(om_context_log(from->group), "ingest", share, "non-zeros");
    return OM_OK;
}

om_status om_h5_gene_entries_open(om_h5_gene_entries *entries, om_ctx *group, om_h5_slabs *slabs,
                                  int64_t memory) {
    *entries = (om_h5_gene_entries){
        .source = {.next = next, .rewind = rewind_entries}, .group = group, .slabs = slabs};
    const int64_t most_useful = 1 << 22;
    int64_t entry =
        (int64_t)(sizeof *entries->indices + sizeof *entries->values + sizeof *entries->entries);
    entries->most = memory / entry > most_useful ? most_useful : memory / entry;
    entries->most = entries->most < 1 ? 1 : entries->most;
    entries->indices = om_malloc(entries->most, sizeof *entries->indices);
    entries->values = om_malloc(entries->most, sizeof *entries->values);
    entries->entries = om_malloc(entries->most, sizeof *entries->entries);
    return entries->indices == NULL || entries->values == NULL || entries->entries == NULL
               ? OM_MEMORY
               : OM_OK;
}

void om_h5_gene_entries_close(om_h5_gene_entries *entries) {
    om_progress_end(&entries->progress);
    om_free(entries->indices);
    om_free(entries->values);
    om_free(entries->entries);
    *entries = (om_h5_gene_entries){0};
}
