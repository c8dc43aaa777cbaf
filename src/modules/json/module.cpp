// The functions of _json.
#include "modules/json/json.h"

namespace kaa {

namespace json {

Type* g_scanner;
Type* g_encoder;

namespace {

Result<Value> py_scanstring(Thread& t, Args a) {
  int64_t begin = TRY(to_ssize(t, a[1]));
  bool strict = a[2] ? TRY(truth(t, a[2])) : true;
  if (!is_str(a[0])) return RAISE(TypeError, "first argument must be a string, not %T", a[0]);
  Str* s = a.as<Str>(0);
  if (begin < 0 || begin > static_cast<int64_t>(s->length)) return RAISE(ValueError, "end is out of bounds");
  size_t end = 0;
  Value v = TRY(scan_string(t, s, static_cast<size_t>(begin), strict, &end));
  return TRY(make_tuple(t, v, small_int(static_cast<int64_t>(end))));
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"scanstring", py_scanstring, "(string, end, strict=True, /)", "(text of the literal, index behind it); end is the index behind the opening quote.", kF},
    {"encode_basestring", py_encode_basestring, "(object, /)", "The JSON literal of a string.", kF},
    {"encode_basestring_ascii", py_encode_basestring_ascii, "(object, /)", "The JSON literal of a string, in ASCII.", kF},
};

Status exec(Thread& t, Module* m) {
  g_scanner = TRY(make_native_type(t, "_json.Scanner", nullptr, scanner_spec));
  g_encoder = TRY(make_native_type(t, "_json.Encoder", nullptr, encoder_spec));
  TRY(module_add(t, m, "make_scanner", g_scanner));
  return module_add(t, m, "make_encoder", g_encoder);
}

}  // namespace

}  // namespace json

extern const ModuleDef _json_module = {.name = "_json", .doc = "JSON in native code.", .functions = json::k_functions, .exec = json::exec};

}  // namespace kaa
