#include "modules/capsule.h"

#include <stdlib.h>

#include "objects/traits.h"
#include "runtime/api.h"

namespace kaa {

template <> struct LayoutTraits<Capsule> {
  static void destroy(Capsule* c) { free(c->name); }
};

namespace {

Result<Value> capsule_repr(Thread& t, Args a) {
  Capsule* c = a.as<Capsule>(0);
  const char* quote = c->name ? "\"" : "";
  return TRY(str_format(t, "<capsule object %s%s%s at %p>", quote, c->name ? c->name : "NULL", quote, static_cast<void*>(c)));
}
Result<Value> capsule_del(Thread&, Args a) {
  Capsule* c = a.as<Capsule>(0);
  auto destructor = c->destructor;
  c->destructor = nullptr;
  if (destructor) destructor(a[0].bits());
  return kNone;
}
const MethodDef k_methods[] = {
    {"__repr__", capsule_repr, "($self, /)", "Return repr(self)."},
    {"__del__", capsule_del, "($self, /)", "Calls the destructor."},
};
const TypeSpec k_spec = {.doc = "A pointer with a name, by which one extension module gives C objects to another.",
                         .methods = k_methods, .layout = &kLayout<Capsule>, .flags = kTypeDisallowInstantiation};
Type* g_type;

}  // namespace

Result<Type*> capsule_type(Thread& t) {
  if (!g_type) {
    g_type = TRY(make_native_type(t, "PyCapsule", nullptr, k_spec));
    TRY(dict_pop(t, g_type->dict, NAME("__module__")));  // a builtin type
  }
  return g_type;
}

}  // namespace kaa
