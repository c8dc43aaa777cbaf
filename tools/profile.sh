# ./dev profile: runs the benchmarks, the examples and the Python tests in a build that counts branches, and keeps in tools/profile/kaa.tar.xz
# the counts, by which the release build is optimised (CMakeLists.txt), and the order of its functions in memory. Sourced by ./dev.
# Worth doing when much of src/ has changed: functions that differ from the recorded ones are compiled without a profile.

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
  # What the libraries linked statically run at start, which is not instrumented.
  printf '%s\n' _start _init _fini OPENSSL_cpuid_setup OPENSSL_ia32_cpuid crc64_set_func _Znwm _ZdlPv _ZdlPvm __gmp_set_memory_functions __gmpn_lshift \
    __gmpn_rshift __gmpn_zero __gmpn_copyi __gmpn_sub_n __gmpn_invert_limb frame_dummy __cxa_guard_acquire __cxa_guard_release __udivti3 _GLOBAL__sub_I_eh_alloc.cc _GLOBAL__sub_I_memory_resource.cc _GLOBAL__sub_I_system_error.cc \
    _ZNKSt8__detail20_Prime_rehash_policy14_M_need_rehashEmmm _ZNKSt8__detail20_Prime_rehash_policy11_M_next_bktEm
  for program in "$counts"/*.profdata; do
    echo "program ${program##*/}"
    llvm-profdata-19 show --all-functions --counts "$program"
  done | awk '
    $1 == "program" { weight = $2 == "start.profdata" ? 1000 : 1 }
    /^  [^ ].*:$/ { name = substr($1, 1, length($1) - 1); sub(/^.*;/, "", name) }
    /^    Block counts: / && /[1-9]/ { n[name] += weight }
    END { for (f in n) print n[f], f }' | LC_ALL=C sort -k 1,1nr -k 2 | cut -d ' ' -f 2
}

profile_main() {
  local kaa=$KAA_ROOT/build/profile/kaa counts=$KAA_ROOT/build/profile/counts archive=$KAA_ROOT/tools/profile/kaa.tar.xz
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
}
