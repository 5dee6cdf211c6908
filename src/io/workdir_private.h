/* What a workdir holds. */
#ifndef ONCOMARK_IO_WORKDIR_PRIVATE_H
#define ONCOMARK_IO_WORKDIR_PRIVATE_H

#include "lock.h"
#include "oncomark/workdir.h"
#include "stage_record.h"

#include <cjson/cJSON.h>

struct om_workdir {
    om_ctx *ctx;
    const om_job *job;
    om_share share;
    char *folder;
    char *own;        /* folder of this program's notes */
    char *records;    /* folder of the artefacts' records */
    char *scratch;    /* folder of what is put aside; NULL: the workdir */
    MPI_Info hints;   /* for MPI-IO, that the context has while the workdir is open */
    char *shares;     /* folder of what shares of a stage leave for the manifest */
    om_lock *lock;    /* taken by rank 0, watched by the others; NULL where we only look */
    cJSON *artefacts; /* by name; the same on all ranks, as of opening or the last stage's end */
    cJSON *stages;    /* rank 0 of a whole run only */
    const char *stage;
    om_stage_record record;
};

/* Whether files that are not as recorded are this run's to set aside: not for a share, nor for who
 * only looks, which may see what others are just writing. */
bool om_workdir_repairs(const om_workdir *workdir);

/* Rank 0 reads the records anew. Local. */
om_status om_workdir_read_records(om_workdir *workdir);

/* Gives all ranks rank 0's view of the artefacts. Collective. */
om_status om_workdir_share_artefacts(om_workdir *workdir);

#endif
