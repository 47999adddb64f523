#!/bin/bash
# Runs once, when the database server is new: a role and a database for each of the two services.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set evenhand="$(cat /run/secrets/evenhand_password)" \
    --set temporal="$(cat /run/secrets/temporal_password)" <<'SQL'
CREATE ROLE evenhand LOGIN PASSWORD :'evenhand';
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE evenhand OWNER evenhand;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE evenhand, temporal, temporal_visibility FROM PUBLIC;
SQL
