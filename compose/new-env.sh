#!/bin/sh
# Prints .env.example with every empty secret filled at random: `sh compose/new-env.sh > .env && chmod 600 .env`.
set -eu
cd "$(dirname "$0")/.."
while IFS= read -r line; do
  case $line in
    '#'* | '' | *=?*) printf '%s\n' "$line" ;;
    *) printf '%s%s\n' "$line" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" ;;
  esac
done <.env.example
