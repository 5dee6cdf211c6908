/* A hash map from strings to 64-bit integers. */
#ifndef ONCOMARK_STRING_MAP_H
#define ONCOMARK_STRING_MAP_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct om_string_map om_string_map;

om_status om_string_map_create(om_string_map **out);
void om_string_map_destroy(om_string_map **map);

/* Adds `key` (copied) with `value` unless the key is there already; *inserted (may be NULL) tells
 * which. The first value of a key is kept. */
om_status om_string_map_add(om_string_map *map, const char *key, int64_t value, bool *inserted);

/* The value of `key`, or `otherwise`. */
int64_t om_string_map_get(const om_string_map *map, const char *key, int64_t otherwise);

int64_t om_string_map_count(const om_string_map *map);

/* 64-bit FNV-1a of a string: the key of random streams by name. */
uint64_t om_hash_string(const char *text);
uint64_t om_hash_bytes(const void *bytes, int64_t length);

#endif
