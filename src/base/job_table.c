#include "job_table.h"

#include "oncomark/job.h"

#include <math.h>
#include <string.h>

#define BOOL(key_, field_, default_, help_)                                                        \
    {                                                                                              \
        .key = key_, .type = OM_PARAMETER_BOOL, .offset = offsetof(om_job, field_),                \
        .default_text = default_, .help = help_                                                    \
    }
#define INT(key_, field_, default_, minimum_, maximum_, help_)                                     \
    {                                                                                              \
        .key = key_, .type = OM_PARAMETER_INT, .offset = offsetof(om_job, field_),                 \
        .default_text = default_, .minimum = minimum_, .maximum = maximum_, .help = help_          \
    }
#define REAL(key_, field_, default_, minimum_, maximum_, bounds_, help_)                           \
    {                                                                                              \
        .key = key_, .type = OM_PARAMETER_REAL, .offset = offsetof(om_job, field_),                \
        .default_text = default_, .minimum = minimum_, .maximum = maximum_, .bounds = bounds_,     \
        .help = help_                                                                              \
    }
#define TEXT(key_, type_, field_, default_, note_, help_)                                          \
    {                                                                                              \
        .key = key_, .type = type_, .offset = offsetof(om_job, field_), .default_text = default_,  \
        .default_note = note_, .help = help_                                                       \
    }
#define CHOICE(key_, field_, default_, choices_, help_)                                            \
    {                                                                                              \
        .key = key_, .type = OM_PARAMETER_CHOICE, .offset = offsetof(om_job, field_),              \
        .default_text = default_, .choices = choices_, .help = help_                               \
    }

#define BYTES(key_, field_, default_, minimum_, help_)                                             \
    {                                                                                              \
        .key = key_, .type = OM_PARAMETER_BYTES, .offset = offsetof(om_job, field_),               \
        .default_text = default_, .minimum = minimum_, .maximum = INFINITY, .help = help_          \
    }

/* Values read as int through a copy of the enum's bytes. */
_Static_assert(sizeof(om_formula) == sizeof(int), "a choice is stored as an int");

static const char *const formula_choices[] = {
    [OM_UCELL_2_14] = "ucell-2.14", [OM_UCELL_2_6] = "ucell-2.6", NULL};
static const char *const missing_choices[] = {
    [OM_MISSING_IMPUTE] = "impute", [OM_MISSING_SKIP] = "skip", NULL};
static const char *const threshold_choices[] = {
    [OM_OTSU_HALVES] = "otsu-halves", [OM_OTSU] = "otsu", NULL};
static const char *const loss_choices[] = {
    [OM_LOSS_MASKED] = "masked", [OM_LOSS_PUBLISHED] = "published", NULL};
static const char *const group_choices[] = {
    [OM_GROUP_PATIENT] = "patient", [OM_GROUP_SAMPLE] = "sample", [OM_GROUP_STUDY] = "study",
    [OM_GROUP_TISSUE] = "tissue",   [OM_GROUP_NONE] = "none",     NULL};
static const char *const shuffle_choices[] = {
    [OM_SHUFFLE_EPOCH] = "epoch", [OM_SHUFFLE_ONCE] = "once", NULL};
static const char *const keep_choices[] = {[OM_KEEP_BEST] = "best", [OM_KEEP_LAST] = "last", NULL};
static const char *const compression_choices[] = {
    [OM_COMPRESSION_NONE] = "none", [OM_COMPRESSION_DEFLATE] = "deflate", NULL};
static const char *const role_choices[] = {
    [OM_ROLE_TRAIN] = "train", [OM_ROLE_VALIDATE] = "validate", NULL};
static const char *const values_choices[] = {
    [OM_VALUES_COUNTS] = "counts", [OM_VALUES_TPM] = "tpm", [OM_VALUES_LOG] = "log", NULL};

static const char *const others_choices[] = {
    [OM_OTHERS_ERROR] = "error", [OM_OTHERS_LEAVE_OUT] = "leave_out", NULL};
static const char *const class_choices[] = {
    [OM_BULK_MIXED] = "mixed", [OM_BULK_CANCER] = "cancer", [OM_BULK_NORMAL] = "normal", NULL};

static const om_parameter job_rows[] = {
    TEXT("name", OM_PARAMETER_STRING, name, NULL, "the job file's name without .yaml",
         "Name of the run, for messages and the report; may not contain '/'."),
    {.key = "seed",
     .type = OM_PARAMETER_SEED,
     .offset = offsetof(om_job, seed),
     .default_text = "42",
     .help = "Seed of every random choice. Same job and seed, same results at any number of "
             "ranks."},
    TEXT("workdir", OM_PARAMETER_PATH, workdir, NULL, "work/<name>",
         "Folder for everything the run makes; created when missing."),
    BYTES("memory_limit", memory_limit, "2 GiB", 0x1p28,
          "Memory that a rank takes from reading its files to synthetic samples, at most; results "
          "do not depend on it."),
    TEXT("scratch", OM_PARAMETER_NODE_PATH, scratch, NULL, "null: the workdir",
         "Folder for temporary files, best on a disk of the node itself: $TMPDIR, or a path. A "
         "variable at its start has its value on each rank. Results do not depend on it."),
    {.key = "mpi_io",
     .type = OM_PARAMETER_HINTS,
     .default_note = "{}: none",
     .help = "Hints for MPI-IO, such as {striping_factor: 8, romio_cb_write: enable}; unknown ones "
             "are ignored. Results do not depend on them."},
    TEXT("gene_sets", OM_PARAMETER_PATH, gene_sets, NULL, "none: must be given",
         "The ten hallmark gene sets: a GMT file, or a CSV with a column a hallmark."),
    TEXT("alias_table", OM_PARAMETER_PATH, alias_table, NULL, "none",
         "TSV of old and current gene symbols, used where score.aliases is true."),
    {.key = "data",
     .type = OM_PARAMETER_DATA,
     .default_note = "none: must be given",
     .help = "List of the data sets, one entry each."},
    TEXT("published", OM_PARAMETER_PATH, published, NULL, "none",
         "Folder with the published tables (data_pos_sep_hallmark.csv, ...): synthetic.h5ad is "
         "made from them; stands in place of data."),
    {.key = "exclude_where",
     .type = OM_PARAMETER_EXCLUSIONS,
     .default_text = "{cancer_type: [Normal, Healthy], source: [Normal], sample_type: [normal]}",
     .help = "Metadata column to values, case ignored: such samples are no tumour and are left "
             "out. Given here, it replaces the whole default."},

    CHOICE("store.compression", store.compression, "none", compression_choices,
           "none: fastest; deflate: about a quarter of the space, any HDF5 reader opens it."),

    INT("qc.min_genes", qc.min_genes, "200", 0, 1e9, "A cell needs at least so many genes."),
    INT("qc.max_genes", qc.max_genes, "6000", 1, 1e9, "A cell has at most so many genes."),
    REAL("qc.max_mito_percent", qc.max_mito_percent, "15", 0, 100, OM_BOUNDS_CLOSED,
         "A cell has at most this percentage of its counts from mitochondrial genes."),
    BOOL("qc.max_mito_inclusive", qc.max_mito_inclusive, "true",
         "true: exactly qc.max_mito_percent passes; false: it has to be below."),
    TEXT("qc.mito_prefix", OM_PARAMETER_STRING, qc.mito_prefix, "MT-", NULL,
         "Symbols of mitochondrial genes start so, case ignored (also finds mouse mt-)."),
    INT("qc.min_cells_per_gene", qc.min_cells_per_gene, "3", 0, 1e9,
        "Quality control ignores genes seen in fewer cells of the data set."),

    CHOICE("score.formula", score.formula, "ucell-2.14", formula_choices,
           "ucell-2.14: as UCell since 2.13.3; ucell-2.6: as UCell before 2.7.6 (published)."),
    INT("score.max_rank", score.max_rank, "1500", 1, 1e9,
        "Ranks beyond this one count alike; UCell's maxRank."),
    CHOICE("score.missing_genes", score.missing_genes, "impute", missing_choices,
           "Genes of a set that a data set lacks: impute counts them as not expressed, skip takes "
           "them out of the set."),
    BOOL("score.aliases", score.aliases, "true",
         "Resolve old gene symbols by alias_table; false: symbols match exactly."),
    REAL("score.negative_weight", score.negative_weight, "1", 0, INFINITY, OM_BOUNDS_CLOSED,
         "Weight of the genes marked with a trailing '-' in signed sets."),

    CHOICE("threshold.method", threshold.method, "otsu-halves", threshold_choices,
           "otsu-halves: Otsu on the lower and on the upper half of a tissue's scores, cells "
           "between the two are not used; otsu: one threshold for all."),
    INT("threshold.bins", threshold.bins, "256", 2, 1e6, "Bins of Otsu's histogram."),

    INT("synthetic.cells_per_sample", synthetic.cells_per_sample, "200", 1, 1e9,
        "Single cells summed to one synthetic sample."),
    INT("synthetic.min_cells", synthetic.min_cells, "200", 1, 1e9,
        "A sample with fewer positive (negative) cells of a hallmark gives none for it."),

    INT("features.most_variable", features.most_variable, "10000", 1, 1e6,
        "So many of the most variable genes of the positive and of the negative samples; the "
        "genes in both are the features."),

    CHOICE("train.loss", train.loss, "masked", loss_choices,
           "masked: a sample trains its own hallmark's head only; published: as the paper's code, "
           "where every head learns every hallmark's labels."),
    CHOICE(
        "train.split.group", train.split_group, "patient", group_choices,
        "Samples of one patient (sample, study, tissue) stay on one side of the split; none: each "
        "synthetic sample is drawn alone, within its hallmark."),
    REAL("train.split.validation", train.split_validation, "0.15", 0, 1, OM_BOUNDS_OPEN,
         "Share of samples that steer training (learning rate, early stop, best epoch)."),
    REAL("train.split.test", train.split_test, "0.15", 0, 1, OM_BOUNDS_OPEN_MAXIMUM,
         "Share of samples kept for the final figures only; 0 for none."),
    INT("train.hidden", train.hidden, "64", 1, 65536, "Units of the shared layer."),
    INT("train.head", train.head, "16", 1, 65536, "Units of each hallmark's own layer."),
    INT("train.batch", train.batch, "256", 1, 1048576, "Samples an optimiser step."),
    INT("train.block", train.block, "32", 1, 1048576,
        "Samples a rank computes in one piece; divides train.batch. At most batch / block ranks "
        "share one training, and of those the largest power of two (8 with the defaults)."),
    INT("train.epochs", train.epochs, "50", 1, 1e6, "Passes over the training samples, at most."),
    REAL("train.learning_rate", train.learning_rate, "1e-4", 0, 1, OM_BOUNDS_OPEN_MINIMUM,
         "Adam's step size."),
    REAL("train.learning_rate_factor", train.learning_rate_factor, "0.5", 0, 1,
         OM_BOUNDS_OPEN_MINIMUM,
         "The learning rate is multiplied by this when validation stops improving; 1: never."),
    INT("train.learning_rate_patience", train.learning_rate_patience, "3", 1, 1e6,
        "Epochs without a better validation loss before that happens."),
    REAL("train.learning_rate_floor", train.learning_rate_floor, "1e-6", 0, 1, OM_BOUNDS_CLOSED,
         "The learning rate does not fall below this."),
    REAL("train.beta1", train.beta1, "0.9", 0, 1, OM_BOUNDS_OPEN_MAXIMUM,
         "Adam's decay of the mean gradient."),
    REAL("train.beta2", train.beta2, "0.999", 0, 1, OM_BOUNDS_OPEN_MAXIMUM,
         "Adam's decay of the mean squared gradient."),
    REAL("train.epsilon", train.epsilon, "1e-7", 0, 1, OM_BOUNDS_OPEN_MINIMUM,
         "Adam's guard against division by zero; 1e-7 as Keras, PyTorch has 1e-8."),
    INT("train.patience", train.patience, "6", 0, 1e6,
        "Stop after so many epochs without a better validation loss; 0: never stop early."),
    CHOICE("train.shuffle", train.shuffle, "epoch", shuffle_choices,
           "New order of the training samples every epoch, or once before the first (published)."),
    CHOICE("train.keep", train.keep, "best", keep_choices,
           "Weights that are kept: of the epoch with the best validation loss, or the last."),

    INT("crossval.folds", crossval.folds, "5", 2, 100,
        "Cross-validation cuts the synthetic samples in so many parts; each is tested once."),
    INT("crossval.repeats", crossval.repeats, "2", 1, 1000, "Times that the folds are drawn anew."),
    CHOICE("crossval.group", crossval.group, "none", group_choices,
           "Samples of one patient (sample, study, tissue) are never on two sides; none: as "
           "published, each synthetic sample is drawn alone, within its hallmark and label."),
    BOOL("crossval.leave_one_out", crossval.leave_one_out, "false",
         "true: a fold for each group of crossval.group (leave one study out, ...), in place of "
         "folds and repeats."),
    BOOL("crossval.permute_labels", crossval.permute_labels, "false",
         "true: labels are shuffled within each hallmark. A control: nothing can be learned."),
    INT("crossval.patience", crossval.patience, "5", 0, 1e6,
        "In place of train.patience; 5 as published."),
    CHOICE("crossval.keep", crossval.keep, "best", keep_choices,
           "In place of train.keep; published: last."),
    {.key = "crossval.sweep",
     .type = OM_PARAMETER_SWEEP,
     .default_note = "none: the values above",
     .help = "Key of train or features to a list of values, such as {train.learning_rate: [1e-4, "
             "3e-4], train.hidden: [64, 128]}: each combination is cross-validated."},

    INT("validate.min_cells", validate.min_cells, "100", 1, 1e9,
        "An external sample with fewer positive (negative) cells of a hallmark gives none for it."),
    {.key = "validate.bulk",
     .type = OM_PARAMETER_BULK,
     .default_note = "none",
     .help = "List of sets of bulk profiles that are cancer or normal, one entry each."},
    CHOICE("validate.others", validate.others, "error", others_choices,
           "Bulk profiles that are neither cancer nor normal: an error, or left out."),

    BOOL("pca.run", pca.run, "false",
         "true: `oncomark run` does principal components, too, as `oncomark pca` does."),
    INT("pca.components", pca.components, "50", 1, 10000,
        "Principal components of the training samples; fewer where there are fewer samples or "
        "features."),

    BOOL("baseline.run", baseline.run, "false",
         "true: `oncomark run` fits the ridge classifiers, too, as `oncomark baseline` does."),
    REAL("baseline.smallest_penalty", baseline.smallest_penalty, "1", 0, 1e12,
         OM_BOUNDS_OPEN_MINIMUM, "Smallest ridge penalty that is tried (scikit-learn's alpha)."),
    REAL("baseline.largest_penalty", baseline.largest_penalty, "1e6", 0, 1e12,
         OM_BOUNDS_OPEN_MINIMUM, "Largest one."),
    INT("baseline.penalties", baseline.penalties, "7", 1, 100,
        "How many are tried, at equal ratios; the one with the least squared error on the "
        "validation part is taken."),
};

static const om_parameter data_rows[] = {
    {.key = "path",
     .type = OM_PARAMETER_PATH,
     .offset = offsetof(om_data_set, path),
     .default_note = "none: must be given",
     .help = "3CA or 10x folder, 10x .h5, or AnnData .h5ad file."},
    {.key = "id",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_data_set, id),
     .default_note = "the folder's name without Data_",
     .help = "Unique name; artefacts and random choices go by it. No '/' or '|', no leading '.'."},
    {.key = "study",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_data_set, study),
     .default_note = "the id up to its first '_'",
     .help = "Data sets of one study are never split by leave-one-study-out."},
    {.key = "tissue",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_data_set, tissue),
     .default_note = "the id after its first '_'",
     .help = "Tumour type; thresholds are set per tissue."},
    {.key = "role",
     .type = OM_PARAMETER_CHOICE,
     .offset = offsetof(om_data_set, role),
     .default_text = "train",
     .choices = role_choices,
     .help = "validate: an external study, labelled by the training thresholds."},
    {.key = "values",
     .type = OM_PARAMETER_CHOICE,
     .offset = offsetof(om_data_set, values),
     .default_text = "counts",
     .choices = values_choices,
     .help = "What the matrix holds: UMI counts; TPM, truncated to whole numbers before summing; "
             "or logarithms, which are scored but never summed."},
    {.key = "cells",
     .type = OM_PARAMETER_PATH,
     .offset = offsetof(om_data_set, cells),
     .default_note = "Cells.csv in the folder; of an .h5ad its obs",
     .help = "Table with a row a cell, in the order of the matrix: first column the cell's name, a "
             "column sample, others as you like."},
    {.key = "metadata",
     .type = OM_PARAMETER_PATH,
     .offset = offsetof(om_data_set, metadata),
     .default_note = "Meta-data.csv or Samples.csv in the folder",
     .help = "Table with a row a sample: sample, patient, cancer_type, ..."},
    {.key = "gene_symbols",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_data_set, gene_symbols),
     .default_note = "feature_name or gene_symbols where there is one, else the index",
     .help = "Column of an .h5ad's var that has the gene symbols."},
    {.key = "raw",
     .type = OM_PARAMETER_BOOL,
     .offset = offsetof(om_data_set, raw),
     .default_text = "false",
     .help = "true: take raw.X and raw.var of an .h5ad in place of X and var."},
    {.key = "genome",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_data_set, genome),
     .default_note = "the only one",
     .help = "Which genome of a 10x .h5 that has several."},
    {.key = "threshold_tissue",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_data_set, threshold_tissue),
     .default_note = "its own tissue",
     .help = "Tissue of the training data whose thresholds a validation data set uses."},
    {.key = "samples.include",
     .type = OM_PARAMETER_LIST,
     .offset = offsetof(om_data_set, include_samples),
     .default_note = "all",
     .minimum = 1,
     .maximum = INFINITY,
     .help = "Only these samples."},
    {.key = "samples.exclude",
     .type = OM_PARAMETER_LIST,
     .offset = offsetof(om_data_set, exclude_samples),
     .default_note = "none",
     .minimum = 0,
     .maximum = INFINITY,
     .help = "Without these samples."},
};

static const om_parameter bulk_rows[] = {
    {.key = "path",
     .type = OM_PARAMETER_PATH,
     .offset = offsetof(om_bulk_set, path),
     .default_note = "none: must be given",
     .help = "Profiles as `oncomark predict` takes them; or a table of predictions, told by its "
             "header: profile, AIM, ..., TPI."},
    {.key = "name",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_bulk_set, name),
     .default_note = "the file's name without .csv, .tsv.gz, ...",
     .help = "Unique name of the set in the tables of results."},
    {.key = "class",
     .type = OM_PARAMETER_CHOICE,
     .offset = offsetof(om_bulk_set, class),
     .default_text = "mixed",
     .choices = class_choices,
     .help = "What all profiles are; mixed: the keys below tell it of each."},
    {.key = "cancer",
     .type = OM_PARAMETER_LIST,
     .offset = offsetof(om_bulk_set, cancer),
     .default_note = "none",
     .minimum = 1,
     .maximum = INFINITY,
     .help = "Patterns such as '*-01A-*', case ignored, of the names of cancer profiles, or of "
             "what class_column says of them."},
    {.key = "normal",
     .type = OM_PARAMETER_LIST,
     .offset = offsetof(om_bulk_set, normal),
     .default_note = "none",
     .minimum = 1,
     .maximum = INFINITY,
     .help = "The same of normal profiles."},
    {.key = "class_column",
     .type = OM_PARAMETER_STRING,
     .offset = offsetof(om_bulk_set, class_column),
     .default_note = "none",
     .help = "Column that tells the profiles' classes: of the table classes, else of the profiles' "
             "own file, with profiles in rows. Without cancer and normal it says 'cancer' or "
             "'normal'."},
    {.key = "classes",
     .type = OM_PARAMETER_PATH,
     .offset = offsetof(om_bulk_set, classes),
     .default_note = "none",
     .help = "CSV or TSV with the profiles' names in its first column, and class_column."},
    {.key = "gene_map",
     .type = OM_PARAMETER_PATH,
     .offset = offsetof(om_bulk_set, gene_map),
     .default_note = "none",
     .help = "CSV or TSV with Ensembl ids and symbols of genes, for profiles with ids."},
};

om_parameters om_job_table(void) {
    return (om_parameters){job_rows, (int)(sizeof job_rows / sizeof job_rows[0])};
}

om_parameters om_job_data_table(void) {
    return (om_parameters){data_rows, (int)(sizeof data_rows / sizeof data_rows[0])};
}

om_parameters om_job_bulk_table(void) {
    return (om_parameters){bulk_rows, (int)(sizeof bulk_rows / sizeof bulk_rows[0])};
}

int om_job_table_find(om_parameters table, const char *key) {
    for (int row = 0; row < table.n; row++) {
        if (strcmp(table.rows[row].key, key) == 0) {
            return row;
        }
    }
    return -1;
}

const om_parameter *om_job_table_section(om_parameters table, const char *section) {
    size_t length = strlen(section);
    const om_parameter *end = table.rows + table.n;
    for (const om_parameter *row = table.rows; row < end; row++) {
        if (strncmp(row->key, section, length) == 0 && row->key[length] == '.') {
            return row;
        }
    }
    return NULL;
}
