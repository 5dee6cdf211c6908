/* The manifest: how each artefact of a workdir was made, and what each stage cost.
 * While a run lasts every committed artefact leaves a record file of its own, so that groups of
 * ranks need not wait for each other; manifest.json is put together from these. One rank's
 * business. */
#ifndef ONCOMARK_IO_MANIFEST_H
#define ONCOMARK_IO_MANIFEST_H

#include "lock.h"
#include "oncomark/context.h"
#include "oncomark/job.h"

#include <cjson/cJSON.h>

/* Reads the records under `records_folder` and checks that each one's artefact is still what was
 * recorded: same size, and same content where its time of change differs. Others are left out. With
 * the lock of a run that may repair (else NULL), their files are kept under another name, with a
 * warning, and a time that differs is recorded anew. The result is an object by artefact.
 * OM_STOPPED where that was asked for. Local. */
om_status om_manifest_read_records(cJSON **out, const char *workdir, const char *records_folder,
                                   const om_lock *repairs, om_log *log);

/* Whether the file at `path` is what the record says. */
bool om_manifest_is_whole(const cJSON *record, const char *path);

/* How a file stands on disk: its size and time of change. Local. */
typedef struct om_manifest_file {
    int64_t bytes;
    int64_t changed; /* nanoseconds */
} om_manifest_file;
om_status om_manifest_look(om_manifest_file *file, const char *path);

/* Renames a file that somebody else has made or changed, with a warning: it is not ours to
 * overwrite. */
om_status om_manifest_set_aside(const char *path, om_log *log);

/* Path of an artefact's record file; owned by the caller. */
char *om_manifest_record_path(const char *records_folder, const char *artefact);

/* Reads one record; *out is NULL where there is none. */
om_status om_manifest_read_record(cJSON **out, const char *records_folder, const char *artefact);

/* Writes the record of an artefact. `file` is how it stood under its temporary name: what somebody
 * else may have put in its place since must not pass for it. */
om_status om_manifest_write_record(const char *records_folder, const char *artefact,
                                   const om_manifest_file *file, const char *stage,
                                   const char *inputs, const char *key, const char *digest,
                                   const om_lock *lock);

/* Writes manifest.json: job and parameters, `stages` and `artefacts` (borrowed objects). */
om_status om_manifest_write(const char *path, const om_job *job, int ranks, cJSON *stages,
                            cJSON *artefacts, const om_lock *lock);

/* The stages object of an existing manifest.json, empty if there is none, and in it what shares of
 * a stage have left in `shares_folder`; owned by the caller. */
om_status om_manifest_read_stages(cJSON **out, const char *path, const char *shares_folder);

/* What a share of a stage leaves for manifest.json, which it does not write itself: `name` is that
 * of the stage and the share. */
om_status om_manifest_write_share(const char *shares_folder, const char *name, const cJSON *stage,
                                  const om_lock *lock);

#endif
