#include "io/inflate.h"

#include "io/inflate_engine.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_BYTES = 1 << 18 };

struct om_inflate {
    int descriptor;
    const char *path;
    om_inflate_functions functions;
    void *engine;
    unsigned char *input; /* [INPUT_BYTES] */
    om_inflate_step step; /* what of it is left */
    bool input_ended;
    bool in_member;
    bool padded;    /* zeros were found behind a member */
    int64_t offset; /* bytes of text so far */
};

om_inflate_engine om_inflate_best(void) {
#ifdef ONCOMARK_HAVE_ISAL
    return OM_INFLATE_ISAL;
#else
    return OM_INFLATE_ZLIB;
#endif
}

static om_status choose(om_inflate_engine engine, om_inflate_functions *functions) {
    if (engine == OM_INFLATE_ZLIB) {
        *functions = om_inflate_zlib;
        return OM_OK;
    }
#ifdef ONCOMARK_HAVE_ISAL
    *functions = om_inflate_isal;
    return OM_OK;
#else
    return om_fail(OM_BUG, "this build has no ISA-L");
#endif
}

om_status om_inflate_create(om_inflate **out, int descriptor, const char *path,
                            om_inflate_engine engine) {
    *out = NULL;
    om_inflate_functions functions;
    OM_TRY(choose(engine, &functions));
    om_inflate *inflate = om_calloc(1, sizeof *inflate);
    if (inflate == NULL) {
        return OM_MEMORY;
    }
    inflate->descriptor = descriptor;
    inflate->path = path;
    inflate->functions = functions;
    inflate->in_member = true;
    inflate->engine = functions.create();
    inflate->input = om_malloc(INPUT_BYTES, 1);
    if (inflate->engine == NULL || inflate->input == NULL) {
        om_inflate_destroy(&inflate);
        return OM_MEMORY;
    }
    *out = inflate;
    return OM_OK;
}

void om_inflate_destroy(om_inflate **inflate) {
    if (*inflate == NULL) {
        return;
    }
    if ((*inflate)->engine != NULL) {
        (*inflate)->functions.destroy((*inflate)->engine);
    }
    om_free((*inflate)->input);
    om_free(*inflate);
    *inflate = NULL;
}

/* Has at least `wanted` bytes of input, unless the file ends. */
static om_status fill(om_inflate *inflate, size_t wanted) {
    om_inflate_step *step = &inflate->step;
    if (step->n_in >= wanted || inflate->input_ended) {
        return OM_OK;
    }
    if (step->n_in > 0) {
        memmove(inflate->input, step->in, step->n_in);
    }
    step->in = inflate->input;
    while (step->n_in < wanted && !inflate->input_ended) {
        ssize_t got =
            read(inflate->descriptor, inflate->input + step->n_in, INPUT_BYTES - step->n_in);
        if (got < 0 && errno != EINTR) {
            return om_fail(OM_SYSTEM, "%s: cannot be read: %s", inflate->path, strerror(errno));
        }
        inflate->input_ended = got == 0;
        step->n_in += got > 0 ? (size_t)got : 0;
    }
    return OM_OK;
}

static om_status refuse(const om_inflate *inflate, const char *cause) {
    return om_fail(OM_INPUT,
                   "%s: found a truncated or damaged gzip stream (%s) after %" PRId64
                   " bytes of text, expected a whole one",
                   inflate->path, cause, inflate->offset);
}

/* Behind a member: another one, zeros, or the end. */
static om_status next_member(om_inflate *inflate, bool *end) {
    om_inflate_step *step = &inflate->step;
    for (;;) {
        OM_TRY(fill(inflate, 2));
        while (step->n_in > 0 && step->in[0] == 0) {
            step->in++;
            step->n_in--;
            inflate->padded = true;
        }
        if (step->n_in >= 2 || inflate->input_ended) {
            break;
        }
    }
    *end = step->n_in == 0;
    if (*end) {
        return OM_OK;
    }
    if (inflate->padded || step->n_in < 2 || step->in[0] != 0x1f || step->in[1] != 0x8b) {
        return refuse(inflate, "other bytes behind its end");
    }
    inflate->in_member = true;
    inflate->functions.reset(inflate->engine);
    return OM_OK;
}

/* One step inside a member. */
static om_status go_on(om_inflate *inflate) {
    om_inflate_step *step = &inflate->step;
    OM_TRY(fill(inflate, 1));
    size_t n_in = step->n_in;
    size_t n_out = step->n_out;
    bool ended = false;
    const char *cause = inflate->functions.step(inflate->engine, step, &ended);
    inflate->offset += (int64_t)(n_out - step->n_out);
    if (cause != NULL) {
        return refuse(inflate, cause);
    }
    inflate->in_member = !ended;
    if (!ended && inflate->input_ended && step->n_in == n_in && step->n_out == n_out) {
        return refuse(inflate, "unexpected end of file");
    }
    return OM_OK;
}

om_status om_inflate_read(om_inflate *inflate, void *bytes, size_t capacity, size_t *length) {
    om_inflate_step *step = &inflate->step;
    bool end = false;
    *length = 0;
    step->out = bytes;
    step->n_out = capacity;
    while (step->n_out > 0 && !end) {
        OM_TRY(inflate->in_member ? go_on(inflate) : next_member(inflate, &end));
    }
    *length = capacity - step->n_out;
    return OM_OK;
}
