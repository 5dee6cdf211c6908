/* The locks that are in a folder already. Local. */
#ifndef ONCOMARK_IO_LOCK_LOOK_H
#define ONCOMARK_IO_LOCK_LOOK_H

#include "lock.h"
#include "lock_holder.h"

enum { OM_LOCK_NAME = 96 };

/* Name of the lock file of a share, or of a whole run. */
void om_lock_name(om_share share, char name[OM_LOCK_NAME]);

/* What is looked for, and what was found. */
typedef struct om_lock_look {
    const char *folder;
    const om_lock_terms *terms;
    const om_lock_holder *self;
    const char *own_path;
    double now;        /* of the file system */
    om_strings *paths; /* of locks in our way whose holders are no more; owned, as the next two */
    om_strings *gone;  /* tokens of holders that are gone for sure */
    om_strings *doubtful; /* tokens of the other ones */
} om_lock_look;

om_status om_lock_look_begin(om_lock_look *look);
void om_lock_look_end(om_lock_look *look);

/* OM_USAGE where somebody who seems to live is in the way. */
om_status om_lock_look_around(om_lock_look *look);

#endif
