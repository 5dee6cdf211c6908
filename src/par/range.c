#include "oncomark/partition.h"

#include "oncomark/wide.h"

/* The first item that belongs to part `part` or a later one: an item belongs to the part in which
 * its middle lies, so that cuts are within half an item of even ones. Binary search, since an
 * item's middle never moves back. */
static int64_t cut(const int64_t *cumulative, int64_t n, int parts, int part) {
    /* In 128 bits: the total may be near 2^63 and parts in the thousands. */
    om_wide target = 2 * (om_wide)cumulative[n] * part;
    int64_t low = 0;
    int64_t high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        om_wide twice_centre = (om_wide)cumulative[middle] + cumulative[middle + 1];
        if (twice_centre * parts < target) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void om_range_by_weight(const int64_t *cumulative, int64_t n, int parts, int part, int64_t *first,
                        int64_t *count) {
    if (cumulative[n] == 0) {
        om_range_even(n, parts, part, first, count);
        return;
    }
    *first = part == 0 ? 0 : cut(cumulative, n, parts, part);
    int64_t end = part == parts - 1 ? n : cut(cumulative, n, parts, part + 1);
    *count = end - *first;
}

void om_range_even(int64_t n, int parts, int part, int64_t *first, int64_t *count) {
    *first = (int64_t)((om_wide)n * part / parts);
    *count = (int64_t)((om_wide)n * (part + 1) / parts) - *first;
}
