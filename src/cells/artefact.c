#include "artefact.h"

#include "oncomark/h5.h"
#include "oncomark/memory.h"

om_status om_artefact_begin(om_artefact *artefact, const char *stage, const char *name) {
    artefact->stage = stage;
    artefact->name = om_strdup(name);
    if (artefact->name == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_text_create(&artefact->inputs));
    return om_text_add(artefact->inputs, "stage: %s\n", stage);
}

void om_artefact_end(om_artefact *artefact) {
    om_free(artefact->name);
    om_free(artefact->temporary);
    om_text_destroy(&artefact->inputs);
    *artefact = (om_artefact){0};
}

om_status om_artefact_add_input(om_artefact *artefact, const om_workdir *workdir,
                                const char *input) {
    char hex[OM_DIGEST_HEX];
    OM_TRY(om_workdir_digest(workdir, input, hex));
    return om_text_add(artefact->inputs, "%s: %s\n", input, hex);
}

om_status om_artefact_check(om_artefact *artefact, om_ctx *group, const om_workdir *workdir,
                            om_status status) {
    unsigned char current = 0;
    if (status == OM_OK) {
        status = om_workdir_temporary(&artefact->temporary, workdir, artefact->name);
    }
    if (status == OM_OK && om_context_is_root(group)) {
        om_digest_text(om_text_get(artefact->inputs), (int64_t)om_text_length(artefact->inputs),
                       artefact->key);
        current = om_workdir_is_current(workdir, artefact->name, artefact->key) ? 1 : 0;
    }
    if (status == OM_OK && om_context_is_root(group) && current == 0) {
        status = om_h5_prepare(group, artefact->temporary);
    }
    OM_TRY(om_agree(group, status));
    OM_TRY(om_broadcast(group, 0, &current, sizeof current));
    artefact->current = current != 0;
    return OM_OK;
}

om_status om_artefact_commit(const om_artefact *artefact, om_ctx *group, om_workdir *workdir,
                             om_digest digest) {
    om_status status = om_sum_digest(group, &digest);
    if (status == OM_OK && om_context_is_root(group)) {
        char hex[OM_DIGEST_HEX];
        om_digest_hex(&digest, hex);
        status = om_workdir_commit(workdir, artefact->stage, artefact->name,
                                   om_text_get(artefact->inputs), artefact->key, hex);
    }
    return om_agree(group, status);
}
