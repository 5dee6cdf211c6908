#include "model_balance.h"

#include "block.h"
#include "figure_text.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/split.h"
#include "oncomark/string_map.h"
#include "oncomark/table.h"
#include "oncomark/training_set.h"
#include "profile_block.h"
#include "same_arithmetic.h"
#include "text_artefact.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char artefact[] = "validate/balance.csv";

typedef struct balance_work {
    om_ctx *ctx;
    const om_model *model;
    char *synthetic; /* paths */
    char *split;
    om_sample_table *table;
    int64_t *genes; /* [n_features] of synthetic.h5ad */
    int64_t n_features;
    int64_t *rows; /* of the training part */
    int64_t n_rows;
    om_training_set *set;
    om_transform *transform;
    float *logits; /* [n_rows x 10] */
} balance_work;

static void release(balance_work *work) {
    om_free(work->logits);
    om_transform_destroy(&work->transform);
    om_training_set_destroy(&work->set);
    om_free(work->rows);
    om_free(work->genes);
    om_sample_table_destroy(&work->table);
    om_free(work->split);
    om_free(work->synthetic);
}

static om_status fail_other(const char *path, const char *other, const char *what) {
    return om_fail(OM_USAGE,
                   "%s and %s are not of one training (%s): run `oncomark run` first, which makes "
                   "both anew",
                   path, other, what);
}

static om_status read_index(om_strings **names, const char *path, const char *frame) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_open(&file, path));
    om_status status = om_h5ad_read_index(file, frame, names);
    om_h5_close(&file);
    return status;
}

/* On the root: where the model's genes are in synthetic.h5ad. */
static om_status find_genes(balance_work *work) {
    om_strings *genes = NULL;
    om_string_map *numbers = NULL;
    om_status status = read_index(&genes, work->synthetic, "var");
    status = status == OM_OK ? om_string_map_create(&numbers) : status;
    for (int64_t g = 0; status == OM_OK && g < om_strings_count(genes); g++) {
        status = om_string_map_add(numbers, om_strings_get(genes, g), g, NULL);
    }
    for (int64_t f = 0; status == OM_OK && f < work->n_features; f++) {
        const char *gene = om_strings_get(work->model->genes, f);
        work->genes[f] = om_string_map_get(numbers, gene, -1);
        if (work->genes[f] < 0) {
            status = fail_other("model.h5", work->synthetic, gene);
        }
    }
    om_string_map_destroy(&numbers);
    om_strings_destroy(&genes);
    return status;
}

static om_status take_training_rows(balance_work *work, const om_table *split,
                                    const om_strings *names) {
    const char *training = om_part_name(OM_PART_TRAINING);
    int64_t n = om_strings_count(names);
    int64_t name = om_table_find(split, "synthetic_sample");
    int64_t part = om_table_find(split, "part");
    if (name < 0 || part < 0 || om_table_rows(split) != n) {
        return fail_other(work->split, work->synthetic, "other samples");
    }
    for (int64_t i = 0; i < n; i++) {
        if (strcmp(om_table_cell(split, i, name), om_strings_get(names, i)) != 0) {
            return fail_other(work->split, work->synthetic, om_strings_get(names, i));
        }
        if (strcmp(om_table_cell(split, i, part), training) == 0) {
            work->rows[work->n_rows++] = i;
        }
    }
    return OM_OK;
}

/* On the root: which samples the model was trained on. */
static om_status find_training_rows(balance_work *work) {
    om_strings *names = NULL;
    om_table *split = NULL;
    om_status status = read_index(&names, work->synthetic, "obs");
    if (status == OM_OK && om_strings_count(names) != work->table->n_samples) {
        status = om_fail(OM_INPUT, "%s: obs: found %" PRId64 " names, expected %" PRId64,
                         work->synthetic, om_strings_count(names), work->table->n_samples);
    }
    status = status == OM_OK ? om_table_read(&split, work->split) : status;
    status = status == OM_OK ? take_training_rows(work, split, names) : status;
    om_table_destroy(&split);
    om_strings_destroy(&names);
    return status;
}

static om_status look_up(balance_work *work) {
    work->genes = om_calloc(work->n_features, sizeof *work->genes);
    work->rows = om_calloc(work->table->n_samples, sizeof *work->rows);
    om_status status = work->genes != NULL && work->rows != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && om_context_is_root(work->ctx)) {
        status = find_genes(work);
        status = status == OM_OK ? find_training_rows(work) : status;
    }
    OM_TRY(om_agree(work->ctx, status));
    OM_TRY(
        om_broadcast(work->ctx, 0, work->genes, work->n_features * (int64_t)sizeof *work->genes));
    OM_TRY(om_broadcast(work->ctx, 0, &work->n_rows, sizeof work->n_rows));
    return om_broadcast(work->ctx, 0, work->rows, work->n_rows * (int64_t)sizeof *work->rows);
}

static om_status compute_logits(balance_work *work) {
    const om_model *model = work->model;
    OM_TRY(om_training_set_create(&work->set, work->ctx, work->synthetic, work->table, work->genes,
                                  work->n_features));
    om_status status =
        om_transform_create(&work->transform, work->n_features, model->mean, model->sd);
    work->logits = om_calloc(work->n_rows * OM_N_HALLMARKS, sizeof *work->logits);
    status = status == OM_OK && work->logits == NULL ? OM_MEMORY : status;
    OM_TRY(om_agree(work->ctx, status));
    const om_samples samples = om_samples_of(work->set, work->transform);
    return om_block_logits(work->logits, work->ctx, model->network, &samples, work->rows,
                           work->n_rows, OM_PROFILE_BLOCK);
}

/* On the root. */
static om_status find_balances(om_balance balances[OM_N_HALLMARKS], const balance_work *work) {
    float *probabilities = om_malloc(work->n_rows, sizeof *probabilities);
    uint8_t *labels = om_malloc(work->n_rows, sizeof *labels);
    om_status status = probabilities != NULL && labels != NULL ? OM_OK : OM_MEMORY;
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        int64_t n = 0;
        for (int64_t i = 0; i < work->n_rows; i++) {
            if (work->table->task[work->rows[i]] == k) {
                probabilities[n] = om_profile_probability(work->logits[i * OM_N_HALLMARKS + k]);
                labels[n++] = work->table->label[work->rows[i]];
            }
        }
        status = om_balance_find(&balances[k], probabilities, labels, n);
    }
    om_free(probabilities);
    om_free(labels);
    return status;
}

static om_status make(om_balance balances[OM_N_HALLMARKS], balance_work *work,
                      const om_workdir *workdir) {
    OM_TRY(om_check_same_arithmetic(work->ctx, "validate"));
    work->synthetic = om_workdir_path(workdir, "synthetic.h5ad");
    work->split = om_workdir_path(workdir, "split.csv");
    work->n_features = om_strings_count(work->model->genes);
    bool complete = work->synthetic != NULL && work->split != NULL;
    OM_TRY(om_agree(work->ctx, complete ? OM_OK : OM_MEMORY));
    OM_TRY(om_sample_table_read(&work->table, work->ctx, work->synthetic));
    OM_TRY(look_up(work));
    OM_TRY(compute_logits(work));
    bool is_root = om_context_is_root(work->ctx);
    return om_agree(work->ctx, is_root ? find_balances(balances, work) : OM_OK);
}

static om_status add_inputs(om_text *inputs, const om_workdir *workdir) {
    static const char *const made_from[] = {"model.h5", "split.csv"};
    OM_TRY(om_text_add(inputs, "stage: balance\n"));
    OM_TRY(om_describe_arithmetic(inputs));
    for (size_t i = 0; i < sizeof made_from / sizeof made_from[0]; i++) {
        char digest[OM_DIGEST_HEX];
        OM_TRY(om_workdir_digest(workdir, made_from[i], digest));
        OM_TRY(om_text_add(inputs, "%s: %s\n", made_from[i], digest));
    }
    return OM_OK;
}

static om_status add_table(om_text *csv, const om_balance balances[OM_N_HALLMARKS]) {
    OM_TRY(om_text_add(csv, "hallmark,n_pos,n_neg,threshold,sensitivity,specificity\n"));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(csv, "%s,%" PRId64 ",%" PRId64, om_hallmark_code(k),
                           balances[k].n_positive, balances[k].n_negative));
        OM_TRY(om_figure_csv(csv, balances[k].threshold));
        OM_TRY(om_figure_csv(csv, balances[k].sensitivity));
        OM_TRY(om_figure_csv(csv, balances[k].specificity));
        OM_TRY(om_text_add(csv, "\n"));
    }
    return OM_OK;
}

static om_status commit(const om_text_origin *origin, const om_balance balances[OM_N_HALLMARKS]) {
    om_text *csv = NULL;
    OM_TRY(om_text_create(&csv));
    om_status status = add_table(csv, balances);
    status = status == OM_OK ? om_text_artefact_commit(origin, artefact, csv) : status;
    om_text_destroy(&csv);
    return status;
}

static om_status read_number(double *value, const om_table *table, int64_t row, int64_t column) {
    const char *text = om_table_cell(table, row, column);
    *value = NAN;
    if (text[0] != '\0' && !om_parse_f64(text, value)) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found '%.40s', expected a number",
                       om_table_path(table), om_table_line(table, row), text);
    }
    return OM_OK;
}

static om_status take_table(om_balance balances[OM_N_HALLMARKS], const om_table *table) {
    if (om_table_rows(table) != OM_N_HALLMARKS || om_table_columns(table) != 6) {
        return om_fail(OM_INPUT, "%s: found no row for each hallmark, expected what was written",
                       om_table_path(table));
    }
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        double numbers[5];
        for (int c = 0; c < 5; c++) {
            OM_TRY(read_number(&numbers[c], table, k, c + 1));
        }
        balances[k] = (om_balance){.n_positive = (int64_t)numbers[0],
                                   .n_negative = (int64_t)numbers[1],
                                   .threshold = numbers[2],
                                   .sensitivity = numbers[3],
                                   .specificity = numbers[4]};
    }
    return OM_OK;
}

static om_status read_back(om_balance balances[OM_N_HALLMARKS], const om_workdir *workdir) {
    om_table *table = NULL;
    char *path = om_workdir_path(workdir, artefact);
    om_status status = path != NULL ? om_table_read(&table, path) : OM_MEMORY;
    status = status == OM_OK ? take_table(balances, table) : status;
    om_table_destroy(&table);
    om_free(path);
    return status;
}

/* On the root: whether the thresholds are there already, and then what they are. */
static om_status look(om_balance balances[OM_N_HALLMARKS], uint8_t *is_current, om_text *inputs,
                      const om_text_origin *origin) {
    char digest[OM_DIGEST_HEX];
    OM_TRY(add_inputs(inputs, origin->workdir));
    *is_current = om_text_artefact_is_current(origin, artefact) ? 1 : 0;
    return *is_current == 1 ? read_back(balances, origin->workdir)
                            : om_workdir_digest(origin->workdir, "synthetic.h5ad", digest);
}

om_status om_model_balance(om_balance balances[OM_N_HALLMARKS], om_ctx *ctx, const om_model *model,
                           om_workdir *workdir) {
    bool is_root = om_context_is_root(ctx);
    uint8_t is_current = 0;
    om_text *inputs = NULL;
    om_status status = om_text_create(&inputs);
    const om_text_origin origin = {workdir, "bulk", inputs};
    if (status == OM_OK && is_root) {
        status = look(balances, &is_current, inputs, &origin);
    }
    status = om_agree(ctx, status);
    status = status == OM_OK ? om_broadcast(ctx, 0, &is_current, sizeof is_current) : status;
    if (status == OM_OK && is_current == 0) {
        balance_work work = {.ctx = ctx, .model = model};
        status = make(balances, &work, workdir);
        release(&work);
        status = status == OM_OK && is_root ? commit(&origin, balances) : status;
        status = om_agree(ctx, status);
    }
    om_text_destroy(&inputs);
    return status;
}
