#include "plan_model.h"

#include <math.h>

static const double reserve = 2;
static const double memory_reserve = 1.25;
enum { LEAST_MINUTES = 10, LEAST_MIB = 200, MIB_STEP = 100 };

double om_plan_speed(int64_t ranks) {
    return pow((double)ranks, OM_PLAN_EFFICIENCY);
}

int64_t om_plan_power_of_two(int64_t ranks, int64_t most) {
    int64_t limit = ranks < most ? ranks : most;
    int64_t power = 1;
    while (2 * power <= limit) {
        power *= 2;
    }
    return power;
}

void om_plan_cost_add(om_plan_cost *sum, const om_plan_cost *cost) {
    sum->fixed += cost->fixed;
    sum->shared += cost->shared;
    sum->alone += cost->alone;
    sum->few += cost->few;
    sum->most_few = cost->most_few > sum->most_few ? cost->most_few : sum->most_few;
}

double om_plan_seconds(const om_plan_cost *cost, int64_t ranks) {
    double seconds = cost->fixed + fmax(cost->shared / om_plan_speed(ranks), cost->alone);
    if (cost->few > 0) {
        seconds += cost->few / om_plan_speed(om_plan_power_of_two(ranks, cost->most_few));
    }
    return seconds;
}

int om_plan_last_step(const double seconds[OM_PLAN_STEPS]) {
    int step = 0;
    while (step + 1 < OM_PLAN_STEPS && seconds[step] >= 1 &&
           seconds[step + 1] < 0.9 * seconds[step]) {
        step++;
    }
    return step;
}

int64_t om_plan_choose_ranks(const double seconds[OM_PLAN_STEPS], int64_t max_ranks) {
    int step = 0, last = om_plan_last_step(seconds);
    while (step < last && (int64_t)1 << (step + 1) <= max_ranks && seconds[step] > 60 &&
           seconds[0] >= 0.5 * (double)((int64_t)1 << (step + 1)) * seconds[step + 1]) {
        step++;
    }
    return (int64_t)1 << step;
}

static double round_up(double minutes, double step) {
    return step * ceil(minutes / step);
}

int64_t om_plan_minutes(double seconds) {
    /* Seconds are no reason for five minutes more. */
    double minutes = floor(reserve * seconds / 60) + LEAST_MINUTES;
    minutes = minutes <= 120    ? round_up(minutes, 5)
              : minutes <= 1440 ? round_up(minutes, 30)
                                : round_up(minutes, 120);
    return (int64_t)minutes;
}

int64_t om_plan_memory_mib(double bytes) {
    double steps = ceil(memory_reserve * bytes / 0x1p20 / MIB_STEP);
    return steps * MIB_STEP < LEAST_MIB ? LEAST_MIB : (int64_t)steps * MIB_STEP;
}
