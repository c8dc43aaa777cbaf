# Obtains CPython 3.14's pure-Python library and its test suite as dependencies, and lays them out below .deps/stdlib as an
# upstream installation would. docs/design/library.md says how the program finds them. Sourced by ./dev after common.sh.
#
# Source: Debian's libpython3.14-* packages, from sid or else forky, fetched by apt with state folders of its own (signatures
# are checked; the system's apt state is not touched, nothing is installed). Fallback: the library in the npm package pyodide,
# which has no test suite. KAA_STDLIB=DIR in the environment replaces all of this.

STDLIB_PACKAGES=(libpython3.14-minimal libpython3.14-stdlib libpython3.14-testsuite python3.14-venv python3-pip-whl)
STDLIB_PYODIDE=pyodide@314.0.7
STDLIB_PYODIDE_SHA256=fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a   # of its python_stdlib.zip
STDLIB_LAYOUT=2                                   # raise it when the layout below changes: it is made anew then

setup_stdlib() {
  if [[ -n ${KAA_STDLIB:-} ]]; then
    [[ -e $KAA_STDLIB/os.py ]] || die "KAA_STDLIB=$KAA_STDLIB holds no Python library (there is no os.py in it)"
    return 0
  fi
  if [[ -e $KAA_DEPS/.ready && $(<"$KAA_DEPS/.ready") == 1 ]]; then
    # One edit more than before: there is no need to obtain the library again.
    # shellcheck source=tools/stdlib_layout.sh
    . "$KAA_ROOT/tools/stdlib_layout.sh"
    stdlib_edit_user_site "$KAA_DEV_LIB/site.py" || die "could not bring the library in .deps up to date"
    echo "$STDLIB_LAYOUT" >"$KAA_DEPS/.ready"
  fi
  if [[ ! -e $KAA_DEPS/.ready || $(<"$KAA_DEPS/.ready") != "$STDLIB_LAYOUT" ]]; then
    local scratch=$KAA_DEPS/download
    rm -rf "$scratch" && mkdir -p "$scratch"
    stdlib_from_debian "$scratch" || stdlib_from_npm "$scratch" ||
      die "could not obtain CPython 3.14's library; set KAA_STDLIB to a folder that holds it"
    rm -rf "$scratch"
    stdlib_link_own
    echo "$STDLIB_LAYOUT" >"$KAA_DEPS/.ready"
    say "Obtained $(sed -n 's/^source //p' "$KAA_DEPS/VERSION")"
  elif newer_than "$KAA_DEPS/.linked" "$KAA_ROOT/lib"; then
    stdlib_link_own
  fi
}

# The mirror that this machine uses, without security and third-party sources.
stdlib_mirror() {
  grep -rhE '^(URIs:|deb )' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | grep -v -e security |
    grep -oE 'https?://[^ ]*/debian/?( |$)' | tr -d ' ' | head -1 | grep . || echo http://deb.debian.org/debian
}

# stdlib_apt SCRATCH ARGS...: apt-get that sees nothing of the system but its proxy settings and Debian's keys. The
# system's own configuration is left out because its hooks would run (some clean the system's cache after each update).
stdlib_apt() { local scratch=$1; shift; APT_CONFIG=$scratch/apt.conf apt-get "$@"; }

stdlib_apt_prepare() {
  local scratch=$1 suite=$2 mirror=$3 key=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -e $key ]] || { say "dev: $key is missing"; return 1; }
  rm -rf "$scratch/apt"
  mkdir -p "$scratch"/apt/{state/lists/partial,cache/archives/partial,parts,sources.d,preferences.d}
  : >"$scratch/apt/state/status"
  echo "deb [signed-by=$key] $mirror $suite main" >"$scratch/apt/sources.list"
  {
    apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https|Retries|ForceIP)' | grep -v '""'
    cat <<C
Dir::State "$scratch/apt/state/";
Dir::State::status "$scratch/apt/state/status";
Dir::Cache "$scratch/apt/cache/";
Dir::Etc::main "$scratch/apt/none";
Dir::Etc::parts "$scratch/apt/parts";
Dir::Etc::sourcelist "$scratch/apt/sources.list";
Dir::Etc::sourceparts "$scratch/apt/sources.d";
Dir::Etc::preferences "$scratch/apt/none";
Dir::Etc::preferencesparts "$scratch/apt/preferences.d";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Sandbox::User "root";
C
  } >"$scratch/apt.conf"
}

stdlib_from_debian() {
  local scratch=$1 suite mirror package
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  mirror=$(stdlib_mirror)
  for suite in sid forky; do
    say "Looking for CPython 3.14's library in Debian $suite ($mirror)"
    stdlib_apt_prepare "$scratch" "$suite" "$mirror" || return 1
    stdlib_apt "$scratch" update -qq </dev/null >&2 || continue
    APT_CONFIG=$scratch/apt.conf apt-cache show libpython3.14-stdlib >/dev/null 2>&1 || continue
    mkdir -p "$scratch/deb" "$scratch/tree"
    (cd "$scratch/deb" && stdlib_apt "$scratch" download -q "${STDLIB_PACKAGES[@]}" </dev/null >&2) || continue
    for package in "$scratch"/deb/*.deb; do
      dpkg-deb -x "$package" "$scratch/tree" || return 1
    done
    local version
    version=$(dpkg-deb -f "$scratch"/deb/libpython3.14-stdlib_*.deb Version) || return 1
    # shellcheck source=tools/stdlib_layout.sh
    . "$KAA_ROOT/tools/stdlib_layout.sh"
    stdlib_layout_debian "$scratch/tree" || return 1
    printf 'python %s\nsource Debian %s, libpython3.14-stdlib %s\n' "${version%%-*}" "$suite" "$version" >"$KAA_DEPS/VERSION"
    return 0
  done
  return 1
}

stdlib_from_npm() {
  local scratch=$1 zip=$1/package/python_stdlib.zip
  say "Taking the library from the npm package $STDLIB_PYODIDE (it has no test suite)"
  command -v npm >/dev/null || { say "dev: npm is not installed"; return 1; }
  command -v unzip >/dev/null || as_root apt-get install -y -qq unzip </dev/null >&2 || return 1
  (cd "$scratch" && npm pack --silent "$STDLIB_PYODIDE" </dev/null >&2 && tar xzf pyodide-*.tgz package/python_stdlib.zip) || return 1
  echo "$STDLIB_PYODIDE_SHA256  $zip" | sha256sum -c --quiet - >&2 || { say "dev: $STDLIB_PYODIDE is not what it was"; return 1; }
  . "$KAA_ROOT/tools/stdlib_layout.sh"
  stdlib_layout_pyodide "$zip" || return 1
  printf 'python 3.14.2\nsource npm %s, python_stdlib.zip\n' "$STDLIB_PYODIDE" >"$KAA_DEPS/VERSION"
}

# Kaa's own files (lib/) stand in the library as links (relative: the repository may be moved), so that an edit is seen at
# once. What such a file replaces is kept beside it, and comes back when the file goes. There are no other links in the tree.
stdlib_link_own() {
  local file target
  while IFS= read -r target; do
    rm -f "$target"
    [[ ! -e $target.replaced ]] || mv "$target.replaced" "$target"
  done < <(find "$KAA_DEV_LIB" -type l)
  while IFS= read -r file; do
    target=$KAA_DEV_LIB/${file#"$KAA_ROOT/lib/"}
    mkdir -p "$(dirname "$target")"
    [[ ! -f $target ]] || mv "$target" "$target.replaced"
    ln -sr "$file" "$target" || return 1
  done < <(find "$KAA_ROOT/lib" -type f -not -name '*.pyc' 2>/dev/null)
  touch "$KAA_DEPS/.linked"
}
