#!/bin/bash
# Runs once, when Postgres makes its data folder: a role and a database of its own for each owner. Nobody else, except
# the superuser, may connect to it.
set -eo pipefail

run_sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres "$@"
}

for name in hub idp notes billing; do
  PASSWORD=$(<"/run/secrets-demo/$name-database-password") run_sql --set name="$name" <<'SQL'
\getenv password PASSWORD
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done

# Who shows the timeline may connect to the hub; what it may read there is granted after the migration.
PASSWORD=$(</run/secrets-demo/timeline-database-password) run_sql <<'SQL'
\getenv password PASSWORD
CREATE ROLE timeline LOGIN PASSWORD :'password' CONNECTION LIMIT 10;
GRANT CONNECT ON DATABASE hub TO timeline;
SQL

run_sql <<'SQL'
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL
