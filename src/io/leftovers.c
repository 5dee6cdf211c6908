#include "leftovers.h"

#include "lock_holder.h"
#include "oncomark/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As deep as .oncomark/crossval/tasks. */
enum { DEEPEST = 3 };

/* The token in "name.<token>.tmp", or with more than one ".tmp"; false: no temporary file of ours.
 */
static bool find_token(const char *name, char token[OM_LOCK_TOKEN]) {
    static const char ending[] = ".tmp";
    const size_t n_ending = sizeof ending - 1;
    const size_t n_token = OM_LOCK_TOKEN - 1;
    size_t length = strlen(name);
    bool is_temporary = false;
    while (length > n_ending && strncmp(name + length - n_ending, ending, n_ending) == 0) {
        length -= n_ending;
        is_temporary = true;
    }
    if (!is_temporary || length <= n_token || name[length - n_token - 1] != '.') {
        return false;
    }
    snprintf(token, OM_LOCK_TOKEN, "%.*s", (int)n_token, name + length - n_token);
    return om_lock_is_token(token, n_token);
}

/* Links are not followed: who knows where they lead. */
static bool is_folder(const struct dirent *entry, const char *path) {
    struct stat found;
    if (entry->d_type != DT_UNKNOWN) {
        return entry->d_type == DT_DIR;
    }
    return lstat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static bool is_itself_or_parent(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static om_status remove_in(const char *folder, const om_strings *tokens, bool all_but, int depth);

static om_status take(const struct dirent *entry, const char *path, const om_strings *tokens,
                      bool all_but, int depth) {
    char token[OM_LOCK_TOKEN];
    if (is_folder(entry, path)) {
        return depth < DEEPEST ? remove_in(path, tokens, all_but, depth + 1) : OM_OK;
    }
    if (find_token(entry->d_name, token) && (om_strings_find(tokens, token) >= 0) != all_but) {
        unlink(path);
    }
    return OM_OK;
}

static om_status remove_in(const char *folder, const om_strings *tokens, bool all_but, int depth) {
    DIR *list = opendir(folder);
    om_status status = OM_OK;
    for (struct dirent *entry = list != NULL ? readdir(list) : NULL;
         status == OM_OK && entry != NULL; entry = readdir(list)) {
        if (is_itself_or_parent(entry->d_name)) {
            continue;
        }
        char *path = om_format("%s/%s", folder, entry->d_name);
        status = path != NULL ? take(entry, path, tokens, all_but, depth) : OM_MEMORY;
        om_free(path);
    }
    if (list != NULL) {
        closedir(list);
    }
    return status;
}

om_status om_leftovers_remove(const char *folder, const om_strings *tokens, bool all_but) {
    return remove_in(folder, tokens, all_but, 0);
}
