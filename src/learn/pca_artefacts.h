/* The files of the stage `pca`, and what they depend on. */
#ifndef ONCOMARK_LEARN_PCA_ARTEFACTS_H
#define ONCOMARK_LEARN_PCA_ARTEFACTS_H

#include "oncomark/job.h"
#include "oncomark/workdir.h"

#define OM_PCA_EFFECTS_NAME "pca_effects.csv"
#define OM_PCA_OOD_NAME "ood.h5"
#define OM_PCA_COMPONENTS_NAME "pca.h5ad"

enum { OM_N_PCA_ARTEFACTS = 3 };
extern const char *const om_pca_artefacts[OM_N_PCA_ARTEFACTS];
extern const char om_pca_stage[];

/* Adds what they depend on, a "name: value" a line. Local. */
om_status om_pca_describe(om_text *inputs, const om_job *job, const om_workdir *workdir);

/* *done: whether all are there already. Local. */
om_status om_pca_is_done(bool *done, const om_job *job, om_workdir *workdir);

#endif
