// pyexpat's parser object.
#pragma once
#define XML_DTD 1  // declares the functions that the library has when it was built with it (all distributions build it so)
#include <expat.h>

#include <string>

#include "runtime/api.h"

namespace kaa::expat {

enum Handler {
#define H(name) k##name,
#include "modules/expat/handlers.inc"
#undef H
  kHandlerCount
};
// The library's parser. A parser of an external entity uses the one that it was made from, which must be freed after it.
struct Native {
  XML_Parser p;
  Native* parent;
  int refs = 1;
};
void release(Native* n);

constexpr bool kDefersReparsing = XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 6);

struct Parser : Object {
  Native* native;
  Field<> intern;                 // a dict; None: names are not shared
  Field<> handlers[kHandlerCount];  // None or empty: not set
  std::string* text;              // buffered character data; null: no buffering
  int64_t buffer_size;
  int in_callback;
  bool ordered_attributes, specified_attributes, namespace_prefixes, reparse_deferral;
  template <class F> void each_field(F&& f) {
    f(intern);
    for (auto& h : handlers) f(h);
  }
};

extern Type* g_parser_type;
extern Type* g_error;
Result<Parser*> new_parser(Thread& t, Native* native, Value intern);
void connect_handlers(Parser* p);                      // those that are set, to the library
Status set_handler(Thread& t, Parser* p, int which, Value v);
Status flush_text(Thread& t, Parser* p);
Error raise_expat_error(Thread& t, XML_Parser p, int code, const char* text = nullptr);
// For XML_SetUnknownEncodingHandler: single-byte encodings by way of Python's codecs. The exception stays pending.
int unknown_encoding(void* data, const XML_Char* name, XML_Encoding* info);

extern const TypeSpec k_parser_spec;

}  // namespace kaa::expat
