#!/bin/sh
# The real Elasticsearch server: its minimal distribution from Maven Central, never committed, and a 50-line plugin with
# the stock names of five language analyzers. Needs a JDK 21 or newer in JAVA_HOME, and Maven.
# usage: WORK=folder prepare.sh PYTHON
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=9.5.3
dist="$WORK/dist/elasticsearch-$version"
[ -f "$dist/bin/elasticsearch" ] || mvn -q -B -f "$here/pom.xml" -Des.version="$version" -Dwork.dir="$WORK" generate-resources
plugin="$dist/plugins/language-analyzers"
rm -rf "$WORK/classes" "$plugin"
mkdir -p "$WORK/classes" "$plugin" "$dist/logs"
"$JAVA_HOME/bin/javac" -proc:none --release 21 -d "$WORK/classes" -cp "$dist/lib/*" "$here/plugin/LangAnalyzersPlugin.java"
"$JAVA_HOME/bin/jar" --create --file "$plugin/language-analyzers.jar" -C "$WORK/classes" .
sed "s/@ES_VERSION@/$version/; s/@JAVA@/21/" "$here/plugin/plugin-descriptor.properties.in" > "$plugin/plugin-descriptor.properties"
chmod -R u+rwX,go+rX "$WORK"
chmod +x "$dist"/bin/*
