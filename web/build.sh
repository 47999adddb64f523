#!/usr/bin/env bash
# Builds what browsers load, in static/: the styles, our scripts, and the Design System's script.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

design_system=node_modules/govuk-frontend/dist
mkdir -p static
cp scripts/*.js scripts/*.svg static/
# Its source map stays behind, so nothing should ask for it.
sed 's|//# sourceMappingURL=.*$||' "$design_system/govuk/govuk-frontend.min.js" \
  > static/govuk-frontend.min.js
# Last, as `make` goes by this file's age.
node_modules/.bin/sass --load-path="$design_system" --style=compressed --no-source-map \
  --no-charset styles/site.scss static/site.css
