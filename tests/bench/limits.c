/* What this machine can do, for comparison: one figure a call, in bytes a second, of one process or
 * of several at once. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#ifdef ONCOMARK_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

static const char usage[] =
    "usage: bench_limits WHAT PROCESSES BYTES [FILE]\n"
    "       bench_limits list\n\n"
    "Prints bytes a second of all processes together. WHAT:\n"
    "  copy, triad         memory, BYTES an array and process\n"
    "  read                FILE, each process a part of it, by read(2)\n"
    "  digits              summing the numbers of FILE's text, of which each process has a part,\n"
    "                      BYTES at most, in memory\n"
    "  write, write-fsync  a new FILE a process, BYTES long; it is removed\n"
    "  zlib, isal          inflating FILE, a .gz in memory, by every process; bytes of text\n";

enum { PASSES = 3, PIECE = 1 << 20, MOST_PROCESSES = 64 };

/* What the processes share. */
typedef struct shared {
    atomic_int ready;
    atomic_bool failed;
    double started[MOST_PROCESSES];
    double ended[MOST_PROCESSES];
    double bytes[MOST_PROCESSES];
    double result[MOST_PROCESSES]; /* so that no compiler drops the work */
} shared;

typedef struct task {
    shared *all;
    int process;
    int n_processes;
    int64_t bytes;
    const char *file;
} task;

typedef struct limit {
    const char *name;
    bool (*run)(task *work);
    bool needs_file;
} limit;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "bench_limits: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    return false;
}

/* All processes start together, once their data are there. */
static void start(task *work) {
    atomic_fetch_add(&work->all->ready, 1);
    while (atomic_load(&work->all->ready) < work->n_processes && !atomic_load(&work->all->failed)) {
        struct timespec moment = {.tv_nsec = 10000};
        nanosleep(&moment, NULL);
    }
    work->all->started[work->process] = now();
}

static void stop(task *work, double bytes, double result) {
    work->all->ended[work->process] = now();
    work->all->bytes[work->process] = bytes;
    work->all->result[work->process] = result;
}

static void *get_memory(int64_t bytes) {
    void *memory = malloc((size_t)bytes);
    if (memory == NULL) {
        complain("out of memory");
    } else {
        memset(memory, 1, (size_t)bytes);
    }
    return memory;
}

/* Bytes read and bytes written both count, as in STREAM. */
static bool run_copy(task *work) {
    char *from = get_memory(work->bytes);
    char *to = get_memory(work->bytes);
    if (from == NULL || to == NULL) {
        return false;
    }
    start(work);
    for (int i = 0; i < PASSES; i++) {
        from[0] = (char)i;
        memcpy(to, from, (size_t)work->bytes);
    }
    stop(work, 2.0 * PASSES * (double)work->bytes, to[work->bytes / 2]);
    free(from);
    free(to);
    return true;
}

static bool run_triad(task *work) {
    int64_t n = work->bytes / (int64_t)sizeof(double);
    double *a = get_memory(work->bytes);
    double *b = get_memory(work->bytes);
    double *c = get_memory(work->bytes);
    if (a == NULL || b == NULL || c == NULL) {
        return false;
    }
    start(work);
    for (int i = 0; i < PASSES; i++) {
        double factor = 3.0 + i;
        for (int64_t k = 0; k < n; k++) {
            a[k] = b[k] + factor * c[k];
        }
    }
    stop(work, 3.0 * PASSES * (double)work->bytes, a[n / 2]);
    free(a);
    free(b);
    free(c);
    return true;
}

/* The part of the file that this process has. */
static bool open_part(const task *work, int *file, int64_t *first, int64_t *length) {
    struct stat info;
    *file = open(work->file, O_RDONLY | O_CLOEXEC);
    if (*file < 0 || fstat(*file, &info) != 0) {
        return complain("%s: cannot open: %s", work->file, strerror(errno));
    }
    int64_t size = (int64_t)info.st_size;
    *first = size * work->process / work->n_processes;
    *length = size * (work->process + 1) / work->n_processes - *first;
    return true;
}

/* Reads piece by piece into `to`, which moves on if `keep`. */
static bool read_part(const task *work, int file, char *to, int64_t first, int64_t length,
                      bool keep) {
    for (int64_t done = 0; done < length;) {
        int64_t wanted = length - done < PIECE ? length - done : PIECE;
        ssize_t got = pread(file, keep ? to + done : to, (size_t)wanted, first + done);
        if (got <= 0) {
            return complain("%s: cannot read: %s", work->file, strerror(errno));
        }
        done += got;
    }
    return true;
}

static bool run_read(task *work) {
    int file = -1;
    int64_t first = 0;
    int64_t length = 0;
    char *piece = get_memory(PIECE);
    /* The first pass warms the cache. */
    if (piece == NULL || !open_part(work, &file, &first, &length) ||
        !read_part(work, file, piece, first, length, false)) {
        return false;
    }
    start(work);
    bool ok = read_part(work, file, piece, first, length, false);
    stop(work, (double)length, piece[0]);
    close(file);
    free(piece);
    return ok;
}

static bool run_digits(task *work) {
    int file = -1;
    int64_t first = 0;
    int64_t length = 0;
    if (!open_part(work, &file, &first, &length)) {
        return false;
    }
    length = length < work->bytes ? length : work->bytes;
    char *text = get_memory(length + 1);
    if (text == NULL || !read_part(work, file, text, first, length, true)) {
        return false;
    }
    start(work);
    uint64_t sum = 0;
    uint64_t number = 0;
    for (const char *at = text, *end = text + length; at < end; at++) {
        unsigned digit = (unsigned char)*at - (unsigned)'0';
        if (digit < 10) {
            number = number * 10 + digit;
        } else {
            sum += number;
            number = 0;
        }
    }
    stop(work, (double)length, (double)sum);
    close(file);
    free(text);
    return true;
}

static bool write_file(task *work, bool flush) {
    char path[4096];
    char *piece = get_memory(PIECE);
    snprintf(path, sizeof path, "%s.%d", work->file, work->process);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (piece == NULL || file < 0) {
        return complain("%s: cannot create: %s", path, strerror(errno));
    }
    bool ok = true;
    start(work);
    for (int64_t done = 0; ok && done < work->bytes; done += PIECE) {
        ok = write(file, piece, PIECE) == PIECE;
    }
    ok = ok && (!flush || fsync(file) == 0);
    stop(work, (double)work->bytes, 0.0);
    if (!ok) {
        complain("%s: cannot write: %s", path, strerror(errno));
    }
    close(file);
    unlink(path);
    free(piece);
    return ok;
}

static bool run_write(task *work) {
    return write_file(work, false);
}

static bool run_write_fsync(task *work) {
    return write_file(work, true);
}

/* The whole file. */
static unsigned char *read_gzip(const task *work, int64_t *length) {
    task whole = {.n_processes = 1, .file = work->file};
    int file = -1;
    int64_t first = 0;
    if (!open_part(&whole, &file, &first, length)) {
        return NULL;
    }
    char *bytes = get_memory(*length);
    if (bytes == NULL || !read_part(&whole, file, bytes, first, *length, true)) {
        return NULL;
    }
    close(file);
    return (unsigned char *)bytes;
}

static bool run_zlib(task *work) {
    int64_t length = 0;
    unsigned char *packed = read_gzip(work, &length);
    unsigned char *text = get_memory(PIECE);
    z_stream stream = {0};
    if (packed == NULL || text == NULL || inflateInit2(&stream, 15 + 16) != Z_OK) {
        return false;
    }
    start(work);
    stream.next_in = packed;
    stream.avail_in = (uInt)length;
    double bytes = 0.0;
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = text;
        stream.avail_out = PIECE;
        status = inflate(&stream, Z_NO_FLUSH);
        bytes += (double)(PIECE - stream.avail_out);
    }
    stop(work, bytes, text[0]);
    inflateEnd(&stream);
    free(packed);
    free(text);
    return status == Z_STREAM_END || complain("%s: cannot inflate", work->file);
}

#ifdef ONCOMARK_HAVE_ISAL
static bool run_isal(task *work) {
    int64_t length = 0;
    unsigned char *packed = read_gzip(work, &length);
    unsigned char *text = get_memory(PIECE);
    struct inflate_state *stream = malloc(sizeof *stream);
    if (packed == NULL || text == NULL || stream == NULL) {
        return false;
    }
    isal_inflate_init(stream);
    stream->crc_flag = ISAL_GZIP;
    start(work);
    stream->next_in = packed;
    stream->avail_in = (uint32_t)length;
    double bytes = 0.0;
    int status = ISAL_DECOMP_OK;
    while (status == ISAL_DECOMP_OK && stream->block_state != ISAL_BLOCK_FINISH) {
        stream->next_out = text;
        stream->avail_out = PIECE;
        status = isal_inflate(stream);
        bytes += (double)(PIECE - stream->avail_out);
    }
    stop(work, bytes, text[0]);
    free(stream);
    free(packed);
    free(text);
    return status == ISAL_DECOMP_OK || complain("%s: cannot inflate", work->file);
}
#endif

static const limit limits[] = {{"copy", run_copy, false},  {"triad", run_triad, false},
                               {"read", run_read, true},   {"digits", run_digits, true},
                               {"write", run_write, true}, {"write-fsync", run_write_fsync, true},
#ifdef ONCOMARK_HAVE_ISAL
                               {"isal", run_isal, true},
#endif
                               {"zlib", run_zlib, true}};

static bool run_all(const limit *what, const task *given) {
    bool ok = true;
    for (int i = 0; i < given->n_processes; i++) {
        task work = *given;
        work.process = i;
        pid_t child = fork();
        if (child == 0) {
            bool done = what->run(&work);
            atomic_store(&work.all->failed, !done || atomic_load(&work.all->failed));
            _exit(done ? 0 : 1);
        }
        if (child < 0) {
            atomic_store(&given->all->failed, true);
            ok = complain("cannot start a process: %s", strerror(errno));
            break;
        }
    }
    for (int how = 0; wait(&how) > 0;) {
        ok = ok && how == 0;
    }
    return ok;
}

static void print_rate(const shared *all, int n_processes) {
    double first = all->started[0];
    double last = all->ended[0];
    double bytes = 0.0;
    for (int i = 0; i < n_processes; i++) {
        first = all->started[i] < first ? all->started[i] : first;
        last = all->ended[i] > last ? all->ended[i] : last;
        bytes += all->bytes[i];
    }
    printf("%.0f\n", bytes / (last - first));
}

static int list_limits(void) {
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        printf("%s\n", limits[i].name);
    }
    return 0;
}

int main(int argc, char **argv) {
    const limit *what = NULL;
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        return list_limits();
    }
    for (size_t i = 0; argc >= 4 && i < sizeof limits / sizeof limits[0]; i++) {
        what = strcmp(argv[1], limits[i].name) == 0 ? &limits[i] : what;
    }
    task work = {.n_processes = what != NULL ? atoi(argv[2]) : 0,
                 .bytes = what != NULL ? atoll(argv[3]) : 0,
                 .file = argc > 4 ? argv[4] : NULL};
    if (what == NULL || work.n_processes < 1 || work.n_processes > MOST_PROCESSES ||
        work.bytes < PIECE || (what->needs_file && work.file == NULL)) {
        fputs(usage, stderr);
        return 2;
    }
    work.all =
        mmap(NULL, sizeof *work.all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (work.all == MAP_FAILED || !run_all(what, &work)) {
        return 1;
    }
    print_rate(work.all, work.n_processes);
    return 0;
}
