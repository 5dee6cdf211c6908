/* The tissues of a job and the groups of ranks that work on them. */
#ifndef ONCOMARK_CELLS_TISSUES_H
#define ONCOMARK_CELLS_TISSUES_H

#include "oncomark/h5.h"
#include "oncomark/job.h"
#include "oncomark/partition.h"
#include "oncomark/workdir.h"

/* Plain data. */
typedef struct om_tissues {
    om_strings *names;     /* in the order of their first data set in the job */
    int64_t *of_data;      /* [job->n_data] tissue of each data set */
    uint8_t *has_training; /* [tissues] 1 where a data set with role train has it */
} om_tissues;

/* That there is training data, and thresholds for all validation data, was checked when the job was
 * read. Local. */
om_status om_tissues_create(om_tissues **out, const om_job *job);
void om_tissues_destroy(om_tissues **tissues);

/* Groups of ranks by the non-zeros of the tissues' stores; weights [job->n_data] gets these. Data
 * sets of other roles than `role` (NULL: all roles) weigh nothing. Collective on ctx. */
om_status om_tissues_partition(om_partition **out, const om_tissues *tissues, om_ctx *ctx,
                               const om_job *job, const om_workdir *workdir, const om_role *role,
                               int64_t *weights);

/* Opens store/<id>.h5ad or scores/<id>.h5ad ("store", "scores") for reading. Local. */
om_status om_tissues_open(om_h5 **out, const om_workdir *workdir, const char *folder,
                          const om_data_set *data_set);

/* Appends what decides which cells of the data sets of a role count, a line a data set, and
 * `exclude_where`. For keys of artefacts. Local. */
om_status om_tissues_describe(const om_job *job, om_role role, om_text *text);

#endif
