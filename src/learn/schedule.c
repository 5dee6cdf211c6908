#include "oncomark/optimiser.h"

#include <math.h>

om_schedule om_schedule_start(const om_train_parameters *train) {
    return (om_schedule){.learning_rate = train->learning_rate, .best_loss = INFINITY};
}

bool om_schedule_update(om_schedule *schedule, const om_train_parameters *train, int64_t epoch,
                        double loss) {
    if (loss < schedule->best_loss) {
        schedule->best_loss = loss;
        schedule->best_epoch = epoch;
        schedule->waited = 0;
        return true;
    }
    schedule->waited++;
    if (schedule->waited >= train->learning_rate_patience) {
        double lower = schedule->learning_rate * train->learning_rate_factor;
        double floor = fmin(train->learning_rate_floor, schedule->learning_rate);
        schedule->learning_rate = fmax(lower, floor);
        schedule->waited = 0;
    }
    schedule->stop = train->patience > 0 && epoch - schedule->best_epoch >= train->patience;
    return false;
}
