// Paths as text: fspath, and what posixpath and importlib do in native code. Embedded NULs and lone surrogates are characters like others here.
#include <string>

#include "modules/posix/posix.h"

namespace kaa {

namespace {

// The text of a path as code points, or bytes one by one.
struct Text {
  std::u32string s;
  bool bytes = false;
};

Status path_text(Thread& t, Value v, const char* func, Text& out) {
  Value p = v;
  if (!is_str(v) && !is_bytes(v)) {
    Opt method = TRY(lookup_special(t, v, NAME("__fspath__")));
    if (!method) return RAISE(TypeError, "%s: path should be string, bytes or os.PathLike, not %T", func, v);
    p = TRY(os_fspath(t, v));
  }
  out.bytes = is_bytes(p);
  if (out.bytes) {
    Bytes* b = p.as<Bytes>();
    out.s.reserve(b->size);
    for (size_t i = 0; i < b->size; i++) out.s.push_back(static_cast<uint8_t>(b->data()[i]));
  } else {
    Str* s = p.as<Str>();
    out.s.reserve(s->length);
    for (size_t i = 0; i < s->length; i++) out.s.push_back(s->at(i));
  }
  return {};
}

Result<Value> text_value(Thread& t, const Text& text, size_t from, size_t to) {
  if (!text.bytes) return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(text.s.data()) + from, to - from));
  Bytes* b = TRY(new_bytes(t, nullptr, to - from));
  for (size_t i = from; i < to; i++) b->data()[i - from] = static_cast<char>(text.s[i]);
  return b;
}

// The leading slashes that count: none, one, or exactly two.
size_t root_length(const std::u32string& s) {
  if (s.empty() || s[0] != '/') return 0;
  if (s.size() > 1 && s[1] == '/' && (s.size() == 2 || s[2] != '/')) return 2;
  return 1;
}

Result<Value> posix_fspath(Thread& t, Args a) { return os_fspath(t, a[0]); }

Result<Value> posix_path_splitroot_ex(Thread& t, Args a) {
  Text text;
  TRY(path_text(t, a[0], "_path_splitroot_ex", text));
  size_t root = root_length(text.s);
  Value drive = TRY(text_value(t, text, 0, 0)), root_text = TRY(text_value(t, text, 0, root)), tail = TRY(text_value(t, text, root, text.s.size()));
  return TRY(make_tuple(t, drive, root_text, tail));
}

Result<Value> posix_path_normpath(Thread& t, Args a) {
  Text text, out;
  TRY(path_text(t, a[0], "_path_normpath", text));
  out.bytes = text.bytes;
  const std::u32string& s = text.s;
  size_t root = root_length(s);
  out.s.assign(root, '/');
  size_t floor = root;   // ".." does not remove what is before this
  for (size_t i = root; i < s.size();) {
    size_t end = s.find(U'/', i);
    if (end == std::u32string::npos) end = s.size();
    std::u32string_view part(s.data() + i, end - i);
    i = end + 1;
    if (part.empty() || part == U".") continue;
    if (part == U"..") {
      if (out.s.size() > floor) {
        size_t slash = out.s.rfind(U'/');
        out.s.resize(slash == std::u32string::npos || slash < floor ? floor : slash);
        continue;
      }
      if (root) continue;  // the parent of the root is the root
    }
    if (out.s.size() > root) out.s += U'/';
    out.s += part;
    if (part == U"..") floor = out.s.size();
  }
  if (out.s.empty()) out.s = U".";
  return text_value(t, out, 0, out.s.size());
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
