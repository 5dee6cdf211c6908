/* Small artefacts that one rank writes: tables as text. */
#ifndef ONCOMARK_LEARN_TEXT_ARTEFACT_H
#define ONCOMARK_LEARN_TEXT_ARTEFACT_H

#include "oncomark/workdir.h"

/* Under what an artefact is recorded. `inputs` has what it depends on, a "name: value" a line. */
typedef struct om_text_origin {
    om_workdir *workdir;
    const char *stage;
    const om_text *inputs;
} om_text_origin;

/* True where the artefact is there, made from the same inputs. Local. */
bool om_text_artefact_is_current(const om_text_origin *origin, const char *artefact);

/* Writes and commits it. Local, on one rank. */
om_status om_text_artefact_commit(const om_text_origin *origin, const char *artefact,
                                  const om_text *text);

#endif
