/* A rank's share of a table's profiles, as doubled ranks of the model's features.
 * Profiles are dealt out in blocks by their place in the table. */
#ifndef ONCOMARK_LEARN_PROFILES_H
#define ONCOMARK_LEARN_PROFILES_H

#include "profile_layout.h"

/* Of the blocks in which profiles are dealt out and predicted. */
enum { OM_PROFILE_BLOCK = 32 };

/* Plain data. "Places" are of all columns (genes in rows) or rows (in columns) of the table. */
typedef struct om_profiles {
    const om_profile_layout *layout; /* borrowed */
    int rank;
    int n_ranks;
    int64_t n_features;
    om_strings *names; /* of all places */
    bool *left_out;    /* [places] no profile; of this rank's places, or known from the header */
    int64_t n_own;
    int64_t capacity; /* own profiles for which there is memory */
    int64_t *own;     /* [n_own] places of this rank's profiles, ascending */
    uint16_t *ranks;  /* [n_own x n_features] doubled */
    int64_t n_found;  /* features that the table has */
} om_profiles;

/* Reads the whole table and ranks this rank's profiles. Local. */
om_status om_profiles_read(om_profiles **out, const char *path, const om_profile_layout *layout,
                           om_profile_genes *genes, int rank, int n_ranks);
void om_profiles_destroy(om_profiles **profiles);

/* Whether a place is this rank's. */
bool om_profiles_is_own(const om_profiles *profiles, int64_t place);

/* Makes room for one more own profile, of this place. */
om_status om_profiles_add_own(om_profiles *profiles, int64_t place);

#endif
