/* The stages' part of the manifest. */
#include "manifest.h"

#include "json_file.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <dirent.h>
#include <string.h>

static const char ending[] = ".json";

om_status om_manifest_write_share(const char *shares_folder, const char *name, const cJSON *stage,
                                  const om_lock *lock) {
    OM_TRY(om_folder_make(shares_folder));
    char *path = om_format("%s/%s%s", shares_folder, name, ending);
    om_status status = path != NULL ? om_json_write(stage, path, lock) : OM_MEMORY;
    om_free(path);
    return status;
}

static om_status add_share(cJSON *stages, const char *shares_folder, const char *file_name) {
    cJSON *stage = NULL;
    char *path = om_format("%s/%s", shares_folder, file_name);
    char *name = om_format("%.*s", (int)(strlen(file_name) - strlen(ending)), file_name);
    om_status status = path != NULL && name != NULL ? om_json_read(&stage, path) : OM_MEMORY;
    if (status == OM_OK) {
        cJSON_DeleteItemFromObjectCaseSensitive(stages, name);
        if (!cJSON_AddItemToObject(stages, name, stage)) {
            cJSON_Delete(stage);
            status = om_json_failure();
        }
    }
    om_free(path);
    om_free(name);
    return status;
}

static om_status add_shares(cJSON *stages, const char *shares_folder) {
    DIR *folder = opendir(shares_folder);
    if (folder == NULL) {
        return OM_OK;
    }
    om_status status = OM_OK;
    for (struct dirent *entry = readdir(folder); status == OM_OK && entry != NULL;
         entry = readdir(folder)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ending) == 0) {
            status = add_share(stages, shares_folder, entry->d_name);
        }
    }
    closedir(folder);
    return status;
}

om_status om_manifest_read_stages(cJSON **out, const char *path, const char *shares_folder) {
    *out = NULL;
    if (om_file_exists(path)) {
        cJSON *manifest = NULL;
        OM_TRY(om_json_read(&manifest, path));
        *out = cJSON_DetachItemFromObjectCaseSensitive(manifest, "stages");
        cJSON_Delete(manifest);
    }
    if (!cJSON_IsObject(*out)) {
        cJSON_Delete(*out);
        *out = cJSON_CreateObject();
    }
    return *out != NULL ? add_shares(*out, shares_folder) : om_json_failure();
}
