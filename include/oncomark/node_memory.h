/* How much memory is to be had on this machine. */
#ifndef ONCOMARK_NODE_MEMORY_H
#define ONCOMARK_NODE_MEMORY_H

#include <stdint.h>

/* Bytes that the processes here can still take as shared memory: what the system has available,
 * what /dev/shm has room for, and what the control groups of this process (a batch job's, a
 * container's) leave, whichever is least; INT64_MAX where nothing of that is told. Files of the
 * system are looked for under `root`: "" but in tests. Local. */
int64_t om_node_memory_available(const char *root);

#endif
