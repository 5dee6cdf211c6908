/* Progress of a long stage: a bar on a terminal, a line now and then in a log. */
#ifndef ONCOMARK_PROGRESS_H
#define ONCOMARK_PROGRESS_H

#include "oncomark/log.h"

#include <stdint.h>

typedef struct om_progress om_progress;

/* `total` units of this rank's own share (shown as a fraction and a rate), e.g. "ingest", "bytes".
 * Local; ranks that do not speak show nothing. NULL when out of memory: all calls take NULL. */
om_progress *om_progress_begin(om_log *log, const char *label, int64_t total, const char *unit);
void om_progress_add(om_progress *progress, int64_t amount);
void om_progress_end(om_progress **progress);

#endif
