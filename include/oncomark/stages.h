/* The stages of a run. Each is collective on ctx, skips what the manifest shows as done with the
 * same inputs and parameters, and writes only committed artefacts. */
#ifndef ONCOMARK_STAGES_H
#define ONCOMARK_STAGES_H

#include "oncomark/context.h"
#include "oncomark/job.h"
#include "oncomark/workdir.h"

/* data sets -> store/<id>.h5ad */
om_status om_stage_ingest(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* store -> scores/<id>.h5ad: QC figures and ten scores of every cell */
om_status om_stage_score(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* scores of training data sets -> thresholds.csv */
om_status om_stage_threshold(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* store, scores, thresholds -> synthetic.h5ad */
om_status om_stage_synthesize(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* The tables of job->published -> synthetic.h5ad, in place of the four stages above: with the genes
 * that both tables have; positive rows first, in the tables' order. Patients are not told: the
 * sample stands for them. A rank holds rows of at most half of job->memory_limit, pieces of text
 * and the rows' names. */
om_status om_stage_published(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* synthetic.h5ad -> features.txt, model.h5, training.csv (loss per epoch), test.csv (test part: own
 * head and cross-hallmark metrics) */
om_status om_stage_train(om_ctx *ctx, const om_job *job, om_workdir *workdir);

#endif
