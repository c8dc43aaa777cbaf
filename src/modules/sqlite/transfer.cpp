// Whole databases: backup, serialization; and extensions.
#include "modules/sqlite/sqlite.h"
#include "runtime/audit.h"
#include "types/bytes.h"

namespace kaa::sqlite {

namespace {

Status name_of(Thread& t, Value v, const char* method, Utf8& out, const char** name) {
  *name = "main";
  if (!v) return {};
  if (!is_str(v)) return RAISE(TypeError, "%s() argument 'name' must be str, not %T", method, v);
  TRY(str_utf8(t, v.as<Str>(), out));
  if (memchr(out.data, 0, out.size)) return RAISE(ValueError, "embedded null character");
  *name = out.data;
  return {};
}
Status check(Thread& t, Connection* c) {
  TRY(check_thread(t, c));
  return check_connection(t, c);
}

}  // namespace

Result<Value> connection_backup(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  if (!is_connection(a[1])) return RAISE(TypeError, "backup() argument 'target' must be sqlite3.Connection, not %T", a[1]);
  Connection* target = a.as<Connection>(1);
  int pages = a[2] ? TRY(to_cint(t, a[2])) : -1;
  Value progress = a[3] ? a[3] : kNone;
  Utf8 name_text;
  const char* name;
  TRY(name_of(t, a[4], "backup", name_text, &name));
  double sleep = a[5] ? TRY(to_double(t, a[5])) : 0.25;
  TRY(check(t, c));
  TRY(check_connection(t, target));  // of any thread: locks keep it whole
  if (target == c) return RAISE(ValueError, "target cannot be the same connection instance");
  if (!progress.is_none() && !is_callable(progress)) return RAISE(TypeError, "progress argument must be a callable");
  if (pages == 0) pages = -1;
  Db *from = c->db, *to = target->db;
  DbHold hold_from(from), hold_to(to);
  sqlite3_backup* backup;
  {
    DbCall call(t, to);
    backup = sqlite3_backup_init(to->db, "main", from->db, name);
  }
  if (!backup) return raise_db_error(t, to->db);
  int rc;
  Status status;
  do {
    {
      from->active++;
      DbCall call(t, to);
      rc = sqlite3_backup_step(backup, pages);
    }
    from->active--;
    if (!progress.is_none()) {
      status = call(t, progress, small_int(rc), small_int(sqlite3_backup_remaining(backup)), small_int(sqlite3_backup_pagecount(backup))).ok() ? Status() : Status(Error{});
      if (!status.ok()) break;
    }
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
      Blocking b(t);
      sqlite3_sleep(static_cast<int>(sleep * 1000));
    }
    status = safepoint(t);
    if (!status.ok()) break;
  } while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
  {
    from->active++;
    DbCall call(t, to);
    rc = sqlite3_backup_finish(backup);
  }
  from->active--;
  if (status.ok() && rc != SQLITE_OK) status = raise_db_error(t, to->db);
  TRY(status);
  return kNone;
}

Result<Value> connection_serialize(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  Utf8 name_text;
  const char* name;
  TRY(name_of(t, a[1], "serialize", name_text, &name));
  TRY(check(t, c));
  Db* db = c->db;
  DbHold hold(db);
  sqlite3_int64 size;
  const char* p = reinterpret_cast<const char*>(sqlite3_serialize(db->db, name, &size, SQLITE_SERIALIZE_NOCOPY));
  bool own = false;
  if (!p) {
    DbCall call(t, db);
    p = reinterpret_cast<const char*>(sqlite3_serialize(db->db, name, &size, 0));
    own = true;
  }
  if (!p) return OPERATIONAL_ERROR("unable to serialize '%s'", name);
  Result<Bytes*> r = new_bytes(t, p, static_cast<size_t>(size));
  if (own) sqlite3_free(const_cast<char*>(p));
  return TRY(r);
}
Result<Value> connection_deserialize(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  BufferHold in;
  Utf8 text, name_text;
  std::string_view data;
  if (is_str(a[1])) {
    TRY(str_utf8(t, a.as<Str>(1), text));
    data = text.view();
  } else {
    TRY(in.get(t, a[1]));
    data = in.view();
  }
  const char* name;
  TRY(name_of(t, a[2], "deserialize", name_text, &name));
  TRY(check(t, c));
  if (data.size() > INT64_MAX / 2) return RAISE(OverflowError, "'data' is too large");
  void* copy = sqlite3_malloc64(data.size());
  if (!copy) return raise_memory(t);
  if (!data.empty()) memcpy(copy, data.data(), data.size());
  int rc;
  Db* db = c->db;
  DbHold hold(db);
  {
    DbCall call(t, db);
    rc = sqlite3_deserialize(db->db, name, static_cast<unsigned char*>(copy), static_cast<sqlite3_int64>(data.size()), static_cast<sqlite3_int64>(data.size()),
                             SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  }
  if (rc != SQLITE_OK) return raise_db_error(t, db->db);
  return kNone;
}

Result<Value> connection_enable_load_extension(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  bool on = TRY(truth(t, a[1]));
  TRY(check(t, c));
  TRY(audit(t, "sqlite3.enable_load_extension", c, Value::from_bool(on)));
  if (sqlite3_enable_load_extension(c->db->db, on) != SQLITE_OK) return OPERATIONAL_ERROR("Error enabling load extension");
  return kNone;
}
Result<Value> connection_load_extension(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  Utf8 name, entry;
  if (!is_str(a[1])) return RAISE(TypeError, "load_extension() argument 1 must be str, not %T", a[1]);
  TRY(str_utf8(t, a.as<Str>(1), name));
  if (a[2] && !a[2].is_none()) {
    if (!is_str(a[2])) return RAISE(TypeError, "load_extension() argument 'entrypoint' must be str or None, not %T", a[2]);
    TRY(str_utf8(t, a.as<Str>(2), entry));
  }
  TRY(check(t, c));
  TRY(audit(t, "sqlite3.load_extension", c, a[1]));
  char* message = nullptr;
  int rc = sqlite3_load_extension(c->db->db, name.data, entry.data, &message);
  if (rc == SQLITE_OK) return kNone;
  OPERATIONAL_ERROR("%s", message ? message : "unknown error");
  sqlite3_free(message);
  return Error{};
}

}  // namespace kaa::sqlite
