#!/usr/bin/env bash
# Makes all golden values again and fails where one differs from what is committed.
set -euo pipefail
cd "$(dirname "$0")"
python=${OM_PYTHON:-/usr/bin/python3}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -- * "$copy"
for script in make_*.py; do
    (cd "$copy" && "$python" -W ignore "$script" > "$copy/output") || {
        cat "$copy/output"
        echo "golden: $script failed"
        exit 1
    }
done
rm -rf "$copy/output" "$copy/__pycache__"
diff -r --brief -x __pycache__ . "$copy" || {
    echo "golden: the scripts make other values with the libraries of this machine"
    exit 1
}
