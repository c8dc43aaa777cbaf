// _ctypes: C data in Python, and calls of C functions and from them, on libffi.
//
// Three kinds of objects:
//   CType    a class such as c_int or a Structure: a type whose Info says how big its instances are, how they are read, written and passed. Its metaclass (one for
//            each kind) is a native type with CType's layout, so that Info lies in the class itself.
//   CData    an instance: memory of its own (inline up to 16 bytes), or a part of another instance's (`base`), or somebody else's (from_address()).
//   CFuncPtr a CData whose memory holds a function's address.
//
// What C memory refers to, nobody scans. So an object whose address is stored in it is put into `objects` of the outermost CData that owns the memory (keep_ref()); a
// function that stores a value into C memory (Setter) returns the object to be kept, or None.
// Struct layouts are computed by the library's ctypes/_layout.py.
#pragma once
#include <ffi.h>

#include "runtime/api.h"

namespace kaa::ctypes {

enum class Kind : uint8_t { kNone, kStruct, kUnion, kPointer, kArray, kSimple, kFunction };  // kNone: abstract, without storage

// What of memory a getter or setter concerns: the bytes at the address, or some bits of the number there (bit_size 0: all of it).
struct Extent {
  int64_t size = 0;
  uint8_t bit_size = 0, bit_offset = 0;
};
using Getter = Result<Value> (*)(Thread&, const char* p, Extent);
using Setter = Result<Value> (*)(Thread&, char* p, Value v, Extent);

// A row of the table of type codes (codes.cpp).
struct TypeCode {
  char code;
  char format;              // PEP 3118
  ffi_type* ffi;
  Getter get, get_swapped;  // swapped: in the other byte order; null: there is no such type
  Setter set, set_swapped;
};
const TypeCode* find_code(uint32_t c);
extern const char* const kCodes;   // all of them, as error messages name them
// Of arrays of characters, which are fields of structures as texts.
Result<Value> get_char_field(Thread& t, const char* p, Extent e);
Result<Value> set_char_field(Thread& t, char* p, Value v, Extent e);
Result<Value> get_wchar_field(Thread& t, const char* p, Extent e);
Result<Value> set_wchar_field(Thread& t, char* p, Value v, Extent e);
Result<Value> get_object(Thread& t, const char* p, Extent e);

enum : uint32_t {  // FUNCFLAG_*, and what a type contains
  kCdecl = 1, kPythonApi = 4, kUseErrno = 8, kUseLastError = 16, kIsPointer = 0x100, kHasPointer = 0x200, kHasUnion = 0x400, kHasBitfield = 0x800,
};

// Classes of eight bytes in the calling convention (System V ABI for x86-64, 3.2.3).
enum class Word : uint8_t { kNone, kInteger, kSse, kX87, kX87Up, kMemory };

// How libffi is told about a structure (abi.cpp).
struct Aggregate {
  ffi_type as_argument, as_result;
  ffi_type* elements[5];
  ffi_type* memory[2];
};

struct Info {
  Kind kind;
  bool final;               // an instance or a subclass exists: fields cannot be set any more
  bool swapped;             // simple types in the other byte order
  uint32_t flags;
  int64_t size, align, length;  // length: of an array, or the number of fields, those of bases included
  ffi_type *ffi, *ffi_result;
  Aggregate* aggregate;     // owned; of structures and unions
  Word words[2];            // of types of at most 16 bytes; the first is kMemory where a field is not aligned
  const TypeCode* code;     // of simple types
  Getter get;
  Setter set;
  char* format;             // PEP 3118; malloc
  int ndim;
  int64_t* shape;           // malloc
  Field<> item;             // what a pointer points to, the type of an array's items
  Field<> argtypes, converters, restype, checker;  // of functions: tuples, their result's type and its _check_retval_
  Field<> pointer_type;     // __pointer_type__
  Field<Dict*> arrays;      // length to weak reference: the array types of this type
};

struct CType : Type {
  Info info;
  template <class F> void each_field(F&& f) {
    Type::each_field(f);
    f(info.item); f(info.argtypes); f(info.converters); f(info.restype); f(info.checker); f(info.pointer_type); f(info.arrays);
  }
};

struct CData : Object {
  char* data;
  int64_t size, length, index;  // index: within base
  int64_t block;                // bytes at data that are owned raw memory; 0: none
  bool owns;                    // the memory is this object's (inline or block)
  Field<CData*> base;
  Field<> objects;              // empty, None, one object, or a dict
  char small[16];
  template <class F> void each_field(F&& f) { f(base); f(objects); }
};

struct CFuncPtr : CData {
  Field<> thunk, callable, converters, argtypes, restype, checker, errcheck, paramflags;  // empty: the class's, or none
  template <class F> void each_field(F&& f) {
    CData::each_field(f);
    f(thunk); f(callable); f(converters); f(argtypes); f(restype); f(checker); f(errcheck); f(paramflags);
  }
};

// What C code calls, for a Python callable (callback.cpp).
struct Thunk : Object {
  ffi_closure* closure;
  void* code;
  ffi_cif cif;
  ffi_type** types;         // malloc
  uint32_t flags;
  Field<> callable, restype;
  Field<Tuple*> argtypes;
  template <class F> void each_field(F&& f) { f(callable); f(restype); f(argtypes); }
};

// An argument that is ready to be passed (byref(), from_param()).
struct CArg : Object {
  char tag;                 // type code; 'P' for pointers
  ffi_type* ffi;
  char value[32];
  Field<> obj;              // kept alive
  template <class F> void each_field(F&& f) { f(obj); }
};

struct CField : Object {
  int64_t byte_offset, byte_size, index;
  uint8_t bit_size, bit_offset;
  bool bitfield, anonymous;
  Getter get;
  Setter set;
  Field<> type;
  Field<Str*> name;
  template <class F> void each_field(F&& f) { f(type); f(name); }
};

}  // namespace kaa::ctypes

namespace kaa {
template <> struct LayoutTraits<ctypes::CType> { static void destroy(ctypes::CType* ty); };
template <> struct LayoutTraits<ctypes::CData> { static constexpr Death death = Death::kCustom; static void destroy(ctypes::CData* d); static size_t bytes(ctypes::CData* d); };
template <> struct LayoutTraits<ctypes::CFuncPtr> { static constexpr Death death = Death::kCustom; static void destroy(ctypes::CFuncPtr* f); static size_t bytes(ctypes::CFuncPtr* f); };
template <> struct LayoutTraits<ctypes::Thunk> { static constexpr Death death = Death::kCustom; static void destroy(ctypes::Thunk* k); };
}  // namespace kaa

namespace kaa::ctypes {

struct State {
  Type *ctype, *struct_type, *union_type, *pointer_type, *array_type, *simple_type, *function_type;          // metaclasses
  Type *cdata, *structure, *union_, *pointer, *array, *simple, *function;                                    // their abstract instances
  Type *field, *arg, *thunk;
  Root<> argument_error;    // ctypes.ArgumentError
};
State& state();

// ---- types
inline bool is_ctype(Value v) { return v.is_object() && v.object()->type()->layout == &kLayout<CType>; }  // abstract ones included
inline CType* as_ctype(Type* ty) { return static_cast<CType*>(ty); }
inline Info* info_of(Value v) { return is_ctype(v) && v.as<CType>()->info.kind != Kind::kNone ? &v.as<CType>()->info : nullptr; }  // null: no storage
inline bool is_cdata(Value v) {
  if (!v.is_object()) return false;
  const Layout* l = v.object()->type()->layout;
  return l == &kLayout<CData> || l == &kLayout<CFuncPtr>;
}
inline Info& info_of_data(CData* d) { return as_ctype(d->type())->info; }
// A subclass of c_int, say: its instances are not turned into Python objects by themselves.
inline bool is_simple_subclass(Value type) { return info_of(type)->kind == Kind::kSimple && type.as<Type>()->base != state().simple; }
Result<Info*> need_info(Thread& t, Value type, const char* message = "abstract class");
Status set_format(Thread& t, Info& info, const char* text, size_t n);
Status begin_info(Thread& t, CType* ty, Kind kind);         // of a class that is being set up
Status inherit_info(Thread& t, CType* ty, CType* from);    // of a structure without fields of its own
Result<CType*> array_type(Thread& t, Value item, int64_t length);
Status struct_update(Thread& t, CType* ty, Value fields);  // _fields_ were set (fields.cpp)
Status init_types(Thread& t, Module* m);                   // types.cpp
extern const TypeSpec k_field_spec, k_arg_spec, k_thunk_spec, k_cdata_spec, k_structure_spec, k_union_spec, k_array_spec, k_pointer_spec, k_simple_spec, k_function_spec;

// ---- the calling convention (abi.cpp)
void add_words(Word* words, const Info& info, int64_t offset);
Status make_aggregate(Thread& t, Info& info);

// ---- instances (data.cpp)
// Whether instances of the type are CData: a metaclass can be called with any bases.
inline bool has_data_layout(Type* ty) { return ty->layout == &kLayout<CData> || ty->layout == &kLayout<CFuncPtr>; }
inline bool is_data_of(Value v, Value type) { return is_cdata(v) && is_instance(v, type.as<Type>()); }
Result<CData*> new_cdata(Thread& t, Value type);                                   // zeroed memory of its own
Result<CData*> cdata_within(Thread& t, Value type, CData* base, int64_t index, char* p);  // at p, which is base's
Result<CData*> cdata_copy(Thread& t, Value type, const char* p);                   // memory of its own
Result<CData*> cdata_at(Thread& t, Value type, char* p);                           // somebody else's memory
Result<Value> cdata_get(Thread& t, Value type, Getter get, CData* of, int64_t index, char* p, Extent e);
Status cdata_set(Thread& t, CData* into, Value type, Setter set, Value v, int64_t index, char* p, Extent e);
Result<Value> kept_objects(Thread& t, CData* d);
Status keep_ref(Thread& t, CData* d, int64_t index, Value object);
Result<CData*> container_of(Thread& t, CData* d);
Result<Value> cdata_reduce(Thread& t, Args a);
Result<Value> cdata_resize(Thread& t, Args a);
extern const BufferProcs k_cdata_buffer;
inline void* pointer_at(const char* p) { void* v; memcpy(&v, p, sizeof v); return v; }
inline void set_pointer_at(char* p, const void* v) { memcpy(p, &v, sizeof v); }
Result<uint64_t> address_from_int(Thread& t, Value v);

// ---- calls
// An argument in libffi's form; `data` points to the value.
struct CallArg {
  ffi_type* ffi;
  void* data;
  char value[32];
  Value keep, copy;         // what was passed; the bytes object that data lies in
};
Result<CArg*> new_arg(Thread& t, char tag, ffi_type* ffi, Value obj);
Result<CArg*> arg_of_data(Thread& t, CData* d);            // a CData as an argument
Result<CArg*> arg_by_reference(Thread& t, CData* d, int64_t offset);
inline bool is_arg(Value v) { return v.is_object() && v.object()->type() == state().arg; }
struct Signature { Value converters, restype, checker; uint32_t flags; };  // empty: not given
Result<Value> call_foreign(Thread& t, void* function, const Signature& sig, Args args);
// TypeError and the like of an argument become exc_class("<prefix>TypeError: ...").
Error extend_error(Thread& t, Value exc_class, Str* prefix);
int& saved_errno();                                        // of the thread: what get_errno() says

Result<Tuple*> converters_of(Thread& t, Value argtypes);
Status check_restype(Thread& t, Value v, Field<>& restype, Field<>& checker, const char* message);
Result<Thunk*> new_thunk(Thread& t, Value callable, Tuple* argtypes, Value restype, uint32_t flags);
Result<void*> find_symbol(Thread& t, Value dll, const char* name, Type* error);  // dlsym(); raises `error` with dlerror()'s words
void init_pythonapi();                                     // pythonapi.cpp

}  // namespace kaa::ctypes
