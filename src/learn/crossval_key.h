/* What the results of a cross-validation depend on, and what they are called. */
#ifndef ONCOMARK_LEARN_CROSSVAL_KEY_H
#define ONCOMARK_LEARN_CROSSVAL_KEY_H

#include "crossval_plan.h"

/* Appends seed, scheme of the folds and parameters of a setting, one "name: value" a line; nothing
 * that more folds or more settings would change. Local. */
om_status om_crossval_key_setting(om_text *text, const om_job *job,
                                  const om_crossval_setting *setting);

/* Name of a task's artefact: fold, and a digest of the setting's inputs, so that other settings and
 * schemes have results of their own. *artefact is owned by the caller. Local. */
om_status om_crossval_key_artefact(char **artefact, const om_crossval_plan *plan, int64_t task);

#endif
