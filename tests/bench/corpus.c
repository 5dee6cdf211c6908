/* Writes a made-up corpus of 3CA folders quickly, for measurements: one process a data set. Its
 * cells pass quality control and make synthetic samples, but there is no truth to them; for that
 * there is `oncomark simulate`. */
#include "corpus.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] = "usage: bench_corpus --out DIR --gene-sets FILE [OPTION]...\n\n"
                            "  --cells N             of all data sets together (20000)\n"
                            "  --data-sets N         each of another tissue, of 14 (5)\n"
                            "  --genes-per-cell N    seen in a good cell, on average (1500)\n"
                            "  --genes N             to draw on (20000)\n"
                            "  --cells-per-sample N  (2500)\n"
                            "  --seed N              (1)\n"
                            "  --processes N         at a time (as there are processors)\n";

static om_status parse_number(const char *option, int64_t *value) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(optarg, &end, 10);
    if (errno != 0 || end == optarg || *end != '\0' || number < 1 || number > INT32_MAX) {
        return om_fail(OM_USAGE, "found --%s %s, expected a whole number from 1 to %d", option,
                       optarg, INT32_MAX);
    }
    *value = number;
    return OM_OK;
}

static om_status parse_options(corpus_options *options, int argc, char **argv) {
    enum { OUT, GENE_SETS, N_TEXTS };
    static const struct option known[] = {{"out", required_argument, NULL, 0},
                                          {"gene-sets", required_argument, NULL, 0},
                                          {"cells", required_argument, NULL, 0},
                                          {"data-sets", required_argument, NULL, 0},
                                          {"genes-per-cell", required_argument, NULL, 0},
                                          {"genes", required_argument, NULL, 0},
                                          {"cells-per-sample", required_argument, NULL, 0},
                                          {"seed", required_argument, NULL, 0},
                                          {"processes", required_argument, NULL, 0},
                                          {NULL, 0, NULL, 0}};
    const char **texts[] = {&options->out, &options->gene_sets};
    int64_t *numbers[] = {&options->n_cells,          &options->n_data_sets,
                          &options->genes_per_cell,   &options->n_genes,
                          &options->cells_per_sample, &options->seed,
                          &options->n_processes};
    int index = 0;
    opterr = 0;
    for (int found = 0; (found = getopt_long(argc, argv, "", known, &index)) != -1;) {
        if (found != 0) {
            return om_fail(OM_USAGE, "'%s' is no option or lacks its value", argv[optind - 1]);
        }
        if (index < N_TEXTS) {
            *texts[index] = optarg;
        } else {
            OM_TRY(parse_number(known[index].name, numbers[index - N_TEXTS]));
        }
    }
    if (options->out == NULL || options->gene_sets == NULL || optind != argc) {
        return om_fail(OM_USAGE, "expected --out, --gene-sets and options only");
    }
    return OM_OK;
}

static om_status wait_for_one(void) {
    int how = 0;
    if (wait(&how) < 0) {
        return om_fail(OM_SYSTEM, "cannot wait: %s", strerror(errno));
    }
    return how == 0 ? OM_OK : om_fail(OM_SYSTEM, "a data set could not be written");
}

/* In a process of its own. */
static void write_one(const corpus_options *options, const om_gene_sets *sets, int64_t data_set) {
    int64_t n_cells = options->n_cells / options->n_data_sets +
                      (data_set < options->n_cells % options->n_data_sets ? 1 : 0);
    om_status status = corpus_folder_write(options, sets, data_set, n_cells);
    if (status != OM_OK) {
        fprintf(stderr, "bench_corpus: %s\n", om_error_message());
    }
    _exit(om_status_exit_code(status));
}

static om_status write_corpus(const corpus_options *options, const om_gene_sets *sets) {
    om_status status = OM_OK;
    int64_t running = 0;
    for (int64_t i = 0; status == OM_OK && i < options->n_data_sets; i++) {
        if (running == options->n_processes) {
            status = wait_for_one();
            running--;
        }
        pid_t child = fork();
        if (child == 0) {
            write_one(options, sets, i);
        }
        if (child < 0) {
            status = om_fail(OM_SYSTEM, "cannot start a process: %s", strerror(errno));
            break;
        }
        running++;
    }
    for (; running > 0; running--) {
        om_status one = wait_for_one();
        status = status == OM_OK ? one : status;
    }
    return status;
}

int main(int argc, char **argv) {
    om_gene_sets *sets = NULL;
    corpus_options options = {.n_cells = 20000,
                              .n_data_sets = 5,
                              .genes_per_cell = 1500,
                              .n_genes = 20000,
                              .cells_per_sample = 2500,
                              .seed = 1,
                              .n_processes = sysconf(_SC_NPROCESSORS_ONLN)};
    om_status status = parse_options(&options, argc, argv);
    if (status != OM_OK) {
        fputs(usage, stderr);
    } else {
        status = om_gene_sets_read(&sets, options.gene_sets);
    }
    if (status == OM_OK) {
        status = write_corpus(&options, sets);
    }
    if (status != OM_OK) {
        fprintf(stderr, "bench_corpus: %s\n", om_error_message());
    }
    om_gene_sets_destroy(&sets);
    return om_status_exit_code(status);
}
