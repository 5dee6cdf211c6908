#include "oncomark/progress.h"

#include "oncomark/memory.h"

#include <stdio.h>
#include <time.h>

/* A terminal's bar moves ten times a second; a log gets a line every half minute. */
static const double terminal_interval = 0.1;
static const double log_interval = 30;

struct om_progress {
    om_log *log;
    const char *label;
    const char *unit;
    int64_t total;
    int64_t done;
    double started;
    double shown;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

om_progress *om_progress_begin(om_log *log, const char *label, int64_t total, const char *unit) {
    om_progress *progress = om_calloc(1, sizeof *progress);
    if (progress == NULL) {
        return NULL;
    }
    *progress =
        (om_progress){.log = log, .label = label, .unit = unit, .total = total, .started = now()};
    /* A terminal shows the first step at once. */
    progress->shown = progress->started - (om_log_is_terminal(log) ? terminal_interval : 0);
    return progress;
}

/* 1234567 -> "1.2 M". */
static void format_amount(double amount, char text[24]) {
    const char *const prefixes[] = {"", " k", " M", " G", " T"};
    int i = 0;
    while (amount >= 1000 && i < 4) {
        amount /= 1000;
        i++;
    }
    snprintf(text, 24, i == 0 ? "%.0f%s" : "%.1f%s", amount, prefixes[i]);
}

static void show(const om_progress *progress, double time) {
    double fraction = progress->total > 0 ? (double)progress->done / (double)progress->total : 1;
    fraction = fraction > 1 ? 1 : fraction;
    double elapsed = time - progress->started;
    double rate = elapsed > 0 ? (double)progress->done / elapsed : 0;
    double left = fraction > 0 ? elapsed * (1 - fraction) / fraction : 0;
    char rate_text[24];
    format_amount(rate, rate_text);
    if (om_log_is_terminal(progress->log)) {
        char bar[31];
        for (int i = 0; i < 30; i++) {
            bar[i] = i < (int)(fraction * 30) ? '#' : '.';
        }
        bar[30] = '\0';
        fprintf(stderr, "\r%-12s [%s] %3.0f %%  %s %s/s  %.0f s left \033[K", progress->label, bar,
                100 * fraction, rate_text, progress->unit, left);
    } else {
        om_log_info(progress->log, "%s: %.0f %%, %s %s/s, %.0f s left", progress->label,
                    100 * fraction, rate_text, progress->unit, left);
    }
}

void om_progress_add(om_progress *progress, int64_t amount) {
    if (progress == NULL) {
        return;
    }
    progress->done += amount;
    double time = now();
    double interval = om_log_is_terminal(progress->log) ? terminal_interval : log_interval;
    if (time - progress->shown >= interval) {
        show(progress, time);
        progress->shown = time;
    }
}

void om_progress_end(om_progress **progress) {
    if (*progress != NULL && om_log_is_terminal((*progress)->log)) {
        fprintf(stderr, "\r\033[K");
    }
    om_free(*progress);
    *progress = NULL;
}
