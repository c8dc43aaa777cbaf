// code objects as Python sees them.
//
// Offsets (co_lines, f_lasti, tb_lasti, exception table) count bytes of co_code: see code_offset() in runtime/traceback.h. co_exceptiontable has CPython's encoding. co_linetable is ours: what the constructor needs besides CPython's fields,
//   "KAA1", u32 counts: nregs, free_base, cells, heights, positions; then the cell registers (u32 each), heights and positions as they are in memory.
// replace() takes a table of another form for "no positions"; the constructor refuses it. Code that comes in this way passes the whole validator.
#include <stdlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bytecode/operands.h"
#include "bytecode/validate.h"
#include "objects/traits.h"
#include "runtime/code_builder.h"
#include "runtime/traceback.h"
#include "types/objmodel.h"

namespace kaa {

namespace {

constexpr char kMagic[4] = {'K', 'A', 'A', '1'};

Code* self_code(Value v) { return v.as<Code>(); }
Result<Value> names_value(Thread& t, Str* const* p, uint32_t n) {
  Tuple* u = TRY(new_tuple(t, n));
  for (uint32_t i = 0; i < n; i++) tuple_init(u, i, p[i]);
  return u;
}

// ---- attributes
#define INT_ATTR(name, expr) \
  Result<Value> get_##name(Thread&, Value self) { Code* c = self_code(self); return small_int(static_cast<int64_t>(expr)); }
INT_ATTR(argcount, c->argcount)
INT_ATTR(posonlyargcount, c->posonlyargcount)
INT_ATTR(kwonlyargcount, c->kwonlyargcount)
INT_ATTR(nlocals, c->varnames->size)
INT_ATTR(stacksize, c->nregs - c->nlocals)
INT_ATTR(flags, c->flags)
INT_ATTR(firstlineno, c->firstlineno)
Result<Value> get_name(Thread&, Value self) { return self_code(self)->name.get(); }
Result<Value> get_qualname(Thread&, Value self) { return self_code(self)->qualname.get(); }
Result<Value> get_filename(Thread&, Value self) { return self_code(self)->filename.get(); }
Result<Value> get_varnames(Thread&, Value self) { return self_code(self)->varnames.value(); }
Result<Value> get_cellvars(Thread&, Value self) { return self_code(self)->cellvars.value(); }
Result<Value> get_freevars(Thread&, Value self) { return self_code(self)->freevars.value(); }
Result<Value> get_names(Thread& t, Value self) { return names_value(t, self_code(self)->names, self_code(self)->nnames); }
Result<Value> get_consts(Thread& t, Value self) { return TRY(tuple_of(t, self_code(self)->consts, self_code(self)->nconsts)); }

std::string clean_code(Code* c) {
  std::string out(c->nwords * 8, '\0');
  for (uint32_t at = 0; at < c->nwords;) {
    const Word* w = code_words(c) + at;
    uint32_t n = kOpInfo[static_cast<size_t>(generic_op(static_cast<Op>(w->op)))].words;
    for (uint32_t i = 0; i < n && at + i < c->nwords; i++) {
      uint64_t bits = clean_word(w, i);
      memcpy(&out[(at + i) * 8], &bits, 8);
    }
    at += n;
  }
  return out;
}
Result<Value> with_resume(Thread& t, Code* c, std::string s) {
  s.insert(code_prologue(c) * 8, reinterpret_cast<const char*>(&kResumeCode), 2);
  return TRY(new_bytes(t, s.data(), s.size()));
}
Result<Value> get_code(Thread& t, Value self) { return with_resume(t, self_code(self), clean_code(self_code(self))); }
Result<Value> get_code_adaptive(Thread& t, Value self) {
  Code* c = self_code(self);
  return with_resume(t, c, std::string(reinterpret_cast<const char*>(code_words(c)), c->nwords * 8));
}
// The words of a co_code. False: it has no whole words, or no RESUME where it should be.
bool take_code(Code* c, std::string_view s) {
  if (s.size() % 8 != 2) return false;
  uint32_t n = static_cast<uint32_t>(s.size() / 8);
  c->words = static_cast<Word*>(calloc(n + 1, sizeof(Word)));
  if (!c->words) return false;
  c->nwords = n;
  memcpy(static_cast<void*>(c->words), s.data(), n * 8);  // whose last word, or what follows RESUME, is put right below
  uint32_t at = code_prologue(c);
  if (memcmp(s.data() + at * 8, &kResumeCode, 2)) return false;
  memcpy(static_cast<void*>(c->words + at), s.data() + at * 8 + 2, (n - at) * 8);
  // Caches hold what the interpreter believes: they begin empty.
  for (at = 0; at < n && c->words[at].op < static_cast<uint16_t>(Op::kCount);) {
    uint32_t size = kOpInfo[c->words[at].op].words;
    for (uint32_t i = 0; i < size && at + i < n; i++) c->words[at + i].bits = clean_word(&c->words[at], i);
    at += size;
  }
  return true;
}
uint32_t code_unit(const Code* c, uint32_t word) { return static_cast<uint32_t>(code_offset(c, word) / 2); }

void put_u32(std::string& s, uint32_t v) { s.append(reinterpret_cast<const char*>(&v), 4); }
std::string line_table(Code* c) {
  std::string s(kMagic, 4);
  uint32_t cells = static_cast<uint32_t>(c->cellvars->size);
  for (uint32_t v : {c->nregs, c->free_base, cells, c->nheights, c->npositions}) put_u32(s, v);
  for (uint32_t i = 0; i < cells; i++) put_u32(s, c->cell_regs[i]);
  const HeightEntry* heights = code_heights(c);
  static const HeightEntry k_no_height{};
  for (uint32_t i = 0; i < c->nheights; i++) s.append(reinterpret_cast<const char*>(heights ? &heights[i] : &k_no_height), sizeof(HeightEntry));
  // Memory may be short for the table: then it says "no positions" where it should be.
  const PositionEntry* table = code_positions(c);
  static const PositionEntry k_none{0, -1, -1, -1, -1};
  for (uint32_t i = 0; i < c->npositions; i++) s.append(reinterpret_cast<const char*>(table ? &table[i] : &k_none), sizeof(PositionEntry));
  return s;
}
Result<Value> get_linetable(Thread& t, Value self) {
  std::string s = line_table(self_code(self));
  return TRY(new_bytes(t, s.data(), s.size()));
}

// CPython's encoding: numbers of 6-bit groups, the highest first, bit 6 for "more follows", bit 7 at the start of an entry; offsets in two-byte units.
void put_number(std::string& s, uint32_t v, uint8_t first) {
  int shift = 0;
  while (shift < 30 && v >> (shift + 6)) shift += 6;
  for (; shift > 0; shift -= 6, first = 0) s.push_back(static_cast<char>(first | 0x40 | (v >> shift & 0x3F)));
  s.push_back(static_cast<char>(first | (v & 0x3F)));
}
std::string exception_table(Code* c) {
  std::string s;
  for (uint32_t i = 0; i < c->nexceptions; i++) {
    const ExceptionEntry& e = c->exceptions[i];
    put_number(s, code_unit(c, e.start), 0x80);
    put_number(s, code_unit(c, e.end) - code_unit(c, e.start), 0);
    put_number(s, code_unit(c, e.target), 0);
    put_number(s, static_cast<uint32_t>(e.reg) << 1, 0);
  }
  return s;
}
Result<Value> get_exceptiontable(Thread& t, Value self) {
  std::string s = exception_table(self_code(self));
  return TRY(new_bytes(t, s.data(), s.size()));
}

// (bytes, lines) differences of the old format; lines are signed bytes.
Result<Value> get_lnotab(Thread& t, Value self) {
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "co_lnotab is deprecated, use co_lines instead."));
  Code* c = self_code(self);
  std::string s;
  uint32_t at = 0;
  int32_t line = c->firstlineno;
  const PositionEntry* table = code_positions(c);
  for (uint32_t i = 0; table && i < c->npositions; i++) {
    const PositionEntry& e = table[i];
    if (e.line < 0 || e.line == line) continue;
    uint32_t bytes = static_cast<uint32_t>(code_offset(c, e.start) - at);
    int64_t lines = int64_t{e.line} - line;
    for (; bytes > 254; bytes -= 254) s += {static_cast<char>(254), 0};
    for (; lines > 127; lines -= 127, bytes = 0) s += {static_cast<char>(bytes), 127};
    for (; lines < -128; lines += 128, bytes = 0) s += {static_cast<char>(bytes), static_cast<char>(-128)};
    s += {static_cast<char>(bytes), static_cast<char>(lines)};
    at = static_cast<uint32_t>(code_offset(c, e.start));
    line = e.line;
  }
  return TRY(new_bytes(t, s.data(), s.size()));
}

// ---- iterators over positions: of co_lines() and co_positions()
Value line_or_none(int32_t n) { return n < 0 ? kNone : small_int(n); }
Result<Value> lines_next(Thread& t, Object* o) {
  CodeIter* it = static_cast<CodeIter*>(o);
  Code* c = it->code;
  if (!c->npositions) return Value();
  const PositionEntry* table = code_positions(c);
  if (!table) return raise_memory(t);
  uint32_t resume = code_prologue(c) * 4, units = c->nwords * 4 + 1, start = static_cast<uint32_t>(it->index), end = start;
  if (start >= units) return Value();
  // The line at a unit, and where its run ends.
  auto line_at = [&](uint32_t unit, uint32_t* run_end) {
    if (unit == resume) {
      *run_end = unit + 1;
      return code_start_line(c);
    }
    const PositionEntry* p = code_position(c, (unit - (unit > resume)) / 4);
    uint32_t stop = p + 1 < table + c->npositions ? std::min((p + 1)->start, c->nwords) : c->nwords;
    *run_end = unit < resume && stop * 4 > resume ? resume : code_unit(c, stop);
    return p->line;
  };
  uint32_t next;
  int32_t line = line_at(start, &next);
  do end = next; while (end < units && line_at(end, &next) == line);
  it->index = end;
  return TRY(make_tuple(t, small_int(int64_t{start} * 2), small_int(int64_t{end} * 2), line_or_none(line)));
}
Result<Value> positions_next(Thread& t, Object* o) {
  CodeIter* it = static_cast<CodeIter*>(o);
  Code* c = it->code;
  uint32_t resume = code_prologue(c) * 4;
  if (it->index >= uint64_t{c->nwords} * 4 + 1) return Value();
  uint32_t unit = static_cast<uint32_t>(it->index++), word = (unit - (unit > resume)) / 4;
  const PositionEntry* p = code_position(c, word);
  if (!p || p->start > word) return TRY(make_tuple(t, kNone, kNone, kNone, kNone));
  PositionEntry call{0, code_start_line(c), code_start_line(c), 0, 0};
  if (unit == resume) p = &call;
  if (g_no_debug_ranges) return TRY(make_tuple(t, line_or_none(p->line), line_or_none(p->line), kNone, kNone));
  return TRY(make_tuple(t, line_or_none(p->line), line_or_none(p->line < 0 ? -1 : p->end_line), line_or_none(p->col), line_or_none(p->end_col)));
}
Result<Value> new_code_iter(Thread& t, Shape* shape, Value code) {
  CodeIter* it = TRY(alloc<CodeIter>(t, shape));
  it->code.init(self_code(code));
  return it;
}
Result<Value> code_lines(Thread& t, Args a) { return new_code_iter(t, KAA_SHAPE(line_iterator), a[0]); }
Result<Value> code_positions(Thread& t, Args a) { return new_code_iter(t, KAA_SHAPE(positions_iterator), a[0]); }

// Conditional jumps: (offset, offset when it is not taken, target).
Result<Value> code_branches(Thread& t, Args a) {
  Code* c = self_code(a[0]);
  TRY(make_ready(t, c));
  List* l = TRY(new_list(t));
  for (uint32_t at = 0; at < c->nwords;) {
    const Word* w = code_words(c) + at;
    Op op = generic_op(static_cast<Op>(w->op));
    uint32_t n = kOpInfo[static_cast<size_t>(op)].words;
    JumpField f = jump_field(op);
    uint32_t from = op == Op::END_ASYNC_FOR ? async_for_send(c, at) : at, next = at + n;
    if (op == Op::END_ASYNC_FOR ? from != at : f != JumpField::None && op != Op::SEND && !ends_flow(op)) {
      uint32_t target = next + static_cast<uint32_t>(f == JumpField::None ? 0 : f == JumpField::Word1 ? w[1].offset : w->bc);
      uint32_t left = op == Op::FOR_ITER || op == Op::FOR_ITER_PAIR ? at + 1 : next;  // where the item is stored
      if (op == Op::END_ASYNC_FOR) left = from + 2 + static_cast<uint32_t>(code_words(c)[from + 1].offset);
      Tuple* u = TRY(make_tuple(t, small_int(code_offset(c, from)), small_int(code_offset(c, left)), small_int(code_offset(c, target))));
      TRY(list_append(t, l, u));
    }
    at += n;
  }
  return get_iter(t, l);
}

// ---- equality
// Equal and of the same types all the way down, signs of zeros included.
Result<bool> same_constant(Thread& t, Value a, Value b) {
  if (a == b) return true;
  if (type_of(a) != type_of(b)) return false;
  if (is_exact_float(a)) return std::bit_cast<uint64_t>(float_value(a)) == std::bit_cast<uint64_t>(float_value(b));
  if (IS_EXACT(a, complex)) {
    ComplexObject *x = a.as<ComplexObject>(), *y = b.as<ComplexObject>();
    return std::bit_cast<uint64_t>(x->real) == std::bit_cast<uint64_t>(y->real) && std::bit_cast<uint64_t>(x->imag) == std::bit_cast<uint64_t>(y->imag);
  }
  if (IS_EXACT(a, tuple)) {
    TRY(native_enter(t, " in comparison"));
    Tuple *x = a.as<Tuple>(), *y = b.as<Tuple>();
    if (x->size != y->size) return false;
    for (uint64_t i = 0; i < x->size; i++) {
      bool same = TRY(same_constant(t, x->items[i], y->items[i]));
      if (!same) return false;
    }
    return true;
  }
  return equal(t, a, b);
}
Result<bool> same_code(Thread& t, Code* a, Code* b) {
  if (a == b) return true;
  if (a->nwords != b->nwords || a->nconsts != b->nconsts || a->nnames != b->nnames || a->argcount != b->argcount || a->posonlyargcount != b->posonlyargcount ||
      a->kwonlyargcount != b->kwonlyargcount || a->flags != b->flags || a->firstlineno != b->firstlineno || a->name.value() != b->name.value())
    return false;
  for (uint32_t i = 0; i < a->nnames; i++) if (a->names[i] != b->names[i]) return false;
  if (clean_code(a) != clean_code(b) || line_table(a) != line_table(b) || exception_table(a) != exception_table(b)) return false;
  for (auto f : {&Code::varnames, &Code::cellvars, &Code::freevars}) {
    bool same = TRY(same_constant(t, (a->*f).value(), (b->*f).value()));
    if (!same) return false;
  }
  for (uint32_t i = 0; i < a->nconsts; i++) {
    bool same = TRY(same_constant(t, a->consts[i], b->consts[i]));
    if (!same) return false;
  }
  return true;
}
Result<Value> code_eq(Thread& t, Args a) {
  if (!IS_EXACT(a[1], code)) return kNotImplemented;
  TRY(native_enter(t, " in comparison"));
  bool same = TRY(same_code(t, self_code(a[0]), self_code(a[1])));
  return Value::from_bool(same);
}
Result<Value> code_ne(Thread& t, Args a) {
  Value v = TRY(code_eq(t, a));
  return v == kNotImplemented ? v : Value::from_bool(v != kTrue);
}
Result<Value> code_hash(Thread& t, Args a) {
  Code* c = self_code(a[0]);
  uint64_t h = static_cast<uint64_t>(str_hash(c->name.get().as<Str>()));
  auto mix = [&](uint64_t v) { h = (h ^ v) * 0x9E3779B97F4A7C15ull; h ^= h >> 32; };
  for (uint64_t v : {uint64_t{c->argcount}, uint64_t{c->posonlyargcount}, uint64_t{c->kwonlyargcount}, uint64_t{c->flags}, static_cast<uint64_t>(c->firstlineno), uint64_t{c->nconsts}}) mix(v);
  for (uint32_t i = 0; i < c->nnames; i++) mix(static_cast<uint64_t>(str_hash(c->names[i])));
  std::string words = clean_code(c);
  for (size_t i = 0; i + 8 <= words.size(); i += 8) {
    uint64_t w;
    memcpy(&w, &words[i], 8);
    mix(w);
  }
  int64_t r = static_cast<int64_t>(h) >> 3;
  return small_int(r == -1 ? -2 : r);
}

Result<Value> code_repr(Thread& t, Args a) {
  Code* c = self_code(a[0]);
  return TRY(str_format(t, "<code object %S at %p, file \"%S\", line %d>", c->name.get(), reinterpret_cast<void*>(c), c->filename.get(), c->firstlineno));
}
Result<Value> code_sizeof(Thread& t, Args a) {
  Code* c = self_code(a[0]);
  size_t n = sizeof(Code) + (c->words ? c->nwords * sizeof(Word) : 0) + c->nconsts * sizeof(Value) + c->nnames * sizeof(Str*) + (c->unpacked_positions ? c->npositions * sizeof(PositionEntry) : 0) + c->packed_size +
             c->nexceptions * sizeof(ExceptionEntry) + c->nheights * (c->unpacked_heights ? sizeof(HeightEntry) : 2) + c->cellvars->size * sizeof(uint32_t);
  return make_uint(t, n);
}
Result<Value> code_varname(Thread& t, Args a) {
  int i = TRY(to_cint(t, a[1]));
  Code* c = self_code(a[0]);
  Str* name = i >= 0 && static_cast<uint32_t>(i) < c->spill ? code_variable(c, static_cast<uint32_t>(i)) : nullptr;
  if (!name) return RAISE(IndexError, "tuple index out of range");
  return name;
}

// ---- making code objects from fields
enum Field_ : int {
  kArgcount, kPosonly, kKwonly, kNlocals, kStacksize, kFlags, kCode, kConsts, kNames, kVarnames, kFilename, kName, kQualname, kFirstlineno, kLinetable,
  kExceptiontable, kFreevars, kCellvars, kFieldCount
};
const char* const kFieldNames[kFieldCount] = {"co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals", "co_stacksize", "co_flags", "co_code", "co_consts",
    "co_names", "co_varnames", "co_filename", "co_name", "co_qualname", "co_firstlineno", "co_linetable", "co_exceptiontable", "co_freevars", "co_cellvars"};

template <class T>
T* copy_raw(const T* p, size_t n) {
  T* q = static_cast<T*>(calloc(n + 1, sizeof(T)));
  if (q && p && n) memcpy(static_cast<void*>(q), p, n * sizeof(T));
  return q;
}

Status check_field_type(Thread& t, const char* func, int field, Value v, bool positional) {
  const char* want = nullptr;
  switch (field) {
    case kArgcount: case kPosonly: case kKwonly: case kNlocals: case kStacksize: case kFlags: case kFirstlineno: return {};
    case kCode: case kLinetable: case kExceptiontable: if (!is_bytes(v)) want = "bytes"; break;
    case kConsts: case kNames: case kVarnames: case kFreevars: case kCellvars: if (!is_tuple(v)) want = "tuple"; break;
    default: if (!is_str(v)) want = "str";
  }
  if (!want) return {};
  if (positional) return RAISE(TypeError, "%s() argument %d must be %s, not %T", func, field + 1, want, v);
  return RAISE(TypeError, "%s() argument '%s' must be %s, not %T", func, kFieldNames[field], want, v);
}
// A count: negative ones are refused.
Result<uint32_t> count_field(Thread& t, Value v, const char* name) {
  int i = TRY(to_cint(t, v));
  if (i < 0) return RAISE(ValueError, "code: %s must not be negative", name);
  return static_cast<uint32_t>(i);
}
Result<Tuple*> interned_names(Thread& t, Value v) {
  Tuple* from = v.as<Tuple>();
  Tuple* u = TRY(new_tuple(t, from->size));
  for (uint64_t i = 0; i < from->size; i++) {
    if (!is_str(from->items[i])) return RAISE(TypeError, "name tuples must contain only strings, not '%T'", from->items[i]);
    tuple_init(u, i, TRY(intern(t, from->items[i].as<Str>())));
  }
  return u;
}

// The tables of co_linetable. False: it is not one of ours.
bool take_line_table(Code* c, std::string_view s) {
  if (s.size() < 24 || memcmp(s.data(), kMagic, 4)) return false;
  uint32_t n[5];
  memcpy(n, s.data() + 4, 20);
  if (24 + uint64_t{n[2]} * 4 + uint64_t{n[3]} * sizeof(HeightEntry) + uint64_t{n[4]} * sizeof(PositionEntry) != s.size()) return false;
  c->nregs = n[0];
  c->free_base = n[1];
  const char* p = s.data() + 24;
  free(c->cell_regs);
  free(c->unpacked_heights);
  free(c->unpacked_positions);
  c->cell_regs = static_cast<uint32_t*>(malloc((n[2] + 1) * sizeof(uint32_t)));
  memcpy(c->cell_regs, p, n[2] * sizeof(uint32_t));
  p += n[2] * sizeof(uint32_t);
  c->unpacked_heights = static_cast<HeightEntry*>(malloc((n[3] + 1) * sizeof(HeightEntry)));
  memcpy(static_cast<void*>(c->unpacked_heights), p, n[3] * sizeof(HeightEntry));
  p += n[3] * sizeof(HeightEntry);
  c->unpacked_positions = static_cast<PositionEntry*>(malloc((n[4] + 1) * sizeof(PositionEntry)));
  memcpy(static_cast<void*>(c->unpacked_positions), p, n[4] * sizeof(PositionEntry));
  c->nheights = n[3];
  c->npositions = n[4];
  c->version = n[2];  // cells, until it is compared with the names
  return true;
}
bool take_exception_table(Code* c, std::string_view s) {
  std::vector<ExceptionEntry> out;
  size_t at = 0;
  while (at < s.size()) {
    uint32_t v[4];
    for (int k = 0; k < 4; k++) {
      if (at >= s.size() || !!(s[at] & 0x80) != (k == 0)) return false;
      uint64_t n = s[at] & 0x3F;
      while (s[at] & 0x40) {
        if (++at >= s.size() || (s[at] & 0x80) || n > 0x3FFFFFF) return false;
        n = n << 6 | (s[at] & 0x3F);
      }
      at++;
      v[k] = static_cast<uint32_t>(n);
    }
    v[1] += v[0];
    for (int k = 0; k < 3; k++) {
      uint32_t unit = v[k];
      v[k] = code_word(c, int64_t{unit} * 2);
      if (code_unit(c, v[k]) != unit) return false;
    }
    if (v[3] >> 1 > 0xFFFF) return false;
    out.push_back({v[0], v[1], v[2], static_cast<uint16_t>(v[3] >> 1)});
  }
  free(c->exceptions);
  c->exceptions = copy_raw(out.data(), out.size());
  c->nexceptions = static_cast<uint32_t>(out.size());
  return true;
}

// A code object with the given fields; those that are empty come from `from`, which may be null when all are given.
Result<Value> make_code(Thread& t, Code* from, const Value* v) {
  Code* c = TRY(alloc<Code>(t, KAA_SHAPE(code)));
  c->argcount = v[kArgcount] ? TRY(count_field(t, v[kArgcount], "argcount")) : from->argcount;
  c->posonlyargcount = v[kPosonly] ? TRY(count_field(t, v[kPosonly], "posonlyargcount")) : from->posonlyargcount;
  c->kwonlyargcount = v[kKwonly] ? TRY(count_field(t, v[kKwonly], "kwonlyargcount")) : from->kwonlyargcount;
  uint32_t nlocals = v[kNlocals] ? TRY(count_field(t, v[kNlocals], "nlocals")) : ~0u;
  if (v[kStacksize]) TRY(count_field(t, v[kStacksize], "stacksize"));
  c->flags = v[kFlags] ? TRY(count_field(t, v[kFlags], "flags")) : from->flags;
  c->firstlineno = v[kFirstlineno] ? TRY(to_cint(t, v[kFirstlineno])) : from->firstlineno;
  if (v[kFirstlineno] && c->firstlineno < 0) return RAISE(ValueError, "code: co_firstlineno must be a positive integer");
  if (v[kCode]) {
    if (!take_code(c, v[kCode].as<Bytes>()->view())) return RAISE(ValueError, "code: co_code is malformed");
  } else {
    std::string s = clean_code(from);
    c->words = copy_raw(reinterpret_cast<const Word*>(s.data()), from->nwords);
    c->nwords = from->nwords;
  }
  if (from) {
    uint32_t cells = static_cast<uint32_t>(from->cellvars->size);
    c->nregs = from->nregs;
    c->free_base = from->free_base;
    c->cell_regs = copy_raw(from->cell_regs, cells);
    c->unpacked_heights = copy_raw(code_heights(from), from->nheights);
    c->nheights = c->unpacked_heights ? from->nheights : 0;
    c->unpacked_positions = copy_raw(code_positions(from), from->npositions);
    c->npositions = c->unpacked_positions ? from->npositions : 0;
    c->exceptions = copy_raw(from->exceptions, from->nexceptions);
    c->nexceptions = from->nexceptions;
    c->version = cells;
  }
  if (v[kLinetable] && !take_line_table(c, v[kLinetable].as<Bytes>()->view())) {
    if (!from) return RAISE(ValueError, "code: co_linetable is malformed");
    c->npositions = 0;
  }
  if (v[kExceptiontable] && !take_exception_table(c, v[kExceptiontable].as<Bytes>()->view())) return RAISE(ValueError, "code: co_exceptiontable is malformed");
  uint32_t cells = c->version;
  c->version = 0;
  if (v[kNames]) {
    Tuple* u = TRY(interned_names(t, v[kNames]));
    c->names = static_cast<Str**>(calloc(u->size + 1, sizeof(Str*)));
    for (uint64_t i = 0; i < u->size; i++) c->names[i] = u->items[i].as<Str>();
    c->nnames = static_cast<uint32_t>(u->size);
  } else {
    c->names = copy_raw(from->names, from->nnames);
    c->nnames = from->nnames;
  }
  c->varnames.init(v[kVarnames] ? TRY(interned_names(t, v[kVarnames])) : from->varnames.get());
  c->cellvars.init(v[kCellvars] ? TRY(interned_names(t, v[kCellvars])) : from ? from->cellvars.get() : interp().empty_tuple);
  c->freevars.init(v[kFreevars] ? TRY(interned_names(t, v[kFreevars])) : from ? from->freevars.get() : interp().empty_tuple);
  c->nfree = static_cast<uint32_t>(c->freevars->size);
  for (auto [field, k] : {std::pair{&Code::name, kName}, {&Code::qualname, kQualname}, {&Code::filename, kFilename}})
    (c->*field).init(v[k] ? Value(TRY(intern(t, v[k].as<Str>()))) : (from->*field).get());
  Tuple* consts = v[kConsts] ? v[kConsts].as<Tuple>() : nullptr;
  uint32_t n = consts ? static_cast<uint32_t>(consts->size) : from->nconsts;
  c->consts = copy_raw(consts ? consts->items : from->consts, n);
  c->nconsts = n;
  for (uint32_t i = 0; i < n; i++) inc(c->consts[i]);
  if (nlocals != ~0u && nlocals != c->varnames->size) return RAISE(ValueError, "code: co_nlocals != len(co_varnames)");
  if (cells != c->cellvars->size) return RAISE(ValueError, "code: the number of cell variables does not fit co_linetable");
  if (c->argcount + uint64_t{c->kwonlyargcount} > c->varnames->size) return RAISE(ValueError, "code: varnames is too small");
  if (!n && (c->flags & kCoHasDocstring)) return RAISE(ValueError, "code: no docstring among the constants");
  std::string wrong = check_code(c);
  if (!wrong.empty()) return RAISE(ValueError, "code: %s", wrong.c_str());
  code_derive(c);
  return c;
}

Result<Value> code_new(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "code() takes no keyword arguments");
  uint32_t n = a.n - 1;
  if (n < 16) return RAISE(TypeError, "code expected at least 16 arguments, got %u", n);
  if (n > 18) return RAISE(TypeError, "code expected at most 18 arguments, got %u", n);
  Value v[kFieldCount];
  for (uint32_t i = 0; i < n; i++) {
    TRY(check_field_type(t, "code", static_cast<int>(i), a[i + 1], true));
    v[i] = a[i + 1];
  }
  return make_code(t, nullptr, v);
}
Result<Value> code_replace(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (a.n - nkw > 1) return RAISE(TypeError, "replace() takes 0 positional arguments but %u %s given", a.n - nkw - 1, a.n - nkw == 2 ? "was" : "were");
  Value v[kFieldCount];
  for (uint32_t i = 0; i < nkw; i++) {
    int k = 0;
    while (k < kFieldCount && !str_equal_ascii(kwnames->items[i].as<Str>(), kFieldNames[k])) k++;
    if (k == kFieldCount) return RAISE(TypeError, "replace() got an unexpected keyword argument '%S'", kwnames->items[i]);
    v[k] = a[a.n - nkw + i];
    TRY(check_field_type(t, "replace", k, v[k], false));
  }
  return make_code(t, self_code(a[0]), v);
}

const MethodDef k_methods[] = {
    {"__new__", code_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"replace", code_replace, "($self, /, **changes)", "A copy of the code object with the given attributes."},
    {"__replace__", code_replace, "($self, /, **changes)", "The same as replace()."},
    {"co_lines", code_lines, "($self, /)", "(start, end, line) of runs of instructions."},
    {"co_positions", code_positions, "($self, /)", "(line, end line, column, end column) of each two-byte unit of co_code."},
    {"co_branches", code_branches, "($self, /)", "(offset, offset when not taken, offset when taken) of conditional jumps."},
    {"_varname_from_oparg", code_varname, "($self, /, oparg)", "The name of the variable in a register."},
    {"__repr__", code_repr, "($self, /)", "Return repr(self)."},
    {"__eq__", code_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", code_ne, "($self, value, /)", "Return self!=value."},
    {"__hash__", code_hash, "($self, /)", "Return hash(self)."},
    {"__sizeof__", code_sizeof, "($self, /)", "Size of object in memory, in bytes."},
};
const GetSetDef k_getsets[] = {
    {"co_argcount", get_argcount, nullptr, nullptr},
    {"co_posonlyargcount", get_posonlyargcount, nullptr, nullptr},
    {"co_kwonlyargcount", get_kwonlyargcount, nullptr, nullptr},
    {"co_nlocals", get_nlocals, nullptr, nullptr},
    {"co_stacksize", get_stacksize, nullptr, nullptr},
    {"co_flags", get_flags, nullptr, nullptr},
    {"co_code", get_code, nullptr, nullptr},
    {"_co_code_adaptive", get_code_adaptive, nullptr, nullptr},
    {"co_consts", get_consts, nullptr, nullptr},
    {"co_names", get_names, nullptr, nullptr},
    {"co_varnames", get_varnames, nullptr, nullptr},
    {"co_cellvars", get_cellvars, nullptr, nullptr},
    {"co_freevars", get_freevars, nullptr, nullptr},
    {"co_filename", get_filename, nullptr, nullptr},
    {"co_name", get_name, nullptr, nullptr},
    {"co_qualname", get_qualname, nullptr, nullptr},
    {"co_firstlineno", get_firstlineno, nullptr, nullptr},
    {"co_linetable", get_linetable, nullptr, nullptr},
    {"co_lnotab", get_lnotab, nullptr, nullptr},
    {"co_exceptiontable", get_exceptiontable, nullptr, nullptr},
};

}  // namespace

// Index of the cell variable, or the number of them.
static uint64_t cell_index(const Code* c, uint32_t number) {
  const uint32_t *begin = c->cell_regs, *end = begin + c->cellvars->size, *at = std::lower_bound(begin, end, number);
  return static_cast<uint64_t>((at != end && *at == number ? at : end) - begin);
}
static bool is_free_variable(const Code* c, uint32_t number) { return number >= c->free_base && number - c->free_base < c->nfree; }
Str* code_variable(const Code* c, uint32_t number) {
  if (number < c->varnames->size) return c->varnames->items[number].as<Str>();
  if (is_free_variable(c, number)) return c->freevars->items[number - c->free_base].as<Str>();
  uint64_t i = cell_index(c, number);
  return i < c->cellvars->size ? c->cellvars->items[i].as<Str>() : nullptr;
}
bool is_cell_variable(const Code* c, uint32_t number) { return is_free_variable(c, number) || cell_index(c, number) < c->cellvars->size; }
Dict* spilled_variables(const Code* c, const Value* regs, uint32_t n) {
  if (c->spill >= n) return nullptr;
  Value d = regs[c->spill];
  return d && IS_EXACT(d, dict) ? d.as<Dict>() : nullptr;
}
Value variable_slot(const Code* c, const Value* regs, uint32_t n, uint32_t number) {
  if (number < c->spill) return number < n ? regs[number] : Value();
  Dict* d = spilled_variables(c, regs, n);
  Str* name = d ? code_variable(c, number) : nullptr;
  return name ? dict_get_str(d, name) : Value();
}

extern const TypeSpec code_spec = {.doc = "A code object: what a function, class body or module does.", .methods = k_methods, .getsets = k_getsets};
extern const TypeSpec line_iterator_spec = {.iternext = lines_next};
extern const TypeSpec positions_iterator_spec = {.iternext = positions_next};

bool g_no_debug_ranges = false;

}  // namespace kaa
