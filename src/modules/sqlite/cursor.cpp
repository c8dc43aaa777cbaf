// Cursors: running statements and fetching rows.
#include "modules/sqlite/sqlite.h"
#include "runtime/codecs_api.h"
#include "types/bytes.h"
#include "types/int.h"
#include "types/objmodel.h"

namespace kaa::sqlite {

namespace {

Cursor* self_of(Args a) { return a.as<Cursor>(0); }

Status check_cursor_locked(Thread& t, Cursor* c) {
  if (c->locked) return PROGRAMMING_ERROR("Recursive use of cursors not allowed.");
  return {};
}
Status check_cursor(Thread& t, Cursor* c) {
  if (!c->initialized) return PROGRAMMING_ERROR("Base Cursor.__init__ not called.");
  if (c->closed) return PROGRAMMING_ERROR("Cannot operate on a closed cursor.");
  TRY(check_cursor_locked(t, c));
  TRY(check_thread(t, c->connection));
  return check_connection(t, c->connection);
}

void drop_statement(Thread& t, Cursor* c) {
  Stmt* s = c->stmt;
  if (!s) return;
  c->stmt = nullptr;
  reset(t, s);
  s->taken = false;
  release(s);
}

// ---- columns
// The converter that a column's name or declared type asks for, or None.
Result<Value> converter_for(Thread& t, std::string_view key) {
  Value name = TRY(decode_bytes(t, key, nullptr, "replace"));
  Value upper = TRY(call_method(t, name, intern_name("upper")));
  Opt v = TRY(dict_get(t, state().converters, upper));
  return v ? v.v : kNone;
}
Status make_casts(Thread& t, Cursor* c) {
  int detect = c->connection->detect_types;
  if (!detect) {
    c->casts.clear();
    return {};
  }
  sqlite3_stmt* st = c->stmt->st;
  int n = sqlite3_column_count(st);
  List* l = TRY(new_list(t));
  for (int i = 0; i < n; i++) {
    Value converter = kNone;
    if (detect & 2) {  // PARSE_COLNAMES
      if (const char* name = sqlite3_column_name(st, i)) {
        std::string_view v(name);
        size_t open = v.find('[');
        size_t close = open == v.npos ? v.npos : v.find(']', open + 1);
        if (close != v.npos) converter = TRY(converter_for(t, v.substr(open + 1, close - open - 1)));
      }
    }
    if (converter.is_none() && (detect & 1)) {  // PARSE_DECLTYPES
      if (const char* type = sqlite3_column_decltype(st, i)) {
        std::string_view v(type);
        converter = TRY(converter_for(t, v.substr(0, v.find_first_of(" ("))));
      }
    }
    TRY(list_append(t, l, converter));
  }
  c->casts.set(TRY(tuple_of(t, l->items, l->size)));
  return {};
}
Result<Value> column_name(Thread& t, Cursor* c, const char* name) {
  std::string_view v(name ? name : "");
  if (c->connection->detect_types & 2) {
    size_t open = v.find('[');
    if (open != v.npos && open > 0) {
      v = v.substr(0, open);
      if (!v.empty() && v.back() == ' ') v.remove_suffix(1);
    }
  }
  return decode_bytes(t, v, nullptr, nullptr);
}
Status make_description(Thread& t, Cursor* c) {
  DbLock lock(t, c->stmt->db);
  sqlite3_stmt* st = c->stmt->st;
  int n = sqlite3_column_count(st);
  List* l = TRY(new_list(t));
  for (int i = 0; i < n; i++) {
    Value name = TRY(column_name(t, c, sqlite3_column_name(st, i)));
    TRY(list_append(t, l, TRY(make_tuple(t, name, kNone, kNone, kNone, kNone, kNone, kNone))));
  }
  c->description.set(TRY(tuple_of(t, l->items, l->size)));
  return {};
}

Result<Value> text_column(Thread& t, Cursor* c, sqlite3_stmt* st, int i) {
  const char* p = reinterpret_cast<const char*>(sqlite3_column_text(st, i));
  if (!p && sqlite3_errcode(c->stmt->db->db) == SQLITE_NOMEM) return raise_memory(t);
  std::string_view text(p ? p : "", static_cast<size_t>(sqlite3_column_bytes(st, i)));
  Value factory = c->connection->text_factory;
  if (factory == Value(KAA_TYPE(str))) {
    Result<Value> r = decode_bytes(t, text, nullptr, nullptr);
    if (r.ok()) return r;
    if (!exc_matches(t, KAA_TYPE(UnicodeDecodeError))) return Error{};
    clear_exc(t);
    const char* name = sqlite3_column_name(st, i);
    Value shown = TRY(decode_bytes(t, text, "ascii", "replace"));
    Value shown_name = TRY(decode_bytes(t, name ? name : "<unknown column name>", nullptr, "replace"));
    return OPERATIONAL_ERROR("Could not decode to UTF-8 column '%U' with text '%U'", shown_name.as<Str>(), shown.as<Str>());
  }
  if (factory == Value(KAA_TYPE(bytes))) return TRY(new_bytes(t, text.data(), text.size()));
  if (factory == Value(KAA_TYPE(bytearray))) return TRY(new_bytearray(t, text.data(), text.size()));
  return call(t, factory, TRY(new_bytes(t, text.data(), text.size())));
}
// The row on which the statement stands. Converters and factories run Python.
Result<Tuple*> fetch_row(Thread& t, Cursor* c) {
  DbLock lock(t, c->stmt->db);
  sqlite3_stmt* st = c->stmt->st;
  int n = sqlite3_data_count(st);
  Tuple* row = TRY(new_tuple(t, static_cast<size_t>(n)));
  for (int i = 0; i < n; i++) row->items[i] = kNone;
  Keep keep(row);
  for (int i = 0; i < n; i++) {
    Value v = kNone, converter = kNone;
    if (c->casts && static_cast<uint64_t>(i) < c->casts->size) converter = c->casts->items[i];
    if (!converter.is_none()) {
      const void* blob = sqlite3_column_blob(st, i);
      if (blob) {  // not NULL, and not an empty blob either
        Bytes* b = TRY(new_bytes(t, blob, static_cast<size_t>(sqlite3_column_bytes(st, i))));
        v = TRY(call(t, converter, b));
      }
    } else {
      switch (sqlite3_column_type(st, i)) {
        case SQLITE_INTEGER: v = TRY(make_int(t, sqlite3_column_int64(st, i))); break;
        case SQLITE_FLOAT: v = TRY(make_float(t, sqlite3_column_double(st, i))); break;
        case SQLITE_TEXT: v = TRY(text_column(t, c, st, i)); break;
        case SQLITE_BLOB: {
          const void* blob = sqlite3_column_blob(st, i);
          v = TRY(new_bytes(t, blob ? blob : "", static_cast<size_t>(sqlite3_column_bytes(st, i))));
          break;
        }
        default: break;
      }
    }
    tuple_init(row, static_cast<size_t>(i), v);
  }
  return row;
}

// ---- running
// The parameter sets of executemany.
Status run(Thread& t, Cursor* c, Str* sql, bool many, Value params) {
  TRY(check_cursor(t, c));
  c->locked = true;
  Connection* con = c->connection;
  Stmt* s = nullptr;
  Status status = [&]() -> Status {
    Value it;
    if (many) it = TRY(get_iter(t, params));
    drop_statement(t, c);
    c->description.set(kNone);
    c->rowcount = -1;
    Result<Stmt*> got = get_statement(t, con, sql);
    if (!got.ok()) return Error{};
    s = got.value();
    TRY(check_connection(t, con));  // the authorizer may have closed it
    if (many && s->st && sqlite3_stmt_readonly(s->st)) return PROGRAMMING_ERROR("executemany() can only execute DML statements.");
    c->rowcount = s->is_dml ? 0 : -1;
    if (con->autocommit == kLegacy && con->isolation_level && s->is_dml && sqlite3_get_autocommit(con->db->db)) TRY(begin_transaction(t, con));
    for (;;) {
      Value set = params;
      if (many) {
        Opt next = TRY(iter_next(t, it));
        if (!next) break;
        set = next.v;
      }
      TRY(check_connection(t, con));
      TRY(bind_parameters(t, con, s, set));
      int rc = step(t, s);
      if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        if (t.exc) return Error{};
        return raise_db_error(t, con->db ? con->db->db : s->db->db);
      }
      c->stmt = s;
      Status described = s->st ? make_casts(t, c) : Status();
      if (described.ok() && !many && s->st && sqlite3_column_count(s->st) > 0) described = make_description(t, c);
      c->stmt = nullptr;
      TRY(described);
      if (rc == SQLITE_DONE && s->is_dml) c->rowcount += sqlite3_changes(s->db->db);
      if (rc == SQLITE_ROW && !many) {
        c->stmt = s;  // to be fetched
        s = nullptr;
        break;
      }
      reset(t, s);
      if (!many) break;
      TRY(safepoint(t));
    }
    if (!many && con->db) c->lastrowid.set(TRY(make_int(t, sqlite3_last_insert_rowid(con->db->db))));
    return {};
  }();
  c->locked = false;
  if (s) {
    if (!status.ok()) {
      Value e = take_exc(t);
      reset(t, s);
      restore_exc(t, e);
    }
    s->taken = false;
    release(s);
  }
  if (!status.ok()) c->rowcount = -1;
  return status;
}

Status sql_argument(Thread& t, Value v, const char* fname) {
  if (is_str(v)) return {};
  return RAISE(TypeError, "%s() argument 1 must be str, not %T", fname, v);
}
Result<Value> cursor_execute(Thread& t, Args a) {
  TRY(sql_argument(t, a[1], "execute"));
  TRY(run(t, self_of(a), a.as<Str>(1), false, a[2] ? a[2] : Value(interp().empty_tuple)));
  return a[0];
}
Result<Value> cursor_executemany(Thread& t, Args a) {
  TRY(sql_argument(t, a[1], "executemany"));
  TRY(run(t, self_of(a), a.as<Str>(1), true, a[2]));
  return a[0];
}
Result<Value> cursor_executescript(Thread& t, Args a) {
  Cursor* c = self_of(a);
  if (!is_str(a[1])) return RAISE(TypeError, "executescript() argument must be str, not %T", a[1]);
  Utf8 u;
  TRY(str_utf8(t, a.as<Str>(1), u));
  if (memchr(u.data, 0, u.size)) return RAISE(ValueError, "embedded null character");
  TRY(check_cursor(t, c));
  Db* db = c->connection->db;
  DbHold hold(db);
  if (static_cast<int64_t>(u.size) > sqlite3_limit(db->db, SQLITE_LIMIT_SQL_LENGTH, -1)) return raise(t, state().DataError, "query string is too large");
  if (c->connection->autocommit == kLegacy && !sqlite3_get_autocommit(db->db)) TRY(run_sql(t, c->connection, "COMMIT"));
  const char* p = u.data;
  size_t left = u.size;
  while (*p) {
    sqlite3_stmt* st = nullptr;
    const char* tail;
    int rc;
    {
      DbCall call(t, db);
      rc = sqlite3_prepare_v2(db->db, p, static_cast<int>(left) + 1, &st, &tail);
      if (rc == SQLITE_OK) {
        do rc = st ? sqlite3_step(st) : SQLITE_DONE;
        while (rc == SQLITE_ROW);
        rc = sqlite3_finalize(st);
      }
    }
    if (rc != SQLITE_OK) return raise_db_error(t, db->db);
    left -= static_cast<size_t>(tail - p);
    p = tail;
    TRY(safepoint(t));
  }
  return a[0];
}

// The next row, or empty at the end.
Result<Value> next_row(Thread& t, Object* self) {
  Cursor* c = static_cast<Cursor*>(self);
  if (!check_cursor(t, c).ok()) return Error{};
  if (!c->stmt) return Value();
  c->locked = true;
  Result<Tuple*> row = fetch_row(t, c);
  Stmt* s = c->stmt;
  int rc = row.ok() ? step(t, s) : SQLITE_ROW;  // functions that it calls must not run another statement with this cursor
  c->locked = false;
  if (!row.ok()) return Error{};
  if (rc == SQLITE_DONE) {
    if (s->is_dml) c->rowcount = sqlite3_changes(s->db->db);
    drop_statement(t, c);
  } else if (rc != SQLITE_ROW) {
    raise_db_error(t, s->db->db);
    Value e = take_exc(t);
    drop_statement(t, c);
    restore_exc(t, e);
    return Error{};
  }
  if (c->row_factory && !c->row_factory.value().is_none()) return call(t, c->row_factory, self, row.value());
  return row.value();
}
Result<Value> cursor_fetchone(Thread& t, Args a) {
  Value v = next_row(t, self_of(a)).value();
  if (v) return v;
  if (t.exc) return Error{};
  return kNone;
}
Result<Value> fetch(Thread& t, Cursor* c, int64_t limit) {
  List* l = TRY(new_list(t));
  while (limit < 0 || static_cast<int64_t>(l->size) < limit) {
    Value v = next_row(t, c).value();
    if (!v) {
      if (t.exc) return Error{};
      break;
    }
    TRY(list_append(t, l, v));
  }
  return l;
}
Result<uint32_t> size_argument(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  if (int_is_negative(i)) return RAISE(ValueError, "Cannot convert negative int");
  if (!i.is_int() || i.as_int() > UINT32_MAX) return RAISE(OverflowError, "Python int too large to convert to C uint32_t");
  return static_cast<uint32_t>(i.as_int());
}
Result<Value> cursor_fetchmany(Thread& t, Args a) {
  uint32_t n = a[1] ? TRY(size_argument(t, a[1])) : self_of(a)->arraysize;
  return fetch(t, self_of(a), n);
}
Result<Value> cursor_fetchall(Thread& t, Args a) { return fetch(t, self_of(a), -1); }

Result<Value> cursor_init(Thread& t, Args a) {
  Cursor* c = self_of(a);
  TRY(check_cursor_locked(t, c));
  if (!is_connection(a[1])) return RAISE(TypeError, "Cursor() argument 1 must be sqlite3.Connection, not %T", a[1]);
  Connection* con = a.as<Connection>(1);
  drop_statement(t, c);
  c->connection.set(con);
  c->description.set(kNone);
  c->row_factory.set(kNone);
  c->lastrowid.set(kNone);
  c->casts.clear();
  c->closed = false;
  c->rowcount = -1;
  c->arraysize = 1;
  TRY(check_thread(t, con));
  c->initialized = true;
  return kNone;
}
Result<Value> cursor_close(Thread& t, Args a) {
  Cursor* c = self_of(a);
  TRY(check_cursor_locked(t, c));
  if (!c->connection) return PROGRAMMING_ERROR("Base Cursor.__init__ not called.");
  TRY(check_thread(t, c->connection));
  TRY(check_connection(t, c->connection));
  drop_statement(t, c);
  c->closed = true;
  return kNone;
}
Result<Value> cursor_ignore(Thread&, Args) { return kNone; }

Result<Value> get_connection(Thread&, Value v) { return or_none(v.as<Cursor>()->connection.value()); }
Result<Value> get_description(Thread&, Value v) { return or_none(v.as<Cursor>()->description.value()); }
Result<Value> get_lastrowid(Thread&, Value v) { return or_none(v.as<Cursor>()->lastrowid.value()); }
Result<Value> get_rowcount(Thread& t, Value v) { return make_int(t, v.as<Cursor>()->rowcount); }
Result<Value> get_arraysize(Thread&, Value v) { return small_int(v.as<Cursor>()->arraysize); }
Status set_arraysize(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "attribute 'arraysize' of 'sqlite3.Cursor' objects cannot be deleted");
  self.as<Cursor>()->arraysize = TRY(size_argument(t, v));
  return {};
}
Result<Value> get_row_factory(Thread&, Value v) { return or_none(v.as<Cursor>()->row_factory.value()); }
Status set_row_factory(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete row_factory attribute");
  self.as<Cursor>()->row_factory.set(v);
  return {};
}

constexpr MethodDef k_methods[] = {
    {"__init__", cursor_init, "($self, connection, /)", "A cursor of the connection."},
    {"execute", cursor_execute, "($self, sql, parameters=(), /)", "Runs one statement."},
    {"executemany", cursor_executemany, "($self, sql, seq_of_parameters, /)", "Runs one statement that changes data with each set of parameters."},
    {"executescript", cursor_executescript, "($self, sql_script, /)", "Runs several statements."},
    {"fetchone", cursor_fetchone, "($self, /)", "The next row, or None."},
    {"fetchmany", cursor_fetchmany, "($self, /, size=1)", "The next rows; arraysize of them when no number is given."},
    {"fetchall", cursor_fetchall, "($self, /)", "All rows that are left."},
    {"close", cursor_close, "($self, /)", "Closes the cursor."},
    {"setinputsizes", cursor_ignore, "($self, sizes, /)", "Does nothing; PEP 249 asks for it."},
    {"setoutputsize", cursor_ignore, "($self, size, column=None, /)", "Does nothing; PEP 249 asks for it."},
};
constexpr GetSetDef k_getsets[] = {
    {"connection", get_connection, nullptr, "The cursor's connection."},
    {"description", get_description, nullptr, "The columns of the last query: tuples of seven, of which the first is the name."},
    {"lastrowid", get_lastrowid, nullptr, "The row id of the last row that was inserted."},
    {"rowcount", get_rowcount, nullptr, "How many rows the last statement changed; -1 for queries."},
    {"arraysize", get_arraysize, set_arraysize, "How many rows fetchmany() fetches by default."},
    {"row_factory", get_row_factory, set_row_factory, "What makes rows: None, or a callable of cursor and tuple."},
};

}  // namespace

}  // namespace kaa::sqlite
namespace kaa {
template <> struct LayoutTraits<sqlite::Cursor> {
  static constexpr Death death = Death::kCustom;
  static void destroy(sqlite::Cursor* c) { if (c->stmt) sqlite::reset_and_release(c->stmt); }
};
namespace sqlite {
extern const TypeSpec k_cursor_spec = {.doc = "A cursor: runs statements and fetches rows.", .methods = k_methods, .getsets = k_getsets, .iternext = next_row,
                                       .layout = &kLayout<Cursor>, .flags = kTypeBase | kTypeWeakrefable | kTypeGenericNew};
}
}  // namespace kaa
