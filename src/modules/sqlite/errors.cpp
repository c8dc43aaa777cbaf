// Result codes of the library as exceptions.
#include "modules/sqlite/sqlite.h"
#include "runtime/codecs_api.h"

namespace kaa::sqlite {

namespace {

struct CodeName { int code; const char* name; };
constexpr CodeName k_names[] = {
#define C(name) {name, #name},
#include "modules/sqlite/codes.inc"
#undef C
};

Type* class_of_code(int code) {
  State& s = state();
  switch (code & 0xFF) {
    case SQLITE_INTERNAL: case SQLITE_NOTFOUND: return s.InternalError;
    case SQLITE_ERROR: case SQLITE_PERM: case SQLITE_ABORT: case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_READONLY: case SQLITE_INTERRUPT: case SQLITE_IOERR:
    case SQLITE_FULL: case SQLITE_CANTOPEN: case SQLITE_PROTOCOL: case SQLITE_EMPTY: case SQLITE_SCHEMA:
      return s.OperationalError;
    case SQLITE_CORRUPT: return s.DatabaseError;
    case SQLITE_TOOBIG: return s.DataError;
    case SQLITE_CONSTRAINT: case SQLITE_MISMATCH: return s.IntegrityError;
    case SQLITE_MISUSE: case SQLITE_RANGE: return s.InterfaceError;
    default: return s.DatabaseError;
  }
}

Error raise_with_code(Thread& t, int code, int extended, const char* message) {
  if ((code & 0xFF) == SQLITE_NOMEM) return raise_memory(t);
  Value text = TRY(decode_bytes(t, message, nullptr, "replace"));
  Value e = TRY(call(t, class_of_code(code), text));
  TRY(set_attr(t, e, intern_name("sqlite_errorcode"), small_int(extended)));
  const char* name = error_name(extended);
  TRY(set_attr(t, e, intern_name("sqlite_errorname"), TRY(new_str(t, name ? name : "unknown"))));
  return raise_value(t, e);
}

}  // namespace

const char* error_name(int code) {
  for (auto& n : k_names)
    if (n.code == code) return n.name;
  return nullptr;
}

Error raise_db_error(Thread& t, sqlite3* db) { return raise_with_code(t, sqlite3_errcode(db), sqlite3_extended_errcode(db), sqlite3_errmsg(db)); }
Error raise_code(Thread& t, int code) { return raise_with_code(t, code, code, sqlite3_errstr(code)); }

}  // namespace kaa::sqlite
