// LayoutTraits of the core objects: death kinds, what to free besides children, sizes. Part of layout.h.
#pragma once
#include "objects/buffers.h"
#include "objects/exceptions.h"
#include "objects/layout.h"
#include "objects/str_buffer.h"
#include "objects/template.h"
#include "objects/table_traits.h"

namespace kaa {

void visit_children(Object* o, ChildVisitor& v);  // reconcile.cpp: native fields, attributes and slots
// Whether instances have a __del__ of a class's own, not a native type's.
inline bool has_python_finalizer(const Type* t) {
  Value del = t->dunder(D_del);
  return del && !IS_EXACT(del, wrapper_descriptor) && !IS_EXACT(del, method_descriptor);
}
// Whether an object whose type has a finalizer must have it run before it is reclaimed.
inline bool wants_finalizer(Object* o) {
  if (o->rc & kFinalized) return false;
  Type* t = o->type();
  return !t->layout->needs_finalizer || has_python_finalizer(t) || t->layout->needs_finalizer(o);
}

// Weak references to a generator are cleared before it is closed; those to other objects after their __del__ has run.
inline bool weakrefs_first(Object* o) {
  Type* t = o->type();
  return t == KAA_TYPE(generator) || t == KAA_TYPE(coroutine) || t == KAA_TYPE(async_generator);
}

template <> struct LayoutTraits<Object> { static constexpr Death death = Death::kChildren; static constexpr LayoutKind kind = LayoutKind::kInstance; };
template <> struct LayoutTraits<Str> {
  static constexpr Death death = Death::kPlain; static constexpr LayoutKind kind = LayoutKind::kStr;
  static size_t bytes(Str* s) { return sizeof(Str) + (s->flag(kStrView) ? sizeof(StrViewFields) : (s->length + 1) * static_cast<size_t>(s->kind())); }
};
template <> struct LayoutTraits<StrBuffer> { static constexpr Death death = Death::kPlain; static size_t bytes(StrBuffer* b) { return sizeof(StrBuffer) + b->cap; } };
template <> struct LayoutTraits<Bytes> { static constexpr Death death = Death::kPlain; static size_t bytes(Bytes* b) { return sizeof(Bytes) + b->size + 1; } };
template <> struct LayoutTraits<IntObject> {
  static constexpr Death death = Death::kPlain;
  static size_t bytes(IntObject* i) { return sizeof(IntObject) + static_cast<size_t>(i->size < 0 ? -i->size : i->size) * 8; }
};
template <> struct LayoutTraits<FloatObject> { static constexpr Death death = Death::kPlain; static constexpr LayoutKind kind = LayoutKind::kFloat; };
template <> struct LayoutTraits<ComplexObject> { static constexpr Death death = Death::kPlain; };
template <> struct LayoutTraits<RangeIter> { static constexpr Death death = Death::kPlain; };
template <> struct LayoutTraits<Tuple> {
  static constexpr LayoutKind kind = LayoutKind::kTuple;
  static size_t bytes(Tuple* u) { return sizeof(Tuple) + u->size * 8; }
};
template <> struct LayoutTraits<List> {
  static constexpr LayoutKind kind = LayoutKind::kList;
  static void destroy(List* l) { heap().free_raw(l->items, l->cap * sizeof(Value)); }
  static size_t bytes(List* l) { return sizeof(List) + (l->size ? l->cap * 8 : 0); }  // an empty one may have its predecessor's buffer
};
template <> struct LayoutTraits<ByteArray> {
  static void destroy(ByteArray* b) { heap().free_raw(b->alloc, b->cap); }
  static size_t bytes(ByteArray* b) { return sizeof(ByteArray) + b->cap; }
};
template <> struct LayoutTraits<Code> { static void destroy(Code* c); };
template <> struct LayoutTraits<WeakRef> { static void destroy(WeakRef* w); };
template <> struct LayoutTraits<GeneratorObject> {
  static constexpr Death death = Death::kFinalizer;
  static void destroy(GeneratorObject* g);
  static bool needs_finalizer(GeneratorObject* g);  // interp/generator.cpp
  static size_t bytes(GeneratorObject* g) { return sizeof(GeneratorObject) + g->nregs * sizeof(Value); }
};
template <> struct LayoutTraits<AsyncGenStep> {
  static constexpr Death death = Death::kFinalizer;
  static bool needs_finalizer(AsyncGenStep* s) { return s->state == AwaitState::kInit; }  // it was never awaited
};
template <> struct LayoutTraits<FrameObject> {
  static void destroy(FrameObject* o);
  static size_t bytes(FrameObject* o) { return sizeof(FrameObject) + o->code->nlocals * sizeof(Value); }
};
template <> struct LayoutTraits<Type> { static void destroy(Type* t); };

}  // namespace kaa
