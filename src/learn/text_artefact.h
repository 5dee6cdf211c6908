/* Artefacts that one rank writes: tables as text, and files of its own making. */
#ifndef ONCOMARK_LEARN_TEXT_ARTEFACT_H
#define ONCOMARK_LEARN_TEXT_ARTEFACT_H

#include "oncomark/context.h"
#include "oncomark/workdir.h"

/* Under what an artefact is recorded. `inputs` has what it depends on, a "name: value" a line. */
typedef struct om_text_origin {
    om_workdir *workdir;
    const char *stage;
    const om_text *inputs;
} om_text_origin;

/* True where the artefact is there, made from the same inputs. Local. */
bool om_text_artefact_is_current(const om_text_origin *origin, const char *artefact);

/* Whether all these are. Local. */
bool om_artefacts_are_current(const om_text_origin *origin, const char *const *artefacts, int n);

/* *current: whether all these artefacts are there, made from the same inputs. Rank 0 judges for
 * all, since what was just written may reach other nodes late; `described` says whether it could
 * make the inputs (other ranks: OM_OK), and is what all return otherwise. Collective. */
om_status om_artefacts_look(bool *current, om_ctx *ctx, const om_text_origin *origin,
                            om_status described, const char *const *artefacts, int n);

/* Writes and commits it. Local, on one rank. */
om_status om_text_artefact_commit(const om_text_origin *origin, const char *artefact,
                                  const om_text *text);

/* Writes a new file at `path`; *digest is that of its content. */
typedef om_status (*om_artefact_writer)(const void *content, const char *path, om_digest *digest);

/* Has a file written and commits it. Local, on one rank. */
om_status om_file_artefact_commit(const om_text_origin *origin, const char *artefact,
                                  om_artefact_writer write, const void *content);

#endif
