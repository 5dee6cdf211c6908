/* How the network does on the test part, head by head and hallmark by hallmark. */
#ifndef ONCOMARK_LEARN_TEST_REPORT_H
#define ONCOMARK_LEARN_TEST_REPORT_H

#include "oncomark/log.h"
#include "oncomark/sample_table.h"

/* Appends test.csv to `csv` and says the main figures in the log. `logits` [n x 10] of the samples
 * rows[0 .. n-1]; a call is positive where the logit is above 0, that is p > 0.5. A figure that is
 * not defined (a label is missing) is an empty field; call_agreement is the share of the task's
 * samples whose ten calls are all alike. `unseen` names what the samples share none of with
 * training
 * ("patients"), NULL for nothing. Local. */
om_status om_test_report(om_text *csv, om_log *log, const float *logits,
                         const om_sample_table *table, const int64_t *rows, int64_t n,
                         const char *unseen);

#endif
