"""Makes up gene sets of several databases, and curates them in another way.

make FOLDER: GMT files, map, aliases and exclusions in FOLDER; expected FOLDER OUT MIN_SOURCES: what should be in OUT.
make prints how many sets the map does not name."""
import csv
import gzip
import io
import itertools
import random
import sys

CODES = "AIM DCE EGS GIM RCD SPS AID IA ERI TPI".split()
NAMES = dict(zip(CODES, ["Activating Invasion and Metastasis", "Deregulating Cellular Energetics",
    "Evading Growth Suppressors", "Genome Instability and Mutation", "Resisting Cell Death",
    "Sustaining Proliferative Signaling", "Avoiding Immune Destruction", "Inducing Angiogenesis",
    "Enabling Replicative Immortality", "Tumor-Promoting Inflammation"]))
GENES = [f"GENE{i}" for i in range(400)]
OLD = {f"OLD{i}": f"GENE{i}" for i in range(0, 400, 5)}
# file: (names of its sets begin with, database that counts)
FILES = {"kegg.gmt": ("KEGG_", "KEGG"), "kegg_older.v7.gmt.gz": ("KEGG_", "KEGG"), "go.gmt.gz": ("GOBP_", "GO"),
         "functions.gmt": ("GOMF_", "GO"), "Reactome_2022.txt": ("", "REACTOME"), "lab.gmt": ("SET_", "lab"),
         "part1.gmt": ("P_", "Parts"), "part2.gmt": ("Q_", "Parts")}
TOLD = {"SET_3": "Told", "SET_4": "kegg"}


def write(path, text):
    with (gzip.open if path.endswith(".gz") else open)(path, "wb") as file:
        file.write(text.encode())


def make(folder):
    rng = random.Random(5)
    mapped, number = [], itertools.count()
    for place, (file, (prefix, _)) in enumerate(sorted(FILES.items())):
        end = "\r\n" if place % 2 else "\n"
        lines = ["# made up"]
        for hallmark in CODES:
            for _ in range(2):
                name = f"{prefix}{hallmark} {next(number)}" if prefix != "SET_" else f"SET_{next(number) % 7}"
                if any(line.startswith(name + "\t") for line in lines):
                    continue
                middle = CODES.index(hallmark) * 35
                genes = [GENES[(middle + int(rng.gauss(0, 25))) % 400] for _ in range(rng.randint(5, 60))]
                back = {new: old for old, new in OLD.items()}
                genes = [back[gene] if gene in back and rng.random() < 0.4 else gene for gene in genes]
                genes = [f" {gene} " if rng.random() < 0.1 else gene for gene in genes]
                lines.append("\t".join([name, "http://x", *genes, ""]))
                if rng.random() < 0.9:
                    mapped.append((name, hallmark))
                if rng.random() < 0.2:
                    mapped.append((name, rng.choice([other for other in CODES if other != hallmark])))
            lines.append(f"{prefix}NOT MAPPED {hallmark}\tx\tNEVER\tGENE1-")
        write(f"{folder}/{file}", end.join(lines) + end)
    mapped = sorted(set(mapped), key=lambda row: (row[1], row[0]))
    rows = [["note", "Set", "hallmark", "database"]]
    rows += [["a, b", name, NAMES[code].lower() if place % 3 else code, TOLD.get(name, "")] for place, (name, code) in enumerate(mapped)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    write(f"{folder}/map.csv", text.getvalue())
    write(f"{folder}/aliases.tsv", "# old names\nalias\tsymbol\n" + "".join(f"{old}\t{new}\n" for old, new in OLD.items()))
    drop = [["gene", "hallmark", "reason"], ["OLD5", "", 'house-keeping, "always" there'], ["GENE36", "DCE", "not specific"],
            ["GENE71", "*", "withdrawn"], ["ABSENT", "AIM", "never there"]]
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(drop)
    write(f"{folder}/exclude.tsv", text.getvalue())
    names = [line.split("\t")[0] for file in FILES for line in read(f"{folder}/{file}").splitlines()[1:]]
    print(sum(name not in {name for name, _ in mapped} for name in names))


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return file.read().decode()


def read_inputs(folder):
    code_of = {name.lower(): code for code, name in NAMES.items()} | {code.lower(): code for code in CODES}
    hallmarks = {}
    for row in csv.DictReader(io.StringIO(read(f"{folder}/map.csv"))):
        hallmarks.setdefault(row["Set"], []).append(code_of[row["hallmark"].lower()])
    reasons = {}
    for row in csv.DictReader(io.StringIO(read(f"{folder}/exclude.tsv")), delimiter="\t"):
        for code in [row["hallmark"]] if row["hallmark"] not in ("", "*") else CODES:
            reasons[code, OLD.get(row["gene"], row["gene"])] = row["reason"]
    seen = {}
    for file, (_, database) in FILES.items():
        for line in read(f"{folder}/{file}").splitlines():
            name, *rest = line.split("\t")
            for symbol in {gene.strip() for gene in rest[1:]} - {""}:
                source = TOLD.get(name, database)
                source = "KEGG" if source == "kegg" else source
                for code in hallmarks.get(name, []):
                    seen.setdefault((code, OLD.get(symbol, symbol)), set()).add((source, symbol))
    return reasons, seen


def expected(folder, out, min_sources):
    reasons, seen = read_inputs(folder)
    kept = {code: set() for code in CODES}
    audit = [["gene", "hallmark", "sources", "n_sources", "decision", "why", "symbols"]]
    for code, gene in sorted(seen, key=lambda key: (CODES.index(key[0]), key[1])):
        votes = sorted(seen[code, gene])
        sources = sorted({source for source, _ in votes})
        enough, reason = len(sources) >= min_sources, reasons.get((code, gene))
        if enough and reason is None:
            kept[code].add(gene)
        why = f"excluded: {reason}" if reason else f"{'reaches' if enough else 'below'} min_sources {min_sources}"
        symbols = list(dict.fromkeys(symbol for _, symbol in votes))
        audit.append([gene, code, ";".join(sources), str(len(sources)), "kept" if gene in kept[code] else "dropped", why, ";".join(symbols)])
    found = list(csv.reader(open(f"{out}/audit.csv", newline="")))
    assert found == audit, next(pair for pair in itertools.zip_longest(found, audit) if pair[0] != pair[1])
    decisions = [row[4] for row in audit[1:]]
    assert decisions.count("kept") > 100 and decisions.count("dropped") > 100 and any(";" in row[6] for row in audit)
    assert sum(row[5].startswith("excluded") for row in audit) > 3
    lines = [line.split("\t") for line in open(f"{out}/hallmarks.gmt").read().splitlines()]
    assert lines == [[code, NAMES[code], *sorted(kept[code])] for code in CODES]
    overlaps = list(csv.DictReader(open(f"{out}/overlaps.csv")))
    assert len(overlaps) == 100
    for row, (one, other) in zip(overlaps, itertools.product(CODES, CODES)):
        assert (row["hallmark"], row["other"]) == (one, other)
        shared, either = kept[one] & kept[other], kept[one] | kept[other]
        assert [int(row[key]) for key in ("n_genes", "n_other", "shared")] == [len(kept[one]), len(kept[other]), len(shared)]
        assert float(row["jaccard"]) == len(shared) / len(either)


def main():
    command, folder, *rest = sys.argv[1:]
    if command == "make":
        make(folder)
    else:
        expected(folder, rest[0], int(rest[1]))


if __name__ == "__main__":
    main()
