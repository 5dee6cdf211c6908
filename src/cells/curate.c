#include "oncomark/curate.h"

#include "curate_files.h"
#include "curate_gmt.h"
#include "curate_tables.h"

#include "oncomark/memory.h"

#include <inttypes.h>

enum { FILE_AUDIT, FILE_OVERLAPS, FILE_SETS, N_FILES };

/* The parts of a curation, on rank 0. */
typedef struct curation {
    const om_curate_options *options;
    om_log *log;
    om_gene_aliases *aliases;
    om_curate_exclusions *exclusions;
    om_curate_map *map;
    om_curate_databases *databases;
    om_curate_votes *votes;
    om_name_list *ambiguous;
    om_curate_file files[N_FILES]; /* the sets last: where they are, the account of them is */
} curation;

static void tear_down(curation *work) {
    om_curate_files_end(work->files, N_FILES);
    om_name_list_destroy(&work->ambiguous);
    om_curate_votes_destroy(&work->votes);
    om_curate_databases_destroy(&work->databases);
    om_curate_map_destroy(&work->map);
    om_curate_exclusions_destroy(&work->exclusions);
    om_gene_aliases_destroy(&work->aliases);
}

static om_status open_inputs(curation *work) {
    const om_curate_options *options = work->options;
    if (options->min_sources < 1 || om_strings_count(options->gmts) == 0) {
        return om_fail(OM_USAGE,
                       "curate: found %" PRId64 " GMT files and min_sources %" PRId64
                       ", expected one each at least",
                       om_strings_count(options->gmts), options->min_sources);
    }
    OM_TRY(om_curate_files_begin(work->files, N_FILES, options->out, options->force));
    OM_TRY(om_curate_databases_create(&work->databases, options->gmts, options->databases));
    OM_TRY(om_curate_map_read(&work->map, options->map));
    if (options->aliases != NULL) {
        OM_TRY(om_gene_aliases_read(&work->aliases, options->aliases));
    }
    if (options->exclude != NULL) {
        OM_TRY(om_curate_exclusions_read(&work->exclusions, options->exclude, work->aliases));
    }
    OM_TRY(om_name_list_create(&work->ambiguous));
    return om_curate_votes_create(&work->votes);
}

/* "KEGG, REACTOME" */
static om_status list_databases(om_text *text, const om_curate_databases *databases) {
    for (int64_t i = 0; i < om_curate_databases_count(databases); i++) {
        OM_TRY(
            om_text_add(text, "%s%s", i > 0 ? ", " : "", om_curate_databases_name(databases, i)));
    }
    return OM_OK;
}

static om_status tell_sets(const curation *work, const om_curate_gmt *reading) {
    om_text *names = NULL;
    OM_TRY(om_text_create(&names));
    om_status status = list_databases(names, work->databases);
    if (status == OM_OK) {
        om_log_info(work->log,
                    "curate: %" PRId64 " sets of %" PRId64 " databases (%s); %" PRId64
                    " sets that the map does not name are left out",
                    reading->n_sets, om_curate_databases_count(work->databases), om_text_get(names),
                    reading->n_left_out);
    }
    om_text_destroy(&names);
    return status;
}

/* Aliases that cannot be resolved, a few of them by name. */
static om_status warn_of_ambiguous(const curation *work) {
    enum { MOST = 10 };
    int64_t n = om_name_list_count(work->ambiguous);
    om_text *names = NULL;
    if (n == 0) {
        return OM_OK;
    }
    OM_TRY(om_text_create(&names));
    om_status status = OM_OK;
    for (int64_t i = 0; i < n && i < MOST && status == OM_OK; i++) {
        status = om_text_add(names, " %s", om_name_list_get(work->ambiguous, i));
    }
    if (status == OM_OK) {
        om_log_warn(work->log,
                    "%s: %" PRId64 " symbols of the sets are aliases of several genes and count "
                    "as they stand:%s%s",
                    work->options->aliases, n, om_text_get(names), n > MOST ? " ..." : "");
    }
    om_text_destroy(&names);
    return status;
}

static om_status read_sets(curation *work) {
    const om_strings *gmts = work->options->gmts;
    om_curate_gmt reading = {.map = work->map,
                             .databases = work->databases,
                             .aliases = work->aliases,
                             .votes = work->votes,
                             .ambiguous = work->ambiguous,
                             .log = work->log};
    for (int64_t i = 0; i < om_strings_count(gmts); i++) {
        OM_TRY(om_curate_gmt_read(&reading, om_strings_get(gmts, i), i));
    }
    OM_TRY(om_curate_map_check_all_marked(work->map));
    OM_TRY(tell_sets(work, &reading));
    if (reading.n_again > 0) {
        om_log_warn(work->log, "curate: %" PRId64 " genes stand twice in a set and count once",
                    reading.n_again);
    }
    return warn_of_ambiguous(work);
}

static om_status fail_empty(const curation *work, int hallmark, int64_t n_seen) {
    return om_fail(OM_INPUT,
                   "%s: found no gene for hallmark %s (%s) that %" PRId64 " of %" PRId64
                   " databases have and no exclusion takes, among %" PRId64 " genes of %" PRId64
                   " sets, expected at least one",
                   work->options->map, om_hallmark_code(hallmark), om_hallmark_name(hallmark),
                   work->options->min_sources, om_curate_databases_count(work->databases), n_seen,
                   om_curate_map_sets(work->map, hallmark));
}

static om_status decide(curation *work) {
    int64_t kept[OM_N_HALLMARKS];
    int64_t seen[OM_N_HALLMARKS];
    OM_TRY(om_curate_votes_decide(work->votes, work->databases, work->exclusions,
                                  work->options->min_sources));
    om_curate_votes_count(work->votes, kept, seen);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        if (kept[h] == 0) {
            return fail_empty(work, h, seen[h]);
        }
        om_log_info(work->log, "curate: %s: %" PRId64 " of %" PRId64 " genes kept",
                    om_hallmark_code(h), kept[h], seen[h]);
    }
    if (work->exclusions != NULL) {
        om_curate_exclusions_warn(work->exclusions, work->log);
    }
    return OM_OK;
}

static om_status write_files(curation *work) {
    OM_TRY(om_curate_add_sets(work->files[FILE_SETS].text, work->votes));
    OM_TRY(om_curate_add_audit(work->files[FILE_AUDIT].text, work->votes, work->databases,
                               work->options->min_sources));
    OM_TRY(om_curate_add_overlaps(work->files[FILE_OVERLAPS].text, work->votes));
    return om_curate_files_write(work->files, N_FILES, work->options->out);
}

static om_status curate(curation *work) {
    OM_TRY(open_inputs(work));
    OM_TRY(read_sets(work));
    OM_TRY(decide(work));
    return write_files(work);
}

om_status om_curate(om_ctx *ctx, const om_curate_options *options) {
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        curation work = {.options = options,
                         .log = om_context_log(ctx),
                         .files = {[FILE_AUDIT] = {.name = "audit.csv"},
                                   [FILE_OVERLAPS] = {.name = "overlaps.csv"},
                                   [FILE_SETS] = {.name = "hallmarks.gmt"}}};
        status = curate(&work);
        tear_down(&work);
    }
    return om_agree(ctx, status);
}
