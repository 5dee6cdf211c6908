/* Curation: the ten gene sets from the sets of several databases, with an account of every choice.
 */
#ifndef ONCOMARK_CURATE_H
#define ONCOMARK_CURATE_H

#include "oncomark/context.h"
#include "oncomark/strings.h"

#include <stdbool.h>
#include <stdint.h>

/* What to curate; everything borrowed. */
typedef struct om_curate_options {
    const char *map;             /* table: set, hallmark (code or name), database (may be absent) */
    const char *out;             /* folder for the results */
    const char *exclude;         /* table: gene, hallmark (may be absent), reason; NULL: none */
    const char *aliases;         /* alias<TAB>symbol; NULL: symbols count as they stand */
    const om_strings *gmts;      /* paths of GMT files, plain or gzip */
    const om_strings *databases; /* "NAME=FILE,FILE": which files are one database */
    int64_t min_sources;         /* databases that must have a gene, >= 1 */
    bool force;                  /* replace results that are there */
} om_curate_options;

/* Reads the sets that the map names, resolves aliases, counts for each hallmark in how many
 * databases a gene stands, keeps those of min_sources at least that are not excluded, and writes
 * out/hallmarks.gmt, out/audit.csv and out/overlaps.csv: all three or none of them.
 *
 * A set's database is what the map says; else what `databases` says of its file; else the database
 * that the set's name begins with, as MSigDB has it (KEGG_, REACTOME_, GOBP_ ...), or the file's;
 * else the file itself, by its name without folder and ending. Sets of one database count once.
 *
 * OM_USAGE for results that are there without `force`, and for unknown files in `databases`;
 * OM_INPUT, naming file and line, for what is wrong in the files, and for a hallmark that ends
 * without a gene. The outcome does not depend on the order of the files but for the spelling of
 * databases. Collective on ctx; rank 0 does the work. */
om_status om_curate(om_ctx *ctx, const om_curate_options *options);

#endif
