#include "oncomark/stop.h"

#include "alarm.h"
#include "context_private.h"

#include <signal.h>
#include <string.h>

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t requested = 0;

/* Looks are this many seconds apart, about. */
static const double shortest_interval = 0.2;
static const double longest_interval = 0.5;

static void note(int number) {
    (void)number;
    requested = 1;
}

static void listen_to(int number, int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void om_stop_listen(void) {
    requested = 0;
    /* Reading and writing go on where the signal came in between. */
    listen_to(SIGUSR1, SA_RESTART);
    listen_to(SIGTERM, SA_RESTART | (int)SA_RESETHAND);
}

bool om_stop_requested(void) {
    return requested != 0;
}

om_status om_stop_status(void) {
    return om_stop_requested() ? om_fail(OM_STOPPED, "a signal asked for it") : OM_OK;
}

om_status om_stop_poll(om_ctx *ctx) {
    om_status status = om_stop_status();
    if (status == OM_OK) {
        return om_poll(ctx);
    }
    om_alarm_raise(ctx->alarm, status);
    return status;
}

om_status om_stop_check(om_ctx *ctx) {
    return om_agree(ctx, om_stop_status());
}

/* The root's: twice or half as many rounds as before, where looks come too soon or too late. */
static int64_t next_pace(const om_stop_pace *pace, double now) {
    if (pace->every == 0) {
        return 1;
    }
    double elapsed = now - pace->looked;
    if (elapsed < shortest_interval) {
        return pace->every < INT32_MAX ? 2 * pace->every : pace->every;
    }
    return elapsed > longest_interval && pace->every > 1 ? pace->every / 2 : pace->every;
}

om_status om_stop_check_at_pace(om_ctx *ctx, om_stop_pace *pace) {
    om_serve(ctx);
    if (pace->left > 1) {
        pace->left--;
        return OM_OK;
    }
    double now = MPI_Wtime();
    bool leaves = om_stop_requested() || om_poll(ctx) != OM_OK;
    int64_t shared[2] = {leaves ? 1 : 0, om_context_is_root(ctx) ? next_pace(pace, now) : 0};
    OM_TRY(om_max_i64(ctx, shared, 2));
    pace->every = shared[1];
    pace->left = shared[1];
    pace->looked = now;
    return shared[0] != 0 ? om_stop_check(ctx) : OM_OK;
}
