# ./dev install PREFIX: a tree that can be moved, because the program looks for its library relative to itself
# (docs/design/library.md). Sourced by ./dev.

install_main() {
  [[ $# -eq 1 && $1 != -* ]] || { say "usage: ./dev install PREFIX"; exit 2; }
  local prefix=$1 library=${KAA_STDLIB:-$KAA_DEV_LIB} program=$KAA_ROOT/build/release/kaa target
  { setup_all && build_preset release kaa; } || exit 1
  mkdir -p "$prefix/bin" "$prefix/lib" 2>/dev/null && [[ -w $prefix/bin && -w $prefix/lib ]] || die "cannot write below $prefix"
  target=$prefix/lib/$KAA_LIB_NAME

  # Into a new folder first, so that an interrupted installation leaves the old one whole. -L: Kaa's own files are links here.
  # site-packages holds what users installed: it stays.
  rm -rf "$target.new"
  mkdir -p "$target.new" || die "cannot write $target.new"
  (cd "$library" && tar chf - --exclude=__pycache__ --exclude=./site-packages --exclude='*.replaced' .) | tar xf - -C "$target.new" --no-same-owner ||
    die "copying the library to $target failed"
  if [[ -n ${KAA_STDLIB:-} ]]; then cp -R "$KAA_ROOT/lib/." "$target.new/" || die "copying lib/ failed"; fi
  mkdir -p "$target.new/lib-dynload"
  if [[ -d $target/site-packages ]]; then mv "$target/site-packages" "$target.new/"; else mkdir "$target.new/site-packages"; fi
  rm -rf "$target" && mv "$target.new" "$target" || die "cannot replace $target"

  # By way of a rename: the program may be running.
  cp "$program" "$prefix/bin/kaa3.14.new" && mv -f "$prefix/bin/kaa3.14.new" "$prefix/bin/kaa3.14" &&
    ln -sfn kaa3.14 "$prefix/bin/kaa" || die "cannot write $prefix/bin"
  # Byte code for readers who may not write here. Programs run without it, so a failure is only worth a word.
  (cd / && "$prefix/bin/kaa3.14" -m compileall -q -j 0 -x '/(test|lib2to3)/' "$(readlink -f "$target")" >"$KAA_ROOT/build/compileall.log" 2>&1) ||
    say "dev: the library's byte code was not written (build/compileall.log says why); it will be made on use"
  say "Installed $prefix/bin/kaa and $target"
}
