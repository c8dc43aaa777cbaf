# Set-up: the Debian packages, then CPython's library (stdlib.sh) and libmpdec's source (mpdecimal.sh). Everything is
# skipped when it is already there, so that a second run touches neither the system nor the network. Sourced by ./dev
# after common.sh.

packages_wanted() { sed -e 's/#.*//' "$KAA_ROOT/tools/packages.txt" | awk 'NF { print $1 }'; }

# Prints the wanted packages that dpkg does not have installed.
packages_missing() {
  local wanted installed
  wanted=$(packages_wanted)
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | awk '$1 == "installed" { print $2 }')
  comm -23 <(sort <<<"$wanted") <(sort -u <<<"$installed")
}

setup_packages() {
  local stamp=$KAA_DEPS/.packages missing
  newer_than "$stamp" "$KAA_ROOT/tools/packages.txt" || return 0
  if command -v dpkg-query >/dev/null; then
    missing=$(packages_missing)
    if [[ -n $missing ]]; then
      command -v apt-get >/dev/null || die "these packages are missing, and there is no apt-get: ${missing//$'\n'/ }"
      say "Installing ${missing//$'\n'/ }"
      # A failing update (one dead source among several) is no reason to stop: the installation itself decides.
      as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2 || say "dev: apt-get update had errors; going on"
      # shellcheck disable=SC2086
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null >&2 ||
        die "apt-get could not install: ${missing//$'\n'/ }"
    fi
  else
    local tool
    for tool in clang++-19 ld.lld-19 cmake ninja ccache; do
      command -v "$tool" >/dev/null || die "this is no Debian system, and $tool is missing (tools/packages.txt lists what Kaa needs)"
    done
  fi
  mkdir -p "$KAA_DEPS" && touch "$stamp"
}

# Set-ups started at once (two builds, a test and a run) take turns: the second finds everything done.
setup_all() {
  mkdir -p "$KAA_DEPS" || die "cannot write $KAA_DEPS"
  exec 8>"$KAA_DEPS/.lock" && flock 8
  local status=0
  # shellcheck source=tools/mpdecimal.sh
  . "$KAA_ROOT/tools/mpdecimal.sh"
  { setup_packages && setup_stdlib && setup_mpdecimal; } || status=1
  exec 8>&-
  return $status
}
