/* CSV and TSV: quoted fields, doubled quotes, CRLF, blank lines; the delimiter is found by content.
 */
#ifndef ONCOMARK_TABLE_H
#define ONCOMARK_TABLE_H

#include "oncomark/reader.h"
#include "oncomark/strings.h"

/* One record after another. */
typedef struct om_records om_records;

/* `delimiter` 0: comma or tab, whichever the first line has more of outside quotes (a tie: comma).
 */
om_status om_records_open(om_records **out, const char *path, char delimiter);
void om_records_close(om_records **records);

/* Next record that is not blank; *n_fields is 0 at the end. Fields are borrowed until the next
 * call. A quoted field may contain line breaks. An open quote at the end of the file is OM_INPUT.
 */
om_status om_records_next(om_records *records, char ***fields, int64_t *n_fields);
int64_t om_records_line(const om_records *records); /* where the last record starts */
const char *om_records_path(const om_records *records);

/* A small table in memory. */
typedef struct om_table om_table;

/* The first record is the header; every row must have as many fields (else OM_INPUT with file,
 * line, found, expected); a header one field short of the rows (R's write.table) gets "" put in
 * front. Blanks around headers and a UTF-8 byte-order mark are trimmed. Local. */
om_status om_table_read(om_table **out, const char *path);
void om_table_destroy(om_table **table);
int64_t om_table_rows(const om_table *table);
int64_t om_table_columns(const om_table *table);
const char *om_table_header(const om_table *table, int64_t column);
const char *om_table_cell(const om_table *table, int64_t row, int64_t column);
int64_t om_table_line(const om_table *table, int64_t row);
const char *om_table_path(const om_table *table);
int64_t om_table_find(const om_table *table, const char *header); /* case ignored; -1 if absent */

/* Strict number: the whole text (blanks around it allowed) is a finite or infinite or NaN number.
 */
bool om_parse_f64(const char *text, double *value);
bool om_parse_i64(const char *text, int64_t *value);

/* Appends a field, quoted where it has to be. */
om_status om_csv_field(om_text *text, const char *field);

#endif
