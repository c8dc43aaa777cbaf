// Calls from the library into handlers.
//
// An exception of a handler stays pending on the thread while the library goes on to the end of its input: all handlers are taken off, so that no more Python runs.
#include "modules/expat/parser.h"
#include "runtime/codecs_api.h"

namespace kaa::expat {

namespace {

Result<Value> text(Thread& t, const XML_Char* s, size_t n) { return decode_bytes(t, {s, n}, nullptr, nullptr); }
Result<Value> text_or_none(Thread& t, const XML_Char* s) { return s ? text(t, s, strlen(s)) : Result<Value>(kNone); }
// A name, shared with the same names before.
Result<Value> name_of(Thread& t, Parser* p, const XML_Char* s) {
  if (!s) return kNone;
  Value v = TRY(text(t, s, strlen(s)));
  if (!p->intern || !is_dict(p->intern)) return v;
  Dict* d = p->intern.value().as<Dict>();
  Opt have = TRY(dict_get(t, d, v));
  if (have) return have.v;
  TRY(dict_set(t, d, v, v));
  return v;
}

void drop_handlers(Parser* p) {
  for (auto& h : p->handlers) h.clear();
  connect_handlers(p);
  XML_SetExternalEntityRefHandler(p->native->p, [](XML_Parser, const XML_Char*, const XML_Char*, const XML_Char*, const XML_Char*) { return 0; });
}

bool is_set(Parser* p, int which) { return p->handlers[which] && !p->handlers[which].value().is_none(); }

Result<Value> call_handler(Thread& t, Parser* p, int which, const Value* args, size_t n) {
  Value f = p->handlers[which];
  p->in_callback++;
  Result<Value> r = call_args(t, f, args, n);
  p->in_callback--;
  return r;
}
// Runs body(t, p) -> Result<Value> for a handler that is set, after the text before it.
template <class F>
Value run(void* data, int which, F&& body) {
  Parser* p = static_cast<Parser*>(data);
  Thread& t = current_thread();
  if (t.exc || !is_set(p, which)) return {};
  Result<Value> r = [&]() -> Result<Value> {
    TRY(flush_text(t, p));
    if (!is_set(p, which)) return kNone;  // the handler of the text took it off
    return body(t, p);
  }();
  if (r.ok()) return r.value();
  drop_handlers(p);
  return {};
}
#define ARGS(...)                                   \
  Value args[] = {__VA_ARGS__};                     \
  return call_handler(t, p, which, args, sizeof args / sizeof *args)

void on_start(void* data, const XML_Char* name, const XML_Char** atts) {
  constexpr int which = kStartElement;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> {
    int n = 0;
    if (p->specified_attributes) n = XML_GetSpecifiedAttributeCount(p->native->p);
    else while (atts[n]) n += 2;
    Value container;
    if (p->ordered_attributes) {
      List* l = TRY(new_list(t));
      for (int i = 0; i < n; i += 2) {
        TRY(list_append(t, l, TRY(name_of(t, p, atts[i]))));
        TRY(list_append(t, l, TRY(text_or_none(t, atts[i + 1]))));
      }
      container = l;
    } else {
      Dict* d = TRY(new_dict(t));
      for (int i = 0; i < n; i += 2) {
        Value key = TRY(name_of(t, p, atts[i]));
        TRY(dict_set(t, d, key, TRY(text_or_none(t, atts[i + 1]))));
      }
      container = d;
    }
    ARGS(TRY(name_of(t, p, name)), container);
  });
}
void on_end(void* data, const XML_Char* name) {
  constexpr int which = kEndElement;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(name_of(t, p, name))); });
}
void on_pi(void* data, const XML_Char* target, const XML_Char* rest) {
  constexpr int which = kProcessingInstruction;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(name_of(t, p, target)), TRY(text_or_none(t, rest))); });
}
Status call_text(Thread& t, Parser* p, const char* s, size_t n) {
  if (!is_set(p, kCharacterData)) return {};
  Value v = TRY(text(t, s, n));
  TRY(call_handler(t, p, kCharacterData, &v, 1));
  return {};
}
void on_text(void* data, const XML_Char* s, int len) {
  Parser* p = static_cast<Parser*>(data);
  Thread& t = current_thread();
  if (t.exc || !is_set(p, kCharacterData)) return;
  size_t n = static_cast<size_t>(len);
  Status status = [&]() -> Status {
    if (!p->text) return call_text(t, p, s, n);
    if (static_cast<int64_t>(p->text->size() + n) > p->buffer_size) {
      TRY(flush_text(t, p));
      if (!p->text) return call_text(t, p, s, n);  // the handler switched buffering off
    }
    if (static_cast<int64_t>(n) > p->buffer_size) return call_text(t, p, s, n);
    p->text->append(s, n);
    return {};
  }();
  if (!status.ok()) drop_handlers(p);
}
void on_unparsed(void* data, const XML_Char* name, const XML_Char* base, const XML_Char* system, const XML_Char* pub, const XML_Char* notation) {
  constexpr int which = kUnparsedEntityDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> {
    ARGS(TRY(name_of(t, p, name)), TRY(name_of(t, p, base)), TRY(name_of(t, p, system)), TRY(name_of(t, p, pub)), TRY(name_of(t, p, notation)));
  });
}
void on_entity(void* data, const XML_Char* name, int parameter, const XML_Char* value, int length, const XML_Char* base, const XML_Char* system, const XML_Char* pub,
               const XML_Char* notation) {
  constexpr int which = kEntityDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> {
    ARGS(TRY(name_of(t, p, name)), small_int(parameter), value ? TRY(text(t, value, static_cast<size_t>(length))) : kNone, TRY(name_of(t, p, base)),
         TRY(name_of(t, p, system)), TRY(name_of(t, p, pub)), TRY(name_of(t, p, notation)));
  });
}
void on_notation(void* data, const XML_Char* name, const XML_Char* base, const XML_Char* system, const XML_Char* pub) {
  constexpr int which = kNotationDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(name_of(t, p, name)), TRY(name_of(t, p, base)), TRY(name_of(t, p, system)), TRY(name_of(t, p, pub))); });
}
void on_namespace(void* data, const XML_Char* prefix, const XML_Char* uri) {
  constexpr int which = kStartNamespaceDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(name_of(t, p, prefix)), TRY(name_of(t, p, uri))); });
}
void on_end_namespace(void* data, const XML_Char* prefix) {
  constexpr int which = kEndNamespaceDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(name_of(t, p, prefix))); });
}
void on_comment(void* data, const XML_Char* s) {
  constexpr int which = kComment;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(text_or_none(t, s))); });
}
template <int which>
void on_nothing(void* data) {
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { return call_handler(t, p, which, nullptr, 0); });
}
template <int which>
void on_default(void* data, const XML_Char* s, int len) {
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(text(t, s, static_cast<size_t>(len)))); });
}
int on_not_standalone(void* data) {
  constexpr int which = kNotStandalone;
  int result = 0;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> {
    Value v = TRY(call_handler(t, p, which, nullptr, 0));
    result = static_cast<int>(TRY(to_int64(t, v)));
    return kNone;
  });
  return result;
}
int on_external_entity(XML_Parser data, const XML_Char* context, const XML_Char* base, const XML_Char* system, const XML_Char* pub) {
  constexpr int which = kExternalEntityRef;
  int result = 0;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> {
    Value args[] = {TRY(text_or_none(t, context)), TRY(name_of(t, p, base)), TRY(name_of(t, p, system)), TRY(name_of(t, p, pub))};
    Value v = TRY(call_handler(t, p, which, args, 4));
    result = static_cast<int>(TRY(to_int64(t, v)));
    return kNone;
  });
  return result;
}
void on_doctype(void* data, const XML_Char* name, const XML_Char* system, const XML_Char* pub, int internal) {
  constexpr int which = kStartDoctypeDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(name_of(t, p, name)), TRY(name_of(t, p, system)), TRY(name_of(t, p, pub)), small_int(internal)); });
}
void on_xml_decl(void* data, const XML_Char* version, const XML_Char* encoding, int standalone) {
  constexpr int which = kXmlDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(text_or_none(t, version)), TRY(text_or_none(t, encoding)), small_int(standalone)); });
}
// A content model as nested tuples: type, quantifier, name, children.
Result<Value> model_tuple(Thread& t, Parser* p, XML_Content* m) {
  TRY(native_enter(t, " in conv_content_model"));
  Tuple* children = TRY(new_tuple(t, m->numchildren));
  for (unsigned i = 0; i < m->numchildren; i++) children->items[i] = kNone;
  for (unsigned i = 0; i < m->numchildren; i++) tuple_init(children, i, TRY(model_tuple(t, p, &m->children[i])));
  return TRY(make_tuple(t, small_int(m->type), small_int(m->quant), TRY(name_of(t, p, m->name)), children));
}
void on_element_decl(void* data, const XML_Char* name, XML_Content* model) {
  constexpr int which = kElementDecl;
  XML_Parser native = static_cast<Parser*>(data)->native->p;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> {
    Value m = TRY(model_tuple(t, p, model));
    ARGS(TRY(name_of(t, p, name)), m);
  });
  XML_FreeContentModel(native, model);
}
void on_attlist(void* data, const XML_Char* element, const XML_Char* attribute, const XML_Char* type, const XML_Char* missing, int required) {
  constexpr int which = kAttlistDecl;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> {
    ARGS(TRY(name_of(t, p, element)), TRY(name_of(t, p, attribute)), TRY(text_or_none(t, type)), TRY(text_or_none(t, missing)), small_int(required));
  });
}
void on_skipped(void* data, const XML_Char* name, int parameter) {
  constexpr int which = kSkippedEntity;
  run(data, which, [&](Thread& t, Parser* p) -> Result<Value> { ARGS(TRY(name_of(t, p, name)), small_int(parameter)); });
}

void connect_one(Parser* p, int which, bool on) {
  XML_Parser x = p->native->p;
  switch (which) {
    case kStartElement: return XML_SetStartElementHandler(x, on ? on_start : nullptr);
    case kEndElement: return XML_SetEndElementHandler(x, on ? on_end : nullptr);
    case kProcessingInstruction: return XML_SetProcessingInstructionHandler(x, on ? on_pi : nullptr);
    case kCharacterData: return XML_SetCharacterDataHandler(x, on || p->in_callback ? on_text : nullptr);  // the library may be in the middle of calling it
    case kUnparsedEntityDecl: return XML_SetUnparsedEntityDeclHandler(x, on ? on_unparsed : nullptr);
    case kNotationDecl: return XML_SetNotationDeclHandler(x, on ? on_notation : nullptr);
    case kStartNamespaceDecl: return XML_SetStartNamespaceDeclHandler(x, on ? on_namespace : nullptr);
    case kEndNamespaceDecl: return XML_SetEndNamespaceDeclHandler(x, on ? on_end_namespace : nullptr);
    case kComment: return XML_SetCommentHandler(x, on ? on_comment : nullptr);
    case kStartCdataSection: return XML_SetStartCdataSectionHandler(x, on ? on_nothing<kStartCdataSection> : nullptr);
    case kEndCdataSection: return XML_SetEndCdataSectionHandler(x, on ? on_nothing<kEndCdataSection> : nullptr);
    case kDefault: return XML_SetDefaultHandler(x, on ? on_default<kDefault> : nullptr);
    case kDefaultHandlerExpand: return XML_SetDefaultHandlerExpand(x, on ? on_default<kDefaultHandlerExpand> : nullptr);
    case kNotStandalone: return XML_SetNotStandaloneHandler(x, on ? on_not_standalone : nullptr);
    case kExternalEntityRef: return XML_SetExternalEntityRefHandler(x, on ? on_external_entity : nullptr);
    case kStartDoctypeDecl: return XML_SetStartDoctypeDeclHandler(x, on ? on_doctype : nullptr);
    case kEndDoctypeDecl: return XML_SetEndDoctypeDeclHandler(x, on ? on_nothing<kEndDoctypeDecl> : nullptr);
    case kEntityDecl: return XML_SetEntityDeclHandler(x, on ? on_entity : nullptr);
    case kXmlDecl: return XML_SetXmlDeclHandler(x, on ? on_xml_decl : nullptr);
    case kElementDecl: return XML_SetElementDeclHandler(x, on ? on_element_decl : nullptr);
    case kAttlistDecl: return XML_SetAttlistDeclHandler(x, on ? on_attlist : nullptr);
    case kSkippedEntity: return XML_SetSkippedEntityHandler(x, on ? on_skipped : nullptr);
  }
}

}  // namespace

void connect_handlers(Parser* p) {
  // The two default handlers are one to the library: the one that is set wins.
  for (int i = 0; i < kHandlerCount; i++)
    if (!is_set(p, i)) connect_one(p, i, false);
  for (int i = 0; i < kHandlerCount; i++)
    if (is_set(p, i)) connect_one(p, i, true);
}
Status set_handler(Thread& t, Parser* p, int which, Value v) {
  if (which == kCharacterData) TRY(flush_text(t, p));  // what came before belongs to the old one
  p->handlers[which].set(v);
  connect_one(p, which, !v.is_none());
  return {};
}
Status flush_text(Thread& t, Parser* p) {
  if (!p->text || p->text->empty()) return {};
  std::string s;
  s.swap(*p->text);
  return call_text(t, p, s.data(), s.size());
}

int unknown_encoding(void* data, const XML_Char* name, XML_Encoding* info) {
  Thread& t = current_thread();
  if (t.exc) return XML_STATUS_ERROR;
  char all[256];
  for (int i = 0; i < 256; i++) all[i] = static_cast<char>(i);
  Result<Value> r = decode_bytes(t, {all, 256}, name, "replace");
  if (!r.ok()) return XML_STATUS_ERROR;
  Str* s = r.value().as<Str>();
  if (s->length != 256) {
    RAISE(ValueError, "multi-byte encodings are not supported");
    return XML_STATUS_ERROR;
  }
  for (size_t i = 0; i < 256; i++) info->map[i] = s->at(i) == 0xFFFD ? -1 : static_cast<int>(s->at(i));
  info->data = nullptr;
  info->convert = nullptr;
  info->release = nullptr;
  (void)data;
  return XML_STATUS_OK;
}

}  // namespace kaa::expat
