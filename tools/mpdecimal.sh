# Obtains the source of libmpdec, which does the arithmetic of the module _decimal, into .deps/mpdecimal. Debian 12 has no package of it, so CMake
# compiles it. Sourced by ./dev after stdlib.sh, whose private apt it uses: newer suites of Debian have the upstream archive, unchanged.
# Without it Kaa is built without _decimal, and the library's own decimal module serves.

MPDECIMAL=mpdecimal-4.0.1
MPDECIMAL_SHA256=96d33abb4bb0070c7be0fed4246cd38416188325f820468214471938545b1ac8   # of the upstream archive
MPDECIMAL_URL=https://www.bytereef.org/software/mpdecimal/releases/$MPDECIMAL.tar.gz

setup_mpdecimal() {
  local target=$KAA_DEPS/mpdecimal scratch=$KAA_DEPS/download
  [[ ! -e $target/.ready || $(<"$target/.ready") != "$MPDECIMAL" ]] || return 0
  rm -rf "$scratch" "$target" && mkdir -p "$scratch"
  if mpdecimal_from_debian "$scratch" || mpdecimal_from_upstream "$scratch"; then
    mpdecimal_unpack "$scratch" "$target" || die "could not unpack $MPDECIMAL"
    say "Obtained $MPDECIMAL"
  else
    say "dev: could not obtain $MPDECIMAL; decimal will be the library's own, which is slow"
  fi
  rm -rf "$scratch"
}

mpdecimal_checked() { [[ -e $1 ]] && echo "$MPDECIMAL_SHA256  $1" | sha256sum -c --quiet - >&2; }

mpdecimal_from_debian() {
  local scratch=$1 suite mirror file
  command -v apt-get >/dev/null || return 1
  mirror=$(stdlib_mirror)
  for suite in trixie forky sid; do
    stdlib_apt_prepare "$scratch" "$suite" "$mirror" || return 1
    sed -i 's/^deb /deb-src /' "$scratch/apt/sources.list"
    stdlib_apt "$scratch" update -qq </dev/null >&2 || continue
    (cd "$scratch" && stdlib_apt "$scratch" source -qq --download-only --tar-only mpdecimal </dev/null >&2)
    file=$(echo "$scratch"/mpdecimal_*.orig.tar.gz)
    if mpdecimal_checked "$file"; then mv "$file" "$scratch/source.tar.gz"; return 0; fi
    rm -f "$scratch"/mpdecimal_*
  done
  return 1
}

mpdecimal_from_upstream() {
  local scratch=$1
  command -v curl >/dev/null || return 1
  curl -fsSL -o "$scratch/source.tar.gz" "$MPDECIMAL_URL" </dev/null >&2 && mpdecimal_checked "$scratch/source.tar.gz"
}

# The library's own files alone; its header is made as its configure script does on 64-bit machines.
mpdecimal_unpack() {
  local scratch=$1 target=$2
  mkdir -p "$target" && tar xzf "$scratch/source.tar.gz" -C "$scratch" || return 1
  cp "$scratch/$MPDECIMAL"/COPYRIGHT.txt "$scratch/$MPDECIMAL"/libmpdec/*.[ch] "$target" || return 1
  rm -f "$target"/bench*.c "$target"/mpdecimal??vc.h
  sed 's/^@MPD_HEADER_CONFIG@$/#define MPD_CONFIG_64 1/' "$scratch/$MPDECIMAL/libmpdec/mpdecimal.h.in" >"$target/mpdecimal.h" || return 1
  echo "$MPDECIMAL" >"$target/.ready"
}
