#include "pca_artefacts.h"

#include "job_lesson.h"
#include "text_artefact.h"

const char om_pca_stage[] = "pca";
const char *const om_pca_artefacts[OM_N_PCA_ARTEFACTS] = {OM_PCA_EFFECTS_NAME, OM_PCA_OOD_NAME,
                                                          OM_PCA_COMPONENTS_NAME};

om_status om_pca_describe(om_text *inputs, const om_job *job, const om_workdir *workdir) {
    OM_TRY(om_job_lesson_describe(inputs, job, workdir, om_pca_stage));
    return om_job_describe(job, "pca.components", inputs);
}

om_status om_pca_is_done(bool *done, const om_job *job, om_workdir *workdir) {
    om_text *inputs = NULL;
    om_status status = om_text_create(&inputs);
    status = status == OM_OK ? om_pca_describe(inputs, job, workdir) : status;
    if (status == OM_OK) {
        const om_text_origin origin = {.workdir = workdir, .stage = om_pca_stage, .inputs = inputs};
        *done = om_artefacts_are_current(&origin, om_pca_artefacts, OM_N_PCA_ARTEFACTS);
    }
    om_text_destroy(&inputs);
    return status;
}
