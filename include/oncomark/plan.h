/* What a job will take: sizes, memory, disk and time of every stage, and what to ask Slurm for. */
#ifndef ONCOMARK_PLAN_H
#define ONCOMARK_PLAN_H

#include "oncomark/workdir.h"

typedef struct om_plan om_plan;

/* Looks at the inputs' headers and at what earlier runs left in the workdir, and measures for a few
 * seconds what these do not tell. Writes nothing into the workdir. No job of a batch system is to
 * ask for more than `max_ranks` ranks. `job` and `workdir` are borrowed. Input errors are those of
 * the stages. Local, on rank 0. */
om_status om_plan_create(om_plan **out, const om_job *job, om_workdir *workdir, int64_t max_ranks);
void om_plan_destroy(om_plan **plan);

/* Appends it for people to read. Local. */
om_status om_plan_describe(om_text *text, const om_plan *plan);

/* Warns where the disk is too small. Local. */
void om_plan_warn(const om_plan *plan, om_log *log);

/* Appends what each job of a batch system is to ask for: a header, then a line a job, in the order
 * in which they have to run. Columns: job; ranks; memory_mib, a rank; minutes; array, the number of
 * shares, 0 for none; done, yes or no. Local. */
om_status om_plan_slurm(om_text *text, const om_plan *plan);

#endif
