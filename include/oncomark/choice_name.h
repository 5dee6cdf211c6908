/* What choices are called in a job file. */
#ifndef ONCOMARK_CHOICE_NAME_H
#define ONCOMARK_CHOICE_NAME_H

#include "oncomark/job.h"

/* Borrowed, static. */
const char *om_group_name(om_group group); /* "patient" */
const char *om_loss_name(om_loss loss);    /* "masked" */

#endif
