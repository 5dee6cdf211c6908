/* The files that training leaves in the workdir. */
#ifndef ONCOMARK_LEARN_TRAIN_ARTEFACTS_H
#define ONCOMARK_LEARN_TRAIN_ARTEFACTS_H

#include "oncomark/model.h"
#include "oncomark/train.h"
#include "oncomark/workdir.h"

/* Under what the artefacts are recorded. */
typedef struct om_train_key {
    om_workdir *workdir;
    om_text *inputs;
    char hex[OM_DIGEST_HEX];
} om_train_key;

/* Describes and hashes what training depends on. `inputs` is owned by the key. Local. */
om_status om_train_key_make(om_train_key *key, om_workdir *workdir, const om_job *job);

/* True where every artefact is there already. */
bool om_train_is_current(const om_train_key *key, const om_job *job);

/* OM_USAGE where model.h5 was trained otherwise than the job says. Local, on one rank. */
om_status om_train_check_model(const om_workdir *workdir, const om_job *job);

/* Each writes and commits one artefact. Local, on one rank. */
om_status om_train_commit_text(const om_train_key *key, const char *artefact, const om_text *text);
om_status om_train_commit_model(const om_train_key *key, const om_model *model,
                                const om_model_source *source);
om_status om_train_commit_genes(const om_train_key *key, const om_strings *genes);
om_status om_train_commit_epochs(const om_train_key *key, const om_training *training);

/* split.csv: synthetic_sample,part; names are read from synthetic.h5ad at `path`. */
om_status om_train_commit_split(const om_train_key *key, const char *path, const uint8_t *parts,
                                int64_t n_samples);

#endif
