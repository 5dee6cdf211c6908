/* HDF5 files: handles that close themselves, errors with HDF5's own words, and a content digest
 * that grows with every write. Object paths are like "obs/sample"; "" is the file's root. */
#ifndef ONCOMARK_H5_H
#define ONCOMARK_H5_H

#include "oncomark/context.h"
#include "oncomark/digest.h"
#include "oncomark/strings.h"

typedef struct om_h5 om_h5;

#define OM_H5_MAX_DIMENSIONS 3

/* Serial: new file (an existing one is replaced: give a temporary name), or reading. Local. */
om_status om_h5_create(om_h5 **out, const char *path);
om_status om_h5_open(om_h5 **out, const char *path);

/* Makes an empty file as the hints for MPI-IO that ctx has ask for (see om_context_set_hints), such
 * as in stripes, which only its first creation can settle; without hints, nothing. om_h5_create
 * then fills it. Local, on the rank that creates. */
om_status om_h5_prepare(const om_ctx *ctx, const char *path);

/* Reopens a file, made and closed by one rank, for numeric slabs by all ranks (MPI-IO). Collective.
 */
om_status om_h5_open_parallel(om_h5 **out, om_ctx *ctx, const char *path);

/* Closes; the status is that of flushing. Collective for a parallel file. NULL is fine. */
om_status om_h5_close(om_h5 **file);

/* False where HDF5 could not close a file or an object in it, as on a full disk. Its own end, which
 * MPI_Finalize brings about, would close them once more and crash. Local. */
bool om_h5_all_closed(void);

const char *om_h5_path(const om_h5 *file);

/* Sum of what was written through this handle so far. Over all ranks and both phases of a file
 * (serial, parallel) these add up to om_h5_digest_file. */
om_digest om_h5_digest(const om_h5 *file);

/* Content digest of a whole file, read back: all data sets and attributes. Local. */
om_status om_h5_digest_file(const char *path, om_digest *digest);

/* Serial writing. Groups on the way are made. */
om_status om_h5_write_group(om_h5 *file, const char *path);
om_status om_h5_write(om_h5 *file, const char *path, om_type type, int n_dimensions,
                      const int64_t *shape, const void *values);
om_status om_h5_write_strings(om_h5 *file, const char *path,
                              const om_strings *strings); /* UTF-8, variable length, 1-D */
om_status om_h5_write_string(om_h5 *file, const char *path, const char *text); /* scalar */
om_status om_h5_write_attribute_string(om_h5 *file, const char *path, const char *name,
                                       const char *text);
om_status om_h5_write_attribute_strings(om_h5 *file, const char *path, const char *name,
                                        const om_strings *strings);
om_status om_h5_write_attribute_i64(om_h5 *file, const char *path, const char *name, int64_t n,
                                    const int64_t *values); /* n 0: scalar values[0] */
om_status om_h5_write_attribute_bool(om_h5 *file, const char *path, const char *name, bool value);

/* Makes a contiguous data set with its space allocated, to be filled by om_h5_write_rows. */
om_status om_h5_reserve(om_h5 *file, const char *path, om_type type, int n_dimensions,
                        const int64_t *shape);

/* Writes rows first .. first+count-1 (first dimension) of a reserved data set; `type` is that of
 * the data set. count 0 is fine. Collective on a parallel file: every rank calls it. */
om_status om_h5_write_rows(om_h5 *file, const char *path, om_type type, int64_t first,
                           int64_t count, const void *values);

/* Reading (serial handle). A missing object is OM_INPUT naming file and object. */
bool om_h5_exists(const om_h5 *file, const char *path);
om_status om_h5_list(const om_h5 *file, const char *path,
                     om_strings **names); /* members of a group, by name */
om_status om_h5_shape(const om_h5 *file, const char *path, int *n_dimensions,
                      int64_t shape[OM_H5_MAX_DIMENSIONS]);
om_status om_h5_type(const om_h5 *file, const char *path,
                     om_type *type); /* OM_INPUT for strings and others */
om_status om_h5_read_rows(const om_h5 *file, const char *path, om_type as, int64_t first,
                          int64_t count, void *values);
om_status om_h5_read_strings(const om_h5 *file, const char *path, om_strings **strings);
om_status om_h5_read_string(const om_h5 *file, const char *path, char **text); /* scalar; owned */
om_status om_h5_read_attribute_string(const om_h5 *file, const char *path, const char *name,
                                      char **text); /* owned */
om_status om_h5_read_attribute_strings(const om_h5 *file, const char *path, const char *name,
                                       om_strings **strings); /* owned */
om_status om_h5_read_attribute_i64(const om_h5 *file, const char *path, const char *name, int64_t n,
                                   int64_t *values);

#endif
