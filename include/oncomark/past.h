/* What earlier runs left in a workdir: what each stage took, and what artefacts were made from. */
#ifndef ONCOMARK_PAST_H
#define ONCOMARK_PAST_H

#include "oncomark/workdir.h"

typedef struct om_past om_past;

/* A stage as it ran last. Plain data. */
typedef struct om_past_stage {
    char finished[32]; /* "2031-01-31T12:00:00Z" */
    double wall_seconds;
    int64_t n_ranks;
    int64_t counters[OM_N_COUNTERS]; /* sums over the ranks */
    int64_t peak_memory;             /* bytes of the largest rank, shared memory among them */
} om_past_stage;

/* Reads manifest.json of the workdir; there need be none. Local. */
om_status om_past_create(om_past **out, const om_workdir *workdir);
void om_past_destroy(om_past **past);

/* False where the stage has never run here, or its record lacks a figure. */
bool om_past_find(om_past_stage *out, const om_past *past, const char *stage);

/* Whether an artefact is there, and its record names each of `lines` ("name: value") among the
 * inputs. Unlike om_workdir_is_current it lets the record have more of them. Local. */
bool om_past_made_from(const om_workdir *workdir, const char *artefact, const om_text *lines);

#endif
