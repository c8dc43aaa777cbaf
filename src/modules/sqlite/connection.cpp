// Connections: opening, closing, transactions, attributes.
#include <pthread.h>

#include "modules/sqlite/sqlite.h"
#include "runtime/audit.h"
#include "runtime/codecs_api.h"
#include "runtime/warnings.h"
#include "types/objmodel.h"

namespace kaa::sqlite {

bool is_connection(Value v) { return is_instance(v, state().connection_type); }

Status check_thread(Thread& t, Connection* c) {
  if (!c->initialized || !c->check_same_thread || c->thread == t.id) return {};
  return PROGRAMMING_ERROR("SQLite objects created in a thread can only be used in that same thread. The object was created in thread id %lu and this is thread id %lu.",
                           c->thread, t.id);
}
Status check_connection(Thread& t, Connection* c) {
  if (!c->initialized) return PROGRAMMING_ERROR("Base Connection.__init__ not called.");
  if (!c->db) return PROGRAMMING_ERROR("Cannot operate on a closed database.");
  return {};
}

Status run_sql(Thread& t, Connection* c, const char* sql) {
  Db* db = c->db;
  DbHold hold(db);
  int rc;
  {
    DbCall call(t, db);
    sqlite3_stmt* st = nullptr;
    rc = sqlite3_prepare_v2(db->db, sql, -1, &st, nullptr);
    if (rc == SQLITE_OK) {
      sqlite3_step(st);
      rc = sqlite3_finalize(st);
    }
  }
  if (rc != SQLITE_OK) return raise_db_error(t, db->db);
  return {};
}
Status begin_transaction(Thread& t, Connection* c) {
  char sql[32];
  snprintf(sql, sizeof sql, "BEGIN %s", c->isolation_level);
  return run_sql(t, c, sql);
}

namespace {

Connection* self_of(Args a) { return a.as<Connection>(0); }
Connection* connection_of(Value v) { return v.as<Connection>(); }
Status check(Thread& t, Connection* c) {
  TRY(check_thread(t, c));
  return check_connection(t, c);
}

constexpr const char* k_levels[] = {"", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"};
Result<const char**> isolation_level(Thread& t, Value v, const char** out) {
  if (v.is_none()) {
    *out = nullptr;
    return out;
  }
  if (!is_str(v)) return RAISE(TypeError, "isolation_level must be str or None");
  Utf8 u;
  TRY(str_utf8(t, v.as<Str>(), u));
  for (const char* level : k_levels)
    if (strlen(level) == u.size && !sqlite3_stricmp(level, u.data)) {
      *out = level;
      return out;
    }
  return RAISE(ValueError, "isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'");
}
Result<int> autocommit_mode(Thread& t, Value v) {
  if (v == kTrue) return 1;
  if (v == kFalse) return 0;
  if (v.is_int() && v.as_int() == kLegacy) return kLegacy;
  return RAISE(ValueError, "autocommit must be True, False, or sqlite3.LEGACY_TRANSACTION_CONTROL");
}

// Lets the database go. With `all`, statements and blobs of it are of no use any more.
void let_go(Thread* t, Connection* c, bool all) {
  Db* db = c->db;
  c->db = nullptr;
  StmtCache* cache = c->cache;
  c->cache = nullptr;
  if (!db) {
    delete cache;
    return;
  }
  if (!db->active) {
    // The hooks name the connection, which may be gone before the library lets its own handle go.
    sqlite3_set_authorizer(db->db, nullptr, nullptr);
    sqlite3_progress_handler(db->db, 0, nullptr, nullptr);
    sqlite3_trace_v2(db->db, 0, nullptr, nullptr);
  }
  g_quiet++;
  delete cache;
  if (all)
    while (!db->blobs.empty()) close_blob(db->blobs.back());
  while (!db->late_resets.empty() && !db->active) {
    Stmt* s = db->late_resets.back();
    db->late_resets.pop_back();
    sqlite3_reset(s->st);
    release(s);
  }
  release(db);
  g_quiet--;
  (void)t;
}

constexpr const char* k_init_signature =
    "($self, database, timeout=5.0, detect_types=0, isolation_level='', check_same_thread=True, factory=ConnectionType, cached_statements=128, uri=False, *, "
    "autocommit=sqlite3.LEGACY_TRANSACTION_CONTROL)";

Result<Value> connection_init(Thread& t, Args raw, Tuple* kwnames) {
  static const MethodDef sig{"Connection", static_cast<NativeFn>(nullptr), k_init_signature, nullptr};
  uint32_t npos = raw.n - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0) - 1;
  if (npos > 1 && npos <= 8)
    TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
             "Passing more than 1 positional argument to _sqlite3.Connection() is deprecated. Parameters 'timeout', 'detect_types', 'isolation_level', 'check_same_thread', "
             "'factory', 'cached_statements' and 'uri' will become keyword-only parameters in Python 3.15."));
  Value p[10];
  TRY(bind_raw(t, "Connection", *parse_signature(t, sig), raw, kwnames, p, nullptr, nullptr));
  Args a{p, 10};
  Connection* c = self_of(a);
  TRY(audit(t, "sqlite3.connect", a[1]));
  PathArg path;
  TRY(fs_path(t, a[1], path));
  double timeout = a[2] ? TRY(to_double(t, a[2])) : 5.0;
  int detect_types = a[3] ? TRY(to_cint(t, a[3])) : 0;
  const char* level = "";
  if (a[4]) TRY(isolation_level(t, a[4], &level));
  bool same_thread = a[5] ? TRY(truth(t, a[5])) : true;
  int cached = a[7] ? TRY(to_cint(t, a[7])) : 128;
  bool uri = a[8] && TRY(truth(t, a[8]));
  int autocommit = a[9] ? TRY(autocommit_mode(t, a[9])) : kLegacy;
  if (c->initialized || c->db) {
    c->initialized = false;
    let_go(&t, c, false);
  }
  sqlite3* handle = nullptr;
  int rc;
  {
    Keep keep(a[1]);
    Blocking b(t);
    rc = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | (uri ? SQLITE_OPEN_URI : 0), nullptr);
    if (rc == SQLITE_OK) sqlite3_busy_timeout(handle, static_cast<int>(timeout * 1000));
  }
  if (!handle && rc == SQLITE_NOMEM) return raise_memory(t);
  if (rc != SQLITE_OK) {
    raise_db_error(t, handle);
    sqlite3_close(handle);
    return Error{};
  }
  sqlite3_extended_result_codes(handle, 1);
  c->db = new Db{handle};
  c->cache = new StmtCache(cached > 0 ? static_cast<size_t>(cached) : 0);
  c->callbacks.set(TRY(new_dict(t)));
  c->row_factory.set(kNone);
  c->text_factory.set(KAA_TYPE(str));
  c->isolation_level = level;
  c->trace = c->progress = c->authorizer = 0;
  c->thread = t.id;
  c->detect_types = detect_types;
  c->autocommit = autocommit;
  c->check_same_thread = same_thread;
  c->initialized = true;
  TRY(audit(t, "sqlite3.connect/handle", c));
  if (autocommit == 0) TRY(run_sql(t, c, "BEGIN"));
  return kNone;
}

Result<Value> connection_close(Thread& t, Args a) {
  Connection* c = self_of(a);
  TRY(check_thread(t, c));
  if (!c->initialized) return PROGRAMMING_ERROR("Base Connection.__init__ not called.");
  if (!c->db) return kNone;
  late_work(t, c->db);
  Status s;
  if (c->db && c->autocommit == 0 && !sqlite3_get_autocommit(c->db->db)) s = run_sql(t, c, "ROLLBACK");
  if (c->db) let_go(&t, c, true);
  TRY(s);
  return kNone;
}
Result<Value> connection_del(Thread& t, Args a) {
  Connection* c = self_of(a);
  if (!c->initialized || !c->db) return kNone;
  Status s = resource_warning(t, a[0], "unclosed database in %R", a[0]);
  if (!s.ok()) write_unraisable(t, a[0]);
  return kNone;
}

Result<Value> connection_commit(Thread& t, Args a) {
  Connection* c = self_of(a);
  TRY(check(t, c));
  if (c->autocommit == kLegacy) {
    if (!sqlite3_get_autocommit(c->db->db)) TRY(run_sql(t, c, "COMMIT"));
  } else if (c->autocommit == 0) {
    TRY(run_sql(t, c, "COMMIT"));
    TRY(check_connection(t, c));
    TRY(run_sql(t, c, "BEGIN"));
  }
  return kNone;
}
Result<Value> connection_rollback(Thread& t, Args a) {
  Connection* c = self_of(a);
  TRY(check(t, c));
  if (c->autocommit == kLegacy) {
    if (!sqlite3_get_autocommit(c->db->db)) TRY(run_sql(t, c, "ROLLBACK"));
  } else if (c->autocommit == 0) {
    TRY(run_sql(t, c, "ROLLBACK"));
    TRY(check_connection(t, c));
    TRY(run_sql(t, c, "BEGIN"));
  }
  return kNone;
}
Result<Value> connection_enter(Thread& t, Args a) {
  TRY(check(t, self_of(a)));
  return a[0];
}
Result<Value> connection_exit(Thread& t, Args a) {
  bool good = a[1].is_none() && a[2].is_none() && a[3].is_none();
  Value args[1] = {a[0]};
  if (!good) {
    TRY(connection_rollback(t, {args, 1}));
    return kFalse;
  }
  if (connection_commit(t, {args, 1}).ok()) return kFalse;
  // What could not be committed is rolled back; if that fails as well, the first error is its context.
  Value e = take_exc(t);
  if (!connection_rollback(t, {args, 1}).ok()) {
    Value second = take_exc(t);
    second.as<BaseException>()->context.set(e);
    restore_exc(t, second);
    return Error{};
  }
  restore_exc(t, e);
  return Error{};
}

// Shortcuts: a new cursor's method.
template <const char* const& name>
Result<Value> shortcut(Thread& t, Args a) {
  Value cursor = TRY(call_method(t, a[0], intern_name("cursor")));
  Value m = TRY(get_attr(t, cursor, intern_name(name)));
  Value args[2] = {a[1], a[2]};
  return call_args(t, m, args, a[2] ? 2 : 1);
}
constexpr const char *k_execute = "execute", *k_executemany = "executemany", *k_executescript = "executescript";

// The statement for the SQL text; kept in the cache.
Result<Value> connection_call(Thread& t, Args a) {
  Connection* c = self_of(a);
  TRY(check(t, c));
  if (a.n != 2) return RAISE(TypeError, "expected 1 argument, got %u", a.n - 1);
  if (!is_str(a[1])) return RAISE(TypeError, "argument 1 must be str, not %T", a[1]);
  Result<Stmt*> s = get_statement(t, c, a.as<Str>(1));
  if (!s.ok()) return Error{};
  Result<StatementObject*> o = alloc_as<StatementObject>(t, state().statement_type);
  if (!o.ok()) {
    s.value()->taken = false;
    release(s.value());
    return Error{};
  }
  s.value()->taken = false;
  o.value()->stmt = s.value();
  return o.value();
}

Result<Value> connection_interrupt(Thread& t, Args a) {
  TRY(check_connection(t, self_of(a)));
  sqlite3_interrupt(self_of(a)->db->db);
  return kNone;
}
Result<Value> connection_iterdump(Thread& t, Args a) {
  TRY(check_connection(t, self_of(a)));
  Value f = TRY(import_attr(t, "sqlite3.dump", "_iterdump"));
  Value args[2] = {a[0], a[1] ? a[1] : kNone};
  return call_args(t, f, args, 1, TRY(make_tuple(t, intern_name("filter"))));
}

Result<Value> connection_getlimit(Thread& t, Args a) {
  Connection* c = self_of(a);
  int category = TRY(to_cint(t, a[1]));
  TRY(check(t, c));
  int v = sqlite3_limit(c->db->db, category, -1);
  if (v < 0) return PROGRAMMING_ERROR("'category' is out of bounds");
  return small_int(v);
}
Result<Value> connection_setlimit(Thread& t, Args a) {
  Connection* c = self_of(a);
  int category = TRY(to_cint(t, a[1])), limit = TRY(to_cint(t, a[2]));
  TRY(check(t, c));
  int v = sqlite3_limit(c->db->db, category, limit);
  if (v < 0) return PROGRAMMING_ERROR("'category' is out of bounds");
  return small_int(v);
}
bool known_config(int op) {
  switch (op) {
    case SQLITE_DBCONFIG_ENABLE_FKEY: case SQLITE_DBCONFIG_ENABLE_TRIGGER: case SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER: case SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION:
    case SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE: case SQLITE_DBCONFIG_ENABLE_QPSG: case SQLITE_DBCONFIG_TRIGGER_EQP: case SQLITE_DBCONFIG_RESET_DATABASE:
    case SQLITE_DBCONFIG_DEFENSIVE: case SQLITE_DBCONFIG_WRITABLE_SCHEMA: case SQLITE_DBCONFIG_LEGACY_ALTER_TABLE: case SQLITE_DBCONFIG_DQS_DML:
    case SQLITE_DBCONFIG_DQS_DDL: case SQLITE_DBCONFIG_ENABLE_VIEW: case SQLITE_DBCONFIG_LEGACY_FILE_FORMAT: case SQLITE_DBCONFIG_TRUSTED_SCHEMA:
      return true;
    default: return false;
  }
}
Result<Value> connection_getconfig(Thread& t, Args a) {
  Connection* c = self_of(a);
  int op = TRY(to_cint(t, a[1]));
  TRY(check(t, c));
  if (!known_config(op)) return RAISE(ValueError, "unknown config 'op': %d", op);
  int current = 0;
  int rc = sqlite3_db_config(c->db->db, op, -1, &current);
  if (rc != SQLITE_OK) return raise_code(t, rc);
  return Value::from_bool(current);
}
Result<Value> connection_setconfig(Thread& t, Args a) {
  Connection* c = self_of(a);
  int op = TRY(to_cint(t, a[1]));
  bool enable = !a[2] || TRY(truth(t, a[2]));
  TRY(check(t, c));
  if (!known_config(op)) return RAISE(ValueError, "unknown config 'op': %d", op);
  int actual = 0;
  int rc = sqlite3_db_config(c->db->db, op, static_cast<int>(enable), &actual);
  if (rc != SQLITE_OK) return raise_code(t, rc);
  if (static_cast<bool>(actual) != enable) return OPERATIONAL_ERROR("Unable to set config");
  return kNone;
}

// ---- attributes
Result<Value> get_isolation_level(Thread& t, Value v) {
  TRY(check_connection(t, connection_of(v)));
  const char* level = connection_of(v)->isolation_level;
  if (!level) return kNone;
  return TRY(new_str(t, level));
}
Status set_isolation_level(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete attribute");
  Connection* c = connection_of(self);
  const char* level;
  TRY(isolation_level(t, v, &level));
  TRY(check_connection(t, c));
  if (!level && !sqlite3_get_autocommit(c->db->db)) {
    Value args[1] = {self};
    TRY(connection_commit(t, {args, 1}));
  }
  c->isolation_level = level;
  return {};
}
Result<Value> get_autocommit(Thread& t, Value v) {
  Connection* c = connection_of(v);
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  return c->autocommit == kLegacy ? small_int(kLegacy) : Value::from_bool(c->autocommit);
}
Status set_autocommit(Thread& t, Value self, Value v) {
  Connection* c = connection_of(self);
  if (!v) return RAISE(AttributeError, "cannot delete autocommit attribute");
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  int mode = TRY(autocommit_mode(t, v));
  if (mode == 1 && !sqlite3_get_autocommit(c->db->db)) TRY(run_sql(t, c, "COMMIT"));
  if (mode == 0 && sqlite3_get_autocommit(c->db->db)) TRY(run_sql(t, c, "BEGIN"));
  c->autocommit = mode;
  return {};
}
Result<Value> get_total_changes(Thread& t, Value v) {
  TRY(check_connection(t, connection_of(v)));
  return make_int(t, sqlite3_total_changes(connection_of(v)->db->db));
}
Result<Value> get_in_transaction(Thread& t, Value v) {
  TRY(check_connection(t, connection_of(v)));
  return Value::from_bool(!sqlite3_get_autocommit(connection_of(v)->db->db));
}
Result<Value> get_row_factory(Thread&, Value v) { return or_none(connection_of(v)->row_factory.value()); }
Status set_row_factory(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete row_factory attribute");
  connection_of(self)->row_factory.set(v);
  return {};
}
Result<Value> get_text_factory(Thread&, Value v) { return or_none(connection_of(v)->text_factory.value()); }
Status set_text_factory(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete text_factory attribute");
  connection_of(self)->text_factory.set(v);
  return {};
}
template <Root<Type*> State::*which> Result<Value> get_exception(Thread&, Value) { return (state().*which).get(); }
Result<Value> get_text_signature(Thread& t, Value) { return TRY(new_str(t, "(sql, /)")); }

}  // namespace

Result<Value> connection_cursor(Thread& t, Args a) {
  Connection* c = self_of(a);
  TRY(check(t, c));
  Value factory = a[1] ? a[1] : Value(state().cursor_type);
  Value cursor = TRY(call(t, factory, a[0]));
  if (!is_instance(cursor, state().cursor_type)) return RAISE(TypeError, "factory must return a cursor, not %T", cursor);
  if (c->row_factory && !c->row_factory.value().is_none()) cursor.as<Cursor>()->row_factory.set(c->row_factory);
  return cursor;
}

static constexpr MethodDef k_methods[] = {
    {"__init__", connection_init, k_init_signature, "A connection to the database."},
    {"__del__", connection_del, "($self, /)", nullptr},
    {"__call__", connection_call, nullptr, "Prepares a statement."},
    {"__enter__", connection_enter, "($self, /)", "Begins a block that is a transaction."},
    {"__exit__", connection_exit, "($self, type, value, traceback, /)", "Commits, or rolls back after an exception."},
    {"backup", connection_backup, "($self, /, target, *, pages=-1, progress=None, name='main', sleep=0.25)", "Copies the database to another."},
    {"blobopen", connection_blobopen, "($self, table, column, rowid, /, *, readonly=False, name='main')", "Opens a large value for reading and writing in place."},
    {"close", connection_close, "($self, /)", "Closes the connection; what is not committed is lost."},
    {"commit", connection_commit, "($self, /)", "Commits the transaction, if there is one."},
    {"create_aggregate", connection_create_aggregate, "($self, /, name, n_arg, aggregate_class)", "Makes an aggregate function for SQL."},
    {"create_collation", connection_create_collation, "($self, name, callback, /)", "Makes an order of texts for SQL."},
    {"create_function", connection_create_function, "($self, /, name, narg, func, *, deterministic=False)", "Makes a function for SQL."},
    {"create_window_function", connection_create_window_function, "($self, name, num_params, aggregate_class, /)", "Makes a window function for SQL."},
    {"cursor", connection_cursor, "($self, /, factory=<unrepresentable>)", "A new cursor."},
    {"deserialize", connection_deserialize, "($self, data, /, *, name='main')", "Replaces a database by one from bytes."},
    {"enable_load_extension", connection_enable_load_extension, "($self, enable, /)", "Whether extensions may be loaded."},
    {"execute", shortcut<k_execute>, "($self, sql, parameters=(), /)", "Runs one statement with a new cursor."},
    {"executemany", shortcut<k_executemany>, "($self, sql, parameters, /)", "Runs a statement with each set of parameters, with a new cursor."},
    {"executescript", shortcut<k_executescript>, "($self, sql_script, /)", "Runs several statements with a new cursor."},
    {"getconfig", connection_getconfig, "($self, op, /)", "A setting of the connection."},
    {"getlimit", connection_getlimit, "($self, category, /)", "A limit of the connection."},
    {"interrupt", connection_interrupt, "($self, /)", "Stops what other threads run."},
    {"iterdump", connection_iterdump, "($self, /, *, filter=None)", "The SQL text that makes the database anew."},
    {"load_extension", connection_load_extension, "($self, name, /, *, entrypoint=None)", "Loads an extension."},
    {"rollback", connection_rollback, "($self, /)", "Rolls the transaction back, if there is one."},
    {"serialize", connection_serialize, "($self, /, *, name='main')", "A database as bytes."},
    {"set_authorizer", connection_set_authorizer, "($self, /, authorizer_callback)", "Sets what decides about access to columns and actions."},
    {"set_progress_handler", connection_set_progress_handler, "($self, /, progress_handler, n)", "Sets what is called every n instructions; true stops the query."},
    {"set_trace_callback", connection_set_trace_callback, "($self, /, trace_callback)", "Sets what is called with each statement that runs."},
    {"setconfig", connection_setconfig, "($self, op, enable=True, /)", "Changes a setting of the connection."},
    {"setlimit", connection_setlimit, "($self, category, limit, /)", "Changes a limit; the last one."},
};
static constexpr GetSetDef k_getsets[] = {
    {"__text_signature__", get_text_signature, nullptr, nullptr},
    {"isolation_level", get_isolation_level, set_isolation_level, "How transactions begin by themselves; None: they do not."},
    {"autocommit", get_autocommit, set_autocommit, "How transactions are controlled."},
    {"total_changes", get_total_changes, nullptr, "How many rows were changed since the connection was made."},
    {"in_transaction", get_in_transaction, nullptr, "Whether a transaction is open."},
    {"row_factory", get_row_factory, set_row_factory, "What new cursors make rows with."},
    {"text_factory", get_text_factory, set_text_factory, "What makes texts of bytes."},
#define E(name) {#name, get_exception<&State::name>, nullptr, nullptr}
    E(Warning), E(Error), E(InterfaceError), E(DatabaseError), E(InternalError), E(OperationalError), E(ProgrammingError), E(IntegrityError), E(DataError), E(NotSupportedError),
#undef E
};

}  // namespace kaa::sqlite
namespace kaa {
template <> struct LayoutTraits<sqlite::Connection> {
  static constexpr Death death = Death::kFinalizer;
  static bool needs_finalizer(sqlite::Connection* c) { return c->initialized && c->db; }
  static void destroy(sqlite::Connection* c) { sqlite::let_go(nullptr, c, false); }
};
template <> struct LayoutTraits<sqlite::StatementObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(sqlite::StatementObject* s) { if (s->stmt) sqlite::release(s->stmt); }
};
namespace sqlite {
extern const TypeSpec k_statement_spec = {.doc = "A prepared statement.", .layout = &kLayout<StatementObject>, .flags = kTypeDisallowInstantiation};
extern const TypeSpec k_connection_spec = {.doc = "A connection to a database.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Connection>,
                                           .flags = kTypeBase | kTypeWeakrefable | kTypeGenericNew};
}
}  // namespace kaa
