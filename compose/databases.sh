#!/bin/bash
# Runs once, when PostgreSQL starts on an empty volume: one role and one database for Vigie's state, one for Prefect.
set -euo pipefail
: "${STATE_PASSWORD:?set it in .env}" "${PREFECT_DATABASE_PASSWORD:?set it in .env}"

psql --set ON_ERROR_STOP=1 --set "state=$STATE_PASSWORD" --set "prefect=$PREFECT_DATABASE_PASSWORD" \
  --username "${POSTGRES_USER:-postgres}" --dbname postgres --quiet <<'SQL'
CREATE ROLE vigie LOGIN PASSWORD :'state';
CREATE DATABASE vigie OWNER vigie;
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE DATABASE prefect OWNER prefect;
REVOKE CONNECT ON DATABASE vigie, prefect FROM PUBLIC;
SQL
