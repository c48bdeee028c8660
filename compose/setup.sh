#!/usr/bin/env bash
# One-shot service `setup`: gives kibana_system its password and makes the two API keys, with least privileges.
# Safe to run again: a key that still works stays, with the privileges of today's *-key.json; else it is made anew.
set -euo pipefail

elastic=${ELASTIC_URL:-http://elasticsearch:9200}
keys=${KEYS:-/keys}
here=$(cd "$(dirname "$0")" && pwd)
prefix=${VIGIE_ELASTIC_PREFIX:-vigie}
space=${VIGIE_KIBANA_SPACE:-default}
owner=${KEYS_OWNER:-10001:10001} # the user of Vigie's image

fail() {
  echo "setup: $*" >&2
  exit 1
}

# Letters and digits survive .env, URLs and JSON unchanged; short ones are no secrets.
for name in ELASTIC_PASSWORD KIBANA_SYSTEM_PASSWORD; do
  [[ ${!name:-} =~ ^[A-Za-z0-9_-]{16,}$ ]] || fail "$name: at least 16 letters, digits, - or _; see .env.example"
done

# call METHOD PATH [BODY]: the answer's body. Credentials and bodies go through pipes: `ps` shows neither.
call() {
  local answer status
  answer=$(curl --silent --show-error --max-time 60 --retry 5 --retry-connrefused --write-out '\n%{http_code}' \
    --config <(printf 'user = "elastic:%s"\n' "$ELASTIC_PASSWORD") --request "$1" \
    --header 'Content-Type: application/json' ${3:+--data-binary @<(printf '%s' "$3")} "$elastic$2") ||
    fail "no answer from $elastic"
  status=${answer##*$'\n'}
  case $status in
    2??) printf '%s' "${answer%$'\n'*}" ;;
    401) fail "Elasticsearch refuses ELASTIC_PASSWORD: the data volume was made with another one (put that one back)" ;;
    *) fail "$1 $2 answered $status: ${answer%$'\n'*}" ;;
  esac
}

works() { # KEY: does Elasticsearch still accept it?
  curl --silent --fail --max-time 60 --output /dev/null --config <(printf 'header = "Authorization: ApiKey %s"\n' "$1") \
    "$elastic/_security/_authenticate"
}

make_key() { # NAME: writes the key into the volume, or brings the privileges of the one there up to date
  local file="$keys/$1" roles answer key
  roles=$(sed -e "s/\"vigie-\*\"/\"$prefix-*\"/" -e "s/space:default/space:$space/" "$here/$1-key.json")
  if [ -s "$file" ] && works "$(cat "$file")"; then
    call PUT "/_security/api_key/$(base64 -d <"$file" | cut -d: -f1)" "{\"role_descriptors\": $roles}" >/dev/null
    echo "setup: the key for $1 still works"
    return
  fi
  answer=$(call POST /_security/api_key "{\"name\": \"vigie-$1\", \"role_descriptors\": $roles}")
  key=$(sed -n 's/.*"encoded" *: *"\([A-Za-z0-9+\/=]*\)".*/\1/p' <<<"$answer")
  [ -n "$key" ] || fail "the answer holds no key"
  (umask 077 && printf '%s' "$key" >"$file.part")
  chown "$owner" "$file.part"
  mv "$file.part" "$file"
  echo "setup: made a key for $1"
}

call POST /_security/user/kibana_system/_password "{\"password\": \"$KIBANA_SYSTEM_PASSWORD\"}" >/dev/null
echo "setup: kibana_system has its password"
make_key elastic
make_key kibana
