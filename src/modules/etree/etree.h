// _elementtree: elements, the builder of trees, and the parser that drives it. What xml.etree.ElementTree has in Python, faster.
#pragma once
#include "runtime/api.h"

namespace kaa::etree {

struct Element : Object {
  Field<> tag, text, tail;      // empty: None
  Field<Dict*> attrib;          // made when first asked for
  Field<List*> children;        // empty: none
  template <class F> void each_field(F&& f) { f(tag); f(text); f(tail); f(attrib); f(children); }
  size_t size() { return children ? children->size : 0; }
};
// iter() and itertext(). The stack holds an element and the index of its next child, alternately.
struct ElementIter : Object {
  Field<Element*> root;         // empty once begun
  Field<List*> stack;
  Field<> tag;                  // None: any
  bool texts;
  template <class F> void each_field(F&& f) { f(root); f(stack); f(tag); }
};
struct TreeBuilder : Object {
  Field<> root, last;           // empty: none
  Field<List*> stack;           // open elements
  Field<> piece;                // of the text that comes before the next element's start or end: as long as there is but one
  Field<List*> pieces;          // all of them, when there are more
  Field<> element_factory, comment_factory, pi_factory, events_append;
  bool tail, insert_comments, insert_pis, start_events, end_events, start_ns_events, end_ns_events, comment_events, pi_events;
  template <class F> void each_field(F&& f) {
    f(root); f(last); f(stack); f(piece); f(pieces); f(element_factory); f(comment_factory); f(pi_factory); f(events_append);
  }
};

struct State {
  Type *element_type = nullptr, *iter_type = nullptr, *builder_type = nullptr, *parser_type = nullptr, *parse_error = nullptr;
  Root<> keep_error, comment_factory, pi_factory;  // the factories that ElementTree registers; empty before
};
State& state();

inline bool is_element(Value v) { return is_instance(v, state().element_type); }
Result<Element*> new_element(Thread& t, Value tag, Dict* attrib);  // attrib may be null
Result<Dict*> attributes(Thread& t, Element* e);                   // made if there are none
Status append_child(Thread& t, Element* e, Value child);
Result<Value> subelement(Thread& t, Args a, Tuple* kwnames);

// ---- the builder, as the parser calls it
Result<TreeBuilder*> new_builder(Thread& t, Type* type);
Result<Value> builder_start(Thread& t, TreeBuilder* b, Value tag, Value attrs);
Result<Value> builder_end(Thread& t, TreeBuilder* b, Value tag);
Status builder_data(Thread& t, TreeBuilder* b, Value data);
Result<Value> builder_comment(Thread& t, TreeBuilder* b, Value text);
Result<Value> builder_pi(Thread& t, TreeBuilder* b, Value target, Value text);
Status builder_event(Thread& t, TreeBuilder* b, const char* kind, Value what);

extern const TypeSpec k_element_spec, k_iter_spec, k_builder_spec, k_parser_spec;

}  // namespace kaa::etree
