/* How a table of profiles is laid out. */
#ifndef ONCOMARK_LEARN_PROFILE_LAYOUT_H
#define ONCOMARK_LEARN_PROFILE_LAYOUT_H

#include "oncomark/context.h"
#include "profile_genes.h"
#include "profile_header.h"

typedef struct om_profile_layout {
    om_profile_header header;
    om_strings *names; /* of all columns; the first stands over the names of rows */
    bool genes_in_rows;
    bool is_certain;    /* whatever rows follow */
    int64_t id_column;  /* the column with the names of rows */
    int64_t in_header;  /* of the model's genes in the header, duplicates too */
    int64_t n_features; /* of the model */
} om_profile_layout;

/* A table and who reads it. Plain data, borrowed. */
typedef struct om_profile_source {
    om_ctx *ctx;
    const char *path;
    const om_profile_layout *layout;
    om_profile_genes *genes;
    int64_t piece_bytes;      /* of text that a rank has in hand */
    const char *class_column; /* of profiles in rows, which is no gene; NULL: none */
} om_profile_source;

/* Looks at the header and the first rows; at the names of all rows where these tell nothing. Genes
 * are in rows where more of the model's genes are there than in the header; of several columns that
 * may have them, it is that with most. Without certainty genes are taken to be in columns.
 * OM_INPUT: no gene anywhere, Ensembl ids without a map, a first line that is no header. Collective
 * on ctx. */
om_status om_profile_layout_read(om_profile_layout *layout, om_ctx *ctx, const char *path,
                                 om_profile_genes *genes, int64_t piece_bytes);
void om_profile_layout_free(om_profile_layout *layout);

/* Counts the model's genes in all rows, and settles whether genes are in rows. Collective. */
om_status om_profile_layout_settle(om_profile_layout *layout, om_ctx *ctx, const char *path,
                                   om_profile_genes *genes, int64_t piece_bytes);

#endif
