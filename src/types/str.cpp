// str: making, operators, the sequence protocol, iterators, and the table of methods. The methods themselves are in str_search.cpp, str_case.cpp,
// str_edit.cpp, str_codec.cpp, str_format.cpp and percent_format.cpp.
#include "types/str.h"

#include "base/text_search.h"
#include "base/unicode_props.h"
#include "objects/traits.h"
#include "types/int.h"
#include "runtime/call.h"

namespace kaa {

Result<SliceSpan> slice_span(Thread& t, SliceObject* s, int64_t length) {
  auto index = [&](Value v) -> Result<int64_t> {
    if (LIKELY(v.is_int())) return v.as_int();
    if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "slice indices must be integers or None or have an __index__ method");
    return to_ssize_clamped(t, v);
  };
  int64_t step = 1;
  if (!s->step.get().is_none()) {
    step = TRY(index(s->step));
    if (step == 0) return RAISE(ValueError, "slice step cannot be zero");
    if (step < -INT64_MAX) step = -INT64_MAX;
  }
  auto bound = [&](Value v, int64_t missing) -> Result<int64_t> {
    if (v.is_none()) return missing;
    int64_t i = TRY(index(v));
    if (i < 0) {
      i += length;
      if (i < 0) i = step < 0 ? -1 : 0;
    } else if (i >= length) {
      i = step < 0 ? length - 1 : length;
    }
    return i;
  };
  int64_t start = TRY(bound(s->start, step < 0 ? length - 1 : 0));
  int64_t stop = TRY(bound(s->stop, step < 0 ? -1 : length));
  int64_t count = 0;
  if (step > 0 && start < stop) count = (stop - start - 1) / step + 1;
  if (step < 0 && stop < start) count = (start - stop - 1) / -step + 1;
  return SliceSpan{start, step, count};
}

Result<Bounds> slice_bounds(Thread& t, Value start, Value end, int64_t length) {
  auto bound = [&](Value v, int64_t missing) -> Result<int64_t> {
    if (v.is_empty() || v.is_none()) return missing;
    int64_t i;
    if (v.is_int()) {
      i = v.as_int();
    } else {
      if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "slice indices must be integers or None or have an __index__ method");
      i = TRY(to_ssize_clamped(t, v));
    }
    if (i < 0) i = i + length < 0 ? 0 : i + length;
    return i;
  };
  Bounds b;
  b.start = TRY(bound(start, 0));
  b.end = TRY(bound(end, length));
  if (b.end > length) b.end = length;
  return b;
}

Result<int64_t> ssize_argument(Thread& t, Value v) {
  if (LIKELY(v.is_int())) return v.as_int();
  Value i = TRY(to_index(t, v));
  int64_t n;
  if (int_fits64(i, &n)) return n;
  return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
}

namespace {

// ---- repr
// How many characters each takes when written, and the largest written as it is.
template <class C>
void measure_repr(const C* p, size_t n, size_t& out_length, uint32_t& out_max, size_t& single, size_t& dbl) {
  size_t length = 0;
  uint32_t max = 0x7F;
  for (size_t i = 0; i < n; i++) {
    uint32_t c = p[i];
    if (LIKELY(c >= 0x20 && c < 0x7F)) {
      if (c == '\'') single++;
      else if (c == '"') dbl++;
      length += c == '\\' ? 2 : 1;
    } else if (c < 0x80) {
      length += c == '\n' || c == '\t' || c == '\r' ? 2 : 4;
    } else if (unicode::is_printable(c)) {
      length++;
      if (c > max) max = c;
    } else {
      length += c < 0x100 ? 4 : c < 0x10000 ? 6 : 10;
    }
  }
  out_length = length;
  out_max = max;
}

template <class C, class O>
void write_repr(const C* p, size_t n, O* q, uint32_t quote) {
  auto hex = [&](uint32_t c, char kind, int digits) {
    *q++ = '\\';
    *q++ = static_cast<O>(kind);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) *q++ = static_cast<O>("0123456789abcdef"[c >> shift & 15]);
  };
  *q++ = static_cast<O>(quote);
  for (size_t i = 0; i < n; i++) {
    uint32_t c = p[i];
    if (LIKELY(c >= 0x20 && c < 0x7F)) {
      if (c == quote || c == '\\') *q++ = '\\';
      *q++ = static_cast<O>(c);
    } else if (c == '\n') { *q++ = '\\'; *q++ = 'n'; }
    else if (c == '\t') { *q++ = '\\'; *q++ = 't'; }
    else if (c == '\r') { *q++ = '\\'; *q++ = 'r'; }
    else if (c < 0x80) hex(c, 'x', 2);
    else if (unicode::is_printable(c)) *q++ = static_cast<O>(c);
    else if (c < 0x100) hex(c, 'x', 2);
    else if (c < 0x10000) hex(c, 'u', 4);
    else hex(c, 'U', 8);
  }
  *q = static_cast<O>(quote);
}

// Printable ASCII without quotes and backslashes: what most texts are. No branches, so that the compiler vectorizes it.
template <class C>
bool plain_chars(const C* p, size_t n) {
  unsigned special = 0;
  for (size_t i = 0; i < n; i++) {
    C c = p[i];
    special |= static_cast<unsigned>(c < 0x20) | static_cast<unsigned>(c >= 0x7F) | static_cast<unsigned>(c == '\'') | static_cast<unsigned>(c == '\\');
  }
  return !special;
}

template <class C>
Result<Str*> repr_chars(Thread& t, Str* s, const C* p) {
  size_t n = s->length, length, single = 0, dbl = 0;
  if (sizeof(C) == 1 && s->is_ascii() && plain_chars(p, n)) {
    Str* r = TRY(alloc_str(t, n + 2, 0x7F));
    char* q = static_cast<char*>(r->inline_data());
    q[0] = q[n + 1] = '\'';
    memcpy(q + 1, p, n);
    return r;
  }
  uint32_t max;
  measure_repr(p, n, length, max, single, dbl);
  uint32_t quote = '\'';
  if (single) {
    if (dbl) length += single;
    else quote = '"';
  }
  Str* r = TRY(alloc_str(t, length + 2, max));
  if (r->kind() == 1) write_repr(p, n, static_cast<uint8_t*>(r->inline_data()), quote);
  else if (r->kind() == 2) write_repr(p, n, static_cast<uint16_t*>(r->inline_data()), quote);
  else write_repr(p, n, static_cast<uint32_t*>(r->inline_data()), quote);
  return r;
}

// ---- making
Result<Value> str_new(Thread& t, Args a) {
  Type* cls = a.as<Type>(0);
  Str* s;
  if (a[2]) TRY(check_codec_argument(t, a[2], "str", "encoding"));
  if (a[3]) TRY(check_codec_argument(t, a[3], "str", "errors"));
  if (!a[1]) s = interp().empty_str;
  else if (a[2] || a[3]) s = TRY(decode_buffer(t, a[1], a[2], a[3])).as<Str>();
  else s = TRY(str(t, a[1]));
  if (cls == KAA_TYPE(str)) return s;
  Str* r = TRY(alloc_str_as(t, cls, s->length, str_max(s)));
  str_put(r, 0, view_of(s));
  return r;
}

Result<Value> str_repr(Thread& t, Args a) { return TRY(str_repr_text(t, a.as<Str>(0))); }
Result<Value> str_str(Thread& t, Args a) { return TRY(str_exact(t, a.as<Str>(0))); }
Result<Value> str_hash_method(Thread& t, Args a) { return make_int(t, str_hash(a.as<Str>(0))); }

// ---- operators
#define COMPARISON(name, test)                                                             \
  Result<Value> str_##name(Thread&, Args a) {                                              \
    if (!is_str(a[1])) return kNotImplemented;                                             \
    Str *x = a.as<Str>(0), *y = a.as<Str>(1);                                              \
    return Value::from_bool(test);                                                         \
  }
COMPARISON(eq, str_equal(x, y))
COMPARISON(ne, !str_equal(x, y))
COMPARISON(lt, str_compare(x, y) < 0)
COMPARISON(le, str_compare(x, y) <= 0)
COMPARISON(gt, str_compare(x, y) > 0)
COMPARISON(ge, str_compare(x, y) >= 0)
#undef COMPARISON

// Whether the other operand may know what to do. No builtin type does: for those the error is raised at once, also when __add__ is called by name.
bool may_reflect(Value v, Dunder d) {
  Type* ty = type_of(v);
  return ty->dunder(d) && !(ty >= g_types && ty < g_types + kBuiltinTypeCount);
}

Result<Value> str_add(Thread& t, Args a) {
  if (!is_str(a[1])) {
    if (may_reflect(a[1], D_radd)) return kNotImplemented;
    return RAISE(TypeError, "can only concatenate str (not \"%T\") to str", a[1]);
  }
  return TRY(str_concat(t, a.as<Str>(0), a.as<Str>(1)));
}

Result<Value> str_mul(Thread& t, Args a) {
  if (!a[1].is_int() && !type_of(a[1])->dunder(D_index)) {
    if (may_reflect(a[1], D_rmul)) return kNotImplemented;
    return RAISE(TypeError, "can't multiply sequence by non-int of type '%T'", a[1]);
  }
  int64_t n = TRY(to_ssize(t, a[1]));
  Str* s = a.as<Str>(0);
  if (n <= 0 || s->length == 0) return interp().empty_str;
  if (n == 1) return TRY(str_exact(t, s));
  uint64_t length;
  if (__builtin_mul_overflow(s->length, static_cast<uint64_t>(n), &length) || length > INT64_MAX) return RAISE(OverflowError, "repeated string is too long");
  Str* r = TRY(alloc_str(t, length, str_max(s)));
  if (s->length == 1) {
    str_fill(r, 0, length, s->at(0));
    return r;
  }
  // Each round doubles what is there.
  char* p = static_cast<char*>(r->inline_data());
  size_t unit = s->length * static_cast<size_t>(s->kind()), total = length * static_cast<size_t>(s->kind());
  memcpy(p, s->data(), unit);
  for (size_t done = unit; done < total; done *= 2) memcpy(p + done, p, done < total - done ? done : total - done);
  return r;
}

Result<Value> str_len(Thread&, Args a) { return small_int(static_cast<int64_t>(a.as<Str>(0)->length)); }

template <class C>
Result<Str*> gather(Thread& t, const C* p, SliceSpan span, uint32_t max) {
  if (max > 0x7F) {  // the chosen characters may need a smaller kind
    max = 0;
    for (int64_t i = 0, at = span.start; i < span.count; i++, at += span.step) max |= p[at];
  }
  Str* r = TRY(alloc_str(t, static_cast<size_t>(span.count), max));
  auto fill = [&](auto* q) {
    for (int64_t i = 0, at = span.start; i < span.count; i++, at += span.step) q[i] = static_cast<std::remove_reference_t<decltype(*q)>>(p[at]);
  };
  if (r->kind() == 1) fill(static_cast<uint8_t*>(r->inline_data()));
  else if (r->kind() == 2) fill(static_cast<uint16_t*>(r->inline_data()));
  else fill(static_cast<uint32_t*>(r->inline_data()));
  return r;
}

Result<Value> str_getitem(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  int64_t n = static_cast<int64_t>(s->length), i;
  if (LIKELY(a[1].is_int())) {
    i = a[1].as_int();
  } else if (IS_EXACT(a[1], slice)) {
    SliceSpan span = TRY(slice_span(t, a.as<SliceObject>(1), n));
    if (span.step == 1) return TRY(str_substr(t, s, static_cast<size_t>(span.start), static_cast<size_t>(span.start + span.count)));
    if (span.count == 0) return interp().empty_str;
    if (span.count == 1) return TRY(str_char(t, s->at(static_cast<size_t>(span.start))));
    if (s->kind() == 1) return TRY(gather(t, s->data1(), span, str_max(s)));
    if (s->kind() == 2) return TRY(gather(t, s->data2(), span, str_max(s)));
    return TRY(gather(t, s->data4(), span, str_max(s)));
  } else {
    if (!type_of(a[1])->dunder(D_index)) return RAISE(TypeError, "string indices must be integers, not '%T'", a[1]);
    Value v = TRY(to_index(t, a[1]));
    if (!v.is_int()) return RAISE(IndexError, "cannot fit '%T' into an index-sized integer", a[1]);
    i = v.as_int();
  }
  if (i < 0) i += n;
  if (UNLIKELY(i < 0 || i >= n)) return RAISE(IndexError, "string index out of range");
  return TRY(str_char(t, s->at(static_cast<size_t>(i))));
}

Result<Value> str_contains(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "'in <string>' requires string as left operand, not %T", a[1]);
  return Value::from_bool(text_find(view_of(a.as<Str>(0)), view_of(a.as<Str>(1))) != kNotFound);
}

Result<Value> str_getnewargs(Thread& t, Args a) {
  Str* s = TRY(str_from_view(t, view_of(a.as<Str>(0))));
  return TRY(make_tuple(t, s));
}
Result<Value> str_sizeof(Thread& t, Args a) { return make_int(t, static_cast<int64_t>(LayoutTraits<Str>::bytes(a.as<Str>(0)))); }

// ---- iterators
Result<Value> str_iter(Thread& t, Args a) {
  SeqIter* it = TRY(alloc<SeqIter>(t, a.as<Str>(0)->is_ascii() ? KAA_SHAPE(str_ascii_iterator) : KAA_SHAPE(str_iterator)));
  it->seq.init(a[0]);
  return it;
}
Result<Value> str_iternext(Thread& t, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (UNLIKELY(!it->seq)) return Value();
  Str* s = it->seq.get().as<Str>();
  if (LIKELY(it->index < s->length)) return TRY(str_char(t, s->at(it->index++)));
  it->seq.clear();
  return Value();
}
Result<Value> str_ascii_iternext(Thread&, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (UNLIKELY(!it->seq)) return Value();
  Str* s = it->seq.get().as<Str>();
  if (LIKELY(it->index < s->length)) return interp().latin1[s->data1()[it->index++]];
  it->seq.clear();
  return Value();
}
Result<Value> str_iter_hint(Thread&, Args a) {
  SeqIter* it = a.as<SeqIter>(0);
  if (!it->seq) return small_int(0);
  return small_int(static_cast<int64_t>(it->seq.get().as<Str>()->length - it->index));
}
Result<Value> str_iter_reduce(Thread& t, Args a) {
  Value iter = TRY(frame_builtin(t, NAME("iter")));
  SeqIter* it = a.as<SeqIter>(0);
  if (!it->seq) return TRY(make_tuple(t, iter, TRY(make_tuple(t, interp().empty_str))));
  Tuple* args = TRY(make_tuple(t, it->seq.get()));
  return TRY(make_tuple(t, iter, args, small_int(static_cast<int64_t>(it->index))));
}
Result<Value> str_iter_setstate(Thread& t, Args a) {
  int64_t i = TRY(to_ssize(t, a[1]));
  SeqIter* it = a.as<SeqIter>(0);
  if (it->seq) {
    uint64_t n = it->seq.get().as<Str>()->length;
    it->index = i < 0 ? 0 : static_cast<uint64_t>(i) > n ? n : static_cast<uint64_t>(i);
  }
  return kNone;
}

const MethodDef k_iter_methods[] = {
    {"__length_hint__", str_iter_hint, "($self, /)", "How many characters are still to come."},
    {"__reduce__", str_iter_reduce, "($self, /)", "For pickling."},
    {"__setstate__", str_iter_setstate, "($self, object, /)", "Sets the position."},
};

const MethodDef k_methods[] = {
    {"__new__", str_new, "($cls, object='', encoding='utf-8', errors='strict')", "Makes a str: an object's text, or decoded bytes.", MethodKind::kNew},
    {"__repr__", str_repr, "($self, /)", "The text as a literal."},
    {"__str__", str_str, "($self, /)", "The text itself."},
    {"__hash__", str_hash_method, "($self, /)", "A hash of the characters."},
    {"__eq__", str_eq, "($self, value, /)", "Whether both have the same characters."},
    {"__ne__", str_ne, "($self, value, /)", "The opposite of __eq__."},
    {"__lt__", str_lt, "($self, value, /)", "Whether it comes first in the order of code points."},
    {"__le__", str_le, "($self, value, /)", "Whether it comes first or is equal."},
    {"__gt__", str_gt, "($self, value, /)", "Whether it comes last in the order of code points."},
    {"__ge__", str_ge, "($self, value, /)", "Whether it comes last or is equal."},
    {"__len__", str_len, "($self, /)", "The number of characters."},
    {"__getitem__", str_getitem, "($self, key, /)", "A character, or a slice."},
    {"__contains__", str_contains, "($self, key, /)", "Whether the other text occurs in this one."},
    {"__iter__", str_iter, "($self, /)", "Iterates over the characters."},
    {"__add__", str_add, "($self, value, /)", "One text behind the other."},
    {"__mul__", str_mul, "($self, value, /)", "The text so many times."},
    {"__rmul__", str_mul, "($self, value, /)", "The text so many times."},
    {"__mod__", str_mod, "($self, value, /)", "printf-style formatting."},
    {"__rmod__", str_rmod, "($self, value, /)", "printf-style formatting by the other text."},
    {"__format__", str_dunder_format, "($self, format_spec, /)", "The text cut and padded as the specification says."},
    {"__getnewargs__", str_getnewargs, "($self, /)", "For pickling."},
    {"__sizeof__", str_sizeof, "($self, /)", "Bytes of the object."},
    {"find", str_find, "($self, sub, start=None, end=None, /)", "The first place of the text within [start, end), or -1."},
    {"rfind", str_rfind, "($self, sub, start=None, end=None, /)", "The last place of the text within [start, end), or -1."},
    {"index", str_index, "($self, sub, start=None, end=None, /)", "Like find(), but raises ValueError when there is none."},
    {"rindex", str_rindex, "($self, sub, start=None, end=None, /)", "Like rfind(), but raises ValueError when there is none."},
    {"count", str_count, "($self, sub, start=None, end=None, /)", "How often the text occurs, without overlaps."},
    {"startswith", str_startswith, "($self, prefix, start=None, end=None, /)", "Whether it begins with the text, or one of a tuple of texts."},
    {"endswith", str_endswith, "($self, suffix, start=None, end=None, /)", "Whether it ends with the text, or one of a tuple of texts."},
    {"replace", str_replace, "($self, old, new, /, count=-1)", "A copy with `new` in the place of `old`, at most `count` times from the left."},
    {"split", str_split, "($self, /, sep=None, maxsplit=-1)", "The words between separators; without one, between runs of white space."},
    {"rsplit", str_rsplit, "($self, /, sep=None, maxsplit=-1)", "Like split(), but splits from the end."},
    {"partition", str_partition, "($self, sep, /)", "(before, separator, after) at its first place."},
    {"rpartition", str_rpartition, "($self, sep, /)", "(before, separator, after) at its last place."},
    {"splitlines", str_splitlines, "($self, /, keepends=False)", "The lines, with their ends if asked for."},
    {"strip", str_strip, "($self, chars=None, /)", "Without white space, or these characters, at both ends."},
    {"lstrip", str_lstrip, "($self, chars=None, /)", "Without white space, or these characters, at the start."},
    {"rstrip", str_rstrip, "($self, chars=None, /)", "Without white space, or these characters, at the end."},
    {"removeprefix", str_removeprefix, "($self, prefix, /)", "Without the prefix, if it is there."},
    {"removesuffix", str_removesuffix, "($self, suffix, /)", "Without the suffix, if it is there."},
    {"join", str_join, "($self, iterable, /)", "The texts of the iterable with this one between them."},
    {"lower", str_lower, "($self, /)", "In lower case."},
    {"upper", str_upper, "($self, /)", "In upper case."},
    {"title", str_title, "($self, /)", "Words begin with a title case letter, the rest is in lower case."},
    {"capitalize", str_capitalize, "($self, /)", "The first character in title case, the rest in lower case."},
    {"swapcase", str_swapcase, "($self, /)", "Upper case becomes lower case and the reverse."},
    {"casefold", str_casefold, "($self, /)", "Folded for comparisons that ignore case."},
    {"isalpha", str_isalpha, "($self, /)", "Whether all are letters, and there is one."},
    {"isalnum", str_isalnum, "($self, /)", "Whether all are letters or numbers, and there is one."},
    {"isascii", str_isascii, "($self, /)", "Whether all are below U+0080."},
    {"isdecimal", str_isdecimal, "($self, /)", "Whether all are decimal digits, and there is one."},
    {"isdigit", str_isdigit, "($self, /)", "Whether all are digits, and there is one."},
    {"isnumeric", str_isnumeric, "($self, /)", "Whether all are numeric, and there is one."},
    {"islower", str_islower, "($self, /)", "Whether the cased ones are in lower case, and there is one."},
    {"isupper", str_isupper, "($self, /)", "Whether the cased ones are in upper case, and there is one."},
    {"istitle", str_istitle, "($self, /)", "Whether it is in title case."},
    {"isspace", str_isspace, "($self, /)", "Whether all are white space, and there is one."},
    {"isprintable", str_isprintable, "($self, /)", "Whether repr() would escape none of them."},
    {"isidentifier", str_isidentifier, "($self, /)", "Whether it has the form of a name."},
    {"expandtabs", str_expandtabs, "($self, /, tabsize=8)", "With tabs replaced by spaces."},
    {"zfill", str_zfill, "($self, width, /)", "Padded with zeros behind the sign."},
    {"center", str_center, "($self, width, fillchar=' ', /)", "Centred in the width."},
    {"ljust", str_ljust, "($self, width, fillchar=' ', /)", "Padded at the right."},
    {"rjust", str_rjust, "($self, width, fillchar=' ', /)", "Padded at the left."},
    {"translate", str_translate, "($self, table, /)", "Each character replaced by what table[ordinal] says."},
    {"maketrans", str_maketrans, "(x, y=<unrepresentable>, z=<unrepresentable>, /)", "A table for translate().", MethodKind::kStatic},
    {"encode", str_encode, "($self, /, encoding='utf-8', errors='strict')", "The text as bytes."},
    {"format", str_format_method, "($self, /, *args, **kwargs)", "The text with its {} fields replaced by formatted arguments."},
    {"format_map", str_format_map, "($self, mapping, /)", "Like format(**mapping), without copying the mapping."},
};

}  // namespace

Result<Str*> str_repr_text(Thread& t, Str* s) {
  if (s->kind() == 1) return repr_chars(t, s, s->data1());
  if (s->kind() == 2) return repr_chars(t, s, s->data2());
  return repr_chars(t, s, s->data4());
}

extern const TypeSpec str_spec = {
    .doc = "str(object='') or str(object=b'', encoding='utf-8', errors='strict'): text, an immutable sequence of code points.",
    .methods = k_methods,
};
extern const TypeSpec str_iterator_spec = {.methods = k_iter_methods, .iternext = str_iternext};
extern const TypeSpec str_ascii_iterator_spec = {.methods = k_iter_methods, .iternext = str_ascii_iternext};

}  // namespace kaa
