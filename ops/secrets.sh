#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml mounts, in secrets/; those already there are kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p secrets
chmod 711 secrets

keep() { # NAME COMMAND…: what the command prints becomes the secret, unless there is one
    local file="secrets/$1"
    shift
    [[ ! -e $file ]] || return 0
    (umask 077 && printf %s "$("$@")" > "$file")
    # The programs in the containers are not this user; others can't list the folder.
    chmod 444 "$file"
}

named_key() {
    echo "first:$(openssl rand -base64 32)"
}

database_url() {
    echo "postgresql://evenhand:$(cat secrets/evenhand_password)@postgres:5432/evenhand"
}

keep postgres_password openssl rand -hex 24
keep temporal_password openssl rand -hex 24
keep evenhand_password openssl rand -hex 24
keep evenhand_master_key openssl rand -base64 32
keep evenhand_payload_keys named_key
keep evenhand_audit_keys named_key
keep evenhand_database_url database_url
echo "The secrets are in secrets/. Keep a copy of evenhand_master_key and evenhand_payload_keys in
a safe place: without them, names and texts can't be read again. Keep one of evenhand_audit_keys too:
it signs what governors trust."
