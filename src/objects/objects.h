// Layouts of the core builtin objects. What Python sees of them is in src/types. Each struct names its counted fields once, in each_field(f):
// traversal and dropping are generated from it (objects/layout.h).
#pragma once
#include <string_view>

#include "objects/shape.h"

namespace kaa {

// ---- static types: rows of types.def
enum TypeIndex : uint16_t {
#define TYPE(id, ...) kT_##id,
#include "defs/types.def"
  kBuiltinTypeCount
};
extern Type g_types[kBuiltinTypeCount];
extern Shape g_root_shapes[kBuiltinTypeCount];
#define KAA_TYPE(id) (&::kaa::g_types[::kaa::kT_##id])
#define KAA_SHAPE(id) (&::kaa::g_root_shapes[::kaa::kT_##id])
// Exact type test, without subclasses: one comparison.
#define IS_EXACT(v, id) ((v).is_object() && (v).object()->shape == KAA_SHAPE(id))

extern Type* const g_immediate_types[16];  // by the low four bits of a word that is no pointer
inline Type* type_of(Value v) {
  if (LIKELY(v.is_object())) return v.object()->type();
  if (v.is_int()) return KAA_TYPE(int);
  if (v.is_float_word()) return KAA_TYPE(float);
  return g_immediate_types[v.bits() >> 3];
}
bool is_subtype(Type* a, Type* b);  // by the mro
inline bool is_instance(Value v, Type* t) { Type* vt = type_of(v); return vt == t || is_subtype(vt, t); }

// ---- text
// Inline data of 1, 2 or 4 bytes a character, NUL-terminated, behind the struct; or, for strings grown by +=, data in a shared buffer.
struct StrBuffer;  // objects/str_buffer.h
enum : uint32_t {
  kStrKind2 = kTypeFlag0, kStrKind4 = kTypeFlag0 << 1, kStrAscii = kTypeFlag0 << 2,
  kStrInterned = kTypeFlag0 << 3,      // a name: interned and immortal
  kStrView = kTypeFlag0 << 4,
  kStrWeakInterned = kTypeFlag0 << 5,  // interned by sys.intern alone: leaves the table when it dies (str_dies)
};
// A kStrView string: data pointer, then the buffer object that owns the characters.
struct StrViewFields { void* data; Field<Value> owner; };
struct Str : Object {
  int64_t hash;     // 0: not computed yet
  uint64_t length;  // characters
  int kind() const { return (rc & kStrKind4) ? 4 : (rc & kStrKind2) ? 2 : 1; }
  bool is_ascii() const { return rc & kStrAscii; }
  const void* data() const { return UNLIKELY(rc & kStrView) ? *reinterpret_cast<void* const*>(this + 1) : static_cast<const void*>(this + 1); }
  void* inline_data() { return this + 1; }
  const uint8_t* data1() const { return static_cast<const uint8_t*>(data()); }
  const uint16_t* data2() const { return static_cast<const uint16_t*>(data()); }
  const uint32_t* data4() const { return static_cast<const uint32_t*>(data()); }
  uint32_t at(size_t i) const {
    switch (kind()) { case 1: return data1()[i]; case 2: return data2()[i]; default: return data4()[i]; }
  }
  // The characters of an ASCII string.
  std::string_view ascii() const { return {reinterpret_cast<const char*>(data()), length}; }
  StrViewFields* view() { return reinterpret_cast<StrViewFields*>(this + 1); }
  template <class F> void each_field(F&& f) { if (UNLIKELY(rc & kStrView)) f(view()->owner); }
};
void str_dies(Str* s);  // str_core.cpp: the reclaimer found an unreachable kStrWeakInterned string

struct Bytes : Object {
  int64_t hash;     // 0: not computed yet
  uint64_t size;
  char* data() { return reinterpret_cast<char*>(this + 1); }  // NUL-terminated
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view view() const { return {data(), size}; }
  template <class F> void each_field(F&&) {}
};

struct ByteArray : Object {
  char* data;         // raw buffer, start of the contents (may lie behind `alloc` after deletions at the front)
  char* alloc;
  uint64_t size, cap;
  uint64_t exports;   // live buffer exports: no resizing
  template <class F> void each_field(F&&) {}
};

// ---- numbers. Ints of up to 62 bits are never boxed: an IntObject is always outside that range.
// int subclasses (bool has constants of its own) hold any value in an IntObject; see types/int.h.
struct IntObject : Object {
  int64_t size;      // limbs, negative for a negative number; normalised
  uint64_t limbs[];
  template <class F> void each_field(F&&) {}
};
struct FloatObject : Object {
  double value;
  template <class F> void each_field(F&&) {}
};
struct ComplexObject : Object {
  double real, imag;
  template <class F> void each_field(F&&) {}
};

// ---- containers
struct Tuple : Object {
  uint64_t size;
  Value items[];     // counted; written once, by the maker (tuple_init)
  template <class F> void each_field(F&& f) { for (uint64_t i = 0; i < size; i++) f(reinterpret_cast<Field<>&>(items[i])); }
};
struct List : Object {
  Value* items;      // raw buffer of cap words; counted
  uint64_t size, cap;
  template <class F> void each_field(F&& f) { for (uint64_t i = 0; i < size; i++) f(reinterpret_cast<Field<>&>(items[i])); }
};
struct DictEntry { int64_t hash; Value key, value; };  // counted; key empty: deleted (it keeps its hash)
enum : uint32_t {
  kDictHasNonStr = kTypeFlag0,             // some key is not an exact str
  kDictReusedSlots = kTypeFlag0 << 1,      // the index may lead to no deleted entry where it led before
};
struct Dict : Object {    // types/dict.cpp explains the table
  DictEntry* entries;     // in a raw buffer, behind the index (objects/table_traits.h); null: no buffer
  uint32_t used;          // live entries
  uint32_t fill;          // entries in use, deleted ones included
  uint32_t cap;           // entries there is room for
  uint32_t index_log2;    // index slots; their width follows from it (1, 2 or 4 bytes)
  uint32_t keys_version;  // identifies the set and positions of keys; 0: none given. See dict_keys_version().
  uint32_t mutations;     // counts insertions and deletions
  template <class F> void each_field(F&& f) {
    for (uint32_t i = 0; i < fill; i++)
      if (entries[i].key) { f(reinterpret_cast<Field<>&>(entries[i].key)); f(reinterpret_cast<Field<>&>(entries[i].value)); }
  }
};
struct SetEntry { int64_t hash; Value key; };  // key empty: free, or deleted if the hash is -1
struct Set : Object {     // set and frozenset
  SetEntry* table;        // raw buffer of mask + 1 entries; null: none yet (then mask is 0)
  uint64_t mask, used, fill;  // fill: used and deleted entries
  int64_t hash;           // of a frozenset; 0: not computed yet
  uint64_t finger;        // where pop() goes on looking
  template <class F> void each_field(F&& f) {
    if (table) for (uint64_t i = 0; i <= mask; i++) if (table[i].key) f(reinterpret_cast<Field<>&>(table[i].key));
  }
};
struct SliceObject : Object {
  Field<> start, stop, step;
  template <class F> void each_field(F&& f) { f(start); f(stop); f(step); }
};
struct RangeObject : Object {
  Field<> start, stop, step, length;  // ints
  template <class F> void each_field(F&& f) { f(start); f(stop); f(step); f(length); }
};
// Iterator of a range whose numbers fit: the interpreter's FOR_ITER reads it directly.
struct RangeIter : Object {
  int64_t next, step;
  uint64_t remaining;
  template <class F> void each_field(F&&) {}
};
struct SeqIter : Object {   // list_iterator, tuple_iterator, and the iterator of sequences with __getitem__
  uint64_t index;
  Field<> seq;              // empty: exhausted
  template <class F> void each_field(F&& f) { f(seq); }
};
struct LongRangeIter : Object {  // of a range whose numbers do not all fit RangeIter
  Field<> next, step, remaining;  // ints
  template <class F> void each_field(F&& f) { f(next); f(step); f(remaining); }
};
struct CallableIter : Object {   // iter(callable, sentinel); empty fields: exhausted
  Field<> callable, sentinel;
  template <class F> void each_field(F&& f) { f(callable); f(sentinel); }
};
struct EnumerateIter : Object {
  Field<> it, index;             // index: an int of any size
  template <class F> void each_field(F&& f) { f(it); f(index); }
};
struct ZipIter : Object {
  Field<Tuple*> its;
  bool strict;
  template <class F> void each_field(F&& f) { f(its); }
};
struct MapIter : Object {
  Field<> func;
  Field<Tuple*> its;
  bool strict;
  template <class F> void each_field(F&& f) { f(func); f(its); }
};
struct FilterIter : Object {
  Field<> func, it;              // func None: truth of the items themselves
  template <class F> void each_field(F&& f) { f(func); f(it); }
};
struct DictIter : Object {  // key, value and item iterators, forward and reverse
  Field<Dict*> dict;        // empty: exhausted
  uint32_t index;           // the next entry to look at; of a reverse iterator: one behind it
  uint32_t used;            // what dict->used was at the start; ~0 once an error was raised for a change
  uint32_t remaining;       // entries that should still come
  template <class F> void each_field(F&& f) { f(dict); }
};
struct SetIter : Object {
  Field<Set*> set;          // empty: exhausted
  uint64_t index, used, remaining;  // used: ~0 once an error was raised for a change
  template <class F> void each_field(F&& f) { f(set); }
};
struct DictView : Object {
  Field<Dict*> dict;
  template <class F> void each_field(F&& f) { f(dict); }
};

// ---- functions and what they are made of
struct CellObject : Object {
  Field<> contents;
  template <class F> void each_field(F&& f) { f(contents); }
};
struct Code;  // objects/code.h
struct Function : Object {
  Field<Code*> code;
  Field<Dict*> globals;
  Field<Dict*> builtins;
  Field<Tuple*> defaults;      // empty: none
  Field<Dict*> kwdefaults;
  Field<Tuple*> closure;       // of cells
  Field<> name, qualname, doc, module, annotations, annotate, type_params;
  Field<Dict*> attrs;          // __dict__, made when asked for
  uint32_t version;            // changes when code or defaults change; call caches guard it
  template <class F> void each_field(F&& f) {
    f(code); f(globals); f(builtins); f(defaults); f(kwdefaults); f(closure); f(name); f(qualname); f(doc); f(module); f(annotations);
    f(annotate); f(type_params); f(attrs);
  }
};
struct BoundMethod : Object {
  Field<> func, self;
  template <class F> void each_field(F&& f) { f(func); f(self); }
};
struct MethodDef;
struct GetSetDef;
struct Signature;
// builtin_function_or_method (self bound, may be empty for module functions without one), method_descriptor, wrapper_descriptor,
// classmethod_descriptor, method-wrapper: the type tells.
struct NativeFunction : Object {
  const MethodDef* def;
  const Signature* sig;
  Type* owner;               // of a descriptor: the type that self must be an instance of
  Field<> self;              // bound
  Field<> module;            // __module__ of a function
  template <class F> void each_field(F&& f) { f(self); f(module); }
};
struct GetSetObject : Object {  // getset_descriptor
  const GetSetDef* def;
  Field<Type*> owner;         // a dict may outlive its class
  template <class F> void each_field(F&& f) { f(owner); }
};
struct MemberObject : Object {  // member_descriptor: a slot made by __slots__, or a field of a structseq
  Field<Type*> owner;         // a dict may outlive its class
  uint32_t offset;
  bool readonly;
  Field<> name, doc;
  template <class F> void each_field(F&& f) { f(owner); f(name); f(doc); }
};
struct PropertyObject : Object {
  Field<> get, set, del, doc, name;
  bool getter_doc;
  template <class F> void each_field(F&& f) { f(get); f(set); f(del); f(doc); f(name); }
};
struct WrapperObject : Object {  // staticmethod, classmethod
  Field<> callable;
  Field<Dict*> attrs;
  template <class F> void each_field(F&& f) { f(callable); f(attrs); }
};
struct SuperObject : Object {
  Field<Type*> type;
  Field<> obj;
  Field<Type*> obj_type;
  template <class F> void each_field(F&& f) { f(type); f(obj); f(obj_type); }
};
struct Module : Object {
  Field<Dict*> dict;
  const struct ModuleDef* def;
  void* state;
  template <class F> void each_field(F&& f) { f(dict); }
};
struct MappingProxy : Object {
  Field<> mapping;
  template <class F> void each_field(F&& f) { f(mapping); }
};
struct WeakRef : Object {       // weakref.ref and proxies
  Object* referent;             // not counted; null when dead
  Field<> callback;
  WeakRef* next;                // other references to the same object
  WeakRef* prev;
  int64_t hash;                 // -1: not computed
  template <class F> void each_field(F&& f) { f(callback); }
};

// ---- exceptions. Every exception object begins like this; attributes of subclasses' own come behind (objects/exceptions.h).
struct BaseException : Object {
  Field<Tuple*> args;
  Field<> traceback, context, cause, notes;
  bool suppress_context;
  template <class F> void each_field(F&& f) { f(args); f(traceback); f(context); f(cause); f(notes); }
};
struct Traceback : Object {
  Field<> next;
  Field<> frame;     // FrameObject
  Code* code;        // its code, which it holds
  uint32_t lasti;    // offset of the instruction in bytes of co_code (8 a word), as tb_lasti shows it
  int32_t lineno;    // -1: from the code's table
  template <class F> void each_field(F&& f) { f(next); f(frame); }
};

template <class F>
void Type::each_field(F&& f) {
  f(name); f(qualname); f(base); f(bases); f(mro); f(dict);
}

}  // namespace kaa
