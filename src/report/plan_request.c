/* What to ask a batch system for. */
#include "plan_private.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

/* A share of the tasks is worth a job of its own from here on. */
static const double share_seconds = 15 * 60;

enum {
    REQUEST_INGEST,
    REQUEST_CELLS,
    REQUEST_TRAIN,
    REQUEST_CROSSVAL,
    REQUEST_COLLECT,
    REQUEST_LINEAR
};

static double memory_of(const om_plan_stage *stage, int64_t ranks, int64_t n_matrices) {
    return stage->own_memory + stage->node_memory * (double)n_matrices / (double)ranks;
}

/* Stages first .. last, one after another in the same job. */
static om_plan_request ask_for(const om_plan *plan, const char *name, int first, int last) {
    om_plan_request request = {.name = name, .ranks = 1, .is_done = true};
    double seconds[OM_PLAN_STEPS] = {0}, memory = 0;
    for (int i = first; i <= last; i++) {
        const om_plan_stage *stage = &plan->stages[i];
        for (int step = 0; step < OM_PLAN_STEPS && stage->exists; step++) {
            seconds[step] += stage->seconds[step];
        }
        request.is_done = request.is_done && (stage->is_done || !stage->exists);
    }
    request.ranks = om_plan_choose_ranks(seconds, plan->max_ranks);
    for (int i = first; i <= last; i++) {
        memory = fmax(memory, memory_of(&plan->stages[i], request.ranks, 1));
    }
    int step = 0;
    while ((int64_t)1 << step < request.ranks) {
        step++;
    }
    request.memory_mib = om_plan_memory_mib(memory);
    request.minutes = om_plan_minutes(seconds[step]);
    return request;
}

/* Seconds of one share of the tasks. */
typedef struct share_plan {
    const om_plan *plan;
    int64_t *tasks;  /* [n_tasks] of the share at hand */
    double *seconds; /* [n_tasks] */
    bool all;        /* tasks that are done count, too */
} share_plan;

static om_status forecast_share(double *seconds, int64_t *n, const share_plan *work, int64_t share,
                                int64_t of, int64_t ranks) {
    const om_plan *plan = work->plan;
    *n = 0;
    *seconds = 0;
    for (int64_t i = share; i < plan->learn->n_tasks; i += of) {
        if (work->all || !plan->learn->tasks[i].is_done) {
            work->seconds[*n] = plan->task_seconds[i];
            work->tasks[(*n)++] = i;
        }
    }
    if (*n == 0) {
        return OM_OK;
    }
    OM_TRY(om_learn_state_forecast(seconds, plan->learn, work->tasks, work->seconds, *n, ranks,
                                   OM_PLAN_EFFICIENCY));
    *seconds += plan->matrix_seconds / om_plan_speed(ranks);
    return OM_OK;
}

/* Ranks for the longest task by itself. */
static om_status choose_share_ranks(int64_t *ranks, const share_plan *work) {
    const om_plan *plan = work->plan;
    double seconds[OM_PLAN_STEPS];
    int64_t longest = 0;
    for (int64_t i = 1; i < plan->learn->n_tasks; i++) {
        longest = plan->task_seconds[i] > plan->task_seconds[longest] ? i : longest;
    }
    for (int step = 0; step < OM_PLAN_STEPS; step++) {
        OM_TRY(om_learn_state_forecast(&seconds[step], plan->learn, &longest,
                                       &plan->task_seconds[longest], 1, (int64_t)1 << step,
                                       OM_PLAN_EFFICIENCY));
    }
    *ranks = om_plan_choose_ranks(seconds, plan->max_ranks);
    return OM_OK;
}

/* How many shares, and what the longest one takes. */
static om_status cut_shares(om_plan_request *request, const share_plan *work, int64_t ranks) {
    const om_plan *plan = work->plan;
    double total = 0, most = 0;
    int64_t n_todo = 0, most_tasks = 0;
    OM_TRY(forecast_share(&total, &n_todo, work, 0, 1, ranks));
    double wanted = floor(total / share_seconds);
    int64_t shares = wanted < (double)n_todo ? (int64_t)wanted : n_todo;
    if (shares < 2) {
        return OM_OK;
    }
    for (int64_t share = 0; share < shares; share++) {
        double seconds = 0;
        int64_t n = 0;
        OM_TRY(forecast_share(&seconds, &n, work, share, shares, ranks));
        most = fmax(most, seconds);
        most_tasks = n > most_tasks ? n : most_tasks;
    }
    int64_t groups = most_tasks < ranks ? most_tasks : ranks;
    request->ranks = ranks;
    request->array = shares;
    request->minutes = om_plan_minutes(most);
    request->memory_mib = om_plan_memory_mib(memory_of(&plan->stages[OM_PLAN_CROSSVAL], ranks,
                                                       plan->learn->has_one_matrix ? 1 : groups));
    return OM_OK;
}

static om_status ask_for_crossval(om_plan_request *request, const om_plan *plan) {
    const om_plan_stage *stage = &plan->stages[OM_PLAN_CROSSVAL];
    *request = ask_for(plan, "crossval", OM_PLAN_CROSSVAL, OM_PLAN_CROSSVAL);
    share_plan work = {.plan = plan, .all = stage->is_done};
    int64_t ranks = 1, n = 0;
    double seconds = 0;
    work.tasks = om_calloc(plan->learn->n_tasks, sizeof *work.tasks);
    work.seconds = om_calloc(plan->learn->n_tasks, sizeof *work.seconds);
    om_status status = work.tasks != NULL && work.seconds != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && !plan->learn->has_one_matrix) {
        status = forecast_share(&seconds, &n, &work, 0, 1, request->ranks);
        int64_t groups = n < request->ranks ? n : request->ranks;
        request->memory_mib = om_plan_memory_mib(memory_of(stage, request->ranks, groups));
    }
    status = status == OM_OK ? choose_share_ranks(&ranks, &work) : status;
    status = status == OM_OK ? cut_shares(request, &work, ranks) : status;
    om_free(work.seconds);
    om_free(work.tasks);
    return status;
}

om_status om_plan_add_requests(om_plan *plan) {
    om_plan_request *requests = plan->requests;
    requests[REQUEST_INGEST] = ask_for(plan, "ingest", OM_PLAN_INGEST, OM_PLAN_INGEST);
    requests[REQUEST_CELLS] = ask_for(plan, "cells", OM_PLAN_SCORE, OM_PLAN_SYNTHESIZE);
    requests[REQUEST_TRAIN] = ask_for(plan, "train", OM_PLAN_TRAIN, OM_PLAN_TRAIN);
    requests[REQUEST_COLLECT] = ask_for(plan, "collect", OM_PLAN_COLLECT, OM_PLAN_COLLECT);
    if (plan->stages[OM_PLAN_PCA].exists || plan->stages[OM_PLAN_BASELINE].exists) {
        requests[REQUEST_LINEAR] = ask_for(plan, "linear", OM_PLAN_PCA, OM_PLAN_BASELINE);
    }
    return ask_for_crossval(&requests[REQUEST_CROSSVAL], plan);
}

om_status om_plan_slurm(om_text *text, const om_plan *plan) {
    OM_TRY(om_text_add(text, "job ranks memory_mib minutes array done\n"));
    for (int i = 0; i < OM_PLAN_REQUESTS; i++) {
        const om_plan_request *request = &plan->requests[i];
        if (request->name == NULL) {
            continue;
        }
        OM_TRY(om_text_add(text, "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s\n",
                           request->name, request->ranks, request->memory_mib, request->minutes,
                           request->array, request->is_done ? "yes" : "no"));
    }
    return OM_OK;
}
