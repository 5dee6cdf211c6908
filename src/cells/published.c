#include "oncomark/published.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* What the name of a hallmark's score ends in. */
static const char score_suffix[] = "_UCell";
enum { SCORE_SUFFIX = sizeof score_suffix - 1 };

char *om_published_file_name(const char *kind, int label) {
    return om_format("%s_%s_sep_hallmark.csv", kind, label == 1 ? "pos" : "neg");
}

om_status om_published_name_add(om_text *text, const char *data_set, const char *sample,
                                int hallmark, int64_t number) {
    if (strcmp(data_set, OM_PUBLISHED_UNKNOWN) != 0) {
        OM_TRY(om_text_add(text, "%s|", data_set));
    }
    return om_text_add(text, "%s&%s%s&%" PRId64, sample, om_hallmark_code(hallmark), score_suffix,
                       number);
}

/* True where letters and digits of both are the same, case ignored. */
static bool means(const char *text, size_t length, const char *name) {
    size_t at = 0;
    for (;;) {
        while (at < length && !isalnum((unsigned char)text[at])) {
            at++;
        }
        while (*name != '\0' && !isalnum((unsigned char)*name)) {
            name++;
        }
        if (at == length || *name == '\0') {
            return at == length && *name == '\0';
        }
        if (tolower((unsigned char)text[at++]) != tolower((unsigned char)*name++)) {
            return false;
        }
    }
}

int om_published_hallmark(const char *text, size_t length) {
    if (length > SCORE_SUFFIX &&
        strncasecmp(text + length - SCORE_SUFFIX, score_suffix, SCORE_SUFFIX) == 0) {
        length -= SCORE_SUFFIX;
    }
    for (int hallmark = 0; hallmark < OM_N_HALLMARKS; hallmark++) {
        if (means(text, length, om_hallmark_code(hallmark)) ||
            means(text, length, om_hallmark_name(hallmark))) {
            return hallmark;
        }
    }
    return -1;
}

/* Finds the hallmark: behind the last '&' or the one before it. NULL: neither is one. */
static const char *find_group_end(const char *name, int *hallmark) {
    const char *last = strrchr(name, '&');
    if (last == NULL) {
        return NULL;
    }
    *hallmark = om_published_hallmark(last + 1, strlen(last + 1));
    if (*hallmark >= 0) {
        return last;
    }
    const char *before = memrchr(name, '&', (size_t)(last - name));
    if (before != NULL) {
        *hallmark = om_published_hallmark(before + 1, (size_t)(last - before) - 1);
    }
    return *hallmark >= 0 ? before : NULL;
}

bool om_published_name_parse(om_published_name *out, const char *name) {
    const char *end = find_group_end(name, &out->hallmark);
    if (end == NULL || end == name) {
        return false;
    }
    out->group_length = (size_t)(end - name);
    out->data_set = NULL;
    out->data_set_length = 0;
    out->sample = name;
    out->sample_length = out->group_length;
    /* No data set's id has a '|' in it. */
    const char *bar = memchr(name, '|', out->group_length);
    if (bar != NULL && bar > name && bar + 1 < end) {
        out->data_set = name;
        out->data_set_length = (size_t)(bar - name);
        out->sample = bar + 1;
        out->sample_length = (size_t)(end - bar) - 1;
    }
    return true;
}
