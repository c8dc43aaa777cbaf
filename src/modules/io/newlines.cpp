// Universal newlines: the step that IncrementalNewlineDecoder, TextIOWrapper and StringIO share, and searching for the ends of lines.
#include "modules/io/io.h"

namespace kaa {

namespace {

template <class C>
int64_t find_in(const C* p, uint32_t c, uint64_t from, uint64_t to) {
  if constexpr (sizeof(C) == 1) {
    if (c > 0xFF || from >= to) return -1;
    const void* at = memchr(p + from, static_cast<int>(c), to - from);
    return at ? static_cast<const C*>(at) - p : -1;
  } else {
    for (uint64_t i = from; i < to; i++)
      if (p[i] == c) return static_cast<int64_t>(i);
    return -1;
  }
}

uint32_t max_char_of(Str* s) { return s->is_ascii() ? 0x7F : s->kind() == 1 ? 0xFF : s->kind() == 2 ? 0xFFFF : 0x10FFFF; }

struct Counts { uint64_t cr = 0, lf = 0, crlf = 0; };
template <class C>
Counts count_newlines(const C* p, uint64_t n) {
  Counts k;
  for (uint64_t i = 0; i < n; i++) {
    if (p[i] == '\n') k.lf++;
    else if (p[i] == '\r') {
      if (i + 1 < n && p[i + 1] == '\n') { k.crlf++; i++; }
      else k.cr++;
    }
  }
  return k;
}
template <class C>
void translate_into(C* to, const C* p, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) {
    C c = p[i];
    if (c == '\r') {
      if (i + 1 < n && p[i + 1] == '\n') i++;
      c = '\n';
    }
    *to++ = c;
  }
}
template <class F>
auto by_kind(Str* s, F&& f) {
  switch (s->kind()) {
    case 1: return f(s->data1());
    case 2: return f(s->data2());
    default: return f(s->data4());
  }
}

}  // namespace

int64_t find_char(Str* s, uint32_t c, uint64_t from, uint64_t to) {
  return by_kind(s, [&](auto* p) { return find_in(p, c, from, to); });
}

Result<Str*> newline_step(Thread& t, NewlineState& n, Str* text, bool final) {
  if (n.pending_cr && (final || text->length)) {
    Str* cr = TRY(str_char(t, '\r'));
    text = TRY(str_concat(t, cr, text));
    n.pending_cr = false;
  }
  if (!final && text->length && text->at(text->length - 1) == '\r') {
    text = TRY(str_substr(t, text, 0, text->length - 1));
    n.pending_cr = true;
  }
  if (!text->length) return text;
  if (find_char(text, '\r') < 0) {
    if (!(n.seen & kSeenLF) && find_char(text, '\n') >= 0) n.seen |= kSeenLF;
    return text;
  }
  Counts k = by_kind(text, [&](auto* p) { return count_newlines(p, text->length); });
  if (k.cr) n.seen |= kSeenCR;
  if (k.lf) n.seen |= kSeenLF;
  if (k.crlf) n.seen |= kSeenCRLF;
  if (!n.translate) return text;
  Keep keep(text);
  Str* out = TRY(alloc_str(t, text->length - k.crlf, max_char_of(text)));
  by_kind(text, [&](auto* p) {
    using C = std::remove_const_t<std::remove_pointer_t<decltype(p)>>;
    translate_into(static_cast<C*>(out->inline_data()), p, text->length);
  });
  return out;
}

Value newlines_seen(Thread& t, uint8_t seen) {
  Value cr = NAME("\r"), lf = NAME("\n"), crlf = NAME("\r\n");
  Value v[3];
  size_t n = 0;
  if (seen & kSeenCR) v[n++] = cr;
  if (seen & kSeenLF) v[n++] = lf;
  if (seen & kSeenCRLF) v[n++] = crlf;
  if (n == 0) return kNone;
  if (n == 1) return v[0];
  Result<Tuple*> u = tuple_of(t, v, n);
  return u.ok() ? Value(u.value()) : Value();
}

Result<Str*> replace_newlines(Thread& t, Str* text, Str* with) {
  uint64_t n = 0;
  for (int64_t i = find_char(text, '\n'); i >= 0; i = find_char(text, '\n', static_cast<uint64_t>(i) + 1)) n++;
  if (n == 0) return text;
  Keep keep(text);
  Str* out = TRY(alloc_str(t, text->length + n * (with->length - 1), max_char_of(text)));
  by_kind(text, [&](auto* p) {
    using C = std::remove_const_t<std::remove_pointer_t<decltype(p)>>;
    C* to = static_cast<C*>(out->inline_data());
    for (uint64_t i = 0; i < text->length; i++) {
      if (p[i] != '\n') { *to++ = p[i]; continue; }
      for (uint64_t k = 0; k < with->length; k++) *to++ = static_cast<C>(with->at(k));
    }
  });
  return out;
}

int64_t find_line_end(Str* s, uint64_t from, bool universal, Str* nl) {
  if (universal) {
    int64_t lf = find_char(s, '\n', from);
    int64_t cr = find_char(s, '\r', from, lf < 0 ? s->length : static_cast<uint64_t>(lf));
    if (cr < 0) return lf < 0 ? -1 : lf + 1;
    if (lf == cr + 1) return lf + 1;
    return cr + 1;
  }
  if (!nl || nl->length == 0) nl = NAME("\n");
  uint32_t first = nl->at(0);
  if (nl->length == 1 && s->kind() == 1) {
    const uint8_t* p = s->data1();
    const void* at = memchr(p + from, static_cast<int>(first), s->length - from);
    return at ? static_cast<const uint8_t*>(at) - p + 1 : -1;
  }
  for (int64_t i = find_char(s, first, from); i >= 0; i = find_char(s, first, static_cast<uint64_t>(i) + 1)) {
    if (nl->length == 1) return i + 1;
    if (static_cast<uint64_t>(i) + 1 < s->length && s->at(static_cast<uint64_t>(i) + 1) == nl->at(1)) return i + 2;
  }
  return -1;
}

bool newline_valid(Value nl) {
  if (nl.is_none()) return true;
  Str* s = nl.as<Str>();
  return s->length == 0 || str_equal_ascii(s, "\n") || str_equal_ascii(s, "\r") || str_equal_ascii(s, "\r\n");
}

// ---- IncrementalNewlineDecoder
namespace {

struct NewlineDecoder : Object {
  Field<> decoder, errors;  // decoder None: the input is text already. Empty: __init__ was not called
  NewlineState state;
  template <class F> void each_field(F&& f) { f(decoder); f(errors); }
};

Result<NewlineDecoder*> self_of(Thread& t, Value v) {
  NewlineDecoder* d = v.as<NewlineDecoder>();
  if (!d->decoder) return RAISE(ValueError, "IncrementalNewlineDecoder.__init__() not called");
  return d;
}

const MethodDef k_init_def{"IncrementalNewlineDecoder", static_cast<NativeFn>(nullptr), "($self, /, decoder, translate, errors='strict')", nullptr};
Result<Value> decoder_init(Thread& t, Args a, Tuple* kwnames) {
  Value v[8];
  TRY(io_bind(t, k_init_def, a, kwnames, v));
  bool translate = TRY(truth(t, v[2]));
  NewlineDecoder* d = v[0].as<NewlineDecoder>();
  d->decoder.set(v[1]);
  d->errors.set(v[3] ? v[3] : Value(NAME("strict")));
  d->state = {translate, false, 0};
  return kNone;
}

Result<Value> decoder_decode(Thread& t, Args a) {
  NewlineDecoder* d = TRY(self_of(t, a[0]));
  bool final = a[2] ? TRY(truth(t, a[2])) : false;
  Value text = a[1];
  if (!d->decoder.get().is_none()) text = TRY(call_method(t, d->decoder, NAME("decode"), a[1], Value::from_bool(final)));
  if (!is_str(text)) return RAISE(TypeError, "decoder should return a string result, not '%T'", text);
  return TRY(newline_step(t, d->state, text.as<Str>(), final));
}

// The flag of the decoder below is shifted by one bit; the lowest says that a "\r" waits.
Result<Value> decoder_getstate(Thread& t, Args a) {
  NewlineDecoder* d = TRY(self_of(t, a[0]));
  Value buffer = interp().empty_bytes, flag = small_int(0);
  if (!d->decoder.get().is_none()) {
    Value s = TRY(call_method(t, d->decoder, NAME("getstate")));
    if (!is_tuple(s)) return RAISE(TypeError, "illegal decoder state");
    if (s.as<Tuple>()->size != 2 || !is_int(s.as<Tuple>()->items[1])) return RAISE(TypeError, "illegal decoder state");
    buffer = s.as<Tuple>()->items[0];
    flag = TRY(binary_op(t, BinaryOp::LSHIFT, s.as<Tuple>()->items[1], small_int(1)));
  }
  if (d->state.pending_cr) flag = TRY(binary_op(t, BinaryOp::OR, flag, small_int(1)));
  return TRY(make_tuple(t, buffer, flag));
}

Result<Value> decoder_setstate(Thread& t, Args a) {
  NewlineDecoder* d = TRY(self_of(t, a[0]));
  if (!is_tuple(a[1])) return RAISE(TypeError, "state argument must be a tuple");
  Tuple* s = a[1].as<Tuple>();
  if (s->size != 2 || !is_int(s->items[1])) return RAISE(TypeError, "setstate(): illegal state argument");
  uint64_t flag = TRY(to_uint64_mask(t, s->items[1]));
  d->state.pending_cr = flag & 1;
  if (!d->decoder.get().is_none()) {
    Value shifted = TRY(make_uint(t, flag >> 1));
    Value below = TRY(make_tuple(t, s->items[0], shifted));
    return call_method(t, d->decoder, NAME("setstate"), below);
  }
  return kNone;
}

Result<Value> decoder_reset(Thread& t, Args a) {
  NewlineDecoder* d = TRY(self_of(t, a[0]));
  d->state.seen = 0;
  d->state.pending_cr = false;
  if (!d->decoder.get().is_none()) return call_method(t, d->decoder, NAME("reset"));
  return kNone;
}

Result<Value> decoder_get_newlines(Thread& t, Value self) {
  NewlineDecoder* d = TRY(self_of(t, self));
  return newlines_seen(t, d->state.seen);
}

const MethodDef k_methods[] = {
    {"__init__", decoder_init, "($self, /, decoder, translate, errors='strict')", nullptr},
    {"decode", decoder_decode, "($self, /, input, final=False)", "Decode input with the decoder below, then handle its newlines."},
    {"getstate", decoder_getstate, "($self, /)", "The state: what is pending, and flags."},
    {"setstate", decoder_setstate, "($self, state, /)", "Take a state that getstate() returned."},
    {"reset", decoder_reset, "($self, /)", "Forget what was decoded."},
};
const GetSetDef k_getsets[] = {{"newlines", decoder_get_newlines, nullptr, "The kinds of newline seen so far."}};
const TypeSpec k_spec = {
    .doc = "An incremental decoder over another one (or over text, when that is None) that notes newlines and, with translate, makes each \"\\n\".",
    .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<NewlineDecoder>, .flags = kTypeBase | kTypeWeakrefable | kTypeGenericNew};

}  // namespace

Status io_init_newlines(Thread& t) {
  g_io.newline_decoder = TRY(make_native_type(t, "_io.IncrementalNewlineDecoder", nullptr, k_spec));
  return {};
}

}  // namespace kaa
