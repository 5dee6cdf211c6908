#include "oncomark/string_map.h"

#include "oncomark/memory.h"
#include "oncomark/strings.h"

#include <string.h>

/* Open addressing with linear probing; a slot holds 1 + the index of its key, 0 when free. */
struct om_string_map {
    om_strings *keys;
    int64_t *values; /* [capacity of keys] */
    int64_t *slots;  /* [n_slots], a power of two, at most half full */
    int64_t n_slots;
};

uint64_t om_hash_bytes(const void *bytes, int64_t length) {
    const unsigned char *byte = bytes;
    uint64_t hash = 0xcbf29ce484222325u;
    for (int64_t i = 0; i < length; i++) {
        hash = (hash ^ byte[i]) * 0x100000001b3u;
    }
    return hash;
}

uint64_t om_hash_string(const char *text) {
    return om_hash_bytes(text, (int64_t)strlen(text));
}

om_status om_string_map_create(om_string_map **out) {
    om_string_map *map = om_calloc(1, sizeof *map);
    *out = map;
    if (map == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_strings_create(&map->keys);
    if (status != OM_OK) {
        om_string_map_destroy(out);
    }
    return status;
}

void om_string_map_destroy(om_string_map **map) {
    if (*map == NULL) {
        return;
    }
    om_strings_destroy(&(*map)->keys);
    om_free((*map)->values);
    om_free((*map)->slots);
    om_free(*map);
    *map = NULL;
}

/* The slot of `key`, or the free slot where it belongs. */
static int64_t find_slot(const om_strings *keys, const int64_t *slots, int64_t n_slots,
                         const char *key) {
    int64_t slot = (int64_t)(om_hash_string(key) & (uint64_t)(n_slots - 1));
    while (slots[slot] != 0 && strcmp(om_strings_get(keys, slots[slot] - 1), key) != 0) {
        slot = (slot + 1) & (n_slots - 1);
    }
    return slot;
}

static om_status grow(om_string_map *map) {
    int64_t n_slots = map->n_slots > 0 ? 2 * map->n_slots : 64;
    int64_t *slots = om_calloc(n_slots, sizeof *slots);
    int64_t *values = om_realloc(map->values, n_slots / 2, sizeof *values);
    if (values != NULL) {
        map->values = values;
    }
    if (slots == NULL || values == NULL) {
        om_free(slots);
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < om_strings_count(map->keys); i++) {
        slots[find_slot(map->keys, slots, n_slots, om_strings_get(map->keys, i))] = i + 1;
    }
    om_free(map->slots);
    map->slots = slots;
    map->n_slots = n_slots;
    return OM_OK;
}

om_status om_string_map_add(om_string_map *map, const char *key, int64_t value, bool *inserted) {
    int64_t count = om_strings_count(map->keys);
    if (2 * (count + 1) > map->n_slots) {
        OM_TRY(grow(map));
    }
    int64_t slot = find_slot(map->keys, map->slots, map->n_slots, key);
    bool is_new = map->slots[slot] == 0;
    if (is_new) {
        OM_TRY(om_strings_add(map->keys, key));
        map->values[count] = value;
        map->slots[slot] = count + 1;
    }
    if (inserted != NULL) {
        *inserted = is_new;
    }
    return OM_OK;
}

int64_t om_string_map_get(const om_string_map *map, const char *key, int64_t otherwise) {
    if (map->n_slots == 0) {
        return otherwise;
    }
    int64_t slot = find_slot(map->keys, map->slots, map->n_slots, key);
    return map->slots[slot] != 0 ? map->values[map->slots[slot] - 1] : otherwise;
}

int64_t om_string_map_count(const om_string_map *map) {
    return om_strings_count(map->keys);
}
