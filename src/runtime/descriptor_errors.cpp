// What an assignment to an attribute that cannot be assigned to says. CPython keeps some attributes as members of the struct and others behind a pair
// of functions, and words the two refusals differently; here all are functions, so the members are listed. Only errors come here.
#include "runtime/descriptor_errors.h"

#include <string.h>

#include <string>

namespace kaa {

namespace {

struct Row { const char* type; const char* names; };  // __name__ of the native type, its members with a blank behind each
constexpr Row kMembers[] = {
    {"BZ2Decompressor", "eof needs_input unused_data "},
    {"LZMADecompressor", "check eof needs_input unused_data "},
    {"Decompress", "eof unconsumed_tail unused_data "},
    {"_ZlibDecompressor", "eof needs_input unused_data "},
    {"GenericAlias", "__args__ __origin__ __unpacked__ "},
    {"Union", "__args__ "},
    {"function", "__builtins__ __closure__ "},
    {"async_generator", "ag_running "},
    {"coroutine", "cr_origin "},
    {"ContextVar", "name "},
    {"Dialect", "doublequote skipinitialspace strict "},
    {"reader", "dialect line_num "},
    {"writer", "dialect "},
    {"CField", "bit_offset byte_offset byte_size name offset type "},
    {"timedelta", "days microseconds seconds "},
    {"XMLParser", "entity target "},
    {"xmlparser", "intern "},
    {"code", "co_argcount co_consts co_exceptiontable co_filename co_firstlineno co_flags co_kwonlyargcount co_linetable co_name co_names co_nlocals "
             "co_posonlyargcount co_qualname co_stacksize "},
    {"partial", "args func keywords "},
    {"BufferedReader", "raw "},
    {"BufferedWriter", "raw "},
    {"BufferedRandom", "raw "},
    {"TextIOWrapper", "encoding line_buffering write_through "},
    {"Encoder", "default encoder indent item_separator key_separator markers skipkeys sort_keys "},
    {"Scanner", "object_hook object_pairs_hook parse_constant parse_float parse_int strict "},
    {"MultibyteStreamReader", "stream "},
    {"MultibyteStreamWriter", "stream "},
    {"SemLock", "handle kind maxvalue name "},
    {"socket", "family proto type "},
    {"Connection", "DataError DatabaseError Error IntegrityError InterfaceError InternalError NotSupportedError OperationalError ProgrammingError Warning "},
    {"Cursor", "connection description lastrowid rowcount "},
    {"ReferenceType", "__callback__ "},
    {"classmethod_descriptor", "__name__ __objclass__ "},
    {"getset_descriptor", "__name__ __objclass__ "},
    {"member_descriptor", "__name__ __objclass__ "},
    {"method_descriptor", "__name__ __objclass__ "},
    {"wrapper_descriptor", "__name__ __objclass__ "},
    {"method", "__func__ __self__ "},
    {"method-wrapper", "__self__ "},
    {"module", "__dict__ "},
    {"SimpleNamespace", "__dict__ "},
    {"traceback", "tb_frame tb_lasti "},
    {"ParamSpec", "__bound__ __contravariant__ __covariant__ __infer_variance__ __name__ "},
    {"ParamSpecArgs", "__origin__ "},
    {"ParamSpecKwargs", "__origin__ "},
    {"TypeAliasType", "__name__ "},
    {"TypeVar", "__contravariant__ __covariant__ __infer_variance__ __name__ "},
    {"TypeVarTuple", "__name__ "},
    {"ZoneInfo", "key "},
    {"Template", "interpolations strings "},
    {"BaseExceptionGroup", "exceptions message "},
    {"classmethod", "__func__ __wrapped__ "},
    {"staticmethod", "__func__ __wrapped__ "},
    {"complex", "imag real "},
    {"property", "fdel fget fset "},
    {"range", "start step stop "},
    {"slice", "start step stop "},
    {"super", "__self__ __self_class__ __thisclass__ "},
    {"type", "__base__ __basicsize__ __dictoffset__ __flags__ __itemsize__ __weakrefoffset__ "},
    {"DirEntry", "name path "},
    {"Match", "endpos pos re string "},
    {"Pattern", "flags groups pattern "},
    {"UCD", "unidata_version "},
};

bool is_member(Str* type, Str* name) {
  if (!name->is_ascii()) return false;
  std::string with_blank = std::string(name->ascii()) + " ";
  for (const Row& row : kMembers) {
    if (!str_equal_ascii(type, row.type)) continue;
    for (const char* p = row.names; (p = strstr(p, with_blank.c_str())); p++)
      if (p == row.names || p[-1] == ' ') return true;
  }
  return false;
}

}  // namespace

Error not_writable(Thread& t, Str* name, Type* owner) {
  if (is_member(owner->name, name)) return RAISE(AttributeError, "readonly attribute");
  return RAISE(AttributeError, "attribute '%U' of '%N' objects is not writable", name, owner);
}

bool has_own_setattr(Type* type) {
  for (const char* name : {"Context", "Pickler", "Unpickler"})
    if (!type->has(kTypeHeap) && str_equal_ascii(type->name, name)) return true;
  return false;
}

}  // namespace kaa
