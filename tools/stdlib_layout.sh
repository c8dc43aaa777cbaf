# Turns an unpacked library into the tree that Kaa uses, $KAA_DEV_LIB. Sourced by stdlib.sh.
#
# Debian changes where packages are looked for (dist-packages, the schemes posix_local and deb_system), switches ensurepip
# off, and adds a site customisation. Those changes are taken back here by small edits to the obtained copy, and the result is
# checked: a change of Debian's that these edits do not know stops the set-up rather than giving a library of unknown layout.
# One edit is Kaa's own: the implementation's name in paths, by which site-packages is lib/kaa3.14/site-packages, the user's (site._get_path) like the others.

stdlib_layout_debian() {
  local tree=$1 lib=$1/usr/lib/python3.14
  [[ -e $lib/os.py ]] || { say "dev: the packages hold no usr/lib/python3.14"; return 1; }
  rm -rf "$lib"/{lib-dynload,sitecustomize.py,_distutils_system_mod.py,EXTERNALLY-MANAGED,__pycache__}
  find "$lib" -maxdepth 1 \( -name '_sysconfigdata*' -o -name '_sysconfig_vars*' -o -name 'build-details*' \) -delete
  mkdir -p "$lib/ensurepip/_bundled"
  cp "$tree"/usr/share/python-wheels/pip-*.whl "$lib/ensurepip/_bundled/" 2>/dev/null

  stdlib_edit_site "$lib/site.py" && stdlib_edit_sysconfig "$lib/sysconfig/__init__.py" || return 1
  # ensurepip: the function that refuses to work, from its head to the line before __all__, and the call of it.
  awk '/^def _ensurepip_is_disabled_in_debian/ { drop = 1 } /^__all__/ { drop = 0 }
       drop || /^ *_ensurepip_is_disabled_in_debian/ { next } { print }' "$lib/ensurepip/__init__.py" >"$tree/edited" &&
    cp "$tree/edited" "$lib/ensurepip/__init__.py"
  sed -i "s/'dist-packages'/'site-packages'/" "$lib/pydoc.py"
  if [[ -e $lib/test/test_site.py ]]; then
    # The tests' expectations go back with the library's layout.
    sed -i -e "s/'dist-packages'/'site-packages'/; s/'xoxo', 'local', 'lib'/'xoxo', sys.platlibdir/" \
      -e "/def test_getsitepackages/,/dirs\[-1\], wanted/ { /platlibdir != \"lib\"/,/else:/ s/len(dirs), 3)/len(dirs), 2)/; s/len(dirs), 3)/len(dirs), 1)/ }" \
      "$lib/test/test_site.py"
    sed -i "s/\['deb_system', 'posix_local', /[/" "$lib/test/test_sysconfig.py"
  fi
  local left
  left=$(cd "$lib" && grep -lE 'dist-packages|deb_system|posix_local|_disabled_in_debian' \
    site.py sysconfig/__init__.py ensurepip/__init__.py pydoc.py test/test_site.py test/test_sysconfig.py 2>/dev/null)
  [[ -z $left ]] || { say "dev: Debian's changes to ${left//$'\n'/, } are not the known ones (tools/stdlib_layout.sh)"; return 1; }
  stdlib_put "$lib"
}

stdlib_layout_pyodide() {
  local lib=$KAA_DEPS/download/pyodide
  mkdir -p "$lib" && unzip -q -o "$1" -d "$lib" || return 1
  rm -rf "$lib"/{_pyodide,pyodide,site-packages,_ssl.py} "$lib"/_sysconfigdata*
  stdlib_edit_site "$lib/site.py" && stdlib_edit_sysconfig "$lib/sysconfig/__init__.py" || return 1
  stdlib_put "$lib"
}

stdlib_put() {
  rm -rf "$KAA_DEV_PREFIX"
  mkdir -p "$KAA_DEV_PREFIX/lib" && mv "$1" "$KAA_DEV_LIB" || return 1
  mkdir -p "$KAA_DEV_LIB/lib-dynload" "$KAA_DEV_LIB/site-packages"
}

stdlib_edit_site() {
  sed -i -e 's/^lib\/python3\/dist-packages\.$/lib\/python<version>\/site-packages./' \
    -e '/^For Debian and derivatives/,/^$/d' \
    -e '/^    is_virtual_environment = /,/^$/d' \
    -e '/^            if is_virtual_environment:/,/# this one is deprecated for Debian/d' \
    -e 's/"dist-packages"/"site-packages"/' "$1" &&
    stdlib_edit_name "$1" && stdlib_edit_user_site "$1"
}

# The user's site-packages: the same folder as sysconfig's, where pip puts packages.
stdlib_edit_user_site() {
  sed -i "/^def _get_path/,/^def getuserbase/ s/{userbase}\/lib\/python{version/{userbase}\/lib\/{implementation_lower}{version/" "$1"
  grep -q "{userbase}/lib/{implementation_lower}{version" "$1" || { say "dev: $1 names the user's site-packages in an unknown way"; return 1; }
}

stdlib_edit_sysconfig() {
  sed -i -e "/^    '\(deb_system\|posix_local\)': {/,/^        },/d" \
    -e "s/'posix_home', 'posix_local', 'deb_system')/'posix_home')/" \
    -e '/^    if sys.base_prefix != sys.prefix or hasattr/,/^$/d' \
    -e "s/'prefix': prefix_scheme,/'prefix': 'posix_prefix',/" \
    -e "s/get_path('platinclude', 'posix_prefix')/get_path('platinclude')/" \
    -e "/^    multiarch = get_config_var('MULTIARCH')/,/^$/d" "$1" &&
    stdlib_edit_name "$1"
}

# Both files hold their own copy of this function.
stdlib_edit_name() {
  sed -i "/^def _get_implementation/,/return/ s/'Python'/'Kaa'/" "$1"
  grep -q "^    return 'Kaa'" "$1" || { say "dev: $1 names its implementation in an unknown way"; return 1; }
}
