#include "text_artefact.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"

static void digest(const om_text *text, char hex[OM_DIGEST_HEX]) {
    om_digest_text(om_text_get(text), (int64_t)om_text_length(text), hex);
}

bool om_text_artefact_is_current(const om_text_origin *origin, const char *artefact) {
    char key[OM_DIGEST_HEX];
    digest(origin->inputs, key);
    return om_workdir_is_current(origin->workdir, artefact, key);
}

om_status om_text_artefact_commit(const om_text_origin *origin, const char *artefact,
                                  const om_text *text) {
    char *temporary = NULL;
    char key[OM_DIGEST_HEX];
    char content[OM_DIGEST_HEX];
    OM_TRY(om_workdir_temporary(&temporary, origin->workdir, artefact));
    om_status status = om_file_write(temporary, om_text_get(text), (int64_t)om_text_length(text));
    om_free(temporary);
    OM_TRY(status);
    digest(origin->inputs, key);
    digest(text, content);
    return om_workdir_commit(origin->workdir, origin->stage, artefact, om_text_get(origin->inputs),
                             key, content);
}
