/* `curate`: the ten gene sets from the sets of several databases. */
#include "commands.h"
#include "oncomark/curate.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_MIN_SOURCES = 2, MAX_SOURCES = 1000000 };

typedef struct curate_command {
    om_curate_options options;
    om_strings *gmts;
    om_strings *databases;
    bool help;
} curate_command;

static void print_help(void) {
    printf(
        "usage: oncomark curate --map MAP --out FOLDER [OPTION]... GMT...\n\n"
        "Makes the ten hallmarks' gene sets from sets of several databases: keeps a gene that\n"
        "stands in enough independent sources for a hallmark, and writes down every choice.\n\n"
        "  --map MAP          table (CSV or TSV) with columns set, hallmark (code or name) and,\n"
        "                     if need be, database; a row for each set and hallmark\n"
        "  --out FOLDER       gets hallmarks.gmt, audit.csv and overlaps.csv, all or none\n"
        "  --exclude TABLE    genes to leave out: columns gene, hallmark (empty or *: all),\n"
        "                     reason\n"
        "  --aliases TABLE    former symbols: alias, tab, symbol; both count as one gene\n"
        "  --min-sources N    databases that must have a gene (2)\n"
        "  --database NAME=FILE[,FILE]...\n"
        "                     these GMT files are one database\n"
        "  --force            replaces files that are there\n"
        "  GMT                set name, description, genes; plain or gzip. Sets that MAP does not\n"
        "                     name are left out\n\n"
        "Sets of one database count once. A set's database is what MAP says; else what\n"
        "--database says of its file; else the known database that the set's name begins with\n"
        "(KEGG_, REACTOME_, GOBP_, GOCC_ and GOMF_ as one, WP_, HALLMARK_, BIOCARTA_, PID_, HP_,\n"
        "NABA_), or the file's; else the file itself.\n");
}

static om_status parse_sources(const char *text, int64_t *value) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 1 || number > MAX_SOURCES) {
        return om_fail(OM_USAGE,
                       "curate: found --min-sources %s, expected a whole number from 1 to %d", text,
                       MAX_SOURCES);
    }
    *value = number;
    return OM_OK;
}

static om_status take_option(curate_command *command, int option) {
    om_curate_options *options = &command->options;
    switch (option) {
    case 'm':
        options->map = optarg;
        return OM_OK;
    case 'o':
        options->out = optarg;
        return OM_OK;
    case 'x':
        options->exclude = optarg;
        return OM_OK;
    case 'a':
        options->aliases = optarg;
        return OM_OK;
    case 'n':
        return parse_sources(optarg, &options->min_sources);
    case 'd':
        return om_strings_add(command->databases, optarg);
    default:
        options->force = true;
        return OM_OK;
    }
}

static om_status check_complete(const curate_command *command) {
    if (command->options.map == NULL) {
        return om_fail(OM_USAGE, "curate: --map MAP is missing");
    }
    if (command->options.out == NULL) {
        return om_fail(OM_USAGE, "curate: --out FOLDER is missing");
    }
    if (om_strings_count(command->gmts) == 0) {
        return om_fail(OM_USAGE, "curate: found no GMT file, expected at least one");
    }
    return OM_OK;
}

static om_status parse_options(curate_command *command, int argc, char **argv) {
    static const struct option known[] = {{"map", required_argument, NULL, 'm'},
                                          {"out", required_argument, NULL, 'o'},
                                          {"exclude", required_argument, NULL, 'x'},
                                          {"aliases", required_argument, NULL, 'a'},
                                          {"min-sources", required_argument, NULL, 'n'},
                                          {"database", required_argument, NULL, 'd'},
                                          {"force", no_argument, NULL, 'f'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    optind = 1;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, ":", known, NULL)) != -1;) {
        if (found == 'h') {
            command->help = true;
            return OM_OK;
        }
        if (found == '?' || found == ':') {
            return om_fail(OM_USAGE,
                           "curate: '%s' is no option of it or lacks its value; see `oncomark "
                           "curate --help`",
                           argv[optind - 1]);
        }
        OM_TRY(take_option(command, found));
    }
    for (int i = optind; i < argc; i++) {
        OM_TRY(om_strings_add(command->gmts, argv[i]));
    }
    return check_complete(command);
}

om_status om_cmd_curate(om_ctx *ctx, int argc, char **argv) {
    curate_command command = {.options = {.min_sources = DEFAULT_MIN_SOURCES}};
    om_status status = om_strings_create(&command.gmts);
    status = status == OM_OK ? om_strings_create(&command.databases) : status;
    status = status == OM_OK ? parse_options(&command, argc, argv) : status;
    status = om_agree(ctx, status);
    if (status == OM_OK && command.help) {
        if (om_context_is_root(ctx)) {
            print_help();
        }
    } else if (status == OM_OK) {
        command.options.gmts = command.gmts;
        command.options.databases = command.databases;
        status = om_curate(ctx, &command.options);
    }
    om_strings_destroy(&command.gmts);
    om_strings_destroy(&command.databases);
    return status;
}
