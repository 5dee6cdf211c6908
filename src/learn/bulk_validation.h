/* The model, and published predictions, on bulk profiles that are cancer or normal. */
#ifndef ONCOMARK_LEARN_BULK_VALIDATION_H
#define ONCOMARK_LEARN_BULK_VALIDATION_H

#include "oncomark/workdir.h"

/* Sets of job->validate -> validate/{bulk,bulk_agreement,bulk_predictions}.csv, and where there are
 * matrices validate/balance.csv. *did_work: false where the tables are current. Matrices go through
 * model.h5 of the workdir; tables of predictions are taken as they are. OM_INPUT and OM_USAGE name
 * the set's place in the job. A rank holds what om_predict and om_model_balance take. Collective on
 * ctx. */
om_status om_bulk_validate(bool *did_work, om_ctx *ctx, const om_job *job, om_workdir *workdir);

#endif
