/* The readers of profiles: each reads a table or file of one layout and predicts its profiles. */
#ifndef ONCOMARK_LEARN_PROFILES_H
#define ONCOMARK_LEARN_PROFILES_H

#include "oncomark/string_map.h"
#include "profile_block.h"
#include "profile_layout.h"

/* Each fills all of `predictions` but n_features and n_linear: names on all ranks, figures of the
 * profiles that this rank has computed by `block`, zeros for the others. Collective on the source's
 * ctx. */
om_status om_profiles_read_gene_rows(om_predictions *predictions, om_profile_block *block,
                                     const om_profile_source *source);

/* *in_rows: how many names of rows are genes of the model. */
om_status om_profiles_read_gene_columns(om_predictions *predictions, om_profile_block *block,
                                        const om_profile_source *source, int64_t *in_rows);

/* An AnnData file: profiles in obs, genes in var, by its index or one of its columns, whichever has
 * most of the model's. The source has no layout. */
om_status om_profiles_read_h5ad(om_predictions *predictions, om_profile_block *block,
                                const om_profile_source *source);

/* Appends a profile's name; OM_INPUT where it has come before. `place`: from 0, for messages.
 * Local. */
om_status om_profiles_add_name(om_predictions *predictions, om_string_map *seen, const char *path,
                               const char *name, int64_t place);

/* Room for the figures of so many profiles, zeros for new ones. Local. */
om_status om_profiles_grow(om_predictions *predictions, int64_t n_profiles);

/* Zeros for all profiles' figures. Local. */
void om_profiles_clear_figures(om_predictions *predictions);

/* om_predict with pieces of text of another size, for tests. */
om_status om_profiles_predict(om_predictions **out, om_ctx *ctx, const om_predict_request *request,
                              int64_t piece_bytes);

/* By the file's first bytes. Local. */
om_status om_profiles_is_hdf5(const char *path, bool *answer);

#endif
