// frame and traceback objects as Python sees them. Instruction offsets are bytes of co_code (types/code.cpp).
#include "interp/frame_type.h"

#include "interp/generator.h"
#include "interp/interp.h"
#include "interp/monitor.h"
#include "interp/tracing.h"
#include "objects/traits.h"
#include "types/objmodel.h"

namespace kaa {

static FrameObject* frame_of(Value v) { return v.as<FrameObject>(); }
static uint32_t frame_word(FrameObject* o) {
  Thread& t = current_thread();
  if (UNLIKELY(t.line_pc != nullptr) && o->live == t.line_frame) return static_cast<uint32_t>(t.line_pc - o->code->words);
  return o->live ? o->live->pc_index() : o->lasti;
}

static Result<Value> get_back(Thread& t, Value self) {
  FrameObject* o = frame_of(self);
  if (!o->live) return o->back ? o->back.get() : kNone;
  if (!o->live->prev) return kNone;
  return TRY(frame_object(t, o->live->prev));
}
static Result<Value> get_code(Thread&, Value self) { return frame_of(self)->code.value(); }
static Result<Value> get_globals(Thread&, Value self) { return frame_of(self)->func->globals.value(); }
static Result<Value> get_builtins(Thread&, Value self) { return frame_of(self)->func->builtins.value(); }
static Result<Value> get_locals(Thread& t, Value self) { return frame_f_locals(t, frame_of(self)); }
static Result<Value> get_lasti(Thread& t, Value self) {
  FrameObject* o = frame_of(self);
  int64_t at = o->live ? start_event_word(t, o->live) : -1;
  if (at == 0) return small_int(int64_t{code_prologue(o->code)} * 8);
  return small_int(code_offset(o->code, at > 0 ? static_cast<uint32_t>(at) : frame_word(o)));
}
static Result<Value> get_lineno(Thread& t, Value self) {
  FrameObject* o = frame_of(self);
  int64_t at = o->live ? start_event_word(t, o->live) : -1;
  // When a trace function is told of the call, nothing of the body has run yet.
  if (at == 0) return small_int(code_start_line(o->code));
  // Nor in a generator that was not started.
  if (o->live && o->live->on_heap && generator_of(o->live)->state == GenState::kCreated) return small_int(o->code->firstlineno);
  const PositionEntry* p = code_position(o->code, at > 0 ? static_cast<uint32_t>(at) : frame_word(o));
  return p && p->line >= 0 ? small_int(p->line) : kNone;
}
static Status set_lineno(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "attribute 'f_lineno' of 'frame' objects cannot be deleted");
  if (!is_exact_int(v)) return RAISE(ValueError, "lineno must be an integer");
  return set_frame_line(t, frame_of(self), TRY(to_int64(t, v)));
}
static Result<Value> get_trace(Thread&, Value self) { return or_none(frame_of(self)->trace.get()); }
void keep_frame_object(FrameObject* o) {
  if (o->live && o->live->on_heap) generator_of(o->live)->kept_frame.set(o);
}
static Status set_trace(Thread&, Value self, Value v) {
  frame_of(self)->trace.set(!v || v.is_none() ? Value() : v);
  keep_frame_object(frame_of(self));
  return {};
}
static Result<Value> get_trace_lines(Thread&, Value self) { return Value::from_bool(frame_of(self)->trace_lines); }
static Result<Value> get_trace_opcodes(Thread&, Value self) { return Value::from_bool(frame_of(self)->trace_opcodes); }
template <bool FrameObject::*field>
static Status set_flag(Thread& t, Value self, Value v) {
  if (!v && field == &FrameObject::trace_opcodes) return RAISE(AttributeError, "attribute 'f_trace_opcodes' of 'frame' objects cannot be deleted");
  if (!v) return RAISE(TypeError, "can't delete numeric/char attribute");
  if (!v.is_bool()) return RAISE(TypeError, "attribute value type must be bool");
  frame_of(self)->*field = v == kTrue;
  keep_frame_object(frame_of(self));
  if (frame_of(self)->trace_opcodes && !monitoring().opcodes) {  // nobody asked before: instructions count from now on
    monitoring().opcodes = true;
    monitoring_changed();
  }
  return {};
}
static Result<Value> get_generator(Thread&, Value self) {
  FrameObject* o = frame_of(self);
  if (o->live && o->live->on_heap) return Value(generator_of(o->live));
  return kNone;
}
static Result<Value> frame_clear(Thread& t, Args a) {
  FrameObject* o = a.as<FrameObject>(0);
  if (o->live) {
    GeneratorObject* g = o->live->on_heap ? generator_of(o->live) : nullptr;
    if (!g || g->state == GenState::kRunning) return RAISE(RuntimeError, "cannot clear an executing frame");
    if (g->state == GenState::kSuspended) return RAISE(RuntimeError, "cannot clear a suspended frame");
    if (g->type() == KAA_TYPE(coroutine)) TRY(call_method(t, g, NAME("__del__")));
    if (g->state == GenState::kCreated) generator_drop(g);
  }
  for (uint32_t i = 0; i < o->nregs; i++) {
    Value v = o->regs[i];
    o->regs[i] = Value();
    dec(v);
  }
  o->nregs = 0;
  o->trace.clear();
  o->extra.clear();
  return kNone;
}
static Result<Value> frame_repr(Thread& t, Args a) {
  FrameObject* o = a.as<FrameObject>(0);
  int32_t line = code_line(o->code, frame_word(o));
  Str* n = line < 0 ? NAME("None") : TRY(str_format(t, "%d", line));
  return TRY(str_format(t, "<frame at %p, file %R, line %U, code %S>", reinterpret_cast<void*>(o), o->code->filename.get(), n, o->code->name.get()));
}
static Result<Value> frame_sizeof(Thread&, Args a) {
  FrameObject* o = a.as<FrameObject>(0);
  return small_int(static_cast<int64_t>(sizeof(FrameObject) + o->code->nlocals * sizeof(Value)));
}
static const MethodDef k_frame_methods[] = {
    {"clear", frame_clear, "($self, /)", "Drops the variables of a frame that has ended."},
    {"__repr__", frame_repr, "($self, /)", "Return repr(self)."},
    {"__sizeof__", frame_sizeof, "($self, /)", "Size of object in memory, in bytes."},
};
static const GetSetDef k_frame_getsets[] = {
    {"f_back", get_back, nullptr, "The frame that called this one, or None."},
    {"f_code", get_code, nullptr, "The code object being executed."},
    {"f_globals", get_globals, nullptr, "The global variables."},
    {"f_builtins", get_builtins, nullptr, "The builtins namespace."},
    {"f_locals", get_locals, nullptr, "The local variables: a mapping that writes through."},
    {"f_lasti", get_lasti, nullptr, "Offset of the instruction being executed."},
    {"f_lineno", get_lineno, set_lineno, "The line being executed; a trace function may set it."},
    {"f_trace", get_trace, set_trace, "The trace function of this frame, or None."},
    {"f_trace_lines", get_trace_lines, set_flag<&FrameObject::trace_lines>, "Whether line events are made."},
    {"f_trace_opcodes", get_trace_opcodes, set_flag<&FrameObject::trace_opcodes>, "Whether opcode events are made."},
    {"f_generator", get_generator, nullptr, "The generator or coroutine this frame belongs to, or None."},
};
extern const TypeSpec frame_spec = {.methods = k_frame_methods, .getsets = k_frame_getsets};

// ---- traceback
static Traceback* tb_of(Value v) { return v.as<Traceback>(); }
static Result<Value> tb_new(Thread& t, Args a) {
  if (!IS_EXACT(a[2], frame)) return RAISE(TypeError, "traceback() argument 'tb_frame' must be frame, not %T", a[2]);
  int lasti = TRY(to_cint(t, a[3])), lineno = TRY(to_cint(t, a[4]));
  if (!a[1].is_none() && !IS_EXACT(a[1], traceback)) return RAISE(TypeError, "traceback() argument 'tb_next' must be traceback or None, not %T", a[1]);
  Traceback* x = TRY(alloc_as<Traceback>(t, a.as<Type>(0)));
  x->next.init(a[1].is_none() ? Value() : a[1]);
  x->frame.init(a[2]);
  x->code = frame_of(a[2])->code;
  x->lasti = static_cast<uint32_t>(lasti);
  x->lineno = lineno;
  return x;
}
static Result<Value> tb_get_next(Thread&, Value self) { return or_none(tb_of(self)->next.get()); }
static Status tb_set_next(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete tb_next attribute");
  if (v.is_none()) {
    tb_of(self)->next.clear();
    return {};
  }
  if (!IS_EXACT(v, traceback)) return RAISE(TypeError, "expected traceback object, got '%T'", v);
  for (Value x = v; x; x = tb_of(x)->next)
    if (x == self) return RAISE(ValueError, "traceback loop detected");
  tb_of(self)->next.set(v);
  return {};
}
static Result<Value> tb_get_frame(Thread&, Value self) { return tb_of(self)->frame.get(); }
static Result<Value> tb_get_lasti(Thread&, Value self) { return small_int(static_cast<int32_t>(tb_of(self)->lasti)); }
static Result<Value> tb_get_lineno(Thread&, Value self) {
  Traceback* x = tb_of(self);
  int32_t n = x->lineno;
  if (n == -1) n = code_line(x->code, code_word(x->code, x->lasti));
  return n < 0 ? kNone : small_int(n);
}
static Result<Value> tb_dir(Thread& t, Args) {
  List* l = TRY(new_list(t, 4));
  for (const char* n : {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"}) TRY(list_append(t, l, intern_name(n)));
  return l;
}
static const MethodDef k_tb_methods[] = {
    {"__new__", tb_new, "($cls, tb_next, tb_frame, tb_lasti, tb_lineno)", "Create and return a new object.", MethodKind::kNew},
    {"__dir__", tb_dir, "($self, /)", "The attributes of a traceback."},
};
static const GetSetDef k_tb_getsets[] = {
    {"tb_next", tb_get_next, tb_set_next, nullptr},
    {"tb_frame", tb_get_frame, nullptr, nullptr},
    {"tb_lasti", tb_get_lasti, nullptr, nullptr},
    {"tb_lineno", tb_get_lineno, nullptr, nullptr},
};
extern const TypeSpec traceback_spec = {.doc = "One entry of the list of frames that an exception passed.", .methods = k_tb_methods, .getsets = k_tb_getsets};

}  // namespace kaa
