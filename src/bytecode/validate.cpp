#include "bytecode/validate.h"

#include <stdio.h>

#include <vector>

#include "bytecode/operands.h"

namespace kaa {

namespace {

class Validator {
 public:
  explicit Validator(const CodeView& code) : code_(code) {}

  std::string run(bool with_flow) {
    if (structure() && with_flow) flow();
    return error_;
  }

 private:
  bool fail(uint32_t at, std::string text) {
    if (error_.empty()) {
      const char* name = at < code_.words.size() && code_.words[at].op < (uint16_t)Op::kCount ? kOpInfo[code_.words[at].op].name : "";
      error_ = "word " + std::to_string(at) + " " + name + ": " + text;
    }
    return false;
  }

  const Word& word(uint32_t at) const { return code_.words[at]; }
  static bool writes(const Word* w, uint32_t reg) {
    const OpInfo& info = kOpInfo[w->op];
    for (auto [kind, first] : {std::pair{info.a, w->a}, {info.b, w->b}, {info.c, w->c}}) {
      uint32_t n = kind == 'w' || kind == 'x' ? 1 : kind == 'd' ? run_written(w) : 0;
      if (first <= reg && reg - first < n) return true;
    }
    return false;
  }
  uint32_t size_at(uint32_t at) const { return kOpInfo[word(at).op].words; }

  int64_t target_of(uint32_t at) const {
    Op op = (Op)word(at).op;
    switch (jump_field(op)) {
      case JumpField::InstructionBc: return (int64_t)at + size_at(at) + word(at).bc;
      case JumpField::Word1: return (int64_t)at + size_at(at) + word(at + 1).offset;
      case JumpField::None: return -1;
    }
    return -1;
  }

  bool structure() {
    uint32_t count = (uint32_t)code_.words.size();
    if (!count) return fail(0, "no code");
    if (code_.nregs > kMaxRegs) return fail(0, "too many registers");
    uint64_t params = uint64_t{code_.argcount} + code_.kwonlyargcount + !!(code_.flags & kCoVarargs) + !!(code_.flags & kCoVarkeywords);
    if (params > code_.nvarnames || params > kMaxParameters || code_.posonlyargcount > code_.argcount) return fail(0, "more parameters than variables");
    if (code_.nfree > ~0u - code_.free_base) return fail(0, "too many variables");
    variables_ = code_.free_base + code_.nfree;
    spill_ = spill_register(variables_, (uint32_t)params);
    first_temp_ = spill_ == ~0u ? variables_ : spill_ + 1;
    if (code_.nregs < first_temp_ || variables_ < code_.nvarnames) return fail(0, "fewer registers than variables");
    // Each variable without a register needs its name.
    if (spill_ != ~0u && (code_.free_base < code_.nvarnames || code_.free_base > uint64_t{code_.nvarnames} + code_.cell_regs.n)) return fail(0, "variables without names");
    for (uint32_t i = 0; i < code_.cell_regs.n; i++)
      if (code_.cell_regs[i] >= variables_ || (i && code_.cell_regs[i] <= code_.cell_regs[i - 1])) return fail(0, "cell register out of range");
    bool generator = code_.flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator);
    bool generator_made = false;
    starts_.assign(count + 1, 0);
    for (uint32_t at = 0; at < count;) {
      if (word(at).op >= (uint16_t)Op::kCount) return fail(at, "unknown opcode");
      if (at + size_at(at) > count) return fail(at, "cut off");
      starts_[at] = 1;
      at += size_at(at);
    }
    auto is_start = [&](int64_t at) { return at >= 0 && at < count && starts_[at]; };
    uint32_t last = 0;
    for (uint32_t at = 0; at < count; at += size_at(at)) {
      last = at;
      const Word& w = word(at);
      Op op = (Op)w.op;
      const OpInfo& info = kOpInfo[w.op];
      if (read_end(&w) > code_.nregs) return fail(at, "reads a register out of range");
      if (write_end(&w) > code_.nregs) return fail(at, "writes a register out of range");
      for (auto [kind, value] : {std::pair{info.a, w.a}, {info.b, w.b}, {info.c, w.c}})
        if (kind == 'k' && value >= code_.nconsts) return fail(at, "constant out of range");
      if (has_wide_constant(op)) {
        if ((uint32_t)w.bc >= code_.nconsts) return fail(at, "constant out of range");
        uint32_t size;
        if (op == Op::MAKE_FUNCTION && code_.constant(code_.context, (uint32_t)w.bc, &size) != ConstShape::Code) return fail(at, "not a code object");
      }
      if (op == Op::CALL_KW || op == Op::CALL_METHOD_KW) {
        uint32_t size = 0, index = word(at + 1).index;
        if (index >= code_.nconsts || code_.constant(code_.context, index, &size) != ConstShape::NameTuple || size > w.c) return fail(at, "bad keyword names");
      }
      if (has_name_word(op) && word(at + 1).index >= code_.nnames) return fail(at, "name out of range");
      if (op == Op::RETURN_GENERATOR) generator_made = true;
      if ((op == Op::YIELD || op == Op::RETURN_GENERATOR) && !generator) return fail(at, "not the code of a generator");
      if (op == Op::YIELD && !generator_made) return fail(at, "no generator has been made");
      if (op == Op::COPY_FREE_VARS && (w.a != code_.free_base || w.b != (spill_ == ~0u ? code_.nfree : spill_ - code_.free_base))) return fail(at, "not the free variables");
      // Nothing else may be written where instructions find the dict.
      if (op == Op::MAKE_SPILLED ? w.a != spill_ || at : spill_ != ~0u && writes(&w, spill_)) return fail(at, "not the variables without registers");
      if (spill_ != ~0u && !at && op != Op::MAKE_SPILLED) return fail(at, "variables without a dict");
      if (op == Op::LOAD_SPILLED || op == Op::STORE_SPILLED || op == Op::DEL_SPILLED) {
        if ((op == Op::DEL_SPILLED ? w.a : w.b) != spill_ || w.c >= (uint32_t)Spilled::kCount) return fail(at, "not the variables without registers");
        if (word(at + 1).index < spill_ || word(at + 1).index >= variables_) return fail(at, "variable out of range");
      }
      if (op == Op::LOAD_COMMON && w.b > (uint32_t)CommonConst::Set) return fail(at, "unknown constant");
      if (op == Op::SET_FUNCTION && w.c > (uint32_t)FunctionPart::TypeParams) return fail(at, "unknown part");
      if (op == Op::INTRINSIC && w.c >= (uint32_t)Intrinsic::kCount) return fail(at, "unknown intrinsic");
      if (jump_field(op) != JumpField::None) {
        int64_t target = target_of(at);
        if (!is_start(target)) return fail(at, "jump into nowhere");
        bool back = target <= at;
        if (back != (op == Op::JUMP_BACK)) return fail(at, "jump in the wrong direction");
      }
    }
    if (generator && !generator_made) return fail(last, "no generator is made");
    if (!ends_flow((Op)word(last).op)) return fail(last, "control runs off the end");
    uint32_t before = 0;
    for (const ExceptionEntry& entry : code_.exceptions) {
      if (entry.start < before || entry.start >= entry.end || entry.end > count) return fail(entry.start, "exception table out of order");
      if (!is_start(entry.start) || (entry.end < count && !starts_[entry.end])) return fail(entry.start, "protected range cuts an instruction");
      if (!is_start(entry.target)) return fail(entry.start, "handler is not an instruction");
      if (entry.reg < first_temp_ || entry.reg >= code_.nregs) return fail(entry.start, "handler's register is no temporary");
      before = entry.end;
    }
    if (code_.heights.empty() || code_.heights[0].start != 0) return fail(0, "no heights");
    for (size_t i = 0; i < code_.heights.size(); i++) {
      const HeightEntry& entry = code_.heights[i];
      if (i && entry.start <= code_.heights[i - 1].start) return fail(entry.start, "heights out of order");
      if (entry.start < count && !starts_[entry.start]) return fail(entry.start, "height changes inside an instruction");
      if (entry.height < first_temp_ || entry.height > code_.nregs) return fail(entry.start, "height out of range");
    }
    for (size_t i = 0; i < code_.positions.size(); i++)
      if (i && code_.positions[i].start < code_.positions[i - 1].start) return fail(code_.positions[i].start, "positions out of order");
    return true;
  }

  // ---- flow

  using Bits = std::vector<uint64_t>;
  struct State {
    bool seen = false;
    Bits written, bound;
  };
  static bool get(const Bits& bits, uint32_t i) { return bits[i / 64] >> (i % 64) & 1; }
  static void set(Bits& bits, uint32_t i, bool value) {
    if (value)
      bits[i / 64] |= 1ull << (i % 64);
    else
      bits[i / 64] &= ~(1ull << (i % 64));
  }

  void reach(uint32_t at, const State& from) {
    State& to = states_[at];
    bool changed = !to.seen;
    if (!to.seen) {
      to = from;
      to.seen = true;
    } else {
      for (size_t i = 0; i < to.written.size(); i++) {
        uint64_t w = to.written[i] & from.written[i], b = to.bound[i] & from.bound[i];
        changed |= w != to.written[i] || b != to.bound[i];
        to.written[i] = w;
        to.bound[i] = b;
      }
    }
    if (changed && !queued_[at]) {
      queued_[at] = 1;
      work_.push_back(at);
    }
  }

  void flow() {
    uint32_t count = (uint32_t)code_.words.size();
    states_.resize(count);
    queued_.assign(count, 0);
    State entry;
    entry.written.assign(code_.nregs / 64 + 1, 0);
    entry.bound = entry.written;
    for (uint32_t i = 0; i < first_temp_; i++) set(entry.written, i, true);
    uint32_t params = code_.argcount + code_.kwonlyargcount + !!(code_.flags & kCoVarargs) + !!(code_.flags & kCoVarkeywords);
    for (uint32_t i = 0; i < params; i++) set(entry.bound, i, true);
    reach(0, entry);
    while (!work_.empty() && error_.empty()) {
      uint32_t at = work_.back();
      work_.pop_back();
      queued_[at] = 0;
      step(at);
    }
  }

  uint32_t height_at(uint32_t at) const {
    size_t low = 0, high = code_.heights.size();
    while (high - low > 1) {
      size_t middle = (low + high) / 2;
      (code_.heights[middle].start <= at ? low : high) = middle;
    }
    return code_.heights[low].height;
  }

  const ExceptionEntry* handler_at(uint32_t at) const {
    size_t low = 0, high = code_.exceptions.size();
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (code_.exceptions[middle].end <= at)
        low = middle + 1;
      else
        high = middle;
    }
    return low < code_.exceptions.size() && code_.exceptions[low].start <= at ? &code_.exceptions[low] : nullptr;
  }

  void step(uint32_t at) {
    State state = states_[at];
    const Word& w = word(at);
    Op op = (Op)w.op;
    const OpInfo& info = kOpInfo[w.op];
    uint32_t height = height_at(at);
    for (uint32_t reg = first_temp_; reg < height; reg++)
      if (!get(state.written, reg)) return (void)fail(at, "register " + std::to_string(reg) + " below the height is not written");
    if (read_end(&w) > height) return (void)fail(at, "reads above the height");
    // What lies above is dead from here on: the collector does not see it.
    for (uint32_t reg = height < first_temp_ ? first_temp_ : height; reg < code_.nregs; reg++) {
      set(state.written, reg, false);
      set(state.bound, reg, false);
    }
    bool empty_allowed = op == Op::MOVE || op == Op::MOVE_PAIR || op == Op::MAKE_CELL || op == Op::CHECK_BOUND || op == Op::DEL_LOCAL || op == Op::JUMP_EMPTY;
    bool raw = (op == Op::LOAD_SPILLED || op == Op::STORE_SPILLED) && w.c == (uint16_t)Spilled::Raw;
    auto check = [&](char kind, uint32_t reg) {
      uint32_t n = kind == 'r' || kind == 'x' ? 1 : kind == 's' ? run_read(&w) : 0;
      if (op == Op::CALL_EX && kind == 's') n = 2;
      if (op == Op::RAISE && (w.c == 0 || (w.c == 1 && reg != w.a))) n = 0;
      if (raw && reg != spill_) n = 0;
      for (uint32_t i = 0; i < n && !empty_allowed; i++)
        if (!get(state.bound, reg + i)) return (void)fail(at, "register " + std::to_string(reg + i) + " may be empty");
    };
    check(info.a, w.a);
    check(info.b, w.b);
    check(info.c, w.c);
    if (!error_.empty()) return;
    bool moved_bound = (op == Op::MOVE || op == Op::MOVE_PAIR) && get(state.bound, w.b);
    if (op == Op::MOVE_PAIR && (w.b >= first_temp_ || w.c >= first_temp_)) return (void)fail(at, "a pair of moves from temporaries");
    // A call uses its window up.
    if (op == Op::CALL || op == Op::CALL_METHOD || op == Op::CALL_KW || op == Op::CALL_METHOD_KW || op == Op::CALL_EX) {
      uint32_t n = run_read(&w);
      for (uint32_t i = 0; i < n; i++) {
        set(state.written, w.b + i, false);
        set(state.bound, w.b + i, false);
      }
    }
    if (const ExceptionEntry* entry = handler_at(at)) {
      State raised = state;
      if (entry->reg < raised.written.size() * 64) {
        // What lies above the exception's register is dead in the handler.
        for (uint32_t reg = entry->reg + 1; reg < code_.nregs; reg++) {
          set(raised.written, reg, false);
          set(raised.bound, reg, false);
        }
        set(raised.written, entry->reg, true);
        set(raised.bound, entry->reg, true);
      }
      reach(entry->target, raised);
    }
    State before_write = state;
    auto write = [&](char kind, uint32_t reg) {
      uint32_t n = kind == 'w' || kind == 'x' ? 1 : kind == 'd' ? run_written(&w) : 0;
      for (uint32_t i = 0; i < n; i++) {
        set(state.written, reg + i, true);
        set(state.bound, reg + i, true);
      }
    };
    write(info.a, w.a);
    write(info.b, w.b);
    write(info.c, w.c);
    if (op == Op::MOVE || op == Op::MOVE_PAIR) set(state.bound, w.a, moved_bound);
    if (op == Op::MOVE_PAIR) set(state.bound, w.a + 1, get(before_write.bound, w.c));
    if (op == Op::CLEAR || op == Op::DEL_LOCAL) set(state.bound, w.a, false);
    if (op == Op::CLEAR_RUN)
      for (uint32_t i = 0; i < w.b; i++) set(state.bound, w.a + i, false);
    if (raw && op == Op::LOAD_SPILLED) set(state.bound, w.a, false);
    if (op == Op::CHECK_BOUND) set(state.bound, w.a, true);
    int64_t target = target_of(at);
    if (target >= 0) {
      // An exhausted iterator leaves its destination as it was.
      bool unwritten = op == Op::FOR_ITER || op == Op::FOR_ITER_PAIR;
      reach((uint32_t)target, unwritten ? before_write : state);
    }
    if (!ends_flow(op)) {
      uint32_t next = at + size_at(at);
      if (next >= code_.words.size()) return (void)fail(at, "control runs off the end");
      reach(next, state);
    }
  }

  static constexpr uint32_t kMaxRegs = 1 << 16;

  const CodeView& code_;
  std::string error_;
  uint32_t first_temp_ = 0, variables_ = 0, spill_ = ~0u;
  std::vector<uint8_t> starts_, queued_;
  std::vector<State> states_;
  std::vector<uint32_t> work_;
};

}  // namespace

std::string validate_view(const CodeView& code, bool flow) { return Validator(code).run(flow); }

static ConstShape compiled_constant(const void* context, uint32_t i, uint32_t* size) {
  const ConstantData& c = static_cast<const CompiledCode*>(context)->consts[i];
  if (c.kind == ConstantData::Code) return ConstShape::Code;
  if (c.kind != ConstantData::Tuple) return ConstShape::Other;
  for (const ConstantData& item : c.items)
    if (item.kind != ConstantData::Str) return ConstShape::Other;
  *size = (uint32_t)c.items.size();
  return ConstShape::NameTuple;
}

std::string validate(const CompiledCode& code) {
  auto span = [](const auto& v) { return CodeSpan<std::decay_t<decltype(v[0])>>{v.data(), (uint32_t)v.size()}; };
  CodeView view{span(code.words), span(code.positions), span(code.exceptions), span(code.heights), span(code.cell_regs), code.nregs, code.free_base,
                (uint32_t)code.freevars.size(), (uint32_t)code.varnames.size(), (uint32_t)code.names.size(), (uint32_t)code.consts.size(), code.argcount,
                code.posonlyargcount, code.kwonlyargcount, code.flags, compiled_constant, &code};
  std::string error = validate_view(view, true);
  if (!error.empty()) return code.qualname + " (" + code.filename + "): " + error;
  for (const ConstantData& constant : code.consts)
    if (constant.kind == ConstantData::Code) {
      std::string inner = validate(*constant.code);
      if (!inner.empty()) return inner;
    }
  return "";
}

}  // namespace kaa
