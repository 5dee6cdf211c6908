/* Whether all ranks compute with the same bits. */
#ifndef ONCOMARK_LEARN_SAME_ARITHMETIC_H
#define ONCOMARK_LEARN_SAME_ARITHMETIC_H

#include "oncomark/context.h"
#include "oncomark/strings.h"

/* OM_SYSTEM, in the name of `stage`, where the ranks' processors differ in their arithmetic.
 * Collective on ctx. */
om_status om_check_same_arithmetic(om_ctx *ctx, const char *stage);

/* Appends what trained bits depend on beside the job: for the keys of artefacts. Local. */
om_status om_describe_arithmetic(om_text *text);

#endif
