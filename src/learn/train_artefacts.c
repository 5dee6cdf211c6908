#include "train_artefacts.h"

#include "oncomark/memory.h"
#include "oncomark/split.h"
#include "oncomark/table.h"
#include "same_arithmetic.h"
#include "sample_names.h"
#include "text_artefact.h"

#include <inttypes.h>

static const char stage_name[] = "train";

om_status om_train_key_make(om_train_key *key, om_workdir *workdir, const om_job *job) {
    char digest[OM_DIGEST_HEX];
    key->workdir = workdir;
    OM_TRY(om_workdir_digest(workdir, "synthetic.h5ad", digest));
    OM_TRY(om_text_create(&key->inputs));
    OM_TRY(om_workdir_check_made_for(workdir, "synthetic.h5ad", job, "synthetic"));
    OM_TRY(om_text_add(key->inputs, "stage: %s\n", stage_name));
    OM_TRY(om_describe_arithmetic(key->inputs));
    OM_TRY(om_job_describe(job, "seed", key->inputs));
    OM_TRY(om_job_describe(job, "features", key->inputs));
    OM_TRY(om_job_describe(job, "train", key->inputs));
    OM_TRY(om_text_add(key->inputs, "synthetic.h5ad: %s\n", digest));
    om_digest_text(om_text_get(key->inputs), (int64_t)om_text_length(key->inputs), key->hex);
    return OM_OK;
}

bool om_train_is_current(const om_train_key *key, const om_job *job) {
    static const char *const always[] = {"features.txt", "model.h5", "training.csv", "split.csv"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        if (!om_workdir_is_current(key->workdir, always[i], key->hex)) {
            return false;
        }
    }
    return job->train.split_test <= 0 || om_workdir_is_current(key->workdir, "test.csv", key->hex);
}

om_status om_train_check_model(const om_workdir *workdir, const om_job *job) {
    static const char *const sections[] = {"seed", "features", "train"};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        OM_TRY(om_workdir_check_made_for(workdir, "model.h5", job, sections[i]));
    }
    return OM_OK;
}

om_status om_train_commit_text(const om_train_key *key, const char *artefact, const om_text *text) {
    const om_text_origin origin = {key->workdir, stage_name, key->inputs};
    return om_text_artefact_commit(&origin, artefact, text);
}

om_status om_train_commit_model(const om_train_key *key, const om_model *model,
                                const om_model_source *source) {
    char *temporary = NULL;
    OM_TRY(om_workdir_temporary(&temporary, key->workdir, "model.h5"));
    om_digest content = {{0, 0}};
    om_status status = om_model_write(model, source, temporary, &content);
    om_free(temporary);
    if (status != OM_OK) {
        return status;
    }
    char digest[OM_DIGEST_HEX];
    om_digest_hex(&content, digest);
    return om_workdir_commit(key->workdir, stage_name, "model.h5", om_text_get(key->inputs),
                             key->hex, digest);
}

om_status om_train_commit_genes(const om_train_key *key, const om_strings *genes) {
    om_text *text = NULL;
    om_status status = om_text_create(&text);
    for (int64_t f = 0; f < om_strings_count(genes) && status == OM_OK; f++) {
        status = om_text_add(text, "%s\n", om_strings_get(genes, f));
    }
    if (status == OM_OK) {
        status = om_train_commit_text(key, "features.txt", text);
    }
    om_text_destroy(&text);
    return status;
}

om_status om_train_commit_epochs(const om_train_key *key, const om_training *training) {
    om_text *text = NULL;
    om_status status = om_text_create(&text);
    if (status == OM_OK) {
        status = om_text_add(text, "epoch,learning_rate,loss,validation_loss\n");
    }
    for (int64_t i = 0; i < training->n_epochs && status == OM_OK; i++) {
        const om_epoch *epoch = &training->epochs[i];
        status = om_text_add(text, "%" PRId64 ",%.17g,%.17g,%.17g\n", i + 1, epoch->learning_rate,
                             epoch->loss, epoch->validation_loss);
    }
    if (status == OM_OK) {
        status = om_train_commit_text(key, "training.csv", text);
    }
    om_text_destroy(&text);
    return status;
}

static om_status add_split(om_text *text, const om_strings *names, const uint8_t *parts,
                           int64_t n_samples) {
    OM_TRY(om_text_add(text, "synthetic_sample,part\n"));
    for (int64_t i = 0; i < n_samples; i++) {
        OM_TRY(om_csv_field(text, om_strings_get(names, i)));
        OM_TRY(om_text_add(text, ",%s\n", om_part_name((om_part)parts[i])));
    }
    return OM_OK;
}

om_status om_train_commit_split(const om_train_key *key, const char *path, const uint8_t *parts,
                                int64_t n_samples) {
    om_strings *names = NULL;
    om_text *text = NULL;
    om_status status = om_sample_names_read(&names, path, n_samples);
    status = status == OM_OK ? om_text_create(&text) : status;
    status = status == OM_OK ? add_split(text, names, parts, n_samples) : status;
    status = status == OM_OK ? om_train_commit_text(key, "split.csv", text) : status;
    om_text_destroy(&text);
    om_strings_destroy(&names);
    return status;
}
