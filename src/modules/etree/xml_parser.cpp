// XMLParser: expat drives a target, by default a TreeBuilder. And the module _elementtree.
#include "modules/etree/etree.h"
#include "modules/expat/parser.h"
#include "modules/new_exception.h"
#include "runtime/codecs_api.h"
#include "types/objmodel.h"

namespace kaa::etree {

State& state() {
  static auto* s = new State;
  return *s;
}

namespace {

enum Event { kStart, kEnd, kData, kComment, kPi, kClose, kDoctype, kStartNs, kEndNs, kEventCount };
constexpr const char* k_event_names[] = {"start", "end", "data", "comment", "pi", "close", "doctype", "start_ns", "end_ns"};

struct RecentName {
  Str* raw;      // null: none
  Value name;
};
struct XmlParser : Object {
  XML_Parser expat;
  Field<> target, entity;
  Field<Dict*> names;              // names as expat gives them -> names as trees have them
  RecentName recent[32];           // entries of `names`, which holds them, by a cheap hash of what expat gives: documents use few names again and again
  Field<> methods[kEventCount];    // of a target that is not just a TreeBuilder
  bool running;
  template <class F> void each_field(F&& f) {
    f(target); f(entity); f(names);
    for (auto& m : methods) f(m);
  }
};
XmlParser* self_of(Args a) { return a.as<XmlParser>(0); }
TreeBuilder* builder_of(XmlParser* p) { return type_of(p->target) == state().builder_type ? p->target.value().as<TreeBuilder>() : nullptr; }

Error raise_parse_error(Thread& t, Str* message, int code, int64_t line, int64_t column) {
  Value e = TRY(call(t, state().parse_error, message));
  TRY(set_attr(t, e, intern_name("code"), small_int(code)));
  TRY(set_attr(t, e, intern_name("position"), TRY(make_tuple(t, small_int(line), small_int(column)))));
  return raise_value(t, e);
}
Error raise_expat(Thread& t, XmlParser* p) {
  int code = XML_GetErrorCode(p->expat);
  int64_t line = static_cast<int64_t>(XML_GetErrorLineNumber(p->expat)), column = static_cast<int64_t>(XML_GetErrorColumnNumber(p->expat));
  const char* text = XML_ErrorString(static_cast<XML_Error>(code));
  return raise_parse_error(t, TRY(str_format(t, "%s: line %ld, column %ld", text ? text : "unknown error", line, column)), code, line, column);
}

Result<Value> text(Thread& t, const char* s, size_t n) { return TRY(new_str(t, {s, n})); }  // what expat gives is sound UTF-8
// "uri}name" of expat is "{uri}name" in trees.
Result<Value> name_of(Thread& t, XmlParser* p, const char* s) {
  size_t n = strlen(s);
  auto at = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(s[i])); };
  RecentName& r = p->recent[(n ? n * 5 + at(0) * 3 + at(n / 2) * 7 + at(n - 1) : 0) % 32];
  if (r.raw && str_equal_ascii(r.raw, {s, n})) return r.name;
  Str* raw = TRY(new_str(t, {s, n}));
  Value name = raw;
  if (int64_t i = dict_index_str(p->names, raw); i >= 0) {
    DictEntry& known = p->names->entries[i];
    raw = known.key.as<Str>();  // the one that the dict holds
    name = known.value;
  } else {
    if (strchr(s, '}')) name = TRY(str_concat(t, TRY(new_str(t, "{")), raw));
    TRY(dict_set(t, p->names, raw, name));
  }
  r = {raw, name};
  return name;
}

// The library goes on after an exception, but nothing is called any more.
template <class F>
void handle(void* data, F&& body) {
  XmlParser* p = static_cast<XmlParser*>(data);
  Thread& t = current_thread();
  if (t.exc) return;
  Status s = body(t, p, builder_of(p));
  (void)s.ok();
}
template <class... V>
Status call_target(Thread& t, XmlParser* p, Event e, V... v) {
  if (!p->methods[e]) return {};
  TRY(call(t, p->methods[e], v...));
  return {};
}

void on_start(void* data, const XML_Char* name, const XML_Char** atts) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    if (!b && !p->methods[kStart]) return {};
    Value tag = TRY(name_of(t, p, name));
    Value attrs = kNone;
    if (atts[0] || !b) {
      Dict* d = TRY(new_dict(t));
      for (; atts[0]; atts += 2) {
        Value key = TRY(name_of(t, p, atts[0]));
        TRY(dict_set(t, d, key, TRY(text(t, atts[1], strlen(atts[1])))));
      }
      attrs = d;
    }
    if (!b) return call_target(t, p, kStart, tag, attrs);
    TRY(builder_start(t, b, tag, attrs));
    return {};
  });
}
void on_end(void* data, const XML_Char* name) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    if (b) {
      TRY(builder_end(t, b, kNone));
      return {};
    }
    if (!p->methods[kEnd]) return {};
    return call_target(t, p, kEnd, TRY(name_of(t, p, name)));
  });
}
Status give_data(Thread& t, XmlParser* p, TreeBuilder* b, Value v) { return b ? builder_data(t, b, v) : call_target(t, p, kData, v); }
void on_data(void* data, const XML_Char* s, int n) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    if (!b && !p->methods[kData]) return {};
    return give_data(t, p, b, TRY(text(t, s, static_cast<size_t>(n))));
  });
}
// What expat does not resolve: entities of an external DTD, which may be in `entity`.
void on_default(void* data, const XML_Char* s, int n) {
  if (n < 2 || s[0] != '&') return;
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    Value key = TRY(text(t, s + 1, static_cast<size_t>(n) - 2));
    Value found;
    if (is_dict(p->entity)) found = TRY(dict_get(t, p->entity.value().as<Dict>(), key)).v;
    if (found) return give_data(t, p, b, found);
    int64_t line = static_cast<int64_t>(XML_GetErrorLineNumber(p->expat)), column = static_cast<int64_t>(XML_GetErrorColumnNumber(p->expat));
    return raise_parse_error(t, TRY(str_format(t, "undefined entity &%U;: line %ld, column %ld", key.as<Str>(), line, column)), XML_ERROR_UNDEFINED_ENTITY, line, column);
  });
}
void on_comment(void* data, const XML_Char* s) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    if (b ? !b->comment_events && !b->insert_comments : !p->methods[kComment]) return {};
    Value v = TRY(text(t, s, strlen(s)));
    if (!b) return call_target(t, p, kComment, v);
    TRY(builder_comment(t, b, v));
    return {};
  });
}
void on_pi(void* data, const XML_Char* target, const XML_Char* rest) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    if (b ? !b->pi_events && !b->insert_pis : !p->methods[kPi]) return {};
    Value name = TRY(text(t, target, strlen(target)));
    Value v = rest && *rest ? TRY(text(t, rest, strlen(rest))) : kNone;
    if (!b) return call_target(t, p, kPi, name, v);
    TRY(builder_pi(t, b, name, v));
    return {};
  });
}
void on_start_ns(void* data, const XML_Char* prefix, const XML_Char* uri) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    if (b ? !b->start_ns_events : !p->methods[kStartNs]) return {};
    Value pv = prefix ? TRY(text(t, prefix, strlen(prefix))) : Value(interp().empty_str);
    Value uv = uri ? TRY(text(t, uri, strlen(uri))) : Value(interp().empty_str);
    if (!b) return call_target(t, p, kStartNs, pv, uv);
    return builder_event(t, b, "start-ns", TRY(make_tuple(t, pv, uv)));
  });
}
void on_end_ns(void* data, const XML_Char* prefix) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder* b) -> Status {
    if (b) return b->end_ns_events ? builder_event(t, b, "end-ns", kNone) : Status();
    if (!p->methods[kEndNs]) return {};
    return call_target(t, p, kEndNs, prefix ? TRY(text(t, prefix, strlen(prefix))) : Value(interp().empty_str));
  });
}
void on_doctype(void* data, const XML_Char* name, const XML_Char* system, const XML_Char* pub, int) {
  handle(data, [&](Thread& t, XmlParser* p, TreeBuilder*) -> Status {
    Opt own = TRY(lookup_attr(t, p, intern_name("doctype")));
    if (!p->methods[kDoctype] && !own) return {};
    Value n = TRY(text(t, name, strlen(name)));
    Value s = system ? TRY(text(t, system, strlen(system))) : kNone;
    Value q = pub ? TRY(text(t, pub, strlen(pub))) : kNone;
    if (p->methods[kDoctype]) return call_target(t, p, kDoctype, n, q, s);
    return warn(t, KAA_TYPE(RuntimeWarning), 1, "The doctype() method of XMLParser is ignored.  Define doctype() method on the TreeBuilder target.");
  });
}
int on_unknown_encoding(void* data, const XML_Char* name, XML_Encoding* info) { return expat::unknown_encoding(data, name, info); }

// ---- methods
Result<Value> parser_init(Thread& t, Args a) {
  XmlParser* p = self_of(a);
  Utf8 encoding;
  if (a[2] && !a[2].is_none()) {
    if (!is_str(a[2])) return RAISE(TypeError, "XMLParser() argument 'encoding' must be str or None, not %T", a[2]);
    TRY(str_utf8(t, a.as<Str>(2), encoding));
  }
  if (p->running) return RAISE(RuntimeError, "cannot call __init__() from within a handler");
  Value target = a[1];
  if (!target || target.is_none()) target = TRY(new_builder(t, state().builder_type));
  Keep keep(target);
  Dict* entity = TRY(new_dict(t));
  Keep keep_entity(entity);
  Dict* names = TRY(new_dict(t));
  Keep keep_names(names);
  Value methods[kEventCount];
  bool plain = type_of(target) == state().builder_type;
  if (!plain)
    for (int i = 0; i < kEventCount; i++) methods[i] = TRY(lookup_attr(t, target, intern_name(k_event_names[i]))).v;
  XML_Parser x = XML_ParserCreate_MM(encoding.data, nullptr, "}");
  if (!x) return raise_memory(t);
  XML_SetHashSalt(x, interp().hash_key0 ? interp().hash_key0 : 1);
  if (p->expat) XML_ParserFree(p->expat);
  p->expat = x;
  p->target.set(target);
  p->entity.set(entity);
  p->names.set(names);
  for (RecentName& r : p->recent) r = {};
  for (int i = 0; i < kEventCount; i++) {
    if (methods[i]) p->methods[i].set(methods[i]);
    else p->methods[i].clear();
  }
  XML_SetUserData(x, p);
  XML_SetElementHandler(x, on_start, on_end);
  XML_SetCharacterDataHandler(x, on_data);
  XML_SetDefaultHandlerExpand(x, on_default);
  if (plain || methods[kStartNs]) XML_SetStartNamespaceDeclHandler(x, on_start_ns);
  if (plain || methods[kEndNs]) XML_SetEndNamespaceDeclHandler(x, on_end_ns);
  if (plain || methods[kComment]) XML_SetCommentHandler(x, on_comment);
  if (plain || methods[kPi]) XML_SetProcessingInstructionHandler(x, on_pi);
  XML_SetStartDoctypeDeclHandler(x, on_doctype);
  XML_SetUnknownEncodingHandler(x, on_unknown_encoding, nullptr);
  return kNone;
}

Status parse(Thread& t, XmlParser* p, std::string_view data, bool final, const char* method) {
  if (!p->expat) return RAISE(RuntimeError, "XMLParser.__init__() wasn't called");
  if (p->running) return RAISE(RuntimeError, "cannot call %s() from within a handler", method);
  constexpr size_t kChunk = 1 << 20;
  p->running = true;
  Status s = [&]() -> Status {
    for (;;) {
      size_t n = data.size() < kChunk ? data.size() : kChunk;
      bool last = n == data.size();
      XML_Status status = XML_Parse(p->expat, n ? data.data() : "", static_cast<int>(n), final && last);
      if (t.exc) return Error{};
      if (status == XML_STATUS_ERROR) return raise_expat(t, p);
      data.remove_prefix(n);
      if (last) return {};
      TRY(safepoint(t));
    }
  }();
  p->running = false;
  return s;
}
Result<Value> parser_feed(Thread& t, Args a) {
  XmlParser* p = self_of(a);
  if (is_str(a[1])) {
    Utf8 u;
    TRY(str_utf8(t, a.as<Str>(1), u));
    if (p->expat) XML_SetEncoding(p->expat, "utf-8");
    TRY(parse(t, p, u.view(), false, "feed"));
    return kNone;
  }
  BufferHold b;
  TRY(b.get(t, a[1]));
  TRY(parse(t, p, b.view(), false, "feed"));
  return kNone;
}
Result<Value> result_of(Thread& t, XmlParser* p) {
  if (TreeBuilder* b = builder_of(p)) return or_none(b->root.value());
  if (p->methods[kClose]) return call(t, p->methods[kClose]);
  return kNone;
}
Result<Value> parser_close(Thread& t, Args a) {
  TRY(parse(t, self_of(a), {}, true, "close"));
  return result_of(t, self_of(a));
}
Result<Value> parser_flush(Thread& t, Args a) {
  if (!self_of(a)->expat) return RAISE(RuntimeError, "XMLParser.__init__() wasn't called");
  return kNone;  // the library does not hold tokens back before its version 2.6
}
Result<Value> parser_parse_whole(Thread& t, Args a) {
  XmlParser* p = self_of(a);
  Value read = TRY(get_attr(t, a[1], intern_name("read")));
  for (;;) {
    Value piece = TRY(call(t, read, small_int(64 * 1024)));
    if (IS_EXACT(piece, str)) {
      if (!piece.as<Str>()->length) break;
      Value bytes = TRY(encode_str(t, piece.as<Str>(), "utf-8", "surrogatepass"));
      if (p->expat) XML_SetEncoding(p->expat, "utf-8");
      piece = bytes;
    } else if (!IS_EXACT(piece, bytes) || !piece.as<Bytes>()->size) {
      break;
    }
    Keep keep(piece);
    TRY(parse(t, p, piece.as<Bytes>()->view(), false, "_parse_whole"));
  }
  TRY(parse(t, p, {}, true, "_parse_whole"));
  return result_of(t, p);
}
Result<Value> parser_setevents(Thread& t, Args a) {
  XmlParser* p = self_of(a);
  TreeBuilder* b = p->target ? builder_of(p) : nullptr;
  if (!b) return RAISE(TypeError, "event handling only supported for ElementTree.TreeBuilder targets");
  Value append = TRY(get_attr(t, a[1], intern_name("append")));
  b->events_append.set(append);
  b->start_events = b->end_events = b->start_ns_events = b->end_ns_events = b->comment_events = b->pi_events = false;
  if (!a[2] || a[2].is_none()) {
    b->end_events = true;
    return kNone;
  }
  if (!type_of(a[2])->dunder(D_iter) && !type_of(a[2])->dunder(D_getitem)) return RAISE(TypeError, "events must be a sequence");
  TRY(iterate(t, a[2], [&](Value v) -> Status {
    struct { const char* name; bool TreeBuilder::*flag; } kinds[] = {{"start", &TreeBuilder::start_events}, {"end", &TreeBuilder::end_events},
        {"start-ns", &TreeBuilder::start_ns_events}, {"end-ns", &TreeBuilder::end_ns_events}, {"comment", &TreeBuilder::comment_events}, {"pi", &TreeBuilder::pi_events}};
    if (!is_str(v)) return RAISE(ValueError, "invalid events sequence");
    for (auto& k : kinds)
      if (str_equal_ascii(v.as<Str>(), k.name)) {
        b->*k.flag = true;
        return {};
      }
    return RAISE(ValueError, "unknown event '%U'", v.as<Str>());
  }));
  return kNone;
}
Result<Value> get_target(Thread&, Value v) { return or_none(v.as<XmlParser>()->target.value()); }
Result<Value> get_entity(Thread&, Value v) { return or_none(v.as<XmlParser>()->entity.value()); }
Result<Value> get_version(Thread& t, Value) {
  XML_Expat_Version v = XML_ExpatVersionInfo();
  return TRY(str_format(t, "Expat %d.%d.%d", v.major, v.minor, v.micro));
}

constexpr MethodDef k_methods[] = {
    {"__init__", parser_init, "($self, *, target=None, encoding=None)", "A parser that feeds the target."},
    {"feed", parser_feed, "($self, data, /)", "Parses the next part."},
    {"close", parser_close, "($self, /)", "Ends the document; the target's result."},
    {"flush", parser_flush, "($self, /)", "Parses what was held back."},
    {"_parse_whole", parser_parse_whole, "($self, file, /)", nullptr},
    {"_setevents", parser_setevents, "($self, events_queue, events_to_report=None, /)", nullptr},
};
constexpr GetSetDef k_getsets[] = {
    {"target", get_target, nullptr, "What is fed."},
    {"entity", get_entity, nullptr, "Texts of entities that the document does not define."},
    {"version", get_version, nullptr, "The library's version."},
};

// ---- the module
Result<Value> m_set_factories(Thread& t, Args a) {
  for (uint32_t i : {0u, 1u})
    if (!a[i].is_none() && !is_callable(a[i])) return RAISE(TypeError, "%s factory must be callable, not %T", i ? "PI" : "Comment", a[i]);
  Value old = TRY(make_tuple(t, or_none(state().comment_factory), or_none(state().pi_factory)));
  state().comment_factory = a[0].is_none() ? Value() : a[0];
  state().pi_factory = a[1].is_none() ? Value() : a[1];
  return old;
}
constexpr MethodDef k_functions[] = {
    {"SubElement", subelement, nullptr, "A new element, added to its parent.", MethodKind::kFunction},
    {"_set_factories", m_set_factories, "(comment_factory, pi_factory, /)", nullptr, MethodKind::kFunction},
};

Status exec(Thread& t, Module* m) {
  State& s = state();
  if (!s.element_type) {
    s.parse_error = TRY(new_exception(t, "xml.etree.ElementTree", "ParseError", KAA_TYPE(SyntaxError)));
    s.keep_error = s.parse_error;
    s.element_type = TRY(make_native_type(t, "xml.etree.ElementTree.Element", nullptr, k_element_spec));
    s.iter_type = TRY(make_native_type(t, "_elementtree._element_iterator", nullptr, k_iter_spec));
    s.builder_type = TRY(make_native_type(t, "xml.etree.ElementTree.TreeBuilder", nullptr, k_builder_spec));
    s.parser_type = TRY(make_native_type(t, "xml.etree.ElementTree.XMLParser", nullptr, k_parser_spec));
  }
  TRY(module_add(t, m, "Element", s.element_type));
  TRY(module_add(t, m, "TreeBuilder", s.builder_type));
  TRY(module_add(t, m, "XMLParser", s.parser_type));
  return module_add(t, m, "ParseError", s.parse_error);
}

}  // namespace

}  // namespace kaa::etree
namespace kaa {
template <> struct LayoutTraits<etree::XmlParser> {
  static constexpr Death death = Death::kCustom;
  static void destroy(etree::XmlParser* p) { if (p->expat) XML_ParserFree(p->expat); }
};
namespace etree {
extern const TypeSpec k_parser_spec = {.doc = "A parser that feeds a target.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<XmlParser>,
                                       .flags = kTypeBase | kTypeWeakrefable | kTypeGenericNew};
}
extern const ModuleDef _elementtree_module = {.name = "_elementtree", .functions = etree::k_functions, .exec = etree::exec};
}
