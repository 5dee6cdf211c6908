/* An artefact that the ranks of a group make together. */
#ifndef ONCOMARK_CELLS_ARTEFACT_H
#define ONCOMARK_CELLS_ARTEFACT_H

#include "oncomark/workdir.h"

/* Plain data; zeroed before om_artefact_begin. */
typedef struct om_artefact {
    const char *stage; /* borrowed */
    char *name;        /* as in the manifest */
    char *temporary;   /* where it is written */
    om_text *inputs;   /* what its key is the digest of; filled on the root */
    char key[OM_DIGEST_HEX];
    bool current; /* made before, with the same key */
} om_artefact;

/* Sets up the names and the first line of the inputs; `stage` is borrowed. Local. */
om_status om_artefact_begin(om_artefact *artefact, const char *stage, const char *name);
void om_artefact_end(om_artefact *artefact);

/* Appends the digest of an artefact that this one is made from. OM_USAGE if there is none. Local:
 * on the root. */
om_status om_artefact_add_input(om_artefact *artefact, const om_workdir *workdir,
                                const char *input);

/* Settles `status` (of filling the inputs on the root), then whether the artefact is current; if
 * not, all ranks get its temporary path, where the root may have made an empty file (see
 * om_h5_prepare). Collective on group. */
om_status om_artefact_check(om_artefact *artefact, om_ctx *group, const om_workdir *workdir,
                            om_status status);

/* Sums the ranks' digests of what they wrote; the root commits. Collective on group, after all of
 * them agreed that writing went well. */
om_status om_artefact_commit(const om_artefact *artefact, om_ctx *group, om_workdir *workdir,
                             om_digest digest);

#endif
