#include "pca_file.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/split.h"

#include <inttypes.h>

static om_status copy_numbers(om_h5 *file, const om_h5 *from, const char *column, const char *path,
                              int64_t n) {
    om_type type;
    OM_TRY(om_h5_type(from, path, &type));
    void *values = om_malloc(n, (size_t)om_type_size(type));
    if (values == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_h5_read_rows(from, path, type, 0, n, values);
    status = status == OM_OK ? om_h5ad_frame_numbers(file, "obs", column, type, n, values) : status;
    om_free(values);
    return status;
}

static om_status copy_categories(om_h5 *file, const om_h5 *from, const char *column, int64_t n) {
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    om_status status = om_h5ad_read_categories(from, "obs", column, &codes, &categories);
    if (status == OM_OK) {
        status = om_h5ad_frame_categories(file, "obs", column, n, codes, categories);
    }
    om_free(codes);
    om_strings_destroy(&categories);
    return status;
}

static om_status copy_column(om_h5 *file, const om_h5 *from, const char *column, int64_t n) {
    char *path = om_format("obs/%s", column);
    char *codes = om_format("obs/%s/codes", column);
    om_status status = path != NULL && codes != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_h5_exists(from, codes) ? copy_categories(file, from, column, n)
                                           : copy_numbers(file, from, column, path, n);
    }
    om_free(codes);
    om_free(path);
    return status;
}

/* The part of the split that each sample is in. */
static om_status write_parts(om_h5 *file, const om_pca_content *content) {
    om_strings *names = NULL;
    int32_t *codes = om_malloc(content->n_samples, sizeof *codes);
    om_status status = codes != NULL ? om_strings_create(&names) : OM_MEMORY;
    for (int part = 0; part < OM_N_PARTS && status == OM_OK; part++) {
        status = om_strings_add(names, om_part_name((om_part)part));
    }
    for (int64_t i = 0; i < content->n_samples && status == OM_OK; i++) {
        codes[i] = content->parts[i];
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_categories(file, "obs", "part", content->n_samples, codes, names);
    }
    om_strings_destroy(&names);
    om_free(codes);
    return status;
}

static om_status write_columns(om_h5 *file, const om_h5 *from, const om_pca_content *content,
                               om_strings *columns) {
    om_strings *names = NULL;
    OM_TRY(om_h5ad_read_index(from, "obs", &names));
    om_status status = om_h5ad_frame_begin(file, "obs", "synthetic_sample", names);
    om_strings_destroy(&names);
    for (int64_t c = 0; c < om_strings_count(columns) && status == OM_OK; c++) {
        status = copy_column(file, from, om_strings_get(columns, c), content->n_samples);
    }
    OM_TRY(status);
    OM_TRY(write_parts(file, content));
    OM_TRY(om_strings_add(columns, "part"));
    return om_h5ad_frame_end(file, "obs", columns);
}

static om_status write_obs(om_h5 *file, const om_pca_content *content) {
    om_h5 *from = NULL;
    om_strings *columns = NULL;
    om_status status = om_h5_open(&from, content->synthetic);
    status = status == OM_OK ? om_h5ad_columns(from, "obs", &columns) : status;
    status = status == OM_OK ? write_columns(file, from, content, columns) : status;
    om_strings_destroy(&columns);
    om_h5_close(&from);
    return status;
}

static om_status write_var(om_h5 *file, const om_pca_content *content) {
    int64_t n = content->principal->n_features;
    om_strings *columns = NULL;
    OM_TRY(om_h5ad_frame_begin(file, "var", "gene", content->genes));
    OM_TRY(om_h5ad_frame_numbers(file, "var", "mean", OM_F64, n, content->mean));
    OM_TRY(om_h5ad_frame_numbers(file, "var", "sd", OM_F64, n, content->sd));
    om_status status = om_strings_create(&columns);
    status = status == OM_OK ? om_strings_add(columns, "mean") : status;
    status = status == OM_OK ? om_strings_add(columns, "sd") : status;
    status = status == OM_OK ? om_h5ad_frame_end(file, "var", columns) : status;
    om_strings_destroy(&columns);
    return status;
}

static om_status write_matrix(om_h5 *file, const char *path, int64_t n_rows, int64_t n_columns,
                              const double *values) {
    OM_TRY(om_h5ad_reserve_dense(file, path, OM_F64, n_rows, n_columns));
    return om_h5_write_rows(file, path, OM_F64, 0, n_rows, values);
}

/* A row a gene. */
static om_status write_loadings(om_h5 *file, const om_principal *principal) {
    int64_t n = principal->n_features, count = principal->n_components;
    double *by_gene = om_malloc(n * count, sizeof *by_gene);
    if (by_gene == NULL) {
        return OM_MEMORY;
    }
    for (int64_t c = 0; c < count; c++) {
        for (int64_t f = 0; f < n; f++) {
            by_gene[f * count + c] = principal->loadings[c * n + f];
        }
    }
    om_status status = write_matrix(file, "varm/PCs", n, count, by_gene);
    om_free(by_gene);
    return status;
}

static om_status write_list(om_h5 *file, const char *path, int64_t n, const double *values) {
    OM_TRY(om_h5_write(file, path, OM_F64, 1, &n, values));
    OM_TRY(om_h5_write_attribute_string(file, path, "encoding-type", "array"));
    return om_h5_write_attribute_string(file, path, "encoding-version", "0.2.0");
}

static om_status write_variances(om_h5 *file, const om_principal *principal) {
    int64_t count = principal->n_components;
    double *ratios = om_malloc(count, sizeof *ratios);
    if (ratios == NULL) {
        return OM_MEMORY;
    }
    for (int64_t c = 0; c < count; c++) {
        ratios[c] = principal->variance[c] / principal->total_variance;
    }
    om_status status = om_h5_write_group(file, "uns/pca");
    if (status == OM_OK) {
        status = om_h5_write_attribute_string(file, "uns/pca", "encoding-type", "dict");
    }
    if (status == OM_OK) {
        status = om_h5_write_attribute_string(file, "uns/pca", "encoding-version", "0.1.0");
    }
    if (status == OM_OK) {
        status = write_list(file, "uns/pca/variance", count, principal->variance);
    }
    status = status == OM_OK ? write_list(file, "uns/pca/variance_ratio", count, ratios) : status;
    om_free(ratios);
    return status;
}

static om_status write_content(om_h5 *file, const om_pca_content *content) {
    const om_principal *principal = content->principal;
    OM_TRY(om_h5ad_begin(file));
    OM_TRY(write_obs(file, content));
    OM_TRY(write_var(file, content));
    OM_TRY(write_matrix(file, "obsm/X_pca", content->n_samples, principal->n_components,
                        content->scores));
    OM_TRY(write_loadings(file, principal));
    return write_variances(file, principal);
}

om_status om_pca_file_write(const char *path, const om_pca_content *content, om_digest *digest) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_create(&file, path));
    om_status status = write_content(file, content);
    *digest = om_h5_digest(file);
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}
