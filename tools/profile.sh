# ./dev profile: runs the benchmarks, the examples and the Python tests in a build that counts branches, and keeps the counts in
# tools/profile/kaa.tar.xz, by which the release build is optimised (CMakeLists.txt). Sourced by ./dev.
# Worth doing when much of src/ has changed: functions that differ from the recorded ones are compiled without a profile.

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
  tar cJf "$archive.new" -C "$counts" --owner=0 --group=0 --mtime=@0 kaa.profdata && mv "$archive.new" "$archive" || die "cannot write $archive"
  say "Wrote ${archive#"$KAA_ROOT/"} ($(stat -c %s "$archive") bytes)"
}
