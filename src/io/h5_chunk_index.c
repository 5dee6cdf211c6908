/* The index of a chunked data set, read from the file itself: HDF5 1.10 finds a chunk's address
 * only by walking over all chunks before it, which takes longer than reading them where there are
 * tens of thousands. Formats as in the HDF5 File Format Specification 3.0: object header of version
 * 1 (IV.A.1.a), data layout message of version 3 (IV.A.2.i), B-tree of version 1 (III.A.1), which
 * are what HDF5 writes unless told otherwise. */
#include "h5_extent.h"
#include "oncomark/memory.h"

#include <string.h>
#include <unistd.h>

enum {
    MESSAGE_LAYOUT = 0x08,
    MESSAGE_CONTINUATION = 0x10,
    HEADER_PREFIX = 16,
    MESSAGE_PREFIX = 8,
    MOST_BLOCK_BYTES = 1 << 16,
    MOST_BLOCKS = 16,
    LAYOUT_BYTES = 19, /* of a 1-D data set */
    NODE_PREFIX = 24,
    NODE_KEY = 24, /* bytes, filter mask, first element, 0 */
    NODE_ENTRY = NODE_KEY + 8,
    DEEPEST_NODE = 16
};

static uint64_t load(const unsigned char *bytes, int n) {
    uint64_t value = 0;
    for (int i = n - 1; i >= 0; i--) {
        value = value << 8 | bytes[i];
    }
    return value;
}

typedef struct header_walk {
    int descriptor;
    uint64_t blocks[MOST_BLOCKS][2]; /* address and length of what is to be searched */
    int n_blocks;
    uint64_t root; /* of the B-tree; 0: not found */
} header_walk;

static void take_message(header_walk *walk, const unsigned char *data, uint64_t type,
                         uint64_t size) {
    if (type == MESSAGE_CONTINUATION && size >= 16 && walk->n_blocks < MOST_BLOCKS) {
        walk->blocks[walk->n_blocks][0] = load(data, 8);
        walk->blocks[walk->n_blocks++][1] = load(data + 8, 8);
    } else if (type == MESSAGE_LAYOUT && size >= LAYOUT_BYTES && data[0] == 3 && data[1] == 2 &&
               data[2] == 2) {
        walk->root = load(data + 3, 8);
    }
}

static void search_block(header_walk *walk, uint64_t address, uint64_t length,
                         unsigned char *buffer) {
    if (address > INT64_MAX / 2 || length > MOST_BLOCK_BYTES ||
        !om_h5_extent_pread(walk->descriptor, buffer, (int64_t)length, (int64_t)address)) {
        return;
    }
    for (uint64_t at = 0; at + MESSAGE_PREFIX <= length;) {
        uint64_t size = load(buffer + at + 2, 2);
        if (size > length - at - MESSAGE_PREFIX) {
            return;
        }
        take_message(walk, buffer + at + MESSAGE_PREFIX, load(buffer + at, 2), size);
        at += MESSAGE_PREFIX + size;
    }
}

/* Address of the B-tree's root; 0 where it is not found. */
static uint64_t find_root(int descriptor, uint64_t object, unsigned char *buffer) {
    header_walk walk = {.descriptor = descriptor};
    unsigned char prefix[HEADER_PREFIX];
    if (object > INT64_MAX / 2 ||
        !om_h5_extent_pread(descriptor, prefix, HEADER_PREFIX, (int64_t)object) || prefix[0] != 1) {
        return 0;
    }
    walk.blocks[0][0] = object + HEADER_PREFIX;
    walk.blocks[0][1] = load(prefix + 8, 4);
    walk.n_blocks = 1;
    for (int i = 0; i < walk.n_blocks && walk.root == 0; i++) {
        search_block(&walk, walk.blocks[i][0], walk.blocks[i][1], buffer);
    }
    return walk.root;
}

typedef struct node {
    int level;
    int64_t n_entries;
    uint64_t next; /* to the right */
    const unsigned char *entries;
} node;

/* A node's bytes come in two parts, since the first tells how many there are. */
static bool read_node(int descriptor, uint64_t address, unsigned char *buffer, node *out) {
    if (address > INT64_MAX / 2 ||
        !om_h5_extent_pread(descriptor, buffer, NODE_PREFIX, (int64_t)address) ||
        memcmp(buffer, "TREE", 4) != 0 || buffer[4] != 1) {
        return false;
    }
    *out = (node){.level = buffer[5],
                  .n_entries = (int64_t)load(buffer + 6, 2),
                  .next = load(buffer + 16, 8),
                  .entries = buffer + NODE_PREFIX};
    int64_t length = out->n_entries * NODE_ENTRY;
    return length > 0 && length <= MOST_BLOCK_BYTES - NODE_PREFIX &&
           om_h5_extent_pread(descriptor, buffer + NODE_PREFIX, length,
                              (int64_t)address + NODE_PREFIX);
}

/* The leaf with the first chunk. */
static bool find_first_leaf(int descriptor, uint64_t root, unsigned char *buffer, node *leaf) {
    uint64_t address = root;
    for (int depth = 0; depth < DEEPEST_NODE; depth++) {
        if (!read_node(descriptor, address, buffer, leaf)) {
            return false;
        }
        if (leaf->level == 0) {
            return true;
        }
        address = load(leaf->entries + NODE_KEY, 8);
    }
    return false;
}

/* Takes the chunks of a leaf, which must be the next ones, all of them with both filters. */
static bool take_chunks(om_h5_extent *extent, const node *leaf, int64_t *n_taken) {
    for (int64_t i = 0; i < leaf->n_entries; i++, (*n_taken)++) {
        const unsigned char *entry = leaf->entries + i * NODE_ENTRY;
        uint64_t filter_mask = load(entry + 4, 4);
        uint64_t first = load(entry + 8, 8);
        uint64_t address = load(entry + NODE_KEY, 8);
        if (*n_taken >= extent->n_chunks || filter_mask != 0 ||
            first != (uint64_t)(*n_taken * extent->chunk_elements) || address > INT64_MAX / 2) {
            return false;
        }
        extent->chunks[*n_taken] =
            (om_h5_chunk){.address = (int64_t)address, .n_bytes = (int64_t)load(entry, 4)};
    }
    return true;
}

static bool walk_leaves(om_h5_extent *extent, int descriptor, uint64_t object,
                        unsigned char *buffer) {
    node leaf;
    int64_t n_taken = 0;
    uint64_t root = find_root(descriptor, object, buffer);
    if (root == 0 || !find_first_leaf(descriptor, root, buffer, &leaf)) {
        return false;
    }
    while (take_chunks(extent, &leaf, &n_taken)) {
        if (leaf.next == UINT64_MAX) {
            return n_taken == extent->n_chunks;
        }
        if (!read_node(descriptor, leaf.next, buffer, &leaf) || leaf.level != 0) {
            return false;
        }
    }
    return false;
}

#if H5_VERSION_GE(1, 12, 0)
typedef H5O_info1_t object_info;
#else
typedef H5O_info_t object_info;
#endif

/* Addresses and lengths of eight bytes that count from the start of the file, and room in it for
 * the index of so many chunks. */
static bool is_plain_file(const om_h5 *file, int64_t n_chunks) {
    hid_t creation = H5Fget_create_plist(file->id);
    hsize_t user_block = 1;
    size_t address_bytes = 0;
    size_t length_bytes = 0;
    hsize_t file_bytes = 0;
    bool plain = creation >= 0 && H5Pget_userblock(creation, &user_block) >= 0 && user_block == 0 &&
                 H5Pget_sizes(creation, &address_bytes, &length_bytes) >= 0 && address_bytes == 8 &&
                 length_bytes == 8 && H5Fget_filesize(file->id, &file_bytes) >= 0 &&
                 (hsize_t)n_chunks <= file_bytes / NODE_ENTRY;
    om_h5_release(creation);
    return plain;
}

om_status om_h5_chunk_index_read(om_h5_extent *extent, const om_h5 *file, hid_t data_set,
                                 bool *found) {
    object_info info;
    *found = false;
    if (!is_plain_file(file, extent->n_chunks) ||
        H5Oget_info2(data_set, &info, H5O_INFO_BASIC) < 0) {
        return OM_OK;
    }
    unsigned char *buffer = om_malloc(MOST_BLOCK_BYTES, 1);
    extent->chunks = om_malloc(extent->n_chunks, sizeof *extent->chunks);
    om_status status = buffer == NULL || extent->chunks == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        *found =
            extent->n_chunks == 0 || walk_leaves(extent, om_h5_descriptor(file), info.addr, buffer);
    }
    om_free(buffer);
    return status;
}
