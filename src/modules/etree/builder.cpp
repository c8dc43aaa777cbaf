// TreeBuilder: a tree from starts, ends and texts.
#include "modules/etree/etree.h"
#include "types/objmodel.h"

namespace kaa::etree {

namespace {

TreeBuilder* self_of(Args a) { return a.as<TreeBuilder>(0); }

// The text so far becomes the last element's text, or its tail once it has ended.
Status flush(Thread& t, TreeBuilder* b) {
  if (!b->piece && !b->pieces) return {};
  Value text = b->piece, pieces = b->pieces.value();
  b->piece.clear();
  b->pieces.clear();
  if (!b->last) return {};
  if (pieces) text = TRY(call_method(t, interp().empty_str, NAME("join"), pieces));
  Value last = b->last;
  if (type_of(last) == state().element_type) {
    Element* e = last.as<Element>();
    Field<>& to = b->tail ? e->tail : e->text;
    if (to && !to.value().is_none()) text = TRY(binary_op(t, BinaryOp::ADD, to, text));
    to.set(text);
    return {};
  }
  Str* name = intern_name(b->tail ? "tail" : "text");
  Opt had = TRY(lookup_attr(t, last, name));
  if (had && !had.v.is_none()) text = TRY(binary_op(t, BinaryOp::ADD, had.v, text));
  return set_attr(t, last, name, text);
}
Status add_to_top(Thread& t, TreeBuilder* b, Value e) {
  Value top = b->stack->items[b->stack->size - 1];
  if (type_of(top) == state().element_type) {
    if (!is_element(e)) return RAISE(TypeError, "expected an Element, not \"%T\"", e);
    return append_child(t, top.as<Element>(), e);
  }
  TRY(call_method(t, top, intern_name("append"), e));
  return {};
}

Result<Value> builder_init(Thread& t, Args a) {
  TreeBuilder* b = self_of(a);
  b->element_factory.set(or_none(a[1]));
  b->comment_factory.set(a[2] && !a[2].is_none() ? a[2] : or_none(state().comment_factory));
  b->pi_factory.set(a[3] && !a[3].is_none() ? a[3] : or_none(state().pi_factory));
  b->insert_comments = a[4] && TRY(truth(t, a[4]));
  b->insert_pis = a[5] && TRY(truth(t, a[5]));
  return kNone;
}
Result<Value> builder_new(Thread& t, Args a, Tuple*) { return TRY(new_builder(t, a.as<Type>(0))); }

Result<Value> method_start(Thread& t, Args a) {
  if (!is_dict(a[2])) return RAISE(TypeError, "start() argument 2 must be dict, not %T", a[2]);
  return builder_start(t, self_of(a), a[1], a[2]);
}
Result<Value> method_end(Thread& t, Args a) { return builder_end(t, self_of(a), a[1]); }
Result<Value> method_data(Thread& t, Args a) {
  TRY(builder_data(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> method_comment(Thread& t, Args a) { return builder_comment(t, self_of(a), a[1]); }
Result<Value> method_pi(Thread& t, Args a) { return builder_pi(t, self_of(a), a[1], a[2] ? a[2] : kNone); }
Result<Value> method_close(Thread&, Args a) { return or_none(self_of(a)->root.value()); }

// A comment or processing instruction takes part in the tree only when asked for.
Result<Value> single(Thread& t, TreeBuilder* b, Value e, bool insert, const char* event, bool events) {
  if (insert) {
    TRY(flush(t, b));
    b->last.set(e);
    if (b->stack->size) TRY(add_to_top(t, b, e));
    b->tail = true;
  }
  if (events) TRY(builder_event(t, b, event, e));
  return e;
}

constexpr MethodDef k_methods[] = {
    {"__new__", builder_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", builder_init, "($self, element_factory=None, *, comment_factory=None, pi_factory=None, insert_comments=False, insert_pis=False)", "A builder of trees."},
    {"start", method_start, "($self, tag, attrs, /)", "Opens an element."},
    {"end", method_end, "($self, tag, /)", "Closes an element."},
    {"data", method_data, "($self, data, /)", "Adds text."},
    {"comment", method_comment, "($self, text, /)", "Makes a comment."},
    {"pi", method_pi, "($self, target, text=None, /)", "Makes a processing instruction."},
    {"close", method_close, "($self, /)", "The root."},
};

}  // namespace

Result<TreeBuilder*> new_builder(Thread& t, Type* type) {
  List* stack = TRY(new_list(t));
  TreeBuilder* b = TRY(alloc_as<TreeBuilder>(t, type));
  b->stack.init(stack);
  b->element_factory.init(kNone);
  b->comment_factory.init(or_none(state().comment_factory));
  b->pi_factory.init(or_none(state().pi_factory));
  return b;
}

Status builder_event(Thread& t, TreeBuilder* b, const char* kind, Value what) {
  if (!b->events_append) return {};
  Value event = TRY(make_tuple(t, intern_name(kind), what));
  TRY(call(t, b->events_append, event));
  return {};
}
Result<Value> builder_start(Thread& t, TreeBuilder* b, Value tag, Value attrs) {
  TRY(flush(t, b));
  Value e;
  if (b->element_factory.value().is_none()) e = TRY(new_element(t, tag, attrs && !attrs.is_none() ? attrs.as<Dict>() : nullptr));
  else e = TRY(call(t, b->element_factory, tag, attrs && !attrs.is_none() ? attrs : Value(TRY(new_dict(t)))));
  if (b->stack->size) {
    TRY(add_to_top(t, b, e));
  } else {
    if (b->root) return raise(t, state().parse_error, "multiple elements on top level");
    b->root.set(e);
  }
  TRY(list_append(t, b->stack, e));
  b->last.set(e);
  b->tail = false;
  if (b->start_events) TRY(builder_event(t, b, "start", e));
  return e;
}
Result<Value> builder_end(Thread& t, TreeBuilder* b, Value) {
  TRY(flush(t, b));
  if (!b->stack->size) return RAISE(IndexError, "pop from empty stack");
  List* stack = b->stack;
  Value e = stack->items[--stack->size];
  b->last.set(e);
  dec(e);  // the stack's
  b->tail = true;
  if (b->end_events) TRY(builder_event(t, b, "end", e));
  return e;
}
Status builder_data(Thread& t, TreeBuilder* b, Value data) {
  if (b->pieces) return list_append(t, b->pieces, data);
  if (!b->piece) {
    if (b->last) b->piece.set(data);  // else it is before the root
    return {};
  }
  Value both[2] = {b->piece, data};
  b->pieces.set(TRY(list_of(t, both, 2)));
  b->piece.clear();
  return {};
}
Result<Value> builder_comment(Thread& t, TreeBuilder* b, Value text) {
  Value e = text;
  if (!b->comment_factory.value().is_none()) e = TRY(call(t, b->comment_factory, text));
  return single(t, b, e, b->insert_comments && !b->comment_factory.value().is_none(), "comment", b->comment_events);
}
Result<Value> builder_pi(Thread& t, TreeBuilder* b, Value target, Value text) {
  Value e;
  if (b->pi_factory.value().is_none()) e = TRY(make_tuple(t, target, text));
  else e = TRY(call(t, b->pi_factory, target, text));
  return single(t, b, e, b->insert_pis && !b->pi_factory.value().is_none(), "pi", b->pi_events);
}

extern const TypeSpec k_builder_spec = {.doc = "Makes a tree of elements.", .methods = k_methods, .layout = &kLayout<TreeBuilder>, .flags = kTypeBase | kTypeWeakrefable};

}  // namespace kaa::etree
