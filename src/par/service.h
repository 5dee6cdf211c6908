/* What a rank does for others while it is at work of its own. */
#ifndef ONCOMARK_PAR_SERVICE_H
#define ONCOMARK_PAR_SERVICE_H

#include "oncomark/context.h"

typedef struct om_service {
    void (*serve)(void *holder); /* what others have asked for by now; does not wait for more */
    void *holder;
    struct om_service *next;
} om_service;

/* From here on this rank serves whenever it calls om_serve or om_poll, on ctx or any other part of
 * the same whole. `service` is borrowed until its end. Local. */
void om_service_begin(om_ctx *ctx, om_service *service);
void om_service_end(om_ctx *ctx, om_service *service);

#endif
