// How native code appears to Python: functions, methods, types, modules.
//
// A native function takes its arguments in place, already bound to its signature: a[i] is parameter i (self or the class first), the empty value
// where an optional argument is missing. The signature text in its table row is the only source of arity, keyword handling, messages and
// inspect.signature. Functions with *args besides keyword-only parameters, or with **kwargs, use the raw form and bind_raw().
#pragma once
#include "objects/buffers.h"
#include "runtime/thread.h"

namespace kaa {

struct Args {
  Value* p;
  uint32_t n;
  Value operator[](uint32_t i) const { return i < n ? p[i] : Value(); }
  template <class T> T* as(uint32_t i) const { return static_cast<T*>(p[i].object()); }
  Args from(uint32_t i) const { return {p + i, n > i ? n - i : 0}; }
};

using NativeFn = Result<Value> (*)(Thread&, Args);
// Raw form: a.n counts positional arguments and keyword values alike; the last `kwnames->size` are the values of these keywords (null: none).
using NativeFnKw = Result<Value> (*)(Thread&, Args, Tuple* kwnames);

enum class MethodKind : uint8_t { kMethod, kClassMethod, kStatic, kNew, kFunction };

// One row of a method table. Signature text as in inspect.signature: "($self, object, /)", "($self, /, key=None, *, reverse=False)",
// "(iterable, /, start=0)", "($cls, ...)" for class methods. Defaults are text for introspection only; the native sees an empty value.
// A null signature means: any positional arguments, no keywords (plain form) or anything goes (raw form), and no __text_signature__.
struct MethodDef {
  const char* name;
  NativeFn fn;
  NativeFnKw fnkw;
  const char* sig;
  const char* doc;
  MethodKind kind;
  constexpr MethodDef(const char* name, NativeFn f, const char* sig, const char* doc, MethodKind k = MethodKind::kMethod)
      : name(name), fn(f), fnkw(nullptr), sig(sig), doc(doc), kind(k) {}
  constexpr MethodDef(const char* name, NativeFnKw f, const char* sig, const char* doc, MethodKind k = MethodKind::kMethod)
      : name(name), fn(nullptr), fnkw(f), sig(sig), doc(doc), kind(k) {}
  constexpr MethodDef() : name(nullptr), fn(nullptr), fnkw(nullptr), sig(nullptr), doc(nullptr), kind(MethodKind::kMethod) {}
};

struct GetSetDef {
  const char* name;
  Result<Value> (*get)(Thread&, Value self);
  Status (*set)(Thread&, Value self, Value v);  // v empty: delete. Null: read-only
  const char* doc;
};

template <class T>
struct Rows {
  const T* data = nullptr;
  uint32_t size = 0;
  constexpr Rows() = default;
  template <size_t N> constexpr Rows(const T (&a)[N]) : data(a), size(N) {}
  const T* begin() const { return data; }
  const T* end() const { return data + size; }
};

struct BufferProcs {
  Status (*get)(Thread&, Object* self, Buffer& out, bool writable);  // BufferError when not possible
  void (*release)(Object* self, Buffer& b);                          // may be null
};

struct TypeSpec {
  const char* doc = nullptr;
  Rows<MethodDef> methods;
  Rows<GetSetDef> getsets;
  Result<Value> (*iternext)(Thread&, Object*) = nullptr;
  const BufferProcs* buffer = nullptr;
  const Layout* layout = nullptr;       // null: the base's (static types of types.def: always from their row)
  uint64_t flags = 0;                   // further TypeFlags
  const char* unhashable = nullptr;     // non-null: __hash__ is None
  const char* const* match_args = nullptr;
  const char* module = nullptr;         // __module__ of a type whose __module__ row is its instances' own; null: builtins
  Status (*init)(Thread&, Type*) = nullptr;  // further set-up of the type (constants in its dict)
};

// A type of a native module, made when the module is: "collections.deque". Returns an immortal type.
Result<Type*> make_native_type(Thread& t, const char* qualified_name, Type* base, const TypeSpec& spec);

// ---- modules: rows of modules.def name a ModuleDef `<name>_module`
struct ModuleDef {
  const char* name;
  const char* doc;
  Rows<MethodDef> functions;
  Status (*exec)(Thread&, Module*);     // fills in the rest; may be null
};
Result<Module*> make_module(Thread& t, const ModuleDef& def);
Status module_add(Thread& t, Module* m, const char* name, Value v);

// ---- signatures
struct Param { Str* name; uint8_t kind; bool optional; };  // kind: 0 positional only, 1 positional or keyword, 2 keyword only
struct Signature {
  Param* params;            // *args and **kwargs not included
  uint32_t nparams;         // all named parameters, self included
  uint32_t npositional;     // parameters that may be positional, self included
  uint32_t nposonly;
  uint32_t nrequired;       // leading required positional parameters
  bool var_positional, var_keyword, has_self, any;
  bool simple;              // positional-only call with min <= n <= max needs no binding
  bool unread;              // the text was not looked at yet (runtime/signature.h)
  // n positional arguments may go straight to MethodDef::fn when n - direct_min <= direct_span (unsigned); span 0 at ~0u: never.
  uint32_t direct_min, direct_span;
};
const Signature* parse_signature(Thread& t, const MethodDef& def);
// For the raw form: puts the values of the named parameters into out[0 .. nparams) (empty where missing), the surplus positional ones into *rest
// (in place), the surplus keywords into a new dict *kwargs (null out when the signature has no **kwargs). Raises TypeError as CPython does.
Status bind_raw(Thread& t, const char* fname, const Signature& sig, Args a, Tuple* kwnames, Value* out, Args* rest, Value* kwargs);

}  // namespace kaa
