#include "oncomark/choice_name.h"

#include "job_table.h"

/* The table of a job's parameters is the one place where choices have names. */
static const char *name_of(const char *key, int choice) {
    om_parameters table = om_job_table();
    return table.rows[om_job_table_find(table, key)].choices[choice];
}

const char *om_group_name(om_group group) {
    return name_of("train.split.group", (int)group);
}

const char *om_loss_name(om_loss loss) {
    return name_of("train.loss", (int)loss);
}
