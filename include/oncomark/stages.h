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

/* store, scores, thresholds of the data sets for validation -> validate/pooled.h5ad, as
 * synthetic.h5ad: all positive (negative) cells of a sample and hallmark are one row, where there
 * are at least validate.min_cells; obs has n_cells. OM_INPUT where there is no row. */
om_status om_stage_pool(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* The tables of job->published -> synthetic.h5ad, in place of the four stages above: with the genes
 * that both tables have; positive rows first, in the tables' order. Patients are not told: the
 * sample stands for them. A rank holds rows of at most half of job->memory_limit, pieces of text
 * and the rows' names. */
om_status om_stage_published(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* synthetic.h5ad -> features.txt, model.h5, training.csv (loss per epoch), test.csv (test part: own
 * head and cross-hallmark metrics) */
om_status om_stage_train(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* synthetic.h5ad, gene sets -> validate/label_check.csv: whether each gene of a set is higher (of a
 * negative part: lower) in the positive samples of its hallmark than in the negative ones, see
 * label_check.h. Warns of a hallmark most of whose genes are not. Leaves it out where the job names
 * no gene sets. */
om_status om_stage_label_check(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* validate/pooled.h5ad, model.h5 -> validate/external.csv (the paper's table: a study's calls by
 * the head of each sample's own hallmark) and validate/external_predictions.csv. OM_USAGE where the
 * model is of another training than the job says. */
om_status om_stage_external(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* synthetic.h5ad -> crossval/tasks/<name>.h5ad (see om_fold_result_write), one for every setting of
 * crossval.sweep on every fold; then from all of them crossval/{folds,summary,cross_hallmark,
 * calibration,sweep}.csv; those of another plan go before the first task. The ranks form groups
 * which take tasks as they become free: as many as there are tasks to do or one for each rank, but
 * fewer where their nodes have no memory for the matrices of more. A result depends on its own
 * setting and fold only: more settings or folds leave it as it is. Training that diverges is a
 * result, too; OM_USAGE, after the tables, where it does so with every setting. */
om_status om_stage_crossval(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* The same for the tasks of one share, t with (t mod share.of) + 1 == share.number, without the
 * tables: for runs side by side, each with a workdir of om_workdir_open_share. */
om_status om_stage_crossval_share(om_ctx *ctx, const om_job *job, om_workdir *workdir,
                                  om_share share);

/* The tables only; OM_USAGE, naming what is missing, unless all tasks are done. */
om_status om_stage_crossval_collect(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* Bulk profiles of job->validate.bulk, by model.h5 or as published predictions ->
 * validate/bulk.csv (sensitivity, specificity, Kolmogorov-Smirnov, AUROC), bulk_agreement.csv,
 * bulk_predictions.csv and balance.csv, and the figures on the log. OM_USAGE where the job names
 * none. */
om_status om_stage_validate_bulk(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* synthetic.h5ad -> pca.h5ad (principal components of the training part's z-scores, with the scores
 * of all samples and the loadings of genes), pca_effects.csv (how much of each component study,
 * tissue, patient, hallmark and label explain), ood.h5 (see ood.h). The same split, features and
 * scaling as om_stage_train, which it does not need. */
om_status om_stage_pca(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* synthetic.h5ad -> baseline.h5 (see ridge.h): a ridge classifier for each hallmark, by the same
 * split, features and scaling as om_stage_train; baseline/folds.csv: the same on the folds of
 * crossval; and baseline/comparison.csv, beside the figures of the network wherever the workdir has
 * them: test part, folds, external studies and bulk profiles. */
om_status om_stage_baseline(om_ctx *ctx, const om_job *job, om_workdir *workdir);

/* Appends the plan of om_stage_crossval for people to read: tasks, which of them are done, and the
 * hours that the others will take at 1, 2, 4, ... ranks, by a short measurement on rank 0. Needs
 * no lock (see om_workdir_look), writes nothing. The text is rank 0's. */
om_status om_stage_crossval_outline(om_text *text, om_ctx *ctx, const om_job *job,
                                    const om_workdir *workdir);

#endif
