/* The ten hallmarks of cancer, always in the published output order. */
#ifndef ONCOMARK_HALLMARK_H
#define ONCOMARK_HALLMARK_H

/* X(code, name) */
#define OM_HALLMARK_LIST(X)                                                                        \
    X(AIM, "Activating Invasion and Metastasis")                                                   \
    X(DCE, "Deregulating Cellular Energetics")                                                     \
    X(EGS, "Evading Growth Suppressors")                                                           \
    X(GIM, "Genome Instability and Mutation")                                                      \
    X(RCD, "Resisting Cell Death")                                                                 \
    X(SPS, "Sustaining Proliferative Signaling")                                                   \
    X(AID, "Avoiding Immune Destruction")                                                          \
    X(IA, "Inducing Angiogenesis")                                                                 \
    X(ERI, "Enabling Replicative Immortality")                                                     \
    X(TPI, "Tumor-Promoting Inflammation")

typedef enum om_hallmark {
#define OM_HALLMARK_ENUM(code, name) OM_HALLMARK_##code,
    OM_HALLMARK_LIST(OM_HALLMARK_ENUM)
#undef OM_HALLMARK_ENUM
        OM_N_HALLMARKS
} om_hallmark;

/* "AIM", ...; borrowed, static. `hallmark` in 0 .. OM_N_HALLMARKS-1. */
const char *om_hallmark_code(int hallmark);

/* "Activating Invasion and Metastasis", ...; borrowed, static. */
const char *om_hallmark_name(int hallmark);

/* Index of the hallmark with this code (case ignored), or -1. */
int om_hallmark_find(const char *code);

#endif
