#!/bin/sh
# django-machina forum in its own virtual environment.   usage: WORK=folder prepare.sh PYTHON
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ -x "$WORK/v/bin/python" ] || { "$1" -m venv "$WORK/v"; "$WORK/v/bin/pip" install -q "django<6" django-machina==1.3.1; }
rm -f "$WORK/machina.sqlite3"
cd "$here"
"$WORK/v/bin/python" forum.py migrate -v0
"$1" ../corpus.py > "$WORK/truth.jsonl"
"$WORK/v/bin/python" forum.py seed "$WORK/truth.jsonl"
