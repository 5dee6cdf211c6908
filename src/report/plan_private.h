/* A plan while it is made. */
#ifndef ONCOMARK_REPORT_PLAN_PRIVATE_H
#define ONCOMARK_REPORT_PLAN_PRIVATE_H

#include "oncomark/learn_state.h"
#include "oncomark/past.h"
#include "oncomark/plan.h"
#include "plan_model.h"

#include <stdbool.h>

enum {
    OM_PLAN_INGEST,
    OM_PLAN_SCORE,
    OM_PLAN_THRESHOLD,
    OM_PLAN_SYNTHESIZE,
    OM_PLAN_TRAIN,
    OM_PLAN_CROSSVAL,
    OM_PLAN_COLLECT,
    OM_PLAN_PCA,
    OM_PLAN_BASELINE,
    OM_PLAN_N_STAGES
};

/* Texts are owned. Where nothing is left to do, the figures are those of doing all again. */
typedef struct om_plan_stage {
    bool exists; /* false: the job has no such stage */
    bool is_done;
    char *work;                    /* "45.3 M non-zeros of 6 data sets" */
    double seconds[OM_PLAN_STEPS]; /* of what is left to do */
    char *limit;                   /* why more ranks stop helping, but for a stage that is short */
    double own_memory;             /* bytes of a rank */
    double node_memory;            /* bytes that the ranks of a node share */
    char *memory_from;             /* where this comes from */
    double disk;                   /* bytes of its artefacts */
    bool disk_is_guess;
    char *rate; /* what the times rest on */
} om_plan_stage;

/* What a job of the batch system asks for. */
typedef struct om_plan_request {
    const char *name; /* NULL: there is no such job */
    int64_t ranks;
    int64_t memory_mib; /* a rank */
    int64_t minutes;
    int64_t array; /* shares; 0: none */
    bool is_done;
} om_plan_request;

enum { OM_PLAN_REQUESTS = 6 };

struct om_plan {
    const om_job *job;
    int64_t max_ranks;
    om_past *past;
    char *data; /* the first line: what there is */
    om_learn_state *learn;
    double sample_nonzeros; /* of a synthetic sample, 0: not known */
    double *task_seconds;   /* [learn->n_tasks] of each on one rank */
    double matrix_seconds;  /* on one rank: making the matrix that all tasks share, else 0 */
    om_plan_stage stages[OM_PLAN_N_STAGES];
    double disk_needed; /* bytes of what is left to do, what is there only meanwhile included */
    double disk_free;   /* bytes; negative: not known */
    om_plan_request requests[OM_PLAN_REQUESTS];
};

/* "ingest", ... of one of the stages above. Static. */
const char *om_plan_stage_text(int stage);

/* A rate that an earlier run of a stage tells, if it got through a tenth of the work at least:
 * *seconds of a unit on one rank, of `done` units at n ranks. */
bool om_plan_rate_of_past(double *seconds, om_past_stage *stage, const om_past *past, int name,
                          double done, double wanted);

/* Fills the seconds at all numbers of ranks. */
void om_plan_stage_fill(om_plan_stage *stage, const om_plan_cost *cost);

/* Seconds on one rank: two passes over the samples, and ranking them, which takes `rank` each. */
double om_plan_matrix_seconds(const om_plan *plan, double rank);

/* Bytes of the ranks of all samples, which a node has once; and of a rank beside them, but for the
 * network's: the program, genes, samples. */
double om_plan_matrix_bytes(const om_plan *plan, const om_training_size *size);
double om_plan_base_bytes(const om_plan *plan);

/* Memory of a stage that has figures for node and rank: its text. */
om_status om_plan_stage_estimate_memory(om_plan_stage *stage);

/* Memory of the stages up to synthetic samples: measured where an earlier run of at most so many
 * ranks got through as much, else the limit. */
om_status om_plan_stage_limit_memory(om_plan_stage *stage, const om_plan *plan, int name,
                                     double non_zeros);

/* The parts of the plan, in this order. */
om_status om_plan_add_cells(om_plan *plan, om_workdir *workdir);     /* data sets */
om_status om_plan_add_published(om_plan *plan, om_workdir *workdir); /* published tables */
om_status om_plan_add_learning(om_plan *plan);
om_status om_plan_add_linear(om_plan *plan, double rank); /* what the job asks for */
om_status om_plan_add_requests(om_plan *plan);

#endif
