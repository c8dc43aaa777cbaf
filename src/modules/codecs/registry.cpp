// The codec registry (search functions, found codecs, error handlers), and encoding and decoding by name.
#include <ctype.h>
#include <stdlib.h>

#include "runtime/codecs_api.h"
#include "modules/codecs/handlers.h"
#include "modules/codecs/registry.h"
#include "modules/codecs/standard.h"
#include "runtime/types.h"
#include "types/bytes.h"
#include "modules/sys_module.h"

namespace kaa {

namespace {

// Makes the registry, and has the encodings package register its search function.
Status start_registry(Thread& t) {
  if (interp().codec_search_path) return {};
  interp().codec_search_cache = TRY(new_dict(t));
  interp().codec_search_path = TRY(new_list(t));
  TRY(import_module(t, "encodings"));
  return {};
}

Result<Dict*> error_registry(Thread& t) {
  if (!interp().codec_error_registry) {
    Dict* d = TRY(new_dict(t));
    for (size_t i = 0; i < 8; i++) {
      Value f = TRY(new_native_function(t, &k_error_handlers[i], nullptr, Value(), Value()));
      TRY(dict_set_str(t, d, k_error_handler_names[i], f));
    }
    interp().codec_error_registry = d;
  }
  return interp().codec_error_registry.as<Dict>();
}

// Letters in lower case; what is neither letter, digit nor dot becomes one underscore between them.
Result<Str*> normal_name(Thread& t, const char* name) {
  ByteBuilder out;
  bool gap = false;
  for (const char* p = name; *p; p++) {
    unsigned char c = static_cast<unsigned char>(*p);
    if (c < 128 && (isalnum(c) || c == '.')) {
      if (gap && out.size()) out.push('_');
      gap = false;
      out.push(static_cast<uint8_t>(tolower(c)));
    } else {
      gap = true;
    }
  }
  if (out.failed()) return raise_memory(t);
  Str* s = TRY(new_str_ascii(t, reinterpret_cast<const char*>(out.data()), out.size()));
  return intern(t, s);
}

// Appends "encoding with 'x' codec failed" to the exception being raised.
Error add_note(Thread& t, const char* what, const char* encoding) {
  Value exc = take_exc(t);
  Result<Str*> note = str_format(t, "%s with '%s' codec failed", what, encoding);
  if (note.ok()) {
    Result<Value> r = call_method(t, exc, NAME("add_note"), note.value());
    if (!r.ok()) clear_exc(t);
  } else {
    clear_exc(t);
  }
  restore_exc(t, exc);
  return {};
}

// Calls the encoder or decoder of a codec: its result without the length.
Result<Value> run_codec(Thread& t, Value info, bool encode, Value object, const char* encoding, const char* errors) {
  Value f = TRY(get_item(t, info, small_int(encode ? 0 : 1)));
  Result<Value> r = kNone;
  if (errors) r = call(t, f, object, TRY(new_str(t, errors)));
  else r = call(t, f, object);
  if (!r.ok()) return add_note(t, encode ? "encoding" : "decoding", encoding);
  Value v = r.value();
  if (!is_tuple(v) || v.as<Tuple>()->size != 2) return RAISE(TypeError, "%s must return a tuple (object, integer)", encode ? "encoder" : "decoder");
  return v.as<Tuple>()->items[0];
}

Result<Value> text_codec(Thread& t, bool encode, const char* encoding) {
  Value info = TRY(codec_lookup(t, encoding));
  if (!IS_EXACT(info, tuple)) {
    Opt flag = TRY(lookup_attr(t, info, NAME("_is_text_encoding")));
    if (flag) {
      bool text = TRY(truth(t, flag.v));
      if (!text) return RAISE(LookupError, "'%.400s' is not a text encoding; use codecs.%s() to handle arbitrary codecs", encoding, encode ? "encode" : "decode");
    }
  }
  return info;
}

}  // namespace

Status codecs_register(Thread& t, Value search) {
  TRY(start_registry(t));
  if (!is_callable(search)) return RAISE(TypeError, "argument must be callable");
  return list_append(t, interp().codec_search_path.as<List>(), search);
}

Status codecs_unregister(Thread& t, Value search) {
  if (!interp().codec_search_path) return {};
  List* old = interp().codec_search_path.as<List>();
  List* rest = TRY(new_list(t, old->size));
  bool found = false;
  for (uint64_t i = 0; i < old->size; i++) {
    if (!found && old->items[i] == search) found = true;
    else TRY(list_append(t, rest, old->items[i]));
  }
  if (found) {
    interp().codec_search_path = rest;
    dict_clear(interp().codec_search_cache.as<Dict>());
  }
  return {};
}

Result<Value> codec_lookup(Thread& t, const char* encoding) {
  TRY(start_registry(t));
  Str* name = TRY(normal_name(t, encoding));
  Dict* cache = interp().codec_search_cache.as<Dict>();
  if (Value v = dict_get_str(cache, name)) return v;
  List* path = interp().codec_search_path.as<List>();
  if (!path->size) return RAISE(LookupError, "no codec search functions registered: can't find encoding");
  for (uint64_t i = 0; i < path->size; i++) {
    Value v = TRY(call(t, path->items[i], name));
    if (v.is_none()) continue;
    if (!is_tuple(v) || v.as<Tuple>()->size != 4) return RAISE(TypeError, "codec search functions must return 4-tuples");
    TRY(dict_set(t, cache, name, v));
    return v;
  }
  return RAISE(LookupError, "unknown encoding: %s", encoding);
}

// ---- error handlers
Status codecs_register_error(Thread& t, Str* name, Value handler) {
  if (!is_callable(handler)) return RAISE(TypeError, "handler must be callable");
  Dict* d = TRY(error_registry(t));
  return dict_set(t, d, name, handler);
}
Result<bool> codecs_unregister_error(Thread& t, Str* name) {
  for (const char* n : k_error_handler_names)
    if (str_equal_ascii(name, n)) return RAISE(ValueError, "cannot un-register built-in error handler '%U'", name);
  Opt v = TRY(dict_pop(t, TRY(error_registry(t)), name));
  return static_cast<bool>(v);
}
Result<Value> codec_lookup_error(Thread& t, const char* name) {
  Dict* d = TRY(error_registry(t));
  Str* s = TRY(new_str(t, name ? name : "strict"));
  Opt v = TRY(dict_get(t, d, s));
  if (!v) return RAISE(LookupError, "unknown error handler name '%.400s'", name);
  return v.v;
}

// ---- by name
Result<Value> codecs_encode(Thread& t, Value object, const char* encoding, const char* errors) {
  Value info = TRY(codec_lookup(t, encoding));
  return run_codec(t, info, true, object, encoding, errors);
}
Result<Value> codecs_decode(Thread& t, Value object, const char* encoding, const char* errors) {
  Value info = TRY(codec_lookup(t, encoding));
  return run_codec(t, info, false, object, encoding, errors);
}

// In development mode (-X dev) names are looked up even where they are not needed, so that misspelt ones are found; not while starting.
static Status check_names(Thread& t, const char* encoding, const char* errors) {
  if (LIKELY(!g_config.dev_mode) || !interp().codec_search_path || !interp().codec_search_path.as<List>()->size) return {};
  if (encoding && standard_codec(encoding) == StdCodec::kNone) TRY(codec_lookup(t, encoding));
  if (errors) TRY(codec_lookup_error(t, errors));
  return {};
}

Result<Value> encode_str(Thread& t, Str* s, const char* encoding, const char* errors) {
  TRY(check_names(t, encoding, errors));
  StdCodec c = encoding ? standard_codec(encoding) : StdCodec::kUtf8;
  if (c != StdCodec::kNone) return TRY(encode_standard(t, c, s, errors));
  Value info = TRY(text_codec(t, true, encoding));
  Value v = TRY(run_codec(t, info, true, s, encoding, errors));
  if (is_bytes(v)) return v;
  if (is_bytearray(v)) {
    TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "encoder %s returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types", encoding));
    std::string_view b = bytes_view(v);
    return TRY(new_bytes(t, b.data(), b.size()));
  }
  return RAISE(TypeError, "'%.400s' encoder returned '%.400T' instead of 'bytes'; use codecs.encode() to encode to arbitrary types", encoding, v);
}

static Result<Value> decode_registered(Thread& t, Value object, const char* encoding, const char* errors) {
  Value info = TRY(text_codec(t, false, encoding));
  Value v = TRY(run_codec(t, info, false, object, encoding, errors));
  if (!is_str(v)) return RAISE(TypeError, "'%.400s' decoder returned '%.400T' instead of 'str'; use codecs.decode() to decode to arbitrary types", encoding, v);
  return v;
}

Result<Value> decode_bytes(Thread& t, std::string_view data, const char* encoding, const char* errors) {
  StdCodec c = encoding ? standard_codec(encoding) : StdCodec::kUtf8;
  if (c != StdCodec::kNone) return TRY(decode_standard(t, c, data, Value(), errors, true)).text;
  Value copy = TRY(new_bytes(t, data.data() ? data.data() : "", data.size()));
  return decode_registered(t, copy, encoding, errors);
}

Result<Value> decode_object(Thread& t, Value object, const char* encoding, const char* errors) {
  TRY(check_names(t, encoding, errors));
  StdCodec c = encoding ? standard_codec(encoding) : StdCodec::kUtf8;
  if (c != StdCodec::kNone) {
    if (IS_EXACT(object, bytes)) return TRY(decode_standard(t, c, object.as<Bytes>()->view(), object, errors, true)).text;
    BufferHold h;
    TRY(h.get(t, object));
    return TRY(decode_standard(t, c, h.view(), Value(), errors, true)).text;
  }
  if (IS_EXACT(object, bytes) && object.as<Bytes>()->size == 0) return interp().empty_str;
  // Decoders see a memoryview, which nothing else refers to.
  MemoryView* view = TRY(new_memoryview(t, object));
  Result<Value> r = decode_registered(t, view, encoding, errors);
  if (view->managed && !view->exports) TRY(memoryview_release(t, view));
  return r;
}

Result<Str*> decode_fs(Thread& t, std::string_view data) { return TRY(decode_standard(t, StdCodec::kUtf8, data, Value(), "surrogateescape", true)).text; }
Result<Bytes*> encode_fs(Thread& t, Str* s) { return encode_standard(t, StdCodec::kUtf8, s, "surrogateescape"); }

Status codec_name_argument(Thread& t, Value v, const char* fname, const char* name, Utf8& out) {
  if (!v) return {};
  if (!is_str(v)) return RAISE(TypeError, "%s() argument '%s' must be str, not %T", fname, name, v);
  TRY(str_utf8(t, v.as<Str>(), out));
  if (memchr(out.data, 0, out.size)) return RAISE(ValueError, "embedded null character");
  return {};
}

// ---- paths
Result<Value> PathArg::result(Thread& t, std::string_view name) const {
  if (is_bytes) return TRY(new_bytes(t, name.data(), name.size()));
  return TRY(decode_fs(t, name));
}

Status fs_path(Thread& t, Value v, PathArg& out, const char* fname, const char* argname) {
  Value p = v;
  if (!is_str(p) && !kaa::is_bytes(p)) {
    Opt f = TRY(lookup_special(t, v, NAME("__fspath__")));
    if (!f || f.v.is_none()) {
      if (fname) return RAISE(TypeError, "%s: %s should be string, bytes or os.PathLike, not %T", fname, argname, v);
      return RAISE(TypeError, "expected str, bytes or os.PathLike object, not %T", v);
    }
    p = TRY(call(t, f.v));
    if (!is_str(p) && !kaa::is_bytes(p)) return RAISE(TypeError, "expected %T.__fspath__() to return str or bytes, not %T", v, p);
  }
  out.object = p;
  out.is_bytes = kaa::is_bytes(p);
  out.bytes_ = out.is_bytes ? p.as<Bytes>() : TRY(encode_fs(t, p.as<Str>()));
  if (memchr(out.bytes_->data(), 0, out.bytes_->size)) {
    if (fname) return RAISE(ValueError, "%s: embedded null character in %s", fname, argname);
    return RAISE(ValueError, "embedded null byte");
  }
  return {};
}

}  // namespace kaa
