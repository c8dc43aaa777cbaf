// User functions, aggregates, window functions, collations, and the hooks: authorizer, progress handler, trace.
#include <string>

#include "modules/sqlite/sqlite.h"
#include "types/int.h"

namespace kaa::sqlite {

namespace {

// The library's user data: a callable among the connection's.
struct Callback {
  Connection* connection;
  int64_t number;
};

Result<Callback*> new_callback(Thread& t, Connection* c, Value callable) {
  int64_t number = ++c->next_callback;
  TRY(dict_set(t, c->callbacks, small_int(number), callable));
  return new Callback{c, number};
}
void drop_number(Thread& t, Connection* c, int64_t number) {
  if (!number || !c->callbacks) return;
  Result<Opt> r = dict_pop(t, c->callbacks, small_int(number));
  if (!r.ok()) clear_exc(t);
}
void destroy_callback(void* p) {
  Callback* cb = static_cast<Callback*>(p);
  if (!g_quiet) {  // otherwise the connection dies, with all its callables
    LibraryCallback in;
    drop_number(in.t, cb->connection, cb->number);
  }
  delete cb;
}
// Empty: the connection was made anew while a statement of its former database ran.
constexpr const char* k_no_callable = "the connection of the function is gone";
Value callable_of(Thread& t, Connection* c, int64_t number) {
  Result<Opt> r = dict_get(t, c->callbacks, small_int(number));
  if (!r.ok()) {
    clear_exc(t);
    return {};
  }
  return r.value().v;
}
Value callable_of(Thread& t, Callback* cb) { return callable_of(t, cb->connection, cb->number); }

// An exception of a callback is shown or dropped; the library learns only that there was one.
void report(Thread& t, Value callable) {
  if (!state().callback_tracebacks) {
    clear_exc(t);
    return;
  }
  Value e = take_exc(t);
  Result<Str*> r = repr(t, callable ? callable : kNone);
  std::string message = "Exception ignored on sqlite3 callback";
  if (r.ok()) {
    Utf8 u;
    if (str_utf8(t, r.value(), u, true).ok()) message = message + " " + std::string(u.view());
    else clear_exc(t);
  } else {
    clear_exc(t);
  }
  restore_exc(t, e);
  write_unraisable(t, kNone, message.c_str());
}

// ---- results and arguments of functions
void report_function_error(Thread& t, sqlite3_context* ctx, Value callable, const char* message) {
  if (exc_matches(t, KAA_TYPE(MemoryError))) sqlite3_result_error_nomem(ctx);
  else if (exc_matches(t, KAA_TYPE(OverflowError))) sqlite3_result_error_toobig(ctx);
  else sqlite3_result_error(ctx, message, -1);
  report(t, callable);
}
Status set_result(Thread& t, sqlite3_context* ctx, Value v) {
  if (v.is_none()) {
    sqlite3_result_null(ctx);
  } else if (is_int(v)) {
    int64_t i;
    if (!int_fits64(v, &i)) return RAISE(OverflowError, "Python int too large to convert to SQLite INTEGER");
    sqlite3_result_int64(ctx, i);
  } else if (is_float(v)) {
    sqlite3_result_double(ctx, float_value(v));
  } else if (is_str(v)) {
    Utf8 u;
    TRY(str_utf8(t, v.as<Str>(), u));
    if (u.size > INT32_MAX) return RAISE(OverflowError, "string is longer than INT_MAX bytes");
    sqlite3_result_text(ctx, u.data, static_cast<int>(u.size), SQLITE_TRANSIENT);
  } else if (has_buffer(v)) {
    BufferHold b;
    TRY(b.get(t, v));
    if (b.size() > INT32_MAX) return RAISE(OverflowError, "BLOB longer than INT_MAX bytes");
    sqlite3_result_blob(ctx, b.size() ? b.data() : "", static_cast<int>(b.size()), SQLITE_TRANSIENT);
  } else {
    return PROGRAMMING_ERROR("User-defined functions cannot return '%T' values to SQLite", v);
  }
  return {};
}
Result<Value> call_with(Thread& t, Value f, int n, sqlite3_value** values) {
  constexpr int kFew = 8;
  if (n <= kFew) {
    Value args[kFew];
    for (int i = 0; i < n; i++) args[i] = TRY(value_to_python(t, values[i]));
    return call_args(t, f, args, static_cast<uint32_t>(n), nullptr);
  }
  List* l = TRY(new_list(t));
  for (int i = 0; i < n; i++) TRY(list_append(t, l, TRY(value_to_python(t, values[i]))));
  return call_tuple(t, f, TRY(tuple_of(t, l->items, l->size)), nullptr);
}

void call_function(sqlite3_context* ctx, int n, sqlite3_value** values) {
  if (g_quiet) return;
  LibraryCallback in;
  Thread& t = in.t;
  Value f = callable_of(t, static_cast<Callback*>(sqlite3_user_data(ctx)));
  if (!f) return sqlite3_result_error(ctx, k_no_callable, -1);
  Status s = [&]() -> Status {
    return set_result(t, ctx, TRY(call_with(t, f, n, values)));
  }();
  if (!s.ok()) report_function_error(t, ctx, f, "user-defined function raised exception");
}

// ---- aggregates: the instance is held by a Root in the library's aggregate context
using Instance = Root<>*;
Instance* instance_slot(sqlite3_context* ctx, bool make) { return static_cast<Instance*>(sqlite3_aggregate_context(ctx, make ? sizeof(Instance) : 0)); }

// Calls a method of the instance, whose result may be that of the function; messages name it.
void call_method_of(Thread& t, sqlite3_context* ctx, Value f, Value instance, const char* name, int n, sqlite3_value** values, bool gives_result) {
  const char* what = "raised error";
  Status s = [&]() -> Status {
    Opt method = TRY(lookup_attr(t, instance, intern_name(name)));
    if (!method) {
      what = "not defined";
      return RAISE(AttributeError, "'%T' object has no attribute '%s'", instance, name);
    }
    Value r = TRY(call_with(t, method.v, n, values));
    return gives_result ? set_result(t, ctx, r) : Status();
  }();
  if (!s.ok()) report_function_error(t, ctx, f, (std::string("user-defined aggregate's '") + name + "' method " + what).c_str());
}
void call_step_like(sqlite3_context* ctx, int n, sqlite3_value** values, const char* method) {
  if (g_quiet) return;
  LibraryCallback in;
  Thread& t = in.t;
  Value f = callable_of(t, static_cast<Callback*>(sqlite3_user_data(ctx)));
  if (!f) return sqlite3_result_error(ctx, k_no_callable, -1);
  Instance* slot = instance_slot(ctx, true);
  if (!slot) return;
  if (!*slot) {
    Result<Value> made = call(t, f);
    if (!made.ok()) {
      report_function_error(t, ctx, f, "user-defined aggregate's '__init__' method raised error");
      return;
    }
    *slot = new Root<>(made.value());
  }
  call_method_of(t, ctx, f, (*slot)->get(), method, n, values, false);
}
void call_step(sqlite3_context* ctx, int n, sqlite3_value** values) { call_step_like(ctx, n, values, "step"); }
void call_inverse(sqlite3_context* ctx, int n, sqlite3_value** values) { call_step_like(ctx, n, values, "inverse"); }
void call_value(sqlite3_context* ctx) {
  if (g_quiet) return;
  LibraryCallback in;
  Instance* slot = instance_slot(ctx, false);
  if (!slot || !*slot) return;
  call_method_of(in.t, ctx, callable_of(in.t, static_cast<Callback*>(sqlite3_user_data(ctx))), (*slot)->get(), "value", 0, nullptr, true);
}
void call_finalize(sqlite3_context* ctx) {
  Instance* slot = instance_slot(ctx, false);
  if (!slot || !*slot) return;  // no row came, or __init__ failed
  if (!g_quiet) {
    LibraryCallback in;
    call_method_of(in.t, ctx, callable_of(in.t, static_cast<Callback*>(sqlite3_user_data(ctx))), (*slot)->get(), "finalize", 0, nullptr, true);
  }
  delete *slot;
  *slot = nullptr;
}

// ---- collations and hooks
int call_collation(void* p, int na, const void* a, int nb, const void* b) {
  if (g_quiet) return 0;
  LibraryCallback in;
  Thread& t = in.t;
  Value f = callable_of(t, static_cast<Callback*>(p));
  if (!f) return 0;
  Result<int> r = [&]() -> Result<int> {
    Value sa = TRY(new_str(t, {static_cast<const char*>(a), static_cast<size_t>(na)}));
    Keep keep(sa);
    Value sb = TRY(new_str(t, {static_cast<const char*>(b), static_cast<size_t>(nb)}));
    Value v = TRY(call(t, f, sa, sb));
    if (!is_int(v)) return RAISE(TypeError, "an integer is required");
    return int_is_zero(v) ? 0 : int_is_negative(v) ? -1 : 1;
  }();
  if (r.ok()) return r.value();
  report(t, f);
  return 0;
}

Result<Value> text_or_none(Thread& t, const char* p) { return p ? TRY(new_str(t, p)) : kNone; }

int call_authorizer(void* p, int action, const char* a, const char* b, const char* db, const char* source) {
  if (g_quiet) return SQLITE_OK;
  LibraryCallback in;
  Thread& t = in.t;
  Connection* c = static_cast<Connection*>(p);
  Value f = callable_of(t, c, c->authorizer);
  if (!f) return SQLITE_OK;
  Keep keep(f);
  Result<int> r = [&]() -> Result<int> {
    Value args[5] = {small_int(action)};
    args[1] = TRY(text_or_none(t, a));
    args[2] = TRY(text_or_none(t, b));
    args[3] = TRY(text_or_none(t, db));
    args[4] = TRY(text_or_none(t, source));
    Value v = TRY(call_args(t, f, args, 5));
    if (!is_int(v)) return static_cast<int>(SQLITE_DENY);
    return to_cint(t, v);
  }();
  if (r.ok()) return r.value();
  report(t, f);
  return SQLITE_DENY;
}
int call_progress(void* p) {
  if (g_quiet) return 0;
  LibraryCallback in;
  Thread& t = in.t;
  Connection* c = static_cast<Connection*>(p);
  Value f = callable_of(t, c, c->progress);
  if (!f) return 0;
  Keep keep(f);
  Result<bool> r = [&]() -> Result<bool> { return truth(t, TRY(call(t, f))); }();
  if (r.ok()) return r.value();
  report(t, f);
  return 1;
}
int call_trace(unsigned, void* p, void* stmt, void* sql) {
  if (g_quiet) return 0;
  LibraryCallback in;
  Thread& t = in.t;
  Connection* c = static_cast<Connection*>(p);
  Value f = callable_of(t, c, c->trace);
  if (!f) return 0;
  Keep keep(f);
  Status s = [&]() -> Status {
    char* expanded = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(stmt));
    if (!expanded) {
      if (sqlite3_errcode(sqlite3_db_handle(static_cast<sqlite3_stmt*>(stmt))) == SQLITE_NOMEM) return raise_memory(t);
      raise(t, state().DataError, "Expanded SQL string exceeds the maximum string length");
      report(t, f);
      expanded = static_cast<char*>(sqlite3_mprintf("%s", static_cast<const char*>(sql)));
    }
    Result<Str*> text = new_str(t, expanded);
    sqlite3_free(expanded);
    TRY(call(t, f, TRY(text)));
    return {};
  }();
  if (!s.ok()) report(t, f);
  return 0;
}

// ---- the methods
// Arguments that may still be given by keyword, with a warning. `what`: "'name', 'narg' and 'func'".
Status keywords_deprecated(Thread& t, Tuple* kwnames, const char* method, const char* names, int count, bool deterministic_allowed) {
  uint64_t n = 0;
  if (kwnames)
    for (uint64_t i = 0; i < kwnames->size; i++) n += !(deterministic_allowed && str_equal_ascii(kwnames->items[i].as<Str>(), "deterministic"));
  if (!n) return {};
  const char* s = count > 1 ? "s" : "";
  return warn(t, KAA_TYPE(DeprecationWarning), 1,
              "Passing keyword argument%s %s to _sqlite3.Connection.%s() is deprecated. Parameter%s %s will become positional-only in Python 3.15.", s, names, method, s, names);
}
#define BIND(fname, text, count)                                                                                                         \
  static const MethodDef _sig{fname, static_cast<NativeFn>(nullptr), text, nullptr};                                                     \
  Value p[count];                                                                                                                        \
  TRY(bind_raw(t, fname, *parse_signature(t, _sig), a, kwnames, p, nullptr, nullptr));                                                   \
  Connection* c = p[0].as<Connection>()

Status check_count(Thread& t, Connection* c, const char* name, int n) {
  int limit = sqlite3_limit(c->db->db, SQLITE_LIMIT_FUNCTION_ARG, -1);
  if (n < -1 || n > limit) return PROGRAMMING_ERROR("'%s' must be between -1 and %d, not %d", name, limit, n);
  return {};
}
Result<Value> name_argument(Thread& t, Value v, const char* method, const char* name, Utf8& out) {
  if (!is_str(v)) return RAISE(TypeError, "%s() argument %s must be str, not %T", method, name, v);
  TRY(str_utf8(t, v.as<Str>(), out));
  if (memchr(out.data, 0, out.size)) return RAISE(ValueError, "embedded null character");
  return kNone;
}

}  // namespace

Result<Value> connection_create_function(Thread& t, Args a, Tuple* kwnames) {
  BIND("create_function", "($self, /, name, narg, func, *, deterministic=False)", 5);
  TRY(keywords_deprecated(t, kwnames, "create_function", "'name', 'narg' and 'func'", 3, true));
  Utf8 name;
  TRY(name_argument(t, p[1], "create_function", "'name'", name));
  int narg = TRY(to_cint(t, p[2]));
  bool deterministic = p[4] && TRY(truth(t, p[4]));
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  TRY(check_count(t, c, "narg", narg));
  int flags = SQLITE_UTF8 | (deterministic ? SQLITE_DETERMINISTIC : 0), rc;
  if (p[3].is_none()) rc = sqlite3_create_function_v2(c->db->db, name.data, narg, flags, nullptr, nullptr, nullptr, nullptr, nullptr);
  else rc = sqlite3_create_function_v2(c->db->db, name.data, narg, flags, TRY(new_callback(t, c, p[3])), call_function, nullptr, nullptr, destroy_callback);
  if (rc != SQLITE_OK) return OPERATIONAL_ERROR("Error creating function");
  return kNone;
}
Result<Value> connection_create_aggregate(Thread& t, Args a, Tuple* kwnames) {
  BIND("create_aggregate", "($self, /, name, n_arg, aggregate_class)", 4);
  TRY(keywords_deprecated(t, kwnames, "create_aggregate", "'name', 'n_arg' and 'aggregate_class'", 3, false));
  Utf8 name;
  TRY(name_argument(t, p[1], "create_aggregate", "'name'", name));
  int narg = TRY(to_cint(t, p[2]));
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  TRY(check_count(t, c, "n_arg", narg));
  int rc;
  if (p[3].is_none()) rc = sqlite3_create_function_v2(c->db->db, name.data, narg, SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr, nullptr);
  else rc = sqlite3_create_function_v2(c->db->db, name.data, narg, SQLITE_UTF8, TRY(new_callback(t, c, p[3])), nullptr, call_step, call_finalize, destroy_callback);
  if (rc != SQLITE_OK) return OPERATIONAL_ERROR("Error creating aggregate");
  return kNone;
}
Result<Value> connection_create_window_function(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  Utf8 name;
  TRY(name_argument(t, a[1], "create_window_function", "1", name));
  int narg = TRY(to_cint(t, a[2]));
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  TRY(check_count(t, c, "num_params", narg));
  int rc;
  if (a[3].is_none()) rc = sqlite3_create_window_function(c->db->db, name.data, narg, SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  else rc = sqlite3_create_window_function(c->db->db, name.data, narg, SQLITE_UTF8, TRY(new_callback(t, c, a[3])), call_step, call_finalize, call_value, call_inverse, destroy_callback);
  if (rc != SQLITE_OK) return raise_db_error(t, c->db->db);
  return kNone;
}
Result<Value> connection_create_collation(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  Utf8 name;
  TRY(name_argument(t, a[1], "create_collation", "1", name));
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  int rc;
  if (a[2].is_none()) {
    rc = sqlite3_create_collation_v2(c->db->db, name.data, SQLITE_UTF8, nullptr, nullptr, nullptr);
  } else {
    if (!is_callable(a[2])) return RAISE(TypeError, "parameter must be callable");
    Callback* cb = TRY(new_callback(t, c, a[2]));
    rc = sqlite3_create_collation_v2(c->db->db, name.data, SQLITE_UTF8, cb, call_collation, destroy_callback);
    if (rc != SQLITE_OK) destroy_callback(cb);  // unlike for functions, the library does not
  }
  if (rc != SQLITE_OK) return raise_db_error(t, c->db->db);
  return kNone;
}

// Puts a hook's callable in the place of the last one; 0 for None.
static Status replace_hook(Thread& t, Connection* c, int64_t& number, Value callable) {
  int64_t old = number;
  number = 0;
  drop_number(t, c, old);
  if (callable.is_none()) return {};
  int64_t n = ++c->next_callback;
  TRY(dict_set(t, c->callbacks, small_int(n), callable));
  number = n;
  return {};
}

Result<Value> connection_set_authorizer(Thread& t, Args a, Tuple* kwnames) {
  BIND("set_authorizer", "($self, /, authorizer_callback)", 2);
  TRY(keywords_deprecated(t, kwnames, "set_authorizer", "'authorizer_callback'", 1, false));
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  TRY(replace_hook(t, c, c->authorizer, p[1]));
  int rc = sqlite3_set_authorizer(c->db->db, c->authorizer ? call_authorizer : nullptr, c);
  if (rc != SQLITE_OK) return OPERATIONAL_ERROR("Error setting authorizer callback");
  return kNone;
}
Result<Value> connection_set_progress_handler(Thread& t, Args a, Tuple* kwnames) {
  BIND("set_progress_handler", "($self, /, progress_handler, n)", 3);
  uint64_t by_keyword = 0;
  if (kwnames) for (uint64_t i = 0; i < kwnames->size; i++) by_keyword += str_equal_ascii(kwnames->items[i].as<Str>(), "progress_handler");
  if (by_keyword) TRY(keywords_deprecated(t, kwnames, "set_progress_handler", "'progress_handler'", 1, false));
  int n = TRY(to_cint(t, p[2]));
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  TRY(replace_hook(t, c, c->progress, p[1]));
  if (c->progress) sqlite3_progress_handler(c->db->db, n, call_progress, c);
  else sqlite3_progress_handler(c->db->db, 0, nullptr, nullptr);
  return kNone;
}
Result<Value> connection_set_trace_callback(Thread& t, Args a, Tuple* kwnames) {
  BIND("set_trace_callback", "($self, /, trace_callback)", 2);
  TRY(keywords_deprecated(t, kwnames, "set_trace_callback", "'trace_callback'", 1, false));
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  TRY(replace_hook(t, c, c->trace, p[1]));
  sqlite3_trace_v2(c->db->db, c->trace ? SQLITE_TRACE_STMT : 0, c->trace ? call_trace : nullptr, c);
  return kNone;
}

}  // namespace kaa::sqlite
