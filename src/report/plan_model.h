/* How the time of a stage depends on the number of ranks, and what to ask for by that. */
#ifndef ONCOMARK_REPORT_PLAN_MODEL_H
#define ONCOMARK_REPORT_PLAN_MODEL_H

#include <stdint.h>

/* Times are for 1, 2, 4, ... ranks: 2^step of them. */
enum { OM_PLAN_STEPS = 15 };

/* r ranks do r^this as much as one: they share the memory of their node, and meet now and then. Two
 * ranks do 1.3 to 1.6 times as much as one on a small machine; nodes of a cluster have more. */
#define OM_PLAN_EFFICIENCY 0.85

/* What a stage takes, in seconds on one rank. Plain data. */
typedef struct om_plan_cost {
    double fixed;  /* whatever the number of ranks */
    double shared; /* by all ranks */
    double alone;  /* what one rank of them has to do by itself: the shared part takes no less */
    double few;    /* shared by `most_few` ranks at most */
    int64_t most_few;
} om_plan_cost;

/* What r ranks do in the time of one. */
double om_plan_speed(int64_t ranks);

/* The largest power of two that is neither above `ranks` nor above `most`. */
int64_t om_plan_power_of_two(int64_t ranks, int64_t most);

void om_plan_cost_add(om_plan_cost *sum, const om_plan_cost *cost);

double om_plan_seconds(const om_plan_cost *cost, int64_t ranks);

/* The step from which on twice the ranks save less than a tenth, or anything at all of a stage of
 * less than a second. */
int om_plan_last_step(const double seconds[OM_PLAN_STEPS]);

/* The largest number of ranks, a power of two up to max_ranks, that still helps, is half used at
 * least, and of which half would take more than a minute. */
int64_t om_plan_choose_ranks(const double seconds[OM_PLAN_STEPS], int64_t max_ranks);

/* Time limit: twice as long and ten minutes, in steps of five minutes, half an hour from two hours
 * on, and two hours from a day on. */
int64_t om_plan_minutes(double seconds);

/* Memory to ask for, in MiB: a quarter more, in steps of 100 MiB, at least 200. */
int64_t om_plan_memory_mib(double bytes);

#endif
