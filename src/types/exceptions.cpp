// BaseException, and the small exception types with an attribute or two of their own. OSError, SyntaxError, the Unicode errors and groups have files
// of their own. An exception that was made holds its args tuple; context, cause and traceback are empty when Python shows None.
#include "types/exceptions.h"

#include "runtime/call.h"

namespace kaa {

Status no_keywords(Thread& t, const char* name, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "%s() takes no keyword arguments", name);
  return {};
}

Status exc_set_args(Thread& t, Args a, Tuple* kwnames) {
  Tuple* args = TRY(tuple_of(t, a.p + 1, positional_count(a, kwnames) - 1));
  a.as<BaseException>(0)->args.set(args);
  return {};
}

Result<Value> base_exception_new(Thread& t, Args a, Tuple* kwnames) {
  BaseException* e = TRY(alloc_as<BaseException>(t, a.as<Type>(0)));
  Tuple* args = TRY(tuple_of(t, a.p + 1, positional_count(a, kwnames) - 1));
  e->args.init(args);
  return e;
}

static Result<Value> base_exception_init(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "%T() takes no keyword arguments", a[0]);
  TRY(exc_set_args(t, a, kwnames));
  return kNone;
}

Result<Value> base_exception_str(Thread& t, Args a) {
  Tuple* args = a.as<BaseException>(0)->args;
  if (!args || args->size == 0) return Value(interp().empty_str);
  if (args->size == 1) return TRY(str(t, args->items[0]));
  return TRY(str(t, args));
}

static Result<Value> base_exception_repr(Thread& t, Args a) {
  Tuple* args = a.as<BaseException>(0)->args;
  if (args->size == 1) return TRY(str_format(t, "%T(%R)", a[0], args->items[0]));
  return TRY(str_format(t, "%T%R", a[0], Value(args)));
}

Result<Dict*> exc_attributes(Thread& t, Value self) {
  Object* o = self.object();
  if (!o->shape->is_dict && !o->shape->nslots) return new_dict(t);
  Value v = TRY(get_dict_attr(t, self));
  return dict_copy(t, v.as<Dict>());
}

static Result<Value> base_exception_reduce(Thread& t, Args a) {
  Object* o = a[0].object();
  Value args = a.as<BaseException>(0)->args.get();
  if (o->shape->is_dict || o->shape->nslots) {
    Value d = TRY(get_dict_attr(t, a[0]));
    if (d.as<Dict>()->used) return TRY(make_tuple(t, Value(type_of(a[0])), args, d));
  }
  return TRY(make_tuple(t, Value(type_of(a[0])), args));
}

static Result<Value> base_exception_setstate(Thread& t, Args a) {
  if (a[1].is_none()) return kNone;
  if (!is_dict(a[1])) return RAISE(TypeError, "state is not a dictionary");
  Dict* d = TRY(dict_copy(t, a.as<Dict>(1)));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    Str* name = TRY(attribute_name(t, e->key));
    TRY(set_attr(t, a[0], name, d->entries[pos - 1].value));
  }
  return kNone;
}

// ---- traceback, context, cause, notes
static Result<Value> get_args(Thread&, Value self) { return Value(self.as<BaseException>()->args.get()); }
static Status set_args(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "args may not be deleted");
  Tuple* u = TRY(tuple_from(t, v));
  self.as<BaseException>()->args.set(u);
  return {};
}
static Status set_traceback(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "__traceback__ may not be deleted");
  if (!v.is_none() && !IS_EXACT(v, traceback)) return RAISE(TypeError, "__traceback__ must be a traceback or None");
  self.as<BaseException>()->traceback.set(v.is_none() ? Value() : v);
  return {};
}
static Status set_context(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "__context__ may not be deleted");
  if (!v.is_none() && !is_exception(v)) return RAISE(TypeError, "exception context must be None or derive from BaseException");
  self.as<BaseException>()->context.set(v.is_none() ? Value() : v);
  return {};
}
static Status set_cause(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "__cause__ may not be deleted");
  if (!v.is_none() && !is_exception(v)) return RAISE(TypeError, "exception cause must be None or derive from BaseException");
  self.as<BaseException>()->cause.set(v.is_none() ? Value() : v);
  self.as<BaseException>()->suppress_context = true;
  return {};
}
static Result<Value> get_suppress(Thread&, Value self) { return Value::from_bool(self.as<BaseException>()->suppress_context); }
static Status set_suppress(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete numeric/char attribute");
  if (!v.is_bool()) return RAISE(TypeError, "attribute value type must be bool");
  self.as<BaseException>()->suppress_context = v == kTrue;
  return {};
}

static Result<Value> base_exception_with_traceback(Thread& t, Args a) {
  TRY(set_traceback(t, a[0], a[1]));
  return a[0];
}
static Result<Value> base_exception_add_note(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "add_note() argument must be str, not %T", a[1]);
  Opt notes = TRY(lookup_attr(t, a[0], NAME("__notes__")));
  if (!notes) {
    List* l = TRY(new_list(t));
    TRY(set_attr(t, a[0], NAME("__notes__"), l));
    notes.v = l;
  } else if (!is_list(notes.v)) {
    return RAISE(TypeError, "Cannot add note: __notes__ is not a list");
  }
  TRY(list_append(t, notes.v.as<List>(), a[1]));
  return kNone;
}

static const MethodDef k_base_methods[] = {
    {"__new__", base_exception_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", base_exception_repr, "($self, /)", "Return repr(self)."},
    {"__str__", base_exception_str, "($self, /)", "Return str(self)."},
    {"__init__", base_exception_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__reduce__", base_exception_reduce, "($self, /)", "What pickle saves of the exception."},
    {"__setstate__", base_exception_setstate, "($self, state, /)", "Sets the attributes that pickle saved."},
    {"with_traceback", base_exception_with_traceback, "($self, object, /)", "Sets __traceback__ and returns the exception itself."},
    {"add_note", base_exception_add_note, "($self, object, /)", "Adds a line that is shown below the exception's message."},
};
static const GetSetDef k_base_getsets[] = {
    {"__suppress_context__", get_suppress, set_suppress, nullptr},
    {"__dict__", get_dict_attr, set_dict_attr, "dictionary for instance variables"},
    {"args", get_args, set_args, nullptr},
    {"__traceback__", exc_get<BaseException, &BaseException::traceback>, set_traceback, nullptr},
    {"__context__", exc_get<BaseException, &BaseException::context>, set_context, "exception context"},
    {"__cause__", exc_get<BaseException, &BaseException::cause>, set_cause, "exception cause"},
};
extern const TypeSpec BaseException_spec = {
    .doc = "Common base class of everything that can be raised.", .methods = k_base_methods, .getsets = k_base_getsets};

// ---- StopIteration and SystemExit: a value made from args
static Result<Value> stop_iteration_init(Thread& t, Args a, Tuple* kwnames) {
  TRY(base_exception_init(t, a, kwnames));
  a.as<ExcWithValue>(0)->value.set(a.n > 1 ? a[1] : kNone);
  return kNone;
}
static const MethodDef k_stop_methods[] = {{"__init__", stop_iteration_init, "($self, /, *args, **kwargs)", "Initialize self."}};
static const GetSetDef k_stop_getsets[] = {EXC_FIELD(ExcWithValue, "value", value, "generator return value")};
extern const TypeSpec StopIteration_spec = {
    .doc = "Says that an iterator has no further items.", .methods = k_stop_methods, .getsets = k_stop_getsets};

static Result<Value> system_exit_init(Thread& t, Args a, Tuple* kwnames) {
  TRY(base_exception_init(t, a, kwnames));
  ExcWithValue* e = a.as<ExcWithValue>(0);
  if (e->args->size == 1) e->value.set(a[1]);
  else if (e->args->size > 1) e->value.set(e->args.get());
  return kNone;
}
static const MethodDef k_exit_methods[] = {{"__init__", system_exit_init, "($self, /, *args, **kwargs)", "Initialize self."}};
static const GetSetDef k_exit_getsets[] = {EXC_FIELD(ExcWithValue, "code", value, "exception code")};
extern const TypeSpec SystemExit_spec = {.doc = "Asks the interpreter to exit.", .methods = k_exit_methods, .getsets = k_exit_getsets};

// ---- KeyError: a single argument is shown by its repr, so that an empty key can be seen
static Result<Value> key_error_str(Thread& t, Args a) {
  Tuple* args = a.as<BaseException>(0)->args;
  if (args->size == 1) return TRY(repr(t, args->items[0]));
  return base_exception_str(t, a);
}
static const MethodDef k_key_methods[] = {{"__str__", key_error_str, "($self, /)", "Return str(self)."}};
extern const TypeSpec KeyError_spec = {.doc = "Mapping key not found.", .methods = k_key_methods, .getsets = {}};

// ---- keyword attributes: NameError, AttributeError, ImportError
namespace {
struct Keyword { const char* name; Field<>* field; };
template <size_t N>
Status take_keywords(Thread& t, const char* type, Args a, Tuple* kwnames, const Keyword (&known)[N]) {
  for (const Keyword& k : known) k.field->clear();
  uint32_t n = positional_count(a, kwnames);
  for (uint32_t i = 0; kwnames && i < kwnames->size; i++) {
    Str* key = kwnames->items[i].as<Str>();
    bool found = false;
    for (const Keyword& k : known)
      if (str_equal_ascii(key, k.name)) { k.field->set(a.p[n + i]); found = true; }
    if (!found) return RAISE(TypeError, "%s() got an unexpected keyword argument '%U'", type, key);
  }
  return {};
}
}  // namespace

static Result<Value> name_error_init(Thread& t, Args a, Tuple* kwnames) {
  TRY(exc_set_args(t, a, kwnames));
  TRY(take_keywords(t, "NameError", a, kwnames, {{"name", &a.as<ExcNameObj>(0)->name}}));
  return kNone;
}
static const MethodDef k_name_methods[] = {{"__init__", name_error_init, "($self, /, *args, **kwargs)", "Initialize self."}};
static const GetSetDef k_name_getsets[] = {EXC_FIELD(ExcNameObj, "name", name, "name")};
extern const TypeSpec NameError_spec = {.doc = "A name was not found.", .methods = k_name_methods, .getsets = k_name_getsets};

static Result<Value> attribute_error_init(Thread& t, Args a, Tuple* kwnames) {
  TRY(exc_set_args(t, a, kwnames));
  ExcNameObj* e = a.as<ExcNameObj>(0);
  TRY(take_keywords(t, "AttributeError", a, kwnames, {{"name", &e->name}, {"obj", &e->obj}}));
  return kNone;
}
static Result<Value> attribute_error_getstate(Thread& t, Args a) {
  ExcNameObj* e = a.as<ExcNameObj>(0);
  Dict* d = TRY(exc_attributes(t, a[0]));
  if (e->name) TRY(dict_set_str(t, d, "name", e->name));
  if (e->args) TRY(dict_set_str(t, d, "args", e->args.get()));
  return d;
}
static Result<Value> attribute_error_reduce(Thread& t, Args a) {
  Value state = TRY(attribute_error_getstate(t, a));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(a.as<BaseException>(0)->args.get()), state));
}
static const MethodDef k_attribute_methods[] = {
    {"__init__", attribute_error_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__getstate__", attribute_error_getstate, "($self, /)", "The attributes that pickle saves."},
    {"__reduce__", attribute_error_reduce, "($self, /)", "What pickle saves of the exception."},
};
static const GetSetDef k_attribute_getsets[] = {
    EXC_FIELD(ExcNameObj, "name", name, "attribute name"), EXC_FIELD(ExcNameObj, "obj", obj, "object")};
extern const TypeSpec AttributeError_spec = {.doc = "Attribute not found.", .methods = k_attribute_methods, .getsets = k_attribute_getsets};

static Result<Value> import_error_init(Thread& t, Args a, Tuple* kwnames) {
  TRY(exc_set_args(t, a, kwnames));
  ExcImport* e = a.as<ExcImport>(0);
  TRY(take_keywords(t, "ImportError", a, kwnames, {{"name", &e->name}, {"path", &e->path}, {"name_from", &e->name_from}}));
  if (e->args->size == 1) e->msg.set(e->args->items[0]);
  else e->msg.clear();
  return kNone;
}
static Result<Value> import_error_str(Thread& t, Args a) {
  Value msg = a.as<ExcImport>(0)->msg;
  if (msg && is_exact_str(msg)) return msg;
  return base_exception_str(t, a);
}
static Result<Value> import_error_reduce(Thread& t, Args a) {
  ExcImport* e = a.as<ExcImport>(0);
  Dict* d = TRY(exc_attributes(t, a[0]));
  if (e->name) TRY(dict_set_str(t, d, "name", e->name));
  if (e->path) TRY(dict_set_str(t, d, "path", e->path));
  if (e->name_from) TRY(dict_set_str(t, d, "name_from", e->name_from));
  Value type(type_of(a[0])), args(e->args.get());
  if (!d->used) return TRY(make_tuple(t, type, args));
  return TRY(make_tuple(t, type, args, Value(d)));
}
static const MethodDef k_import_methods[] = {
    {"__init__", import_error_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__str__", import_error_str, "($self, /)", "Return str(self)."},
    {"__reduce__", import_error_reduce, "($self, /)", "What pickle saves of the exception."},
};
static const GetSetDef k_import_getsets[] = {
    EXC_FIELD(ExcImport, "msg", msg, "exception message"),
    EXC_FIELD(ExcImport, "name", name, "module name"),
    EXC_FIELD(ExcImport, "path", path, "module path"),
    EXC_FIELD(ExcImport, "name_from", name_from, "name imported from module"),
};
extern const TypeSpec ImportError_spec = {
    .doc = "A module, or a name in it, cannot be imported.", .methods = k_import_methods, .getsets = k_import_getsets};

// ---- types with a docstring alone
#define DOC(name, text) extern const TypeSpec name##_spec = {.doc = text, .methods = {}, .getsets = {}};
DOC(KeyboardInterrupt, "The user interrupted the program.")
DOC(GeneratorExit, "Raised within a generator that is closed.")
DOC(Exception, "Common base class of all exceptions that do not ask to leave the program.")
DOC(StopAsyncIteration, "Says that an asynchronous iterator has no further items.")
DOC(ArithmeticError, "Base class of arithmetic errors.")
DOC(FloatingPointError, "A floating-point operation failed.")
DOC(OverflowError, "A result is too large.")
DOC(ZeroDivisionError, "Division or modulo by zero.")
DOC(AssertionError, "An assertion failed.")
DOC(BufferError, "A buffer cannot be used as asked.")
DOC(EOFError, "Reading reached the end of a file.")
DOC(ModuleNotFoundError, "A module cannot be found.")
DOC(LookupError, "Base class of lookup errors.")
DOC(IndexError, "Sequence index out of range.")
DOC(MemoryError, "Out of memory.")
DOC(UnboundLocalError, "A local variable was read before it was set.")
DOC(ReferenceError, "A weak reference's object is gone.")
DOC(RuntimeError, "An error that fits no other class.")
DOC(NotImplementedError, "A method has to be overridden.")
DOC(PythonFinalizationError, "An operation is not possible while the interpreter shuts down.")
DOC(RecursionError, "Recursion limit exceeded.")
DOC(SystemError, "An internal error of the interpreter.")
DOC(TypeError, "An argument or operand has an unfitting type.")
DOC(ValueError, "A value is unfitting, though its type is right.")
DOC(UnicodeError, "Base class of errors about Unicode text.")
DOC(Warning, "Base class of warning categories.")
DOC(BytesWarning, "Warnings about bytes and buffers, mostly about their conversion to text.")
DOC(DeprecationWarning, "Warnings about deprecated features, for programmers.")
DOC(EncodingWarning, "Warnings about encodings.")
DOC(FutureWarning, "Warnings about constructs that will change their meaning.")
DOC(ImportWarning, "Warnings about probable mistakes in imports.")
DOC(PendingDeprecationWarning, "Warnings about features that will be deprecated.")
DOC(ResourceWarning, "Warnings about the use of resources.")
DOC(RuntimeWarning, "Warnings about dubious runtime behaviour.")
DOC(SyntaxWarning, "Warnings about dubious syntax.")
DOC(UnicodeWarning, "Warnings about Unicode.")
DOC(UserWarning, "Warnings made by user code.")
#undef DOC

}  // namespace kaa
