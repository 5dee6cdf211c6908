/* The program's start and end: MPI, the choice of command, the error's message, the closing line.
 */
#include "commands.h"
#include "oncomark/h5.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "oncomark/version.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct command {
    const char *name;
    om_status (*run)(om_ctx *ctx, int argc, char **argv);
    const char *help;
} command;

static const command commands[] = {
    {"run", om_cmd_run, "JOB: ingest to train; what is done already is skipped"},
    {"ingest", om_cmd_run, "JOB: read the data sets into the store"},
    {"score", om_cmd_run, "JOB: quality control and digital scores of every cell"},
    {"threshold", om_cmd_run, "JOB: thresholds per tissue and hallmark"},
    {"synthesize", om_cmd_run, "JOB: sum positive and negative cells to synthetic samples"},
    {"train", om_cmd_run, "JOB: train the hallmark model"},
    {"pca", om_cmd_run, "JOB: principal components: batch effects, and what is unlike the data"},
    {"baseline", om_cmd_run, "JOB: ridge classifiers on the same samples, beside the model"},
    {"crossval", om_cmd_crossval, "JOB: cross-validate the model, or each setting of a sweep"},
    {"validate", om_cmd_validate, "JOB: the model on external studies and bulk profiles; labels"},
    {"plan", om_cmd_plan, "JOB: the time, memory and disk that it will take, and what to ask for"},
    {"export", om_cmd_export, "--layout dryad --out FOLDER JOB: the published tables' layout"},
    {"predict", om_cmd_predict, "--model MODEL INPUT...: hallmarks of bulk profiles"},
    {"curate", om_cmd_curate, "--map MAP --out FOLDER GMT...: gene sets of several databases"},
    {"simulate", om_cmd_simulate, "--out FOLDER: a corpus of simulated studies with known truth"},
    {"info", om_cmd_info, "[FILE...]: this build, or the content digest of files"},
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *to) {
    fprintf(to,
            "oncomark %s: synthetic biopsies and a hallmark model from single cells\n\n"
            "usage: oncomark COMMAND [OPTION...]\n"
            "       mpirun -n RANKS oncomark COMMAND [OPTION...]\n\n",
            om_version());
    for (int i = 0; i < N_COMMANDS; i++) {
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
    fprintf(to, "\n`oncomark COMMAND --help` says more, `oncomark run --help` lists all keys of a "
                "job file.\n");
}

static const command *find_command(const char *name) {
    for (int i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static bool does_work(const command *chosen, int argc, char **argv) {
    bool does = chosen != NULL;
    for (int i = 2; i < argc; i++) {
        does = does && strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "--dump") != 0 &&
               strcmp(argv[i], "--dry-run") != 0;
    }
    return does;
}

/* A command that does work leaves at its next safe point when a signal asks for it, from the very
 * start: a scheduler may ask while MPI is still starting. The others end at once, as programs do.
 */
static void listen_to_signals(int argc, char **argv) {
    const command *chosen = argc > 1 ? find_command(argv[1]) : NULL;
    if (does_work(chosen, argc, argv) && chosen->run != om_cmd_info) {
        om_stop_listen();
    }
    /* A reader that goes away (`| head`) or a limit on file sizes makes a write fail, no more. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static om_status dispatch(om_ctx *ctx, int argc, char **argv, bool *did_work) {
    bool is_root = om_context_is_root(ctx);
    *did_work = false;
    if (argc < 2) {
        if (is_root) {
            print_usage(stderr);
        }
        return om_fail(OM_USAGE, "no command was given");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        if (is_root) {
            print_usage(stdout);
        }
        return OM_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        if (is_root) {
            printf("oncomark %s\n", om_version());
        }
        return OM_OK;
    }
    const command *chosen = find_command(argv[1]);
    if (chosen == NULL) {
        return om_fail(OM_USAGE, "there is no command '%s'; `oncomark --help` lists them", argv[1]);
    }
    *did_work = does_work(chosen, argc, argv);
    return chosen->run(ctx, argc - 1, argv + 1);
}

/* One line at the end of every command that did something. */
static void close_with_summary(om_ctx *ctx, double started) {
    int64_t peak = om_memory_peak_ever();
    om_max_i64(ctx, &peak, 1);
    om_log_info(om_context_log(ctx), "oncomark %s: %d rank%s, %.1f s, at most %.0f MiB a rank",
                om_version(), om_context_size(ctx), om_context_size(ctx) == 1 ? "" : "s",
                MPI_Wtime() - started, (double)peak / (1 << 20));
}

/* A result that standard output did not take is lost. */
static om_status flush_output(om_status status) {
    if (status == OM_OK && (fflush(stdout) != 0 || ferror(stdout) != 0)) {
        return om_fail(OM_SYSTEM, "standard output: cannot write all of it");
    }
    return status;
}

static om_status run(int argc, char **argv) {
    double started = MPI_Wtime();
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    om_log *log = om_log_create(rank == 0);
    om_ctx *ctx = NULL;
    om_status status = log != NULL ? om_context_create(&ctx, MPI_COMM_WORLD, log) : OM_MEMORY;
    if (status != OM_OK) {
        fprintf(stderr, "oncomark: error: %s\n", om_error_message());
        MPI_Abort(MPI_COMM_WORLD, om_status_exit_code(status));
    }
    bool did_work = false;
    status = om_agree(ctx, flush_output(dispatch(ctx, argc, argv, &did_work)));
    if (status == OM_STOPPED && rank == 0) {
        fprintf(stderr, "oncomark: stopped: %s; run the same command again to go on\n",
                om_error_message());
    } else if (status != OM_OK && rank == 0) {
        fprintf(stderr, "oncomark: error: %s\n", om_error_message());
    } else if (status == OM_OK && did_work) {
        close_with_summary(ctx, started);
    }
    om_context_destroy(&ctx);
    om_log_destroy(&log);
    return status;
}

/* A failed MPI call leaves the ranks out of step: all end. The signature is MPI's. */
static void end_all(MPI_Comm *comm, int *code, ...) {
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    (void)comm;
    MPI_Error_string(*code, text, &length);
    fprintf(stderr, "oncomark: error: MPI: %s\n", text);
    MPI_Abort(MPI_COMM_WORLD, om_status_exit_code(OM_SYSTEM));
}

/* Ends here where some rank could not close a file: MPI_Finalize would crash in HDF5's own end. Not
 * by MPI_Abort, whose message on several ranks can leave Open MPI's mpirun waiting for ever. */
static void leave_open_files(om_status status) {
    int is_open = om_h5_all_closed() ? 0 : 1;
    MPI_Allreduce(MPI_IN_PLACE, &is_open, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    if (is_open != 0) {
        fflush(NULL);
        _exit(om_status_exit_code(status));
    }
}

int main(int argc, char **argv) {
    listen_to_signals(argc, argv);
    /* Threads that read ahead call no MPI; a library that knows no threads at all does not mind. */
    int level = MPI_THREAD_SINGLE;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    /* Communicators made from this one inherit it. */
    MPI_Errhandler handler;
    MPI_Comm_create_errhandler(end_all, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    MPI_Errhandler_free(&handler);
    om_status status = run(argc, argv);
    if (status == OM_SYSTEM) {
        leave_open_files(status);
    }
    MPI_Finalize();
    return om_status_exit_code(status);
}
