#include "oncomark/optimiser.h"
#include "unit_test.h"

#include <math.h>

/* Adam's first step has the length of the learning rate, whatever the gradient. */
static void test_first_step(void **state) {
    (void)state;
    om_train_parameters train = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7};
    om_adam *adam = NULL;
    float parameters[] = {1, 1, 1};
    const float gradient[] = {1e-3F, -250, 0};
    assert_int_equal(om_adam_create(&adam, 3, &train), OM_OK);
    om_adam_begin_step(adam, 0.25);
    om_adam_update(adam, parameters, gradient, 0, 3);
    assert_true(fabsf(parameters[0] - 0.75F) < 1e-4F);
    assert_true(fabsf(parameters[1] - 1.25F) < 1e-5F);
    assert_true(parameters[2] == 1);
    om_adam_destroy(&adam);
    assert_null(adam);
}

static void test_schedule(void **state) {
    (void)state;
    om_train_parameters train = {.learning_rate = 1,
                                 .learning_rate_factor = 0.5,
                                 .learning_rate_patience = 3,
                                 .learning_rate_floor = 0.3,
                                 .patience = 6};
    const double losses[] = {5, 4, 4, 4.5, 4, 3, 3.5, 3, 3, 9, 3, 3};
    const double rates[] = {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3};
    om_schedule schedule = om_schedule_start(&train);
    for (int epoch = 1; epoch <= 12; epoch++) {
        assert_false(schedule.stop);
        bool better = om_schedule_update(&schedule, &train, epoch, losses[epoch - 1]);
        assert_int_equal(better, epoch <= 2 || epoch == 6);
        assert_true(schedule.learning_rate == rates[epoch - 1]);
    }
    assert_true(schedule.stop);
    assert_int_equal(schedule.best_epoch, 6);
    assert_true(schedule.best_loss == 3);
}

static void test_never_stop(void **state) {
    (void)state;
    om_train_parameters train = {.learning_rate = 1e-7,
                                 .learning_rate_factor = 0.5,
                                 .learning_rate_patience = 1,
                                 .learning_rate_floor = 1e-6,
                                 .patience = 0};
    om_schedule schedule = om_schedule_start(&train);
    for (int epoch = 1; epoch <= 50; epoch++) {
        om_schedule_update(&schedule, &train, epoch, 1);
        assert_false(schedule.stop);
    }
    /* The floor does not raise a rate that starts below it. */
    assert_true(schedule.learning_rate == 1e-7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_step),
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_never_stop),
    };
    return cmocka_run_group_tests_name("optimiser", tests, NULL, NULL);
}
