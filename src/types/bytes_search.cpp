// bytes and bytearray: finding, counting, replacing, splitting, joining, stripping.
#include "base/simd.h"
#include "base/text_search.h"
#include "types/bytes.h"

namespace kaa {

namespace {

bool is_space(char c) { return c == ' ' || (c >= 9 && c <= 13); }

// What find() and its like look for: a byte given as an int, or any buffer.
class Needle {
 public:
  Status get(Thread& t, Value v, const char* message) {
    if (IS_EXACT(v, bytes)) {
      view_ = v.as<Bytes>()->view();
      return {};
    }
    if (!has_buffer(v)) {
      if (!is_int(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, message, v);
      byte_ = static_cast<char>(TRY(byte_value(t, v, "byte must be in range(0, 256)")));
      view_ = {&byte_, 1};
      return {};
    }
    TRY(hold_.get(t, v));
    view_ = hold_.view();
    return {};
  }
  std::string_view view() const { return view_; }

 private:
  BufferHold hold_;
  std::string_view view_;
  char byte_ = 0;
};
constexpr const char* kNeedleError = "argument should be integer or bytes-like object, not '%T'";

size_t find_in(std::string_view hay, std::string_view needle) {
  if (needle.size() == 1) {
    const void* p = hay.empty() ? nullptr : memchr(hay.data(), needle[0], hay.size());
    return p ? static_cast<size_t>(static_cast<const char*>(p) - hay.data()) : kNotFound;
  }
  return find_u8(u8(hay), hay.size(), u8(needle), needle.size());
}
size_t rfind_in(std::string_view hay, std::string_view needle) { return rfind_u8(u8(hay), hay.size(), u8(needle), needle.size()); }

Result<int64_t> find_common(Thread& t, Args a, bool last) {
  BufferHold self;  // the needle's __index__ must not resize a bytearray
  TRY(self.get(t, a[0]));
  Needle n;
  TRY(n.get(t, a[1], kNeedleError));
  FindRange r = TRY(find_range(t, a[2], a[3], static_cast<int64_t>(bytes_view(a[0]).size())));
  std::string_view s = bytes_view(a[0]);
  if (r.end > static_cast<int64_t>(s.size())) r.end = static_cast<int64_t>(s.size());
  if (r.end - r.start < static_cast<int64_t>(n.view().size())) return -1;
  s = s.substr(static_cast<size_t>(r.start), static_cast<size_t>(r.end - r.start));
  size_t at = last ? rfind_in(s, n.view()) : find_in(s, n.view());
  return at == kNotFound ? -1 : r.start + static_cast<int64_t>(at);
}

bool tail_match(std::string_view s, std::string_view part, FindRange r, bool at_end) {
  int64_t m = static_cast<int64_t>(part.size());
  if (r.end > static_cast<int64_t>(s.size())) r.end = static_cast<int64_t>(s.size());
  if (r.end - r.start < m) return false;
  return s.substr(static_cast<size_t>(at_end ? r.end - m : r.start), part.size()) == part;
}

Result<Value> tail_common(Thread& t, Args a, const char* fname, bool at_end) {
  FindRange r = TRY(find_range(t, a[2], a[3], static_cast<int64_t>(bytes_view(a[0]).size())));
  auto match = [&](Value part) -> Result<bool> {
    BufferHold h;
    TRY(h.get(t, part));
    return tail_match(bytes_view(a[0]), h.view(), r, at_end);
  };
  if (is_tuple(a[1])) {
    Tuple* u = a.as<Tuple>(1);
    for (uint64_t i = 0; i < u->size; i++)
      if (TRY(match(u->items[i]))) return kTrue;
    return kFalse;
  }
  if (!has_buffer(a[1])) return RAISE(TypeError, "%s first arg must be bytes or a tuple of bytes, not %T", fname, a[1]);
  bool found = TRY(match(a[1]));
  return Value::from_bool(found);
}

}  // namespace

Result<Value> bytes_find(Thread& t, Args a) { return small_int(TRY(find_common(t, a, false))); }
Result<Value> bytes_rfind(Thread& t, Args a) { return small_int(TRY(find_common(t, a, true))); }
Result<Value> bytes_index(Thread& t, Args a) {
  int64_t i = TRY(find_common(t, a, false));
  if (i < 0) return RAISE(ValueError, "subsection not found");
  return small_int(i);
}
Result<Value> bytes_rindex(Thread& t, Args a) {
  int64_t i = TRY(find_common(t, a, true));
  if (i < 0) return RAISE(ValueError, "subsection not found");
  return small_int(i);
}
Result<Value> bytes_contains(Thread& t, Args a) {
  if (a[1].is_int() && a[1].as_int() >= 0 && a[1].as_int() <= 255) {
    std::string_view s = bytes_view(a[0]);
    return Value::from_bool(!s.empty() && memchr(s.data(), static_cast<int>(a[1].as_int()), s.size()));
  }
  BufferHold self;  // the needle's __index__ must not resize a bytearray
  TRY(self.get(t, a[0]));
  Needle n;
  TRY(n.get(t, a[1], "a bytes-like object is required, not '%T'"));
  return Value::from_bool(find_in(bytes_view(a[0]), n.view()) != kNotFound);
}
Result<Value> bytes_count(Thread& t, Args a) {
  BufferHold self;  // the needle's __index__ must not resize a bytearray
  TRY(self.get(t, a[0]));
  Needle n;
  TRY(n.get(t, a[1], kNeedleError));
  FindRange r = TRY(find_range(t, a[2], a[3], static_cast<int64_t>(bytes_view(a[0]).size())));
  std::string_view s = bytes_view(a[0]);
  if (r.end > static_cast<int64_t>(s.size())) r.end = static_cast<int64_t>(s.size());
  if (r.end < r.start) return small_int(0);
  s = s.substr(static_cast<size_t>(r.start), static_cast<size_t>(r.end - r.start));
  return small_int(static_cast<int64_t>(count_u8(u8(s), s.size(), u8(n.view()), n.view().size())));
}
Result<Value> bytes_startswith(Thread& t, Args a) { return tail_common(t, a, "startswith", false); }
Result<Value> bytes_endswith(Thread& t, Args a) { return tail_common(t, a, "endswith", true); }

// ---- replace
Result<Value> bytes_replace(Thread& t, Args a) {
  BufferHold from_hold, to_hold, self_hold;
  TRY(from_hold.get(t, a[1]));
  TRY(to_hold.get(t, a[2]));
  int64_t max = a[3] ? TRY(to_ssize(t, a[3])) : -1;
  TRY(self_hold.get(t, a[0]));
  std::string_view s = self_hold.view(), from = from_hold.view(), to = to_hold.view();
  TextPlaces places({u8(s), s.size(), 1}, {u8(from), from.size(), 1}, max < 0 ? SIZE_MAX : static_cast<size_t>(max));
  size_t n = places.count();
  if (n == 0 || (from.empty() && to.empty())) return bytes_unchanged(t, a[0]);
  uint64_t grown, length;
  if (__builtin_mul_overflow(n, to.size(), &grown) || __builtin_add_overflow(s.size() - n * from.size(), grown, &length) || length > INT64_MAX)
    return RAISE(OverflowError, "replace bytes is too long");
  Value r = TRY(bytes_like(t, a[0], nullptr, length));
  char* q = bytes_room(r);
  auto put = [&](std::string_view x) {
    if (!x.empty()) memcpy(q, x.data(), x.size());
    q += x.size();
  };
  size_t pos = 0;
  for (size_t i = 0; i < n; i++) {
    size_t at = places.next();
    put(s.substr(pos, at - pos));
    put(to);
    pos = at + from.size();
  }
  put(s.substr(pos));
  return r;
}

// ---- split
namespace {

// Collects parts of self, which must be held.
class Parts {
 public:
  Parts(Thread& t, Value self, std::string_view s) : t_(t), self_(self), s_(s) {}
  Status start(size_t count = 8) { list_ = TRY(new_list(t_, count)); return {}; }
  Status add(size_t from, size_t to) {
    Value v;
    if (from == 0 && to == s_.size()) v = TRY(bytes_unchanged(t_, self_));
    else if (is_bytes(self_)) v = TRY(new_bytes(t_, s_.data() + from, to - from));
    else v = TRY(bytes_like(t_, self_, s_.data() + from, to - from));
    return list_append(t_, list_, v);
  }
  List* list() const { return list_; }
  List* reversed() {
    for (uint64_t i = 0, j = list_->size; i + 1 < j; i++) {
      j--;
      Value v = list_->items[i];
      list_->items[i] = list_->items[j];
      list_->items[j] = v;
    }
    return list_;
  }

 private:
  Thread& t_;
  Value self_;
  std::string_view s_;
  List* list_ = nullptr;
};

Result<Value> split_common(Thread& t, Args a, bool from_right) {
  int64_t max = a[2] ? TRY(to_ssize(t, a[2])) : -1;
  uint64_t left = max < 0 ? UINT64_MAX : static_cast<uint64_t>(max);
  BufferHold sep_hold, self_hold;
  bool space = !a[1] || a[1].is_none();
  TRY(self_hold.get(t, a[0]));
  if (!space) TRY(sep_hold.get(t, a[1]));
  std::string_view s = self_hold.view();
  Parts parts(t, a[0], s);
  if (space) {
    TRY(parts.start());
    if (!from_right) {
      size_t i = 0, n = s.size();
      for (;;) {
        while (i < n && is_space(s[i])) i++;
        if (i == n) break;
        if (left == 0) {
          size_t e = n;
          TRY(parts.add(i, e));
          break;
        }
        size_t from = i;
        while (i < n && !is_space(s[i])) i++;
        TRY(parts.add(from, i));
        left--;
      }
      return parts.list();
    }
    size_t e = s.size();
    for (;;) {
      while (e > 0 && is_space(s[e - 1])) e--;
      if (e == 0) break;
      if (left == 0) {
        TRY(parts.add(0, e));
        break;
      }
      size_t to = e;
      while (e > 0 && !is_space(s[e - 1])) e--;
      TRY(parts.add(e, to));
      left--;
    }
    return parts.reversed();
  }
  std::string_view sep = sep_hold.view();
  if (sep.empty()) return RAISE(ValueError, "empty separator");
  if (!from_right && sep.size() == 1) {
    TRY(parts.start());
    size_t pos = 0;
    Status status;
    if (left) each_byte(u8(s), s.size(), static_cast<uint8_t>(sep[0]), [&](size_t at) {
      status = parts.add(pos, at);
      pos = at + 1;
      return status.ok() && --left;
    });
    TRY(status);
    TRY(parts.add(pos, s.size()));
    return parts.list();
  }
  if (!from_right) {
    TextPlaces places({u8(s), s.size(), 1}, {u8(sep), sep.size(), 1}, left);
    TRY(parts.start(places.count() + 1));
    size_t pos = 0;
    for (size_t i = places.count(); i--;) {
      size_t at = places.next();
      TRY(parts.add(pos, at));
      pos = at + sep.size();
    }
    TRY(parts.add(pos, s.size()));
    return parts.list();
  }
  TRY(parts.start());
  size_t end = s.size();
  for (; left > 0; left--) {
    size_t at = rfind_in(s.substr(0, end), sep);
    if (at == kNotFound) break;
    TRY(parts.add(at + sep.size(), end));
    end = at;
  }
  TRY(parts.add(0, end));
  return parts.reversed();
}

Result<Value> partition_common(Thread& t, Args a, bool last) {
  BufferHold sep_hold, self_hold;
  TRY(sep_hold.get(t, a[1]));
  TRY(self_hold.get(t, a[0]));
  std::string_view s = self_hold.view(), sep = sep_hold.view();
  if (sep.empty()) return RAISE(ValueError, "empty separator");
  size_t at = last ? rfind_in(s, sep) : find_in(s, sep);
  if (at == kNotFound) {
    Value whole = TRY(bytes_unchanged(t, a[0])), e1 = TRY(bytes_like(t, a[0], "", 0)), e2 = TRY(bytes_like(t, a[0], "", 0));
    return last ? TRY(make_tuple(t, e1, e2, whole)) : TRY(make_tuple(t, whole, e1, e2));
  }
  Value head = TRY(bytes_like(t, a[0], s.substr(0, at))), tail = TRY(bytes_like(t, a[0], s.substr(at + sep.size())));
  Value middle = IS_EXACT(a[1], bytes) && is_bytes(a[0]) ? a[1] : TRY(bytes_like(t, a[0], sep));
  return TRY(make_tuple(t, head, middle, tail));
}

}  // namespace

Result<Value> bytes_split(Thread& t, Args a) { return split_common(t, a, false); }
Result<Value> bytes_rsplit(Thread& t, Args a) { return split_common(t, a, true); }
Result<Value> bytes_partition(Thread& t, Args a) { return partition_common(t, a, false); }
Result<Value> bytes_rpartition(Thread& t, Args a) { return partition_common(t, a, true); }

Result<Value> bytes_splitlines(Thread& t, Args a) {
  bool keep = a[1] && TRY(truth(t, a[1]));
  BufferHold self_hold;
  TRY(self_hold.get(t, a[0]));
  std::string_view s = self_hold.view();
  Parts parts(t, a[0], s);
  TRY(parts.start());
  for (size_t i = 0; i < s.size();) {
    size_t e = i;
    while (e < s.size() && s[e] != '\n' && s[e] != '\r') e++;
    size_t next = e;
    if (e < s.size()) next = s[e] == '\r' && e + 1 < s.size() && s[e + 1] == '\n' ? e + 2 : e + 1;
    TRY(parts.add(i, keep ? next : e));
    i = next;
  }
  return parts.list();
}

// ---- strip
static Result<Value> strip_common(Thread& t, Args a, bool left, bool right) {
  BufferHold hold;
  bool drop[256] = {};
  if (a[1] && !a[1].is_none()) {
    TRY(hold.get(t, a[1]));
    for (char c : hold.view()) drop[static_cast<uint8_t>(c)] = true;
  } else {
    for (int c : {' ', '\t', '\n', '\v', '\f', '\r'}) drop[c] = true;
  }
  std::string_view s = bytes_view(a[0]);
  size_t i = 0, j = s.size();
  if (left) while (i < j && drop[static_cast<uint8_t>(s[i])]) i++;
  if (right) while (j > i && drop[static_cast<uint8_t>(s[j - 1])]) j--;
  if (i == 0 && j == s.size()) return bytes_unchanged(t, a[0]);
  return bytes_like(t, a[0], s.substr(i, j - i));
}
Result<Value> bytes_strip(Thread& t, Args a) { return strip_common(t, a, true, true); }
Result<Value> bytes_lstrip(Thread& t, Args a) { return strip_common(t, a, true, false); }
Result<Value> bytes_rstrip(Thread& t, Args a) { return strip_common(t, a, false, true); }

Result<Value> bytes_removeprefix(Thread& t, Args a) {
  BufferHold p;
  TRY(p.get(t, a[1]));
  std::string_view s = bytes_view(a[0]);
  if (p.size() && s.starts_with(p.view())) return bytes_like(t, a[0], s.substr(p.size()));
  return bytes_unchanged(t, a[0]);
}
Result<Value> bytes_removesuffix(Thread& t, Args a) {
  BufferHold p;
  TRY(p.get(t, a[1]));
  std::string_view s = bytes_view(a[0]);
  if (p.size() && s.ends_with(p.view())) return bytes_like(t, a[0], s.substr(0, s.size() - p.size()));
  return bytes_unchanged(t, a[0]);
}

// ---- join
Result<Value> bytes_join(Thread& t, Args a) {
  Value seq = a[1];
  BufferHold sep;  // an iterator that resizes the separator fails
  TRY(sep.get(t, a[0]));
  if (!IS_EXACT(seq, list) && !IS_EXACT(seq, tuple)) {
    if (!type_of(seq)->dunder(D_iter) && !type_of(seq)->dunder(D_getitem)) return RAISE(TypeError, "can only join an iterable");
    seq = TRY(list_from(t, seq));
  }
  bool is_l = is_list(seq);
  size_t n = is_l ? seq.as<List>()->size : seq.as<Tuple>()->size;
  auto item = [&](size_t i) { return is_l ? seq.as<List>()->items[i] : seq.as<Tuple>()->items[i]; };
  if (n == 0) return bytes_like(t, a[0], "", 0);
  if (n == 1 && IS_EXACT(item(0), bytes) && is_bytes(a[0])) return item(0);
  // Items that are not bytes are copied to bytes first: their buffers need not be held then. Strange buffers may change the list.
  bool plain = true;
  for (size_t i = 0; i < n && plain; i++) plain = IS_EXACT(item(i), bytes);
  if (!plain) {
    List* copies = TRY(new_list(t, n));
    for (size_t i = 0; i < n; i++) {
      Value v = item(i);
      if (!IS_EXACT(v, bytes)) {
        if (!has_buffer(v)) return RAISE(TypeError, "sequence item %ld: expected a bytes-like object, %T found", static_cast<int64_t>(i), v);
        BufferHold h;
        Status got = h.get(t, v);
        if (!got.ok()) {
          if (!exc_matches(t, KAA_TYPE(TypeError)) && !exc_matches(t, KAA_TYPE(BufferError))) return Error{};
          clear_exc(t);
          return RAISE(TypeError, "sequence item %ld: expected a bytes-like object, %T found", static_cast<int64_t>(i), v);
        }
        v = TRY(new_bytes(t, h.data(), h.size()));
      }
      TRY(list_append(t, copies, v));
      if (is_l && seq.as<List>()->size != n) return RAISE(RuntimeError, "sequence changed size during iteration");
    }
    seq = copies;
    is_l = true;
  }
  uint64_t total = 0;
  for (size_t i = 0; i < n; i++)
    if (__builtin_add_overflow(total, item(i).as<Bytes>()->size + (i ? sep.size() : 0), &total) || total > INT64_MAX)
      return RAISE(OverflowError, "join() result is too long for bytes");
  Value r = TRY(bytes_like(t, a[0], nullptr, total));
  char* q = bytes_room(r);
  for (size_t i = 0; i < n; i++) {
    if (i && sep.size()) {
      memcpy(q, sep.data(), sep.size());
      q += sep.size();
    }
    Bytes* b = item(i).as<Bytes>();
    memcpy(q, b->data(), b->size);
    q += b->size;
  }
  return r;
}

}  // namespace kaa
