/* What a stage took, by rank: for the manifest. */
#ifndef ONCOMARK_IO_STAGE_RECORD_H
#define ONCOMARK_IO_STAGE_RECORD_H

#include "oncomark/workdir.h"

#include <cjson/cJSON.h>

/* Plain data, zeroed before its first use. */
typedef struct om_stage_record {
    int64_t counters[OM_N_COUNTERS]; /* of this rank */
    double flush_seconds;            /* this rank waited for disks to take what was written */
    double started;
    double cpu_at_start;
    double wall_seconds;
    int n_ranks;
    int64_t *all; /* on the root: the figures of every rank */
} om_stage_record;

/* Sets clocks, counters and the mark of the peak memory to zero. Local. */
void om_stage_record_begin(om_stage_record *record);

/* Gathers the figures on rank 0. Collective on ctx. */
om_status om_stage_record_end(om_stage_record *record, om_ctx *ctx);
void om_stage_record_release(om_stage_record *record);

/* Fills a JSON object; the largest peak memory of a rank. On rank 0, after om_stage_record_end. */
om_status om_stage_record_describe(const om_stage_record *record, cJSON *stage);
int64_t om_stage_record_peak(const om_stage_record *record);

#endif
