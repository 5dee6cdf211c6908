/* How a table of profiles is laid out. */
#ifndef ONCOMARK_LEARN_PROFILE_LAYOUT_H
#define ONCOMARK_LEARN_PROFILE_LAYOUT_H

#include "oncomark/strings.h"
#include "profile_genes.h"

#include <stdbool.h>

typedef struct om_profile_layout {
    bool genes_in_rows;
    om_strings *header; /* as many as a row has fields; the first stands over the names of rows */
} om_profile_layout;

/* Looks at the header and, as far as it takes, at the first column. Local. */
om_status om_profile_layout_read(om_profile_layout *layout, const char *path,
                                 om_profile_genes *genes);
void om_profile_layout_free(om_profile_layout *layout);

#endif
