#include "oncomark/job.h"

#include "job_bulk.h"
#include "job_check.h"
#include "job_data.h"
#include "job_exclusions.h"
#include "job_hints.h"
#include "job_settings.h"
#include "job_sweep.h"
#include "job_table.h"
#include "job_value.h"
#include "job_walk.h"
#include "yaml_document.h"

#include "oncomark/memory.h"

#include <string.h>

/* Where the name of a path's last part starts. */
static size_t name_start(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* The file's name without its suffix. */
static char *stem_of(const char *path) {
    const char *name = path + name_start(path);
    const char *dot = strrchr(name, '.');
    size_t length = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    return om_format("%.*s", (int)length, name);
}

static om_status read_special(om_job_walk *walk, const om_parameter *parameter,
                              const yaml_node_t *node) {
    om_job *job = walk->base;
    if (parameter->type == OM_PARAMETER_DATA) {
        return om_job_data_read(walk, job, node);
    }
    if (parameter->type == OM_PARAMETER_SWEEP) {
        return om_job_sweep_read(walk, job, node);
    }
    if (parameter->type == OM_PARAMETER_BULK) {
        return om_job_bulk_read(walk, job, node);
    }
    if (parameter->type == OM_PARAMETER_HINTS) {
        return om_job_hints_read(walk, job, node);
    }
    return om_job_exclusions_read(walk, job, node);
}

static om_status read_file(om_job *job, const char *bytes, int64_t length, const char *folder,
                           om_job_place *places) {
    int64_t n_values = 0;
    om_job_walk walk = {.source = job->path,
                        .folder = folder,
                        .owner = "",
                        .table = om_job_table(),
                        .base = job,
                        .places = places,
                        .n_values = &n_values,
                        .read_special = read_special};
    OM_TRY(om_yaml_create(&walk.yaml, walk.source, bytes, length));
    om_status status = om_job_walk_mapping(&walk, om_yaml_root(walk.yaml));
    om_yaml_destroy(&walk.yaml);
    return status;
}

/* Defaults that follow from other values. */
static om_status complete(om_job *job, const char *folder, const om_job_place *places) {
    om_parameters table = om_job_table();
    if (job->name == NULL) {
        job->name = stem_of(job->path);
        if (job->name == NULL) {
            return OM_MEMORY;
        }
    }
    if (job->workdir == NULL) {
        job->workdir = om_format("%swork/%s", folder, job->name);
        if (job->workdir == NULL) {
            return OM_MEMORY;
        }
    }
    int exclusions = om_job_table_find(table, "exclude_where");
    if (places[exclusions].source == NULL) {
        return om_job_exclusions_default(job, &table.rows[exclusions]);
    }
    return OM_OK;
}

static om_status fill(om_job *job, const char *bytes, int64_t length, const om_strings *settings,
                      const char *folder) {
    om_parameters table = om_job_table();
    om_strings *setting_sources = NULL; /* `places` points into it */
    om_job_place *places = om_calloc(table.n, sizeof *places);
    if (places == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_job_value_set_defaults(job, table);
    if (status == OM_OK) {
        status = read_file(job, bytes, length, folder, places);
    }
    if (status == OM_OK) {
        status = om_job_settings_apply(job, settings, folder, places, &setting_sources);
    }
    if (status == OM_OK) {
        status = complete(job, folder, places);
    }
    if (status == OM_OK) {
        status = om_job_check(job, places);
    }
    om_strings_destroy(&setting_sources);
    om_free(places);
    return status;
}

om_status om_job_parse(om_job **out, const char *path, const char *bytes, int64_t length,
                       const om_strings *settings) {
    *out = NULL;
    om_job *job = om_calloc(1, sizeof *job);
    if (job == NULL) {
        return OM_MEMORY;
    }
    job->path = om_strdup(path);
    char *folder = om_format("%.*s", (int)name_start(path), path);
    om_status status = job->path == NULL || folder == NULL
                           ? OM_MEMORY
                           : fill(job, bytes, length, settings, folder);
    om_free(folder);
    if (status != OM_OK) {
        om_job_destroy(&job);
    }
    *out = job;
    return status;
}

void om_job_destroy(om_job **job) {
    if (*job == NULL) {
        return;
    }
    om_job_bulk_destroy(*job);
    om_job_data_destroy(*job);
    om_job_exclusions_destroy(*job);
    om_job_hints_destroy(*job);
    om_job_sweep_destroy(*job);
    om_parameters table = om_job_table();
    for (int row = 0; row < table.n; row++) {
        om_parameter_type type = table.rows[row].type;
        if (type == OM_PARAMETER_STRING || type == OM_PARAMETER_PATH ||
            type == OM_PARAMETER_NODE_PATH) {
            char **field = (char **)((char *)*job + table.rows[row].offset);
            om_free(*field);
        }
    }
    om_free((*job)->path);
    om_free(*job);
    *job = NULL;
}
