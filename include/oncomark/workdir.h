/* The folder of a run: its lock, its artefacts and the manifest that says how each was made. */
#ifndef ONCOMARK_WORKDIR_H
#define ONCOMARK_WORKDIR_H

#include "oncomark/context.h"
#include "oncomark/job.h"

typedef struct om_workdir om_workdir;

/* Share `number`, from 1, of `of` shares of the tasks of a cross-validation; {0, 0}: all of them.
 */
typedef struct om_share {
    int64_t number;
    int64_t of;
} om_share;

/* Creates the folder if need be, locks it (a second live run gets OM_USAGE) and reads the manifest.
 * The job's scratch folder has to be there on every rank, and its hints for MPI-IO hold for ctx and
 * what is split from it, as long as the workdir is open. Collective on ctx; ctx is borrowed and
 * must outlive the workdir. */
om_status om_workdir_open(om_workdir **out, om_ctx *ctx, const om_job *job);

/* Opens it for one share: runs for other shares of as many, of jobs with the same seed, features,
 * train and crossval, may have it open, too, but no whole run. Such a run commits artefacts that
 * are its own alone, and leaves manifest.json to the next whole run. Collective on ctx. */
om_status om_workdir_open_share(om_workdir **out, om_ctx *ctx, const om_job *job, om_share share);

/* Opens it without a lock and without writing anything: for om_workdir_path, om_workdir_is_current
 * and om_workdir_digest only. Collective on ctx. */
om_status om_workdir_look(om_workdir **out, om_ctx *ctx, const om_job *job);

/* Releases the lock. Collective. */
om_status om_workdir_close(om_workdir **workdir);

/* Full path of an artefact named as in the manifest ("store/X.h5ad"); owned by the caller. */
char *om_workdir_path(const om_workdir *workdir, const char *artefact);

/* Where to write an artefact before it is committed: same folder, name ends in ".<token>.tmp",
 * where no other run has the same token. Makes the folder. *path is owned by the caller, NULL on
 * failure. What is left there goes when the workdir is closed, or opened after this run was killed.
 * Local.
 */
om_status om_workdir_temporary(char **path, const om_workdir *workdir, const char *artefact);

/* Where to put bytes aside (see om_spill_create): in the folder that the job's `scratch` names, or
 * in the workdir. Owned by the caller; NULL: out of memory. Local. */
char *om_workdir_spill(const om_workdir *workdir, const char *name);

/* True where the artefact was made with this key (see om_workdir_key) and its file is still whole
 * (same size). The same on all ranks as of opening; commits of this run count only on ranks of the
 * committing group. Local. */
bool om_workdir_is_current(const om_workdir *workdir, const char *artefact,
                           const char key[OM_DIGEST_HEX]);

/* The recorded digest of an artefact; OM_USAGE, naming the command that makes it, if there is none.
 * Looks in the folder's records, so that it also sees what other groups committed. Local. */
om_status om_workdir_digest(const om_workdir *workdir, const char *artefact,
                            char hex[OM_DIGEST_HEX]);

/* OM_USAGE where the artefact was made with another value of a key in `section` of the job, naming
 * both: a stage by itself must not go on from what the job does not mean. Keys that its record does
 * not have are not compared. Local, on one rank. */
om_status om_workdir_check_made_for(const om_workdir *workdir, const char *artefact,
                                    const om_job *job, const char *section);

/* Removes an artefact of earlier parameters that the stage does not make any more, with its record;
 * one that somebody has changed stays. Local, on one rank. */
om_status om_workdir_withdraw(om_workdir *workdir, const char *artefact);

/* Commits a written temporary file: flush, check that the lock is still ours, rename, flush the
 * folder, record; OM_SYSTEM where another run has the folder now. Called on ONE rank, after the
 * ranks that wrote it agreed that all went well. `inputs` is the text that `key` is the digest of
 * (one "name: value" a line); it goes into the manifest. Local. */
om_status om_workdir_commit(om_workdir *workdir, const char *stage, const char *artefact,
                            const char *inputs, const char key[OM_DIGEST_HEX],
                            const char digest[OM_DIGEST_HEX]);

/* What a rank handled, for the manifest's per-rank counters. Local. */
typedef enum om_counter {
    OM_COUNT_NONZEROS,
    OM_COUNT_PARSED_BYTES,
    OM_COUNT_TRAINING_ROWS,
    OM_N_COUNTERS
} om_counter;
void om_workdir_count(om_workdir *workdir, om_counter counter, int64_t amount);

/* Brackets a stage for the manifest: wall time, peak memory, counters of every rank. Collective.
 * Between them the counters belong to this stage. `did_work` (the same on all ranks or not): false
 * on every rank keeps the record of the earlier run. */
om_status om_workdir_stage_begin(om_workdir *workdir, const char *stage);
om_status om_workdir_stage_end(om_workdir *workdir, bool did_work);

/* OM_SYSTEM where somebody else has taken the lock over. Local. */
om_status om_workdir_check_lock(const om_workdir *workdir);

/* For files in the folder that are no artefacts: a temporary name beside `path` (owned by the
 * caller, NULL: out of memory), and replacing it by that: flush, check the lock, rename. Local. */
char *om_workdir_beside(const om_workdir *workdir, const char *path);
om_status om_workdir_replace(const om_workdir *workdir, const char *temporary, const char *path);

#endif
