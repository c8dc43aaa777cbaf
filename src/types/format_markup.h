// The markup of str.format: "text {field_name!conversion:spec} text". Used by str.format itself and by the _string module.
#pragma once
#include "types/str.h"

namespace kaa {

struct Range { size_t start = 0, end = 0; bool empty() const { return start >= end; } };

// One step: literal text (escaped braces resolved: the range ends after the first of two), then perhaps a field.
struct Markup {
  Range literal, name, spec;
  uint32_t conversion = 0;   // 0: none
  bool field = false;
  bool nested = false;       // the spec has fields of its own
};
class MarkupReader {
 public:
  MarkupReader(TextView text, Range range) : text_(text), pos_(range.start), end_(range.end) {}
  size_t position() const { return pos_; }
  Result<bool> next(Thread& t, Markup& out);  // false: at the end. ValueError

 private:
  Status field(Thread& t, Markup& out);
  TextView text_;
  size_t pos_, end_;
};

// A number written in decimal digits (of any script), or -1 when the text is no number. ValueError when it is too large.
Result<int64_t> markup_number(Thread& t, TextView text, Range r);
// The first part of a field name, up to '.' or '['.
Range first_name(TextView text, Range name);

// The rest of a field name: attributes and items.
struct NamePart { bool attribute; Range name; int64_t index; };  // index: -1 when the name is no number
class NameReader {
 public:
  NameReader(TextView text, Range rest) : text_(text), pos_(rest.start), end_(rest.end) {}
  size_t position() const { return pos_; }
  Result<bool> next(Thread& t, NamePart& out);

 private:
  TextView text_;
  size_t pos_, end_;
};

}  // namespace kaa
