#include "published_obs.h"

#include "oncomark/memory.h"
#include "oncomark/published.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <string.h>

/* The rows of one label on their way into obs. */
typedef struct labelled {
    const char *data_path;
    om_published_meta *meta;
    om_string_map *groups; /* sample and hallmark -> place in `blocks` */
    int64_t *blocks;       /* [rows at most] rows of the group so far */
} labelled;

/* The texts of a row's name, each ended by NUL. */
typedef struct row_texts {
    char *group; /* what tells a sample and hallmark */
    char *data_set;
    char *study;
    char *sample;
} row_texts;

static om_status make_texts(row_texts *texts, const om_published_name *name, const char *whole) {
    texts->group =
        om_format("%.*s&%s", (int)name->group_length, whole, om_hallmark_code(name->hallmark));
    texts->data_set = name->data_set != NULL
                          ? om_format("%.*s", (int)name->data_set_length, name->data_set)
                          : om_strdup(OM_PUBLISHED_UNKNOWN);
    texts->sample = om_format("%.*s", (int)name->sample_length, name->sample);
    if (texts->group == NULL || texts->data_set == NULL || texts->sample == NULL) {
        return OM_MEMORY;
    }
    texts->study = om_format("%.*s", (int)strcspn(texts->data_set, "_"), texts->data_set);
    return texts->study != NULL ? OM_OK : OM_MEMORY;
}

static void free_texts(row_texts *texts) {
    om_free(texts->group);
    om_free(texts->data_set);
    om_free(texts->study);
    om_free(texts->sample);
}

static om_status next_block(int64_t *block, labelled *rows, const char *group) {
    int64_t next = om_string_map_count(rows->groups);
    OM_TRY(om_string_map_add(rows->groups, group, next, NULL));
    *block = rows->blocks[om_string_map_get(rows->groups, group, -1)]++;
    return OM_OK;
}

static om_status add_texts(om_synthetic_frame *frame, labelled *rows, const row_texts *texts,
                           const char *tissue, int hallmark, int label) {
    om_synthetic_row row = {.data_set = texts->data_set,
                            .study = texts->study,
                            .tissue = tissue,
                            .sample = texts->sample,
                            .patient = texts->sample,
                            .hallmark = hallmark,
                            .label = label};
    OM_TRY(next_block(&row.block, rows, texts->group));
    return om_synthetic_frame_add(frame, &row);
}

static om_status add_row(om_synthetic_frame *frame, om_published_tally *tally, labelled *rows,
                         const char *text, int64_t place, int label) {
    om_published_name name;
    const char *tissue = NULL;
    int hallmark = -1;
    if (!om_published_name_parse(&name, text)) {
        return om_fail(OM_BUG, "%s: row name '%.200s' was read but is none", rows->data_path, text);
    }
    OM_TRY(om_published_meta_find(rows->meta, text, place, &tissue, &hallmark));
    if (hallmark != name.hallmark) {
        return om_fail(OM_INPUT, "%s: row '%.200s': found the hallmark %s, but the metadata say %s",
                       rows->data_path, text, om_hallmark_code(name.hallmark),
                       om_hallmark_code(hallmark));
    }
    row_texts texts = {0};
    om_status status = make_texts(&texts, &name, text);
    if (status == OM_OK) {
        status = add_texts(frame, rows, &texts, tissue, hallmark, label);
    }
    free_texts(&texts);
    tally->rows[hallmark][label]++;
    return status;
}

static om_status add_label(om_synthetic_frame *frame, om_published_tally *tally,
                           const om_published_pair *table, const om_strings *names, int label) {
    labelled rows = {.data_path = table->data_path, .meta = table->meta};
    int64_t n = om_strings_count(names);
    om_status status = om_string_map_create(&rows.groups);
    rows.blocks = om_calloc(n, sizeof *rows.blocks);
    if (status == OM_OK && rows.blocks == NULL) {
        status = OM_MEMORY;
    }
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        status = add_row(frame, tally, &rows, om_strings_get(names, i), i, label);
    }
    if (status == OM_OK) {
        status = om_published_meta_check_all(rows.meta, rows.data_path);
    }
    om_free(rows.blocks);
    om_string_map_destroy(&rows.groups);
    return status;
}

om_status om_published_obs_make(om_synthetic_frame **out, om_published_tally *tally,
                                const om_published_pair *tables, om_strings *const *names) {
    *tally = (om_published_tally){0};
    OM_TRY(om_synthetic_frame_create(out, om_strings_count(names[0]) + om_strings_count(names[1])));
    om_status status = OM_OK;
    for (int label = 1; label >= 0 && status == OM_OK; label--) {
        status = add_label(*out, tally, &tables[label], names[label], label);
    }
    if (status != OM_OK) {
        om_synthetic_frame_destroy(out);
    }
    return status;
}
