// Raising, and the text formats of raise() and str_format().
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "heap/reserve.h"
#include "runtime/api.h"
#include "runtime/startup.h"
#include "runtime/traceback.h"
#include "runtime/warnings.h"

namespace kaa {

namespace {

// The text being made: messages are short as a rule and stay on the stack.
class Text {
 public:
  Text() = default;
  ~Text() { if (p_ != small_) free(p_); }
  Text(const Text&) = delete;
  void add(const char* s, size_t n) {
    if (UNLIKELY(size_ + n > cap_) && !grow(n)) return;
    memcpy(p_ + size_, s, n);
    size_ += n;
  }
  void add(char c) { add(&c, 1); }
  std::string_view view() const { return {p_, size_}; }
  bool failed() const { return failed_; }

 private:
  bool grow(size_t n) {
    size_t cap = (size_ + n) * 2;
    char* q = static_cast<char*>(malloc(cap));
    if (!q) { failed_ = true; return false; }
    memcpy(q, p_, size_);
    if (p_ != small_) free(p_);
    p_ = q;
    cap_ = cap;
    return true;
  }
  char small_[256];
  char* p_ = small_;
  size_t size_ = 0, cap_ = sizeof small_;
  bool failed_ = false;
};

void append_cut(Text& out, std::string_view s, int precision) {
  if (precision >= 0 && s.size() > static_cast<size_t>(precision)) s = s.substr(0, static_cast<size_t>(precision));
  out.add(s.data(), s.size());
}
Status append_str(Thread& t, Text& out, Str* s, int precision) {
  if (s->is_ascii()) {
    append_cut(out, s->ascii(), precision);
    return {};
  }
  Utf8 u;
  TRY(str_utf8(t, s, u, true));
  append_cut(out, u.view(), precision);
  return {};
}
void append_utf8(Text& out, uint32_t c) {
  auto add = [&](uint32_t b) { out.add(static_cast<char>(b)); };
  if (c < 0x80) add(c);
  else if (c < 0x800) { add(0xC0 | c >> 6); add(0x80 | (c & 63)); }
  else if (c < 0x10000) { add(0xE0 | c >> 12); add(0x80 | (c >> 6 & 63)); add(0x80 | (c & 63)); }
  else { add(0xF0 | c >> 18); add(0x80 | (c >> 12 & 63)); add(0x80 | (c >> 6 & 63)); add(0x80 | (c & 63)); }
}

// CPython's messages name a native type of a module in full: 'types.SimpleNamespace'.
Status append_type(Thread& t, Text& out, Type* ty, int precision, bool in_full) {
  Value mod = in_full && !ty->has(kTypeHeap) ? dict_get_str(ty->dict, NAME("__module__")) : Value();
  if (mod && IS_EXACT(mod, getset_descriptor) && ty->spec && ty->spec->module) mod = intern_name(ty->spec->module);  // the row is its instances' own
  if (mod && is_str(mod) && !str_equal_ascii(mod.as<Str>(), "builtins")) {
    TRY(append_str(t, out, mod.as<Str>(), -1));
    out.add('.');
  }
  return append_str(t, out, ty->name, precision);
}

// module.qualname, without builtins and __main__: PyErr_Format's %T.
Status append_full_type(Thread& t, Text& out, Type* ty) {
  if (!ty->has(kTypeHeap)) return append_type(t, out, ty, -1, true);
  Value mod = dict_get_str(ty->dict, NAME("__module__"));
  if (mod && is_str(mod) && !str_equal_ascii(mod.as<Str>(), "builtins") && !str_equal_ascii(mod.as<Str>(), "__main__")) {
    TRY(append_str(t, out, mod.as<Str>(), -1));
    out.add('.');
  }
  return append_str(t, out, ty->qualname, -1);
}

// "f() argument 1 must be str, not %T", where CPython's check of arguments says None rather than NoneType.
bool refuses_argument(const char* fmt, const char* directive) {
  const char* f = strstr(fmt, "() argument");
  return f && f < directive && directive - fmt >= 6 && !memcmp(directive - 6, ", not ", 6);
}

// Errors name types in full, str_format() by __name__ alone, but for %Q (Type*), which is always in full.
Result<Str*> vformat(Thread& t, const char* fmt, va_list ap, bool in_full) {
  Text out;
  char buf[64];
  for (const char* p = fmt; *p; p++) {
    if (*p != '%') {
      const char* e = strchrnul(p, '%');
      out.add(p, static_cast<size_t>(e - p));
      p = e - 1;
      continue;
    }
    p++;
    int precision = -1;
    if (*p == '.') { precision = 0; for (p++; *p >= '0' && *p <= '9'; p++) precision = precision * 10 + (*p - '0'); }
    switch (*p) {
      case '%': out.add('%'); break;
      case 's': append_cut(out, va_arg(ap, const char*), precision); break;
      case 'd': snprintf(buf, sizeof buf, "%d", va_arg(ap, int)); out.add(buf, strlen(buf)); break;
      case 'u': snprintf(buf, sizeof buf, "%u", va_arg(ap, unsigned)); out.add(buf, strlen(buf)); break;
      case 'x': snprintf(buf, sizeof buf, "%x", va_arg(ap, unsigned)); out.add(buf, strlen(buf)); break;
      case 'p': snprintf(buf, sizeof buf, "%p", va_arg(ap, void*)); out.add(buf, strlen(buf)); break;
      case 'g': snprintf(buf, sizeof buf, "%g", va_arg(ap, double)); out.add(buf, strlen(buf)); break;
      case 'c': append_utf8(out, static_cast<uint32_t>(va_arg(ap, int))); break;
      case 'z': case 'l':
        p++;
        if (*p == 'l') p++;
        if (*p == 'd') snprintf(buf, sizeof buf, "%ld", va_arg(ap, long));
        else if (*p == 'x') snprintf(buf, sizeof buf, "%lx", va_arg(ap, unsigned long));
        else snprintf(buf, sizeof buf, "%lu", va_arg(ap, unsigned long));
        out.add(buf, strlen(buf));
        break;
      case 'T': {
        Value v = Value::from_bits(va_arg(ap, uint64_t));
        if (v.is_none() && refuses_argument(fmt, p - 1)) out.add("None", 4);
        else TRY(append_type(t, out, type_of(v), precision, in_full));
        break;
      }
      case 'F': TRY(append_full_type(t, out, type_of(Value::from_bits(va_arg(ap, uint64_t))))); break;
      case 'N': TRY(append_type(t, out, va_arg(ap, Type*), precision, in_full)); break;
      case 'Q': TRY(append_type(t, out, va_arg(ap, Type*), precision, true)); break;
      case 'U': TRY(append_str(t, out, va_arg(ap, Str*), precision)); break;
      case 'S': { Str* s = TRY(str(t, Value::from_bits(va_arg(ap, uint64_t)))); TRY(append_str(t, out, s, precision)); break; }
      case 'R': { Str* s = TRY(repr(t, Value::from_bits(va_arg(ap, uint64_t)))); TRY(append_str(t, out, s, precision)); break; }
      case 'A': { Str* s = TRY(ascii(t, Value::from_bits(va_arg(ap, uint64_t)))); TRY(append_str(t, out, s, precision)); break; }
      default: out.add('%'); out.add(*p);
    }
  }
  if (UNLIKELY(out.failed())) return raise_memory(t);
  return new_str(t, out.view());
}

}  // namespace

Result<Str*> str_format(Thread& t, const char* fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Result<Str*> r = vformat(t, fmt, ap, false);
  va_end(ap);
  return r;
}

// The exception being handled becomes the new one's context, unless that closes a ring.
static void set_context(Thread& t, BaseException* e) {
  Value handled;
  for (ExcState* s = t.exc_state; s && !handled; s = s->prev)
    if (s->exc && !s->exc.is_none()) handled = s->exc;
  if (!handled || handled == Value(e)) return;
  // Break a chain that would contain e.
  BaseException* o = handled.as<BaseException>();
  BaseException* slow = o;
  bool step = false;
  while (o->context) {
    Value c = o->context;
    if (c == Value(e)) { o->context.clear(); break; }
    o = c.as<BaseException>();
    if (o == slow) break;
    if (step) slow = slow->context.get().as<BaseException>();
    step = !step;
  }
  e->context.set(handled);
}

Error raise_value(Thread& t, Value e) {
  set_context(t, e.as<BaseException>());
  t.exc = e;
  return {};
}

// Making an exception may use a part of the native stack's headroom, once; beyond that a ready instance serves, so that raising cannot recurse.
namespace {
constexpr ptrdiff_t kRaiseRoom = 128 << 10;  // or half of the headroom of a small stack, which is a quarter of that (runtime/thread.cpp)
class RaiseRoom {
 public:
  explicit RaiseRoom(Thread& t) : t_(t), first_(!t.raising), room_(std::min(kRaiseRoom, (t.native_base - t.native_limit) / 6)) {
    if (first_) { t.raising = true; t.native_limit -= room_; }
  }
  ~RaiseRoom() { if (first_) { t_.raising = false; t_.native_limit += room_; } }
 private:
  Thread& t_;
  bool first_;
  ptrdiff_t room_;
};
Value ready_recursion_error(Thread& t) {
  static Root<Value>* ready = new Root<Value>();
  if (!ready->get()) {
    Result<Object*> o = alloc_instance(t, KAA_TYPE(RecursionError));
    Result<Str*> s = new_str(t, "maximum recursion depth exceeded");
    if (!o.ok() || !s.ok()) { fputs("kaa: out of memory\n", stderr); abort(); }
    Value text = s.value();
    Result<Tuple*> args = tuple_of(t, &text, 1);
    if (args.ok()) static_cast<BaseException*>(o.value())->args.init(args.value());
    *ready = o.value();
  }
  return ready->get();
}
}  // namespace

// An exception of a class that adds nothing to BaseException's construction: its arguments are a tuple, and that is all.
bool is_plain_exception(Type* type) {
  return type->dunder(D_new) == KAA_TYPE(BaseException)->dunder(D_new) && type->has(kTypeException) && !type->has(kTypeAbstract);
}
Result<Value> make_plain_exception(Thread& t, Type* type, const Value* args, size_t n) {
  Keep k(type);
  Tuple* u = n ? TRY(tuple_of(t, args, n)) : interp().empty_tuple;
  BaseException* e;
  if (LIKELY(!type->has(kTypeHeap) && type->basicsize == sizeof(BaseException))) {
    // What alloc_instance() does for these, of one size: only the words of attributes that a shape names are ever read.
    static_assert(sizeof(BaseException) == 8 * sizeof(Value));
    Shape* s = type->root;
    Object* o = t.heap->allocate(s, sizeof(BaseException) + sizeof(Value) * (1 + s->inline_cap));
    if (UNLIKELY(!o)) return raise_memory(t);
    memset(static_cast<void*>(o + 1), 0, sizeof(BaseException) - sizeof(Object) + sizeof(Value));
    e = static_cast<BaseException*>(o);
  } else {
    e = TRY(alloc_as<BaseException>(t, type));
  }
  e->args.init(u);
  return e;
}

Error raise_class(Thread& t, Type* type, Value arg) {
  if (LIKELY(is_plain_exception(type) && type->dunder(D_init) == KAA_TYPE(BaseException)->dunder(D_init) && t.native_ok())) {
    Result<Value> e = make_plain_exception(t, type, &arg, arg ? 1 : 0);
    if (!e.ok()) return {};
    return raise_value(t, e.value());
  }
  RaiseRoom room(t);
  if (UNLIKELY(!t.native_ok())) return raise_value(t, ready_recursion_error(t));
  Result<Value> e = arg ? call(t, type, arg) : call(t, type);
  if (!e.ok()) return {};
  if (!is_exception(e.value())) return RAISE(TypeError, "calling %N should have returned an instance of BaseException, not %T", type, e.value());
  return raise_value(t, e.value());
}

// Messages without directives are made once: an entry by the address of the format, whose text is compared all the same.
static Str* ready_message(const char* fmt) {
  if (strchr(fmt, '%')) return nullptr;
  static Str* messages[256];
  Str*& m = messages[(reinterpret_cast<uintptr_t>(fmt) * 0x9E3779B97F4A7C15u) >> 56];
  if (!m || !m->is_ascii() || m->ascii() != fmt) m = intern_name(fmt);
  return m;
}

Error raise(Thread& t, Type* type, const char* fmt, ...) {
  if (Str* m = ready_message(fmt)) return raise_class(t, type, m);
  va_list ap;
  va_start(ap, fmt);
  Result<Str*> r = vformat(t, fmt, ap, true);
  va_end(ap);
  if (!r.ok()) return {};
  return raise_class(t, type, r.value());
}

// MemoryError has the heap's reserve, and an instance that is kept ready for when that is used up. Its traceback would keep alive what filled the memory, so that
// it serves only then.
Error raise_memory(Thread& t) {
  NeedMemory needed;
  static_assert(sizeof(BaseException) == 8 * sizeof(Value));
  Shape* s = KAA_TYPE(MemoryError)->root;
  Object* o = t.heap->allocate_deferred(s, sizeof(BaseException) + sizeof(Value) * (1 + s->inline_cap));
  if (LIKELY(o != nullptr)) {
    memset(static_cast<void*>(o + 1), 0, sizeof(BaseException) - sizeof(Object) + sizeof(Value));
    static_cast<BaseException*>(o)->args.init(interp().empty_tuple);
  }
  t.heap->take_cushion();
  gc_memory_short(t);
  static Root<Value> ready;
  if (UNLIKELY(!ready.get())) {
    if (!o) { fputs("kaa: out of memory\n", stderr); exit(1); }  // at start-up, which calls this once
    ready = o;
  }
  if (UNLIKELY(!o)) {
    BaseException* e = ready.get().as<BaseException>();
    e->each_field([](auto& f) { f.clear(); });
    e->args.set(interp().empty_tuple);
    return raise_value(t, e);
  }
  return raise_value(t, o);
}

Error raise_os_error(Thread& t, int err, Value filename, Value filename2) {
  const char* text = strerror(err);
  Result<Str*> s = new_str(t, text);
  if (!s.ok()) return {};
  Result<Value> e = filename2 ? call(t, KAA_TYPE(OSError), small_int(err), s.value(), filename, kNone, filename2)
                  : filename ? call(t, KAA_TYPE(OSError), small_int(err), s.value(), filename)
                             : call(t, KAA_TYPE(OSError), small_int(err), s.value());
  if (!e.ok()) return {};
  return raise_value(t, e.value());
}

Error raise_stop_iteration(Thread& t, Value v) { return raise_class(t, KAA_TYPE(StopIteration), v); }

bool exc_matches(Thread& t, Type* type) { return t.exc && is_subtype(type_of(t.exc), type); }
Value take_exc(Thread& t) { Value e = t.exc; t.exc = Value(); return e; }
void clear_exc(Thread& t) { t.exc = Value(); }
void restore_exc(Thread& t, Value e) { t.exc = e; }

Status warn(Thread& t, Type* category, int stacklevel, const char* fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Result<Str*> r = vformat(t, fmt, ap, true);
  va_end(ap);
  Str* text = TRY(r);
  return warn_message(t, text, category, stacklevel);
}

Status resource_warning(Thread& t, Value source, const char* fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Result<Str*> r = vformat(t, fmt, ap, true);
  va_end(ap);
  Str* text = TRY(r);
  return warn_message(t, text, KAA_TYPE(ResourceWarning), 1, source);
}

// Reports the exception being raised through sys.unraisablehook, or on stderr when there is none yet.
void write_unraisable_in(Thread& t, const char* what, Value who) {
  Value e = take_exc(t);
  Keep keep(e);
  Result<Str*> text = str_format(t, "Exception ignored in %s %R", what, who);
  if (!text.ok()) clear_exc(t);
  Utf8 u;
  bool ok = text.ok() && str_utf8(t, text.value(), u, true).ok();
  if (!ok) clear_exc(t);
  std::string message = ok ? u.data : "Exception ignored";
  restore_exc(t, e);
  write_unraisable(t, Value(), message.c_str());
}

Type* g_unraisable_args = nullptr;

void write_unraisable(Thread& t, Value where, const char* what) {
  Value e = take_exc(t);
  if (!e) return;
  Value hook = interp().sys_dict ? dict_get_str(interp().sys_dict, NAME("unraisablehook")) : Value();
  if (hook) {
    Result<Value> r = [&]() -> Result<Value> {
      Value msg = kNone;
      if (what) msg = Value(TRY(new_str(t, what)));
      if (!e.as<BaseException>()->traceback && t.frame) {  // at least where it happened is told
        restore_exc(t, e);
        if (!traceback_here(t, t.frame).ok()) clear_exc(t);
        clear_exc(t);
        // What dies behind an instruction dies on that one's line (Thread::line_pc), though the next is at hand.
        Value made = e.as<BaseException>()->traceback;
        if (made && t.line_pc && t.line_frame == t.frame) made.as<Traceback>()->lasti = static_cast<uint32_t>(code_offset(t.frame->code, static_cast<uint32_t>(t.line_pc - t.frame->code->words)));
      }
      Value tb = e.as<BaseException>()->traceback;
      Tuple* fields = TRY(make_tuple(t, type_of(e), e, tb ? tb : kNone, msg, where ? where : kNone));
      if (!g_unraisable_args) return fields;
      Value args = TRY(call(t, g_unraisable_args, fields));
      return call(t, hook, args);
    }();
    if (r.ok()) return;
    e = take_exc(t);
  }
  Result<Str*> s = repr(t, e);
  Utf8 u;
  if (s.ok() && str_utf8(t, s.value(), u, true).ok()) fprintf(stderr, "Exception ignored: %s\n", u.data);
  clear_exc(t);
}

// Tells sys.unraisablehook what happened while something died: "Exception ignored while <doing> <object>".
void report_ignored(Thread& t, const char* doing, Value object) {
  Value e = take_exc(t);
  Result<Str*> r = repr(t, object);
  if (!r.ok()) clear_exc(t);
  Utf8 u;
  bool named = r.ok() && str_utf8(t, r.value(), u, true).ok();
  char what[400];
  snprintf(what, sizeof what, "Exception ignored while %s %.*s", doing, named ? 300 : 0, named ? u.data : "");
  t.exc = e;
  write_unraisable(t, kNone, what);
}

Error raise_type_error_operands(Thread& t, const char* op, Value a, Value b) {
  return RAISE(TypeError, "unsupported operand type(s) for %s: '%T' and '%T'", op, a, b);
}

}  // namespace kaa
