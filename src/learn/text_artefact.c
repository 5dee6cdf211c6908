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

bool om_artefacts_are_current(const om_text_origin *origin, const char *const *artefacts, int n) {
    for (int i = 0; i < n; i++) {
        if (!om_text_artefact_is_current(origin, artefacts[i])) {
            return false;
        }
    }
    return true;
}

om_status om_artefacts_look(bool *current, om_ctx *ctx, const om_text_origin *origin,
                            om_status described, const char *const *artefacts, int n) {
    OM_TRY(om_agree(ctx, described));
    uint8_t all = om_context_is_root(ctx) && om_artefacts_are_current(origin, artefacts, n) ? 1 : 0;
    OM_TRY(om_broadcast(ctx, 0, &all, sizeof all));
    *current = all == 1;
    return OM_OK;
}

/* `content`: its digest, as hex. */
static om_status commit(const om_text_origin *origin, const char *artefact, const char *content) {
    char key[OM_DIGEST_HEX];
    digest(origin->inputs, key);
    return om_workdir_commit(origin->workdir, origin->stage, artefact, om_text_get(origin->inputs),
                             key, content);
}

om_status om_text_artefact_commit(const om_text_origin *origin, const char *artefact,
                                  const om_text *text) {
    char *temporary = NULL;
    char content[OM_DIGEST_HEX];
    OM_TRY(om_workdir_temporary(&temporary, origin->workdir, artefact));
    om_status status = om_file_write(temporary, om_text_get(text), (int64_t)om_text_length(text));
    om_free(temporary);
    OM_TRY(status);
    digest(text, content);
    return commit(origin, artefact, content);
}

om_status om_file_artefact_commit(const om_text_origin *origin, const char *artefact,
                                  om_artefact_writer write, const void *content) {
    char *temporary = NULL;
    om_digest written = {{0, 0}};
    char hex[OM_DIGEST_HEX];
    OM_TRY(om_workdir_temporary(&temporary, origin->workdir, artefact));
    om_status status = write(content, temporary, &written);
    om_free(temporary);
    OM_TRY(status);
    om_digest_hex(&written, hex);
    return commit(origin, artefact, hex);
}
