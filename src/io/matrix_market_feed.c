#include "io/matrix_market_feed.h"

#include <inttypes.h>
#include <stdio.h>

/* So many entries more than the size line says end the reading of a rank: a compressed file could
 * go on for ever. */
enum { SURPLUS = 1 << 24 };

/* Lines are short, so that one comparison a byte (which compilers vectorise) beats memchr. */
int64_t om_mtx_count_lines(const char *text, size_t length) {
    int64_t n = 0;
    for (size_t i = 0; i < length; i++) {
        n += text[i] == '\n';
    }
    return n;
}

om_status om_mtx_feed_parse(om_mtx_feed *feed, char *text, size_t length, om_mtx_fault *fault) {
    OM_TRY(om_mtx_parse(feed->parser, text, length, fault));
    feed->parsed_bytes += (int64_t)length;
    om_progress_add(feed->progress, (int64_t)length);
    if (feed->parser->n_entries > feed->header.entries + SURPLUS) {
        snprintf(fault->message, sizeof fault->message,
                 "found more than %" PRId64 " entries, expected %" PRId64 " as the size line says",
                 feed->parser->n_entries, feed->header.entries);
        return OM_INPUT;
    }
    return OM_OK;
}
