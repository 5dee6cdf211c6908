/* `info`: what this build is, and content digests of files. */
#include "commands.h"
#include "oncomark/content_digest.h"
#include "oncomark/version.h"

#include <stdio.h>
#include <string.h>

static om_status print_build(void) {
    char mpi[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(mpi, &length);
    mpi[strcspn(mpi, "\n,")] = '\0';
    printf("oncomark %s\nMPI: %s\n", om_version(), mpi);
    return OM_OK;
}

static om_status print_digest(const char *path) {
    char hex[OM_DIGEST_HEX];
    OM_TRY(om_content_digest(path, hex));
    printf("%s  %s\n", hex, path);
    return OM_OK;
}

om_status om_cmd_info(om_ctx *ctx, int argc, char **argv) {
    if (!om_context_is_root(ctx)) {
        return OM_OK;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            printf(
                "usage: oncomark info [FILE...]\n\n"
                "Without a file: this build. With files (.h5ad, .h5, or text): the digest of each "
                "one's\ncontent, which is what manifest.json records.\n");
            return OM_OK;
        }
    }
    if (argc == 1) {
        return print_build();
    }
    for (int i = 1; i < argc; i++) {
        OM_TRY(print_digest(argv[i]));
    }
    return OM_OK;
}
