/* `simulate`: data sets like the published ones, with known truth. */
#include "commands.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/simulate.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_STUDIES = 6, MAX_STUDIES = 10000 };

/* Where the gene sets lie beside the program: in the source tree, and where it is installed. */
static const char *const gene_set_places[] = {"../../jobs/gene_sets/hallmarks.gmt",
                                              "../share/oncomark/jobs/gene_sets/hallmarks.gmt"};

typedef struct simulate_command {
    om_simulate_options options;
    om_strings *studies;
    char *found_sets; /* the gene sets beside the program, if none were named */
    bool help;
} simulate_command;

static om_status print_help(om_ctx *ctx) {
    if (om_context_is_root(ctx)) {
        printf(
            "usage: oncomark simulate --out DIR [OPTION]...\n\n"
            "Writes simulated single-cell data sets as folders DIR/Data_<study>_<tissue>, and "
            "their truth in DIR/truth.\nThe same options and seed give the same bytes at any "
            "number of ranks.\n\n"
            "  --out DIR         a new or empty folder; one with the same simulation is left as it "
            "is\n"
            "  --seed N          seed of all random numbers (42)\n"
            "  --studies N|LIST  how many data sets, or their ids <study>_<tissue>, "
            "comma-separated "
            "(6)\n"
            "  --cells N         cells of all data sets together (30000)\n"
            "  --samples N       tumour samples a data set (one for every 1000 cells)\n"
            "  --genes N         genes to draw on (20000)\n"
            "  --gene-sets FILE  the ten sets (hallmarks.gmt beside the program)\n"
            "  --effect X        multiplies the strength of all programmes; 0: none (1)\n"
            "  --gzip WHICH      matrices compressed: none, mixed (every second one), all (mixed)\n"
            "  --help            this text\n");
    }
    return OM_OK;
}

static om_status parse_number(const char *option, const char *text, int64_t low, int64_t high,
                              int64_t *value) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < low || number > high) {
        return om_fail(OM_USAGE,
                       "simulate: found --%s %s, expected a whole number from %" PRId64
                       " to %" PRId64,
                       option, text, low, high);
    }
    *value = number;
    return OM_OK;
}

static om_status parse_seed(const char *text, uint64_t *seed) {
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || strchr(text, '-') != NULL) {
        return om_fail(OM_USAGE,
                       "simulate: found --seed %s, expected a whole number from 0 to 2^64 - 1",
                       text);
    }
    *seed = number;
    return OM_OK;
}

static om_status parse_effect(const char *text, double *effect) {
    char *end = NULL;
    *effect = strtod(text, &end);
    if (end == text || *end != '\0') {
        return om_fail(OM_USAGE, "simulate: found --effect %s, expected a number", text);
    }
    return OM_OK;
}

static om_status parse_gzip(const char *text, om_simulate_gzip *gzip) {
    static const char *const names[] = {"none", "mixed", "all"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *gzip = (om_simulate_gzip)i;
            return OM_OK;
        }
    }
    return om_fail(OM_USAGE, "simulate: found --gzip %s, expected none, mixed or all", text);
}

/* A count, or ids with commas between them. */
static om_status parse_studies(const char *text, om_strings **studies) {
    om_strings_destroy(studies);
    OM_TRY(om_strings_create(studies));
    if (strspn(text, "0123456789") == strlen(text)) {
        int64_t count = 0;
        OM_TRY(parse_number("studies", text, 1, MAX_STUDIES, &count));
        return om_simulate_default_studies(*studies, count);
    }
    for (const char *rest = text; rest != NULL;) {
        const char *comma = strchr(rest, ',');
        size_t length = comma != NULL ? (size_t)(comma - rest) : strlen(rest);
        OM_TRY(om_strings_add_n(*studies, rest, length));
        rest = comma != NULL ? comma + 1 : NULL;
    }
    return OM_OK;
}

static om_status take_option(simulate_command *command, int option) {
    om_simulate_options *options = &command->options;
    switch (option) {
    case 'o':
        options->out = optarg;
        return OM_OK;
    case 'e':
        return parse_seed(optarg, &options->seed);
    case 't':
        return parse_studies(optarg, &command->studies);
    case 'c':
        return parse_number("cells", optarg, 1, INT64_C(1000000000000), &options->n_cells);
    case 'm':
        return parse_number("samples", optarg, 1, 1000000, &options->n_samples);
    case 'g':
        return parse_number("genes", optarg, 1, 1000000, &options->n_genes);
    case 's':
        options->gene_sets = optarg;
        return OM_OK;
    case 'f':
        return parse_effect(optarg, &options->effect);
    default:
        return parse_gzip(optarg, &options->gzip);
    }
}

static om_status parse_options(simulate_command *command, int argc, char **argv) {
    static const struct option known[] = {{"out", required_argument, NULL, 'o'},
                                          {"seed", required_argument, NULL, 'e'},
                                          {"studies", required_argument, NULL, 't'},
                                          {"cells", required_argument, NULL, 'c'},
                                          {"samples", required_argument, NULL, 'm'},
                                          {"genes", required_argument, NULL, 'g'},
                                          {"gene-sets", required_argument, NULL, 's'},
                                          {"effect", required_argument, NULL, 'f'},
                                          {"gzip", required_argument, NULL, 'z'},
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
                           "simulate: '%s' is no option of it or lacks its value; see `oncomark "
                           "simulate --help`",
                           argv[optind - 1]);
        }
        OM_TRY(take_option(command, found));
    }
    if (optind != argc) {
        return om_fail(OM_USAGE, "simulate: found '%s', expected options only", argv[optind]);
    }
    if (command->options.out == NULL) {
        return om_fail(OM_USAGE, "simulate: --out DIR is missing");
    }
    return OM_OK;
}

/* The first of the usual places that has the gene sets. */
static om_status look_beside_program(simulate_command *command) {
    char program[PATH_MAX] = "";
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = length > 0 ? strrchr(program, '/') : NULL;
    size_t n_places = sizeof gene_set_places / sizeof gene_set_places[0];
    for (size_t i = 0; slash != NULL && i < n_places; i++) {
        char *path = om_format("%.*s/%s", (int)(slash - program), program, gene_set_places[i]);
        if (path == NULL) {
            return OM_MEMORY;
        }
        if (om_file_exists(path)) {
            command->found_sets = path;
            return OM_OK;
        }
        om_free(path);
    }
    return om_fail(OM_USAGE, "simulate: found no gene sets beside the program, expected "
                             "--gene-sets FILE (jobs/gene_sets/hallmarks.gmt of the source)");
}

/* Only the root reads the sets; the others name them, too. */
static om_status find_gene_sets(om_ctx *ctx, simulate_command *command) {
    if (command->options.gene_sets != NULL) {
        return OM_OK;
    }
    OM_TRY(om_agree(ctx, om_context_is_root(ctx) ? look_beside_program(command) : OM_OK));
    command->options.gene_sets = om_context_is_root(ctx) ? command->found_sets : "";
    return OM_OK;
}

om_status om_cmd_simulate(om_ctx *ctx, int argc, char **argv) {
    simulate_command command = {.options = om_simulate_defaults()};
    om_status status = om_strings_create(&command.studies);
    if (status == OM_OK) {
        status = om_simulate_default_studies(command.studies, DEFAULT_STUDIES);
    }
    if (status == OM_OK) {
        status = parse_options(&command, argc, argv);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK && command.help) {
        status = print_help(ctx);
    } else if (status == OM_OK) {
        command.options.studies = command.studies;
        status = find_gene_sets(ctx, &command);
        if (status == OM_OK) {
            status = om_simulate(ctx, &command.options);
        }
    }
    om_strings_destroy(&command.studies);
    om_free(command.found_sets);
    return status;
}
