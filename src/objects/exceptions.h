// Exception objects with fields of their own.
#pragma once
#include "objects/objects.h"

namespace kaa {

struct ExcWithValue : BaseException {  // StopIteration.value, SystemExit.code
  Field<> value;
  template <class F> void each_field(F&& f) { BaseException::each_field(f); f(value); }
};
struct ExcGroup : BaseException {
  Field<> message, excs, excs_arg;     // excs: a tuple
  template <class F> void each_field(F&& f) { BaseException::each_field(f); f(message); f(excs); f(excs_arg); }
};
struct ExcNameObj : BaseException {    // AttributeError (name, obj), NameError (name)
  Field<> name, obj;
  template <class F> void each_field(F&& f) { BaseException::each_field(f); f(name); f(obj); }
};
struct ExcImport : BaseException {
  Field<> msg, name, path, name_from;
  template <class F> void each_field(F&& f) { BaseException::each_field(f); f(msg); f(name); f(path); f(name_from); }
};
struct ExcOS : BaseException {
  Field<> errno_, strerror, filename, filename2;
  Field<> characters_written;          // BlockingIOError
  template <class F> void each_field(F&& f) {
    BaseException::each_field(f); f(errno_); f(strerror); f(filename); f(filename2); f(characters_written);
  }
};
struct ExcSyntax : BaseException {
  Field<> msg, filename, lineno, offset, text, end_lineno, end_offset, print_file_and_line, metadata;
  template <class F> void each_field(F&& f) {
    BaseException::each_field(f); f(msg); f(filename); f(lineno); f(offset); f(text); f(end_lineno); f(end_offset); f(print_file_and_line); f(metadata);
  }
};
struct ExcUnicode : BaseException {
  Field<> encoding, object, start, end, reason;
  template <class F> void each_field(F&& f) { BaseException::each_field(f); f(encoding); f(object); f(start); f(end); f(reason); }
};

}  // namespace kaa
