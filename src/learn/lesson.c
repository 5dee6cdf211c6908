#include "lesson.h"

#include "block.h"
#include "oncomark/memory.h"

om_status om_lesson_create(om_lesson **out, const om_sample_table *table, const uint8_t *parts) {
    om_lesson *lesson = om_calloc(1, sizeof *lesson);
    *out = lesson;
    if (lesson == NULL) {
        return OM_MEMORY;
    }
    lesson->table = table;
    om_status status = OM_OK;
    for (int part = 0; part < OM_N_PARTS && status == OM_OK; part++) {
        status = om_split_rows(&lesson->rows[part], &lesson->counts[part], parts, table->n_samples,
                               (om_part)part);
    }
    if (status != OM_OK) {
        om_lesson_destroy(out);
    }
    return status;
}

void om_lesson_destroy(om_lesson **lesson) {
    if (*lesson == NULL) {
        return;
    }
    om_transform_destroy(&(*lesson)->transform);
    om_free((*lesson)->mean);
    om_free((*lesson)->sd);
    for (int part = 0; part < OM_N_PARTS; part++) {
        om_free((*lesson)->rows[part]);
    }
    om_free(*lesson);
    *lesson = NULL;
}

om_status om_lesson_scale(om_lesson *lesson, om_ctx *ctx, const om_feature_matrix *matrix) {
    int64_t n_features = matrix->n_features;
    lesson->matrix = matrix;
    lesson->mean = om_calloc(n_features, sizeof *lesson->mean);
    lesson->sd = om_calloc(n_features, sizeof *lesson->sd);
    bool complete = lesson->mean != NULL && lesson->sd != NULL;
    OM_TRY(om_agree(ctx, complete ? OM_OK : OM_MEMORY));
    OM_TRY(om_training_set_scale(ctx, matrix->set, lesson->rows[OM_PART_TRAINING],
                                 lesson->counts[OM_PART_TRAINING], lesson->mean, lesson->sd));
    return om_agree(ctx,
                    om_transform_create(&lesson->transform, n_features, lesson->mean, lesson->sd));
}

om_status om_lesson_learn(om_training **out, const om_lesson *lesson, om_ctx *ctx,
                          om_workdir *workdir, const om_train_parameters *train, uint64_t seed,
                          const om_checkpoint_place *place) {
    const om_training_input input = {
        .samples = om_samples_of(lesson->matrix->set, lesson->transform),
        .training = lesson->rows[OM_PART_TRAINING],
        .n_training = lesson->counts[OM_PART_TRAINING],
        .validation = lesson->rows[OM_PART_VALIDATION],
        .n_validation = lesson->counts[OM_PART_VALIDATION],
    };
    OM_TRY(om_train(out, ctx, &input, train, seed, place));
    om_workdir_count(workdir, OM_COUNT_TRAINING_ROWS, (*out)->rows_computed);
    return OM_OK;
}

om_status om_lesson_test(float *logits, const om_lesson *lesson, om_ctx *ctx,
                         const om_network *network, int64_t block) {
    const om_samples samples = om_samples_of(lesson->matrix->set, lesson->transform);
    return om_block_logits(logits, ctx, network, &samples, lesson->rows[OM_PART_TEST],
                           lesson->counts[OM_PART_TEST], block);
}
