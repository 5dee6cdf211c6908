#include "simulate_symbols.h"

#include <stdio.h>
#include <string.h>

const char *om_simulate_symbols_mito(int index) {
    static const char *const symbols[OM_N_MITO] = {
        "MT-ND1", "MT-ND2", "MT-CO1",  "MT-CO2", "MT-ATP8", "MT-ATP6", "MT-CO3",
        "MT-ND3", "MT-ND4", "MT-ND4L", "MT-ND5", "MT-ND6",  "MT-CYB"};
    return symbols[index];
}

const char *om_simulate_symbols_housekeeping(int index) {
    static const char *const symbols[] = {
        "RPL3",   "RPL4",   "RPL5",   "RPL6",    "RPL7",    "RPL7A",  "RPL8",   "RPL9",   "RPL10",
        "RPL10A", "RPL11",  "RPL12",  "RPL13",   "RPL13A",  "RPL14",  "RPL15",  "RPL17",  "RPL18",
        "RPL18A", "RPL19",  "RPL21",  "RPL22",   "RPL23",   "RPL23A", "RPL24",  "RPL26",  "RPL27",
        "RPL27A", "RPL28",  "RPL29",  "RPL30",   "RPL31",   "RPL32",  "RPL34",  "RPL35",  "RPL35A",
        "RPL36",  "RPL37",  "RPL37A", "RPL38",   "RPL39",   "RPL41",  "RPLP0",  "RPLP1",  "RPLP2",
        "RPS2",   "RPS3",   "RPS3A",  "RPS4X",   "RPS5",    "RPS6",   "RPS7",   "RPS8",   "RPS9",
        "RPS10",  "RPS11",  "RPS12",  "RPS13",   "RPS14",   "RPS15",  "RPS15A", "RPS16",  "RPS17",
        "RPS18",  "RPS19",  "RPS20",  "RPS21",   "RPS23",   "RPS24",  "RPS25",  "RPS26",  "RPS27",
        "RPS27A", "RPS28",  "RPS29",  "RPSA",    "ACTB",    "ACTG1",  "TMSB4X", "TMSB10", "EEF1A1",
        "EEF1B2", "EEF2",   "TPT1",   "UBA52",   "UBB",     "UBC",    "FAU",    "MALAT1", "NEAT1",
        "PPIA",   "PFN1",   "MYL6",   "TUBA1B",  "H1-0",    "NACA",   "PABPC1", "SERF2",  "OAZ1",
        "CALM1",  "COX4I1", "COX7C",  "ATP5F1E", "SLC25A5", NULL};
    return symbols[index];
}

static const struct {
    const char *name;
    const char *markers[OM_N_MARKERS];
} cell_types[OM_N_CELL_TYPES] = {
    {"Malignant", {"EPCAM", "KRT8", "KRT18", "KRT19", "CLDN4", "ELF3", "TACSTD2", "CD9"}},
    {"T_cell", {"PTPRC", "CD3D", "CD3E", "CD2", "IL7R", "TRAC", "CD8A", "LCK"}},
    {"Macrophage", {"PTPRC", "LYZ", "AIF1", "TYROBP", "FCER1G", "C1QA", "C1QB", "CSF1R"}},
    {"Fibroblast", {"DCN", "LUM", "COL1A2", "PDGFRA", "BGN", "FBLN1", "COL6A1", "C1S"}},
    {"Endothelial", {"RAMP2", "CLDN5", "PLVAP", "AQP1", "EGFL7", "CLEC14A", "ECSCR", "CDH5"}},
    {"B_cell", {"PTPRC", "CD79A", "CD79B", "MS4A1", "CD19", "IGHM", "IGKC", "BANK1"}},
    {"Epithelial", {"EPCAM", "KRT5", "KRT14", "KRT15", "CDH1", "AGR2", "ANXA3", "MUC1"}},
    {"Blast", {"CD34", "KIT", "MPO", "AZU1", "PRTN3", "SPINK2", "CD33", "NPR3"}},
    {"Monocyte", {"PTPRC", "S100A8", "S100A9", "LYZ", "FCN1", "VCAN", "CD14", "CTSS"}},
    {"Erythroid", {"HBA1", "HBA2", "HBB", "AHSP", "CA1", "GYPA", "ALAS2", "HBD"}},
};

const char *om_simulate_symbols_cell_type(int type) {
    return cell_types[type].name;
}

const char *om_simulate_symbols_marker(int type, int index) {
    return cell_types[type].markers[index];
}

const char *om_simulate_symbols_legacy(const char *symbol) {
    static const char *const renamed[][2] = {
        {"CXCL8", "IL8"},     {"H2AX", "H2AFX"},  {"MRE11", "MRE11A"},
        {"PIDD1", "LRDD"},    {"CCN1", "CYR61"},  {"CCN2", "CTGF"},
        {"NECTIN2", "PVRL2"}, {"CGAS", "MB21D1"}, {"ATP5F1A", "ATP5A1"},
    };
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++) {
        if (strcmp(symbol, renamed[i][0]) == 0) {
            return renamed[i][1];
        }
    }
    return symbol;
}

/* How a family writes its members: <stem><number>, <stem><number><letter><number>, ... */
typedef enum pattern { NUMBER, NUMBER_5, CLONE, SITE, LETTER, MEMBER, HOST } pattern;

static const struct family {
    const char *stem;
    pattern pattern;
    unsigned weight; /* share of draws */
    unsigned size;   /* numbers run from 1 to this */
} families[] = {
    {"ZNF", NUMBER, 34, 980},   {"LINC", NUMBER_5, 60, 2900}, {"AC", CLONE, 150, 320000},
    {"AL", CLONE, 80, 590000},  {"AP", CLONE, 22, 6000},      {"C", SITE, 18, 22},
    {"FAM", LETTER, 30, 240},   {"OR", MEMBER, 20, 14},       {"SLC", MEMBER, 26, 52},
    {"CYP", MEMBER, 6, 27},     {"KRT", NUMBER, 4, 86},       {"TMEM", NUMBER, 24, 270},
    {"CCDC", NUMBER, 18, 200},  {"ANKRD", NUMBER, 8, 70},     {"WDR", NUMBER, 8, 98},
    {"LRRC", NUMBER, 8, 75},    {"FBXO", NUMBER, 5, 50},      {"KLHL", NUMBER, 5, 42},
    {"TTC", NUMBER, 5, 39},     {"RNF", NUMBER, 14, 225},     {"TRIM", NUMBER, 8, 78},
    {"USP", NUMBER, 6, 54},     {"RAB", LETTER, 8, 44},       {"ARHGAP", NUMBER, 5, 45},
    {"PCDHB", NUMBER, 2, 19},   {"MIR", HOST, 10, 600},       {"SNHG", NUMBER, 4, 33},
    {"ZSCAN", NUMBER, 4, 32},   {"DNAH", NUMBER, 2, 17},      {"GPR", NUMBER, 14, 185},
    {"KIAA", NUMBER, 10, 2030}, {"PRR", NUMBER, 4, 36},       {"MRPL", NUMBER, 6, 58},
    {"PSMD", NUMBER, 2, 14},    {"NDUFB", NUMBER, 2, 11},     {"SPATA", NUMBER, 5, 49},
    {"ADGR", LETTER, 2, 9},     {"TBC1D", LETTER, 4, 32},     {"PLEKH", LETTER, 4, 8},
    {"DDX", NUMBER, 6, 60},     {"HSPB", NUMBER, 1, 11},      {"LY6G", LETTER, 2, 6},
};
enum { N_FAMILIES = sizeof families / sizeof families[0] };

static unsigned total_weight(void) {
    unsigned total = 0;
    for (int i = 0; i < N_FAMILIES; i++) {
        total += families[i].weight;
    }
    return total;
}

static const struct family *draw_family(om_random *random) {
    unsigned place = (unsigned)om_random_below(random, total_weight());
    int i = 0;
    while (place >= families[i].weight) {
        place -= families[i].weight;
        i++;
    }
    return &families[i];
}

static unsigned from_1_to(om_random *random, unsigned last) {
    return 1 + (unsigned)om_random_below(random, last);
}

void om_simulate_symbols_draw(om_random *random, char symbol[OM_SYMBOL_SIZE]) {
    const struct family *family = draw_family(random);
    unsigned number = from_1_to(random, family->size);
    char letter = (char)('A' + (int)om_random_below(random, 8));
    unsigned second = from_1_to(random, 12);
    switch (family->pattern) {
    case NUMBER:
        snprintf(symbol, OM_SYMBOL_SIZE, "%s%u", family->stem, number);
        break;
    case NUMBER_5:
        snprintf(symbol, OM_SYMBOL_SIZE, "%s%05u", family->stem, number);
        break;
    case CLONE:
        snprintf(symbol, OM_SYMBOL_SIZE, "%s%06u.%u", family->stem, number, 1 + second % 4);
        break;
    case SITE:
        snprintf(symbol, OM_SYMBOL_SIZE, "%s%uorf%u", family->stem, number, from_1_to(random, 220));
        break;
    case LETTER:
        snprintf(symbol, OM_SYMBOL_SIZE, "%s%u%c", family->stem, number, letter);
        break;
    case MEMBER:
        snprintf(symbol, OM_SYMBOL_SIZE, "%s%u%c%u", family->stem, number, letter, second);
        break;
    case HOST:
        snprintf(symbol, OM_SYMBOL_SIZE, "%s%uHG", family->stem, number);
        break;
    }
}
