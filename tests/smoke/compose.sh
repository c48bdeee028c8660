#!/usr/bin/env bash
# For those who have a container engine: the whole stack from nothing, the demo's mentions, the six boards, and down.
#   tests/smoke/compose.sh          (10 to 20 minutes the first time: images, build, first starts)
# Works in a project and an .env of its own; touches no other. KEEP=1 leaves the stack up to look at.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
export CONFIG_FOLDER="$work/config" KIBANA_PORT=${KIBANA_PORT:-15601} PREFECT_PORT=${PREFECT_PORT:-14200}
sh compose/new-env.sh | grep -vE '^(CONFIG_FOLDER|KIBANA_PORT|PREFECT_PORT)=' >"$work/.env"
mkdir "$CONFIG_FOLDER"
cp -R config/*.yaml config/sources "$CONFIG_FOLDER/"
chmod -R go+rX "$work"

compose() { docker compose --project-name vigie-smoke --env-file "$work/.env" "$@"; }
say() { printf '\n== %s\n' "$*"; }
end() {
  local code=$?
  [ "$code" -eq 0 ] || compose logs --tail 40
  [ -n "${KEEP:-}" ] || compose down --volumes --remove-orphans
  [ -n "${KEEP:-}" ] || rm -rf "$work"
  if [ "$code" -eq 0 ]; then say "the stack works"; else say "FAILED ($code)"; fi
  exit "$code"
}
trap end EXIT

say "up, until every service is healthy"
compose up --detach --build --wait --wait-timeout 900

say "a second up changes nothing and makes no second key"
compose up --detach --wait --wait-timeout 300
compose logs setup | grep -q 'the key for elastic still works'

say "nothing is published beyond this machine"
compose ps --format '{{.Ports}}' | tr ',' '\n' | grep -- '->' | grep -vE '^ *127\.0\.0\.1:' && exit 1

say "no login without a password"
for url in "http://127.0.0.1:$KIBANA_PORT/api/saved_objects/_find?type=dashboard" \
  "http://127.0.0.1:$PREFECT_PORT/api/flows/count"; do
  [ "$(curl --silent --output /dev/null --write-out '%{http_code}' --request GET "$url")" = 401 ]
done

# The demo keeps apart from the worker: a state and a prefix of its own (the API key is for every vigie-*).
demo() { compose run --rm -T -e VIGIE_DATABASE_URL= -e VIGIE_ELASTIC_PREFIX=vigie-demo vigie "$@"; }

say "the demo, into this Elasticsearch"
demo demo

say "six boards, twice: the second deployment changes nothing"
demo kibana deploy
demo kibana deploy | grep -q 'no change: 6 boards'
demo kibana diff
demo kibana check
demo kibana backup

say "Kibana's own API knows them"
for board in overview sentiment sources competitors incident health; do
  compose run --rm -T --entrypoint python vigie - "vigie-$board" <<'PYTHON'
import json, sys, urllib.request
key = open("/run/keys/kibana").read()
ask = urllib.request.Request(
    f"http://kibana:5601/api/dashboards/{sys.argv[1]}",
    headers={"Authorization": f"ApiKey {key}", "elastic-api-version": "2023-10-31"},
)
board = json.load(urllib.request.urlopen(ask, timeout=30))
print(sys.argv[1], "|", board["data"]["title"], "|", len(board["data"]["panels"]), "panels")
assert board["data"]["panels"]
PYTHON
done
