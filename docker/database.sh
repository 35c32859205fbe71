#!/bin/bash
# Run once by the PostgreSQL image on an empty data directory: two roles with their passwords, one database.
set -euo pipefail

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner_password="$OWNER_PASSWORD" -v web_password="$WEB_PASSWORD" <<'SQL'
CREATE ROLE escalation_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE escalation_web LOGIN PASSWORD :'web_password';
CREATE DATABASE escalation OWNER escalation_owner;
SQL
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname escalation --file /roles.sql
