#!/bin/sh
# Creates missing secrets in deploy/secrets, and copies to each service the secrets that it needs.
# Runs as the service `secrets` of docker-compose.yml at each `docker compose up`.
set -eu

secrets=${SECRETS_DIR:-/secrets}   # deploy/secrets: what the operator sees and changes
volumes=${VOLUMES_DIR:-/volumes}   # a folder per service: its /run/secrets
database=${DATABASE_DIR:-/database} # the data folder of PostgreSQL, to see whether it is set up

random() { od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# Percent-encodes every byte, so that any password fits into a URL.
percent_encode() { printf %s "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '%'; }

# create NAME VALUE: keeps the file that is there. The file belongs to whoever owns the folder.
create() {
  [ ! -s "$secrets/$1" ] || return 0
  (umask 077 && printf '%s\n' "$2" >"$secrets/.$1.new")
  chown "$(stat -c %u:%g "$secrets")" "$secrets/.$1.new"
  mv "$secrets/.$1.new" "$secrets/$1"
  echo "created deploy/secrets/$1"
}

# give SERVICE NAME...: replaces each copy in one step, so that a running service never reads half a secret.
give() {
  folder=$volumes/$1
  shift
  mkdir -p "$folder"
  for name; do
    cp "$secrets/$name" "$folder/.new"
    chmod 444 "$folder/.new"
    mv "$folder/.new" "$folder/$name"
  done
}

# PostgreSQL keeps the password of its first start. Installations older than this script had it in git.
first_password() {
  if [ -s "$database/PG_VERSION" ]; then echo change-me-postgres; else random; fi
}

refuse_defaults() {
  defaults=$(cd "$secrets" && grep -l change-me ./* || true)
  [ -n "$defaults" ] || return 0
  echo "These files in deploy/secrets hold passwords that everyone knows:" $defaults >&2
  echo "Change them: docs/operations.md, \"The secrets of the compose project\"." >&2
  case ${EDGE_ADDRESS:-127.0.0.1} in
    127.* | localhost | ::1 | '[::1]') ;;
    *) exit 1 ;;
  esac
}

create token_secret "$(random)"
create token_secret_previous "$(random)"
create admin_password "$(random)"
# The codes in the keys of stored variants: never changed.
create links_secret "$(random)"
# Between the uploaders and the purger of the edge.
create edge_purge_secret "$(random)"
# The api is given the digest of its key only.
create api_key "$(random)"
create api_keys "operator:$(printf %s "$(cat "$secrets/api_key")" | sha256sum | cut -d ' ' -f 1):tokens+originals:read+originals:write+purge+stats"
create postgres_password "$(first_password)"
create database_url "postgres://iaas:$(percent_encode "$(cat "$secrets/postgres_password")")@postgres:5432/iaas"
# The access key owns the bucket, so it keeps its former value.
create s3_access_key "${S3_ACCESS_KEY:-iaas-access}"
create s3_secret_key "${S3_SECRET_KEY:-$(random)}"

refuse_defaults

give api database_url s3_access_key s3_secret_key token_secret token_secret_previous admin_password api_keys links_secret
give uploader database_url s3_access_key s3_secret_key links_secret edge_purge_secret
give edge-purger edge_purge_secret
give bucket s3_access_key s3_secret_key
give postgres postgres_password
give s3 s3_access_key s3_secret_key
give grafana admin_password
