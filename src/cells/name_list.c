#include "name_list.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <stdlib.h>
#include <string.h>

struct om_name_list {
    om_strings *names;
    om_string_map *numbers;
};

om_status om_name_list_create(om_name_list **out) {
    om_name_list *list = om_calloc(1, sizeof *list);
    *out = list;
    if (list == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_strings_create(&list->names);
    status = status == OM_OK ? om_string_map_create(&list->numbers) : status;
    if (status != OM_OK) {
        om_name_list_destroy(out);
    }
    return status;
}

void om_name_list_destroy(om_name_list **list) {
    if (*list == NULL) {
        return;
    }
    om_strings_destroy(&(*list)->names);
    om_string_map_destroy(&(*list)->numbers);
    om_free(*list);
    *list = NULL;
}

om_status om_name_list_number(om_name_list *list, const char *name, int64_t *number) {
    *number = om_string_map_get(list->numbers, name, -1);
    if (*number >= 0) {
        return OM_OK;
    }
    *number = om_strings_count(list->names);
    OM_TRY(om_strings_add(list->names, name));
    return om_string_map_add(list->numbers, name, *number, NULL);
}

int64_t om_name_list_find(const om_name_list *list, const char *name) {
    return om_string_map_get(list->numbers, name, -1);
}

int64_t om_name_list_count(const om_name_list *list) {
    return om_strings_count(list->names);
}

const char *om_name_list_get(const om_name_list *list, int64_t number) {
    return om_strings_get(list->names, number);
}

typedef struct numbered {
    const char *name;
    int64_t number;
} numbered;

static int by_name(const void *left, const void *right) {
    return strcmp(((const numbered *)left)->name, ((const numbered *)right)->name);
}

om_status om_name_list_rank(int64_t **rank, const om_name_list *list) {
    int64_t n = om_strings_count(list->names);
    numbered *order = om_malloc(n, sizeof *order);
    *rank = om_malloc(n, sizeof **rank);
    om_status status = order != NULL && *rank != NULL ? OM_OK : OM_MEMORY;
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        order[i] = (numbered){om_strings_get(list->names, i), i};
    }
    if (status == OM_OK) {
        qsort(order, (size_t)n, sizeof *order, by_name);
    }
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        (*rank)[order[i].number] = i;
    }
    om_free(order);
    return status;
}
