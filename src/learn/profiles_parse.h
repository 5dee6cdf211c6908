/* The two layouts of a table of profiles. */
#ifndef ONCOMARK_LEARN_PROFILES_PARSE_H
#define ONCOMARK_LEARN_PROFILES_PARSE_H

#include "oncomark/table.h"
#include "profiles.h"

/* Each reads the rows that follow the header. Local. */
om_status om_profiles_parse_gene_rows(om_profiles *profiles, om_records *records,
                                      om_profile_genes *genes);
om_status om_profiles_parse_gene_columns(om_profiles *profiles, om_records *records,
                                         om_profile_genes *genes);

/* The next row, with as many fields as the header; *n_fields 0 at the end. */
om_status om_profiles_next_row(const om_profiles *profiles, om_records *records, char ***fields,
                               int64_t *n_fields);

/* OM_INPUT for a number below 0 or not finite. */
om_status om_profiles_check_number(const om_profiles *profiles, const om_records *records,
                                   int64_t column, const char *text, double value);

#endif
