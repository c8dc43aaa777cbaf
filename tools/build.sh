# Building with CMake presets into build/<preset>/. Sourced by ./dev after common.sh, setup.sh, stdlib.sh.

BUILD_PRESETS='release debug stress asan boxed counting profile'

# Two builds at a time on a machine, whichever checkouts they are for, so that a small one need not wait for a whole one.
# Descriptor 9 holds the lock; programs started under it must not inherit it (9>&-).
build_lock() {
  local slot
  for slot in 1 2; do build_try_slot "$slot" -n && return 0; done
  say "Waiting for another build (/tmp/kaa-build.*.lock)"
  while :; do   # whichever becomes free first
    for slot in 1 2; do build_try_slot "$slot" -w 1 && return 0; done
  done
}
build_try_slot() {
  local lock=/tmp/kaa-build.$1.lock; shift
  [[ -e $lock ]] || (umask 0; : >>"$lock") 2>/dev/null
  # Another user's file: then the lock is this checkout's own.
  { exec 9<"$lock"; } 2>/dev/null || exec 9>"$KAA_DEPS/.build-lock" || die "cannot open a build lock"
  flock "$@" 9
}
build_unlock() { exec 9>&-; }

# build_preset PRESET [TARGET...]: configures when needed and builds; without targets, the default ones.
build_preset() {
  local preset=$1 dir=$KAA_ROOT/build/$1 status=0; shift
  [[ " $BUILD_PRESETS " == *" $preset "* ]] || die "there is no preset '$preset' (there are: $BUILD_PRESETS)"
  mkdir -p "$dir" || die "cannot write $dir"
  build_is_done "$dir" "$@" && return 0
  build_lock
  # Taken before the build: what is edited meanwhile is newer than the stamp.
  touch "$dir/.building"
  # Paths relative to the repository, so that every checkout on the machine shares the cache.
  export CCACHE_BASEDIR=$KAA_ROOT CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros NINJA_STATUS='[%f/%t %es] '
  [[ -e $dir/build.ninja ]] || (cd "$KAA_ROOT" && cmake --preset "$preset" 9>&-) >"$dir/configure.log" 2>&1 || {
    cat "$dir/configure.log" >&2; build_unlock; die "configuring $preset failed"; }
  build_targets "$dir" "$@"; status=$?
  if [[ $status -eq 0 ]]; then mv "$dir/.building" "$dir/.built"; fi
  build_unlock
  return $status
}

# Nothing is left to build: then there is no lock to wait for.
build_is_done() {
  local dir=$1; shift
  [[ -e $dir/.built && -e $dir/build.ninja ]] && ninja -C "$dir" -n "$@" 2>/dev/null | grep -q 'no work to do'
}

# Targets that this state of the sources does not have (no unit tests yet) are left out; it is an error only if none is left.
build_targets() {
  local dir=$1 target known present=(); shift
  if [[ $# -gt 0 ]]; then
    # Lists after regenerating: sources may have come or gone since the last time.
    ninja -C "$dir" build.ninja 9>&- >"$dir/configure.log" 2>&1 || { cat "$dir/configure.log" >&2; return 1; }
    known=$(ninja -C "$dir" -t targets all 9>&- 2>/dev/null | sed 's/:.*//')
    for target in "$@"; do
      if grep -qx -- "$target" <<<"$known"; then present+=("$target"); fi
    done
    [[ ${#present[@]} -gt 0 ]] || { say "dev: the sources do not make $* yet"; return 1; }
  fi
  ninja -C "$dir" -j "$(cores)" "${present[@]}" 9>&- || { say "dev: building ${dir##*/} failed"; return 1; }
}

build_has() { ninja -C "$KAA_ROOT/build/$1" -t targets all 2>/dev/null | grep -q "^$2:"; }

build_main() {
  [[ $# -le 1 ]] || die "build takes one preset: $BUILD_PRESETS"
  setup_all || exit 1
  build_preset "${1:-release}"
}
