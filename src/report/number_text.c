#include "number_text.h"

#include "oncomark/memory.h"

#include <string.h>

enum { GROUP = 1000 };

/* The digits of 0 .. 999, eight bytes at once. */
typedef struct digits {
    char text[7];
    uint8_t length;
} digits;

_Static_assert(sizeof(digits) == OM_NUMBER_SLACK, "a number is copied with its length");

struct om_number_text {
    digits first[GROUP]; /* ",7": with a comma before, without leading zeros */
    digits later[GROUP]; /* "007" */
};

om_status om_number_text_create(om_number_text **out) {
    om_number_text *numbers = om_calloc(1, sizeof *numbers);
    *out = numbers;
    if (numbers == NULL) {
        return OM_MEMORY;
    }
    for (int value = 0; value < GROUP; value++) {
        const char text[3] = {(char)('0' + value / 100), (char)('0' + value / 10 % 10),
                              (char)('0' + value % 10)};
        int skipped = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        numbers->first[value] = (digits){.text = {','}, .length = (uint8_t)(4 - skipped)};
        memcpy(numbers->first[value].text + 1, text + skipped, (size_t)(3 - skipped));
        numbers->later[value] = (digits){.length = 3};
        memcpy(numbers->later[value].text, text, sizeof text);
    }
    return OM_OK;
}

void om_number_text_destroy(om_number_text **numbers) {
    om_free(*numbers);
    *numbers = NULL;
}

static inline char *put(char *to, const digits *group) {
    memcpy(to, group, sizeof *group);
    return to + group->length;
}

static char *put_large(const om_number_text *numbers, char *to, uint32_t value) {
    if (value < GROUP) {
        return put(to, &numbers->first[value]);
    }
    to = put_large(numbers, to, value / GROUP);
    return put(to, &numbers->later[value % GROUP]);
}

char *om_number_text_write(const om_number_text *numbers, char *to, const uint32_t *values,
                           int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t value = values[i];
        to = value < GROUP ? put(to, &numbers->first[value]) : put_large(numbers, to, value);
    }
    return to;
}
