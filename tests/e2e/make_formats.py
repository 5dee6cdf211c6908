#!/usr/bin/env python3
"""Writes one data set in every format: make_formats.py FOLDER OUT.

FOLDER is a data set in 3CA layout. OUT/formats.txt gets a line for each form: name, path and further
keys of the entry in a job file, separated by '|'. OUT/faults.txt: name, path, keys, what the error says.
Ends with 77 where AnnData is not installed."""
import gzip
import sys
from pathlib import Path

try:
    import anndata
    import h5py
    import numpy as np
    import pandas as pd
    import scipy.io
    import scipy.sparse as sp
    from anndata.experimental import write_elem
except ImportError as error:
    print(error)
    sys.exit(77)

source, out = Path(sys.argv[1]), Path(sys.argv[2])
rng = np.random.default_rng(3)
formats, faults = [], []


def add(name, path, keys="", fault=None):
    line = "|".join([name, str(path), keys] + ([fault] if fault else []))
    (faults if fault else formats).append(line)


# --- the data set, with some of what real ones have ---

counts = scipy.io.mmread(source / "Exp_data_UMIcounts.mtx").tocsc()  # genes x cells
counts.sort_indices()
genes = [line.strip() for line in open(source / "Genes.txt")]
genes[5] = genes[4]  # twice
genes[7] = "A,B"
cells = pd.read_csv(source / "Cells.csv")
n_genes, n_cells = counts.shape
cells["place"] = ["Kürten, T" if i % 3 else "b" for i in range(n_cells)]
cells["score"] = np.where(np.arange(n_cells) % 4 == 1, np.nan, np.arange(n_cells) / 7)
cells["flag"] = np.arange(n_cells) % 2 == 0
cells["note"] = [None if i % 5 == 0 else "n%d" % (9 - i % 5) for i in range(n_cells)]
cells["empty"] = np.nan
metadata = pd.read_csv(source / "Meta-data.csv")
barcodes = list(cells["cell_name"])
by_cell = counts.T.tocsr()
by_cell.sort_indices()
identifiers = ["ENSG%011d" % i for i in range(n_genes)]

# What the table of cells and that of the samples say together, in the order of the store.
obs = cells.merge(metadata, on="sample", how="left")
obs.index = pd.Index(obs.pop("cell_name"), name="cell_name")


def write_table(frame, path):
    frame.to_csv(path, index=False)


def write_tables(folder):
    folder.mkdir(parents=True)
    write_table(cells, folder / "Cells.csv")
    write_table(metadata, folder / "Meta-data.csv")


def write_lines(path, lines):
    text = "".join(line + "\n" for line in lines)
    if path.suffix == ".gz":
        with gzip.open(path, "wt") as file:
            file.write(text)
    else:
        path.write_text(text)


def matrix_lines(entries, shape, comment="%"):
    yield "%%MatrixMarket matrix coordinate integer general"
    yield comment
    yield "%d %d %d" % (*shape, len(entries))
    for row, column, value in entries:
        yield "%d %d %d" % (row + 1, column + 1, value)


coo = counts.tocoo()
in_order = list(zip(coo.row, coo.col, coo.data))
in_order.sort(key=lambda entry: (entry[1], entry[0]))

tables = out / "tables"
write_tables(tables)
by_keys = ", cells: %s, metadata: %s" % (tables / "Cells.csv", tables / "Meta-data.csv")

# --- 3CA ---

plain = out / "Data_plain"
write_tables(plain)
write_lines(plain / "Exp_data_UMIcounts.mtx", matrix_lines(in_order, counts.shape))
write_lines(plain / "Genes.txt", ["  " + genes[0]] + genes[1:])
add("3CA", plain)

zipped = out / "Data_zipped"
write_tables(zipped)
write_lines(zipped / "Exp_data_UMIcounts.mtx.gz", matrix_lines(in_order, counts.shape))
write_lines(zipped / "Genes.txt.gz", genes)
add("3CA, gzip", zipped)

# Gene by gene, one entry in two parts, an explicit zero.
rows = sorted(in_order)
row, column, value = next(entry for entry in rows if entry[2] > 1)
rows.remove((row, column, value))
rows += [(row, column, 1), (row, column, value - 1)]
empty = next((i, j) for i in range(n_genes) for j in range(n_cells) if counts[i, j] == 0)
rows.insert(0, (*empty, 0))
untidy = out / "Data_untidy"
write_tables(untidy)
write_lines(untidy / "Exp_data_UMIcounts.mtx", matrix_lines(rows, counts.shape))
write_lines(untidy / "Genes.txt", genes)
add("3CA by gene, untidy", untidy)

# --- 10x folders ---

old = out / "tenx_2"
write_tables(old)
write_lines(old / "matrix.mtx", matrix_lines(in_order, counts.shape))
write_lines(old / "genes.tsv", ["%s\t%s" % pair for pair in zip(identifiers, genes)])
write_lines(old / "barcodes.tsv", barcodes)
add("10x folder 2", old)

# Rows that are no genes stand among the genes.
place = np.arange(n_genes) + (np.arange(n_genes) >= 3) + (np.arange(n_genes) >= 100)
wide_shape = (n_genes + 2, n_cells)
wide_rows = [(place[i], j, v) for i, j, v in in_order] + [(3, j, 7) for j in range(n_cells)]
wide_rows.sort(key=lambda entry: (entry[1], entry[0]))
wide_names, wide_types = ["CD3"] * (n_genes + 2), ["Antibody Capture"] * (n_genes + 2)
for i, gene in enumerate(genes):
    wide_names[place[i]], wide_types[place[i]] = gene, "Gene Expression"
new = out / "tenx_3"
write_tables(new)
write_lines(new / "matrix.mtx.gz", matrix_lines(wide_rows, wide_shape, '%metadata_json: {"x": 2}'))
write_lines(new / "features.tsv.gz",
            ["ID%d\t%s\t%s" % (i, wide_names[i], wide_types[i]) for i in range(n_genes + 2)])
write_lines(new / "barcodes.tsv.gz", barcodes)
add("10x folder 3, gzip, with antibodies", new)

bare = out / "tenx_bare"
bare.mkdir()
for name in ("matrix.mtx", "genes.tsv", "barcodes.tsv"):
    (bare / ("GSM7_" + name)).write_text((old / name).read_text())
add("10x folder 2, tables by keys", bare, by_keys)

# --- 10x HDF5 ---

wide_i, wide_j, wide_v = zip(*wide_rows)
wide = sp.csc_matrix((wide_v, (wide_i, wide_j)), shape=wide_shape, dtype=np.int32)
wide.sort_indices()


def write_tenx(group, matrix):
    group["barcodes"] = np.array(barcodes, dtype="S")
    group["data"] = matrix.data
    group["indices"], group["indptr"] = matrix.indices.astype("i8"), matrix.indptr.astype("i8")
    group["shape"] = np.array(matrix.shape, dtype="i4")


with h5py.File(out / "tenx_2.h5", "w") as file:
    for genome in ("GRCh38", "mm10"):
        group = file.create_group(genome)
        write_tenx(group, counts.astype("i4") if genome == "GRCh38" else counts[:9].astype("i4"))
        names = genes if genome == "GRCh38" else genes[:9]
        group["gene_names"], group["genes"] = np.array(names, dtype="S"), np.array(names, dtype="S")
add("10x .h5 2, two genomes", out / "tenx_2.h5", by_keys + ", genome: GRCh38")
add("genomes", out / "tenx_2.h5", by_keys,
    "tenx_2.h5: found the genomes GRCh38, mm10; expected the key 'genome'")

for name, kind in (("tenx_3.h5", "S256"), ("tenx_3v.h5", h5py.string_dtype())):
    with h5py.File(out / name, "w") as file:
        write_tenx(file.create_group("matrix"), wide)
        for key, values in (("name", wide_names), ("feature_type", wide_types),
                            ("genome", ["GRCh38" if kind == "Gene Expression" else "" for kind in wide_types])):
            file["matrix/features/" + key] = np.array(values, dtype=kind)
    add("10x .h5 3, %s" % kind, out / name, by_keys)

# --- AnnData ---

var = pd.DataFrame(index=genes)


def write_annotated(name, matrix, obs=obs, var=var, keys="", **others):
    path = out / name
    with h5py.File(path, "w") as file:
        for key, value in dict(X=matrix, obs=obs, var=var, uns={}, **others).items():
            write_elem(file, key, value)
        for key, value in (("encoding-type", "anndata"), ("encoding-version", "0.1.0")):
            file.attrs[key] = value
    if name.startswith("a"):
        add(name, path, keys)
    return path


coded = obs.copy()
for column in coded:
    if coded[column].dtype == object:
        coded[column] = pd.Categorical(coded[column])
texts = obs.copy()
for column in texts:
    if texts[column].dtype == object:
        texts[column] = texts[column].fillna("")

path = out / "a_by_anndata.h5ad"
anndata.AnnData(by_cell.astype("f4"), obs=obs.copy(), var=var, dtype="f4").write_h5ad(path, compression="gzip")
add("by AnnData itself", path)
write_annotated("a_csr_float32.h5ad", by_cell.astype("f4"), coded)
write_annotated("a_csc_int64.h5ad", counts.T.tocsc().astype("i8"), texts)
write_annotated("a_dense_float64.h5ad", by_cell.toarray().astype("f8"), coded)
write_annotated("a_dense_uint16.h5ad", by_cell.toarray().astype("u2"), coded)
named = pd.DataFrame({"feature_name": genes, "n": 1}, index=identifiers)
write_annotated("a_feature_name.h5ad", by_cell, coded, named)
symbols = named.rename(columns={"feature_name": "gene_symbols"})
write_annotated("a_gene_symbols.h5ad", by_cell, coded, symbols)
other_name = named.rename(columns={"feature_name": "Name"})
write_annotated("a_named_column.h5ad", by_cell, coded, other_name, ", gene_symbols: Name")
not_names = pd.DataFrame({"feature_name": identifiers}, index=genes)
write_annotated("a_index_by_key.h5ad", by_cell, coded, not_names, ", gene_symbols: index")
write_annotated("a_tables.h5ad", by_cell, pd.DataFrame(index=barcodes), keys=by_keys)
few = coded[[column for column in cells if column != "cell_name"]]
write_annotated("a_metadata.h5ad", by_cell, few, keys=", metadata: %s" % (tables / "Meta-data.csv"))

scaled = (by_cell.toarray()[:, :50] - 1.0).astype("f4")
write_annotated("a_raw.h5ad", scaled, coded, var.iloc[:50], ", raw: true", raw={"X": by_cell, "var": var})

# Unsorted within a cell, an entry in two parts, explicit zeros, big-endian, 64-bit offsets.
path = write_annotated("a_untidy.h5ad", by_cell.astype("f4"), coded)
indices, data, indptr = [], [], [0]
for cell in range(n_cells):
    line = by_cell[cell]
    order = rng.permutation(line.nnz)
    i, v = list(line.indices[order]), list(line.data[order])
    if v and v[0] > 1:
        i, v = i + [i[0]], v + [v[0] - 1]
        v[0] = 1
    absent = next(gene for gene in range(n_genes) if gene not in i)
    indices += i + [absent]
    data += v + [0]
    indptr.append(len(indices))
with h5py.File(path, "a") as file:
    for key, values, kind in (("data", data, ">f8"), ("indices", indices, ">i4"), ("indptr", indptr, ">i8")):
        del file["X"][key]
        file["X"][key] = np.array(values, dtype=kind)

# Byte strings of fixed length for names and columns, as some programs write them.
path = write_annotated("a_bytes.h5ad", by_cell, texts)
with h5py.File(path, "a") as file:
    for frame in ("obs", "var"):
        for key in list(file[frame]):
            item = file[frame][key]
            if isinstance(item, h5py.Dataset) and item.dtype.kind == "O":
                values = np.char.encode([text.decode() for text in item[:]], "utf-8")
                del file[frame][key]
                file[frame][key] = values

# AnnData 0.7: codes that refer to their categories.
path = write_annotated("a_references.h5ad", by_cell, coded)
with h5py.File(path, "a") as file:
    for key in list(coded):
        item = file["obs"][key]
        if not isinstance(item, h5py.Group):
            continue
        codes, categories = item["codes"][:], item["categories"][:]
        del file["obs"][key]
        file["obs/__categories/" + key] = categories
        file["obs"][key] = codes
        file["obs"][key].attrs["categories"] = file["obs/__categories/" + key].ref

# Before 0.7: compound data sets, categories in uns, h5sparse.
path = out / "a_compound.h5ad"
with h5py.File(path, "w") as file:
    names = ["index"] + list(obs)
    columns = [np.array([name.encode() for name in barcodes])]
    for key in obs:
        column = coded[key]
        if isinstance(column.dtype, pd.CategoricalDtype):
            columns.append(column.cat.codes.to_numpy().astype("i1"))
            file["uns/%s_categories" % key] = np.array([str(c).encode() for c in column.cat.categories])
        else:
            columns.append(column.to_numpy())
    file["obs"] = np.rec.fromarrays(columns, names=names)
    file["var"] = np.rec.fromarrays([np.array([gene.encode() for gene in genes])], names=["index"])
    for key in ("data", "indices", "indptr"):
        file["X/" + key] = getattr(by_cell, key)
    file["X"].attrs["h5sparse_format"] = "csr"
    file["X"].attrs["h5sparse_shape"] = np.array(by_cell.shape)
add("before AnnData 0.7", path)

# Nullable columns.
nullable = coded.copy()
nullable["flag"] = nullable["flag"].astype("boolean")
nullable["n_cells"] = nullable["n_cells"].astype("Int64")
write_annotated("a_nullable.h5ad", by_cell, nullable)

# --- what must be refused ---

choices = "other choices: raw: true, values: tpm, values: log"
add("scaled", out / "a_raw.h5ad", "", "object 'X': cell .* found -1, expected a count.*" + choices)
path = write_annotated("f_negative.h5ad", -by_cell.astype("f4"), coded)
add("negative", path, "", "object 'X/data': cell 0, gene .* found -.*expected a count.*other choices: values: tpm")
path = write_annotated("f_fractions.h5ad", (by_cell / 2.0).tocsc(), coded)
add("fractions", path, "", "object 'X/data': cell .*found .*5, expected a count")
add("raw of a folder", plain, ", raw: true", "found a folder in 3CA layout, for which the key 'raw' has no meaning")
add("genome of AnnData", path, ", genome: x", "found an .h5ad file, for which the key 'genome' has no meaning")
add("no raw", path, ", raw: true", "found no objects 'raw/X' and 'raw/var'")
add("no such column", out / "a_named_column.h5ad", ", gene_symbols: Symbol",
    "found the columns Name, n, expected the column 'Symbol'")
swapped = cells.iloc[[1, 0] + list(range(2, n_cells))]
write_table(swapped, out / "swapped.csv")
add("other order", out / "a_tables.h5ad", ", cells: %s" % (out / "swapped.csv"),
    "swapped.csv: found .* as cell 1, expected it as cell 2")
(out / "empty").mkdir()
add("empty folder", out / "empty", "", "found no matrix .*expected a folder in 3CA layout")
add("a table", out / "swapped.csv", "", "found a file of another kind; expected a folder in 3CA layout")
add("nothing", out / "absent", "", "absent: found no such folder or file")

(out / "formats.txt").write_text("".join(line + "\n" for line in formats))
(out / "faults.txt").write_text("".join(line + "\n" for line in faults))
