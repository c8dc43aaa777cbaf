// Signatures of native functions: parsing the text of a method row, and binding arguments to it.
#include <stdlib.h>

#include <algorithm>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/call.h"
#include "runtime/signature.h"

namespace kaa {

// Text: "(" parameters ")", parameters separated by commas at depth 0: "$self", "name", "name=default", "/", "*", "*name", "**name".
static const Signature* parse(const MethodDef& def, bool direct, bool method) {
  Signature* s = static_cast<Signature*>(calloc(1, sizeof(Signature)));
  s->direct_min = ~0u;
  s->has_self = method;
  if (!def.sig) {
    s->any = true;
    if (direct) { s->direct_min = 0; s->direct_span = ~0u; }
    return s;
  }
  std::vector<Param> params;
  const char* p = def.sig + 1;
  bool kwonly = false;
  while (*p && *p != ')') {
    const char* e = p;
    int depth = 0;
    char quote = 0;
    for (; *e; e++) {
      if (quote) { if (*e == quote) quote = 0; continue; }
      if (*e == '\'' || *e == '"') quote = *e;
      else if (*e == '(' || *e == '[' || *e == '{') depth++;
      else if ((*e == ')' || *e == ']' || *e == '}') && depth) depth--;
      else if ((*e == ',' || *e == ')') && !depth) break;
    }
    std::string item(p, static_cast<size_t>(e - p));
    while (!item.empty() && item[0] == ' ') item.erase(0, 1);
    p = *e == ',' ? e + 1 : e;
    if (item.empty()) continue;
    if (item == "/") { for (Param& q : params) q.kind = 0; s->nposonly = static_cast<uint32_t>(params.size()); continue; }
    if (item == "*") { kwonly = true; continue; }
    if (item.rfind("**", 0) == 0) { s->var_keyword = true; continue; }
    if (item[0] == '*') { s->var_positional = true; kwonly = true; continue; }
    bool self = item[0] == '$';
    if (self) item.erase(0, 1);
    size_t eq = item.find('=');
    std::string name = item.substr(0, eq);
    if (size_t colon = name.find(':'); colon != std::string::npos) name = name.substr(0, colon);
    while (!name.empty() && name.back() == ' ') name.pop_back();
    params.push_back({intern_name(name.c_str()), static_cast<uint8_t>(self ? 0 : kwonly ? 2 : 1), eq != std::string::npos});
    if (!kwonly) s->npositional++;
    if (self) s->nposonly = s->nposonly ? s->nposonly : 1;
  }
  s->nparams = static_cast<uint32_t>(params.size());
  s->params = static_cast<Param*>(malloc((params.size() + 1) * sizeof(Param)));
  for (size_t i = 0; i < params.size(); i++) s->params[i] = params[i];
  while (s->nrequired < s->npositional && !s->params[s->nrequired].optional) s->nrequired++;
  bool kw_required = false;
  for (uint32_t i = s->npositional; i < s->nparams; i++) kw_required |= !s->params[i].optional;
  s->simple = !kw_required;
  if (direct && (s->var_positional || s->simple)) {
    s->direct_min = s->nrequired;
    s->direct_span = s->var_positional ? ~0u - s->nrequired : s->npositional - s->nrequired;
  }
  return s;
}

static bool takes_self(const MethodDef& def) {
  return def.kind == MethodKind::kMethod || def.kind == MethodKind::kClassMethod || def.kind == MethodKind::kNew;
}

// Rows with the same text share one: "($self, /)" stands in hundreds of them.
const Signature* shared_signature(const MethodDef& def) {
  static auto* known = new std::unordered_map<std::string_view, const Signature*>[4];
  bool direct = def.fn && def.kind != MethodKind::kNew, method = takes_self(def);
  const Signature*& s = known[(direct ? 1 : 0) + (method ? 2 : 0)][def.sig ? def.sig : ""];
  if (!s) s = parse(def, direct, method);
  return s;
}

const Signature* unread_signature(const MethodDef& def) {
  static const Signature k_function = {.unread = true, .direct_min = ~0u}, k_method = {.has_self = true, .unread = true, .direct_min = ~0u};
  return takes_self(def) ? &k_method : &k_function;
}
const Signature* signature_of(NativeFunction* f) {
  if (UNLIKELY(f->sig->unread)) f->sig = shared_signature(*f->def);
  return f->sig;
}

// For those who ask with each call: by the row's address, and not by the text. Those asked for last are in a small table of their own.
const Signature* parse_signature(Thread&, const MethodDef& def) {
  struct Recent { const MethodDef* def; const Signature* signature; };
  static thread_local Recent recent[256];
  Recent& r = recent[reinterpret_cast<uintptr_t>(&def) / sizeof(void*) % 256];
  if (LIKELY(r.def == &def)) return r.signature;
  static auto* cache = new std::unordered_map<const MethodDef*, const Signature*>();
  const Signature*& s = (*cache)[&def];
  if (UNLIKELY(!s)) s = shared_signature(def);
  r = {&def, s};
  return s;
}

static const char* plural(uint32_t n) { return n == 1 ? "" : "s"; }

// "list.append", "C.from_it" of a class method bound to C, "len", "math.sin".
static std::string qualified_name(const NativeFunction* f, const char* fname) {
  if (f && f->def->kind == MethodKind::kFunction && f->module && is_exact_str(f->module)) {
    Str* module = f->module.value().as<Str>();
    return module->is_ascii() && module->ascii() != "builtins" ? std::string(module->ascii()) + "." + fname : fname;
  }
  if (!f || !f->owner || f->def->kind == MethodKind::kFunction || f->def->kind == MethodKind::kNew) return fname;
  Value self = f->self.value();
  Type* of = self && is_type(self) ? self.as<Type>() : f->owner;
  Utf8 u;
  if (!str_utf8(current_thread(), of->has(kTypeHeap) ? of->qualname : of->name, u, true).ok()) return fname;
  return std::string(u.view()) + "." + fname;
}

// How many arguments must be given by position because they cannot be given by name.
static uint32_t must_be_positional(const Signature& sig) {
  uint32_t self = sig.has_self ? 1 : 0, n = std::min(sig.nposonly, sig.nrequired);
  return n > self ? n - self : 0;
}
static Error too_few_positional(Thread& t, const char* fname, const Signature& sig, uint32_t least, uint32_t given) {
  return RAISE(TypeError, "%s() takes %s %u positional argument%s (%u given)", fname, least < sig.npositional - (sig.has_self ? 1 : 0) ? "at least" : "exactly", least, plural(least), given);
}

// CPython's words for a wrong number of arguments, as its argument clinic and METH_NOARGS/METH_O say it.
// `f`, where the function is known, qualifies its name in the messages that CPython gives before it looks at the signature.
static Error arity_error(Thread& t, const char* fname, const Signature& sig, uint32_t given, const NativeFunction* f = nullptr) {
  uint32_t self = sig.has_self ? 1 : 0;
  uint32_t lo = sig.nrequired - self, hi = sig.npositional - self;
  given -= self;
  if (f && (f->type() == KAA_TYPE(wrapper_descriptor) || f->type() == KAA_TYPE(method_wrapper))) {
    uint32_t want = given < lo ? lo : hi;
    if (lo == 1 && hi == 2 && (!strcmp(fname, "__pow__") || !strcmp(fname, "__rpow__"))) return RAISE(TypeError, "expected 1 or 2 arguments, got %u", given);
    if (lo != hi) return RAISE(TypeError, "%s expected at %s %u argument%s, got %u", fname, given < lo ? "least" : "most", want, plural(want), given);
    if (!strcmp(fname, "__set__")) return RAISE(TypeError, "%s expected %u arguments, got %u", fname, want, given);
    return RAISE(TypeError, "expected %u argument%s, got %u", want, plural(want), given);
  }
  std::string full = qualified_name(f, fname);
  const char* qname = full.c_str();
  bool any_kw = sig.nposonly < sig.nparams;  // some parameter may be given by keyword
  if (any_kw) {
    if (given > hi) {
      if (!strcmp(fname, "str")) return RAISE(TypeError, "str expected at most %u arguments, got %u", hi, given);  // its vectorcall counts in other words
      if (hi == 0) return RAISE(TypeError, "%s() takes no positional arguments", fname);
      return RAISE(TypeError, "%s() takes %s %u %sargument%s (%u given)", fname, lo < hi ? "at most" : "exactly", hi, sig.nparams > sig.npositional ? "positional " : "", plural(hi), given);
    }
    if (uint32_t least = must_be_positional(sig); given < least) return too_few_positional(t, fname, sig, least, given);
    for (uint32_t i = given + self; i < sig.nrequired; i++)
      return RAISE(TypeError, "%s() missing required argument '%U' (pos %u)", fname, sig.params[i].name, i + 1 - self);
  }
  if (hi == 0) return RAISE(TypeError, "%s() takes no arguments (%u given)", qname, given);
  if (lo == hi && hi == 1) return RAISE(TypeError, "%s() takes exactly one argument (%u given)", qname, given);
  if (lo == hi) return RAISE(TypeError, "%s expected %u argument%s, got %u", fname, hi, plural(hi), given);
  if (given < lo) return RAISE(TypeError, "%s expected at least %u argument%s, got %u", fname, lo, plural(lo), given);
  return RAISE(TypeError, "%s expected at most %u argument%s, got %u", fname, hi, plural(hi), given);
}

Status bind_raw(Thread& t, const char* fname, const Signature& sig, Args a, Tuple* kwnames, Value* out, Args* rest, Value* kwargs) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - nkw;
  for (uint32_t i = 0; i < sig.nparams; i++) out[i] = Value();
  uint32_t take = npos < sig.npositional ? npos : sig.npositional;
  for (uint32_t i = 0; i < take; i++) out[i] = a.p[i];
  if (rest) *rest = {a.p + take, npos - take};
  if (npos > sig.npositional && !sig.var_positional) return arity_error(t, fname, sig, npos);
  if (kwargs) *kwargs = Value();
  if (nkw && npos + nkw > sig.nparams && sig.nposonly < sig.nparams && !sig.var_positional && !sig.var_keyword) {
    uint32_t self = sig.has_self ? 1 : 0, most = sig.nparams - self;
    return RAISE(TypeError, "%s() takes %s %u %sargument%s (%u given)", fname, "at most", most,
                 npos == self ? "keyword " : "", plural(most), npos + nkw - self);
  }
  for (uint32_t k = 0; k < nkw; k++) {
    Str* name = kwnames->items[k].as<Str>();
    Value v = a.p[npos + k];
    uint32_t i = sig.nposonly;
    while (i < sig.nparams && sig.params[i].name != name) i++;
    if (i == sig.nparams) {  // not interned, perhaps
      i = sig.nposonly;
      while (i < sig.nparams && !str_equal(sig.params[i].name, name)) i++;
    }
    if (i < sig.nparams) {
      if (out[i]) {
        if (i < take) return RAISE(TypeError, "argument for %s() given by name ('%U') and position (%u)", fname, name, i + 1 - (sig.has_self ? 1 : 0));
        return RAISE(TypeError, "%s() got multiple values for keyword argument '%U'", fname, name);
      }
      out[i] = v;
      continue;
    }
    if (!sig.var_keyword) {
      if (sig.nposonly >= sig.nparams) return RAISE(TypeError, "%s() takes no keyword arguments", fname);
      return RAISE(TypeError, "%s() got an unexpected keyword argument '%U'", fname, name);
    }
    if (kwargs) {
      if (!*kwargs) *kwargs = Value(TRY(new_dict(t)));
      TRY(dict_set(t, kwargs->as<Dict>(), name, v));
    }
  }
  for (uint32_t i = 0; i < sig.nparams; i++) {
    if (out[i] || sig.params[i].optional) continue;
    if (i < sig.npositional && sig.nposonly >= sig.nparams) return arity_error(t, fname, sig, npos);
    uint32_t given = npos - (sig.has_self ? 1 : 0);
    if (uint32_t least = must_be_positional(sig); given < least) return too_few_positional(t, fname, sig, least, given);
    if (i >= sig.npositional) return RAISE(TypeError, "%s() missing required keyword-only argument '%U'", fname, sig.params[i].name);
    return RAISE(TypeError, "%s() missing required argument '%U' (pos %u)", fname, sig.params[i].name, i + 1 - (sig.has_self ? 1 : 0));
  }
  return {};
}

static Error no_keywords_error(Thread& t, const NativeFunction* f) {
  if (f->type() == KAA_TYPE(wrapper_descriptor) || f->type() == KAA_TYPE(method_wrapper))
    return RAISE(TypeError, "wrapper %s() takes no keyword arguments", f->def->name);
  return RAISE(TypeError, "%s() takes no keyword arguments", qualified_name(f, f->def->name).c_str());
}

// X.__new__(C, ...): C must be a subclass of X whose nearest native base is X.
static Status check_new_class(Thread& t, const NativeFunction* f, Args a) {
  Type* owner = f->owner;
  if (a.n == 0) return RAISE(TypeError, "%N.__new__(): not enough arguments", owner);
  if (!is_type(a[0])) return RAISE(TypeError, "%N.__new__(X): X is not a type object (%T)", owner, a[0]);
  Type* ty = a[0].as<Type>();
  if (ty == owner) return {};
  if (!is_subtype(ty, owner)) return RAISE(TypeError, "%N.__new__(%N): %N is not a subtype of %N", owner, ty, ty, owner);
  Type* native = ty;
  while (native->has(kTypeHeap) && native->base) native = native->base;
  auto maker = [](Type* x) {  // the type whose __new__ row makes the instances of x
    Value nw = x->dunder(D_new);
    return nw && IS_EXACT(nw, builtin_function) ? nw.as<NativeFunction>()->owner : nullptr;
  };
  if (native != owner && maker(native) != owner) return RAISE(TypeError, "%N.__new__(%N) is not safe, use %N.__new__()", owner, ty, native);
  return {};
}

// The full call of a native with its arguments, self or class included.
Result<Value> call_native(Thread& t, NativeFunction* f, Args a, Tuple* kwnames) {
  const MethodDef* def = f->def;
  const Signature& sig = *signature_of(f);
  // Errors of a constructor name the class. (Its name is plain ASCII.)
  const char* fname = def->kind == MethodKind::kNew ? reinterpret_cast<const char*>(f->owner->name->data()) : def->name;
  if (UNLIKELY(def->kind == MethodKind::kNew) && (a.n == 0 || a[0] != Value(f->owner))) TRY(check_new_class(t, f, a));
  if (def->fnkw) {
    return def->fnkw(t, a, kwnames);
  }
  if (LIKELY(!kwnames || kwnames->size == 0)) {
    if (sig.any || sig.var_positional) {
      if (UNLIKELY(a.n < sig.nrequired)) return arity_error(t, fname, sig, a.n, f);
      return def->fn(t, a);
    }
    if (LIKELY(sig.simple && a.n >= sig.nrequired && a.n <= sig.npositional)) return def->fn(t, a);
    if (!sig.simple) {
      Value out[32];
      TRY(bind_raw(t, fname, sig, a, nullptr, out, nullptr, nullptr));
      return def->fn(t, {out, sig.nparams});
    }
    return arity_error(t, fname, sig, a.n, f);
  }
  if (sig.any || (sig.var_positional && sig.nparams <= sig.npositional)) return no_keywords_error(t, f);
  if (sig.nposonly >= sig.nparams && sig.npositional == sig.nparams) return no_keywords_error(t, f);
  Value out[32];
  TRY(bind_raw(t, fname, sig, a, kwnames, out, nullptr, nullptr));
  return def->fn(t, {out, sig.nparams});
}

}  // namespace kaa
