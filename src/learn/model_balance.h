/* The balancing thresholds of a model in a workdir: an artefact of their own, since all training
 * samples go through the network for them. */
#ifndef ONCOMARK_LEARN_MODEL_BALANCE_H
#define ONCOMARK_LEARN_MODEL_BALANCE_H

#include "balance.h"
#include "oncomark/hallmark.h"
#include "oncomark/model.h"
#include "oncomark/workdir.h"

/* Of each hallmark's own head on the training part's samples of that hallmark: read from
 * validate/balance.csv where that is current, else made from model.h5 (which is `model`),
 * synthetic.h5ad and split.csv, and committed. The result is rank 0's alone. OM_USAGE where these
 * are missing, or of different trainings. Collective on ctx. */
om_status om_model_balance(om_balance balances[OM_N_HALLMARKS], om_ctx *ctx, const om_model *model,
                           om_workdir *workdir);

#endif
