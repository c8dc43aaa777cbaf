// _sqlite3: what its files share.
//
// Ownership. The library's handles live outside the heap: a Db (one sqlite3*) is held by its Connection and by every Stmt and Blob made from it, a Stmt (one sqlite3_stmt*)
// by the cursor that runs it and by the connection's cache. They are counted by hand, because objects of the heap die in any order. The last holder of a Db closes it.
//
// Dying objects. Reconcile runs no Python and must not wait for a lock that a thread inside the library holds. What dies while some thread is inside (Db::active) is
// therefore put on a list, and reset or finalized by the next call on that connection; otherwise it is done at once, with g_quiet set, by which callbacks do nothing.
//
// Callables. Functions, aggregates and hooks are held by the Connection (`callbacks`, by number), so that the cycle collector sees them; the library's user data is a
// Callback that names connection and number. The library calls back only inside calls on that connection, so the pointer to it is valid.
#pragma once
#include <sqlite3.h>

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/library_callback.h"
#include "runtime/api.h"

namespace kaa::sqlite {

struct BlobObject;

struct Stmt;
struct Db {
  sqlite3* db;
  int refs = 1;
  int active = 0;                    // threads inside the library
  std::vector<Stmt*> late_resets;    // statements whose cursor died meanwhile (each holds a reference)
  std::vector<sqlite3_stmt*> late_finalizes;
  std::vector<sqlite3_blob*> late_blobs;
  std::vector<BlobObject*> blobs;    // open ones; they take themselves off
};
struct Stmt {
  sqlite3_stmt* st;                  // null: an empty statement
  Db* db;
  int refs = 1;
  bool is_dml;
  bool taken = false;                // a cursor runs it: another one that wants the same text makes its own
};
extern int g_quiet;
void release(Db* db);
void release(Stmt* s);
void reset_and_release(Stmt* s);     // of a dying cursor
void late_work(Thread& t, Db* db);   // what was put off

// A statement cache: least recently used out first.
class StmtCache {
 public:
  explicit StmtCache(size_t limit) : limit_(limit) {}
  ~StmtCache() { clear(); }
  Stmt* find(std::string_view sql);  // a new reference, or null
  void add(std::string_view sql, Stmt* s);
  void clear();
 private:
  struct Entry { std::string sql; Stmt* stmt; };
  std::list<Entry> entries_;         // most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;
  size_t limit_;
};

constexpr int kLegacy = -1;          // of Connection::autocommit
struct Connection : Object {
  Db* db;                            // null: not initialized, or closed
  StmtCache* cache;
  Field<Dict*> callbacks;            // number -> callable
  Field<> row_factory, text_factory;
  const char* isolation_level;       // one of four static texts; null: None
  int64_t next_callback, trace, progress, authorizer;  // numbers; 0: none
  uint64_t thread;
  int detect_types, autocommit;
  bool initialized, check_same_thread;
  template <class F> void each_field(F&& f) { f(callbacks); f(row_factory); f(text_factory); }
};
struct Cursor : Object {
  Field<Connection*> connection;
  Field<> description, row_factory, lastrowid;
  Field<Tuple*> casts;               // a converter or None for each column; empty: no converters
  Stmt* stmt;                        // on a row; null: nothing more to fetch
  int64_t rowcount;
  uint32_t arraysize;
  bool initialized, closed, locked;
  template <class F> void each_field(F&& f) { f(connection); f(description); f(row_factory); f(lastrowid); f(casts); }
};
struct Row : Object {
  Field<Tuple*> data;
  Field<> description;
  template <class F> void each_field(F&& f) { f(data); f(description); }
};
struct StatementObject : Object {    // what Connection.__call__ gives
  Stmt* stmt;
};
struct BlobObject : Object {
  Field<Connection*> connection;
  Db* db;
  sqlite3_blob* blob;                // null: closed
  int offset;
  template <class F> void each_field(F&& f) { f(connection); }
};

// Holds the connection's mutex for calls that are too short to give up the interpreter lock: whoever waits for the mutex must not hold that lock, because
// another thread may be in a callback, with the mutex, and wait for it.
class DbLock {
 public:
  DbLock(Thread& t, Db* db) : mutex_(sqlite3_db_mutex(db->db)) {
    if (!mutex_ || sqlite3_mutex_try(mutex_) == SQLITE_OK) return;
    Blocking b(t);
    sqlite3_mutex_enter(mutex_);
  }
  ~DbLock() { sqlite3_mutex_leave(mutex_); }
  DbLock(const DbLock&) = delete;

 private:
  sqlite3_mutex* mutex_;
};

// Holds a Db over calls of the library: callbacks and other threads may close its connection, or make a new one of that, meanwhile.
class DbHold {
 public:
  explicit DbHold(Db* db) : db_(db) { db->refs++; }
  ~DbHold() { release(db_); }
  DbHold(const DbHold&) = delete;

 private:
  Db* db_;
};

// A call of the library on a Db that may wait or call back: other threads may run meanwhile. The caller holds the Db.
class DbCall {
 public:
  DbCall(Thread& t, Db* db) : db_(db) {
    db->active++;
    new (&blocking_) Blocking(t);
  }
  ~DbCall() {
    reinterpret_cast<Blocking*>(&blocking_)->~Blocking();
    db_->active--;
  }
 private:
  Db* db_;
  alignas(Blocking) char blocking_[sizeof(Blocking)];
};

struct State {
  Type *connection_type = nullptr, *cursor_type = nullptr, *row_type = nullptr, *blob_type = nullptr, *protocol_type = nullptr, *statement_type = nullptr;
  Root<Type*> Warning, Error, InterfaceError, DatabaseError, InternalError, OperationalError, ProgrammingError, IntegrityError, DataError, NotSupportedError;
  Root<Dict*> adapters, converters;
  bool callback_tracebacks = false, base_type_adapted = false;
};
State& state();

// ---- errors (errors.cpp)
Error raise_db_error(Thread& t, sqlite3* db);           // for the library's last error
Error raise_code(Thread& t, int code);                  // for a result code alone
const char* error_name(int code);
#define PROGRAMMING_ERROR(...) ::kaa::raise(t, state().ProgrammingError.get(), __VA_ARGS__)
#define OPERATIONAL_ERROR(...) ::kaa::raise(t, state().OperationalError.get(), __VA_ARGS__)

// ---- statements (statement.cpp)
Result<Stmt*> new_statement(Thread& t, Connection* c, Str* sql, std::string_view text);  // Result's null: error
Result<Stmt*> get_statement(Thread& t, Connection* c, Str* sql);                          // from the cache
int step(Thread& t, Stmt* s);
void reset(Thread& t, Stmt* s);
Status bind_parameters(Thread& t, Connection* c, Stmt* s, Value params);
Result<Value> adapt(Thread& t, Value v, Value proto, Value alt);
Result<Value> value_to_python(Thread& t, sqlite3_value* v);

// ---- connections (connection.cpp)
Status check_connection(Thread& t, Connection* c);      // initialized, open, right thread
Status check_open(Thread& t, Connection* c);
Status check_thread(Thread& t, Connection* c);
Status run_sql(Thread& t, Connection* c, const char* sql);
Status begin_transaction(Thread& t, Connection* c);
bool is_connection(Value v);
Result<Value> connection_cursor(Thread& t, Args a);

// ---- callbacks (callbacks.cpp): rows of Connection's method table
#define CALLBACK_ROWS_DECLARED(M) M(create_function) M(create_aggregate) M(set_authorizer) M(set_progress_handler) M(set_trace_callback)
#define M(name) Result<Value> connection_##name(Thread& t, Args a, Tuple* kwnames);
CALLBACK_ROWS_DECLARED(M)
#undef M
Result<Value> connection_create_window_function(Thread& t, Args a);
Result<Value> connection_create_collation(Thread& t, Args a);

// ---- blobs (blob.cpp)
void close_blob(BlobObject* b);
Result<Value> connection_blobopen(Thread& t, Args a);
// ---- transfers (transfer.cpp)
Result<Value> connection_backup(Thread& t, Args a);
Result<Value> connection_serialize(Thread& t, Args a);
Result<Value> connection_deserialize(Thread& t, Args a);
Result<Value> connection_enable_load_extension(Thread& t, Args a);
Result<Value> connection_load_extension(Thread& t, Args a);

extern const TypeSpec k_connection_spec, k_statement_spec, k_cursor_spec, k_row_spec, k_blob_spec;

}  // namespace kaa::sqlite
