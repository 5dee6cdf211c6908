#include "job_scratch.h"

#include "oncomark/job.h"
#include "oncomark/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOST = 128 };

size_t om_job_variable(const char *text, const char **end) {
    bool braced = text[0] == '$' && text[1] == '{';
    const char *name = text + (braced ? 2 : 1);
    size_t length = 0;
    while (isalnum((unsigned char)name[length]) || name[length] == '_') {
        length++;
    }
    if (text[0] != '$' || isdigit((unsigned char)name[0]) || (braced && name[length] != '}')) {
        return 0;
    }
    *end = name + length + (braced ? 1 : 0);
    return length;
}

static void find_host(char host[HOST]) {
    memset(host, 0, HOST);
    gethostname(host, HOST - 1);
}

static om_status expand(char **out, const om_job *job) {
    const char *rest = job->scratch;
    const char *value = "";
    size_t length = om_job_variable(job->scratch, &rest);
    if (length > 0) {
        char *name =
            om_format("%.*s", (int)length, job->scratch + (job->scratch[1] == '{' ? 2 : 1));
        if (name == NULL) {
            return OM_MEMORY;
        }
        value = getenv(name);
        om_status status = OM_OK;
        if (value == NULL || value[0] == '\0') {
            char host[HOST];
            find_host(host);
            status = om_fail(OM_USAGE,
                             "%s: found %s for scratch, but the variable %s is not set on host %s",
                             job->path, job->scratch, name, host);
        }
        om_free(name);
        OM_TRY(status);
    }
    *out = om_format("%s%s", value, rest);
    return *out != NULL ? OM_OK : OM_MEMORY;
}

/* access(2) knows of file systems that are mounted for reading only, too. */
static om_status check_folder(const om_job *job, const char *folder) {
    struct stat found;
    int cause = stat(folder, &found) != 0 ? errno : S_ISDIR(found.st_mode) ? 0 : ENOTDIR;
    if (cause == 0 && access(folder, W_OK | X_OK) != 0) {
        cause = errno;
    }
    if (cause == 0) {
        return OM_OK;
    }
    char host[HOST];
    find_host(host);
    return om_fail(
        OM_USAGE,
        "%s: found %s for scratch, which is %s on host %s, where nothing can be written: "
        "%s",
        job->path, job->scratch, folder, host, strerror(cause));
}

om_status om_job_scratch(char **out, const om_job *job) {
    *out = NULL;
    if (job->scratch == NULL) {
        return OM_OK;
    }
    om_status status = expand(out, job);
    status = status == OM_OK ? check_folder(job, *out) : status;
    if (status != OM_OK) {
        om_free(*out);
        *out = NULL;
    }
    return status;
}
