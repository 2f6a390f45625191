#!/bin/sh
# tidy.sh - the rules of this tree that a machine can check. Run by ctest; prints file:line.
# usage: tidy.sh ROOT
cd "$1" || exit 2
found=$(mktemp)
trap 'rm -f "$found"' EXIT
sources=$(find base capture decode graph store ui-tui web daemon doctor cli tests -name '*.[ch]' \
    -not -path '*/node_modules/*')

# FOLDER, then what it may name in an #include besides its own files: an egrep pattern. Data flows one
# way, and what a folder shows to its right are its boundary headers.
while read -r folder may; do
    grep -nE '^#include "' -r "$folder" --include='*.[ch]' --exclude-dir=node_modules |
        grep -vE "#include \"($folder/|$may)" | sed 's/$/  <- not its layer/'
done >>"$found" <<'END'
base    none
capture base/
decode  base/|capture/(follow|packet|address|counters)\.h
graph   base/|capture/(address|tenant|counters|vantage)\.h|decode/(sink|exchange|flow_report|counters|tls_facts)\.h
store   base/|capture/(address|tenant|counters|vantage)\.h|decode/(exchange|counters|tls_facts)\.h|graph/(delta|merge|variety|name|host|latency|verdict|posture|quality|layout|sample)\.h
ui-tui  base/|store/(query|diff|field|fields|filter|moment|when|sieve)\.h|store/export/exporter\.h
web     base/|store/(query|diff|field|fields|filter|moment|when|sieve|order)\.h|store/export/(exporter|metrics|pixels)\.h
daemon  base/|capture/|decode/(engine|counters|sink|exchange|keylog)\.h|graph/|store/(store|keep)\.h|store/export/exporter\.h|web/web\.h
doctor  base/|capture/|decode/counters\.h|graph/delta\.h|daemon/(clock|options|worker)\.h
END

# WHAT, then the only place that may know it.
while read -r what home; do
    grep -nE "$what" $sources /dev/null | grep -vE "^($home|tests/)" | sed 's/$/  <- wrong place/'
done >>"$found" <<'END'
#include.<pcap               capture/
#include.<ndpi               decode/ndpi\.c
#include.decode/inspector    decode/(ndpi|ndpi_none|label|engine)\.c
ndpi_[a-z]+\(                decode/ndpi\.c|daemon/(ndpi_watch|supervisor|replay)\.[ch]
#include.<sqlite3            store/
#include.<cjson              store/export/|web/|daemon/kube_file
#include.<microhttpd         web/server
#include.<(n?curses)         ui-tui/term\.c
#include.<(pthread|stdatomic) capture/ring|decode/label|daemon/|web/|store/export/pixels\.c
#include.<cap-ng             daemon/
#include.<seccomp            daemon/calls\.c
#include.<cairo              store/export/pixels_private\.h
#include.<openssl            decode/(tls_digest|tls_certificate|tls_seal|quic_initial)
END

# A decoder is one file, one line, one symbol.
for file in decode/proto/*.c; do
    grep -q "X($(basename "$file" .c))" decode/decoders.c || echo "$file:1: not in decoders.c"
    grep -nE '^[a-z].*\(' "$file" | grep -vE '^[0-9]+:(static|const|enum)' | sed "s|^|$file:|"
done >>"$found"

# Lines of 100, functions of 60, files of 800. A body starts and ends with a brace in column 0.
LC_ALL=C.UTF-8 grep -nE '^.{101,}' $sources /dev/null | cut -d: -f1,2 | sed 's/$/: wide/' >>"$found"
awk '/^\{/ { start = FNR }
     /^\}/ && start { if (FNR - start > 60) print FILENAME ":" start ": long"; start = 0 }
     FNR == 801 { print FILENAME ":801: too long a file" }' $sources >>"$found"

cat "$found"
test ! -s "$found"
