#include "sample_groups.h"

om_sample_groups om_sample_groups_of(const om_sample_table *table, om_group group) {
    switch (group) {
    case OM_GROUP_STUDY:
        return (om_sample_groups){table->study, om_strings_count(table->studies), "study",
                                  "studies", table->studies};
    case OM_GROUP_TISSUE:
        return (om_sample_groups){table->tissue, om_strings_count(table->tissues), "tissue",
                                  "tissues", table->tissues};
    case OM_GROUP_SAMPLE:
        return (om_sample_groups){table->biopsy, table->n_biopsies, "sample", "samples", NULL};
    case OM_GROUP_PATIENT:
    case OM_GROUP_NONE:
        break;
    }
    return (om_sample_groups){table->patient, table->n_patients, "patient", "patients", NULL};
}
