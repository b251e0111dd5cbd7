#!/bin/sh
# Makes the secrets of an installation of several machines, each in a file of its own; a secret that is there stays.
# Use: secrets.sh /etc/hoso/secrets  (once, on one machine; then copy what each machine needs, see growing.md)
set -eu
umask 077
mkdir -p "$1"
for name in jwt_key box_key hoso_owner hoso_app hoso_prefect prefect_auth; do
    [ -s "$1/$name" ] && continue
    value=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
    [ "$name" = prefect_auth ] && value="hoso:$value"  # Prefect wants a user and a password
    printf '%s\n' "$value" > "$1/$name.new"
    mv "$1/$name.new" "$1/$name"
done
