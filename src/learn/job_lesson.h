/* What a job's training learns from, ready for any method: its samples, their parts, the features
 * and what scales them. */
#ifndef ONCOMARK_LEARN_JOB_LESSON_H
#define ONCOMARK_LEARN_JOB_LESSON_H

#include "lesson.h"
#include "oncomark/job.h"

/* Plain data, all owned; zeroed: none yet. */
typedef struct om_job_lesson {
    char *path; /* of synthetic.h5ad */
    om_sample_table *table;
    uint8_t *parts; /* [n_samples] */
    om_feature_matrix matrix;
    om_lesson *lesson; /* scaled */
} om_job_lesson;

/* From the workdir's synthetic.h5ad by train.split, features and seed of the job. Ends with what it
 * has where it fails: release it. Collective on ctx. */
om_status om_job_lesson_make(om_job_lesson *made, om_ctx *ctx, const om_job *job,
                             om_workdir *workdir);

/* To zeros again. Collective on that ctx. */
void om_job_lesson_release(om_job_lesson *made);

/* Features come from the training part, so that the other parts stay unseen. The published scheme
 * (no groups) takes the variance over all samples. Local. */
bool om_job_lesson_takes_all(const om_job *job);

/* Adds the stage's name and what the lesson depends on, a "name: value" a line. Local. */
om_status om_job_lesson_describe(om_text *inputs, const om_job *job, const om_workdir *workdir,
                                 const char *stage);

#endif
