#include "oncomark/plan.h"

#include "plan_figures.h"
#include "plan_private.h"

#include "oncomark/memory.h"

#include <string.h>
#include <sys/statvfs.h>

/* Less than this of an earlier run tells nothing about a larger one. */
static const double telling_share = 0.1;

const char *om_plan_stage_text(int stage) {
    static const char *const texts[OM_PLAN_N_STAGES] = {
        [OM_PLAN_INGEST] = "ingest",       [OM_PLAN_SCORE] = "score",
        [OM_PLAN_THRESHOLD] = "threshold", [OM_PLAN_SYNTHESIZE] = "synthesize",
        [OM_PLAN_TRAIN] = "train",         [OM_PLAN_CROSSVAL] = "crossval",
        [OM_PLAN_COLLECT] = "collect",     [OM_PLAN_PCA] = "pca",
        [OM_PLAN_BASELINE] = "baseline"};
    return texts[stage];
}

bool om_plan_rate_of_past(double *seconds, om_past_stage *stage, const om_past *past, int name,
                          double done, double wanted) {
    if (!om_past_find(stage, past, om_plan_stage_text(name)) || done <= 0 ||
        done < telling_share * wanted || stage->wall_seconds <= 0) {
        return false;
    }
    *seconds = stage->wall_seconds * om_plan_speed(stage->n_ranks) / done;
    return true;
}

void om_plan_stage_fill(om_plan_stage *stage, const om_plan_cost *cost) {
    for (int step = 0; step < OM_PLAN_STEPS; step++) {
        stage->seconds[step] = om_plan_seconds(cost, (int64_t)1 << step);
    }
}

om_status om_plan_stage_limit_memory(om_plan_stage *stage, const om_plan *plan, int name,
                                     double non_zeros) {
    om_past_stage past;
    const double as_much = 0.9;
    int counted = name == OM_PLAN_THRESHOLD ? OM_PLAN_SCORE : name;
    bool ran = om_past_find(&past, plan->past, om_plan_stage_text(counted)) &&
               (double)past.counters[OM_COUNT_NONZEROS] >= as_much * non_zeros &&
               om_past_find(&past, plan->past, om_plan_stage_text(name));
    /* Fewer ranks would have more cells each. */
    int64_t chosen = om_plan_choose_ranks(stage->seconds, plan->max_ranks);
    if (ran && past.n_ranks <= chosen) {
        stage->own_memory = (double)past.peak_memory;
        stage->memory_from = om_format("measured: %s in the run of %s on %d rank%s",
                                       om_figure_bytes(stage->own_memory).text, past.finished,
                                       (int)past.n_ranks, past.n_ranks == 1 ? "" : "s");
    } else {
        stage->own_memory = (double)plan->job->memory_limit;
        stage->memory_from =
            om_format("memory_limit: %s a rank at most", om_figure_bytes(stage->own_memory).text);
    }
    return stage->memory_from != NULL ? OM_OK : OM_MEMORY;
}

/* Of the folder or the one above it that there is; `path` is cut to that. */
static bool look_at_disk(struct statvfs *info, char *path) {
    while (statvfs(path, info) != 0) {
        char *slash = strrchr(path, '/');
        if (slash == NULL || path[1] == '\0') {
            return slash == NULL && statvfs(".", info) == 0;
        }
        slash[slash == path ? 1 : 0] = '\0';
    }
    return true;
}

static om_status find_free_space(om_plan *plan) {
    struct statvfs info;
    char *path = om_strdup(plan->job->workdir);
    if (path == NULL) {
        return OM_MEMORY;
    }
    plan->disk_free =
        look_at_disk(&info, path) ? (double)info.f_bavail * (double)info.f_frsize : -1;
    om_free(path);
    return OM_OK;
}

/* Sums of cells wait in a file of their own until they are written in order. */
static void add_up_disk(om_plan *plan) {
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        const om_plan_stage *stage = &plan->stages[i];
        if (stage->exists && !stage->is_done) {
            double meanwhile = i == OM_PLAN_SYNTHESIZE ? stage->disk : 0;
            plan->disk_needed += stage->disk + meanwhile;
        }
    }
}

static om_status make(om_plan *plan, om_workdir *workdir) {
    OM_TRY(om_job_require_data(plan->job));
    OM_TRY(om_past_create(&plan->past, workdir));
    OM_TRY(plan->job->published != NULL ? om_plan_add_published(plan, workdir)
                                        : om_plan_add_cells(plan, workdir));
    OM_TRY(om_plan_add_learning(plan));
    add_up_disk(plan);
    OM_TRY(find_free_space(plan));
    return om_plan_add_requests(plan);
}

om_status om_plan_create(om_plan **out, const om_job *job, om_workdir *workdir, int64_t max_ranks) {
    om_plan *plan = om_calloc(1, sizeof *plan);
    *out = plan;
    if (plan == NULL) {
        return OM_MEMORY;
    }
    plan->job = job;
    plan->max_ranks = max_ranks;
    om_status status = make(plan, workdir);
    if (status != OM_OK) {
        om_plan_destroy(out);
    }
    return status;
}

void om_plan_destroy(om_plan **plan) {
    if (*plan == NULL) {
        return;
    }
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        om_plan_stage *stage = &(*plan)->stages[i];
        om_free(stage->work);
        om_free(stage->limit);
        om_free(stage->memory_from);
        om_free(stage->rate);
    }
    om_past_destroy(&(*plan)->past);
    om_learn_state_destroy(&(*plan)->learn);
    om_free((*plan)->task_seconds);
    om_free((*plan)->data);
    om_free(*plan);
    *plan = NULL;
}
