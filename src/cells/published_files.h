/* The folder of the published tables: which file is which, and the headers. */
#ifndef ONCOMARK_CELLS_PUBLISHED_FILES_H
#define ONCOMARK_CELLS_PUBLISHED_FILES_H

#include "oncomark/strings.h"

/* Label by label, 1 is positive. Plain data. */
typedef struct om_published_files {
    char *data[2];
    char *meta[2];
} om_published_files;

/* Finds the four files by their names: data_pos_sep_hallmark.csv and its likes or, where there is
 * none of that name, any .csv, .tsv or .txt (or one with .gz behind it) that has "meta" or else
 * "data", and "pos" or "neg" in its name, case ignored. OM_INPUT where one is missing or two could
 * be meant. Local. */
om_status om_published_files_find(om_published_files **out, const char *folder);
void om_published_files_destroy(om_published_files **files);

/* Appends a line a file: path, size, time. Local. */
om_status om_published_files_describe(const om_published_files *files, om_text *text);

/* A table's header. Plain data. */
typedef struct om_published_header {
    char delimiter;
    int64_t bytes;     /* of text up to its end */
    int64_t lines;     /* up to its end */
    int64_t expected;  /* bytes of text of the whole file; of gzip, which does not tell, a guess */
    om_strings *genes; /* in upper case, without blanks around them */
} om_published_header;

/* Reads the first line that is not blank. The row names have a header of their own, whatever it
 * says, or none at all, as R writes it: the first row tells. OM_INPUT for a table without rows, or
 * whose first row is neither as long as the header nor one field longer. Local. */
om_status om_published_header_read(om_published_header *header, const char *path);
void om_published_header_release(om_published_header *header);

#endif
