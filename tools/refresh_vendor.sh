#!/bin/sh
# Refresh the pinned front-end files in static/vendor/. Needs npm, network and Chromium; the product itself needs none of them.
# Usage: tools/refresh_vendor.sh    (then look at every page, run the tests, and correct static/vendor/README.md)
set -eu
GOVUK=6.6.0
PLOTLY=4.1.1
SASS=1.108.2
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "govuk-frontend@$GOVUK" "plotly.js-basic-dist-min@$PLOTLY" "sass@$SASS"

# The typeface, crown and crest are for services on GOV.UK only.
cat > govuk.scss <<'SCSS'
@use "pkg:govuk-frontend" as * with (
  $govuk-include-default-font-face: false,
  $govuk-font-family: (arial, helvetica, sans-serif)
);
SCSS
npx sass --no-error-css --pkg-importer=node --style=compressed --no-source-map govuk.scss govuk.css
"$here/.venv/bin/python" "$here/tools/trim_vendor_css.py" govuk.css > "$here/static/vendor/govuk-frontend/govuk.css"
# collectstatic follows a sourceMappingURL and fails where the map is not there.
sed 's|//# sourceMappingURL=.*||' node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js \
  > "$here/static/vendor/govuk-frontend/govuk-frontend.min.js"
sed 's|//# sourceMappingURL=.*||' node_modules/plotly.js-basic-dist-min/plotly-basic.min.js \
  > "$here/static/vendor/plotly/plotly-basic.min.js"
cp node_modules/plotly.js-basic-dist-min/LICENSE "$here/static/vendor/plotly/LICENSE.txt"
"$here/.venv/bin/python" "$here/tools/dump_plotly_css.py" "$here/static/vendor/plotly/plotly-basic.min.js" \
  > "$here/static/vendor/plotly/plotly.css"
