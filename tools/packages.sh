# ./dev packages [--against COMMAND] [NAMES...]: runs the programs of tests/packages, each of which drives a pure-Python package. The packages come from
# Debian (unpacked below .deps/packages, never installed). With --against the output is compared with that of another interpreter, byte for byte; else a
# program must end with status 0. Sourced by ./dev after common.sh, setup.sh, stdlib.sh, build.sh.

PACKAGES=(python3-jinja2 python3-markupsafe python3-pygments python3-sympy python3-mpmath python3-django python3-asgiref python3-sqlparse python3-pytest
          python3-pluggy python3-iniconfig python3-packaging python3-networkx)

packages_obtain() {
  local scratch=$KAA_DEPS/packages/download suite package
  [[ -e $KAA_DEPS/packages/.ready && $(<"$KAA_DEPS/packages/.ready") == "${PACKAGES[*]}" ]] && return 0
  rm -rf "$KAA_DEPS/packages" && mkdir -p "$scratch/deb" || return 1
  for suite in forky sid; do
    say "Obtaining packages from Debian $suite"
    stdlib_apt_prepare "$scratch" "$suite" "$(stdlib_mirror)" || return 1
    stdlib_apt "$scratch" update -qq </dev/null >&2 || continue
    (cd "$scratch/deb" && stdlib_apt "$scratch" download -q "${PACKAGES[@]}" </dev/null >&2) || continue
    for package in "$scratch"/deb/*.deb; do dpkg-deb -x "$package" "$KAA_DEPS/packages" || return 1; done
    rm -rf "$scratch"
    echo "${PACKAGES[*]}" >"$KAA_DEPS/packages/.ready"
    return 0
  done
  return 1
}

packages_main() {
  local against='' names=() program name log=$KAA_ROOT/build/packages passed=0 failed=0
  while [[ $# -gt 0 ]]; do
    case $1 in
    --against) against=${2:?--against needs a command}; shift ;;
    -*) die "packages does not know $1" ;;
    *) names+=("$1") ;;
    esac
    shift
  done
  setup_all && build_preset release kaa && packages_obtain || die "could not set up"
  mkdir -p "$log"
  unset "${!PYTHON@}"
  export PYTHONHASHSEED=0 PYTHONPATH=$KAA_DEPS/packages/usr/lib/python3/dist-packages
  for program in "$KAA_ROOT"/tests/packages/*.py; do
    name=$(basename "$program" .py)
    [[ ${#names[@]} -eq 0 || " ${names[*]} " == *" ${name%_} "* ]] || continue
    if ! timeout 600 "$KAA_ROOT/build/release/kaa" "$program" </dev/null >"$log/$name.kaa" 2>&1; then
      say "$name: FAILED: $(tail -n 1 "$log/$name.kaa")"; failed=$((failed + 1)); continue
    fi
    if [[ -n $against ]]; then
      # shellcheck disable=SC2086
      timeout 600 $against "$program" </dev/null >"$log/$name.other" 2>&1
      if ! cmp -s "$log/$name.kaa" "$log/$name.other"; then
        say "$name: DIFFERS"; diff "$log/$name.other" "$log/$name.kaa" | head -n 10 >&2; failed=$((failed + 1)); continue
      fi
      say "$name: the same output ($(wc -c <"$log/$name.kaa") bytes)"
    else
      say "$name: ok"
    fi
    passed=$((passed + 1))
  done
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 ]]
}
