/* 128-bit integers, for sums and products that have to be exact. */
#ifndef ONCOMARK_WIDE_H
#define ONCOMARK_WIDE_H

__extension__ typedef __int128 om_wide;
__extension__ typedef unsigned __int128 om_uwide;

#endif
