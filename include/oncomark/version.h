/* The program's version. */
#ifndef ONCOMARK_VERSION_H
#define ONCOMARK_VERSION_H

/* "v1.2-3-gabcdef", from git at build time. Borrowed, static. */
const char *om_version(void);

#endif
