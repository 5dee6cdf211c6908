/* The profiles of a bulk set through a model. */
#ifndef ONCOMARK_LEARN_BULK_PREDICT_H
#define ONCOMARK_LEARN_BULK_PREDICT_H

#include "oncomark/job.h"
#include "oncomark/predict.h"

/* The column of classes in the profiles' own file; NULL: none. Borrowed. */
const char *om_bulk_own_class_column(const om_bulk_set *set);

/* Of a set that is no table of predictions, by its own gene map; `linear` as om_predict_request has
 * it. Collective on ctx. */
om_status om_bulk_predict(om_predictions **out, om_ctx *ctx, const om_bulk_set *set,
                          const om_model *model, const om_linear_map *linear);

#endif
