// Elements.
#include "modules/etree/etree.h"
#include "types/objmodel.h"
#include "types/seq.h"
#include "types/str.h"

namespace kaa::etree {

namespace {

Element* self_of(Args a) { return a.as<Element>(0); }

// attrib and further keywords together. `attrib`: a dict, or empty.
Result<Dict*> merged(Thread& t, Value attrib, const Value* values, Tuple* kwnames) {
  Value given = attrib;
  if (kwnames && !given)
    for (uint64_t i = 0; i < kwnames->size; i++)
      if (str_equal_ascii(kwnames->items[i].as<Str>(), "attrib")) {
        given = values[i];
        if (!is_dict(given)) return RAISE(TypeError, "attrib must be dict, not %T", given);
      }
  Dict* d = given ? TRY(dict_copy(t, given.as<Dict>())) : TRY(new_dict(t));
  if (kwnames)
    for (uint64_t i = 0; i < kwnames->size; i++) {
      if (!attrib && str_equal_ascii(kwnames->items[i].as<Str>(), "attrib")) continue;
      TRY(dict_set(t, d, kwnames->items[i], values[i]));
    }
  return d;
}

Result<Value> element_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw - 1;
  if (n < 1) return RAISE(TypeError, "Element() takes at least 1 argument (%u given)", n);
  if (n > 2) return RAISE(TypeError, "Element() takes at most 2 arguments (%u given)", n);
  if (n == 2 && !is_dict(a[2])) return RAISE(TypeError, "Element() argument 2 must be dict, not %T", a[2]);
  Element* e = self_of(a);
  Dict* d = nullptr;
  if (n == 2 || nkw) d = TRY(merged(t, n == 2 ? a[2] : Value(), a.p + 1 + n, kwnames));
  e->tag.set(a[1]);
  e->text.set(kNone);
  e->tail.set(kNone);
  if (d) e->attrib.set(d);
  else e->attrib.clear();
  return kNone;
}

Result<Value> need_element(Thread& t, Value v) {
  if (is_element(v)) return v;
  return RAISE(TypeError, "expected an Element, not \"%T\"", v);
}
Result<Value> element_append(Thread& t, Args a) {
  if (!is_element(a[1])) return RAISE(TypeError, "append() argument 1 must be xml.etree.ElementTree.Element, not %T", a[1]);
  TRY(append_child(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> element_extend(Thread& t, Args a) {
  Result<List*> items = list_from(t, a[1]);
  if (!items.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError)) || type_of(a[1])->dunder(D_iter) || type_of(a[1])->dunder(D_getitem)) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "'elements' must be an iterable");
  }
  for (uint64_t i = 0; i < items.value()->size; i++) {
    Value v = TRY(need_element(t, items.value()->items[i]));
    TRY(append_child(t, self_of(a), v));
  }
  return kNone;
}
Result<Value> element_insert(Thread& t, Args a) {
  Element* e = self_of(a);
  int64_t at = TRY(seq_index(t, a[1]));
  if (!is_element(a[2])) return RAISE(TypeError, "insert() argument 2 must be xml.etree.ElementTree.Element, not %T", a[2]);
  if (!e->children) e->children.set(TRY(new_list(t)));
  TRY(call_method(t, e->children.value(), intern_name("insert"), small_int(at), a[2]));
  return kNone;
}
Result<Value> element_remove(Thread& t, Args a) {
  Element* e = self_of(a);
  if (!is_element(a[1])) return RAISE(TypeError, "remove() argument must be xml.etree.ElementTree.Element, not %T", a[1]);
  for (size_t i = 0; i < e->size(); i++) {
    Value child = e->children->items[i];
    if (!(child == a[1])) {
      Value keep = child;
      if (!TRY(equal(t, keep, a[1]))) continue;
      if (i >= e->size()) return kNone;  // __eq__ took the children off
    }
    TRY(del_item(t, e->children.value(), small_int(static_cast<int64_t>(i))));
    return kNone;
  }
  return RAISE(ValueError, "Element.remove(x): element not found");
}
Result<Value> element_clear(Thread&, Args a) {
  Element* e = self_of(a);
  e->text.set(kNone);
  e->tail.set(kNone);
  e->attrib.clear();
  e->children.clear();
  return kNone;
}

// ---- attributes
Result<Value> element_get(Thread& t, Args a) {
  if (!self_of(a)->attrib) return or_none(a[2]);
  Opt v = TRY(dict_get(t, self_of(a)->attrib, a[1]));
  return v ? v.v : or_none(a[2]);
}
Result<Value> element_set(Thread& t, Args a) {
  Dict* d = TRY(attributes(t, self_of(a)));
  TRY(dict_set(t, d, a[1], a[2]));
  return kNone;
}
template <bool pairs> Result<Value> element_names(Thread& t, Args a) {
  if (!self_of(a)->attrib) return TRY(new_list(t));
  return TRY(list_from(t, TRY(call_method(t, self_of(a)->attrib.value(), intern_name(pairs ? "items" : "keys")))));
}

// ---- items
Result<Value> element_len(Thread&, Args a) { return small_int(static_cast<int64_t>(self_of(a)->size())); }
Result<Value> element_bool(Thread& t, Args a) {
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
           "Testing an element's truth value will always return True in future versions.  Use specific 'len(elem)' or 'elem is not None' test instead."));
  return Value::from_bool(self_of(a)->size());
}
Result<Value> index_of(Thread& t, Element* e, Value key, const char* message) {
  int64_t i = TRY(seq_index(t, key)), n = static_cast<int64_t>(e->size());
  if (i < 0) i += n;
  if (i < 0 || i >= n) return RAISE(IndexError, "%s", message);
  return small_int(i);
}
Result<Value> children_value(Thread& t, Element* e) {
  if (!e->children) e->children.set(TRY(new_list(t)));
  return e->children.value();
}
Result<Value> element_getitem(Thread& t, Args a) {
  Element* e = self_of(a);
  if (has_index(a[1])) {
    Value i = TRY(index_of(t, e, a[1], "child index out of range"));
    return e->children->items[i.as_int()];
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "element indices must be integers");
  return get_item(t, TRY(children_value(t, e)), a[1]);
}
Result<Value> element_setitem(Thread& t, Args a) {
  Element* e = self_of(a);
  if (has_index(a[1])) {
    Value i = TRY(index_of(t, e, a[1], "child assignment index out of range"));
    TRY(need_element(t, a[2]));
    TRY(set_item(t, e->children.value(), i, a[2]));
    return kNone;
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "element indices must be integers");
  if (!type_of(a[2])->dunder(D_iter) && !type_of(a[2])->dunder(D_getitem)) return RAISE(TypeError, "assignment expects an iterable");
  List* items = TRY(list_from(t, a[2]));
  for (uint64_t i = 0; i < items->size; i++) TRY(need_element(t, items->items[i]));
  TRY(set_item(t, TRY(children_value(t, e)), a[1], items));
  return kNone;
}
Result<Value> element_delitem(Thread& t, Args a) {
  Element* e = self_of(a);
  if (has_index(a[1])) {
    Value i = TRY(index_of(t, e, a[1], "child assignment index out of range"));
    TRY(del_item(t, e->children.value(), i));
    return kNone;
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "element indices must be integers");
  TRY(del_item(t, TRY(children_value(t, e)), a[1]));
  return kNone;
}

// ---- search
// Whether the path is more than a tag. Characters between braces belong to a namespace.
bool is_path(Value v) {
  if (!is_str(v)) return true;
  TextView s = view_of(v.as<Str>());
  if (s.length >= 1 && s[0] == '{' && ((s.length >= 2 && s[1] == '}') || (s.length >= 3 && s[1] == '*' && s[2] == '}'))) return true;
  bool outside = true;
  for (size_t i = 0; i < s.length; i++) {
    uint32_t c = s[i];
    if (c == '{') outside = false;
    else if (c == '}') outside = true;
    else if (outside && (c == '/' || c == '*' || c == '[' || c == '@' || c == '.')) return true;
  }
  return false;
}
Result<Value> by_path(Thread& t, const char* function, Args a) {
  Value f = TRY(import_attr(t, "xml.etree.ElementPath", function));
  return call(t, f, a[0], a[1], a[2] ? a[2] : kNone);
}
bool simple(Args a) { return !is_path(a[1]) && (!a[2] || a[2].is_none()); }
// The next child from *at on whose tag equals; empty: none.
Result<Opt> next_match(Thread& t, Element* e, Value tag, size_t* at) {
  while (*at < e->size()) {
    Value child = e->children->items[(*at)++];
    if (!is_element(child)) continue;
    Value its = child.as<Element>()->tag;
    if (its && TRY(equal(t, its, tag))) return Opt{child};
  }
  return Opt{};
}
Result<Value> element_find(Thread& t, Args a) {
  if (!simple(a)) return by_path(t, "find", a);
  size_t at = 0;
  Opt found = TRY(next_match(t, self_of(a), a[1], &at));
  return found ? found.v : kNone;
}
Result<Value> element_findtext(Thread& t, Args a) {
  Value namespaces = a[3] ? a[3] : kNone;
  if (is_path(a[1]) || !namespaces.is_none()) {
    Value f = TRY(import_attr(t, "xml.etree.ElementPath", "findtext"));
    return call(t, f, a[0], a[1], or_none(a[2]), namespaces);
  }
  size_t at = 0;
  Opt found = TRY(next_match(t, self_of(a), a[1], &at));
  if (!found) return or_none(a[2]);
  Value text = found.v.as<Element>()->text;
  return !text || text.is_none() ? Value(interp().empty_str) : text;
}
Result<Value> element_findall(Thread& t, Args a) {
  if (!simple(a)) return by_path(t, "findall", a);
  List* l = TRY(new_list(t));
  size_t at = 0;
  for (;;) {
    Opt found = TRY(next_match(t, self_of(a), a[1], &at));
    if (!found) return l;
    TRY(list_append(t, l, found.v));
  }
}
Result<Value> element_iterfind(Thread& t, Args a) { return by_path(t, "iterfind", a); }

// ---- iteration
Result<Value> make_iter(Thread& t, Element* e, Value tag, bool texts) {
  List* stack = TRY(new_list(t));
  ElementIter* it = TRY(alloc_as<ElementIter>(t, state().iter_type));
  it->root.init(e);
  it->stack.init(stack);
  it->tag.init(tag);
  it->texts = texts;
  return it;
}
Result<Value> element_iter(Thread& t, Args a) {
  Value tag = a[1] ? a[1] : kNone;
  if (is_str(tag) && str_equal_ascii(tag.as<Str>(), "*")) tag = kNone;
  return make_iter(t, self_of(a), tag, false);
}
Result<Value> element_itertext(Thread& t, Args a) { return make_iter(t, self_of(a), kNone, true); }

Result<bool> there(Thread& t, Value text) {
  if (!text || text.is_none()) return false;
  return truth(t, text);
}
Result<Value> iter_next_element(Thread& t, Object* o) {
  ElementIter* it = static_cast<ElementIter*>(o);
  for (;;) {
    Value current;
    if (it->root) {
      current = it->root.value();
      it->root.clear();
    } else {
      List* stack = it->stack;
      if (!stack->size) return Value();
      Element* top = stack->items[stack->size - 2].as<Element>();
      int64_t i = stack->items[stack->size - 1].as_int();
      if (static_cast<size_t>(i) >= top->size()) {
        Keep keep(top);
        stack->size -= 2;
        dec(stack->items[stack->size]);  // the index behind it is not counted
        if (it->texts && stack->size) {  // the root's tail is not within it
          Value tail = top->tail;
          if (TRY(there(t, tail))) return tail;
        }
        continue;
      }
      stack->items[stack->size - 1] = small_int(i + 1);  // ints are not counted
      current = top->children->items[i];
      if (!is_element(current)) return RAISE(AttributeError, "'%T' object has no attribute 'iter'", current);
    }
    Element* e = current.as<Element>();
    TRY(list_append(t, it->stack, current));
    TRY(list_append(t, it->stack, small_int(0)));
    if (it->texts) {
      Value text = e->text;
      if (e->tag && !is_str(e->tag) && !e->tag.value().is_none()) {
        // Comments and processing instructions have no text that counts, but a tail.
        it->stack->items[it->stack->size - 1] = small_int(Value::kMaxInt);
        continue;
      }
      if (TRY(there(t, text))) return text;
      continue;
    }
    Value wanted = it->tag;
    if (wanted.is_none() || TRY(equal(t, or_none(e->tag.value()), wanted))) return current;
  }
}

// ---- copies
Result<Value> element_copy(Thread& t, Args a) {
  Element* e = self_of(a);
  Element* c = TRY(new_element(t, or_none(e->tag.value()), e->attrib));
  c->text.set(or_none(e->text.value()));
  c->tail.set(or_none(e->tail.value()));
  if (e->size()) c->children.set(TRY(list_of(t, e->children->items, e->children->size)));
  return c;
}
Result<Value> deep(Thread& t, Value v, Value memo) {
  if (!v || v.is_none()) return kNone;
  if (IS_EXACT(v, str) || !v.is_object()) return v;
  return call(t, TRY(import_attr(t, "copy", "deepcopy")), v, memo);
}
Result<Value> element_deepcopy(Thread& t, Args a) {
  TRY(native_enter(t));
  Element* e = self_of(a);
  if (!is_dict(a[1])) return RAISE(TypeError, "__deepcopy__() argument must be dict, not %T", a[1]);
  Value memo = a[1];
  Value tag = TRY(deep(t, e->tag, memo));
  Value attrib;
  if (e->attrib) attrib = TRY(deep(t, e->attrib.value(), memo));
  if (attrib && !is_dict(attrib)) return RAISE(TypeError, "attrib must be dict, not %T", attrib);
  Element* c = TRY(new_element(t, tag, attrib ? attrib.as<Dict>() : nullptr));
  c->text.set(TRY(deep(t, e->text, memo)));
  c->tail.set(TRY(deep(t, e->tail, memo)));
  for (size_t i = 0; i < e->size(); i++) {
    Value child = e->children->items[i];
    Value copy;
    if (type_of(child) == state().element_type) {
      Value args[2] = {child, memo};
      copy = TRY(element_deepcopy(t, {args, 2}));
    } else {
      copy = TRY(deep(t, child, memo));
    }
    TRY(need_element(t, copy));
    TRY(append_child(t, c, copy));
  }
  TRY(dict_set(t, memo.as<Dict>(), TRY(id_value(t, a[0])), c));
  return c;
}
Result<Value> element_getstate(Thread& t, Args a) {
  Element* e = self_of(a);
  Dict* d = TRY(new_dict(t));
  TRY(dict_set_str(t, d, "tag", or_none(e->tag.value())));
  List* children = e->size() ? TRY(list_of(t, e->children->items, e->children->size)) : TRY(new_list(t));
  TRY(dict_set_str(t, d, "_children", children));
  TRY(dict_set_str(t, d, "attrib", e->attrib ? TRY(dict_copy(t, e->attrib)) : TRY(new_dict(t))));
  TRY(dict_set_str(t, d, "text", or_none(e->text.value())));
  TRY(dict_set_str(t, d, "tail", or_none(e->tail.value())));
  return d;
}
Result<Value> element_setstate(Thread& t, Args a) {
  Element* e = self_of(a);
  if (!is_dict(a[1])) return RAISE(TypeError, "Don't know how to unpickle \"%R\" as an Element", a[1]);
  Dict* d = a.as<Dict>(1);
  uint32_t pos = 0;
  for (DictEntry* en; (en = dict_next(d, &pos));) {
    bool known = false;
    if (is_str(en->key))
      for (const char* k : {"tag", "_children", "attrib", "text", "tail"}) known |= str_equal_ascii(en->key.as<Str>(), k);
    if (!known) return RAISE(TypeError, "this function got an unexpected keyword argument '%S'", en->key);
  }
  auto get = [&](const char* key) { return dict_get_str(d, intern_name(key)); };
  if (!get("tag")) return RAISE(TypeError, "tag may not be NULL");
  Value attrib = get("attrib"), children = get("_children");
  if (attrib && !is_dict(attrib)) return RAISE(TypeError, "attrib must be dict, not %T", attrib);
  List* list = nullptr;
  if (children) {
    if (!is_list(children)) return RAISE(TypeError, "'_children' is not a list");
    list = TRY(list_from(t, children));
    for (uint64_t i = 0; i < list->size; i++) TRY(need_element(t, list->items[i]));
  }
  e->tag.set(get("tag"));
  e->text.set(or_none(get("text")));
  e->tail.set(or_none(get("tail")));
  if (attrib) e->attrib.set(attrib.as<Dict>());
  else e->attrib.clear();
  if (list) e->children.set(list);
  else e->children.clear();
  return kNone;
}
Result<Value> element_makeelement(Thread& t, Args a) {
  if (!is_dict(a[2])) return RAISE(TypeError, "makeelement() argument 2 must be dict, not %T", a[2]);
  return TRY(new_element(t, a[1], TRY(dict_copy(t, a.as<Dict>(2)))));
}
Result<Value> element_repr(Thread& t, Args a) {
  Element* e = self_of(a);
  if (!e->tag) return TRY(str_format(t, "<Element at 0x%s>", "0"));
  if (repr_enter(t, e)) return RAISE(RuntimeError, "reentrant call inside %s.__repr__", "Element");
  char where[32];
  snprintf(where, sizeof where, "%#lx", static_cast<unsigned long>(object_id(a[0])));
  Result<Str*> r = str_format(t, "<Element %R at %s>", e->tag.value(), where);
  repr_leave(t, e);
  return TRY(r);
}
Result<Value> element_sizeof(Thread&, Args a) {
  Element* e = self_of(a);
  return small_int(static_cast<int64_t>(sizeof(Element) + (e->children ? sizeof(List) + e->children->cap * 8 : 0)));
}

// ---- tag, text, tail, attrib
template <Field<> Element::*field> Result<Value> get_field(Thread&, Value v) { return or_none((v.as<Element>()->*field).value()); }
template <Field<> Element::*field> Status set_field(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "can't delete element attribute");
  (self.as<Element>()->*field).set(v);
  return {};
}
Result<Value> get_attrib(Thread& t, Value v) { return TRY(attributes(t, v.as<Element>())); }
Status set_attrib(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "can't delete element attribute");
  if (!is_dict(v)) return RAISE(TypeError, "attrib must be dict, not %T", v);
  self.as<Element>()->attrib.set(v.as<Dict>());
  return {};
}

constexpr MethodDef k_methods[] = {
    {"__init__", element_init, nullptr, "An element with this tag and these attributes."},
    {"__copy__", element_copy, "($self, /)", nullptr},
    {"__deepcopy__", element_deepcopy, "($self, memo, /)", nullptr},
    {"__getstate__", element_getstate, "($self, /)", nullptr},
    {"__setstate__", element_setstate, "($self, state, /)", nullptr},
    {"__sizeof__", element_sizeof, "($self, /)", nullptr},
    {"__repr__", element_repr, "($self, /)", nullptr},
    {"__len__", element_len, "($self, /)", nullptr},
    {"__bool__", element_bool, "($self, /)", nullptr},
    {"__getitem__", element_getitem, "($self, key, /)", nullptr},
    {"__setitem__", element_setitem, "($self, key, value, /)", nullptr},
    {"__delitem__", element_delitem, "($self, key, /)", nullptr},
    {"append", element_append, "($self, subelement, /)", "Adds a child at the end."},
    {"clear", element_clear, "($self, /)", "Takes off children, attributes and texts."},
    {"extend", element_extend, "($self, elements, /)", "Adds children at the end."},
    {"find", element_find, "($self, /, path, namespaces=None)", "The first element that the path leads to."},
    {"findall", element_findall, "($self, /, path, namespaces=None)", "All elements that the path leads to."},
    {"findtext", element_findtext, "($self, /, path, default=None, namespaces=None)", "The text of the first element that the path leads to."},
    {"get", element_get, "($self, /, key, default=None)", "An attribute."},
    {"insert", element_insert, "($self, index, subelement, /)", "Puts a child before the index."},
    {"items", element_names<true>, "($self, /)", "Names and values of the attributes."},
    {"iter", element_iter, "($self, /, tag=None)", "The element and all below it in document order, or those with a tag."},
    {"iterfind", element_iterfind, "($self, /, path, namespaces=None)", "Iterates over the elements that the path leads to."},
    {"itertext", element_itertext, "($self, /)", "The texts within the element."},
    {"keys", element_names<false>, "($self, /)", "The names of the attributes."},
    {"makeelement", element_makeelement, "($self, tag, attrib, /)", "A new element."},
    {"remove", element_remove, "($self, subelement, /)", "Takes a child off."},
    {"set", element_set, "($self, key, value, /)", "Sets an attribute."},
};
constexpr GetSetDef k_getsets[] = {
    {"tag", get_field<&Element::tag>, set_field<&Element::tag>, "What kind of element it is."},
    {"text", get_field<&Element::text>, set_field<&Element::text>, "The text before the first child."},
    {"tail", get_field<&Element::tail>, set_field<&Element::tail>, "The text behind the element."},
    {"attrib", get_attrib, set_attrib, "The attributes."},
};

}  // namespace

Result<Element*> new_element(Thread& t, Value tag, Dict* attrib) {
  Element* e = TRY(alloc_as<Element>(t, state().element_type));
  e->tag.init(tag);
  e->text.init(kNone);
  e->tail.init(kNone);
  if (attrib) e->attrib.init(attrib);
  return e;
}
Result<Dict*> attributes(Thread& t, Element* e) {
  if (!e->attrib) e->attrib.set(TRY(new_dict(t)));
  return e->attrib.get();
}
Status append_child(Thread& t, Element* e, Value child) {
  if (!e->children) e->children.set(TRY(new_list(t)));
  return list_append(t, e->children, child);
}
Result<Value> subelement(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw;
  if (n < 2) return RAISE(TypeError, "SubElement() takes at least 2 arguments (%u given)", n);
  if (n > 3) return RAISE(TypeError, "SubElement() takes at most 3 arguments (%u given)", n);
  if (!is_element(a[0])) return RAISE(TypeError, "SubElement() argument 1 must be xml.etree.ElementTree.Element, not %T", a[0]);
  if (n == 3 && !is_dict(a[2])) return RAISE(TypeError, "SubElement() argument 3 must be dict, not %T", a[2]);
  Dict* d = nullptr;
  if (n == 3 || nkw) d = TRY(merged(t, n == 3 ? a[2] : Value(), a.p + n, kwnames));
  Element* e = TRY(new_element(t, a[1], d));
  TRY(append_child(t, a.as<Element>(0), e));
  return e;
}

extern const TypeSpec k_element_spec = {.doc = "An XML element.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Element>,
                                        .flags = kTypeBase | kTypeWeakrefable | kTypeGenericNew};
extern const TypeSpec k_iter_spec = {.doc = "Iterates over elements or texts.", .iternext = iter_next_element, .layout = &kLayout<ElementIter>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::etree
