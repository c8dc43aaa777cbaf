# ./dev profile: runs the benchmarks, the examples and the Python tests in a build that counts branches, and keeps in tools/profile/kaa.tar.xz
# the counts, by which the release build is optimised (CMakeLists.txt), and the order of its functions in memory. Sourced by ./dev.
# Besides, which other functions and which constants programs need at their start, so that these lie together.
# Worth doing when much of src/ has changed: functions that differ from the recorded ones are compiled without a profile. `./dev profile order` finds the latter alone:
# each function that start-up runs anew costs 64 KiB until it is in that order.

# Names of the functions that start-up runs, then of those that the benchmarks run, those of most programs first: each program then maps fewer pages of
# the code, a matter of 2.5 MB in one that does little. $1: the instrumented kaa; $2: a folder for its counts.
function_order() {
  local kaa=$1 counts=$2 program
  rm -rf "$counts" && mkdir -p "$counts/run" && cd "$counts/run" || return 1
  printf '%s\0' start "$KAA_ROOT"/bench/*.py |
    xargs -0 -P "$(cores)" -I PROGRAM bash -c 'name=$(basename "$2" .py) run=("$2")
      [[ $name != start ]] || run=(-c pass)
      LLVM_PROFILE_FILE=$1/$name.%p.profraw timeout 120 "$0" "${run[@]}" >/dev/null 2>&1 </dev/null
      llvm-profdata-19 merge -o "$1/$name.profdata" "$1/$name".*.profraw && rm -f "$1/$name".*.profraw' "$kaa" "$counts" PROGRAM
  for program in "$counts"/*.profdata; do
    echo "program ${program##*/}"
    llvm-profdata-19 show --all-functions --counts "$program"
  done | awk '
    $1 == "program" { weight = $2 == "start.profdata" ? 1000 : 1 }
    /^  [^ ].*:$/ { name = substr($1, 1, length($1) - 1); sub(/^.*;/, "", name) }
    /^    Block counts: / && /[1-9]/ { n[name] += weight }
    END { for (f in n) print n[f], f }' | LC_ALL=C sort -k 1,1nr -k 2 | cut -d ' ' -f 2
}

# Writes what else is in tools/profile, by what valgrind sees of three programs under the release build: start.order and more.order, functions besides the recorded ones
# (of libraries, which are not instrumented, and parts of functions); rodata.ld, the script for the linker. $1: the recorded functions. Takes some minutes.
memory_order() {
  local dir=$KAA_ROOT/build/release to=$KAA_ROOT/tools/profile recorded kaa scratch status=0
  recorded=$(cat "$1")
  command -v valgrind >/dev/null || { say "There is no valgrind: tools/profile/rodata.ld and *.order stay as they are"; return 0; }
  build_preset release kaa || return 1
  kaa=$dir/kaa.traced   # beside the other: it finds the library by its own place
  scratch=$(mktemp -d) || return 1
  ran() { valgrind --tool=callgrind --dump-instr=yes --callgrind-out-file="$1" "$kaa" "${@:2}" >/dev/null 2>&1 </dev/null; }
  reads() { valgrind --tool=lackey --trace-mem=yes --log-fd=9 "$kaa" "$@" 9>&1 >/dev/null </dev/null |
    awk '/^ [LM]/ { a = substr($2, 1, index($2, ",") - 2); if (!(a in seen)) { seen[a] = 1; print a } }'; }
  (cd "$dir" && eval "$(ninja -t commands kaa | tail -n 1 | sed "s# -o kaa # -o $kaa -Wl,-Map=$scratch/map #")") && nm -n "$kaa" >"$scratch/symbols" &&
    ran "$scratch/start.ran" -c pass && ran "$scratch/small.ran" "$to/small.py" && ran "$scratch/library.ran" "$to/library.py" &&
    echo "$recorded" >"$scratch/recorded" && "$kaa" "$to/order.py" "$scratch/symbols" "$scratch/recorded" "$scratch/start.ran" >"$scratch/start.order" &&
    cat "$scratch/recorded" "$scratch/start.order" >"$scratch/known" &&
    "$kaa" "$to/order.py" "$scratch/symbols" "$scratch/known" "$scratch/small.ran" "$scratch/library.ran" >"$scratch/more.order" &&
    reads -c pass >"$scratch/start" && reads "$to/small.py" >"$scratch/small" && reads "$to/library.py" >"$scratch/library" &&
    "$kaa" "$to/rodata.py" "$scratch/map" "$scratch/start" "$scratch/small" "$scratch/library" >"$scratch/rodata.ld" &&
    mv "$scratch/start.order" "$scratch/more.order" "$scratch/rodata.ld" "$to/" || status=1
  rm -rf "$scratch" "$kaa"
  return $status
}

profile_main() {
  local kaa=$KAA_ROOT/build/profile/kaa counts=$KAA_ROOT/build/profile/counts archive=$KAA_ROOT/tools/profile/kaa.tar.xz
  if [[ ${1:-} == order ]]; then
    setup_all || exit 1
    memory_order <(tar xJOf "$archive" functions.order) || die "what start-up reads could not be found"
    return
  fi
  { setup_all && build_preset profile kaa; } || exit 1
  rm -rf "$counts" && mkdir -p "$counts/run" "${archive%/*}" || die "cannot write $counts"
  say "Running the programs"
  # One file for each of four processes at a time would still be many: %m merges those of the same program. What fails or hangs only teaches less.
  (cd "$counts/run" &&
    printf '%s\0' "$KAA_ROOT"/bench/*.py "$KAA_ROOT"/examples/*.py "$KAA_ROOT"/tests/{language,builtins,modules,lifecycle}/*.py |
    LLVM_PROFILE_FILE=$counts/%4m.profraw xargs -0 -P "$(cores)" -n 1 timeout 120 "$kaa") >"$counts/log" 2>&1 </dev/null
  llvm-profdata-19 merge -o "$counts/kaa.profdata" "$counts"/*.profraw || die "merging the counts failed"
  say "Looking which functions most programs run"
  (function_order "$kaa" "$counts/single") >"$counts/functions.order" && [[ -s $counts/functions.order ]] || die "no functions seen"
  tar cJf "$archive.new" -C "$counts" --owner=0 --group=0 --mtime=@0 kaa.profdata functions.order && mv "$archive.new" "$archive" || die "cannot write $archive"
  say "Wrote ${archive#"$KAA_ROOT/"} ($(stat -c %s "$archive") bytes)"
  memory_order "$counts/functions.order" || die "what start-up reads could not be found"
}
