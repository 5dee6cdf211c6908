/* bulk profiles -> validate/bulk.csv and the tables beside it */
#include "oncomark/stages.h"

#include "bulk_validation.h"

om_status om_stage_validate_bulk(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    bool did_work = false;
    if (job->validate.n_bulk == 0) {
        return om_fail(OM_USAGE, "%s: validate.bulk names no bulk profiles", job->path);
    }
    OM_TRY(om_workdir_stage_begin(workdir, "bulk"));
    OM_TRY(om_bulk_validate(&did_work, ctx, job, workdir));
    return om_workdir_stage_end(workdir, did_work);
}
