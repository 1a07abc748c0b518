#!/bin/sh
# Creates the hub's role and database on a new server. The role is no superuser: it makes the tenants' roles and schemas.
set -eu
psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --set ON_ERROR_STOP=1 \
    --set password="$PAYPREDICT_DATABASE_PASSWORD" <<'SQL'
create role paypredict login createrole noinherit password :'password';
create database paypredict owner paypredict;
revoke all on database paypredict from public;
SQL
