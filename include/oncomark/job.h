/* The job: what a job file says, with defaults filled in.
 * Keys, types, defaults, ranges and help stand once, in the table of src/base/job_table.c. */
#ifndef ONCOMARK_JOB_H
#define ONCOMARK_JOB_H

#include "oncomark/status.h"
#include "oncomark/strings.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum om_role { OM_ROLE_TRAIN, OM_ROLE_VALIDATE } om_role;
typedef enum om_values { OM_VALUES_COUNTS, OM_VALUES_TPM, OM_VALUES_LOG } om_values;
typedef enum om_formula { OM_UCELL_2_14, OM_UCELL_2_6 } om_formula;
typedef enum om_missing { OM_MISSING_IMPUTE, OM_MISSING_SKIP } om_missing;
typedef enum om_threshold_method { OM_OTSU_HALVES, OM_OTSU } om_threshold_method;
typedef enum om_loss { OM_LOSS_MASKED, OM_LOSS_PUBLISHED } om_loss;
typedef enum om_group {
    OM_GROUP_PATIENT,
    OM_GROUP_SAMPLE,
    OM_GROUP_STUDY,
    OM_GROUP_TISSUE,
    OM_GROUP_NONE
} om_group;
typedef enum om_shuffle { OM_SHUFFLE_EPOCH, OM_SHUFFLE_ONCE } om_shuffle;
typedef enum om_keep { OM_KEEP_BEST, OM_KEEP_LAST } om_keep;

/* One entry of `data:`. All strings owned by the job. */
typedef struct om_data_set {
    char *path;   /* absolute, or relative to the working directory */
    char *id;     /* folder name without "Data_" unless given */
    char *study;  /* first token of id (up to '_') unless given */
    char *tissue; /* rest of id after the first '_' unless given */
    om_role role;
    om_values values;
    char *cells;                 /* table of the cells; NULL: as the format has it */
    char *metadata;              /* table of the samples; NULL: as the format has it */
    char *gene_symbols;          /* column of var; NULL: as the file has it */
    bool raw;                    /* raw.X of an .h5ad */
    char *genome;                /* of a 10x .h5; NULL: the only one */
    char *threshold_tissue;      /* NULL: its own tissue */
    om_strings *include_samples; /* empty: all */
    om_strings *exclude_samples;
    long line; /* of the entry in the job file, for messages */
} om_data_set;

/* One row of `exclude_where:`: cells whose metadata column has one of these values are no tumour.
 */
typedef struct om_exclusion {
    char *column;
    om_strings *values; /* compared with case ignored */
} om_exclusion;

/* A hint for MPI-IO, such as striping_factor: 8. */
typedef struct om_hint {
    char *key;
    char *value;
} om_hint;

typedef enum om_compression { OM_COMPRESSION_NONE, OM_COMPRESSION_DEFLATE } om_compression;

typedef struct om_store_parameters {
    om_compression compression;
} om_store_parameters;

typedef struct om_qc_parameters {
    int64_t min_genes;
    int64_t max_genes;
    double max_mito_percent;
    bool max_mito_inclusive; /* true: pct_mito <= max passes; false: < max */
    char *mito_prefix;
    int64_t min_cells_per_gene;
} om_qc_parameters;

typedef struct om_score_parameters {
    om_formula formula;
    int64_t max_rank;
    om_missing missing_genes;
    bool aliases;
    double negative_weight; /* w_neg of signed sets */
} om_score_parameters;

typedef struct om_threshold_parameters {
    om_threshold_method method;
    int64_t bins;
} om_threshold_parameters;

typedef struct om_synthetic_parameters {
    int64_t cells_per_sample;
    int64_t min_cells;
} om_synthetic_parameters;

typedef struct om_feature_parameters {
    int64_t most_variable;
} om_feature_parameters;

typedef struct om_train_parameters {
    om_loss loss;
    om_group split_group;    /* train.split.group */
    double split_validation; /* train.split.validation: share of samples */
    double split_test;       /* train.split.test */
    int64_t hidden;          /* width of the shared layer */
    int64_t head;            /* width of each head's layer */
    int64_t batch;
    int64_t block; /* divides batch */
    int64_t epochs;
    double learning_rate;
    double learning_rate_factor;    /* x this ... */
    int64_t learning_rate_patience; /* ... after so many epochs without a better validation loss */
    double learning_rate_floor;
    double beta1;
    double beta2;
    double epsilon;
    int64_t patience; /* stop after so many epochs without a better validation loss; 0: never */
    om_shuffle shuffle;
    om_keep keep;
} om_train_parameters;

/* One row of `crossval.sweep:`: a key and the values that it takes in turn. */
typedef struct om_sweep_axis {
    char *key;          /* "train.learning_rate" */
    om_strings *values; /* in canonical form */
} om_sweep_axis;

typedef struct om_crossval_parameters {
    int64_t folds;
    int64_t repeats;
    om_group group;      /* its samples are never on two sides */
    bool leave_one_out;  /* a fold for each group, in place of folds x repeats */
    bool permute_labels; /* within each hallmark: a control that nothing can be learned from */
    int64_t patience;    /* in place of train.patience */
    om_keep keep;        /* in place of train.keep */
    int64_t n_axes;
    om_sweep_axis *sweep; /* [n_axes] in the order of the table of keys, as a mapping has none */
    long sweep_line;      /* of it in the job file, for messages */
} om_crossval_parameters;

/* What a bulk profile is. Of a whole set OM_BULK_MIXED: told profile by profile; of one profile:
 * neither cancer nor normal. */
typedef enum om_bulk_class { OM_BULK_MIXED, OM_BULK_CANCER, OM_BULK_NORMAL } om_bulk_class;

/* What to do with profiles that are neither. */
typedef enum om_bulk_others { OM_OTHERS_ERROR, OM_OTHERS_LEAVE_OUT } om_bulk_others;

/* One entry of `validate.bulk:`. All strings owned by the job. */
typedef struct om_bulk_set {
    char *path;
    char *name; /* the file's name without its suffixes unless given */
    om_bulk_class class;
    char *gene_map;     /* NULL: none */
    char *classes;      /* table of the profiles' classes; NULL: none */
    char *class_column; /* of that table, else of the profiles' own; NULL: names tell the classes */
    om_strings *cancer; /* globs, case ignored */
    om_strings *normal;
    long line; /* of the entry in the job file, for messages */
} om_bulk_set;

typedef struct om_validate_parameters {
    int64_t min_cells; /* of a pooled sample */
    om_bulk_others others;
    int64_t n_bulk;
    om_bulk_set *bulk; /* [n_bulk] */
} om_validate_parameters;

typedef struct om_pca_parameters {
    bool run; /* as a part of `oncomark run` */
    int64_t components;
} om_pca_parameters;

typedef struct om_baseline_parameters {
    bool run; /* as a part of `oncomark run` */
    double smallest_penalty;
    double largest_penalty;
    int64_t penalties; /* that many between the two, at equal ratios */
} om_baseline_parameters;

typedef struct om_job {
    char *name;
    uint64_t seed;
    char *workdir;
    int64_t memory_limit; /* bytes a rank */
    char *scratch;        /* see om_job_scratch; NULL: none */
    int64_t n_hints;
    om_hint *mpi_io; /* [n_hints] in the order of the job file */
    char *gene_sets;
    char *alias_table; /* NULL: none */
    char *published;   /* folder of the published tables, in place of data; NULL: none */
    int64_t n_data;
    om_data_set *data;
    int64_t n_exclusions;
    om_exclusion *exclude_where;
    om_store_parameters store;
    om_qc_parameters qc;
    om_score_parameters score;
    om_threshold_parameters threshold;
    om_synthetic_parameters synthetic;
    om_feature_parameters features;
    om_train_parameters train;
    om_crossval_parameters crossval;
    om_validate_parameters validate;
    om_pca_parameters pca;
    om_baseline_parameters baseline;
    char *path; /* of the job file */
} om_job;

/* Reads and checks a job file (bytes already read from `path`), then applies `settings`
 * ("train.epochs=5"; NULL: none), of which the last one of a key holds. Relative paths, in settings
 * too, start at the folder of `path`. Errors are OM_USAGE and name file and line, or the setting,
 * and key. Local: read the bytes on one rank and broadcast them. */
om_status om_job_parse(om_job **out, const char *path, const char *bytes, int64_t length,
                       const om_strings *settings);
void om_job_destroy(om_job **job);

/* OM_USAGE where the job names no training data, as one for `validate.bulk` alone may. Local. */
om_status om_job_require_data(const om_job *job);
/* Whether there are external studies: data with `role: validate`. Local. */
bool om_job_has_external(const om_job *job);

/* The folder for temporary files that `scratch` names, on this rank, where a variable at its start
 * ("$TMPDIR") may have a value of its own; owned by the caller, NULL where the job names none.
 * OM_USAGE where the variable is not set or the folder cannot be written to. Local. */
om_status om_job_scratch(char **out, const om_job *job);

/* Appends "key: value" lines of every parameter whose key is `section` or starts with "section.";
 * "" is all of them. The canonical form, the same text for the same meaning: artefact keys and the
 * manifest use it. `data`, `exclude_where`, `mpi_io`, `crossval.sweep` and `validate.bulk` are
 * sections too; an unknown section is OM_BUG. */
om_status om_job_describe(const om_job *job, const char *section, om_text *text);

/* Appends the help of all parameters: key, type, default, range, meaning. */
om_status om_job_help(om_text *text);

#endif
