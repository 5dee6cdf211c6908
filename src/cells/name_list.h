/* Names that are told apart by number: the order of their first appearance. */
#ifndef ONCOMARK_CELLS_NAME_LIST_H
#define ONCOMARK_CELLS_NAME_LIST_H

#include "oncomark/strings.h"

#include <stdint.h>

typedef struct om_name_list om_name_list;

om_status om_name_list_create(om_name_list **out);
void om_name_list_destroy(om_name_list **list);

/* The number of a name, a new one if need be. */
om_status om_name_list_number(om_name_list *list, const char *name, int64_t *number);

int64_t om_name_list_find(const om_name_list *list, const char *name); /* -1: not there */
int64_t om_name_list_count(const om_name_list *list);

/* Borrowed until the next new name. */
const char *om_name_list_get(const om_name_list *list, int64_t number);

/* rank[number]: how many of the names come before it bytewise. Owned by the caller. */
om_status om_name_list_rank(int64_t **rank, const om_name_list *list);

#endif
