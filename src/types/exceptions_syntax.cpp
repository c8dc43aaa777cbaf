// SyntaxError and its subclasses, with the place of the error; UnicodeEncodeError, UnicodeDecodeError and UnicodeTranslateError.
#include "runtime/call.h"
#include "types/exceptions.h"

namespace kaa {

// ---- SyntaxError(msg[, (filename, lineno, offset, text[, end_lineno, end_offset[, metadata]])])
static Result<Value> syntax_error_init(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "%T() takes no keyword arguments", a[0]);
  TRY(exc_set_args(t, a, kwnames));
  ExcSyntax* e = a.as<ExcSyntax>(0);
  if (a.n >= 2) e->msg.set(a[1]);
  if (a.n != 3) return kNone;
  Tuple* info = TRY(tuple_from(t, a[2]));
  Field<>* fields[] = {&e->filename, &e->lineno, &e->offset, &e->text, &e->end_lineno, &e->end_offset, &e->metadata};
  for (Field<>* f : fields) f->clear();
  if (info->size < 4) return RAISE(TypeError, "function takes at least 4 arguments (%lu given)", info->size);
  if (info->size > 7) return RAISE(TypeError, "function takes at most 7 arguments (%lu given)", info->size);
  for (uint64_t i = 0; i < info->size; i++) fields[i]->set(info->items[i]);
  if (info->size == 5) return RAISE(TypeError, "end_offset must be provided when end_lineno is provided");
  return kNone;
}

static Result<Value> syntax_error_str(Thread& t, Args a) {
  ExcSyntax* e = a.as<ExcSyntax>(0);
  Value msg = or_none(e->msg);
  Str* file = nullptr;
  if (e->filename && is_str(e->filename)) {
    Str* path = e->filename.get().as<Str>();
    uint64_t start = path->length;
    while (start && path->at(start - 1) != '/') start--;
    file = TRY(str_substr(t, path, start, path->length));
  }
  bool line = e->lineno && is_exact_int(e->lineno);
  if (file && line) return TRY(str_format(t, "%S (%U, line %S)", msg, file, e->lineno.get()));
  if (file) return TRY(str_format(t, "%S (%U)", msg, file));
  if (line) return TRY(str_format(t, "%S (line %S)", msg, e->lineno.get()));
  return TRY(str(t, msg));
}

static const MethodDef k_syntax_methods[] = {
    {"__str__", syntax_error_str, "($self, /)", "Return str(self)."},
    {"__init__", syntax_error_init, "($self, /, *args, **kwargs)", "Initialize self."},
};
static const GetSetDef k_syntax_getsets[] = {
    EXC_FIELD(ExcSyntax, "msg", msg, "exception msg"),
    EXC_FIELD(ExcSyntax, "filename", filename, "exception filename"),
    EXC_FIELD(ExcSyntax, "lineno", lineno, "exception lineno"),
    EXC_FIELD(ExcSyntax, "offset", offset, "exception offset"),
    EXC_FIELD(ExcSyntax, "text", text, "exception text"),
    EXC_FIELD(ExcSyntax, "end_lineno", end_lineno, "exception end lineno"),
    EXC_FIELD(ExcSyntax, "end_offset", end_offset, "exception end offset"),
    EXC_FIELD(ExcSyntax, "print_file_and_line", print_file_and_line, "exception print_file_and_line"),
    EXC_FIELD(ExcSyntax, "_metadata", metadata, "exception private metadata"),
};
extern const TypeSpec SyntaxError_spec = {.doc = "Invalid syntax.", .methods = k_syntax_methods, .getsets = k_syntax_getsets};
extern const TypeSpec _IncompleteInputError_spec = {.doc = "Source text that ends too early.", .methods = {}, .getsets = {}};
extern const TypeSpec IndentationError_spec = {.doc = "Improper indentation.", .methods = {}, .getsets = {}};
extern const TypeSpec TabError_spec = {.doc = "Improper mixture of spaces and tabs.", .methods = {}, .getsets = {}};

// ---- Unicode errors: which characters or bytes [start, end) of `object` could not be converted
static Status need_str(Thread& t, Value v, int position) {
  if (!is_str(v)) return RAISE(TypeError, "argument %d must be str, not %T", position, v);
  return {};
}
static Result<Value> ssize_argument(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  TRY(to_ssize(t, i));
  return i;
}

enum class Kind { kEncode, kDecode, kTranslate };

template <Kind kind>
static Result<Value> unicode_error_init(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "%T() takes no keyword arguments", a[0]);
  TRY(exc_set_args(t, a, kwnames));
  ExcUnicode* e = a.as<ExcUnicode>(0);
  constexpr uint32_t wanted = kind == Kind::kTranslate ? 4 : 5;
  if (a.n - 1 != wanted) return RAISE(TypeError, "function takes exactly %u arguments (%u given)", wanted, a.n - 1);
  uint32_t i = 1;
  Value encoding = kind == Kind::kTranslate ? Value() : a[i++];
  if (encoding) TRY(need_str(t, encoding, 1));
  Value object = a[i++];
  if (kind != Kind::kDecode) TRY(need_str(t, object, static_cast<int>(i) - 1));
  Value start = TRY(ssize_argument(t, a[i++]));
  Value end = TRY(ssize_argument(t, a[i++]));
  TRY(need_str(t, a[i], static_cast<int>(i)));
  if (kind == Kind::kDecode && !is_bytes(object)) {
    BufferHold b;
    TRY(b.get(t, object));
    object = Value(TRY(new_bytes(t, b.data(), b.size())));
  }
  e->encoding.set(encoding);
  e->object.set(object);
  e->start.set(start);
  e->end.set(end);
  e->reason.set(a[i]);
  return kNone;
}

static Result<Str*> character_text(Thread& t, uint32_t c) {
  char b[16];
  snprintf(b, sizeof b, c <= 0xff ? "\\x%02x" : c <= 0xffff ? "\\u%04x" : "\\U%08x", c);
  return new_str(t, b);
}

template <Kind kind>
static Result<Value> unicode_error_str(Thread& t, Args a) {
  ExcUnicode* e = a.as<ExcUnicode>(0);
  if (!e->object) return Value(interp().empty_str);  // made without __init__
  Str* reason = e->reason ? TRY(str(t, e->reason)) : interp().empty_str;
  Str* encoding = e->encoding ? TRY(str(t, e->encoding)) : interp().empty_str;
  Value object = e->object;
  if (!object) return RAISE(TypeError, "UnicodeError 'object' attribute is not set");  // the texts above may have deleted it
  if (kind == Kind::kDecode && !is_bytes(object)) return RAISE(TypeError, "UnicodeError 'object' attribute must be a bytes");
  if (kind != Kind::kDecode && !is_str(object)) return RAISE(TypeError, "UnicodeError 'object' attribute must be a string");
  int64_t size = static_cast<int64_t>(kind == Kind::kDecode ? object.as<Bytes>()->size : object.as<Str>()->length);
  int64_t start = e->start ? TRY(to_ssize(t, e->start)) : 0, end = e->end ? TRY(to_ssize(t, e->end)) : 0;
  bool one = start >= 0 && start < size && end == start + 1;
  if (kind == Kind::kDecode) {
    if (one)
      return TRY(str_format(t, "'%U' codec can't decode byte 0x%s in position %ld: %U", encoding,
                            [&] { static thread_local char b[4]; snprintf(b, sizeof b, "%02x", static_cast<uint8_t>(object.as<Bytes>()->data()[start])); return b; }(),
                            start, reason));
    return TRY(str_format(t, "'%U' codec can't decode bytes in position %ld-%ld: %U", encoding, start, end - 1, reason));
  }
  Str* shown = one ? TRY(character_text(t, object.as<Str>()->at(static_cast<size_t>(start)))) : nullptr;
  if (kind == Kind::kEncode) {
    if (one) return TRY(str_format(t, "'%U' codec can't encode character '%U' in position %ld: %U", encoding, shown, start, reason));
    return TRY(str_format(t, "'%U' codec can't encode characters in position %ld-%ld: %U", encoding, start, end - 1, reason));
  }
  if (one) return TRY(str_format(t, "can't translate character '%U' in position %ld: %U", shown, start, reason));
  return TRY(str_format(t, "can't translate characters in position %ld-%ld: %U", start, end - 1, reason));
}

template <Field<> ExcUnicode::*M>
static Result<Value> get_index(Thread&, Value self) {
  Value v = self.as<ExcUnicode>()->*M;
  return v ? v : small_int(0);
}
template <Field<> ExcUnicode::*M>
static Status set_index(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete numeric/char attribute");
  if (!is_int(v)) return RAISE(TypeError, "an integer is required");
  Value i = TRY(ssize_argument(t, v));
  (self.as<ExcUnicode>()->*M).set(i);
  return {};
}

#define UNICODE_ROWS(kind)                                                               \
  {{"__str__", unicode_error_str<kind>, "($self, /)", "Return str(self)."},              \
   {"__init__", unicode_error_init<kind>, "($self, /, *args, **kwargs)", "Initialize self."}}
static const MethodDef k_encode_methods[] = UNICODE_ROWS(Kind::kEncode);
static const MethodDef k_decode_methods[] = UNICODE_ROWS(Kind::kDecode);
static const MethodDef k_translate_methods[] = UNICODE_ROWS(Kind::kTranslate);
static const GetSetDef k_unicode_getsets[] = {
    EXC_FIELD(ExcUnicode, "encoding", encoding, "exception encoding"),
    EXC_FIELD(ExcUnicode, "object", object, "exception object"),
    {"start", get_index<&ExcUnicode::start>, set_index<&ExcUnicode::start>, "exception start"},
    {"end", get_index<&ExcUnicode::end>, set_index<&ExcUnicode::end>, "exception end"},
    EXC_FIELD(ExcUnicode, "reason", reason, "exception reason"),
};
extern const TypeSpec UnicodeEncodeError_spec = {.doc = "Text cannot be encoded.", .methods = k_encode_methods, .getsets = k_unicode_getsets};
extern const TypeSpec UnicodeDecodeError_spec = {.doc = "Bytes cannot be decoded.", .methods = k_decode_methods, .getsets = k_unicode_getsets};
extern const TypeSpec UnicodeTranslateError_spec = {.doc = "Text cannot be translated.", .methods = k_translate_methods, .getsets = k_unicode_getsets};

}  // namespace kaa
