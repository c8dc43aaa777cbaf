// str.format and str.format_map, and the reader of their markup.
#include "base/unicode_props.h"
#include "types/format_markup.h"

namespace kaa {

// ---- the markup
Result<bool> MarkupReader::next(Thread& t, Markup& out) {
  out = Markup();
  if (pos_ >= end_) return false;
  size_t begin = pos_;
  uint32_t c = 0;
  bool brace = false;
  while (pos_ < end_ && !brace) {
    c = text_[pos_++];
    brace = c == '{' || c == '}';
  }
  out.literal = {begin, pos_};
  if (!brace) return true;
  bool at_end = pos_ >= end_;
  if (c == '}' && (at_end || text_[pos_] != '}')) return RAISE(ValueError, "Single '}' encountered in format string");
  if (at_end) return RAISE(ValueError, "Single '{' encountered in format string");
  if (text_[pos_] == c) {  // a doubled brace: one of them is text
    pos_++;
    return true;
  }
  out.literal.end--;
  TRY(field(t, out));
  return true;
}

Status MarkupReader::field(Thread& t, Markup& out) {
  out.field = true;
  out.name.start = pos_;
  uint32_t c = 0;
  for (bool stop = false; pos_ < end_ && !stop;) {
    c = text_[pos_++];
    switch (c) {
      case '{': return RAISE(ValueError, "unexpected '{' in field name");
      case '[': while (pos_ < end_ && text_[pos_] != ']') pos_++; break;
      case '}': case ':': case '!': stop = true; break;
    }
  }
  if (c != '}' && c != ':' && c != '!') return RAISE(ValueError, "expected '}' before end of string");
  out.name.end = pos_ - 1;
  if (c == '}') return {};
  if (c == '!') {
    if (pos_ >= end_) return RAISE(ValueError, "end of string while looking for conversion specifier");
    out.conversion = text_[pos_++];
    if (pos_ < end_) {
      c = text_[pos_++];
      if (c == '}') return {};
      if (c != ':') return RAISE(ValueError, "expected ':' after conversion specifier");
    }
  }
  out.spec.start = pos_;
  for (int depth = 1; pos_ < end_; pos_++) {
    c = text_[pos_];
    if (c == '{') {
      out.nested = true;
      depth++;
    } else if (c == '}' && --depth == 0) {
      out.spec.end = pos_++;
      return {};
    }
  }
  return RAISE(ValueError, "unmatched '{' in format spec");
}

Result<int64_t> markup_number(Thread& t, TextView text, Range r) {
  if (r.empty()) return -1;
  int64_t n = 0;
  for (size_t i = r.start; i < r.end; i++) {
    int digit = unicode::to_decimal(text[i]);
    if (digit < 0) return -1;
    if (n > (INT64_MAX - digit) / 10) return RAISE(ValueError, "Too many decimal digits in format string");
    n = n * 10 + digit;
  }
  return n;
}

Range first_name(TextView text, Range name) {
  size_t i = name.start;
  while (i < name.end && text[i] != '.' && text[i] != '[') i++;
  return {name.start, i};
}

Result<bool> NameReader::next(Thread& t, NamePart& out) {
  if (pos_ >= end_) return false;
  uint32_t c = text_[pos_++];
  out.index = -1;
  out.attribute = c == '.';
  out.name.start = pos_;
  if (c == '.') {
    while (pos_ < end_ && text_[pos_] != '.' && text_[pos_] != '[') pos_++;
    out.name.end = pos_;
  } else if (c == '[') {
    while (pos_ < end_ && text_[pos_] != ']') pos_++;
    if (pos_ >= end_) return RAISE(ValueError, "Missing ']' in format string");
    out.name.end = pos_++;
    out.index = TRY(markup_number(t, text_, out.name));
  } else {
    return RAISE(ValueError, "Only '.' or '[' may follow ']' in format field specifier");
  }
  if (out.name.empty()) return RAISE(ValueError, "Empty attribute in format string");
  return true;
}

namespace {

class Formatter {
 public:
  // Positional arguments (null: there can be none), and where names are looked up: keyword values, or a mapping.
  Formatter(Thread& thread, const Value* args, int64_t count, const Value* kwvalues, Tuple* kwnames, Value mapping)
      : t(thread), args_(args), count_(count), kwvalues_(kwvalues), kwnames_(kwnames), mapping_(mapping) {}

  Status run(Str* format, Range range, int depth, TextBuilder& out) {
    if (depth <= 0) return RAISE(ValueError, "Max string recursion exceeded");
    Keep keep(format);
    TextView text = view_of(format);
    MarkupReader reader(text, range);
    for (Markup m; TRY(reader.next(t, m));) {
      out.append(text.slice(m.literal.start, m.literal.end));
      if (m.field) TRY(field(format, m, depth, out));
    }
    if (out.failed()) return raise_memory(t);
    return {};
  }

 private:
  Status field(Str* format, const Markup& m, int depth, TextBuilder& out) {
    TextView text = view_of(format);
    Value v = TRY(lookup(text, m.name));
    switch (m.conversion) {
      case 0: break;
      case 'r': v = TRY(repr(t, v)); break;
      case 's': v = TRY(str(t, v)); break;
      case 'a': v = TRY(ascii(t, v)); break;
      default:
        if (m.conversion > 32 && m.conversion < 127) return RAISE(ValueError, "Unknown conversion specifier %c", static_cast<int>(m.conversion));
        return RAISE(ValueError, "Unknown conversion specifier \\x%x", m.conversion);
    }
    // Common cases without further objects. bool is no int here: it is a constant.
    if (!m.nested) {
      if (m.spec.empty() && v.is_int()) {
        push_decimal(out, v.as_int());
        return {};
      }
      if (IS_EXACT(v, str)) {
        Str* s = v.as<Str>();
        if (!m.spec.empty()) s = TRY(format_str(t, s, text.slice(m.spec.start, m.spec.end)));
        out.append(view_of(s));
        return {};
      }
    }
    Str* spec = interp().empty_str;
    if (m.nested) {
      TextBuilder b;
      TRY(run(format, m.spec, depth - 1, b));
      spec = TRY(str_from_text(t, b));
    } else if (!m.spec.empty()) {
      spec = TRY(str_from_view(t, text.slice(m.spec.start, m.spec.end)));
    }
    Value s = TRY(kaa::format(t, v, spec));
    out.append(view_of(s.as<Str>()));
    return {};
  }

  Result<Value> lookup(TextView text, Range name) {
    Range first = first_name(text, name);
    int64_t index = TRY(markup_number(t, text, first));
    if (first.empty() || index >= 0) {
      if (first.empty()) {
        if (numbering_ == kManual) return RAISE(ValueError, "cannot switch from manual field specification to automatic field numbering");
        numbering_ = kAutomatic;
        index = next_++;
      } else {
        if (numbering_ == kAutomatic) return RAISE(ValueError, "cannot switch from automatic field numbering to manual field specification");
        numbering_ = kManual;
      }
    }
    Value v;
    if (index < 0) {
      Str* key = TRY(str_from_view(t, text.slice(first.start, first.end)));
      v = TRY(named(key));
    } else {
      if (!args_) return RAISE(ValueError, "Format string contains positional fields");
      if (index >= count_) return RAISE(IndexError, "Replacement index %ld out of range for positional args tuple", index);
      v = args_[index];
    }
    if (LIKELY(first.end == name.end)) return v;
    NameReader rest(text, {first.end, name.end});
    for (NamePart p; TRY(rest.next(t, p));) {
      if (!p.attribute && p.index >= 0) {
        Value i = TRY(make_int(t, p.index));
        v = TRY(get_item(t, v, i));
        continue;
      }
      Str* s = TRY(str_from_view(t, text.slice(p.name.start, p.name.end)));
      if (p.attribute) s = TRY(intern_weak(t, s));
      v = p.attribute ? TRY(get_attr(t, v, s)) : TRY(get_item(t, v, s));
    }
    return v;
  }

  Result<Value> named(Str* key) {
    if (mapping_) return get_item(t, mapping_, key);
    for (uint64_t i = 0; kwnames_ && i < kwnames_->size; i++)
      if (str_equal(kwnames_->items[i].as<Str>(), key)) return kwvalues_[i];
    return raise_class(t, KAA_TYPE(KeyError), key);
  }

  enum { kUndecided, kAutomatic, kManual } numbering_ = kUndecided;
  Thread& t;
  const Value* args_;
  int64_t count_, next_ = 0;
  const Value* kwvalues_;
  Tuple* kwnames_;
  Value mapping_;
};

}  // namespace

Result<Value> str_format_method(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - nkw - 1;
  Str* s = a.as<Str>(0);
  Formatter f(t, a.p + 1, npos, a.p + 1 + npos, kwnames, Value());
  TextBuilder out;
  TRY(f.run(s, {0, s->length}, 2, out));
  return TRY(str_from_text(t, out));
}

Result<Value> str_format_map(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  Formatter f(t, nullptr, 0, nullptr, nullptr, a[1]);
  TextBuilder out;
  TRY(f.run(s, {0, s->length}, 2, out));
  return TRY(str_from_text(t, out));
}

}  // namespace kaa
