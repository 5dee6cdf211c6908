#include "json_file.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <string.h>

om_status om_json_failure(void) {
    return om_fail(OM_MEMORY, "out of memory: JSON");
}

om_status om_json_read(cJSON **out, const char *path) {
    char *bytes = NULL;
    int64_t length = 0;
    *out = NULL;
    OM_TRY(om_file_read_all(path, &bytes, &length));
    *out = cJSON_ParseWithLength(bytes, (size_t)length);
    om_free(bytes);
    if (*out == NULL) {
        return om_fail(OM_INPUT, "%s: this is no valid JSON; remove it to make it anew", path);
    }
    return OM_OK;
}

om_status om_json_write(const cJSON *json, const char *path, const om_lock *lock) {
    char *text = cJSON_Print(json);
    if (text == NULL) {
        return om_json_failure();
    }
    om_status status = om_lock_write(lock, path, text, (int64_t)strlen(text));
    cJSON_free(text);
    return status;
}
