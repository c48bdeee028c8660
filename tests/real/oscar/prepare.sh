#!/bin/sh
# django-oscar shop in its own virtual environment.   usage: WORK=folder prepare.sh PYTHON
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ -x "$WORK/v/bin/python" ] || { "$1" -m venv "$WORK/v"; "$WORK/v/bin/pip" install -q "django-oscar[sorl-thumbnail]==4.2.1"; }
rm -f "$WORK/oscar.sqlite3"
cd "$here"
"$WORK/v/bin/python" shop.py migrate -v0
"$1" ../corpus.py > "$WORK/truth.jsonl"
"$WORK/v/bin/python" shop.py seed "$WORK/truth.jsonl"
