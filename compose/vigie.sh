#!/bin/sh
# The image's entry: gives `vigie` the API keys that the setup service left in KEYS, each only to whom it is for.
# Elasticsearch's key goes to every command, Kibana's only to `vigie kibana ...`.
set -eu
keys=${KEYS:-/run/keys}

if [ -r "$keys/elastic" ]; then
  VIGIE_ELASTIC_API_KEY=$(cat "$keys/elastic")
  export VIGIE_ELASTIC_API_KEY
fi
if [ "${1:-}" = kibana ] && [ -r "$keys/kibana" ]; then
  VIGIE_KIBANA_API_KEY=$(cat "$keys/kibana")
  export VIGIE_KIBANA_API_KEY
fi
exec vigie "$@"
