// pyexpat: the XML parser of the expat library.
#include "modules/expat/parser.h"

#include "modules/new_exception.h"
#include "types/int.h"
#include "types/objmodel.h"

namespace kaa::expat {

Type* g_parser_type;
Type* g_error;

void release(Native* n) {
  while (n && !--n->refs) {
    Native* parent = n->parent;
    XML_ParserFree(n->p);
    delete n;
    n = parent;
  }
}

Error raise_expat_error(Thread& t, XML_Parser x, int code, const char* text) {
  int64_t line = static_cast<int64_t>(XML_GetErrorLineNumber(x)), column = static_cast<int64_t>(XML_GetErrorColumnNumber(x));
  const char* what = XML_ErrorString(static_cast<XML_Error>(code));
  Str* message = text ? TRY(str_format(t, "%s", text)) : TRY(str_format(t, "%s: line %ld, column %ld", what ? what : "unknown error", line, column));
  Value e = TRY(call(t, g_error, message));
  TRY(set_attr(t, e, intern_name("code"), small_int(code)));
  TRY(set_attr(t, e, intern_name("offset"), small_int(column)));
  TRY(set_attr(t, e, intern_name("lineno"), small_int(line)));
  return raise_value(t, e);
}

Result<Parser*> new_parser(Thread& t, Native* native, Value intern) {
  Result<Parser*> r = alloc_as<Parser>(t, g_parser_type);
  if (!r.ok()) {
    release(native);
    return Error{};
  }
  Parser* p = r.value();
  p->native = native;
  p->intern.init(intern);
  p->buffer_size = 8192;
  p->reparse_deferral = kDefersReparsing;
  XML_SetUserData(native->p, p);
  XML_SetExternalEntityRefHandlerArg(native->p, reinterpret_cast<XML_Parser>(p));
  XML_SetUnknownEncodingHandler(native->p, unknown_encoding, nullptr);
  return p;
}

namespace {

Parser* self_of(Args a) { return a.as<Parser>(0); }
Parser* parser_of(Value v) { return v.as<Parser>(); }

Status str_or_none(Thread& t, Value v, const char* what, Utf8& out) {
  if (!v || v.is_none()) return {};
  if (!is_str(v)) return RAISE(TypeError, "%s must be str or None, not %T", what, v);
  TRY(str_utf8(t, v.as<Str>(), out));
  if (memchr(out.data, 0, out.size)) return RAISE(ValueError, "embedded null character");
  return {};
}

Result<Value> m_parser_create(Thread& t, Args a) {
  Utf8 encoding, separator;
  TRY(str_or_none(t, a[0], "ParserCreate() argument 'encoding'", encoding));
  TRY(str_or_none(t, a[1], "ParserCreate() argument 'namespace_separator'", separator));
  if (separator.size > 1) return RAISE(ValueError, "namespace_separator must be at most one character, omitted, or None");
  Value intern = a[2];
  if (intern && !intern.is_none() && !is_dict(intern)) return RAISE(TypeError, "intern must be a dictionary");
  if (!intern) intern = TRY(new_dict(t));
  Keep keep(intern);
  XML_Parser x = separator.data ? XML_ParserCreateNS(encoding.data, separator.data[0]) : XML_ParserCreate(encoding.data);
  if (!x) return raise_memory(t);
  XML_SetHashSalt(x, interp().hash_key0 ? interp().hash_key0 : 1);
  return TRY(new_parser(t, new Native{x, nullptr}, intern));
}
Result<Value> m_error_string(Thread& t, Args a) {
  int64_t code = TRY(to_int64(t, a[0]));
  const char* s = XML_ErrorString(static_cast<XML_Error>(code));
  if (!s) return kNone;
  return TRY(new_str(t, s));
}

// ---- parsing
Result<Value> finish(Thread& t, Parser* p, XML_Status status) {
  if (t.exc) return Error{};
  if (status == XML_STATUS_ERROR) return raise_expat_error(t, p->native->p, XML_GetErrorCode(p->native->p));
  TRY(flush_text(t, p));
  return small_int(status);
}
Status check_not_inside(Thread& t, Parser* p, const char* method) {
  if (p->in_callback) return RAISE(RuntimeError, "cannot call %s() from within a handler", method);
  return {};
}
Result<Value> parser_parse(Thread& t, Args a) {
  Parser* p = self_of(a);
  TRY(check_not_inside(t, p, "Parse"));
  bool final = a[2] && TRY(truth(t, a[2]));
  Utf8 text;
  BufferHold buffer;
  std::string_view data;
  if (is_str(a[1])) {
    TRY(str_utf8(t, a.as<Str>(1), text));
    data = text.view();
    XML_SetEncoding(p->native->p, "utf-8");
  } else {
    TRY(buffer.get(t, a[1]));
    data = buffer.view();
  }
  constexpr size_t kChunk = 1 << 20;
  XML_Status status = XML_STATUS_OK;
  while (data.size() > kChunk) {
    status = XML_Parse(p->native->p, data.data(), static_cast<int>(kChunk), XML_FALSE);
    if (t.exc || status != XML_STATUS_OK) return finish(t, p, status);
    data.remove_prefix(kChunk);
    TRY(safepoint(t));
  }
  status = XML_Parse(p->native->p, data.empty() ? "" : data.data(), static_cast<int>(data.size()), final);
  return finish(t, p, status);
}
Result<Value> parser_parse_file(Thread& t, Args a) {
  Parser* p = self_of(a);
  TRY(check_not_inside(t, p, "ParseFile"));
  Opt read = TRY(lookup_attr(t, a[1], intern_name("read")));
  if (!read) return RAISE(TypeError, "argument must have 'read' attribute");
  constexpr int kSize = 2048;
  for (;;) {
    Value v = TRY(call(t, read.v, small_int(kSize)));
    BufferHold b;
    if (!is_bytes(v) && !(v.is_object() && is_instance(v, KAA_TYPE(bytearray)))) return RAISE(TypeError, "read() did not return a bytes object (type=%T)", v);
    TRY(b.get(t, v));
    if (b.size() > kSize) return RAISE(ValueError, "read() returned too much data: %d bytes requested, %lu returned", kSize, static_cast<uint64_t>(b.size()));
    XML_Status status = XML_Parse(p->native->p, b.size() ? b.data() : "", static_cast<int>(b.size()), b.size() == 0);
    if (t.exc || status == XML_STATUS_ERROR || b.size() == 0) return finish(t, p, status);
    TRY(safepoint(t));
  }
}
Result<Value> parser_set_base(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "SetBase() argument must be str, not %T", a[1]);
  Utf8 u;
  TRY(str_or_none(t, a[1], "", u));
  if (!XML_SetBase(self_of(a)->native->p, u.data)) return raise_memory(t);
  return kNone;
}
Result<Value> parser_get_base(Thread& t, Args a) {
  const XML_Char* s = XML_GetBase(self_of(a)->native->p);
  if (!s) return kNone;
  return TRY(new_str(t, s));
}
Result<Value> parser_get_input_context(Thread& t, Args a) {
  Parser* p = self_of(a);
  int offset, size;
  const char* s = p->in_callback ? XML_GetInputContext(p->native->p, &offset, &size) : nullptr;
  if (!s) return kNone;
  return TRY(new_bytes(t, s + offset, static_cast<size_t>(size - offset)));
}
Result<Value> parser_external_entity(Thread& t, Args a) {
  Parser* p = self_of(a);
  Utf8 context, encoding;
  TRY(str_or_none(t, a[1], "ExternalEntityParserCreate() argument 1", context));
  if (a[2]) {
    if (!is_str(a[2])) return RAISE(TypeError, "ExternalEntityParserCreate() argument 2 must be str, not %T", a[2]);
    TRY(str_or_none(t, a[2], "", encoding));
  }
  XML_Parser x = XML_ExternalEntityParserCreate(p->native->p, context.data, encoding.data);
  if (!x) return raise_memory(t);
  p->native->refs++;
  Parser* n = TRY(new_parser(t, new Native{x, p->native}, p->intern));
  n->buffer_size = p->buffer_size;
  if (p->text) n->text = new std::string;
  n->reparse_deferral = p->reparse_deferral;
  n->ordered_attributes = p->ordered_attributes;
  n->specified_attributes = p->specified_attributes;
  n->namespace_prefixes = p->namespace_prefixes;
  for (int i = 0; i < kHandlerCount; i++)
    if (p->handlers[i]) n->handlers[i].init(p->handlers[i]);
  connect_handlers(n);
  return n;
}
Result<Value> parser_set_param_entity_parsing(Thread& t, Args a) {
  return small_int(XML_SetParamEntityParsing(self_of(a)->native->p, static_cast<XML_ParamEntityParsing>(TRY(to_cint(t, a[1])))));
}
Result<Value> parser_use_foreign_dtd(Thread& t, Args a) {
  bool on = !a[1] || TRY(truth(t, a[1]));
  XML_Error rc = XML_UseForeignDTD(self_of(a)->native->p, on);
  if (rc != XML_ERROR_NONE) return raise_expat_error(t, self_of(a)->native->p, rc);
  return kNone;
}
// Deferred reparsing came with expat 2.6: older ones never defer.
Result<Value> parser_set_reparse_deferral(Thread& t, Args a) {
  self_of(a)->reparse_deferral = TRY(truth(t, a[1])) && kDefersReparsing;
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 6)
  XML_SetReparseDeferralEnabled(self_of(a)->native->p, self_of(a)->reparse_deferral);
#endif
  return kNone;
}
Result<Value> parser_get_reparse_deferral(Thread&, Args a) { return Value::from_bool(self_of(a)->reparse_deferral); }

Error raise_protection_error(Thread& t, Parser* p, double factor, bool of_factor) {
  const char* text = of_factor && !(factor >= 1.0) ? "'max_factor' must be at least 1.0" : "parser must be a root parser";
  return raise_expat_error(t, p->native->p, XML_ERROR_INVALID_ARGUMENT, text);
}
Result<Value> parser_laughs_threshold(Thread& t, Args a) {
  Value i = TRY(to_index(t, a[1]));
  if (int_is_negative(i)) return RAISE(ValueError, "Cannot convert negative int");
  uint64_t n = TRY(to_uint64(t, i));
  if (XML_SetBillionLaughsAttackProtectionActivationThreshold(self_of(a)->native->p, n)) return kNone;
  return raise_protection_error(t, self_of(a), 0, false);
}
Result<Value> parser_laughs_factor(Thread& t, Args a) {
  double f = TRY(to_double(t, a[1]));
  if (XML_SetBillionLaughsAttackProtectionMaximumAmplification(self_of(a)->native->p, static_cast<float>(f))) return kNone;
  return raise_protection_error(t, self_of(a), f, true);
}

// ---- attributes
template <int which> Result<Value> get_handler(Thread&, Value v) { return or_none(parser_of(v)->handlers[which].value()); }
Status no_delete(Thread& t, Value v) { return v ? Status() : Status(RAISE(RuntimeError, "Cannot delete attribute")); }
template <int which> Status put_handler(Thread& t, Value self, Value v) {
  TRY(no_delete(t, v));
  return set_handler(t, parser_of(self), which, v);
}
template <auto fn> Result<Value> get_number(Thread& t, Value v) { return make_int(t, static_cast<int64_t>(fn(parser_of(v)->native->p))); }
Result<Value> get_buffer_size(Thread& t, Value v) { return make_int(t, parser_of(v)->buffer_size); }
Status set_buffer_size(Thread& t, Value self, Value v) {
  TRY(no_delete(t, v));
  if (!is_int(v)) return RAISE(TypeError, "buffer_size must be an integer");
  int64_t n = TRY(to_int64(t, v));
  if (n <= 0) return RAISE(ValueError, "buffer_size must be greater than zero");
  if (n > INT32_MAX) return RAISE(ValueError, "buffer_size must not be greater than %d", INT32_MAX);
  Parser* p = parser_of(self);
  if (n == p->buffer_size) return {};
  TRY(flush_text(t, p));
  p->buffer_size = n;
  return {};
}
Result<Value> get_buffer_text(Thread&, Value v) { return Value::from_bool(parser_of(v)->text); }
Status set_buffer_text(Thread& t, Value self, Value v) {
  TRY(no_delete(t, v));
  bool on = TRY(truth(t, v));
  Parser* p = parser_of(self);
  if (on && !p->text) {
    p->text = new std::string;
  } else if (!on && p->text) {
    TRY(flush_text(t, p));
    delete p->text;
    p->text = nullptr;
  }
  return {};
}
Result<Value> get_buffer_used(Thread& t, Value v) { return make_int(t, parser_of(v)->text ? static_cast<int64_t>(parser_of(v)->text->size()) : 0); }
template <bool Parser::*flag> Result<Value> get_flag(Thread&, Value v) { return Value::from_bool(parser_of(v)->*flag); }
template <bool Parser::*flag> Status set_flag(Thread& t, Value self, Value v) {
  TRY(no_delete(t, v));
  bool on = TRY(truth(t, v));
  parser_of(self)->*flag = on;
  return {};
}
Status set_prefixes(Thread& t, Value self, Value v) {
  TRY((set_flag<&Parser::namespace_prefixes>(t, self, v)));
  XML_SetReturnNSTriplet(parser_of(self)->native->p, parser_of(self)->namespace_prefixes);
  return {};
}
Result<Value> get_intern(Thread&, Value v) { return or_none(parser_of(v)->intern.value()); }

constexpr MethodDef k_methods[] = {
    {"Parse", parser_parse, "($self, data, isfinal=False, /)", "Parses the next part of the document; isfinal: the last one."},
    {"ParseFile", parser_parse_file, "($self, file, /)", "Parses what the file's read() gives."},
    {"SetBase", parser_set_base, "($self, base, /)", "Sets what relative addresses are based on."},
    {"GetBase", parser_get_base, "($self, /)", "What relative addresses are based on."},
    {"GetInputContext", parser_get_input_context, "($self, /)", "The input at the present event, within a handler."},
    {"ExternalEntityParserCreate", parser_external_entity, "($self, context, encoding=<unrepresentable>, /)", "A parser for an external entity."},
    {"SetParamEntityParsing", parser_set_param_entity_parsing, "($self, flag, /)", "Whether parameter entities are parsed."},
    {"UseForeignDTD", parser_use_foreign_dtd, "($self, flag=True, /)", "Lets the application provide a DTD."},
    {"SetReparseDeferralEnabled", parser_set_reparse_deferral, "($self, enabled, /)", "Whether incomplete tokens wait for more input."},
    {"GetReparseDeferralEnabled", parser_get_reparse_deferral, "($self, /)", "Whether incomplete tokens wait for more input."},
    {"SetBillionLaughsAttackProtectionActivationThreshold", parser_laughs_threshold, "($self, threshold, /)", "How much output the protection lets pass at first."},
    {"SetBillionLaughsAttackProtectionMaximumAmplification", parser_laughs_factor, "($self, max_factor, /)", "How much larger than the input the output may get."},
};
#define HANDLER(name) {#name "Handler", get_handler<k##name>, put_handler<k##name>, nullptr}
constexpr GetSetDef k_getsets[] = {
    HANDLER(StartElement), HANDLER(EndElement), HANDLER(ProcessingInstruction), HANDLER(CharacterData), HANDLER(UnparsedEntityDecl), HANDLER(NotationDecl),
    HANDLER(StartNamespaceDecl), HANDLER(EndNamespaceDecl), HANDLER(Comment), HANDLER(StartCdataSection), HANDLER(EndCdataSection), HANDLER(Default),
    {"DefaultHandlerExpand", get_handler<kDefaultHandlerExpand>, put_handler<kDefaultHandlerExpand>, nullptr},
    HANDLER(NotStandalone), HANDLER(ExternalEntityRef), HANDLER(StartDoctypeDecl), HANDLER(EndDoctypeDecl), HANDLER(EntityDecl), HANDLER(XmlDecl),
    HANDLER(ElementDecl), HANDLER(AttlistDecl), HANDLER(SkippedEntity),
    {"ErrorCode", get_number<XML_GetErrorCode>, nullptr, "The number of the last error."},
    {"ErrorLineNumber", get_number<XML_GetCurrentLineNumber>, nullptr, "Its line."},
    {"ErrorColumnNumber", get_number<XML_GetCurrentColumnNumber>, nullptr, "Its column."},
    {"ErrorByteIndex", get_number<XML_GetCurrentByteIndex>, nullptr, "Its offset in bytes."},
    {"CurrentLineNumber", get_number<XML_GetCurrentLineNumber>, nullptr, "The line of the present event."},
    {"CurrentColumnNumber", get_number<XML_GetCurrentColumnNumber>, nullptr, "The column of the present event."},
    {"CurrentByteIndex", get_number<XML_GetCurrentByteIndex>, nullptr, "The offset of the present event in bytes."},
    {"buffer_size", get_buffer_size, set_buffer_size, "How much text is collected at most."},
    {"buffer_text", get_buffer_text, set_buffer_text, "Whether text is collected before the handler gets it."},
    {"buffer_used", get_buffer_used, nullptr, "How much text is collected now."},
    {"namespace_prefixes", get_flag<&Parser::namespace_prefixes>, set_prefixes, "Whether names have their prefixes, too."},
    {"ordered_attributes", get_flag<&Parser::ordered_attributes>, set_flag<&Parser::ordered_attributes>, "Attributes come as a list."},
    {"specified_attributes", get_flag<&Parser::specified_attributes>, set_flag<&Parser::specified_attributes>, "Without attributes by default."},
    {"intern", get_intern, nullptr, "The names so far."},
};

constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"ParserCreate", m_parser_create, "(encoding=None, namespace_separator=None, intern=<unrepresentable>)", "A new parser.", kF},
    {"ErrorString", m_error_string, "(code, /)", "The text for an error's number.", kF},
};

// ---- the submodules
Status errors_exec(Thread& t, Module* m) {
  Dict *codes = TRY(new_dict(t)), *messages = TRY(new_dict(t));
  struct { int code; const char *name, *text; } rows[] = {
#define E(code, name, text) {code, #name, text},
#include "modules/expat/errors.inc"
#undef E
  };
  for (auto& r : rows) {
    const char* text = XML_ErrorString(static_cast<XML_Error>(r.code));
    Str* s = TRY(new_str(t, text ? text : r.text));
    TRY(module_add(t, m, r.name, s));
    TRY(dict_set(t, codes, s, small_int(r.code)));
    TRY(dict_set(t, messages, small_int(r.code), s));
  }
  TRY(module_add(t, m, "codes", codes));
  return module_add(t, m, "messages", messages);
}
Status model_exec(Thread& t, Module* m) {
#define K(name) TRY(module_add(t, m, #name, small_int(name)))
  K(XML_CTYPE_EMPTY);
  K(XML_CTYPE_ANY);
  K(XML_CTYPE_MIXED);
  K(XML_CTYPE_NAME);
  K(XML_CTYPE_CHOICE);
  K(XML_CTYPE_SEQ);
  K(XML_CQUANT_NONE);
  K(XML_CQUANT_OPT);
  K(XML_CQUANT_REP);
  K(XML_CQUANT_PLUS);
#undef K
  return {};
}
constexpr ModuleDef k_errors_module = {.name = "pyexpat.errors", .doc = "Numbers and texts of the parser's errors.", .exec = errors_exec};
constexpr ModuleDef k_model_module = {.name = "pyexpat.model", .doc = "Constants of content models.", .exec = model_exec};

Status exec(Thread& t, Module* m) {
  static Root<> error;
  if (!g_parser_type) {
    g_parser_type = TRY(make_native_type(t, "pyexpat.xmlparser", nullptr, k_parser_spec));
    g_error = TRY(new_exception(t, "xml.parsers.expat", "ExpatError", KAA_TYPE(Exception)));
    error = g_error;
  }
  TRY(module_add(t, m, "XMLParserType", g_parser_type));
  TRY(module_add(t, m, "error", error));
  TRY(module_add(t, m, "ExpatError", error));
  TRY(module_add(t, m, "EXPAT_VERSION", TRY(new_str(t, XML_ExpatVersion()))));
  TRY(module_add(t, m, "native_encoding", TRY(new_str(t, "UTF-8"))));
  XML_Expat_Version v = XML_ExpatVersionInfo();
  TRY(module_add(t, m, "version_info", TRY(make_tuple(t, small_int(v.major), small_int(v.minor), small_int(v.micro)))));
  List* features = TRY(new_list(t));
  for (const XML_Feature* f = XML_GetFeatureList(); f->feature != XML_FEATURE_END; f++)
    TRY(list_append(t, features, TRY(make_tuple(t, TRY(new_str(t, f->name)), small_int(f->value)))));
  TRY(module_add(t, m, "features", features));
  TRY(module_add(t, m, "XML_PARAM_ENTITY_PARSING_NEVER", small_int(XML_PARAM_ENTITY_PARSING_NEVER)));
  TRY(module_add(t, m, "XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE", small_int(XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE)));
  TRY(module_add(t, m, "XML_PARAM_ENTITY_PARSING_ALWAYS", small_int(XML_PARAM_ENTITY_PARSING_ALWAYS)));
  for (const ModuleDef* def : {&k_errors_module, &k_model_module}) {
    Module* sub = TRY(make_module(t, *def));
    TRY(dict_set(t, interp().modules, TRY(new_str(t, def->name)), sub));
    TRY(module_add(t, m, strchr(def->name, '.') + 1, sub));
  }
  return {};
}

}  // namespace

}  // namespace kaa::expat
namespace kaa {
template <> struct LayoutTraits<expat::Parser> {
  static constexpr Death death = Death::kCustom;
  static void destroy(expat::Parser* p) {
    expat::release(p->native);
    delete p->text;
  }
};
namespace expat {
extern const TypeSpec k_parser_spec = {.doc = "An XML parser.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Parser>, .flags = kTypeDisallowInstantiation};
}
extern const ModuleDef pyexpat_module = {.name = "pyexpat", .doc = "The XML parser expat.", .functions = expat::k_functions, .exec = expat::exec};
}
