// printf-style formatting, for str and for bytes. One machine serves both: the format is a text of code points (those of bytes are below 256), and
// so is the output. What differs (how %s, %r, %c take their values, keys, some messages) asks `bytes_`.
#include <string>

#include "base/bigint.h"
#include "base/float_text.h"
#include "types/str.h"

namespace kaa {

namespace {

enum : unsigned { kLeftAdjust = 1, kSign = 2, kBlank = 4, kAlternate = 8, kZero = 16 };

class PercentFormatter {
 public:
  PercentFormatter(Thread& thread, TextView format, Value args, bool bytes) : t(thread), format_(format), args_(args), bytes_(bytes) {
    if (is_tuple(args)) {
      count_ = static_cast<int64_t>(args.as<Tuple>()->size);
      return;
    }
    single_ = true;
    bool text = is_str(args) || (bytes && (is_bytes(args) || is_instance(args, KAA_TYPE(bytearray))));
    if (!text && type_of(args)->dunder(D_getitem)) mapping_ = args;
  }

  Status run() {
    while (pos_ < format_.length) {
      size_t at = pos_;
      while (at < format_.length && format_[at] != '%') at++;
      if (at > pos_) out_.append(format_.slice(pos_, at));
      if (at == format_.length) break;
      pos_ = at + 1;
      TRY(directive());
    }
    bool left = single_ ? !mapping_ && !used_ : next_ < count_ && !mapping_;
    if (left) return RAISE(TypeError, "not all arguments converted during %s formatting", bytes_ ? "bytes" : "string");
    return {};
  }
  const TextBuilder& out() const { return out_; }

 private:
  Result<uint32_t> next_char() {
    if (pos_ >= format_.length) return RAISE(ValueError, "incomplete format");
    return format_[pos_++];
  }
  Result<Value> next_arg() {
    if (single_) {
      if (!used_) { used_ = true; return args_; }
    } else if (next_ < count_) {
      return args_.as<Tuple>()->items[next_++];
    }
    return RAISE(TypeError, "not enough arguments for format string");
  }

  Status directive() {
    unsigned flags = 0;
    int64_t width = -1, precision = -1;
    uint32_t c = TRY(next_char());
    if (c == '%') {
      out_.push('%');
      return {};
    }
    if (!bytes_ && (c == 's' || c == 'd')) {  // as most are: without flags, width and precision
      Value v = TRY(next_arg());
      if (c == 'd' && !v.is_int()) return integer(c, v, 0, -1, -1);
      Str* s = TRY(str(t, v));
      Keep keep(s);
      out_.append(view_of(s));
      return check();
    }
    if (c == '(') {
      TRY(key());
      c = TRY(next_char());
    }
    for (;; c = TRY(next_char())) {
      if (c == '-') flags |= kLeftAdjust;
      else if (c == '+') flags |= kSign;
      else if (c == ' ') flags |= kBlank;
      else if (c == '#') flags |= kAlternate;
      else if (c == '0') flags |= kZero;
      else break;
    }
    if (c == '*') {
      Value v = TRY(next_arg());
      if (!is_int(v)) return RAISE(TypeError, "* wants int");
      Result<int64_t> w = to_ssize(t, v);
      if (!w.ok()) {
        clear_exc(t);
        return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
      }
      if (w.value() < -INT64_MAX) return RAISE(OverflowError, "width too big");
      width = w.value();
      if (width < 0) {
        flags |= kLeftAdjust;
        width = -width;
      }
      c = TRY(next_char());
    } else if (c >= '0' && c <= '9') {
      width = TRY(digits(c, INT64_MAX, "width too big"));
    }
    if (c == '.') {
      precision = 0;
      c = TRY(next_char());
      if (c == '*') {
        Value v = TRY(next_arg());
        if (!is_int(v)) return RAISE(TypeError, "* wants int");
        Result<int> p = to_cint(t, v);
        if (!p.ok()) {
          clear_exc(t);
          return RAISE(OverflowError, "Python int too large to convert to C int");
        }
        precision = p.value() < 0 ? 0 : p.value();
        c = TRY(next_char());
      } else if (c >= '0' && c <= '9') {
        precision = TRY(digits(c, INT32_MAX, bytes_ ? "prec too big" : "precision too big"));
      }
    }
    if (c == 'h' || c == 'l' || c == 'L') c = TRY(next_char());
    Value v = TRY(next_arg());
    switch (c) {
      case 'b':
        if (!bytes_) break;
        [[fallthrough]];
      case 's': case 'r': case 'a': return text(c, v, flags, width, precision);
      case 'd': case 'i': case 'u': case 'o': case 'x': case 'X': return integer(c, v, flags, width, precision);
      case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': return real(c, v, flags, width, precision);
      case 'c': return character(v, flags, width);
    }
    if (bytes_ && c >= 0x80) return RAISE(OverflowError, "character argument not in range(0x110000)");
    if (bytes_) return RAISE(ValueError, "unsupported format character '%c' (0x%x) at index %ld", static_cast<int>(c), c, static_cast<int64_t>(pos_ - 1));
    return RAISE(ValueError, "unsupported format character '%c' (0x%x) at index %ld", 31 <= c && c < 127 ? static_cast<int>(c) : '?', c, static_cast<int64_t>(pos_ - 1));
  }

  // Digits of a width or precision; c becomes the character behind them.
  Result<int64_t> digits(uint32_t& c, int64_t limit, const char* too_big) {
    int64_t n = c - '0';
    for (;;) {
      c = TRY(next_char());
      if (c < '0' || c > '9') return n;
      if (n > (limit - (static_cast<int64_t>(c) - '0')) / 10) return RAISE(ValueError, "%s", too_big);
      n = n * 10 + (c - '0');
    }
  }

  // "%(key)": the argument is the mapping's item.
  Status key() {
    if (!mapping_) return RAISE(TypeError, "format requires a mapping");
    size_t start = pos_, depth = 1;
    while (depth > 0 && pos_ < format_.length) {
      uint32_t c = format_[pos_++];
      if (c == ')') depth--;
      else if (c == '(') depth++;
    }
    if (depth > 0) return RAISE(ValueError, "incomplete format key");
    TextView k = format_.slice(start, pos_ - 1);
    Value name;
    if (bytes_) name = TRY(new_bytes(t, k.data, k.length));
    else name = TRY(str_from_view(t, k));
    args_ = TRY(get_item(t, mapping_, name));
    single_ = true;
    used_ = false;
    return {};
  }

  // ---- writing: [spaces] sign prefix [zeros] body [spaces]
  void write(TextView body, unsigned flags, int64_t width, uint32_t sign, const char* prefix, bool zeros) {
    size_t extra = (sign ? 1 : 0) + strlen(prefix), total = body.length + extra;
    size_t pad = width > 0 && static_cast<size_t>(width) > total ? static_cast<size_t>(width) - total : 0;
    if (!zeros && !(flags & kLeftAdjust)) fill(' ', pad);
    if (sign) out_.push(sign);
    for (const char* p = prefix; *p; p++) out_.push(static_cast<uint8_t>(*p));
    if (zeros) fill('0', pad);
    out_.append(body);
    if (!zeros && (flags & kLeftAdjust)) fill(' ', pad);
  }
  void fill(uint8_t c, size_t n) {
    if (n) {
      if (void* p = out_.grow(n, c)) {
        if (out_.kind() == 1) memset(p, c, n);
        else if (out_.kind() == 2) for (size_t i = 0; i < n; i++) static_cast<uint16_t*>(p)[i] = c;
        else for (size_t i = 0; i < n; i++) static_cast<uint32_t*>(p)[i] = c;
      }
    }
  }
  Status check() {
    if (out_.failed()) return raise_memory(t);
    return {};
  }

  Status text(uint32_t c, Value v, unsigned flags, int64_t width, int64_t precision) {
    if (bytes_ && (c == 's' || c == 'b')) return buffer(v, flags, width, precision);
    Str* s;
    if (c == 's') s = TRY(str(t, v));
    else if (c == 'r' && !bytes_) s = TRY(repr(t, v));
    else s = TRY(ascii(t, v));
    Keep keep(s);
    TextView body = view_of(s);
    if (precision >= 0 && static_cast<size_t>(precision) < body.length) body = body.slice(0, static_cast<size_t>(precision));
    write(body, flags, width, 0, "", false);
    return check();
  }

  Status buffer(Value v, unsigned flags, int64_t width, int64_t precision) {
    auto put = [&](std::string_view s) {
      if (precision >= 0 && static_cast<size_t>(precision) < s.size()) s = s.substr(0, static_cast<size_t>(precision));
      write({s.data(), s.size(), 1}, flags, width, 0, "", false);
      return check();
    };
    if (IS_EXACT(v, bytes)) return put(v.as<Bytes>()->view());
    if (!IS_EXACT(v, bytearray)) {
      if (Opt f = TRY(lookup_special(t, v, NAME("__bytes__")))) {
        Value b = TRY(call(t, f.v));
        if (!is_bytes(b)) return RAISE(TypeError, "__bytes__ returned non-bytes (type %T)", b);
        Keep keep(b);
        return put(b.as<Bytes>()->view());
      }
    }
    if (!has_buffer(v)) return RAISE(TypeError, "%%b requires a bytes-like object, or an object that implements __bytes__, not '%T'", v);
    BufferHold hold;
    TRY(hold.get(t, v));
    return put(hold.view());
  }

  Status character(Value v, unsigned flags, int64_t width) {
    uint32_t c = 0;
    if (bytes_) {
      std::string_view one;
      bool text = true;
      if (is_bytes(v)) one = v.as<Bytes>()->view();
      else if (is_instance(v, KAA_TYPE(bytearray))) one = {v.as<ByteArray>()->data, v.as<ByteArray>()->size};
      else text = false;
      if (text) {
        if (one.size() != 1) {
          return RAISE(TypeError, "%%c requires an integer in range(256) or a single byte, not a %s object of length %lu", is_bytes(v) ? "bytes" : "bytearray", static_cast<uint64_t>(one.size()));
        }
        c = static_cast<uint8_t>(one[0]);
      } else {
        if (!is_int(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, "%%c requires an integer in range(256) or a single byte, not %F", v);
        Value i = TRY(to_index(t, v));
        if (!i.is_int() || i.as_int() < 0 || i.as_int() > 255) return RAISE(OverflowError, "%%c arg not in range(256)");
        c = static_cast<uint32_t>(i.as_int());
      }
    } else if (is_str(v)) {
      Str* s = v.as<Str>();
      if (s->length != 1) return RAISE(TypeError, "%%c requires an int or a unicode character, not a string of length %lu", s->length);
      c = s->at(0);
    } else {
      if (!is_int(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, "%%c requires an int or a unicode character, not %F", v);
      Value i = TRY(to_index(t, v));
      if (!i.is_int() || i.as_int() < 0 || i.as_int() > 0x10FFFF) return RAISE(OverflowError, "%%c arg not in range(0x110000)");
      c = static_cast<uint32_t>(i.as_int());
    }
    write({&c, 1, 4}, flags, width, 0, "", false);
    return check();
  }

  uint32_t sign_char(bool negative, unsigned flags) { return negative ? '-' : flags & kSign ? '+' : flags & kBlank ? ' ' : 0; }

  Result<Value> to_integer(uint32_t c, Value v) {
    if (is_int(v)) return v;
    bool exact = c == 'o' || c == 'x' || c == 'X';
    Type* ty = type_of(v);
    Dunder d = exact || !ty->dunder(D_int) ? D_index : D_int;
    if (ty->dunder(d)) {
      Result<Value> r = exact ? to_index(t, v) : call(t, KAA_TYPE(int), v);
      if (r.ok() || !exc_matches(t, KAA_TYPE(TypeError))) return r;
      clear_exc(t);
    }
    return RAISE(TypeError, "%%%c format: %s is required, not %T", static_cast<int>(c), exact ? "an integer" : "a real number", v);
  }

  Status integer(uint32_t c, Value v, unsigned flags, int64_t width, int64_t precision) {
    v = TRY(to_integer(c, v));
    if (v.is_int() && c == 'd' && !flags && width < 0 && precision < 0) {
      push_decimal(out_, v.as_int());
      return check();
    }
    int base = c == 'o' ? 8 : c == 'x' || c == 'X' ? 16 : 10;
    SmallBig small(v.is_int() ? v.as_int() : v == kTrue ? 1 : 0);
    BigView big = v.is_object() ? BigView{reinterpret_cast<const mp_limb_t*>(v.as<IntObject>()->limbs), v.as<IntObject>()->size} : small.view();
    int64_t limit = interp().int_max_str_digits;
    if (base == 10 && big_exceeds_digits(big, limit))
      return RAISE(ValueError, "Exceeds the limit (%ld digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit", limit);
    char local[80];
    ByteBuilder heap, padded;
    char* p = local;
    int64_t room = big_text_size(big, base), n = 0;
    if (room > static_cast<int64_t>(sizeof local)) {
      p = reinterpret_cast<char*>(heap.grow(static_cast<size_t>(room)));
      if (!p) return raise_memory(t);
    }
    Keep keep(v);
    if (big_to_text(p, &n, big, base) != BigStatus::kOk) return raise_memory(t);
    bool negative = *p == '-';
    if (negative) { p++; n--; }
    if (precision > n) {
      char* q = reinterpret_cast<char*>(padded.grow(static_cast<size_t>(precision)));
      if (!q) return raise_memory(t);
      memset(q, '0', static_cast<size_t>(precision - n));
      memcpy(q + precision - n, p, static_cast<size_t>(n));
      p = q;
      n = precision;
    }
    if (c == 'X') for (int64_t i = 0; i < n; i++) if (p[i] >= 'a') p[i] = static_cast<char>(p[i] - 32);
    const char* prefix = flags & kAlternate ? c == 'o' ? "0o" : c == 'x' ? "0x" : c == 'X' ? "0X" : "" : "";
    write({p, static_cast<size_t>(n), 1}, flags, width, sign_char(negative, flags), prefix, flags & kZero && !(flags & kLeftAdjust));
    return check();
  }

  Status real(uint32_t c, Value v, unsigned flags, int64_t width, int64_t precision) {
    double d;
    if (bytes_ && !is_float(v)) {
      Result<double> r = to_double(t, v);
      if (!r.ok()) {
        if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
        clear_exc(t);
        return RAISE(TypeError, "float argument required, not %T", v);
      }
      d = r.value();
    } else {
      d = TRY(to_double(t, v));
    }
    std::string s;
    if (!append_double(&s, d, static_cast<char>(c), precision < 0 ? 6 : precision, flags & kAlternate ? kAlternateForm : 0)) return raise_memory(t);
    bool negative = !s.empty() && s[0] == '-';
    TextView body{s.data() + negative, s.size() - negative, 1};
    write(body, flags, width, sign_char(negative, flags), "", flags & kZero && !(flags & kLeftAdjust));
    return check();
  }

  Thread& t;  // named as everywhere, for RAISE
  TextView format_;
  Value args_, mapping_;
  bool bytes_, single_ = false, used_ = false;
  int64_t count_ = 0, next_ = 0;
  size_t pos_ = 0;
  TextBuilder out_;
};

}  // namespace

Result<Str*> percent_format_str(Thread& t, Str* format, Value args) {
  Keep keep(format);
  PercentFormatter f(t, view_of(format), args, false);
  TRY(f.run());
  return str_from_text(t, f.out());
}

Result<Value> percent_format_bytes(Thread& t, std::string_view format, Value args, bool to_bytearray) {
  PercentFormatter f(t, {format.data(), format.size(), 1}, args, true);
  TRY(f.run());
  if (f.out().failed()) return raise_memory(t);
  Bytes* b = TRY(new_bytes(t, f.out().data(), f.out().length()));
  if (!to_bytearray) return b;
  return call(t, KAA_TYPE(bytearray), b);
}

Result<Value> str_mod(Thread& t, Args a) { return TRY(percent_format_str(t, a.as<Str>(0), a[1])); }
Result<Value> str_rmod(Thread& t, Args a) {
  if (!is_str(a[1])) return kNotImplemented;
  return TRY(percent_format_str(t, a.as<Str>(1), a[0]));
}

}  // namespace kaa
