#include "service.h"

#include "context_private.h"

void om_service_begin(om_ctx *ctx, om_service *service) {
    service->next = ctx->whole->services;
    ctx->whole->services = service;
}

void om_service_end(om_ctx *ctx, om_service *service) {
    om_service **link = &ctx->whole->services;
    while (*link != NULL && *link != service) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = service->next;
    }
}

void om_serve(om_ctx *ctx) {
    for (om_service *service = ctx->whole->services; service != NULL; service = service->next) {
        service->serve(service->holder);
    }
}
