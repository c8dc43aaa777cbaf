// The Layout of a native struct, generated from its each_field. destroy and bytes are optional static members of a LayoutTraits specialisation.
#pragma once
#include "objects/code.h"

namespace kaa {

template <class T>
struct LayoutTraits {};  // specialise with: static constexpr Death death; static void destroy(T*); static size_t bytes(T*); static constexpr LayoutKind kind

template <class T> concept HasDeath = requires { LayoutTraits<T>::death; };
template <class T> concept HasDestroy = requires(T* o) { LayoutTraits<T>::destroy(o); };
template <class T> concept HasBytes = requires(T* o) { LayoutTraits<T>::bytes(o); };
template <class T> concept HasNeedsFinalizer = requires(T* o) { LayoutTraits<T>::needs_finalizer(o); };
template <class T> concept HasKind = requires { LayoutTraits<T>::kind; };

template <class T>
void visit_fields(Object* o, ChildVisitor& v) {
  static_cast<T*>(o)->each_field([&](auto& f) { v(f.value()); });
}

// One constant a type: `inline constexpr` address, made where it is used.
template <class T>
constexpr Layout make_layout(const char* name) {
  Layout l{};
  l.name = name;
  l.size = sizeof(T);
  l.kind = LayoutKind::kOther;
  l.death = Death::kChildren;
  if constexpr (HasKind<T>) l.kind = LayoutTraits<T>::kind;
  if constexpr (HasDeath<T>) l.death = LayoutTraits<T>::death;
  l.visit = &visit_fields<T>;
  if constexpr (HasDestroy<T>) l.destroy = [](Object* o) { LayoutTraits<T>::destroy(static_cast<T*>(o)); };
  if constexpr (HasBytes<T>) l.bytes = [](Object* o) { return LayoutTraits<T>::bytes(static_cast<T*>(o)); };
  if constexpr (HasNeedsFinalizer<T>) l.needs_finalizer = [](Object* o) { return LayoutTraits<T>::needs_finalizer(static_cast<T*>(o)); };
  return l;
}
template <class T> inline constexpr Layout kLayout = make_layout<T>(__PRETTY_FUNCTION__);

}  // namespace kaa

// Whoever can name kLayout<T> must see T's traits: in a translation unit without them the same constant would come out without `destroy`, and the linker
// picks one of the two.
#include "objects/traits.h"  // IWYU pragma: keep
