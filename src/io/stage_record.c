#include "stage_record.h"

#include "json_file.h"
#include "oncomark/memory.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* What is gathered of each rank: the counters, and the rest as whole numbers. */
enum { PEAK = OM_N_COUNTERS, CPU_MICROSECONDS, FLUSH_MICROSECONDS, N_FIGURES };

static const char *const counter_names[OM_N_COUNTERS] = {
    [OM_COUNT_NONZEROS] = "nonzeros",
    [OM_COUNT_PARSED_BYTES] = "parsed_bytes",
    [OM_COUNT_TRAINING_ROWS] = "training_rows",
};

static double cpu_seconds(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void om_stage_record_begin(om_stage_record *record) {
    memset(record->counters, 0, sizeof record->counters);
    record->flush_seconds = 0;
    record->started = MPI_Wtime();
    record->cpu_at_start = cpu_seconds();
    om_memory_peak_begin();
}

om_status om_stage_record_end(om_stage_record *record, om_ctx *ctx) {
    int64_t mine[N_FIGURES];
    memcpy(mine, record->counters, sizeof record->counters);
    mine[PEAK] = om_memory_peak();
    mine[CPU_MICROSECONDS] = llround(1e6 * (cpu_seconds() - record->cpu_at_start));
    mine[FLUSH_MICROSECONDS] = llround(1e6 * record->flush_seconds);
    om_stage_record_release(record);
    record->n_ranks = om_context_size(ctx);
    record->wall_seconds = MPI_Wtime() - record->started;
    bool is_root = om_context_is_root(ctx);
    if (is_root) {
        record->all = om_calloc((int64_t)record->n_ranks * N_FIGURES, sizeof *record->all);
    }
    OM_TRY(om_agree(ctx, is_root && record->all == NULL ? OM_MEMORY : OM_OK));
    MPI_Gather(mine, N_FIGURES, MPI_INT64_T, record->all, N_FIGURES, MPI_INT64_T, 0,
               om_context_comm(ctx));
    return OM_OK;
}

void om_stage_record_release(om_stage_record *record) {
    om_free(record->all);
    record->all = NULL;
}

/* One figure of all ranks. Whole numbers up to 2^53 are exact in JSON. */
static om_status add_figure(cJSON *stage, const char *name, const om_stage_record *record,
                            int figure, double unit) {
    cJSON *array = cJSON_AddArrayToObject(stage, name);
    for (int rank = 0; rank < record->n_ranks; rank++) {
        int64_t value = record->all[(int64_t)rank * N_FIGURES + figure];
        cJSON *number = cJSON_CreateNumber((double)value * unit);
        if (array == NULL || !cJSON_AddItemToArray(array, number)) {
            return om_json_failure();
        }
    }
    return OM_OK;
}

om_status om_stage_record_describe(const om_stage_record *record, cJSON *stage) {
    time_t now = time(NULL);
    struct tm utc;
    char finished[32];
    gmtime_r(&now, &utc);
    strftime(finished, sizeof finished, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (cJSON_AddStringToObject(stage, "finished", finished) == NULL ||
        cJSON_AddNumberToObject(stage, "wall_seconds", record->wall_seconds) == NULL ||
        cJSON_AddNumberToObject(stage, "ranks", record->n_ranks) == NULL) {
        return om_json_failure();
    }
    for (int i = 0; i < OM_N_COUNTERS; i++) {
        OM_TRY(add_figure(stage, counter_names[i], record, i, 1));
    }
    OM_TRY(add_figure(stage, "peak_memory_bytes", record, PEAK, 1));
    OM_TRY(add_figure(stage, "cpu_seconds", record, CPU_MICROSECONDS, 1e-6));
    return add_figure(stage, "flush_seconds", record, FLUSH_MICROSECONDS, 1e-6);
}

int64_t om_stage_record_peak(const om_stage_record *record) {
    int64_t peak = 0;
    for (int rank = 0; rank < record->n_ranks; rank++) {
        int64_t value = record->all[(int64_t)rank * N_FIGURES + PEAK];
        peak = value > peak ? value : peak;
    }
    return peak;
}
