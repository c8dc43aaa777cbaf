// marshal: values to bytes and back, in CPython's format (version 5) for plain types, and the code objects of .pyc files in a form of our own.
//
// References. Every object that can be shared gets an entry when it is met first; a later meeting writes 'r' and the entry's number. Numbers count flagged
// objects alone, so flags and numbers are filled in at the end (Writer::finish), when it is known what is referred to: the reader keeps a short table.
//
// Code: 'c', u32 bytes of payload, u64 checksum of the payload, payload:
//   varints: flags, argcount, posonlyargcount, kwonlyargcount, firstlineno (zigzag), nregs, free_base, counts of: words, positions, exceptions, heights,
//            cells, names, consts
//   words:      the number of bytes, and the instructions, packed (pack_instruction()); caches are left out
//   positions:  the number of bytes, and the packed table (bytecode/positions.h)
//   exceptions: start, end - start, target, register; heights: start (difference), height; cells: register
//   objects:    names, then varnames, cellvars, freevars (tuples), name, qualname, filename, then the constants
// The checksum catches damage. Code that Kaa did not just write itself is validated as well (bytecode/validate.h): the outermost code object when it is read, those in it
// before their first call, so that functions that nobody calls cost nothing. Debug builds validate all of it at once.
#include <algorithm>
#include <string>
#include <vector>

#include "base/float_text.h"
#include "base/utf8.h"
#include "bytecode/operands.h"
#include "bytecode/positions.h"
#include "modules/marshal.h"
#include "objects/traits.h"
#include "runtime/audit.h"
#include "runtime/code_builder.h"
#include "types/int.h"
#include "types/set.h"
#include "types/slice.h"
#include "types/str.h"

namespace kaa {

namespace {

constexpr int kVersion = 5, kMaxDepth = 2000;
constexpr uint8_t kFlagRef = 0x80;

uint64_t checksum(const char* p, size_t n) {
  uint64_t h = 0x9E3779B97F4A7C15ull ^ n;
  auto mix = [&](uint64_t w) {
    __uint128_t m = static_cast<__uint128_t>(h ^ w) * 0xD6E8FEB86659FD93ull;
    h = static_cast<uint64_t>(m) ^ static_cast<uint64_t>(m >> 64) ^ (w << 1);
  };
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t w;
    memcpy(&w, p, 8);
    mix(w);
  }
  uint64_t w = 0;
  memcpy(&w, p, n);
  mix(w);
  return h;
}

// ---- writing
enum class Trouble : uint8_t { kNone, kUnmarshallable, kTooDeep, kNoCode, kRaised };

// The numbers of objects, by their addresses: open addressing, at most half full.
class ObjectIndex {
 public:
  // The number that o has; if it has none, `fresh` is its number from now on.
  uint32_t find_or_add(Object* o, uint32_t fresh) {
    if (2 * used_ >= slots_.size()) grow();
    Slot& s = find(o);
    if (!s.object) {
      s = {o, fresh};
      used_++;
    }
    return s.number;
  }

 private:
  struct Slot { Object* object; uint32_t number; };
  Slot& find(Object* o) {
    size_t mask = slots_.size() - 1, i = (reinterpret_cast<uintptr_t>(o) >> 4) * 0x9E3779B97F4A7C15u >> 32 & mask;
    while (slots_[i].object && slots_[i].object != o) i = (i + 1) & mask;
    return slots_[i];
  }
  void grow() {
    std::vector<Slot> old = std::move(slots_);
    slots_ = std::vector<Slot>(old.empty() ? 64 : old.size() * 2);
    for (const Slot& s : old)
      if (s.object) find(s.object) = s;
  }
  std::vector<Slot> slots_;
  size_t used_ = 0;
};

class Writer {
 public:
  Writer(Thread& t, int version, bool allow_code) : t(t), version_(version), allow_code_(allow_code) {}

  Result<Bytes*> run(Value v) {
    keep_ = TRY(new_list(t));
    object(v);
    switch (trouble_) {
      case Trouble::kNone: break;
      case Trouble::kUnmarshallable: return RAISE(ValueError, "unmarshallable object");
      case Trouble::kTooDeep: return RAISE(ValueError, "object too deeply nested to marshal");
      case Trouble::kNoCode: return RAISE(ValueError, "marshalling code objects is disallowed");
      case Trouble::kRaised: return Error{};
    }
    finish();
    return new_bytes(t, out_.data(), out_.size());
  }

 private:
  struct Entry { size_t at; bool used, busy; uint32_t number; };
  struct Ref { size_t at; uint32_t entry; };
  struct Blob { size_t at, size; };  // payload of a code object

  void byte(char c) { out_.push_back(c); }
  void u32(uint32_t v) { out_.append(reinterpret_cast<const char*>(&v), 4); }
  void varint(uint64_t v) {
    for (; v >= 0x80; v >>= 7) byte(static_cast<char>(v | 0x80));
    byte(static_cast<char>(v));
  }
  void zigzag(int64_t v) { varint(static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63)); }
  void fail(Trouble what) { if (trouble_ == Trouble::kNone) trouble_ = what; }
  bool size32(size_t n) {
    if (n <= 0x7FFFFFFF) return true;
    fail(Trouble::kUnmarshallable);
    return false;
  }
  void sized(const char* p, size_t n) {
    if (!size32(n)) return;
    u32(static_cast<uint32_t>(n));
    out_.append(p, n);
  }

  void object(Value v) {
    if (trouble_ != Trouble::kNone) return;
    if (depth_ >= kMaxDepth || !t.native_ok()) return fail(Trouble::kTooDeep);
    depth_++;
    if (v.is_none()) byte('N');
    else if (v == kTrue) byte('T');
    else if (v == kFalse) byte('F');
    else if (v == kEllipsis) byte('.');
    else if (v.is_int()) small(v.as_int());
    else if (is_exact_float(v)) real_float(float_value(v));
    else if (v == Value(KAA_TYPE(StopIteration))) byte('S');
    else if (!v.is_object()) fail(Trouble::kUnmarshallable);
    else if (!reference(v.object())) complex_object(v);
    depth_--;
  }

  // Writes a reference if the object was met before; else makes its entry.
  bool reference(Object* o) {
    entry_ = ~0u;
    if (version_ < 3) return false;
    uint32_t number = index_.find_or_add(o, static_cast<uint32_t>(entries_.size()));
    if (number == entries_.size()) {
      entry_ = number;
      entries_.push_back({out_.size(), false, false, 0});
      if (!list_append(t, keep_, o).ok()) fail(Trouble::kRaised);
      return false;
    }
    Entry& e = entries_[number];
    if (e.busy) {  // a part of an immutable object refers to the whole
      fail(Trouble::kUnmarshallable);
      return true;
    }
    e.used = true;
    byte('r');
    refs_.push_back({out_.size(), number});
    u32(0);
    return true;
  }

  void small(int64_t i) {
    if (i == static_cast<int32_t>(i)) {
      byte('i');
      return u32(static_cast<uint32_t>(i));
    }
    AnyInt a(Value::from_int(i));
    big(a.view());
  }
  void big(BigView v) {
    byte('l');
    uint64_t n = static_cast<uint64_t>(v.length());
    uint64_t bits = n * 64 - static_cast<uint64_t>(__builtin_clzll(v.limbs[n - 1]));
    uint64_t digits = (bits + 14) / 15;
    if (!size32(digits)) return;
    u32(static_cast<uint32_t>(v.is_negative() ? -static_cast<int64_t>(digits) : static_cast<int64_t>(digits)));
    for (uint64_t d = 0; d < digits; d++) {
      uint64_t bit = d * 15, limb = bit / 64, shift = bit % 64;
      uint64_t w = v.limbs[limb] >> shift;
      if (shift > 49 && limb + 1 < n) w |= v.limbs[limb + 1] << (64 - shift);
      byte(static_cast<char>(w & 0xFF));
      byte(static_cast<char>(w >> 8 & 0x7F));
    }
  }
  void double_bits(double d) { out_.append(reinterpret_cast<const char*>(&d), 8); }
  void double_text(double d) {
    std::string s;
    if (!append_double(&s, d, 'g', 17, 0)) return fail(Trouble::kUnmarshallable);
    byte(static_cast<char>(s.size()));
    out_ += s;
  }
  void real_float(double d) {
    byte(version_ > 1 ? 'g' : 'f');
    version_ > 1 ? double_bits(d) : double_text(d);
  }

  void text(Str* s) {
    bool interned = s->rc & (kStrInterned | kStrWeakInterned);
    if (version_ >= 4 && s->is_ascii()) {
      const char* p = static_cast<const char*>(s->data());
      if (s->length < 256) {
        byte(interned ? 'Z' : 'z');
        byte(static_cast<char>(s->length));
        out_.append(p, s->length);
      } else {
        byte(interned ? 'A' : 'a');
        sized(p, s->length);
      }
      return;
    }
    Utf8 u;
    if (!str_utf8(t, s, u, true).ok()) return fail(Trouble::kRaised);
    byte(version_ >= 3 && interned ? 't' : 'u');
    sized(u.data, u.size);
  }

  void complex_object(Value v) {
    Type* ty = type_of(v);
    uint32_t entry = entry_;
    if (ty == KAA_TYPE(str)) return text(v.as<Str>());
    if (ty == KAA_TYPE(int)) return big({v.as<IntObject>()->limbs, v.as<IntObject>()->size});
    if (ty == KAA_TYPE(complex)) {
      ComplexObject* c = v.as<ComplexObject>();
      byte(version_ > 1 ? 'y' : 'x');
      for (double d : {c->real, c->imag}) version_ > 1 ? double_bits(d) : double_text(d);
      return;
    }
    if (ty == KAA_TYPE(bytes)) {
      byte('s');
      return sized(v.as<Bytes>()->data(), v.as<Bytes>()->size);
    }
    if (ty == KAA_TYPE(tuple)) {
      Tuple* u = v.as<Tuple>();
      if (!size32(u->size)) return;
      if (version_ >= 4 && u->size < 256) {
        byte(')');
        byte(static_cast<char>(u->size));
      } else {
        byte('(');
        u32(static_cast<uint32_t>(u->size));
      }
      for (uint64_t i = 0; i < u->size; i++) object(u->items[i]);
      return;
    }
    if (ty == KAA_TYPE(list)) {
      List* l = v.as<List>();
      uint64_t n = l->size;
      if (!size32(n)) return;
      byte('[');
      u32(static_cast<uint32_t>(n));
      for (uint64_t i = 0; i < n && trouble_ == Trouble::kNone; i++) {
        if (l->size != n) return raised(RAISE(RuntimeError, "list changed size during iteration"));
        object(l->items[i]);
      }
      return;
    }
    if (ty == KAA_TYPE(dict)) {
      Dict* d = v.as<Dict>();
      byte('{');
      uint32_t pos = 0, version = d->mutations;
      while (DictEntry* e = trouble_ == Trouble::kNone ? dict_next(d, &pos) : nullptr) {
        Value key = e->key, value = e->value;
        object(key);
        object(value);
        if (d->mutations != version) return raised(RAISE(RuntimeError, "dictionary changed size during iteration"));
      }
      return byte('0');
    }
    if (ty == KAA_TYPE(set) || ty == KAA_TYPE(frozenset)) return set(v.as<Set>(), ty == KAA_TYPE(frozenset), entry);
    if (ty == KAA_TYPE(slice)) {
      if (version_ < 5) return fail(Trouble::kUnmarshallable);
      busy(entry, true);
      byte(':');
      SliceObject* s = v.as<SliceObject>();
      object(s->start);
      object(s->stop);
      object(s->step);
      return busy(entry, false);
    }
    if (ty == KAA_TYPE(code)) {
      if (!allow_code_) return fail(Trouble::kNoCode);
      busy(entry, true);
      code(v.as<Code>());
      return busy(entry, false);
    }
    if (ty->buffer || has_buffer(v)) {
      BufferHold b;
      if (!b.get(t, v).ok()) {
        clear_exc(t);
        return fail(Trouble::kUnmarshallable);
      }
      byte('s');
      return sized(b.data(), b.size());
    }
    fail(Trouble::kUnmarshallable);
  }
  void raised(Error) { fail(Trouble::kRaised); }
  void busy(uint32_t entry, bool b) { if (entry != ~0u) entries_[entry].busy = b; }

  // Elements go in the order of what they are marshalled to by themselves, so that equal sets give equal bytes.
  void set(Set* s, bool frozen, uint32_t entry) {
    uint64_t n = s->used;
    if (!size32(n)) return;
    if (frozen) busy(entry, true);
    byte(frozen ? '>' : '<');
    u32(static_cast<uint32_t>(n));
    Result<List*> items = new_list(t, n);
    if (!items.ok()) return fail(Trouble::kRaised);
    uint64_t pos = 0;
    while (SetEntry* e = set_next(s, &pos))
      if (!list_append(t, items.value(), e->key).ok()) return fail(Trouble::kRaised);
    std::vector<std::pair<std::string, uint64_t>> order;
    for (uint64_t i = 0; i < n; i++) {
      Writer w(t, version_, allow_code_);
      w.keep_ = keep_;
      w.depth_ = depth_;
      w.object(items.value()->items[i]);
      if (w.trouble_ != Trouble::kNone) return fail(w.trouble_);
      if (s->used != n) return raised(RAISE(RuntimeError, "set changed size during iteration"));
      w.finish();
      order.emplace_back(std::move(w.out_), i);
    }
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& o : order) object(items.value()->items[o.second]);
    if (s->used != n) raised(RAISE(RuntimeError, "set changed size during iteration"));
    if (frozen) busy(entry, false);
  }

  void code(Code* c) {
    byte('c');
    size_t head = out_.size();
    out_.append(12, '\0');
    size_t start = out_.size();
    varint(c->flags);
    varint(c->argcount);
    varint(c->posonlyargcount);
    varint(c->kwonlyargcount);
    zigzag(c->firstlineno);
    varint(c->nregs);
    varint(c->free_base);
    varint(c->nwords);
    varint(c->npositions);
    varint(c->nexceptions);
    varint(c->nheights);
    uint32_t cells = static_cast<uint32_t>(c->cellvars->size);
    varint(cells);
    varint(c->nnames);
    varint(c->nconsts);
    std::string instructions;
    const Word* words = code_words(c);
    for (uint32_t at = 0; at < c->nwords; at += kOpInfo[words[at].op].words) pack_instruction(instructions, words + at);
    varint(instructions.size());
    out_ += instructions;
    if (c->packed) {
      varint(c->packed_size);
      out_.append(c->packed, c->packed_size);
    } else {
      std::string packed;
      pack_positions(code_positions(c), c->npositions, c->firstlineno, packed);
      varint(packed.size());
      out_ += packed;
    }
    for (uint32_t i = 0; i < c->nexceptions; i++) {
      const ExceptionEntry& e = c->exceptions[i];
      varint(e.start);
      varint(e.end - e.start);
      varint(e.target);
      varint(e.reg);
    }
    const HeightEntry* heights = code_heights(c);
    if (!heights) return raised(raise_memory(t));
    uint32_t at = 0;
    for (uint32_t i = 0; i < c->nheights; i++) {
      varint(heights[i].start - at);
      varint(heights[i].height);
      at = heights[i].start;
    }
    for (uint32_t i = 0; i < cells; i++) varint(c->cell_regs[i]);
    for (uint32_t i = 0; i < c->nnames; i++) object(c->names[i]);
    object(c->varnames.get());
    object(c->cellvars.get());
    object(c->freevars.get());
    object(c->name);
    object(c->qualname);
    object(c->filename);
    for (uint32_t i = 0; i < c->nconsts; i++) object(c->consts[i]);
    size_t size = out_.size() - start;
    if (!size32(size)) return;
    uint32_t n = static_cast<uint32_t>(size);
    memcpy(&out_[head], &n, 4);
    blobs_.push_back({start, size});  // inner code objects come before outer ones, as their checksums must
  }

  void finish() {
    uint32_t number = 0;
    for (Entry& e : entries_) {
      if (!e.used) continue;
      e.number = number++;
      out_[e.at] = static_cast<char>(out_[e.at] | kFlagRef);
    }
    for (const Ref& r : refs_) memcpy(&out_[r.at], &entries_[r.entry].number, 4);
    for (const Blob& b : blobs_) {
      uint64_t sum = checksum(out_.data() + b.at, b.size);
      memcpy(&out_[b.at - 8], &sum, 8);
    }
  }

  Thread& t;
  int version_;
  bool allow_code_;
  int depth_ = 0;
  Trouble trouble_ = Trouble::kNone;
  uint32_t entry_ = ~0u;
  std::string out_;
  List* keep_ = nullptr;  // what has an entry, so that no address is used again
  ObjectIndex index_;
  std::vector<Entry> entries_;
  std::vector<Ref> refs_;
  std::vector<Blob> blobs_;
};

// ---- reading
class Reader {
 public:
  Reader(Thread& t, const char* p, size_t n, bool allow_code, bool trusted = false) : t(t), p_(p), end_(p + n), allow_code_(allow_code), trusted_(trusted) {}
  Reader(Thread& t, Value file, bool allow_code) : t(t), p_(nullptr), end_(nullptr), file_(file), allow_code_(allow_code) {}

  Result<Value> run() {
    refs_ = TRY(new_list(t));
    Opt v = TRY(object());
    if (!v) return RAISE(TypeError, "NULL object in marshal data for object");
    return v.v;
  }

 private:
  Error bad(const char* what) { return RAISE(ValueError, "bad marshal data (%s)", what); }
  Error short_data() { return RAISE(EOFError, "marshal data too short"); }

  // n bytes of the input, valid until the next call.
  Result<const char*> take(size_t n) {
    if (LIKELY(!file_)) {
      if (UNLIKELY(static_cast<size_t>(end_ - p_) < n)) return short_data();
      const char* p = p_;
      p_ += n;
      return p;
    }
    scratch_.clear();
    Value room = TRY(call(t, KAA_TYPE(bytearray), TRY(make_uint(t, n))));
    Value got = TRY(call_method(t, file_, NAME("readinto"), room));
    if (got.is_none()) got = small_int(0);
    int64_t k = TRY(to_ssize(t, got));
    if (k > static_cast<int64_t>(n)) return RAISE(ValueError, "read() returned too much data: %lu bytes requested, %ld returned", n, k);
    if (k != static_cast<int64_t>(n) || room.as<ByteArray>()->size < n) return RAISE(EOFError, "EOF read where not expected");
    scratch_.assign(room.as<ByteArray>()->data, n);
    return scratch_.data();
  }
  Result<uint32_t> u32() {
    const char* p = TRY(take(4));
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
  }
  Result<uint32_t> byte() {
    const char* p = TRY(take(1));
    return static_cast<uint8_t>(*p);
  }
  // The size of something whose parts take at least a byte each.
  Result<size_t> count(const char* what) {
    uint32_t n = TRY(u32());
    if (n > 0x7FFFFFFF) return bad(what);
    return static_cast<size_t>(n);
  }
  Result<Opt> add_ref(bool flag, Value v) {
    if (flag) TRY(list_append(t, refs_, v));
    return Opt{v};
  }
  Result<uint64_t> reserve_ref(bool flag) {
    uint64_t at = refs_->size;
    if (flag) TRY(list_append(t, refs_, kNone));
    return at;
  }
  void fill_ref(bool flag, uint64_t at, Value v) {
    if (!flag) return;
    inc(v);
    refs_->items[at] = v;
  }

  Result<double> real() {
    const char* p = TRY(take(8));
    double d;
    memcpy(&d, p, 8);
    return d;
  }
  Result<double> real_text() {
    uint32_t n = TRY(byte());
    const char* p = TRY(take(n));
    double d;
    std::string text(p, n);
    if (parse_double(text.data(), n, &d) != FloatText::kOk) {
      Str* s = TRY(str_from_ucs(t, 1, text.data(), n));
      return RAISE(ValueError, "could not convert string to float: %R", Value(s));
    }
    return d;
  }

  Result<Value> big() {
    int32_t n = static_cast<int32_t>(TRY(u32()));
    if (n == 0) return small_int(0);
    if (n == INT32_MIN) return bad("long size out of range");
    size_t digits = static_cast<size_t>(n < 0 ? -int64_t{n} : n);
    const uint8_t* p = reinterpret_cast<const uint8_t*>(TRY(take(digits * 2)));
    size_t limbs = (digits * 15 + 63) / 64;
    IntObject* o = TRY(int_alloc(t, static_cast<int64_t>(limbs)));
    memset(o->limbs, 0, limbs * 8);
    for (size_t d = 0; d < digits; d++) {
      uint64_t v = p[2 * d] | static_cast<uint64_t>(p[2 * d + 1]) << 8;
      if (v > 0x7FFF) return bad("digit out of range in long");
      if (v == 0 && d == digits - 1) return bad("unnormalized long data");
      size_t bit = d * 15;
      o->limbs[bit / 64] |= v << (bit % 64);
      if (bit % 64 > 49 && bit / 64 + 1 < limbs) o->limbs[bit / 64 + 1] |= v >> (64 - bit % 64);
    }
    return int_finish(t, o, big_normalise(o->limbs, static_cast<int64_t>(limbs)) * (n < 0 ? -1 : 1));
  }

  Result<Value> text(size_t n, bool ascii, bool interned) {
    const char* p = TRY(take(n));
    const uint8_t* u = reinterpret_cast<const uint8_t*>(p);
    Result<Str*> s = nullptr;
    if (ascii && is_ascii(u, n)) {
      int64_t hash = 0;
      if (interned)
        if (Str* known = known_name(p, n, &hash)) return known;
      s = new_str_ascii(t, p, n);
      if (hash && s.ok()) s.value()->hash = hash;
    } else if (ascii) {
      s = str_from_ucs(t, 1, p, n);
    } else {
      if (!utf8_valid(u, n, Surrogates::kAllow)) {
        Value b = TRY(new_bytes(t, p, n));
        return call_method(t, b, NAME("decode"), NAME("utf-8"), NAME("surrogatepass"));
      }
      s = new_str(t, {p, n});
    }
    Str* v = TRY(s);
    if (!interned) return v;
    return code_depth_ ? TRY(intern(t, v)) : TRY(intern_weak(t, v));
  }

  Result<Opt> object() {
    if (depth_ >= kMaxDepth || !t.native_ok()) return RAISE(ValueError, "recursion limit exceeded");
    if (!file_ && p_ == end_) return RAISE(EOFError, "EOF read where object expected");
    uint32_t c = 0;
    if (file_) {
      Result<uint32_t> b = byte();
      if (!b.ok()) {
        if (!exc_matches(t, KAA_TYPE(EOFError))) return Error{};
        clear_exc(t);
        return RAISE(EOFError, "EOF read where object expected");
      }
      c = b.value();
    } else {
      c = static_cast<uint8_t>(*p_++);
    }
    depth_++;
    Result<Opt> r = typed(static_cast<char>(c & 0x7F), c & kFlagRef);
    depth_--;
    return r;
  }
  // A part that must be there.
  Result<Value> part(const char* what) {
    Opt v = TRY(object());
    if (!v) return RAISE(TypeError, "NULL object in marshal data for %s", what);
    return v.v;
  }

  Result<Opt> typed(char type, bool flag) {
    switch (type) {
      case '0': return Opt{};
      case 'N': return Opt{kNone};
      case 'S': return Opt{KAA_TYPE(StopIteration)};
      case '.': return Opt{kEllipsis};
      case 'F': return Opt{kFalse};
      case 'T': return Opt{kTrue};
      case 'i': return add_ref(flag, small_int(static_cast<int32_t>(TRY(u32()))));
      case 'I': {
        const char* p = TRY(take(8));
        int64_t i;
        memcpy(&i, p, 8);
        return add_ref(flag, TRY(make_int(t, i)));
      }
      case 'l': return add_ref(flag, TRY(big()));
      case 'f': case 'g': {
        double d = type == 'f' ? TRY(real_text()) : TRY(real());
        return add_ref(flag, TRY(make_float(t, d)));
      }
      case 'x': case 'y': {
        double re = type == 'x' ? TRY(real_text()) : TRY(real());
        double im = type == 'x' ? TRY(real_text()) : TRY(real());
        return add_ref(flag, TRY(make_complex(t, re, im)));
      }
      case 's': {
        size_t n = TRY(count("bytes object size out of range"));
        const char* p = TRY(take(n));
        if (n == 0) return add_ref(flag, interp().empty_bytes);
        if (n == 1 && interp().byte_chars[static_cast<uint8_t>(*p)]) return add_ref(flag, interp().byte_chars[static_cast<uint8_t>(*p)]);
        return add_ref(flag, TRY(new_bytes(t, p, n)));
      }
      case 'z': case 'Z': {
        uint32_t n = TRY(byte());
        return add_ref(flag, TRY(text(n, true, type == 'Z')));
      }
      case 'a': case 'A': {
        size_t n = TRY(count("string size out of range"));
        return add_ref(flag, TRY(text(n, true, type == 'A')));
      }
      case 'u': case 't': {
        size_t n = TRY(count("string size out of range"));
        return add_ref(flag, TRY(text(n, false, type == 't')));
      }
      case ')': return tuple(TRY(byte()), flag);
      case '(': return tuple(TRY(count("tuple size out of range")), flag);
      case '[': {
        size_t n = TRY(count("list size out of range"));
        if (!file_ && static_cast<size_t>(end_ - p_) < n) return RAISE(EOFError, "EOF read where object expected");
        List* l = TRY(new_list(t));
        TRY(add_ref(flag, l));
        for (size_t i = 0; i < n; i++) {
          Value v = TRY(part("list"));
          TRY(list_append(t, l, v));
        }
        return Opt{l};
      }
      case '{': {
        Dict* d = TRY(new_dict(t));
        TRY(add_ref(flag, d));
        for (;;) {
          Opt k = TRY(object());
          if (!k) break;
          Opt v = TRY(object());
          if (!v) break;
          TRY(dict_set(t, d, k.v, v.v));
        }
        return Opt{d};
      }
      case '<': case '>': {
        size_t n = TRY(count("set size out of range"));
        bool frozen = type == '>';
        if (!file_ && static_cast<size_t>(end_ - p_) < n) return RAISE(EOFError, "EOF read where object expected");
        Set* s = TRY(new_set(t, frozen));
        uint64_t at = TRY(reserve_ref(flag));
        if (!frozen) fill_ref(flag, at, s);
        for (size_t i = 0; i < n; i++) {
          Value v = TRY(part("set"));
          TRY(set_add(t, s, v));
        }
        if (frozen) fill_ref(flag, at, s);
        return Opt{s};
      }
      case ':': {
        uint64_t at = TRY(reserve_ref(flag));
        Opt a = TRY(object());
        if (!a) return Opt{};
        Opt b = TRY(object());
        if (!b) return Opt{};
        Opt c = TRY(object());
        if (!c) return Opt{};
        SliceObject* s = TRY(new_slice(t, a.v, b.v, c.v));
        fill_ref(flag, at, s);
        return Opt{s};
      }
      case 'r': {
        uint32_t n = TRY(u32());
        if (n >= refs_->size || refs_->items[n].is_none()) return bad("invalid reference");
        return Opt{refs_->items[n]};
      }
      case 'c': {
        if (!allow_code_) return RAISE(ValueError, "unmarshalling code objects is disallowed");
        uint64_t at = TRY(reserve_ref(flag));
        Code* c = TRY(code());
        fill_ref(flag, at, c);
        return Opt{c};
      }
      default: return bad("unknown type code");
    }
  }

  Result<Opt> tuple(size_t n, bool flag) {
    if (!file_ && static_cast<size_t>(end_ - p_) < n) return RAISE(EOFError, "EOF read where object expected");
    if (n == 0) return add_ref(flag, interp().empty_tuple);
    if (file_ && n > 255) {  // the size may be wrong: nothing is reserved for it
      uint64_t at = TRY(reserve_ref(flag));
      List* l = TRY(new_list(t));
      for (size_t i = 0; i < n; i++) TRY(list_append(t, l, TRY(part("tuple"))));
      Tuple* u = TRY(tuple_of(t, l->items, l->size));
      fill_ref(flag, at, u);
      return Opt{u};
    }
    Tuple* u = TRY(new_tuple(t, n));
    for (size_t i = 0; i < n; i++) tuple_init(u, i, kNone);  // a part may refer to the whole
    TRY(add_ref(flag, u));
    for (size_t i = 0; i < n; i++) {
      Value v = TRY(part("tuple"));
      tuple_init(u, i, v);
    }
    return Opt{u};
  }

  // ---- code
  Result<uint64_t> varint() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (UNLIKELY(p_ == end_)) return short_data();
      uint8_t b = static_cast<uint8_t>(*p_++);
      v |= static_cast<uint64_t>(b & 0x7F) << shift;
      if (b < 0x80) return v;
    }
    return bad("code: number too large");
  }
  [[gnu::always_inline]] Result<uint32_t> number() {
    if (LIKELY(p_ != end_ && static_cast<uint8_t>(*p_) < 0x80)) return static_cast<uint32_t>(*p_++);
    uint64_t v = TRY(varint());
    if (v > 0xFFFFFFFF) return bad("code: number too large");
    return static_cast<uint32_t>(v);
  }
  Result<int32_t> signed_number() {
    uint64_t v = TRY(varint());
    if (v > 0xFFFFFFFF) return bad("code: number too large");
    return static_cast<int32_t>(static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1));
  }
  // A number of entries that take at least `each` bytes of the payload.
  Result<uint32_t> entries(size_t each) {
    uint32_t n = TRY(number());
    if (n > static_cast<size_t>(end_ - p_) / each) return bad("code: table too large");
    return n;
  }
  template <class T>
  Result<T*> array(uint32_t n) {
    T* p = static_cast<T*>(calloc(size_t{n} + 1, sizeof(T)));
    if (!p) return raise_memory(t);
    return p;
  }
  Result<Str*> name() {
    Value v = TRY(part("code"));
    if (!IS_EXACT(v, str)) return bad("code: name is no string");
    return intern(t, v.as<Str>());
  }
  Result<Tuple*> names() {
    Value v = TRY(part("code"));
    if (!IS_EXACT(v, tuple)) return bad("code: names are no tuple");
    Tuple* u = v.as<Tuple>();
    for (uint64_t i = 0; i < u->size; i++) {
      if (!IS_EXACT(u->items[i], str)) return bad("code: name is no string");
      Str* s = TRY(intern(t, u->items[i].as<Str>()));
      Value old = u->items[i];
      tuple_init(u, i, s);
      dec(old);
    }
    return u;
  }

  Result<Code*> code() {
    uint32_t size = TRY(u32());
    const char* sum = TRY(take(8));
    uint64_t expected;
    memcpy(&expected, sum, 8);
    const char* payload = TRY(take(size));
    if (checksum(payload, size) != expected) return bad("code: wrong checksum");
    // The payload is read from memory, whatever the rest comes from.
    std::string held;
    if (file_) held.swap(scratch_);
    Value file = file_;
    const char *p = p_, *end = end_;
    if (file) payload = held.data();
    file_ = Value();
    p_ = payload;
    end_ = payload + size;
    code_depth_++;
    Result<Code*> c = code_fields();
    if (c.ok() && p_ != end_) c = bad("code: bytes left over");
    code_depth_--;
    file_ = file;
    p_ = p;
    end_ = end;
    return c;
  }

  Result<Code*> code_fields() {
    Code* c = TRY(alloc<Code>(t, KAA_SHAPE(code)));
    c->flags = TRY(number());
    c->argcount = TRY(number());
    c->posonlyargcount = TRY(number());
    c->kwonlyargcount = TRY(number());
    c->firstlineno = TRY(signed_number());
    c->nregs = TRY(number());
    c->free_base = TRY(number());
    uint32_t nwords = TRY(number());
    if (nwords > static_cast<size_t>(end_ - p_)) return bad("code: table too large");  // an instruction is at most 4 words and takes 5 bytes
    uint32_t npositions = TRY(entries(5)), nexceptions = TRY(entries(4)), nheights = TRY(entries(2)), cells = TRY(entries(1)), nnames = TRY(entries(1)),
             nconsts = TRY(entries(1));
    c->nwords = nwords;
    uint32_t words_size = TRY(entries(1));
    const char* words = TRY(take(words_size));
    uint32_t packed_size = TRY(entries(1));
    const char *positions = TRY(take(packed_size)), *exceptions = p_;
    for (uint64_t i = 0; i < uint64_t{4} * nexceptions; i++) TRY(number());
    const char* heights = p_;
    for (uint64_t i = 0; i < uint64_t{2} * nheights; i++) TRY(number());
    size_t heights_size = static_cast<size_t>(p_ - heights);
    // One block: see objects/code.h.
    size_t words_at = packed_size + heights_size, consts_at = (words_at + words_size + 7) & ~size_t{7}, names_at = consts_at + nconsts * sizeof(Value), exceptions_at = names_at + nnames * sizeof(Str*),
           cells_at = exceptions_at + nexceptions * sizeof(ExceptionEntry);
    char* block = static_cast<char*>(malloc(cells_at + cells * sizeof(uint32_t) + kUnpackSlack));
    if (!block) return raise_memory(t);
    c->packed = block;
    c->packed_size = packed_size;
    memcpy(block, positions, packed_size);
    memcpy(block + packed_size, heights, heights_size);
    memcpy(block + words_at, words, words_size);
    c->npositions = npositions;
    c->nheights = nheights;
    c->consts = reinterpret_cast<Value*>(block + consts_at);
    c->names = reinterpret_cast<Str**>(block + names_at);
    c->exceptions = reinterpret_cast<ExceptionEntry*>(block + exceptions_at);
    c->cell_regs = reinterpret_cast<uint32_t*>(block + cells_at);
    // Most functions of a module are never called: they are unpacked when they are.
    const bool keep_packed = code_depth_ > 1;
    if (!keep_packed) {
      c->words = TRY(array<Word>(nwords));
      const char* words_end = block + words_at + words_size;
      if (unpack_instructions(block + words_at, words_end, c->words, nwords) != words_end) return bad("code: no instructions");
    }
    p_ = exceptions;
    for (uint32_t i = 0; i < nexceptions; i++) {
      ExceptionEntry& e = c->exceptions[i];
      e.start = TRY(number());
      e.end = e.start + TRY(number());
      e.target = TRY(number());
      uint32_t reg = TRY(number());
      if (reg > 0xFFFF) return bad("code: register out of range");
      e.reg = static_cast<uint16_t>(reg);
    }
    c->nexceptions = nexceptions;
    p_ = heights + heights_size;
    for (uint32_t i = 0; i < cells; i++) c->cell_regs[i] = TRY(number());
    for (uint32_t i = 0; i < nnames; i++) c->names[i] = TRY(name());
    c->nnames = nnames;
    c->varnames.init(TRY(names()));
    c->cellvars.init(TRY(names()));
    c->freevars.init(TRY(names()));
    c->nfree = static_cast<uint32_t>(c->freevars->size);
    c->name.init(TRY(name()));
    c->qualname.init(TRY(name()));
    c->filename.init(TRY(name()));
    for (uint32_t i = 0; i < nconsts; i++) {
      Value v = TRY(part("code"));
      inc(v);
      c->consts[i] = v;
      c->nconsts = i + 1;
    }
    if (c->cellvars->size != cells) return bad("code: cells without names");
    if (!c->nconsts && (c->flags & kCoHasDocstring)) return bad("code: no docstring");
#ifdef NDEBUG
    constexpr bool all = false;
#else
    constexpr bool all = true;
#endif
    c->unchecked = !trusted_;
    if (all && !c->words && !unpack_code_words(c)) return raise_memory(t);
    // A function that nobody calls is never looked at.
    if (all || (!trusted_ && !keep_packed)) {
      std::string wrong = check_code(c);
      if (!wrong.empty()) return RAISE(ValueError, "bad marshal data (code: %s)", wrong.c_str());
      c->unchecked = false;
    }
    if (keep_packed) {
      free(c->words);
      c->words = nullptr;
    }
    code_derive(c);
    return c;
  }

  Thread& t;
  const char *p_, *end_;
  Value file_;             // empty: reading from memory
  std::string scratch_;
  bool allow_code_, trusted_ = false;
  int depth_ = 0, code_depth_ = 0;
  List* refs_ = nullptr;   // None: being made
};

Result<bool> allow_code_arg(Thread& t, Value v) { return v ? truth(t, v) : Result<bool>(true); }

Result<Value> marshal_dumps(Thread& t, Args a) {
  int version = a[1] ? TRY(to_cint(t, a[1])) : kVersion;
  bool allow = TRY(allow_code_arg(t, a[2]));
  TRY(audit(t, "marshal.dumps", a[0], small_int(version)));
  Writer w(t, version, allow);
  return TRY(w.run(a[0]));
}
Result<Value> marshal_dump(Thread& t, Args a) {
  int version = a[2] ? TRY(to_cint(t, a[2])) : kVersion;
  bool allow = TRY(allow_code_arg(t, a[3]));
  TRY(audit(t, "marshal.dumps", a[0], small_int(version)));
  Writer w(t, version, allow);
  Value b = TRY(w.run(a[0]));
  return call_method(t, a[1], NAME("write"), b);
}
Result<Value> marshal_loads(Thread& t, Args a) {
  bool allow = TRY(allow_code_arg(t, a[1]));
  BufferHold b;
  TRY(b.get(t, a[0]));
  if (interp().auditing) TRY(audit(t, "marshal.loads", TRY(new_bytes(t, b.data(), b.size()))));
  Reader r(t, b.data(), b.size(), allow);
  return r.run();
}
Result<Value> marshal_load(Thread& t, Args a) {
  bool allow = TRY(allow_code_arg(t, a[1]));
  Value probe = TRY(call_method(t, a[0], NAME("read"), small_int(0)));
  if (!is_bytes(probe)) return RAISE(TypeError, "file.read() returned not bytes but %T", probe);
  TRY(audit(t, "marshal.load"));
  Reader r(t, a[0], allow);
  return r.run();
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"dump", marshal_dump, "(value, file, version=version, /, *, allow_code=True)", "Writes the marshalled value to a binary file.", kF},
    {"load", marshal_load, "(file, /, *, allow_code=True)", "Reads one value from a binary file.", kF},
    {"dumps", marshal_dumps, "(value, version=version, /, *, allow_code=True)", "The bytes that dump() would write.", kF},
    {"loads", marshal_loads, "(bytes, /, *, allow_code=True)", "The value that bytes hold; what follows it is ignored.", kF},
};
Status marshal_exec(Thread& t, Module* m) { return module_add(t, m, "version", small_int(kVersion)); }

}  // namespace

Result<Value> marshal_read(Thread& t, const char* data, size_t size, bool trusted) { return Reader(t, data, size, true, trusted).run(); }
Result<Bytes*> marshal_write(Thread& t, Value v) { return Writer(t, kVersion, true).run(v); }

extern const ModuleDef marshal_module = {"marshal", "Values as bytes, for .pyc files. The format may change between versions.", k_functions, marshal_exec};

}  // namespace kaa
