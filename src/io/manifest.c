#include "manifest.h"

#include "json_file.h"
#include "oncomark/atomic_file.h"
#include "oncomark/content_digest.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/stop.h"
#include "oncomark/version.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Adds a text as a string; a 64-bit number must not become a JSON number, which is a double. */
static om_status add_string(cJSON *object, const char *name, const char *text) {
    return cJSON_AddStringToObject(object, name, text) != NULL ? OM_OK : om_json_failure();
}

static om_status add_i64(cJSON *object, const char *name, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    return add_string(object, name, text);
}

char *om_manifest_record_path(const char *records_folder, const char *artefact) {
    char *path = om_format("%s/%s.json", records_folder, artefact);
    if (path != NULL) {
        /* The folders of artefacts do not repeat under the records. */
        for (char *c = path + strlen(records_folder) + 1; *c != '\0'; c++) {
            *c = *c == '/' ? '|' : *c;
        }
    }
    return path;
}

om_status om_manifest_read_record(cJSON **out, const char *records_folder, const char *artefact) {
    *out = NULL;
    char *path = om_manifest_record_path(records_folder, artefact);
    if (path == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_file_exists(path) ? om_json_read(out, path) : OM_OK;
    om_free(path);
    return status;
}

/* The lines "name: value" of a key's text as an object. */
static om_status add_lines(cJSON *object, const char *name, const char *lines) {
    cJSON *values = cJSON_AddObjectToObject(object, name);
    if (values == NULL) {
        return om_json_failure();
    }
    for (const char *line = lines; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        char *copy = om_format("%.*s", (int)length, line);
        if (copy == NULL) {
            return OM_MEMORY;
        }
        char *colon = strstr(copy, ": ");
        om_status status = OM_OK;
        if (colon != NULL) {
            *colon = '\0';
            status = add_string(values, copy, colon + 2);
        }
        om_free(copy);
        OM_TRY(status);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    return OM_OK;
}

static int64_t change_time(const struct stat *info) {
    return (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
}

om_status om_manifest_look(om_manifest_file *file, const char *path) {
    struct stat info;
    *file = (om_manifest_file){0};
    if (stat(path, &info) != 0) {
        return om_fail(OM_SYSTEM, "%s: cannot look at what was written: %s", path, strerror(errno));
    }
    *file = (om_manifest_file){.bytes = (int64_t)info.st_size, .changed = change_time(&info)};
    return OM_OK;
}

static om_status fill_record(cJSON *record, const om_manifest_file *file, const char *artefact,
                             const char *stage, const char *inputs, const char *key,
                             const char *digest) {
    OM_TRY(add_string(record, "artefact", artefact));
    OM_TRY(add_string(record, "stage", stage));
    OM_TRY(add_string(record, "digest", digest));
    OM_TRY(add_string(record, "key", key));
    OM_TRY(add_i64(record, "bytes", file->bytes));
    OM_TRY(add_i64(record, "changed", file->changed));
    return add_lines(record, "inputs", inputs);
}

om_status om_manifest_write_record(const char *records_folder, const char *artefact,
                                   const om_manifest_file *file, const char *stage,
                                   const char *inputs, const char *key, const char *digest,
                                   const om_lock *lock) {
    char *record_path = om_manifest_record_path(records_folder, artefact);
    cJSON *record = cJSON_CreateObject();
    om_status status = record_path != NULL && record != NULL ? OM_OK : om_json_failure();
    if (status == OM_OK) {
        status = fill_record(record, file, artefact, stage, inputs, key, digest);
    }
    if (status == OM_OK) {
        status = om_json_write(record, record_path, lock);
    }
    cJSON_Delete(record);
    om_free(record_path);
    return status;
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text != NULL ? text : "";
}

/* How the file compares with its record. */
typedef enum comparison { IS_OTHER, IS_ALIKE_BUT_TIME, IS_SAME } comparison;

static comparison compare(const cJSON *record, const char *path) {
    struct stat info;
    if (stat(path, &info) != 0 ||
        (int64_t)info.st_size != strtoll(text_of(record, "bytes"), NULL, 10)) {
        return IS_OTHER;
    }
    if (change_time(&info) == strtoll(text_of(record, "changed"), NULL, 10)) {
        return IS_SAME;
    }
    char hex[OM_DIGEST_HEX];
    bool is_alike =
        om_content_digest(path, hex) == OM_OK && strcmp(hex, text_of(record, "digest")) == 0;
    return is_alike ? IS_ALIKE_BUT_TIME : IS_OTHER;
}

bool om_manifest_is_whole(const cJSON *record, const char *path) {
    return compare(record, path) != IS_OTHER;
}

om_status om_manifest_set_aside(const char *path, om_log *log) {
    char *aside = NULL;
    for (int i = 1; aside == NULL; i++) {
        aside = om_format("%s.changed-%d", path, i);
        if (aside == NULL) {
            return OM_MEMORY;
        }
        if (om_file_exists(aside)) {
            om_free(aside);
            aside = NULL;
        }
    }
    om_status status = OM_OK;
    if (rename(path, aside) != 0) {
        status = om_fail(OM_SYSTEM, "%s: cannot rename it to %s: %s", path, aside, strerror(errno));
    } else {
        om_log_warn(log, "%s is not as this program made it: kept as %s", path, aside);
    }
    om_free(aside);
    return status;
}

/* A record that names another file, even one outside the folder, must not move that aside. */
static om_status check_name(const char *records_folder, const char *record_path,
                            const char *artefact) {
    char *expected = om_manifest_record_path(records_folder, artefact);
    if (expected == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_OK;
    if (strcmp(expected, record_path) != 0) {
        status = om_fail(OM_INPUT,
                         "%s: found a record of artefact '%s', expected that of the artefact "
                         "that this file is named for; remove it to make that anew",
                         record_path, artefact);
    }
    om_free(expected);
    return status;
}

/* What stands at `path` is not what its record says, or is gone. */
static om_status repair(const char *path, const char *artefact, const char *record_path,
                        const om_lock *lock, om_log *log) {
    OM_TRY(om_lock_check(lock));
    if (om_file_exists(path)) {
        OM_TRY(om_manifest_set_aside(path, log));
    } else {
        om_log_warn(log, "%s is gone: its stage runs again", artefact);
    }
    unlink(record_path);
    return OM_OK;
}

/* So that the next look need not read the whole file again, as after a folder was copied. */
static om_status renew_time(cJSON *record, const char *path, const char *record_path,
                            const om_lock *lock) {
    om_manifest_file file = {0};
    OM_TRY(om_manifest_look(&file, path));
    cJSON_DeleteItemFromObjectCaseSensitive(record, "changed");
    OM_TRY(add_i64(record, "changed", file.changed));
    return om_json_write(record, record_path, lock);
}

/* Takes `record` over where its file is as it says. */
static om_status check_one(cJSON *records, cJSON **record, const char *path,
                           const char *record_path, const om_lock *repairs, om_log *log) {
    const char *artefact = text_of(*record, "artefact");
    comparison outcome = compare(*record, path);
    if (outcome == IS_OTHER) {
        return repairs != NULL ? repair(path, artefact, record_path, repairs, log) : OM_OK;
    }
    if (outcome == IS_ALIKE_BUT_TIME && repairs != NULL) {
        OM_TRY(renew_time(*record, path, record_path, repairs));
    }
    if (!cJSON_AddItemToObject(records, artefact, *record)) {
        return om_json_failure();
    }
    *record = NULL;
    /* Reading a whole file takes its time. */
    return outcome == IS_ALIKE_BUT_TIME ? om_stop_status() : OM_OK;
}

static om_status read_one(cJSON *records, const char *workdir, const char *records_folder,
                          const char *record_path, const om_lock *repairs, om_log *log) {
    cJSON *record = NULL;
    OM_TRY(om_json_read(&record, record_path));
    const char *artefact = text_of(record, "artefact");
    char *path = om_format("%s/%s", workdir, artefact);
    om_status status = path != NULL ? check_name(records_folder, record_path, artefact) : OM_MEMORY;
    if (status == OM_OK) {
        status = check_one(records, &record, path, record_path, repairs, log);
    }
    cJSON_Delete(record);
    om_free(path);
    return status;
}

om_status om_manifest_read_records(cJSON **out, const char *workdir, const char *records_folder,
                                   const om_lock *repairs, om_log *log) {
    *out = cJSON_CreateObject();
    if (*out == NULL) {
        return om_json_failure();
    }
    DIR *folder = opendir(records_folder);
    if (folder == NULL) {
        return OM_OK;
    }
    om_status status = OM_OK;
    for (struct dirent *entry = readdir(folder); status == OM_OK && entry != NULL;
         entry = readdir(folder)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".json") != 0) {
            continue;
        }
        char *path = om_format("%s/%s", records_folder, entry->d_name);
        status =
            path != NULL ? read_one(*out, workdir, records_folder, path, repairs, log) : OM_MEMORY;
        om_free(path);
    }
    closedir(folder);
    if (status != OM_OK) {
        cJSON_Delete(*out);
        *out = NULL;
    }
    return status;
}

static om_status add_job(cJSON *manifest, const om_job *job) {
    OM_TRY(add_string(manifest, "job", job->path));
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, job->seed);
    OM_TRY(add_string(manifest, "seed", seed));
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_job_describe(job, "", text);
    if (status == OM_OK) {
        status = add_lines(manifest, "parameters", om_text_get(text));
    }
    om_text_destroy(&text);
    return status;
}

static om_status fill_manifest(cJSON *manifest, const om_job *job, int ranks, cJSON *stages,
                               cJSON *artefacts) {
    OM_TRY(add_string(manifest, "oncomark", om_version()));
    OM_TRY(add_job(manifest, job));
    if (cJSON_AddNumberToObject(manifest, "ranks", ranks) == NULL ||
        !cJSON_AddItemReferenceToObject(manifest, "stages", stages) ||
        !cJSON_AddItemReferenceToObject(manifest, "artefacts", artefacts)) {
        return om_json_failure();
    }
    return OM_OK;
}

om_status om_manifest_write(const char *path, const om_job *job, int ranks, cJSON *stages,
                            cJSON *artefacts, const om_lock *lock) {
    cJSON *manifest = cJSON_CreateObject();
    if (manifest == NULL) {
        return om_json_failure();
    }
    om_status status = fill_manifest(manifest, job, ranks, stages, artefacts);
    if (status == OM_OK) {
        status = om_json_write(manifest, path, lock);
    }
    cJSON_Delete(manifest);
    return status;
}
