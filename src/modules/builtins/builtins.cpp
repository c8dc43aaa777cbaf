// The builtins module: functions about single objects, attributes, numbers and names. Folding functions (sum, min, ...) are in builtins_fold.cpp,
// printing in builtins_io.cpp.
#include "modules/builtins/builtins.h"
#include "runtime/call.h"
#include "runtime/interpreters.h"

#include <stdlib.h>

#include "types/list.h"
#include "types/objmodel.h"

namespace kaa {

Status read_keywords(Thread& t, const char* fname, Args a, Tuple* kwnames, const char* const* known, Value* out) {
  size_t count = 0;
  for (; known[count]; count++) out[count] = Value();
  if (!kwnames) return {};
  uint32_t npos = positional_count(a, kwnames);
  for (uint64_t k = 0; k < kwnames->size; k++) {
    Str* name = kwnames->items[k].as<Str>();
    size_t i = 0;
    while (i < count && !str_equal_ascii(name, known[i])) i++;
    if (i == count) return RAISE(TypeError, "%s() got an unexpected keyword argument '%U'", fname, name);
    out[i] = a.p[npos + k];
  }
  return {};
}

// ---- names of the calling frame

Result<Value> current_globals(Thread& t) {
  for (Frame* f = t.frame; f; f = f->prev)
    if (f->func) return f->func->globals.value();
  if (Dict* names = frameless_names(t)) return names;
  return kNone;
}

Result<Value> current_locals(Thread& t) {
  if (Dict* names = t.frame ? nullptr : frameless_names(t)) return names;
  if (!t.frame) return RAISE(SystemError, "frame does not exist");
  return frame_locals(t, t.frame);
}

Result<Value> dir_of(Thread& t, Value v) {
  Value names;
  if (!v) {
    Value locals = TRY(current_locals(t));
    names = TRY(call_method(t, locals, NAME("keys")));
    if (!is_list(names)) names = TRY(list_from(t, names));
  } else {
    Opt f = TRY(lookup_special(t, v, dunder_name(D_dir)));
    if (!f) return RAISE(TypeError, "object does not provide __dir__");
    names = TRY(call(t, f.v));
    names = TRY(list_from(t, names));
  }
  TRY(list_sort(t, names.as<List>(), kNone, false));
  return names;
}

// ---- operations with two special methods

Result<Value> divmod_values(Thread& t, Value a, Value b) {
  Type *ta = type_of(a), *tb = type_of(b);
  bool tried = false;
  if (ta != tb && tb->dunder(D_rdivmod) && is_subtype(tb, ta) && tb->dunder(D_rdivmod) != ta->dunder(D_rdivmod)) {
    tried = true;
    Value v = TRY(call_dunder(t, D_rdivmod, b, a));
    if (v != kNotImplemented) return v;
  }
  if (ta->dunder(D_divmod)) {
    Value v = TRY(call_dunder(t, D_divmod, a, b));
    if (v != kNotImplemented) return v;
  }
  if (!tried && ta != tb && tb->dunder(D_rdivmod)) {
    Value v = TRY(call_dunder(t, D_rdivmod, b, a));
    if (v != kNotImplemented) return v;
  }
  return raise_type_error_operands(t, "divmod()", a, b);
}

Result<Value> abs_value(Thread& t, Value v) {
  if (v.is_int()) return make_int(t, v.as_int() < 0 ? -v.as_int() : v.as_int());
  if (!type_of(v)->dunder(D_abs)) return RAISE(TypeError, "bad operand type for abs(): '%T'", v);
  return call_dunder(t, D_abs, v);
}

Result<Value> next_value(Thread& t, Value it, Value fallback) {
  Type* ty = type_of(it);
  if (ty->iternext) {
    Result<Value> v = ty->iternext(t, it.object());
    if (v.ok()) return v;
    if (!t.exc) {
      if (fallback) return fallback;
      return raise_stop_iteration(t);
    }
  } else {
    if (!ty->dunder(D_next)) return RAISE(TypeError, "'%T' object is not an iterator", it);
    Result<Value> v = call_dunder(t, D_next, it);
    if (v.ok()) return v;
  }
  if (!fallback || !exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
  clear_exc(t);
  return fallback;
}

namespace {

Result<Value> builtin_abs(Thread& t, Args a) { return abs_value(t, a[0]); }
Result<Value> builtin_divmod(Thread& t, Args a) { return divmod_values(t, a[0], a[1]); }
Result<Value> builtin_pow(Thread& t, Args a) { return power(t, a[0], a[1], a[2]); }

Result<Value> builtin_round(Thread& t, Args a) {
  if (!type_of(a[0])->dunder(D_round)) return RAISE(TypeError, "type %T doesn't define __round__ method", a[0]);
  return call_dunder(t, D_round, a[0], a[1] && !a[1].is_none() ? a[1] : Value());
}

// Text of an int in base 2^bits with a prefix.
Result<Value> in_base(Thread& t, Value v, int bits, char letter) {
  Value i = TRY(to_index(t, v));
  uint64_t small;
  const uint64_t* limbs = &small;
  size_t n = 1;
  bool negative;
  Keep keep(i);
  if (i.is_int()) {
    negative = i.as_int() < 0;
    small = static_cast<uint64_t>(negative ? -i.as_int() : i.as_int());
  } else {
    IntObject* big = i.as<IntObject>();
    negative = big->size < 0;
    n = static_cast<size_t>(negative ? -big->size : big->size);
    limbs = big->limbs;
  }
  size_t width = 1;
  if (n && limbs[n - 1]) width = (n * 64 - static_cast<size_t>(__builtin_clzll(limbs[n - 1])) + static_cast<size_t>(bits) - 1) / static_cast<size_t>(bits);
  size_t length = width + 2 + negative;
  Str* s = TRY(alloc_str(t, length, 0x7F));
  if (!i.is_int()) limbs = i.as<IntObject>()->limbs;
  char* p = static_cast<char*>(s->inline_data());
  if (negative) *p++ = '-';
  *p++ = '0';
  *p++ = letter;
  for (size_t k = 0; k < width; k++) {
    size_t at = k * static_cast<size_t>(bits), limb = at / 64, shift = at % 64;
    uint64_t d = limb < n ? limbs[limb] >> shift : 0;
    if (shift + static_cast<size_t>(bits) > 64 && limb + 1 < n) d |= limbs[limb + 1] << (64 - shift);
    p[width - 1 - k] = "0123456789abcdef"[d & ((uint64_t{1} << bits) - 1)];
  }
  return s;
}
Result<Value> builtin_bin(Thread& t, Args a) { return in_base(t, a[0], 1, 'b'); }
Result<Value> builtin_oct(Thread& t, Args a) { return in_base(t, a[0], 3, 'o'); }
Result<Value> builtin_hex(Thread& t, Args a) { return in_base(t, a[0], 4, 'x'); }

Result<Value> builtin_chr(Thread& t, Args a) {
  Value i = TRY(to_index(t, a[0]));
  if (!i.is_int() || i.as_int() < 0 || i.as_int() > 0x10FFFF) return RAISE(ValueError, "chr() arg not in range(0x110000)");
  return TRY(str_char(t, static_cast<uint32_t>(i.as_int())));
}

Result<Value> builtin_ord(Thread& t, Args a) {
  Value c = a[0];
  uint64_t n;
  if (is_str(c)) {
    n = c.as<Str>()->length;
    if (n == 1) return small_int(c.as<Str>()->at(0));
  } else if (is_bytes(c)) {
    n = c.as<Bytes>()->size;
    if (n == 1) return small_int(static_cast<uint8_t>(c.as<Bytes>()->data()[0]));
  } else if (is_instance(c, KAA_TYPE(bytearray))) {
    n = c.as<ByteArray>()->size;
    if (n == 1) return small_int(static_cast<uint8_t>(c.as<ByteArray>()->data[0]));
  } else {
    return RAISE(TypeError, "ord() expected string of length 1, but %T found", c);
  }
  return RAISE(TypeError, "ord() expected a character, but string of length %lu found", n);
}

// ---- text and identity

Result<Value> builtin_repr(Thread& t, Args a) { return TRY(repr(t, a[0])); }
Result<Value> builtin_ascii(Thread& t, Args a) { return TRY(ascii(t, a[0])); }
Result<Value> builtin_hash(Thread& t, Args a) { return make_int(t, TRY(hash(t, a[0]))); }
Result<Value> builtin_id(Thread& t, Args a) { return id_value(t, a[0]); }
Result<Value> builtin_len(Thread& t, Args a) { return make_int(t, TRY(length(t, a[0]))); }
Result<Value> builtin_callable(Thread&, Args a) { return Value::from_bool(is_callable(a[0])); }
Result<Value> builtin_format(Thread& t, Args a) {
  if (a[1] && !is_str(a[1])) return RAISE(TypeError, "format() argument 2 must be str, not %T", a[1]);
  return format(t, a[0], a[1] ? a.as<Str>(1) : nullptr);
}

Result<Value> builtin_isinstance(Thread& t, Args a) { return Value::from_bool(TRY(isinstance(t, a[0], a[1]))); }
Result<Value> builtin_issubclass(Thread& t, Args a) { return Value::from_bool(TRY(issubclass(t, a[0], a[1]))); }

// ---- attributes

Result<Str*> attr_name(Thread& t, Value v) {
  if (UNLIKELY(!is_str(v))) return RAISE(TypeError, "attribute name must be string, not '%T'", v);
  return intern(t, v.as<Str>());
}

Result<Value> builtin_getattr(Thread& t, Args a) {
  Str* name = TRY(attr_name(t, a[1]));
  if (!a[2]) return get_attr(t, a[0], name);
  Opt v = TRY(lookup_attr(t, a[0], name));
  return v ? v.v : a[2];
}
Result<Value> builtin_hasattr(Thread& t, Args a) {
  Opt v = TRY(lookup_attr(t, a[0], TRY(attr_name(t, a[1]))));
  return Value::from_bool(static_cast<bool>(v));
}
Result<Value> builtin_setattr(Thread& t, Args a) {
  TRY(set_attr(t, a[0], TRY(attr_name(t, a[1])), a[2]));
  return kNone;
}
Result<Value> builtin_delattr(Thread& t, Args a) {
  TRY(set_attr(t, a[0], TRY(attr_name(t, a[1])), Value()));
  return kNone;
}

Result<Value> builtin_dir(Thread& t, Args a) { return dir_of(t, a[0]); }
Result<Value> builtin_globals(Thread& t, Args) { return current_globals(t); }
Result<Value> builtin_locals(Thread& t, Args) { return current_locals(t); }
Result<Value> builtin_vars(Thread& t, Args a) {
  if (!a[0]) return current_locals(t);
  Opt d = TRY(lookup_attr(t, a[0], dunder_name(D_dict)));
  if (!d) return RAISE(TypeError, "vars() argument must have __dict__ attribute");
  return d.v;
}

// ---- iteration

Result<Value> builtin_iter(Thread& t, Args a) {
  if (!a[1]) return get_iter(t, a[0]);
  if (!is_callable(a[0])) return RAISE(TypeError, "iter(v, w): v must be callable");
  CallableIter* it = TRY(alloc<CallableIter>(t, KAA_SHAPE(callable_iterator)));
  it->callable.init(a[0]);
  it->sentinel.init(a[1]);
  return it;
}
Result<Value> builtin_next(Thread& t, Args a) { return next_value(t, a[0], a[1]); }

Result<Value> builtin_aiter(Thread& t, Args a) {
  if (!type_of(a[0])->dunder(D_aiter)) return RAISE(TypeError, "'%T' object is not an async iterable", a[0]);
  Value it = TRY(call_dunder(t, D_aiter, a[0]));
  if (!type_of(it)->dunder(D_anext)) return RAISE(TypeError, "aiter() returned not an async iterator of type '%T'", it);
  return it;
}
Result<Value> builtin_anext(Thread& t, Args a) {
  if (!type_of(a[0])->dunder(D_anext)) return RAISE(TypeError, "'%T' object is not an async iterator", a[0]);
  Value awaitable = TRY(call_dunder(t, D_anext, a[0]));
  if (!a[1]) return awaitable;
  return anext_with_default(t, awaitable, a[1]);
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"__build_class__", build_class, nullptr, "What a class statement calls.", kF},
    {"__import__", builtin_import, "(name, globals=None, locals=None, fromlist=(), level=0)", "What an import statement calls.", kF},
    {"abs", builtin_abs, "(x, /)", "The absolute value.", kF},
    {"aiter", builtin_aiter, "(async_iterable, /)", "The asynchronous iterator of an asynchronous iterable.", kF},
    {"all", builtin_all, "(iterable, /)", "Whether every item is true.", kF},
    {"anext", builtin_anext, "(aiterator, default=<unrepresentable>, /)", "An awaitable for the next item, or for the default at the end.", kF},
    {"any", builtin_any, "(iterable, /)", "Whether some item is true.", kF},
    {"ascii", builtin_ascii, "(obj, /)", "repr() with all but ASCII escaped.", kF},
    {"bin", builtin_bin, "(number, /)", "Binary text of an integer.\n\n>>> bin(-5)\n'-0b101'", kF},
    {"breakpoint", builtin_breakpoint, "(*args, **kws)", "Calls sys.breakpointhook().", kF},
    {"callable", builtin_callable, "(obj, /)", "Whether the object can be called.", kF},
    {"chr", builtin_chr, "(i, /)", "The character with this code point.", kF},
    {"delattr", builtin_delattr, "(obj, name, /)", "Deletes an attribute.", kF},
    {"dir", builtin_dir, "(object=<unrepresentable>, /)", "Sorted names of attributes, or of the current scope.", kF},
    {"divmod", builtin_divmod, "(x, y, /)", "The pair of floor quotient and remainder.", kF},
    {"format", builtin_format, "(value, format_spec='', /)", "The value as text by a format specification.", kF},
    {"getattr", builtin_getattr, "(object, name, default=<unrepresentable>, /)", "An attribute, or the default if there is none.", kF},
    {"globals", builtin_globals, "()", "The dict of the current module's names.", kF},
    {"hasattr", builtin_hasattr, "(obj, name, /)", "Whether the attribute can be read.", kF},
    {"hash", builtin_hash, "(obj, /)", "The hash value.", kF},
    {"hex", builtin_hex, "(number, /)", "Hexadecimal text of an integer.\n\n>>> hex(255)\n'0xff'", kF},
    {"id", builtin_id, "(obj, /)", "A number that no other living object has.", kF},
    {"input", builtin_input, "(prompt='', /)", "Prints the prompt and reads a line; EOFError at the end of the input.", kF},
    {"isinstance", builtin_isinstance, "(obj, class_or_tuple, /)", "Whether the object's class is one of these or derived from one.", kF},
    {"issubclass", builtin_issubclass, "(cls, class_or_tuple, /)", "Whether the class is one of these or derived from one.", kF},
    {"iter", builtin_iter, "(object, sentinel=<unrepresentable>, /)", "An iterator over an iterable; or one that calls until it gets the sentinel.", kF},
    {"len", builtin_len, "(obj, /)", "The number of items.", kF},
    {"locals", builtin_locals, "()", "The local names with their values.", kF},
    {"max", builtin_max, nullptr, "max(iterable, *[, default, key]) or max(first, second, *others, *[, key]): the largest item, as key() ranks them.", kF},
    {"min", builtin_min, nullptr, "min(iterable, *[, default, key]) or min(first, second, *others, *[, key]): the smallest item, as key() ranks them.", kF},
    {"next", builtin_next, "(iterator, default=<unrepresentable>, /)", "The next item; at the end the default or StopIteration.", kF},
    {"oct", builtin_oct, "(number, /)", "Octal text of an integer.\n\n>>> oct(15)\n'0o17'", kF},
    {"ord", builtin_ord, "(character, /)", "The code point of a character.", kF},
    {"pow", builtin_pow, "(base, exp, mod=None)", "base**exp, or base**exp % mod.", kF},
    {"print", builtin_print, "(*args, sep=' ', end='\\n', file=None, flush=False)", "Writes the arguments as text.", kF},
    {"repr", builtin_repr, "(obj, /)", "The text that describes an object for programmers.", kF},
    {"round", builtin_round, "(number, ndigits=None)", "Rounds to a number of decimal digits.", kF},
    {"setattr", builtin_setattr, "(obj, name, value, /)", "Sets an attribute.", kF},
    {"sorted", builtin_sorted, nullptr, "sorted(iterable, /, *, key=None, reverse=False): a new sorted list of the items.", kF},
    {"sum", builtin_sum, "(iterable, /, start=0)", "The start value plus all items.", kF},
    {"vars", builtin_vars, "(object=<unrepresentable>, /)", "The __dict__ of an object, or the current locals.", kF},
};

Status builtins_exec(Thread& t, Module*) { return init_anext_type(t); }

}  // namespace

const ModuleDef builtins_module = {
    .name = "builtins",
    .doc = "Functions, types, exceptions and constants that every Python module sees without an import.",
    .functions = k_functions,
    .exec = builtins_exec,
};

}  // namespace kaa
