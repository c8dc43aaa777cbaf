// Paths as text: fspath, and what posixpath and importlib do in native code. Embedded NULs and lone surrogates are characters like others here.
#include <string>

#include "modules/posix/posix.h"

namespace kaa {

namespace {

// The path as an object, str or bytes.
Result<Value> path_value(Thread& t, Value v, const char* func) {
  if (is_str(v) || is_bytes(v)) return v;
  Opt method = TRY(lookup_special(t, v, NAME("__fspath__")));
  if (!method) return RAISE(TypeError, "%s: path should be string, bytes or os.PathLike, not %T", func, v);
  return os_fspath(t, v);
}

// The leading slashes that count: none, one, or exactly two. at(i) is a character.
template <class At>
size_t root_length(size_t n, At&& at) {
  if (n == 0 || at(0) != '/') return 0;
  return n > 1 && at(1) == '/' && (n == 2 || at(2) != '/') ? 2 : 1;
}

// Without '.', '..' and doubled slashes.
template <class C>
std::basic_string<C> normalised(std::basic_string_view<C> s) {
  constexpr C kSlash = '/', kDot = '.';
  std::basic_string<C> out;
  size_t root = root_length(s.size(), [&](size_t i) { return s[i]; });
  out.reserve(s.size() + 1);
  out.assign(root, kSlash);
  size_t floor = root;   // ".." does not remove what is before this
  for (size_t i = root; i < s.size();) {
    size_t end = s.find(kSlash, i);
    if (end == s.npos) end = s.size();
    auto part = s.substr(i, end - i);
    i = end + 1;
    bool dot = part.size() == 1 && part[0] == kDot, up = part.size() == 2 && part[0] == kDot && part[1] == kDot;
    if (part.empty() || dot) continue;
    if (up) {
      if (out.size() > floor) {
        size_t slash = out.rfind(kSlash);
        out.resize(slash == out.npos || slash < floor ? floor : slash);
        continue;
      }
      if (root) continue;  // the parent of the root is the root
    }
    if (out.size() > root) out += kSlash;
    out += part;
    if (up) floor = out.size();
  }
  if (out.empty()) out.assign(1, kDot);
  return out;
}

Result<Value> posix_fspath(Thread& t, Args a) { return os_fspath(t, a[0]); }

Result<Value> posix_path_splitroot_ex(Thread& t, Args a) {
  Value p = TRY(path_value(t, a[0], "_path_splitroot_ex"));
  if (is_bytes(p)) {
    Bytes* b = p.as<Bytes>();
    Keep keep(b);
    size_t root = root_length(b->size, [&](size_t i) { return b->data()[i]; });
    Value root_text = TRY(new_bytes(t, b->data(), root)), tail = TRY(new_bytes(t, b->data() + root, b->size - root));
    return TRY(make_tuple(t, interp().empty_bytes, root_text, tail));
  }
  Str* s = p.as<Str>();
  size_t root = root_length(s->length, [&](size_t i) { return s->at(i); });
  Value root_text = TRY(str_substr(t, s, 0, root)), tail = TRY(str_substr(t, s, root, s->length));
  return TRY(make_tuple(t, interp().empty_str, root_text, tail));
}

Result<Value> posix_path_normpath(Thread& t, Args a) {
  Value p = TRY(path_value(t, a[0], "_path_normpath"));
  if (is_bytes(p)) {
    std::string out = normalised(p.as<Bytes>()->view());
    return TRY(new_bytes(t, out.data(), out.size()));
  }
  Str* s = p.as<Str>();
  if (s->is_ascii()) {
    std::string out = normalised(s->ascii());
    return TRY(new_str_ascii(t, out.data(), out.size()));
  }
  std::u32string text;
  text.reserve(s->length);
  for (size_t i = 0; i < s->length; i++) text.push_back(s->at(i));
  text = normalised(std::u32string_view(text));
  return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(text.data()), text.size()));
}

Result<Value> posix_inputhook(Thread&, Args) { return small_int(0); }
Result<Value> posix_is_inputhook_installed(Thread&, Args) { return kFalse; }

const MethodDef k_functions[] = {
    {"fspath", posix_fspath, "(path)", "The path as str or bytes, of str, bytes or an object with __fspath__().", MethodKind::kFunction},
    {"_path_splitroot_ex", posix_path_splitroot_ex, "(p)", "(drive, root, tail) of a path; there are no drives.", MethodKind::kFunction},
    {"_path_normpath", posix_path_normpath, "(path)", "The path without '.', '..' and doubled slashes.", MethodKind::kFunction},
    {"_inputhook", posix_inputhook, "()", "Calls the input hook of the interactive prompt; there is none.", MethodKind::kFunction},
    {"_is_inputhook_installed", posix_is_inputhook_installed, "()", "Whether there is an input hook.", MethodKind::kFunction},
};

}  // namespace

Status posix_add_pathops(Thread& t, Module* m) { return add_functions(t, m, k_functions); }

}  // namespace kaa
