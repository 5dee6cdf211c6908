/* synthetic.h5ad, gene sets -> validate/label_check.csv */
#include "oncomark/stages.h"

#include "oncomark/atomic_file.h"
#include "oncomark/h5ad.h"
#include "oncomark/label_check.h"
#include "oncomark/memory.h"
#include "oncomark/set_genes.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <math.h>

static const char stage_name[] = "label_check";
static const char artefact[] = "validate/label_check.csv";

/* To be raised where a change of the program gives other figures. */
enum { VERSION = 1 };

typedef struct stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    om_text *inputs; /* on rank 0; `key` is its digest */
    char key[OM_DIGEST_HEX];
    char *path; /* of synthetic.h5ad */
    om_set_genes *sets;
    om_strings *columns; /* genes of synthetic.h5ad */
    om_sample_table *table;
    om_label_gene *genes; /* in the order of the sets */
    om_label_summary summary[OM_N_HALLMARKS];
    om_text *csv;
} stage;

static void tear_down(stage *work) {
    om_text_destroy(&work->csv);
    om_free(work->genes);
    om_sample_table_destroy(&work->table);
    om_strings_destroy(&work->columns);
    om_set_genes_destroy(&work->sets);
    om_free(work->path);
    om_text_destroy(&work->inputs);
}

/* On rank 0. */
static om_status make_key(stage *work) {
    char digest[OM_DIGEST_HEX];
    OM_TRY(om_workdir_digest(work->workdir, "synthetic.h5ad", digest));
    OM_TRY(om_workdir_check_made_for(work->workdir, "synthetic.h5ad", work->job, "synthetic"));
    OM_TRY(om_workdir_check_made_for(work->workdir, "synthetic.h5ad", work->job, "threshold"));
    OM_TRY(om_text_create(&work->inputs));
    OM_TRY(om_text_add(work->inputs, "stage: %s\nversion: %d\nsynthetic.h5ad: %s\n", stage_name,
                       (int)VERSION, digest));
    OM_TRY(om_set_genes_describe(work->inputs, work->sets));
    om_digest_text(om_text_get(work->inputs), (int64_t)om_text_length(work->inputs), work->key);
    return OM_OK;
}

/* Rank 0 judges for all. */
static om_status look_whether_current(stage *work, uint8_t *current) {
    om_status status = OM_OK;
    *current = 0;
    if (om_context_is_root(work->ctx)) {
        status = make_key(work);
        *current = status == OM_OK && om_workdir_is_current(work->workdir, artefact, work->key);
    }
    OM_TRY(om_agree(work->ctx, status));
    return om_broadcast(work->ctx, 0, current, sizeof *current);
}

static om_status read_columns(stage *work) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_open(&file, work->path));
    om_status status = om_h5ad_read_index(file, "var", &work->columns);
    om_h5_close(&file);
    return status;
}

static om_status locate_genes(stage *work) {
    int64_t n = 0;
    OM_TRY(om_set_genes_locate(work->sets, work->columns));
    const om_set_gene *all = om_set_genes_all(work->sets, &n);
    work->genes = om_calloc(n, sizeof *work->genes);
    if (work->genes == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        work->genes[i].hallmark = all[i].hallmark;
        work->genes[i].expect_up = all[i].sign == OM_POSITIVE;
        work->genes[i].column = all[i].place;
    }
    return OM_OK;
}

static om_status add_figure(om_text *csv, double value) {
    return isnan(value) ? om_text_add(csv, ",") : om_text_add(csv, ",%.17g", value);
}

static om_status add_row(om_text *csv, const char *name, const om_label_gene *gene, bool flagged) {
    OM_TRY(om_text_add(csv, "%s,", om_hallmark_code(gene->hallmark)));
    OM_TRY(om_csv_field(csv, name));
    OM_TRY(add_figure(csv, gene->log2_fold_change));
    OM_TRY(add_figure(csv, gene->test.t));
    OM_TRY(add_figure(csv, gene->test.p));
    OM_TRY(add_figure(csv, gene->p_adjusted));
    const char *ok = gene->ok ? "1" : "0";
    return om_text_add(csv, ",%s,%s,%d\n", gene->expect_up ? "up" : "down",
                       gene->column >= 0 ? ok : "", flagged ? 1 : 0);
}

/* On rank 0. */
static om_status commit(stage *work) {
    int64_t n = 0;
    const om_set_gene *all = om_set_genes_all(work->sets, &n);
    OM_TRY(om_text_create(&work->csv));
    OM_TRY(om_text_add(work->csv,
                       "hallmark,gene,log2_fold_change,t,p,p_adjusted,expected,ok,flagged\n"));
    for (int64_t i = 0; i < n; i++) {
        OM_TRY(add_row(work->csv, all[i].name, &work->genes[i],
                       work->summary[all[i].hallmark].flagged));
    }
    char *temporary = NULL;
    char digest[OM_DIGEST_HEX];
    int64_t length = (int64_t)om_text_length(work->csv);
    OM_TRY(om_workdir_temporary(&temporary, work->workdir, artefact));
    om_status status = om_file_write(temporary, om_text_get(work->csv), length);
    om_free(temporary);
    OM_TRY(status);
    om_digest_text(om_text_get(work->csv), length, digest);
    return om_workdir_commit(work->workdir, stage_name, artefact, om_text_get(work->inputs),
                             work->key, digest);
}

/* On rank 0. */
static void warn_of(om_log *log, int hallmark, const om_label_summary *summary) {
    const char *code = om_hallmark_code(hallmark);
    if (summary->n_samples[0] < 2 || summary->n_samples[1] < 2) {
        om_log_warn(log,
                    "label check: %s: %" PRId64 " positive and %" PRId64
                    " negative samples are too few to compare",
                    code, summary->n_samples[1], summary->n_samples[0]);
    } else {
        om_log_warn(log,
                    "label check: %s: only %" PRId64 " of %" PRId64
                    " genes of its set are higher in its positive samples (adjusted p < %g): its "
                    "labels do not follow its set",
                    code, summary->n_ok, summary->n_genes, OM_LABEL_CHECK_RATE);
    }
}

static void tell(const stage *work) {
    om_log *log = om_context_log(work->ctx);
    int64_t n_genes = 0;
    int64_t n_ok = 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        n_genes += work->summary[h].n_genes;
        n_ok += work->summary[h].n_ok;
        if (work->summary[h].flagged) {
            warn_of(log, h, &work->summary[h]);
        }
    }
    om_log_info(log,
                "label check: %" PRId64 " of %" PRId64
                " genes of the sets are higher in the positive samples of their hallmark",
                n_ok, n_genes);
}

static om_status run(stage *work) {
    om_ctx *ctx = work->ctx;
    bool is_root = om_context_is_root(ctx);
    int64_t n = 0;
    int64_t nonzeros = 0;
    work->path = om_workdir_path(work->workdir, "synthetic.h5ad");
    om_status status = work->path != NULL ? OM_OK : OM_MEMORY;
    OM_TRY(om_agree(ctx, status == OM_OK && is_root ? read_columns(work) : status));
    OM_TRY(om_broadcast_strings(ctx, 0, &work->columns));
    OM_TRY(om_agree(ctx, locate_genes(work)));
    OM_TRY(om_sample_table_read(&work->table, ctx, work->path));
    om_set_genes_all(work->sets, &n);
    OM_TRY(om_label_check(work->genes, n, work->summary, ctx, work->path, work->table, &nonzeros));
    om_workdir_count(work->workdir, OM_COUNT_NONZEROS, nonzeros);
    status = OM_OK;
    if (is_root) {
        status = commit(work);
        if (status == OM_OK) {
            tell(work);
        }
    }
    return om_agree(ctx, status);
}

om_status om_stage_label_check(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    stage work = {.ctx = ctx, .job = job, .workdir = workdir};
    uint8_t current = 0;
    if (job->gene_sets == NULL) {
        om_log_info(om_context_log(ctx), "label check: left out, as the job names no gene_sets");
        return OM_OK;
    }
    OM_TRY(om_workdir_stage_begin(workdir, stage_name));
    om_status status = om_set_genes_read(&work.sets, ctx, job);
    status = status == OM_OK ? look_whether_current(&work, &current) : status;
    if (status == OM_OK && current == 0) {
        status = run(&work);
    }
    tear_down(&work);
    return status == OM_OK ? om_workdir_stage_end(workdir, current == 0) : status;
}
