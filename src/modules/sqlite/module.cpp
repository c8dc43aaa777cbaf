// The module _sqlite3.
#include "modules/new_exception.h"
#include "modules/sqlite/sqlite.h"
#include "runtime/interpreters.h"

namespace kaa::sqlite {

State& state() {
  static auto* s = new State;
  return *s;
}

namespace {

Result<Value> m_connect(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - nkw;
  if (npos > 1 && npos <= 8)
    TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
             "Passing more than 1 positional argument to sqlite3.connect() is deprecated. Parameters 'timeout', 'detect_types', 'isolation_level', 'check_same_thread', "
             "'factory', 'cached_statements' and 'uri' will become keyword-only parameters in Python 3.15."));
  Value factory = npos > 5 ? a[5] : Value(state().connection_type);
  for (uint32_t i = 0; i < nkw; i++)
    if (str_equal_ascii(kwnames->items[i].as<Str>(), "factory")) factory = a[npos + i];
  return call_args(t, factory, a.p, npos, kwnames);
}
Result<Value> m_complete_statement(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "complete_statement() argument 'statement' must be str, not %T", a[0]);
  Utf8 u;
  TRY(str_utf8(t, a.as<Str>(0), u));
  return Value::from_bool(sqlite3_complete(u.data));
}
Result<Value> m_register_adapter(Thread& t, Args a) {
  if (!is_type(a[0])) {
    // As any object may stand in the table, so may this one; only types are ever looked for.
  } else if (a[0] == Value(KAA_TYPE(int)) || a[0] == Value(KAA_TYPE(float)) || a[0] == Value(KAA_TYPE(str)) || a[0] == Value(KAA_TYPE(bytearray))) {
    state().base_type_adapted = true;
  }
  Tuple* key = TRY(make_tuple(t, a[0], state().protocol_type));
  TRY(dict_set(t, state().adapters, key, a[1]));
  return kNone;
}
Result<Value> m_register_converter(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "register_converter() argument 1 must be str, not %T", a[0]);
  Value upper = TRY(call_method(t, a[0], intern_name("upper")));
  TRY(dict_set(t, state().converters, upper, a[1]));
  return kNone;
}
Result<Value> m_adapt(Thread& t, Args a) { return adapt(t, a[0], a[1] ? a[1] : Value(state().protocol_type), a[2]); }
Result<Value> m_enable_callback_tracebacks(Thread& t, Args a) {
  state().callback_tracebacks = TRY(to_cint(t, a[0])) != 0;
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"connect", m_connect,
     "(database, timeout=5.0, detect_types=0, isolation_level='', check_same_thread=True, factory=ConnectionType, cached_statements=128, uri=False, *, "
     "autocommit=sqlite3.LEGACY_TRANSACTION_CONTROL)",
     "Opens a connection to a database.", kF},
    {"complete_statement", m_complete_statement, "(statement)", "Whether the text holds whole statements, each with its semicolon.", kF},
    {"register_adapter", m_register_adapter, "(type, adapter, /)", "Registers what makes values for SQLite of instances of a type.", kF},
    {"register_converter", m_register_converter, "(typename, converter, /)", "Registers what makes objects of values of a declared type.", kF},
    {"adapt", m_adapt, "(obj, proto=PrepareProtocolType, alt=<unrepresentable>, /)", "Adapts an object to a protocol.", kF},
    {"enable_callback_tracebacks", m_enable_callback_tracebacks, "(enable, /)", "Whether exceptions in callbacks are shown.", kF},
};

const TypeSpec k_protocol_spec = {.doc = "The protocol that values for SQLite are adapted to.", .layout = &kLayout<Object>, .flags = kTypeGenericNew};

struct CodeName { const char* name; int code; };
constexpr CodeName k_constants[] = {
#define C(name) {#name, name},
#include "modules/sqlite/codes.inc"
#include "modules/sqlite/constants.inc"
#undef C
};

Status exec(Thread& t, Module* m) {
  State& s = state();
  if (!s.connection_type) {
    s.connection_type = TRY(make_native_type(t, "sqlite3.Connection", nullptr, k_connection_spec));
    s.cursor_type = TRY(make_native_type(t, "sqlite3.Cursor", nullptr, k_cursor_spec));
    s.row_type = TRY(make_native_type(t, "sqlite3.Row", nullptr, k_row_spec));
    s.blob_type = TRY(make_native_type(t, "sqlite3.Blob", nullptr, k_blob_spec));
    s.statement_type = TRY(make_native_type(t, "sqlite3.Statement", nullptr, k_statement_spec));
    s.protocol_type = TRY(make_native_type(t, "sqlite3.PrepareProtocol", nullptr, k_protocol_spec));
    s.adapters = TRY(new_dict(t));
    s.converters = TRY(new_dict(t));
    process_end_hooks().push_back([] {
      dict_clear(state().adapters);
      dict_clear(state().converters);
    });
    s.Error = TRY(new_exception(t, "sqlite3", "Error", KAA_TYPE(Exception)));
    s.Warning = TRY(new_exception(t, "sqlite3", "Warning", KAA_TYPE(Exception)));
    s.InterfaceError = TRY(new_exception(t, "sqlite3", "InterfaceError", s.Error.get()));
    s.DatabaseError = TRY(new_exception(t, "sqlite3", "DatabaseError", s.Error.get()));
#define D(name) s.name = TRY(new_exception(t, "sqlite3", #name, s.DatabaseError.get()))
    D(InternalError);
    D(OperationalError);
    D(ProgrammingError);
    D(IntegrityError);
    D(DataError);
    D(NotSupportedError);
#undef D
  }
  TRY(module_add(t, m, "Connection", s.connection_type));
  TRY(module_add(t, m, "Cursor", s.cursor_type));
  TRY(module_add(t, m, "Row", s.row_type));
  TRY(module_add(t, m, "Blob", s.blob_type));
  TRY(module_add(t, m, "PrepareProtocol", s.protocol_type));
  TRY(module_add(t, m, "adapters", s.adapters.get()));
  TRY(module_add(t, m, "converters", s.converters.get()));
#define E(name) TRY(module_add(t, m, #name, s.name.get()))
  E(Error);
  E(Warning);
  E(InterfaceError);
  E(DatabaseError);
  E(InternalError);
  E(OperationalError);
  E(ProgrammingError);
  E(IntegrityError);
  E(DataError);
  E(NotSupportedError);
#undef E
  for (auto& c : k_constants) TRY(module_add(t, m, c.name, small_int(c.code)));
  TRY(module_add(t, m, "PARSE_DECLTYPES", small_int(1)));
  TRY(module_add(t, m, "PARSE_COLNAMES", small_int(2)));
  TRY(module_add(t, m, "LEGACY_TRANSACTION_CONTROL", small_int(kLegacy)));
  TRY(module_add(t, m, "threadsafety", small_int(sqlite3_threadsafe() == 0 ? 0 : sqlite3_threadsafe() == 1 ? 3 : 1)));
  return module_add(t, m, "sqlite_version", TRY(new_str(t, sqlite3_libversion())));
}

}  // namespace

}  // namespace kaa::sqlite
namespace kaa {
extern const ModuleDef _sqlite3_module = {.name = "_sqlite3", .functions = sqlite::k_functions, .exec = sqlite::exec};
}
