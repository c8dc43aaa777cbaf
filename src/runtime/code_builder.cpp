#include "runtime/code_builder.h"

#include <stdio.h>
#include <stdlib.h>

#include "bytecode/operands.h"
#include "bytecode/positions.h"
#include "bytecode/validate.h"
#include "heap/reserve.h"
#include "objects/traits.h"

#include "runtime/zombies.h"

namespace kaa {

Result<Value> build_constant(Thread& t, const ConstantData& c) {
  switch (c.kind) {
    case ConstantData::None: return kNone;
    case ConstantData::True: return kTrue;
    case ConstantData::False: return kFalse;
    case ConstantData::Ellipsis: return kEllipsis;
    case ConstantData::Int: return c.text.empty() ? make_int(t, c.small) : int_from_literal(t, c.text);
    case ConstantData::Float: return make_float(t, c.real);
    case ConstantData::Complex: {
      ComplexObject* o = TRY(alloc<ComplexObject>(t, KAA_SHAPE(complex)));
      o->real = c.real;
      o->imag = c.imag;
      return o;
    }
    case ConstantData::Str: {
      Str* s = TRY(new_str(t, c.text));
      // Strings that look like names are interned, as in CPython.
      bool name = s->length <= 64;
      for (char ch : c.text) name &= (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_';
      if (name) return TRY(intern(t, s));
      return s;
    }
    case ConstantData::Bytes: return TRY(new_bytes(t, c.text.data(), c.text.size()));
    case ConstantData::Tuple: case ConstantData::FrozenSet: case ConstantData::Slice: {
      Tuple* u = TRY(new_tuple(t, c.items.size()));
      for (size_t i = 0; i < c.items.size(); i++) {
        Value v = TRY(build_constant(t, c.items[i]));
        tuple_init(u, i, v);
      }
      if (c.kind == ConstantData::Tuple) return u;
      if (c.kind == ConstantData::Slice) return call(t, KAA_TYPE(slice), u->items[0], u->items[1], u->items[2]);
      return call(t, KAA_TYPE(frozenset), u);
    }
    case ConstantData::Code: return TRY(build_code(t, *c.code));
  }
  return kNone;
}

template <class T>
static T* copy_array(const std::vector<T>& v, uint32_t& n) {
  n = static_cast<uint32_t>(v.size());
  T* p = static_cast<T*>(malloc((v.size() + 1) * sizeof(T)));
  if (!v.empty()) memcpy(static_cast<void*>(p), v.data(), v.size() * sizeof(T));
  return p;
}
static Result<Tuple*> name_tuple(Thread& t, const std::vector<std::string>& names) {
  Tuple* u = TRY(new_tuple(t, names.size()));
  for (size_t i = 0; i < names.size(); i++) tuple_init(u, i, intern_name(names[i].c_str()));
  return u;
}

Result<Code*> build_code(Thread& t, const CompiledCode& c) {
  TRY(native_enter(t, " during compilation"));
  Code* o = TRY(alloc<Code>(t, KAA_SHAPE(code)));
  o->words = copy_array(c.words, o->nwords);
  o->unpacked_positions = copy_array(c.positions, o->npositions);
  o->exceptions = copy_array(c.exceptions, o->nexceptions);
  o->unpacked_heights = copy_array(c.heights, o->nheights);
  uint32_t n;
  o->cell_regs = copy_array(c.cell_regs, n);
  o->names = static_cast<Str**>(malloc((c.names.size() + 1) * sizeof(Str*)));
  for (size_t i = 0; i < c.names.size(); i++) o->names[i] = intern_name(c.names[i].c_str());
  o->nnames = static_cast<uint32_t>(c.names.size());
  o->consts = static_cast<Value*>(calloc(c.consts.size() + 1, sizeof(Value)));
  o->nconsts = static_cast<uint32_t>(c.consts.size());
  o->flags = c.flags;
  o->argcount = c.argcount;
  o->posonlyargcount = c.posonlyargcount;
  o->kwonlyargcount = c.kwonlyargcount;
  o->nregs = c.nregs;
  o->free_base = c.free_base;
  o->nfree = static_cast<uint32_t>(c.freevars.size());
  o->firstlineno = c.firstlineno;
  for (size_t i = 0; i < c.consts.size(); i++) {
    Value v = TRY(build_constant(t, c.consts[i]));
    o->consts[i] = v;
    inc(v);
  }
  Str* name = intern_name(c.name.c_str());
  o->name.init(name);
  o->qualname.init(intern_name(c.qualname.c_str()));
  o->filename.init(intern_name(c.filename.c_str()));
  o->varnames.init(TRY(name_tuple(t, c.varnames)));
  o->cellvars.init(TRY(name_tuple(t, c.cellvars)));
  o->freevars.init(TRY(name_tuple(t, c.freevars)));
  code_derive(o);
#ifndef NDEBUG
  if (std::string wrong = check_code(o); !wrong.empty()) {
    fprintf(stderr, "kaa: the compiler made wrong code: %s (%s): %s\n", c.qualname.c_str(), c.filename.c_str(), wrong.c_str());
    abort();
  }
#endif
  return o;
}

const PositionEntry* unpack_code_positions(const Code* c) {
  PositionEntry* p = static_cast<PositionEntry*>(malloc((c->npositions + size_t{1}) * sizeof(PositionEntry)));
  if (!p) return nullptr;
  unpack_positions(c->packed, c->packed_size, c->firstlineno, p, c->npositions);
  PositionEntry* before = nullptr;
  if (__atomic_compare_exchange_n(&const_cast<Code*>(c)->unpacked_positions, &before, p, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return p;
  free(p);  // another thread was faster
  return before;
}

// Calls fn(start, height) for each entry of the packed table, until it says false. Where it ends.
template <class F>
static const char* each_packed_height(const Code* c, F&& fn) {
  PackedNumbers packed{reinterpret_cast<const uint8_t*>(c->packed + c->packed_size), reinterpret_cast<const uint8_t*>(c->consts)};
  uint32_t start = 0;
  for (uint32_t i = 0; i < c->nheights; i++) {
    start += packed.number();
    if (!fn(start, packed.number())) break;
  }
  return reinterpret_cast<const char*>(packed.p);
}
const HeightEntry* unpack_code_heights(const Code* c) {
  HeightEntry* table = static_cast<HeightEntry*>(malloc((c->nheights + size_t{1}) * sizeof(HeightEntry)));
  if (!table) return nullptr;
  uint32_t n = 0;
  each_packed_height(c, [&](uint32_t start, uint32_t height) {
    table[n++] = {start, height};
    return true;
  });
  HeightEntry* before = nullptr;
  if (__atomic_compare_exchange_n(&const_cast<Code*>(c)->unpacked_heights, &before, table, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return table;
  free(table);  // another thread was faster
  return before;
}
uint32_t packed_height_at(const Code* c, uint32_t word) {
  uint32_t at = 0;
  each_packed_height(c, [&](uint32_t start, uint32_t height) {
    if (start > word) return false;
    at = height;
    return true;
  });
  return at;
}

constexpr uint16_t kSmallOperands = 0x8000;  // beside the operation
constexpr uint8_t kLongOperand = 0xFF;
static_assert(static_cast<size_t>(Op::kCount) < kSmallOperands);

void pack_instruction(std::string& out, const Word* at) {
  Word w = *at;
  if (w.a < 256 && w.b < 256 && w.c < 256) {
    uint16_t op = w.op | kSmallOperands;
    out.append(reinterpret_cast<const char*>(&op), 2);
    for (uint16_t x : {w.a, w.b, w.c}) out.push_back(static_cast<char>(x));
  } else {
    out.append(reinterpret_cast<const char*>(&w), 8);
  }
  WordOne one = operand_word(static_cast<Op>(w.op));
  if (one == WordOne::None) return;
  uint64_t bits = clean_word(at, 1);
  if (bits < kLongOperand) {
    out.push_back(static_cast<char>(bits));
  } else {
    out.push_back(static_cast<char>(kLongOperand));
    out.append(reinterpret_cast<const char*>(&bits), one == WordOne::Half ? 4 : 8);
  }
}
const char* unpack_instructions(const char* p, const char* end, Word* words, uint32_t nwords) {
  for (uint32_t at = 0; at < nwords;) {
    Word& w = words[at];
    memcpy(&w, p, 8);
    if (LIKELY(w.op & kSmallOperands)) {
      w.op &= static_cast<uint16_t>(~kSmallOperands);
      w.a = static_cast<uint8_t>(p[2]);
      w.b = static_cast<uint8_t>(p[3]);
      w.c = static_cast<uint8_t>(p[4]);
      p += 5;
    } else {
      p += 8;
    }
    if (UNLIKELY(w.op >= static_cast<uint16_t>(Op::kCount))) return nullptr;
    uint32_t n = kOpInfo[w.op].words;
    if (UNLIKELY(n > nwords - at)) return nullptr;
    if (WordOne one = operand_word(static_cast<Op>(w.op)); one != WordOne::None) {
      uint8_t small = static_cast<uint8_t>(*p++);
      words[at + 1].bits = small;
      if (UNLIKELY(small == kLongOperand)) {
        size_t k = one == WordOne::Half ? 4 : 8;
        words[at + 1].bits = 0;
        memcpy(&words[at + 1], p, k);
        p += k;
      }
    }
    if (UNLIKELY(p > end)) return nullptr;
    at += n;
  }
  return p;
}
static void derive_simple_args(Code* c) {
  // Code of modules and classes needs its namespace when it is called as a function, too.
  c->simple_args = !is_ready(c) || c->kwonlyargcount || (c->flags & (kCoVarargs | kCoVarkeywords)) || !(c->flags & kCoOptimized) ? ~0u : c->argcount;
}
bool unpack_code_words(Code* c) {
  Word* words = static_cast<Word*>(calloc(c->nwords + size_t{1}, sizeof(Word)));
  if (!words) return false;
  // What cannot be unpacked becomes NOPs, which the validator refuses.
  if (!unpack_instructions(each_packed_height(c, [](uint32_t, uint32_t) { return true; }), reinterpret_cast<const char*>(c->consts), words, c->nwords))
    memset(static_cast<void*>(words), 0, c->nwords * sizeof(Word));
  Word* before = nullptr;
  if (!__atomic_compare_exchange_n(&c->words, &before, words, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) free(words);  // another thread was faster
  derive_simple_args(c);
  return true;
}
Status make_ready(Thread& t, Code* c) {
  if (!c->words && !unpack_code_words(c)) return raise_memory(t);
  if (!c->unchecked) return {};
  if (std::string wrong = check_code(c); !wrong.empty()) return RAISE(SystemError, "%S: %s", c->qualname.get(), wrong.c_str());
  c->unchecked = false;
  derive_simple_args(c);
  return {};
}
const Word* unpacked_code_words(const Code* c) {
  Code* code = const_cast<Code*>(c);
  if (!with_reserve([&] { return unpack_code_words(code); })) { fputs("kaa: out of memory\n", stderr); abort(); }
  return c->words;
}

void code_derive(Code* c) {
  c->nparams = c->argcount + c->kwonlyargcount + !!(c->flags & kCoVarargs) + !!(c->flags & kCoVarkeywords);
  derive_simple_args(c);
  // Everything below the first temporary: parameters, locals, cells, free variables.
  uint32_t locals = static_cast<uint32_t>(c->varnames->size);
  if (uint64_t n = c->cellvars->size; n && c->cell_regs[n - 1] >= locals) locals = c->cell_regs[n - 1] + 1;
  if (c->nfree && c->free_base + c->nfree > locals) locals = c->free_base + c->nfree;
  c->spill = spill_register(locals, c->nparams);
  c->nlocals = c->spill == ~0u ? locals : c->spill + 1;
}

// What the compiler names so is no variable of the program's.
static bool is_hidden(Str* name) { return name->length && name->at(0) == '.'; }
static ConstShape code_constant(const void* context, uint32_t i, uint32_t* size) {
  Value v = static_cast<const Code*>(context)->consts[i];
  if (IS_EXACT(v, code)) {
    *size = v.as<Code>()->nfree;
    return ConstShape::Code;
  }
  if (is_str(v)) return ConstShape::Str;
  if (!IS_EXACT(v, tuple)) return ConstShape::Other;
  Tuple* u = v.as<Tuple>();
  for (uint64_t k = 0; k < u->size; k++)
    if (!IS_EXACT(u->items[k], str)) return ConstShape::Other;
  *size = static_cast<uint32_t>(u->size);
  return ConstShape::NameTuple;
}
// Calls fn(view) with the code as the validator sees it.
template <class F>
static auto with_view(const Code* c, F&& fn) {
  const HeightEntry* heights = c->unpacked_heights;
  std::vector<HeightEntry> unpacked;  // nobody else may ever want them
  if (!heights) {
    each_packed_height(c, [&](uint32_t start, uint32_t height) {
      unpacked.push_back({start, height});
      return true;
    });
    heights = unpacked.data();
  }
  CodeView v{{c->words, c->nwords}, {c->unpacked_positions, c->unpacked_positions ? c->npositions : 0}, {c->exceptions, c->nexceptions}, {heights, c->nheights},
             {c->cell_regs, static_cast<uint32_t>(c->cellvars->size)}, c->nregs, c->free_base, c->nfree, static_cast<uint32_t>(c->varnames->size), c->nnames,
             c->nconsts, c->argcount, c->posonlyargcount, c->kwonlyargcount, c->flags, c->varnames->size && is_hidden(c->varnames->items[0].as<Str>()), code_constant, c};
  return fn(v);
}
std::string check_code(const Code* c) {
  if (c->nfree != c->freevars->size) return "free variables without names";
  return with_view(c, [](const CodeView& v) { return validate_view(v); });
}
bool allows_jump(const Code* c, uint32_t from, uint32_t to) {
  return with_view(c, [&](const CodeView& v) { return validate_jump(v, from, to); });
}

void LayoutTraits<Code>::destroy(Code* c) {
  release_zombies(c, 0);
  free(c->words);
  free(c->monitor);
  free(c->unpacked_positions);
  free(c->unpacked_heights);
  if (c->packed) {
    free(c->packed);
    return;
  }
  free(c->exceptions);
  free(c->cell_regs);
  free(c->names);
  free(c->consts);
}

}  // namespace kaa
