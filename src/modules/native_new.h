// Constructors of native types that take keywords: __new__ in the raw form, bound by a signature under the type's own name (for messages).
#pragma once
#include "runtime/api.h"

namespace kaa {

// Declares Value p[count], bound by the signature text (whose first parameter is $cls); leaves with the TypeError otherwise.
#define BIND_NEW(fname, text, count)                                                                                                     \
  static const ::kaa::MethodDef _kaa_sig{fname, static_cast<::kaa::NativeFn>(nullptr), text, nullptr, ::kaa::MethodKind::kNew};          \
  static const ::kaa::Signature* const _kaa_parsed = ::kaa::parse_signature(t, _kaa_sig);                                                \
  ::kaa::Value p[count];                                                                                                                 \
  TRY(::kaa::bind_raw(t, fname, *_kaa_parsed, a, kwnames, p, nullptr, nullptr))

// For constructors without keywords: an error unless the class is a subclass with an __init__ of its own (which may take them).
inline Status no_keywords(Thread& t, const char* fname, Value cls, Type* base, Tuple* kwnames) {
  if (!kwnames || !kwnames->size) return {};
  if (cls.as<Type>() != base && cls.as<Type>()->dunder(D_init) != base->dunder(D_init)) return {};
  return RAISE(TypeError, "%s() takes no keyword arguments", fname);
}
inline Status check_count(Thread& t, const char* fname, uint32_t got, uint32_t lo, uint32_t hi) {
  if (got >= lo && got <= hi) return {};
  if (lo == hi) return RAISE(TypeError, "%s expected %u argument%s, got %u", fname, lo, lo == 1 ? "" : "s", got);
  if (got < lo) return RAISE(TypeError, "%s expected at least %u argument%s, got %u", fname, lo, lo == 1 ? "" : "s", got);
  return RAISE(TypeError, "%s expected at most %u argument%s, got %u", fname, hi, hi == 1 ? "" : "s", got);
}

}  // namespace kaa
