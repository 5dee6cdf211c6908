# Installs what is missing and builds. Sourced by the quick start and the tests, from the project's root.
# shellcheck shell=bash

om_build_packages=(gcc cmake make git pkg-config openmpi-bin libopenmpi-dev libhdf5-openmpi-dev
    libscalapack-openmpi-dev libopenblas-dev libyaml-dev libcjson-dev zlib1g-dev)
case $(dpkg --print-architecture 2> /dev/null) in
    amd64 | arm64) om_build_packages+=(libisal-dev) ;; # optional: inflates faster than zlib
esac

om_say() {
    printf '\n== %s\n' "$*"
}

# Installs those of the named Debian packages that are not there. Where this is no Debian, or there is no
# right to install, says what is needed and goes on: the build then finds its parts or names the first that
# is missing.
om_install() {
    local package missing=() as_root=()
    if ! command -v apt-get > /dev/null; then
        om_say "No apt-get here: on a cluster load modules for a C compiler, CMake >= 3.25, Open MPI (or
   another MPI 3.1 library), HDF5 and ScaLAPACK built for that MPI, OpenBLAS (or another BLAS with CBLAS and
   LAPACK), zlib, libyaml and cJSON (and ISA-L if you can); for the tests cmocka and a python3 with h5py,
   anndata, scipy, scikit-image and scikit-learn."
        return 0
    fi
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null; then
            om_say "These packages are missing, and there is no right to install them here:
   ${missing[*]}"
            return 0
        fi
        as_root=(sudo)
    fi
    om_say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" > /dev/null
}

# om_build PRESET [CMake option...]
om_build() {
    local preset=$1
    shift
    om_say "Building ($preset)"
    cmake --preset "$preset" "$@" > /dev/null
    cmake --build --preset "$preset" -j "$(nproc)" -- --no-print-directory -s
}

# One BLAS thread for the tests' Python; leave to start more ranks than cores, and as root, for trying things out.
export OPENBLAS_NUM_THREADS=1
export OMPI_MCA_rmaps_base_oversubscribe=1
if [ "$(id -u)" = 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
