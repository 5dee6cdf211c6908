#include "io/inflate_engine.h"
#include "oncomark/memory.h"

#ifdef ONCOMARK_HAVE_ISAL
#include <isa-l/igzip_lib.h>

enum { LARGEST_STEP = 1 << 30 };

static void *create(void) {
    struct inflate_state *state = om_calloc(1, sizeof *state);
    if (state != NULL) {
        isal_inflate_init(state);
        state->crc_flag = ISAL_GZIP;
    }
    return state;
}

static void destroy(void *engine) {
    om_free(engine);
}

static void reset(void *engine) {
    isal_inflate_reset(engine);
}

/* The words that zlib has for it, where it has some. */
static const char *cause_of(int result) {
    switch (result) {
    case ISAL_INVALID_BLOCK:
        return "invalid block";
    case ISAL_INVALID_SYMBOL:
        return "invalid code";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance too far back";
    case ISAL_INVALID_WRAPPER:
        return "incorrect header check";
    case ISAL_UNSUPPORTED_METHOD:
        return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM:
        return "incorrect data check";
    default:
        return "invalid data";
    }
}

static const char *step_on(void *engine, om_inflate_step *step, bool *ended) {
    struct inflate_state *state = engine;
    unsigned n_in = step->n_in < LARGEST_STEP ? (unsigned)step->n_in : LARGEST_STEP;
    unsigned n_out = step->n_out < LARGEST_STEP ? (unsigned)step->n_out : LARGEST_STEP;
    state->next_in = step->in;
    state->avail_in = n_in;
    state->next_out = step->out;
    state->avail_out = n_out;
    int result = isal_inflate(state);
    step->in += n_in - state->avail_in;
    step->n_in -= n_in - state->avail_in;
    step->out += n_out - state->avail_out;
    step->n_out -= n_out - state->avail_out;
    *ended = state->block_state == ISAL_BLOCK_FINISH;
    return result < 0 || result == ISAL_NEED_DICT ? cause_of(result) : NULL;
}

const om_inflate_functions om_inflate_isal = {
    .create = create, .destroy = destroy, .reset = reset, .step = step_on};
#else
typedef int om_inflate_isal_is_not_built_in;
#endif
