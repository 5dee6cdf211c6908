/* The published tables -> synthetic.h5ad, in place of the stages from ingest to synthesize. */
#include "artefact.h"
#include "published_files.h"
#include "published_genes.h"
#include "published_obs.h"
#include "published_scan.h"

#include "oncomark/memory.h"
#include "oncomark/progress.h"
#include "oncomark/spill.h"
#include "oncomark/stages.h"
#include "oncomark/string_map.h"

#include <inttypes.h>

static const char stage_name[] = "ingest";

/* Large pieces make for few meetings of the ranks; every rank shall have some. */
enum { LARGEST_PIECE = 16 << 20, PIECES_IN_MEMORY = 64, PIECES_A_RANK = 4 };

typedef struct stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    om_published_files *files;   /* root */
    om_published_meta *metas[2]; /* root; by label, as all that follows */
    om_strings *paths;           /* of the tables of expression */
    om_published_header headers[2];
    om_published_layout layouts[2];
    om_strings *genes; /* of synthetic.h5ad */
    om_spill *spill;   /* rows of this rank on their way into the file */
    om_published_scan *scans[2];
    om_synthetic_frame *frame; /* root */
} stage;

/* On the root. */
static om_status set_up(stage *work, om_artefact *artefact) {
    OM_TRY(om_artefact_begin(artefact, stage_name, "synthetic.h5ad"));
    if (!om_context_is_root(work->ctx)) {
        return OM_OK;
    }
    OM_TRY(om_published_files_find(&work->files, work->job->published));
    OM_TRY(om_text_add(artefact->inputs, "layout: dryad\n"));
    return om_published_files_describe(work->files, artefact->inputs);
}

static void tear_down(stage *work) {
    for (int label = 0; label < 2; label++) {
        om_published_meta_destroy(&work->metas[label]);
        om_published_header_release(&work->headers[label]);
        om_free(work->layouts[label].column_of);
        om_published_scan_destroy(&work->scans[label]);
    }
    om_spill_destroy(&work->spill);
    om_published_files_destroy(&work->files);
    om_strings_destroy(&work->paths);
    om_strings_destroy(&work->genes);
    om_synthetic_frame_destroy(&work->frame);
}

/* On the root: all that can be told before the long reading. */
static om_status read_heads(stage *work) {
    OM_TRY(om_strings_create(&work->paths));
    for (int label = 0; label < 2; label++) {
        OM_TRY(om_strings_add(work->paths, work->files->data[label]));
        OM_TRY(om_published_header_read(&work->headers[label], work->files->data[label]));
        OM_TRY(om_published_meta_read(&work->metas[label], work->files->meta[label]));
    }
    return OM_OK;
}

/* Of a gene that stands in a header twice the first column counts, as everywhere. On the root. */
static om_status warn_of_repeated(const stage *work, int label) {
    const om_strings *genes = work->headers[label].genes;
    om_string_map *seen = NULL;
    int64_t n_repeated = 0;
    om_status status = om_string_map_create(&seen);
    for (int64_t i = 0; i < om_strings_count(genes) && status == OM_OK; i++) {
        bool inserted = true;
        if (om_strings_get(genes, i)[0] != '\0') {
            status = om_string_map_add(seen, om_strings_get(genes, i), i, &inserted);
        }
        n_repeated += inserted ? 0 : 1;
    }
    om_string_map_destroy(&seen);
    if (status == OM_OK && n_repeated > 0) {
        om_log_warn(om_context_log(work->ctx),
                    "%s: %" PRId64 " columns have a gene that stood before; its first one counts",
                    om_strings_get(work->paths, label), n_repeated);
    }
    return status;
}

static om_status share_heads(stage *work) {
    OM_TRY(om_agree(work->ctx, om_context_is_root(work->ctx) ? read_heads(work) : OM_OK));
    OM_TRY(om_broadcast_strings(work->ctx, 0, &work->paths));
    for (int label = 0; label < 2; label++) {
        om_published_header *header = &work->headers[label];
        int64_t numbers[4] = {header->delimiter, header->bytes, header->lines, header->expected};
        OM_TRY(om_broadcast(work->ctx, 0, numbers, sizeof numbers));
        header->delimiter = (char)numbers[0];
        header->bytes = numbers[1];
        header->lines = numbers[2];
        header->expected = numbers[3];
        OM_TRY(om_broadcast_strings(work->ctx, 0, &header->genes));
    }
    om_strings *const genes[2] = {work->headers[0].genes, work->headers[1].genes};
    OM_TRY(om_agree(work->ctx, om_published_genes_match(&work->genes, work->layouts, genes)));
    om_status status = OM_OK;
    for (int label = 0; label < 2; label++) {
        work->layouts[label].delimiter = work->headers[label].delimiter;
        if (om_context_is_root(work->ctx) && status == OM_OK) {
            status = warn_of_repeated(work, label);
        }
    }
    return om_agree(work->ctx, status);
}

static int64_t piece_bytes(const stage *work, int label) {
    int64_t bytes = work->headers[label].expected / om_context_size(work->ctx) / PIECES_A_RANK + 1;
    int64_t share = work->job->memory_limit / PIECES_IN_MEMORY;
    bytes = bytes < share ? bytes : share;
    return bytes < LARGEST_PIECE ? bytes : LARGEST_PIECE;
}

static om_status scan_tables(stage *work) {
    char *path = om_workdir_spill(work->workdir, "synthetic.spill");
    /* The other half is for the piece in hand, HDF5 and MPI. */
    om_status status =
        path != NULL ? om_spill_create(&work->spill, path, work->job->memory_limit / 2) : OM_MEMORY;
    om_free(path);
    OM_TRY(om_agree(work->ctx, status));
    int64_t text = work->headers[0].expected + work->headers[1].expected;
    om_progress *progress = om_progress_begin(om_context_log(work->ctx), stage_name,
                                              text / om_context_size(work->ctx), "bytes");
    for (int label = 1; label >= 0 && status == OM_OK; label--) {
        const om_published_source source = {.path = om_strings_get(work->paths, label),
                                            .header = &work->headers[label],
                                            .layout = &work->layouts[label],
                                            .piece_bytes = piece_bytes(work, label)};
        status = om_published_scan_create(&work->scans[label], work->ctx, &source, work->spill,
                                          progress);
        if (status == OM_OK) {
            om_workdir_count(work->workdir, OM_COUNT_PARSED_BYTES,
                             om_published_scan_own_bytes(work->scans[label]));
            om_workdir_count(work->workdir, OM_COUNT_NONZEROS,
                             om_published_scan_own_values(work->scans[label]));
        }
    }
    om_progress_end(&progress);
    return status;
}

/* On the root: rows of each hallmark, and what the tables leave open. */
static om_status tell(const stage *work, const om_published_tally *tally) {
    om_log *log = om_context_log(work->ctx);
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = OM_OK;
    for (int h = 0; h < OM_N_HALLMARKS && status == OM_OK; h++) {
        status = om_text_add(text, " %s %" PRId64 "+%" PRId64, om_hallmark_code(h),
                             tally->rows[h][1], tally->rows[h][0]);
    }
    if (status == OM_OK) {
        om_log_info(log, "published synthetic samples (positive+negative):%s", om_text_get(text));
        om_log_info(log,
                    "%" PRId64 " published synthetic samples of %" PRId64
                    " genes, those that both tables have (of %" PRId64 " and %" PRId64 ")",
                    om_published_scan_rows(work->scans[0]) + om_published_scan_rows(work->scans[1]),
                    om_strings_count(work->genes), om_strings_count(work->headers[1].genes),
                    om_strings_count(work->headers[0].genes));
        om_log_warn(log, "the published tables do not tell the patients: every sample counts as a "
                         "patient of its own");
    }
    om_text_destroy(&text);
    return status;
}

/* On the root. */
static om_status make_obs(stage *work, om_strings *const *names) {
    om_published_tally tally;
    om_published_pair tables[2];
    for (int label = 0; label < 2; label++) {
        tables[label] = (om_published_pair){om_strings_get(work->paths, label), work->metas[label]};
    }
    OM_TRY(om_published_obs_make(&work->frame, &tally, tables, names));
    return tell(work, &tally);
}

static om_status gather_obs(stage *work) {
    om_strings *names[2] = {NULL, NULL};
    om_status status = om_published_scan_names(work->scans[0], &names[0]);
    if (status == OM_OK) {
        status = om_published_scan_names(work->scans[1], &names[1]);
    }
    if (status == OM_OK) {
        status = om_agree(work->ctx, om_context_is_root(work->ctx) ? make_obs(work, names) : OM_OK);
    }
    om_strings_destroy(&names[0]);
    om_strings_destroy(&names[1]);
    return status;
}

static om_status fill_file(stage *work, om_h5 *file, int64_t n_rows, int64_t n_values) {
    om_progress *progress = om_progress_begin(om_context_log(work->ctx), "synthetic.h5ad",
                                              n_values / om_context_size(work->ctx), "non-zeros");
    int64_t first_row = 0;
    int64_t first_value = 0;
    om_status status = OM_OK;
    for (int label = 1; label >= 0 && status == OM_OK; label--) {
        om_published_scan *scan = work->scans[label];
        status = om_published_scan_write(scan, file, n_rows, first_row, first_value, progress);
        first_row += om_published_scan_rows(scan);
        first_value += om_published_scan_values(scan);
    }
    om_progress_end(&progress);
    return status;
}

static om_status write_file(stage *work, const char *path, om_digest *digest) {
    int64_t n_rows = 0;
    int64_t n_values = 0;
    for (int label = 0; label < 2; label++) {
        n_rows += om_published_scan_rows(work->scans[label]);
        n_values += om_published_scan_values(work->scans[label]);
    }
    om_h5 *file = NULL;
    om_status status = OM_OK;
    if (om_context_is_root(work->ctx)) {
        status = om_synthetic_file_create(path, work->frame, work->genes, n_values, digest);
    }
    OM_TRY(om_agree(work->ctx, status));
    OM_TRY(om_h5_open_parallel(&file, work->ctx, path));
    status = fill_file(work, file, n_rows, n_values);
    om_digest written = om_h5_digest(file);
    om_digest_add(digest, &written);
    om_status closed = om_h5_close(&file);
    return om_agree(work->ctx, status != OM_OK ? status : closed);
}

static om_status compute(stage *work, const om_artefact *artefact) {
    om_digest digest = {{0, 0}};
    OM_TRY(share_heads(work));
    OM_TRY(scan_tables(work));
    OM_TRY(gather_obs(work));
    OM_TRY(write_file(work, artefact->temporary, &digest));
    return om_artefact_commit(artefact, work->ctx, work->workdir, digest);
}

om_status om_stage_published(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    stage work = {.ctx = ctx, .job = job, .workdir = workdir};
    om_artefact artefact = {0};
    OM_TRY(om_workdir_stage_begin(workdir, stage_name));
    om_status status = om_artefact_check(&artefact, ctx, workdir, set_up(&work, &artefact));
    bool did_work = status == OM_OK && !artefact.current;
    if (did_work) {
        status = compute(&work, &artefact);
    }
    om_artefact_end(&artefact);
    tear_down(&work);
    return status == OM_OK ? om_workdir_stage_end(workdir, did_work) : status;
}
