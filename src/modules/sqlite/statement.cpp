// Prepared statements: making, caching, binding parameters, stepping.
#include "base/text_buffer.h"
#include "modules/sqlite/sqlite.h"
#include "runtime/codecs_api.h"
#include "types/int.h"

namespace kaa::sqlite {

int g_quiet = 0;

// ---- handles
void release(Db* db) {
  if (--db->refs) return;
  g_quiet++;
  for (sqlite3_stmt* st : db->late_finalizes) sqlite3_finalize(st);
  for (sqlite3_blob* b : db->late_blobs) sqlite3_blob_close(b);
  sqlite3_close_v2(db->db);
  g_quiet--;
  delete db;
}
void release(Stmt* s) {
  if (--s->refs) return;
  Db* db = s->db;
  if (db->active) {
    db->late_finalizes.push_back(s->st);
  } else {
    g_quiet++;
    sqlite3_finalize(s->st);
    g_quiet--;
  }
  delete s;
  release(db);
}
void reset_and_release(Stmt* s) {
  if (s->db->active) {
    // The list would hold the Db by way of its own Stmt; late_work() takes it off before the connection lets the Db go.
    s->db->late_resets.push_back(s);
    return;
  }
  g_quiet++;
  sqlite3_reset(s->st);
  g_quiet--;
  s->taken = false;
  release(s);
}
void late_work(Thread& t, Db* db) {
  if (db->active) return;
  DbHold hold(db);
  while (!db->late_resets.empty()) {
    Stmt* s = db->late_resets.back();
    db->late_resets.pop_back();
    {
      DbCall call(t, db);
      sqlite3_reset(s->st);
    }
    s->taken = false;
    release(s);
  }
  while (!db->late_finalizes.empty()) {
    sqlite3_stmt* st = db->late_finalizes.back();
    db->late_finalizes.pop_back();
    DbCall call(t, db);
    sqlite3_finalize(st);
  }
  while (!db->late_blobs.empty()) {
    sqlite3_blob* b = db->late_blobs.back();
    db->late_blobs.pop_back();
    DbCall call(t, db);
    sqlite3_blob_close(b);
  }
}

Stmt* StmtCache::find(std::string_view sql) {
  auto it = index_.find(sql);
  if (it == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, it->second);
  it->second->stmt->refs++;
  return it->second->stmt;
}
void StmtCache::add(std::string_view sql, Stmt* s) {
  if (!limit_) return;
  if (index_.count(sql)) return;
  if (entries_.size() >= limit_) {
    Stmt* old = entries_.back().stmt;
    index_.erase(entries_.back().sql);
    entries_.pop_back();
    release(old);
  }
  s->refs++;
  entries_.push_front({std::string(sql), s});
  index_.emplace(entries_.front().sql, entries_.begin());
}
void StmtCache::clear() {
  index_.clear();
  while (!entries_.empty()) {
    Stmt* s = entries_.back().stmt;
    entries_.pop_back();
    release(s);
  }
}

// ---- making
namespace {

// The text behind white space and comments; null when nothing is left.
const char* skip_blank(const char* p) {
  for (;;) {
    switch (*p) {
      case 0: return nullptr;
      case ' ': case '\t': case '\f': case '\n': case '\r': p++; continue;
      case '-':
        if (p[1] != '-') return p;
        for (p += 2; *p && *p != '\n'; p++) {}
        continue;
      case '/':
        if (p[1] != '*') return p;
        for (p += 2; *p && !(p[0] == '*' && p[1] == '/'); p++) {}
        if (!*p) return nullptr;
        p += 2;
        continue;
      default: return p;
    }
  }
}

}  // namespace

Result<Stmt*> new_statement(Thread& t, Connection* c, Str* sql, std::string_view text) {
  if (static_cast<int64_t>(text.size()) > sqlite3_limit(c->db->db, SQLITE_LIMIT_SQL_LENGTH, -1)) return raise(t, state().DataError, "query string is too large");
  if (memchr(text.data(), 0, text.size())) return PROGRAMMING_ERROR("the query contains a null character");
  sqlite3_stmt* st = nullptr;
  const char* tail = nullptr;
  int rc;
  Db* db = c->db;
  DbHold hold(db);
  Keep keep(sql);
  {
    DbCall call(t, db);
    rc = sqlite3_prepare_v2(db->db, text.data(), static_cast<int>(text.size() + 1), &st, &tail);
  }
  if (rc != SQLITE_OK) return raise_db_error(t, db->db);
  if (tail && skip_blank(tail)) {
    sqlite3_finalize(st);
    return PROGRAMMING_ERROR("You can only execute one statement at a time.");
  }
  Stmt* s = new Stmt{st, db};
  db->refs++;
  if (const char* p = skip_blank(text.data()))
    s->is_dml = !sqlite3_strnicmp(p, "insert", 6) || !sqlite3_strnicmp(p, "update", 6) || !sqlite3_strnicmp(p, "delete", 6) || !sqlite3_strnicmp(p, "replace", 7);
  return s;
}

Result<Stmt*> get_statement(Thread& t, Connection* c, Str* sql) {
  Utf8 u;
  TRY(str_utf8(t, sql, u));
  late_work(t, c->db);
  TRY(check_connection(t, c));
  if (Stmt* s = c->cache->find(u.view())) {
    if (!s->taken) {
      s->taken = true;
      return s;
    }
    release(s);
    s = TRY(new_statement(t, c, sql, u.view()));
    s->taken = true;
    return s;
  }
  Stmt* s = TRY(new_statement(t, c, sql, u.view()));
  s->taken = true;
  if (c->cache) c->cache->add(u.view(), s);
  return s;
}

int step(Thread& t, Stmt* s) {
  if (!s->st) return SQLITE_DONE;
  DbCall call(t, s->db);
  return sqlite3_step(s->st);
}
void reset(Thread& t, Stmt* s) {
  if (!s->st) return;
  DbCall call(t, s->db);
  sqlite3_reset(s->st);
}

// ---- parameters
namespace {

bool needs_adapting(Value v) {
  if (state().base_type_adapted) return true;
  if (v.is_int() || v.is_float_word() || is_exact_float(v) || IS_EXACT(v, int) || IS_EXACT(v, str) || IS_EXACT(v, bytearray)) return false;
  return true;
}

Status bind_one(Thread& t, Stmt* s, int pos, Value v, const char* name) {
  sqlite3_stmt* st = s->st;
  int rc;
  if (v.is_none()) {
    rc = sqlite3_bind_null(st, pos);
  } else if (is_int(v)) {
    int64_t i;
    if (!int_fits64(v, &i)) return RAISE(OverflowError, "Python int too large to convert to SQLite INTEGER");
    rc = sqlite3_bind_int64(st, pos, i);
  } else if (is_float(v)) {
    rc = sqlite3_bind_double(st, pos, float_value(v));
  } else if (is_str(v)) {
    Utf8 u;
    TRY(str_utf8(t, v.as<Str>(), u));
    if (u.size > INT32_MAX) return RAISE(OverflowError, "string longer than INT_MAX bytes");
    rc = sqlite3_bind_text(st, pos, u.data, static_cast<int>(u.size), SQLITE_TRANSIENT);
  } else if (has_buffer(v)) {
    BufferHold b;
    TRY(b.get(t, v));
    if (b.size() > INT32_MAX) return RAISE(OverflowError, "BLOB longer than INT_MAX bytes");
    rc = sqlite3_bind_blob(st, pos, b.size() ? b.data() : "", static_cast<int>(b.size()), SQLITE_TRANSIENT);
  } else if (name) {
    return PROGRAMMING_ERROR("Error binding parameter '%s': type '%T' is not supported", name, v);
  } else {
    return PROGRAMMING_ERROR("Error binding parameter %d: type '%T' is not supported", pos, v);
  }
  if (rc == SQLITE_OK) return {};
  sqlite3* db = sqlite3_db_handle(st);
  if (rc == SQLITE_NOMEM) return raise_memory(t);
  return raise_db_error(t, db);
}

Status adapt_and_bind(Thread& t, Stmt* s, int pos, Value v) {
  if (needs_adapting(v)) v = TRY(adapt(t, v, state().protocol_type, v));
  return bind_one(t, s, pos, v, nullptr);
}

}  // namespace

Status bind_parameters(Thread& t, Connection* c, Stmt* s, Value params) {
  DbLock lock(t, s->db);
  int needed = s->st ? sqlite3_bind_parameter_count(s->st) : 0;
  if (is_list(params) || is_tuple(params) || (!is_dict(params) && type_of(params)->dunder(D_getitem) && type_of(params)->dunder(D_len) && !TRY(lookup_attr(t, params, intern_name("keys"))))) {
    int64_t n = TRY(length(t, params));
    if (n != needed)
      return PROGRAMMING_ERROR("Incorrect number of bindings supplied. The current statement uses %d, and there are %ld supplied.", needed, n);
    for (int i = 0; i < needed; i++) {
      const char* name = sqlite3_bind_parameter_name(s->st, i + 1);
      if (name && name[0] != '?')
        return PROGRAMMING_ERROR("Binding %d ('%s') is a named parameter, but you supplied a sequence which requires nameless (qmark) placeholders.", i + 1, name);
      Value v;
      if (IS_EXACT(params, tuple)) v = params.as<Tuple>()->items[i];
      else if (IS_EXACT(params, list)) {
        if (static_cast<uint64_t>(i) >= params.as<List>()->size) return RAISE(IndexError, "list index out of range");
        v = params.as<List>()->items[i];
      } else {
        v = TRY(get_item(t, params, small_int(i)));
      }
      TRY(adapt_and_bind(t, s, i + 1, v));
    }
    return {};
  }
  if (!type_of(params)->dunder(D_getitem) || is_str(params)) return PROGRAMMING_ERROR("parameters are of unsupported type");
  for (int i = 1; i <= needed; i++) {
    const char* name = sqlite3_bind_parameter_name(s->st, i);
    if (!name) return PROGRAMMING_ERROR("Binding %d has no name, but you supplied a dictionary (which has only names).", i);
    Str* key = TRY(new_str(t, name + 1));
    Result<Value> v = get_item(t, params, key);
    if (!v.ok()) {
      if (!exc_matches(t, KAA_TYPE(LookupError))) return Error{};
      clear_exc(t);
      return PROGRAMMING_ERROR("You did not supply a value for binding parameter :%U.", key);
    }
    TRY(adapt_and_bind(t, s, i, v.value()));
  }
  (void)c;
  return {};
}

// The registered adapter for type and protocol, or the protocol's __adapt__, or the value's __conform__.
Result<Value> adapt(Thread& t, Value v, Value proto, Value alt) {
  Tuple* key = TRY(make_tuple(t, type_of(v), proto));
  Opt adapter = TRY(dict_get(t, state().adapters, key));
  if (adapter) return call(t, adapter.v, v);
  auto through = [&](Value on, const char* method, Value arg) -> Result<Opt> {
    Opt m = TRY(lookup_attr(t, on, intern_name(method)));
    if (!m) return Opt{};
    Result<Value> r = call(t, m.v, arg);
    if (r.ok()) return Opt{r.value().is_none() ? Value() : r.value()};
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return Opt{};
  };
  if (Opt r = TRY(through(proto, "__adapt__", v))) return r.v;
  if (Opt r = TRY(through(v, "__conform__", proto))) return r.v;
  if (alt) return alt;
  return PROGRAMMING_ERROR("can't adapt");
}

Result<Value> value_to_python(Thread& t, sqlite3_value* v) {
  switch (sqlite3_value_type(v)) {
    case SQLITE_INTEGER: return make_int(t, sqlite3_value_int64(v));
    case SQLITE_FLOAT: return make_float(t, sqlite3_value_double(v));
    case SQLITE_TEXT: {
      const char* p = reinterpret_cast<const char*>(sqlite3_value_text(v));
      if (!p) return raise_memory(t);
      return decode_bytes(t, {p, static_cast<size_t>(sqlite3_value_bytes(v))}, nullptr, nullptr);
    }
    case SQLITE_BLOB: {
      const void* p = sqlite3_value_blob(v);
      return TRY(new_bytes(t, p ? p : "", static_cast<size_t>(sqlite3_value_bytes(v))));
    }
    default: return kNone;
  }
}

}  // namespace kaa::sqlite
