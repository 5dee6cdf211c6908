#include "crossval_forecast.h"

#include "gradient.h"
#include "oncomark/memory.h"

om_status om_forecast_seconds(double *seconds, const om_forecast_task *tasks, int64_t n,
                              int64_t n_ranks) {
    int64_t n_groups = n < n_ranks ? n : n_ranks;
    double *busy_until = om_calloc(n_groups, sizeof *busy_until);
    if (busy_until == NULL) {
        return OM_MEMORY;
    }
    *seconds = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t next = 0;
        for (int64_t group = 1; group < n_groups; group++) {
            next = busy_until[group] < busy_until[next] ? group : next;
        }
        int64_t size = n_ranks * (next + 1) / n_groups - n_ranks * next / n_groups;
        busy_until[next] += tasks[i].seconds / om_gradient_ranks((int)size, tasks[i].n_blocks);
        *seconds = busy_until[next] > *seconds ? busy_until[next] : *seconds;
    }
    om_free(busy_until);
    return OM_OK;
}
