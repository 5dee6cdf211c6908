#include "crossval_key.h"

#include "oncomark/memory.h"
#include "same_arithmetic.h"

#include <inttypes.h>
#include <string.h>

enum { SHORT_DIGEST = 10, LONGEST_NAME = 40 };

/* Of train.split only the validation share counts, and that only with groups. */
static bool matters(const char *line, const om_job *job) {
    static const char split[] = "train.split.";
    static const char validation[] = "train.split.validation:";
    if (strncmp(line, split, strlen(split)) != 0) {
        return true;
    }
    return job->crossval.group != OM_GROUP_NONE &&
           strncmp(line, validation, strlen(validation)) == 0;
}

static om_status add_section(om_text *text, const om_job *job, const char *section) {
    om_text *lines = NULL;
    OM_TRY(om_text_create(&lines));
    om_status status = om_job_describe(job, section, lines);
    const char *line = om_text_get(lines);
    while (status == OM_OK && *line != '\0') {
        size_t length = strcspn(line, "\n");
        length += line[length] == '\n' ? 1 : 0;
        if (matters(line, job)) {
            status = om_text_add_n(text, line, length);
        }
        line += length;
    }
    om_text_destroy(&lines);
    return status;
}

om_status om_crossval_key_setting(om_text *text, const om_job *job,
                                  const om_crossval_setting *setting) {
    om_job effective = *job;
    effective.features = setting->features;
    effective.train = setting->train;
    OM_TRY(om_describe_arithmetic(text));
    OM_TRY(add_section(text, job, "seed"));
    OM_TRY(add_section(text, job, "crossval.group"));
    OM_TRY(add_section(text, job, "crossval.leave_one_out"));
    if (!job->crossval.leave_one_out) {
        OM_TRY(add_section(text, job, "crossval.folds"));
    }
    OM_TRY(add_section(text, job, "crossval.permute_labels"));
    OM_TRY(add_section(text, &effective, "features"));
    return add_section(text, &effective, "train");
}

om_status om_crossval_inputs(om_text *text, const om_crossval_plan *plan, int64_t task) {
    int64_t fold = task % plan->n_folds;
    OM_TRY(om_text_add(text, "stage: crossval\n%s", plan->settings[task / plan->n_folds].inputs));
    return om_text_add(text, "fold: %" PRId64 " (%s)\nsynthetic.h5ad: %s\n", fold,
                       plan->folds[fold].name, plan->digest);
}

/* Letters, digits and dots; one dash for any run of others. */
static void simplify(const char *name, char simple[LONGEST_NAME + 1]) {
    size_t length = 0;
    for (const char *at = name; *at != '\0' && length < LONGEST_NAME; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || *at == '.';
        if (plain || (length > 0 && simple[length - 1] != '-')) {
            simple[length++] = plain ? *at : '-';
        }
    }
    simple[length] = '\0';
}

om_status om_crossval_key_artefact(char **artefact, const om_crossval_plan *plan, int64_t task) {
    int64_t fold = task % plan->n_folds;
    const char *inputs = plan->settings[task / plan->n_folds].inputs;
    char hex[OM_DIGEST_HEX];
    char simple[LONGEST_NAME + 1];
    om_digest_text(inputs, (int64_t)strlen(inputs), hex);
    simplify(plan->folds[fold].name, simple);
    *artefact =
        om_format("crossval/tasks/%03" PRId64 "-%s-%.*s.h5ad", fold + 1, simple, SHORT_DIGEST, hex);
    return *artefact != NULL ? OM_OK : OM_MEMORY;
}
