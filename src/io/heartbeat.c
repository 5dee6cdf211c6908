#include "heartbeat.h"

#include "oncomark/memory.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct om_heartbeat {
    int file;
    double seconds;
    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    bool ends;
};

static struct timespec later(double seconds) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    double whole = floor(seconds);
    time.tv_sec += (time_t)whole;
    time.tv_nsec += (long)((seconds - whole) * 1e9);
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

static void *beat(void *argument) {
    om_heartbeat *heartbeat = argument;
    pthread_mutex_lock(&heartbeat->mutex);
    while (!heartbeat->ends) {
        struct timespec until = later(heartbeat->seconds);
        int woken = 0;
        while (!heartbeat->ends && woken == 0) {
            woken = pthread_cond_timedwait(&heartbeat->changed, &heartbeat->mutex, &until);
        }
        if (!heartbeat->ends) {
            pthread_mutex_unlock(&heartbeat->mutex);
            /* One that fails may be followed by one that does not. */
            futimens(heartbeat->file, NULL);
            pthread_mutex_lock(&heartbeat->mutex);
        }
    }
    pthread_mutex_unlock(&heartbeat->mutex);
    return NULL;
}

/* Waits by a clock that nobody sets. */
static int create_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    int failure = pthread_condattr_init(&attributes);
    if (failure == 0) {
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        failure = pthread_cond_init(condition, &attributes);
        pthread_condattr_destroy(&attributes);
    }
    return failure;
}

/* A thread has the mask of its maker. */
static int create_thread(om_heartbeat *heartbeat) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&heartbeat->thread, NULL, beat, heartbeat);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

static int start(om_heartbeat *heartbeat) {
    int failure = pthread_mutex_init(&heartbeat->mutex, NULL);
    if (failure != 0) {
        return failure;
    }
    failure = create_condition(&heartbeat->changed);
    if (failure == 0) {
        failure = create_thread(heartbeat);
        if (failure != 0) {
            pthread_cond_destroy(&heartbeat->changed);
        }
    }
    if (failure != 0) {
        pthread_mutex_destroy(&heartbeat->mutex);
    }
    return failure;
}

om_status om_heartbeat_begin(om_heartbeat **out, int file, double seconds) {
    om_heartbeat *heartbeat = om_calloc(1, sizeof *heartbeat);
    *out = heartbeat;
    if (heartbeat == NULL) {
        return OM_MEMORY;
    }
    heartbeat->file = file;
    heartbeat->seconds = seconds;
    int failure = start(heartbeat);
    if (failure != 0) {
        om_free(heartbeat);
        *out = NULL;
        return om_fail(OM_SYSTEM, "cannot start a thread that renews the lock: %s",
                       strerror(failure));
    }
    return OM_OK;
}

void om_heartbeat_end(om_heartbeat **out) {
    om_heartbeat *heartbeat = *out;
    if (heartbeat == NULL) {
        return;
    }
    pthread_mutex_lock(&heartbeat->mutex);
    heartbeat->ends = true;
    pthread_cond_signal(&heartbeat->changed);
    pthread_mutex_unlock(&heartbeat->mutex);
    pthread_join(heartbeat->thread, NULL);
    pthread_cond_destroy(&heartbeat->changed);
    pthread_mutex_destroy(&heartbeat->mutex);
    om_free(heartbeat);
    *out = NULL;
}
