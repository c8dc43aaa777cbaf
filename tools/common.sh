# What every part of ./dev uses. Sourced; expects KAA_ROOT.

KAA_LIB_NAME=kaa3.14                              # the library's folder below <prefix>/lib
KAA_DEPS=$KAA_ROOT/.deps
KAA_DEV_PREFIX=$KAA_DEPS/stdlib                   # what sys.prefix is for a program in build/<preset>/
KAA_DEV_LIB=$KAA_DEV_PREFIX/lib/$KAA_LIB_NAME

say() { printf '%s\n' "$*" >&2; }
die() { printf 'dev: %s\n' "$*" >&2; exit 1; }
cores() { nproc 2>/dev/null || echo 2; }

# as_root COMMAND...: with sudo where we are not root; a clear error where there is no way to be.
as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "this needs root and there is no sudo: $*"; fi
}

# newer_than STAMP PATH...: true when a path is newer than the stamp, or the stamp is missing.
newer_than() {
  local stamp=$1; shift
  [[ -e $stamp ]] || return 0
  [[ -n $(find "$@" -newer "$stamp" -print -quit 2>/dev/null) ]]
}
