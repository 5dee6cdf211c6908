#!/usr/bin/env bash
# The rules of the layers: who may include whom, and who may end the program.
set -u
cd "$2" || exit 1
breaches=0

complain() {
    echo "$1"
    breaches=1
}

# Which layer a public header belongs to: the one with the source of the same name.
layer_of() {
    local source
    source=$(find src -name "$1.c" ! -path 'src/cli/*' | head -n 1)
    [ -n "$source" ] || source=$(grep -rlE "oncomark/$1\.h" src --include='*.c' | head -n 1)
    echo "$source" | cut -d/ -f2
}

declare -A may=(
    [base]="base"
    [par]="base par"
    [io]="base par io"
    [linalg]="base par linalg"
    [cells]="base par io cells"
    [learn]="base par io linalg learn"
    [report]="base par io linalg cells learn report"
)
# Headers without a source of their name; header-only ones belong to base.
declare -A named=([hallmark]=base [job]=base [counts]=io [linear_map]=learn [stages]=cells [wide]=base [processor]=base
    [status]=base)

for layer in "${!may[@]}"; do
    for file in src/"$layer"/*.[ch]; do
        [ -e "$file" ] || continue
        for header in $(grep -oE '#include "oncomark/[a-z0-9_]+\.h"' "$file" | sed 's|.*/||; s|\.h"||'); do
            [ "$header" = stages ] && case "$layer" in cells | learn) continue ;; esac
            owner=${named[$header]:-$(layer_of "$header")}
            case " ${may[$layer]} " in
                *" $owner "*) ;;
                *) complain "$file includes oncomark/$header.h, which is of layer '$owner'" ;;
            esac
        done
    done
done

grep -rn 'MPI_COMM_WORLD' src include --include='*.[ch]' | grep -v '^src/cli/main.c' &&
    complain "MPI_COMM_WORLD belongs to main.c alone"
grep -rnE '\b(exit|_exit|abort|MPI_Abort|MPI_Finalize)[ ]*\(' src include --include='*.[ch]' |
    grep -vE '^src/(cli/main\.c|par/)' && complain "only main.c and par/ may end the program"
grep -rnE '#include <(mpi|hdf5)\.h>' src/base && complain "base knows neither MPI nor HDF5"
grep -rnE '\b(malloc|calloc|realloc|strdup)[ ]*\(' src --include='*.c' |
    grep -vE '^src/base/memory\.c|om_(malloc|calloc|realloc|strdup)' && complain "memory comes from om_malloc and its kin"

exit $breaches
