#include "alarm.h"

#include "oncomark/memory.h"

#include <stdio.h>

enum { ALARM_TAG = 1, TEXT = 2048 };

typedef struct alarm_message {
    int status;
    char text[TEXT];
} alarm_message;

struct om_alarm {
    MPI_Comm comm;
    int size;
    int raised;   /* alarms that this rank has raised: 0 or 1 */
    int received; /* alarms of others that it has taken in */
    alarm_message outgoing;
    alarm_message incoming; /* the first that arrived */
    MPI_Request *requests;  /* [size] */
};

om_status om_alarm_create(om_alarm **out, MPI_Comm comm) {
    om_alarm *alarm = om_calloc(1, sizeof *alarm);
    *out = alarm;
    if (alarm == NULL) {
        MPI_Comm_free(&comm);
        return OM_MEMORY;
    }
    alarm->comm = comm;
    MPI_Comm_size(comm, &alarm->size);
    alarm->requests = om_calloc(alarm->size, sizeof(MPI_Request));
    if (alarm->requests == NULL) {
        om_alarm_destroy(out);
        return OM_MEMORY;
    }
    for (int i = 0; i < alarm->size; i++) {
        alarm->requests[i] = MPI_REQUEST_NULL;
    }
    return OM_OK;
}

void om_alarm_destroy(om_alarm **alarm) {
    if (*alarm == NULL) {
        return;
    }
    MPI_Comm_free(&(*alarm)->comm);
    om_free((void *)(*alarm)->requests);
    om_free(*alarm);
    *alarm = NULL;
}

void om_alarm_raise(om_alarm *alarm, om_status status) {
    if (alarm->raised > 0) {
        return;
    }
    alarm->raised = 1;
    alarm->outgoing.status = (int)status;
    snprintf(alarm->outgoing.text, TEXT, "%s", om_error_message());
    for (int rank = 0; rank < alarm->size; rank++) {
        MPI_Isend(&alarm->outgoing, (int)sizeof alarm->outgoing, MPI_BYTE, rank, ALARM_TAG,
                  alarm->comm, &alarm->requests[rank]);
    }
}

static void receive_one(om_alarm *alarm) {
    alarm_message message;
    MPI_Recv(&message, (int)sizeof message, MPI_BYTE, MPI_ANY_SOURCE, ALARM_TAG, alarm->comm,
             MPI_STATUS_IGNORE);
    if (alarm->received == 0) {
        alarm->incoming = message;
    }
    alarm->received++;
}

om_status om_alarm_poll(om_alarm *alarm) {
    int arrived = 0;
    MPI_Iprobe(MPI_ANY_SOURCE, ALARM_TAG, alarm->comm, &arrived, MPI_STATUS_IGNORE);
    if (arrived) {
        receive_one(alarm);
    }
    if (alarm->received == 0) {
        return OM_OK;
    }
    return om_fail((om_status)alarm->incoming.status, "%s", alarm->incoming.text);
}

void om_alarm_drain(om_alarm *alarm) {
    int total = 0;
    MPI_Allreduce(&alarm->raised, &total, 1, MPI_INT, MPI_SUM, alarm->comm);
    while (alarm->received < total) {
        receive_one(alarm);
    }
    MPI_Waitall(alarm->size, alarm->requests, MPI_STATUSES_IGNORE);
    alarm->raised = 0;
    alarm->received = 0;
}
