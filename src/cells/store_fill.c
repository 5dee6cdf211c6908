#include "cells/store_fill.h"

#include "cells/store_write.h"

#include <math.h>

/* What a type cannot hold of the values seen, as numbers that a maximum over ranks merges. */
enum { BEYOND_U16, BEYOND_U32, BEYOND_F32, N_BEYOND };

static const double exact_in_f32 = 0x1p24; /* all whole numbers up to here */

/* What is known, or taken for granted, of a matrix. */
typedef struct facts {
    int64_t beyond[N_BEYOND];
    int64_t n_nonzeros;
} facts;

typedef struct filling {
    om_ctx *group;
    const char *path;
    const om_store_source *source;
    om_feed *feed;
    bool writes;           /* false: this pass only learns */
    om_csr_writer *writer; /* from the first round on */
    bool knows;            /* `assumed` was learned; else it is a guess */
    facts assumed;
    facts learned;      /* of the pass so far */
    int64_t n_own;      /* non-zeros that this rank had in it */
    om_digest of_frame; /* what the root wrote before the counts */
} filling;

static om_type type_of(const facts *known) {
    if (known->beyond[BEYOND_U16] == 0) {
        return OM_U16;
    }
    if (known->beyond[BEYOND_U32] == 0) {
        return OM_U32;
    }
    return known->beyond[BEYOND_F32] == 0 ? OM_F32 : OM_F64;
}

/* Largest of n values; four at a time, so that they need not wait for each other. */
static double largest(const double *values, int64_t n) {
    double most[4] = {0, 0, 0, 0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (int k = 0; k < 4; k++) {
            most[k] = values[i + k] > most[k] ? values[i + k] : most[k];
        }
    }
    for (; i < n; i++) {
        most[0] = values[i] > most[0] ? values[i] : most[0];
    }
    return fmax(fmax(most[0], most[1]), fmax(most[2], most[3]));
}

static void look_at(int64_t beyond[N_BEYOND], const om_counts *batch) {
    int64_t n = batch->indptr[batch->n_cells];
    double most = largest(batch->values, n);
    beyond[BEYOND_U16] = !batch->integer || most > UINT16_MAX;
    beyond[BEYOND_U32] = !batch->integer;
    beyond[BEYOND_F32] = 0;
    bool may_lose = !batch->integer || most > exact_in_f32;
    for (int64_t i = 0; may_lose && i < n; i++) {
        beyond[BEYOND_F32] |= (double)(float)batch->values[i] != batch->values[i];
    }
}

/* Takes the round's values into what is known, on all ranks alike. */
static om_status learn(filling *work, const om_counts *batch) {
    int64_t beyond[N_BEYOND];
    look_at(beyond, batch);
    OM_TRY(om_max_i64(work->group, beyond, N_BEYOND));
    for (int i = 0; i < N_BEYOND; i++) {
        work->learned.beyond[i] |= beyond[i];
    }
    int64_t n_nonzeros = batch->indptr[batch->n_cells];
    work->n_own += n_nonzeros;
    OM_TRY(om_sum_i64(work->group, &n_nonzeros, 1));
    work->learned.n_nonzeros += n_nonzeros;
    return OM_OK;
}

static om_status begin_writing(filling *work) {
    const om_matrix_place *place = work->source->place;
    const om_csr_layout layout = {.type = type_of(&work->assumed),
                                  .n_rows = place->n_cells,
                                  .n_columns = place->n_kept,
                                  .n_nonzeros = work->assumed.n_nonzeros,
                                  .compression = work->source->compression};
    om_status status = OM_OK;
    work->of_frame = (om_digest){{0, 0}};
    if (om_context_is_root(work->group)) {
        status = om_store_create(work->path, work->source->data_set, work->source->study, &layout,
                                 &work->of_frame);
    }
    OM_TRY(om_agree(work->group, status));
    return om_csr_writer_open(&work->writer, work->group, work->path, "X", &layout);
}

/* The number of non-zeros is a guess that only the end can refute; without one there is no use in
 * writing. */
static void begin_pass(filling *work) {
    om_csr_writer_abandon(&work->writer);
    work->learned = (facts){.n_nonzeros = 0};
    work->n_own = 0;
    work->writes = work->assumed.n_nonzeros >= 0;
}

static om_status take_round(filling *work, const om_counts *batch) {
    OM_TRY(learn(work, batch));
    if (!work->writes) {
        return OM_OK;
    }
    if (work->writer == NULL) {
        for (int i = 0; !work->knows && i < N_BEYOND; i++) {
            work->assumed.beyond[i] = work->learned.beyond[i];
        }
        OM_TRY(begin_writing(work));
    }
    bool is_misled = !work->knows && type_of(&work->learned) != type_of(&work->assumed);
    if (is_misled || work->learned.n_nonzeros > work->assumed.n_nonzeros) {
        work->writes = false;
        om_csr_writer_abandon(&work->writer);
        return OM_OK;
    }
    return om_csr_writer_add(work->writer, batch);
}

/* *stored: the store is whole. */
static om_status run_pass(filling *work, bool *stored) {
    om_feed_event event = OM_FEED_RESTART;
    while (event != OM_FEED_END) {
        const om_counts *batch = NULL;
        if (event == OM_FEED_RESTART) {
            begin_pass(work);
        }
        OM_TRY(om_feed_next(work->feed, &batch, &event));
        if (event == OM_FEED_ROUND) {
            OM_TRY(take_round(work, batch));
        }
    }
    if (work->writes && work->writer == NULL) {
        OM_TRY(begin_writing(work)); /* not one cell */
    }
    *stored = work->writer != NULL && type_of(&work->learned) == type_of(&work->assumed) &&
              work->learned.n_nonzeros == work->assumed.n_nonzeros;
    return OM_OK;
}

static om_status finish(filling *work, om_store_result *result) {
    om_digest of_counts = {{0, 0}};
    OM_TRY(om_csr_writer_finish(&work->writer, &of_counts));
    result->digest = work->of_frame;
    om_digest_add(&result->digest, &of_counts);
    return OM_OK;
}

static om_status fill(filling *work, om_store_result *result) {
    bool stored = false;
    OM_TRY(om_feed_open(&work->feed, work->group, work->source->place,
                        work->source->data_set->values == OM_VALUES_COUNTS, work->source->memory));
    OM_TRY(run_pass(work, &stored));
    if (!stored) {
        work->assumed = work->learned;
        work->knows = true;
        OM_TRY(om_feed_rewind(work->feed));
        OM_TRY(run_pass(work, &stored));
    }
    if (!stored) {
        return om_agree(work->group, om_fail(OM_SYSTEM, "%s: changed while it was read",
                                             work->source->place->file));
    }
    return finish(work, result);
}

om_status om_store_fill(om_store_result *result, om_ctx *group, const char *path,
                        const om_store_source *source) {
    *result = (om_store_result){.n_nonzeros = 0};
    bool keeps_all = source->place->gene_of == NULL;
    filling work = {.group = group, .path = path, .source = source};
    work.assumed.n_nonzeros = keeps_all ? source->place->n_nonzeros : -1;
    om_status status = fill(&work, result);
    result->parsed_bytes = work.feed != NULL ? om_feed_parsed_bytes(work.feed) : 0;
    result->n_nonzeros = work.n_own;
    om_csr_writer_abandon(&work.writer);
    om_feed_close(&work.feed);
    return status;
}
