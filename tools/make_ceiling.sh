#!/bin/bash
# make_ceiling.sh DIR: makes tests/cpython/files.tsv and ceiling.tsv.gz from a measured run of CPython's own test suite: DIR holds
# groups.tsv, ceiling.tsv, cases.tsv.gz and natural_lost.tsv. Run once for each new measurement; the results are in the repository.
#   files.tsv        group, file, subject, seconds CPython takes, cases CPython passes, natural ceiling
#   ceiling.tsv.gz   file, case: what CPython passes and another implementation can; `test.FILE.` is left off;
#                    a case that occurs more than once under one name (a class made twice by a function) gets ` #2` and so on
set -eu -o pipefail
dir=${1:?the folder of the measured run}
out=$(dirname "$(readlink -f "$0")")/../tests/cpython
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
zcat "$dir/cases.tsv.gz" | awk -F '\t' -v lost="$dir/natural_lost.tsv" -v counts="$work/counts" '
  BEGIN { OFS = "\t"; while ((getline line < lost) > 0) { split(line, f, "\t"); gone[f[2] SUBSEP f[3]]++ } }
  FNR == 1 || ($3 != "pass" && $3 != "xfail") { next }
  { passes[$1]++ }
  gone[$1, $2]-- > 0 { next }
  {
    natural[$1]++
    number = ++seen[$1, $2]
    name = $2
    prefix = "test." $1 "."; if ($1 ~ /^test\./) prefix = $1 "."
    if (index(name, prefix) == 1) name = substr(name, length(prefix) + 1)
    print $1, name (number > 1 ? " #" number : "")
  }
  END { for (file in passes) print file, passes[file], natural[file] + 0 > counts }' >"$work/ceiling"
LC_ALL=C sort "$work/ceiling" | gzip -9n >"$out/ceiling.tsv.gz"
awk -F '\t' -v counts="$work/counts" -v measured="$dir/ceiling.tsv" '
  BEGIN {
    OFS = "\t"; print "group", "file", "subject", "seconds", "passes", "natural"
    while ((getline line < counts) > 0) { split(line, f, "\t"); passes[f[1]] = f[2]; natural[f[1]] = f[3] }
    while ((getline line < measured) > 0) { split(line, f, "\t"); seconds[f[1]] = f[6] }
  }
  FNR > 1 { print $1, $2, $3, seconds[$2] + 0, passes[$2] + 0, natural[$2] + 0 }' "$dir/groups.tsv" >"$out/files.tsv"
awk -F '\t' 'FNR > 1 { n[$1]++; p[$1] += $5; c[$1] += $6 } END { for (g in n) print g, n[g], "files", p[g], "pass", c[g], "natural" }' "$out/files.tsv" | sort
