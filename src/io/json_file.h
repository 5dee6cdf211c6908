/* JSON files. Local. */
#ifndef ONCOMARK_IO_JSON_FILE_H
#define ONCOMARK_IO_JSON_FILE_H

#include "lock.h"

#include <cjson/cJSON.h>

/* Owned by the caller. OM_INPUT where the file holds something else. */
om_status om_json_read(cJSON **out, const char *path);

/* Replaces the file, whole or not at all, while the lock is ours. */
om_status om_json_write(const cJSON *json, const char *path, const om_lock *lock);

/* Records that cJSON had no memory. */
om_status om_json_failure(void);

#endif
