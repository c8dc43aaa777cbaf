// kaa.why_alive(): breadth-first from the roots to the object.
//
// The heap is walked once from all roots: modules, frames with their variables, types, and what native code registered. The first way to an object is a
// shortest one, and each object remembers the object it was first reached from. The target itself is not walked through, so what is alive for
// its sake does not count as its holder. Everything that holds it directly is noted in passing, and each such holder gives one chain.
// Nothing is reclaimed meanwhile, and no Python code runs: keys are shown by repr if they are ints or strings, by their type otherwise.
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "modules/kaa/kaa.h"
#include "objects/traits.h"
#include "runtime/traceback.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"

namespace kaa {
namespace {

struct Origin { Object* parent; int root; };  // parent null: root number `root`

std::string text_of(Str* s) {
  Utf8 u;
  if (!str_utf8(current_thread(), s, u, true).ok()) {
    clear_exc(current_thread());
    return "?";
  }
  return std::string(u.view());
}
std::string type_name(Object* o) { return text_of(o->type()->name); }
std::string key_text(Value k) {
  Thread& t = current_thread();
  if (is_exact_str(k) || is_exact_int(k)) {
    Result<Str*> s = repr(t, k);
    if (s.ok()) return text_of(s.value());
    clear_exc(t);
  }
  return std::string("<") + text_of(type_of(k)->name) + ">";
}

// The name of a register: of a variable, or empty for a temporary.
std::string register_name(const Code* c, uint32_t i) {
  Str* name = i < c->spill ? code_variable(c, i) : nullptr;
  return name ? text_of(name) : "";
}
std::string place(const Code* c) { return text_of(c->qualname.get().as<Str>()) + "()"; }

// How `child` hangs on `o`. `space`: o is a namespace (the dict of a module, class or instance), its keys are names.
std::string edge(Object* o, Object* child, bool space) {
  Value v(child);
  Type* ty = o->type();
  if (ty->has(kTypeDict)) {
    Dict* d = static_cast<Dict*>(o);
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(d, &pos)) {
      if (e->value == v) return space && is_str(e->key) ? "." + text_of(e->key.as<Str>()) : "[" + key_text(e->key) + "]";
      if (e->key == v) return " key";
    }
  }
  if (ty->has(kTypeList | kTypeTuple)) {
    const Value* items = ty->has(kTypeList) ? static_cast<List*>(o)->items : static_cast<Tuple*>(o)->items;
    uint64_t n = ty->has(kTypeList) ? static_cast<List*>(o)->size : static_cast<Tuple*>(o)->size;
    for (uint64_t i = 0; i < n; i++)
      if (items[i] == v) return "[" + std::to_string(i) + "]";
  }
  if (ty->attr_offset) {
    if (o->shape->is_dict && attr_words(o)[0] == v) return ".__dict__";
    for (Shape* s = o->shape; s && s->key; s = s->parent)
      if (shape_get(o, s->key) == v) return "." + text_of(s->key);
  }
  if (ty->slots_offset && !ty->has(kTypeVarSized)) {
    for (uint64_t i = 0; i < ty->mro->size; i++) {
      Type* base = ty->mro->items[i].as<Type>();
      uint32_t pos = 0;
      while (DictEntry* e = dict_next(base->dict, &pos)) {
        if (!IS_EXACT(e->value, member_descriptor)) continue;
        MemberObject* m = e->value.as<MemberObject>();
        if (m->owner == base && m->offset >= ty->slots_offset && *reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + m->offset) == v)
          return "." + text_of(e->key.as<Str>());
      }
    }
  }
  auto field = [&](const auto& f, const char* name) { return f.value() == v ? std::string(name) : std::string(); };
  auto first = [](std::initializer_list<std::string> names) {
    for (const std::string& s : names)
      if (!s.empty()) return s;
    return std::string(" (inside)");
  };
  if (ty == KAA_TYPE(function)) {
    Function* f = static_cast<Function*>(o);
    return first({field(f->globals, ".__globals__"), field(f->closure, ".__closure__"), field(f->defaults, ".__defaults__"),
                  field(f->kwdefaults, ".__kwdefaults__"), field(f->attrs, ".__dict__"), field(f->code, ".__code__"),
                  field(f->annotations, ".__annotations__"), field(f->annotate, ".__annotate__"), field(f->builtins, ".__builtins__")});
  }
  if (ty == KAA_TYPE(method)) {
    BoundMethod* m = static_cast<BoundMethod*>(o);
    return first({field(m->self, ".__self__"), field(m->func, ".__func__")});
  }
  if (ty == KAA_TYPE(cell)) return ".cell_contents";
  if (ty == KAA_TYPE(code)) return ".co_consts";
  if (ty == KAA_TYPE(module) || is_subtype(ty, KAA_TYPE(module))) return ".__dict__";
  if (ty->has(kTypeType)) {
    Type* x = static_cast<Type*>(o);
    return first({field(x->dict, ".__dict__"), field(x->mro, ".__mro__"), field(x->bases, ".__bases__"), field(x->base, ".__base__")});
  }
  if (ty->has(kTypeException)) {
    BaseException* e = static_cast<BaseException*>(o);
    return first({field(e->traceback, ".__traceback__"), field(e->context, ".__context__"), field(e->cause, ".__cause__"), field(e->args, ".args"),
                  field(e->notes, ".__notes__")});
  }
  if (ty == KAA_TYPE(traceback)) {
    Traceback* b = static_cast<Traceback*>(o);
    return first({field(b->frame, ".tb_frame"), field(b->next, ".tb_next")});
  }
  if (ty == KAA_TYPE(frame)) {
    FrameObject* f = static_cast<FrameObject*>(o);
    for (uint32_t i = 0; i < f->nregs; i++)
      if (f->regs[i] == v) return " local variable '" + register_name(f->code, i) + "' of " + place(f->code);
    return first({field(f->back, ".f_back"), field(f->locals, ".f_locals"), field(f->code, ".f_code")});
  }
  if (ty == KAA_TYPE(generator) || ty == KAA_TYPE(coroutine) || ty == KAA_TYPE(async_generator)) {
    GeneratorObject* g = static_cast<GeneratorObject*>(o);
    for (uint32_t i = 0; g->counted && i < g->counted_height; i++) {
      if (g->regs[i] != v) continue;
      std::string name = register_name(g->frame.code, i);
      return name.empty() ? " temporary of " + place(g->frame.code) : " local variable '" + name + "' of " + place(g->frame.code);
    }
  }
  if (ty == KAA_TYPE(set) || ty == KAA_TYPE(frozenset)) return " member";
  return " (inside)";
}

class Search final : public ChildVisitor, public RootVisitor {
 public:
  explicit Search(Object* target) : target_(target) {}

  // ---- roots
  void root(Value v, const std::string& label) {
    if (!v || !v.is_object()) return;
    if (v.object() == target_) {
      for (int r : target_roots_)
        if (labels_[static_cast<size_t>(r)] == label) return;
      target_roots_.push_back(add_label(label));
      return;
    }
    if (seen_.count(v.object())) return;
    seen_[v.object()] = {nullptr, add_label(label)};
    queue_.push_back(v.object());
  }
  void value(Value v) override { root(v, "a reference held by the interpreter"); }
  void conservative(const void*, const void*) override {}  // of native stacks: this search's own variables lie there, too

  void frames(Thread& me) {
    for (Thread* t = interp().threads; t; t = t->next) {
      const Value* callee = nullptr;
      for (Frame* f = t->frame; f; f = f->prev) {
        uint32_t h = f->code->height_at(f->pc_index());
        if (callee && callee >= f->regs && callee < f->regs + h) h = static_cast<uint32_t>(callee - f->regs);
        // The arguments of the running call are temporaries of the calling frame.
        if (t == &me && f == t->frame && h > f->code->nlocals) h = f->code->nlocals;
        for (uint32_t i = 0; i < h; i++) {
          std::string name = i < f->code->nlocals ? register_name(f->code, i) : "";
          root(f->regs[i], name.empty() ? "a temporary of " + place(f->code) : "local variable '" + name + "' of " + place(f->code));
        }
        root(f->locals, "the namespace of " + place(f->code));
        root(f->func, "the running function " + place(f->code));
        root(Value(static_cast<const Object*>(f->code)), "the running code " + place(f->code));
        if (f->obj) root(Value(static_cast<const Object*>(f->obj)), "the frame object of " + place(f->code));
        if (f->on_heap) root(generator_of(f), "the running " + place(f->code));
        else callee = f->regs;
      }
      for (ExcState* s = t->exc_state; s; s = s->prev) root(s->exc, "an exception being handled");
      root(t->exc, "an exception being raised");
      root(t->context, "the current contextvars.Context");
      root(t->trace_func, "the trace function");
      root(t->profile_func, "the profile function");
    }
  }
  void modules() {
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(interp().modules, &pos)) {
      if (!is_str(e->key)) continue;
      std::string label = "module " + text_of(e->key.as<Str>());
      if (IS_EXACT(e->value, module)) {
        root(e->value.as<Module>()->dict.get(), label);
        spaces_.insert(e->value.as<Module>()->dict.get());
      }
      root(e->value, label);
    }
    root(interp().modules, "sys.modules");
    root(interp().builtins, "the builtins");
  }
  void types() {
    for (Type& ty : g_types) root(&ty, "type " + text_of(ty.name));
  }
  void registered(Thread& t) {
    for (auto* list : {&t.heap->roots, &t.heap->held})
      for (Value* v : *list) root(*v, "a reference held by native code");
    Interp& in = interp();
    root(in.codec_search_path, "the codec registry");
    root(in.codec_search_cache, "the codec registry");
    root(in.codec_error_registry, "the registry of codec error handlers");
    scan_weakref_queue(*this);
    scan_native_modules(*this);
    value(in.import_func);
    value(in.importlib);
  }

  void walk() {
    for (size_t i = 0; i < queue_.size(); i++) {
      at_ = queue_[i];
      visit_children(at_, *this);
    }
  }
  void child(Value v) override {
    Object* o = v.object();
    if (o == target_) {
      if (holders_.empty() || holders_.back() != at_) holders_.push_back(at_);
      return;
    }
    if (seen_.emplace(o, Origin{at_, -1}).second) queue_.push_back(o);
  }

  // ---- chains
  Status chains(Thread& t, List* out, size_t limit) {
    for (int r : target_roots_) {
      if (out->size >= limit) return {};
      TRY(add(t, out, labels_[static_cast<size_t>(r)]));
    }
    for (Object* h : holders_) {
      if (out->size >= limit) return {};
      TRY(add(t, out, chain(h)));
    }
    return {};
  }

 private:
  std::string chain(Object* holder) {
    std::vector<Object*> path{target_, holder};
    Origin o = seen_[holder];
    while (o.parent) {
      path.push_back(o.parent);
      o = seen_[o.parent];
    }
    // A namespace is named with its owner: module m .name (type), not module m .__dict__ (dict) .name (type).
    std::string s = labels_[static_cast<size_t>(o.root)];
    bool space = spaces_.count(path.back());
    for (size_t i = path.size() - 1; i > 0; i--) {
      std::string e = edge(path[i], path[i - 1], space);
      space = e == ".__dict__" && i > 1 && path[i - 1]->type()->has(kTypeDict);
      if (!space) s += " -> " + (e[0] == ' ' ? e.substr(1) : e) + " (" + type_name(path[i - 1]) + ")";
    }
    return s;
  }
  static Status add(Thread& t, List* out, const std::string& text) {
    Str* s = TRY(new_str(t, text));
    return list_append(t, out, s);
  }
  int add_label(const std::string& s) {
    if (labels_.empty() || labels_.back() != s) labels_.push_back(s);
    return static_cast<int>(labels_.size()) - 1;
  }

  Object* target_;
  Object* at_ = nullptr;
  std::vector<Object*> queue_, holders_;
  std::unordered_map<Object*, Origin> seen_;
  std::vector<std::string> labels_;
  std::vector<int> target_roots_;
  std::unordered_set<Object*> spaces_;  // namespaces of modules
};

}  // namespace

Result<List*> why_alive(Thread& t, Value target, size_t limit) {
  List* out = TRY(new_list(t));
  if (!target.is_object()) {
    Str* s = TRY(str_format(t, "%T: the value is in the word that refers to it, no object is kept alive", target));
    TRY(list_append(t, out, s));
    return out;
  }
  t.heap->reconcile();  // suspended generators have their registers counted, hence visited
  NoReconcile hold(*t.heap);
  Search search(target.object());
  search.modules();
  search.frames(t);
  search.types();
  search.registered(t);
  search.walk();
  TRY(search.chains(t, out, limit));
  if (!out->size && target.object()->count() < 0) {
    Str* s = TRY(new_str(t, "immortal: it is never reclaimed"));
    TRY(list_append(t, out, s));
  }
  return out;
}

}  // namespace kaa
