// Shapes and types: what the second header word leads to.
//
// A shape says which attributes an instance holds and where. Every type has a root shape (no attributes); adding attribute `key` leads to the
// child shape for that key. Slot i of an instance is inline for i < inline_cap, else in the overflow buffer. When attributes cannot be held in
// slots (too many, deleted in the middle, __dict__ asked for), the instance takes its type's dict shape: its `ext` word is then a Dict.
// Shapes live as long as their type.
#pragma once
#include "heap/heap.h"

namespace kaa {

struct Str;
struct Tuple;
struct Dict;
struct Thread;
struct TypeSpec;

// How an object dies (ideas 482). kPlain: memory alone. kChildren: drop the children, then the memory. kFinalizer: __del__ is queued first.
// kCustom: a native type with outside resources has its `destroy` called before the children are dropped.
enum class Death : uint8_t { kPlain, kChildren, kFinalizer, kCustom };

// Layouts the reclaimer treats inline; kOther goes through the layout's functions.
enum class LayoutKind : uint8_t { kOther, kInstance, kTuple, kList, kDict, kStr, kCell, kFloat };

// What the reclaimer does with an object of a type, found out once for each type (set_recipe): the cases of a switch. kRecipeGeneral goes through the
// type's fields, the others are inline: instances of classes with a fixed layout, exceptions, strings, and the rows of freelists.def.
enum Recipe : uint8_t {
  kRecipeGeneral, kRecipeInstance, kRecipeException, kRecipeStr, kRecipeGenerator,
#define FREELIST(id, structure, keeps) kRecipe_##id,
#include "defs/freelists.def"
};

// What is common to all instances of a native struct, generated from its each_field (objects/layout.h).
struct Layout {
  const char* name;
  uint32_t size;                                   // of the struct; variable parts come behind it
  LayoutKind kind;
  Death death;
  void (*visit)(Object*, ChildVisitor&);           // children, instance attributes not included
  void (*destroy)(Object*);                        // frees buffers and outside resources; no Python, no allocation. May be null
  size_t (*bytes)(Object*);                        // whole size in bytes, buffers included (sys.getsizeof); may be null
  bool (*needs_finalizer)(Object*);                // of types whose death is kFinalizer: whether this object's __del__ has anything to do. Null: always
};

struct Shape {
  static constexpr uint32_t kMaxSlots = 128, kMaxChildren = 64;
  Type* type;
  Shape* parent;            // null for a root
  Str* key;                 // attribute that this shape adds (interned)
  uint32_t nslots;
  uint32_t inline_cap;      // slots inside the instance
  bool is_dict;             // attributes are in the Dict in `ext`
  uint16_t nchildren, cap_children;
  uint32_t table_size;      // of the lookup table, a power of two, 0 until built
  Shape** children;
  struct TableEntry { Str* key; uint32_t slot; }* table;
  Shape* next_root;         // other root shapes of the type
  // Slot of an attribute, or -1. The name must be interned.
  int find(Str* name);
  // The shape with `name` added, or null when there must be no more shapes.
  Shape* child(Str* name);
};

// Index into Type::dunders. Rows of dunders.def: D_add is __add__.
enum Dunder : uint16_t {
#define DUNDER(name) D_##name,
#include "defs/dunders.def"
  kDunderCount
};

// Type flags: bits of __flags__ as in CPython where they exist there.
enum TypeFlags : uint64_t {
  kTypeDisallowInstantiation = 1 << 7, kTypeImmutable = 1 << 8, kTypeHeap = 1 << 9, kTypeBase = 1 << 10,
  kTypeSequence = 1 << 5, kTypeMapping = 1 << 6, kTypeReady = 1 << 12, kTypeGc = 1 << 14, kTypeAbstract = 1 << 20,
  kTypeInt = 1 << 24, kTypeList = 1 << 25, kTypeTuple = 1 << 26, kTypeBytes = 1 << 27, kTypeStr = 1 << 28, kTypeDict = 1 << 29,
  kTypeException = 1 << 30, kTypeType = uint64_t{1} << 31,
  // Kaa's own, above 32 bits
  kTypeCustomGetattribute = uint64_t{1} << 32,  // __getattribute__ is not object's
  kTypeCustomSetattr = uint64_t{1} << 33,       // __setattr__ or __delattr__ is not object's
  kTypeHasGetattr = uint64_t{1} << 34,          // defines __getattr__
  kTypeHasDel = uint64_t{1} << 35,
  kTypeWeakrefable = uint64_t{1} << 36,
  kTypeHasDict = uint64_t{1} << 37,             // instances may have any attribute
  kTypeVarSized = uint64_t{1} << 38,            // items follow the struct: attributes and slots come behind them
  kTypeNoAttrs = uint64_t{1} << 39,
  kTypeGenericNew = uint64_t{1} << 40,          // native type without a __new__ of its own: object.__new__ makes instances, all zeros
};

struct Type : Object {
  const Layout* layout;
  const TypeSpec* spec;         // native description; null for classes made by Python code
  uint64_t flags;
  uint32_t version;             // changes with any change to this type or its bases; 0: caches must not be used
  Death death;
  Recipe recipe;                // how instances are reclaimed; follows from the rest
  bool container;               // instances can be part of a cycle; likewise
  bool noted;                   // instances that live through a reconcile are noted for collections of the young: containers, but for classes
  uint64_t died_uncounted, died_counted;  // instances freed that no reconcile has seen counted; the others
  uint32_t basicsize;           // bytes of an instance before its attributes, __slots__ included
  uint32_t itemsize;
  uint32_t slots_offset;        // where Value members made by __slots__ begin (all the way to basicsize)
  uint32_t attr_offset;         // where the instance's `ext` word is, inline slots behind it; 0: instances have no attributes
  uint32_t inline_cap;          // inline slots for new instances
  uint32_t serial;              // never given to another type; 0: none was left
  Shape* root;                  // shape of new instances
  // How the interpreter calls the class without keywords at once, while quick_version == version (interp/ops_call.cpp): a Function, the __init__ beside
  // object's __new__; a NativeFunction, the class's own __new__ without an __init__; null: not at once. Held by a class of the mro.
  Object* quick_call;
  uint32_t quick_version;
  Shape* dict_shape;
  Field<Str*> name;             // __name__
  Field<Str*> qualname;
  Field<Type*> base;            // the base that decides the layout
  Field<Tuple*> bases;
  Field<Tuple*> mro;
  Field<Dict*> dict;
  Type** subclasses;            // direct subclasses, weak; malloc
  uint32_t nsubclasses, cap_subclasses;
  // Exhausted iterators return the empty value without an exception. Null for types whose __next__ is written in Python.
  Result<Value> (*iternext)(Thread&, Object*);
  const struct BufferProcs* buffer;
  // Each special method as type lookup finds it (uncounted: held by a class of the mro), or empty.
  Value dunders[kDunderCount];

  template <class F> void each_field(F&& f);  // objects.h
  Value dunder(Dunder d) const { return dunders[d]; }
  bool has(uint64_t f) const { return flags & f; }
};

inline Type* Object::type() const { return shape->type; }

// Instances of classes made by Python code from `object`.
struct Instance : Object {
  Value ext;       // nothing, an Overflow buffer (as a raw word), or a Dict: the shape tells
  Value slots[];
};

// Where the attribute words of an object are: ext first, inline slots behind.
Value* attr_words_var(Object* o);  // for variable-sized types
inline Value* attr_words(Object* o) {
  Type* t = o->type();
  if (UNLIKELY(t->flags & kTypeVarSized)) return attr_words_var(o);
  return reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + t->attr_offset);
}

struct Overflow { uint32_t cap; uint32_t pad; Value slots[]; };  // raw memory, owned by the instance; ext holds pointer | 1

inline Overflow* overflow_of(Value ext) { return reinterpret_cast<Overflow*>(ext.bits() & ~uint64_t{1}); }

}  // namespace kaa
