#include "job_lesson.h"

#include "oncomark/memory.h"

static const char synthetic_name[] = "synthetic.h5ad";

void om_job_lesson_release(om_job_lesson *made) {
    om_lesson_destroy(&made->lesson);
    om_feature_matrix_release(&made->matrix);
    om_free(made->parts);
    om_sample_table_destroy(&made->table);
    om_free(made->path);
    *made = (om_job_lesson){0};
}

bool om_job_lesson_takes_all(const om_job *job) {
    return job->train.split_group == OM_GROUP_NONE;
}

static om_status split_samples(om_job_lesson *made, const om_job *job) {
    made->parts = om_calloc(made->table->n_samples, sizeof *made->parts);
    if (made->parts == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_split_assign(made->parts, made->table, &job->train, job->seed));
    return om_lesson_create(&made->lesson, made->table, made->parts);
}

om_status om_job_lesson_make(om_job_lesson *made, om_ctx *ctx, const om_job *job,
                             om_workdir *workdir) {
    made->path = om_workdir_path(workdir, synthetic_name);
    OM_TRY(om_agree(ctx, made->path != NULL ? OM_OK : OM_MEMORY));
    OM_TRY(om_sample_table_read(&made->table, ctx, made->path));
    OM_TRY(om_agree(ctx, split_samples(made, job)));
    const om_sample_source source = {made->path, made->table, workdir};
    OM_TRY(om_feature_matrix_make(&made->matrix, ctx, &source,
                                  om_job_lesson_takes_all(job) ? NULL : made->parts,
                                  job->features.most_variable));
    return om_lesson_scale(made->lesson, ctx, &made->matrix);
}

om_status om_job_lesson_describe(om_text *inputs, const om_job *job, const om_workdir *workdir,
                                 const char *stage) {
    static const char *const sections[] = {"seed", "features", "train.split"};
    char digest[OM_DIGEST_HEX];
    OM_TRY(om_workdir_digest(workdir, synthetic_name, digest));
    OM_TRY(om_workdir_check_made_for(workdir, synthetic_name, job, "synthetic"));
    OM_TRY(om_text_add(inputs, "stage: %s\n", stage));
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        OM_TRY(om_job_describe(job, sections[i], inputs));
    }
    return om_text_add(inputs, "%s: %s\n", synthetic_name, digest);
}
