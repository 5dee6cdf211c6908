/* The table of a job's parameters: one row declares a parameter, and parsing, range check, help and
 * canonical dump read that row. */
#ifndef OM_BASE_JOB_TABLE_H
#define OM_BASE_JOB_TABLE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum om_parameter_type {
    OM_PARAMETER_BOOL,       /* bool */
    OM_PARAMETER_INT,        /* int64_t */
    OM_PARAMETER_SEED,       /* uint64_t, all of it */
    OM_PARAMETER_REAL,       /* double */
    OM_PARAMETER_BYTES,      /* int64_t; with a unit: "512 MiB", "2 GiB" */
    OM_PARAMETER_STRING,     /* char *, owned */
    OM_PARAMETER_PATH,       /* char *, owned; relative ones start at the job file's folder */
    OM_PARAMETER_NODE_PATH,  /* char *, owned; as PATH, or starts with "$VARIABLE"; null is fine */
    OM_PARAMETER_CHOICE,     /* an enum whose values count the choices */
    OM_PARAMETER_LIST,       /* om_strings *; `minimum` is the fewest values an explicit list has */
    OM_PARAMETER_DATA,       /* `data:`, read by job_data.c */
    OM_PARAMETER_EXCLUSIONS, /* `exclude_where:`, read by job_exclusions.c */
    OM_PARAMETER_HINTS,      /* `mpi_io:`, read by job_hints.c */
    OM_PARAMETER_SWEEP,      /* `crossval.sweep:`, read by job_sweep.c */
    OM_PARAMETER_BULK,       /* `validate.bulk:`, read by job_bulk.c */
} om_parameter_type;

typedef enum om_bounds {
    OM_BOUNDS_CLOSED = 0,
    OM_BOUNDS_OPEN_MINIMUM = 1,
    OM_BOUNDS_OPEN_MAXIMUM = 2,
    OM_BOUNDS_OPEN = 3
} om_bounds;

typedef struct om_parameter {
    const char *key; /* dotted */
    om_parameter_type type;
    size_t offset;            /* of the field in om_job, om_data_set or om_bulk_set */
    const char *default_text; /* as in a job file; NULL: none, or see default_note */
    const char *default_note; /* what help says of a default that depends on other values */
    double minimum, maximum;
    om_bounds bounds;
    const char *const *choices; /* NULL-terminated */
    const char *help;
} om_parameter;

/* Rows of the same base structure. */
typedef struct om_parameters {
    const om_parameter *rows;
    int n;
} om_parameters;

/* The rows of om_job, and those of one entry of `data:` and of `validate.bulk:`. Static. */
om_parameters om_job_table(void);
om_parameters om_job_data_table(void);
om_parameters om_job_bulk_table(void);

/* Index of the row with this key, or -1. */
int om_job_table_find(om_parameters table, const char *key);

/* A row whose key starts with "section.", or NULL where no row does. Static. */
const om_parameter *om_job_table_section(om_parameters table, const char *section);

#endif
