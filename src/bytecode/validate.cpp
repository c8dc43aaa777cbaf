#include "bytecode/validate.h"

#include <stdio.h>

#include <vector>

#include "bytecode/operands.h"
#include "bytecode/validate_flow.h"

namespace kaa {

namespace {

class Validator {
 public:
  explicit Validator(const CodeView& code) : code_(code) {}

  std::string run() {
    if (!structure()) return error_;
    return validate_flow(code_, layout(), marks_);
  }
  bool allows_jump(uint32_t from, uint32_t to) { return structure() && is_start(from) && is_start(to) && to >= made_ && flow_allows_jump(code_, layout(), marks_, from, to); }

 private:
  bool fail(uint32_t at, std::string text) {
    if (error_.empty()) error_ = validation_error(code_, at, text);
    return false;
  }

  RegisterLayout layout() const { return {first_temp_, spill_, params_}; }
  const Word& word(uint32_t at) const { return code_.words[at]; }
  static bool reads(const Word* w, uint32_t reg) {
    const OpInfo& info = kOpInfo[w->op];
    for (auto [kind, first] : {std::pair{info.a, w->a}, {info.b, w->b}, {info.c, w->c}}) {
      uint32_t n = kind == 'r' || kind == 'x' ? 1 : kind == 's' ? run_read(w) : 0;
      if (first <= reg && reg - first < n) return true;
    }
    return false;
  }
  static bool writes(const Word* w, uint32_t reg) {
    const OpInfo& info = kOpInfo[w->op];
    for (auto [kind, first] : {std::pair{info.a, w->a}, {info.b, w->b}, {info.c, w->c}}) {
      uint32_t n = kind == 'w' || kind == 'x' ? 1 : kind == 'd' ? run_written(w) : 0;
      if (first <= reg && reg - first < n) return true;
    }
    return false;
  }
  uint32_t size_at(uint32_t at) const { return facts_[word(at).op].words; }

  bool structure() {
    uint32_t count = (uint32_t)code_.words.size();
    if (!count) return fail(0, "no code");
    if (code_.nregs > kMaxRegs) return fail(0, "too many registers");
    uint64_t params = uint64_t{code_.argcount} + code_.kwonlyargcount + !!(code_.flags & kCoVarargs) + !!(code_.flags & kCoVarkeywords);
    if (params > code_.nvarnames || params > kMaxParameters || code_.posonlyargcount > code_.argcount) return fail(0, "more parameters than variables");
    if (code_.nfree > ~0u - code_.free_base) return fail(0, "too many variables");
    params_ = (uint32_t)params;
    variables_ = code_.free_base + code_.nfree;
    spill_ = spill_register(variables_, (uint32_t)params);
    first_temp_ = spill_ == ~0u ? variables_ : spill_ + 1;
    if (code_.nregs < first_temp_ || variables_ < code_.nvarnames) return fail(0, "fewer registers than variables");
    // Each variable has a name: those behind the parameters and locals are cells.
    uint32_t cells = 0;
    for (uint32_t i = 0; i < code_.cell_regs.n; i++) {
      uint32_t number = code_.cell_regs[i];
      if (number >= code_.free_base || (i && number <= code_.cell_regs[i - 1])) return fail(0, "cell register out of range");
      cells += number >= code_.nvarnames;
    }
    if (code_.free_base != uint64_t{code_.nvarnames} + cells) return fail(0, "variables without names");
    marks_.assign(count + 1, 0);
    uint32_t last = 0;
    for (uint32_t at = 0; at < count;) {
      if (word(at).op >= (uint16_t)Op::kCount) return fail(at, "unknown opcode");
      if (at + size_at(at) > count) return fail(at, "cut off");
      marks_[at] = kStart;
      last = at;
      at += size_at(at);
    }
    if (!ends_flow((Op)word(last).op)) return fail(last, "control runs off the end");
    if (!prologue()) return false;
    for (uint32_t at = 0; at < count; at += size_at(at)) {
      uint8_t look = facts_[word(at).op].look;
      if (look && (!operands(at, look) || ((look & OpFacts::kSpecial) && !special(at)))) return false;
      if (UNLIKELY(spill_ != ~0u) && !keeps_off_spilled(at)) return false;
    }
    uint32_t before = 0;
    for (const ExceptionEntry& entry : code_.exceptions) {
      if (entry.start < before || entry.start >= entry.end || entry.end > count) return fail(entry.start, "exception table out of order");
      if (!is_start(entry.start) || (entry.end < count && !marks_[entry.end])) return fail(entry.start, "protected range cuts an instruction");
      if (!is_start(entry.target)) return fail(entry.start, "handler is not an instruction");
      if (entry.target < made_) return fail(entry.start, "handler before the generator is made");
      // A loop through a handler could be broken by nothing, if it did not poll. (Tails that were copied behind everything raise nothing by themselves.)
      for (uint32_t at = entry.start; entry.target < entry.end && at < entry.end; at += size_at(at))
        if (!is_tail((Op)word(at).op)) return fail(at, "handler before what it handles");
      if (entry.reg < first_temp_ || entry.reg >= code_.nregs) return fail(entry.start, "handler's register is no temporary");
      before = entry.end;
      meet(entry.target, entry.end - 1);
    }
    if (code_.heights.empty() || code_.heights[0].start != 0) return fail(0, "no heights");
    for (size_t i = 0; i < code_.heights.size(); i++) {
      const HeightEntry& entry = code_.heights[i];
      if (i && entry.start <= code_.heights[i - 1].start) return fail(entry.start, "heights out of order");
      if (entry.start < count && !marks_[entry.start]) return fail(entry.start, "height changes inside an instruction");
      if (entry.height < first_temp_ || entry.height > code_.nregs) return fail(entry.start, "height out of range");
    }
    for (size_t i = 0; i < code_.positions.size(); i++)
      if (i && code_.positions[i].start < code_.positions[i - 1].start) return fail(code_.positions[i].start, "positions out of order");
    return true;
  }

  bool is_start(int64_t at) const { return at >= 0 && at < code_.words.size() && marks_[at]; }
  void meet(uint32_t at, uint32_t from) { marks_[at] |= from >= at ? kMeeting | kComesBack : kMeeting; }
  // Everything that makes a generator's frame one comes first, and once.
  bool prologue() {
    bool generator = code_.flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator);
    uint32_t at = 0;
    while (is_start(at)) {
      Op op = (Op)word(at).op;
      if (op != Op::MAKE_SPILLED && op != Op::COPY_FREE_VARS && op != Op::MAKE_CELL) break;
      at += size_at(at);
    }
    made_ = is_start(at) && (Op)word(at).op == Op::RETURN_GENERATOR ? at + 1 : 0;
    if (generator && !made_) return fail(at, "no generator is made");
    if (spill_ != ~0u && (Op)word(0).op != Op::MAKE_SPILLED) return fail(0, "variables without a dict");
    return true;
  }
  bool operands(uint32_t at, uint8_t look) {
    const Word& w = word(at);
    if (look & OpFacts::kConstant) {
      const OpInfo& info = kOpInfo[w.op];
      for (auto [kind, value] : {std::pair{info.a, w.a}, {info.b, w.b}, {info.c, w.c}})
        if (kind == 'k' && value >= code_.nconsts) return fail(at, "constant out of range");
    }
    if ((look & OpFacts::kWideConstant) && (uint32_t)w.bc >= code_.nconsts) return fail(at, "constant out of range");
    if ((look & OpFacts::kName) && word(at + 1).index >= code_.nnames) return fail(at, "name out of range");
    if (look & OpFacts::kJump) {
      int64_t target = jump_target(code_, at);
      if (!is_start(target)) return fail(at, "jump into nowhere");
      bool back = target <= at;
      if (back != ((Op)w.op == Op::JUMP_BACK)) return fail(at, "jump in the wrong direction");
      if (target < made_) return fail(at, "jump before the generator is made");
      meet((uint32_t)target, at);
    }
    return true;
  }
  // Nothing but its own instructions may touch the dict of variables.
  bool keeps_off_spilled(uint32_t at) {
    const Word& w = word(at);
    Op op = (Op)w.op;
    if (op == Op::MAKE_SPILLED || op == Op::LOAD_SPILLED || op == Op::STORE_SPILLED || op == Op::DEL_SPILLED) return true;
    return writes(&w, spill_) || reads(&w, spill_) ? fail(at, "not the variables without registers") : true;
  }
  // What holds for single instructions only.
  bool special(uint32_t at) {
    const Word& w = word(at);
    uint32_t size = 0, next = at + size_at(at);
    if (uint32_t skip = skipped_words((Op)w.op); skip && is_start(at + skip)) meet(at + skip, at);
    switch ((Op)w.op) {
      case Op::UNPACK_EX:
        if (word(at + 1).before > kMaxRegs || word(at + 1).after > kMaxRegs) return fail(at, "writes a register out of range");
        break;
      case Op::MAKE_FUNCTION:
        if (code_.constant(code_.context, (uint32_t)w.bc, &size) != ConstShape::Code) return fail(at, "not a code object");
        break;
      case Op::CALL_KW: case Op::CALL_METHOD_KW: {
        uint32_t index = word(at + 1).index;
        if (index >= code_.nconsts || code_.constant(code_.context, index, &size) != ConstShape::NameTuple || size > w.c) return fail(at, "bad keyword names");
        break;
      }
      case Op::RETURN_GENERATOR:
        if (!(code_.flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator)) || at + 1 != made_) return fail(at, "not the code of a generator");
        break;
      case Op::YIELD:
        if (!made_) return fail(at, "not the code of a generator");
        if (w.c && (at < 2 || !marks_[at - 2] || (Op)word(at - 2).op != Op::SEND)) return fail(at, "no delegate");
        if (w.c && is_start(jump_target(code_, at - 2))) meet((uint32_t)jump_target(code_, at - 2), at);
        break;
      case Op::COPY_FREE_VARS:
        if (w.a != code_.free_base || w.b != (spill_ == ~0u ? code_.nfree : spill_ - code_.free_base)) return fail(at, "not the free variables");
        break;
      case Op::MAKE_SPILLED:
        if (w.a != spill_ || at) return fail(at, "not the variables without registers");
        break;
      case Op::LOAD_SPILLED: case Op::STORE_SPILLED: case Op::DEL_SPILLED: {
        if (spill_ == ~0u || ((Op)w.op == Op::DEL_SPILLED ? w.a : w.b) != spill_ || w.c >= (uint32_t)Spilled::kCount) return fail(at, "not the variables without registers");
        if ((Op)w.op != Op::DEL_SPILLED && w.a == spill_) return fail(at, "not the variables without registers");
        if (word(at + 1).index < spill_ || word(at + 1).index >= variables_) return fail(at, "variable out of range");
        break;
      }
      case Op::LOAD_COMMON:
        if (w.b > (uint32_t)CommonConst::Set) return fail(at, "unknown constant");
        break;
      case Op::SET_FUNCTION:
        if (w.c >= (uint32_t)FunctionPart::kCount) return fail(at, "unknown part");
        break;
      case Op::INTRINSIC:
        if (w.c >= (uint32_t)Intrinsic::kCount) return fail(at, "unknown intrinsic");
        break;
      case Op::BUILD_SLICE:
        if (w.c != 2 && w.c != 3) return fail(at, "no bounds");
        break;
      case Op::BUILD_INTERPOLATION:
        if (w.c > 3) return fail(at, "unknown conversion");
        break;
      case Op::MATCH_CLASS:
        if (word(at + 1).index > kMaxRegs) return fail(at, "too many patterns");
        break;
      // A frame that has a mapping for its names is left another way than that of a function.
      case Op::LOAD_NAME: case Op::STORE_NAME: case Op::DEL_NAME: case Op::LOAD_LOCALS: case Op::IMPORT_STAR: case Op::SETUP_ANNOTATIONS:
        if (code_.flags & kCoOptimized) return fail(at, "a function has no mapping of names");
        break;
      // What does the work of those behind it, too.
      case Op::FOR_ITER_PAIR:
        if (!follows(next, Op::UNPACK_SEQUENCE) || word(next).a != w.a || word(next).b != w.c || word(next).c != 2) return fail(at, "nothing unpacks the pair");
        break;
      case Op::LOAD_METHOD_CALL:
        if (!follows(next, Op::CALL_METHOD) || word(next).b != w.a || word(next).c) return fail(at, "no call behind it");
        break;
      case Op::LOAD_ATTR_ATTR:
        if (!is_start(next) || word(next).op < (uint16_t)Op::LOAD_ATTR || word(next).op > (uint16_t)Op::LOAD_ATTR_SUB_I || word(next).b != w.a) return fail(at, "no attribute behind it");
        break;
      case Op::LOAD_ATTR_ADD: case Op::LOAD_ATTR_SUB: case Op::LOAD_ATTR_ADD_I: case Op::LOAD_ATTR_SUB_I: {
        constexpr Op kUpdates[] = {Op::INPLACE_ADD, Op::INPLACE_SUB, Op::INPLACE_ADD_I, Op::INPLACE_SUB_I};
        Op update = kUpdates[w.op - (uint16_t)Op::LOAD_ATTR_ADD];
        bool immediate = update == Op::INPLACE_ADD_I || update == Op::INPLACE_SUB_I;
        if (!follows(next, update) || word(next).a != w.a || word(next).b != w.a || (!immediate && word(next).c == w.a) || w.b == w.a) return fail(at, "no update behind it");
        if (!follows(next + 1, Op::STORE_ATTR) || word(next + 1).a != w.b || word(next + 1).b != w.a) return fail(at, "no update behind it");
        break;
      }
      default:
        if (w.op >= (uint16_t)Op::ADD_ADD && w.op <= (uint16_t)Op::MUL_MUL) {
          uint16_t second = (w.op - (uint16_t)Op::ADD_ADD) % 3, then = is_start(next) ? word(next).op : 0, fused = (uint16_t)Op::ADD_ADD + second * 3;
          if (then != (uint16_t)Op::ADD + second && then != (uint16_t)Op::INPLACE_ADD + second && (then < fused || then > fused + 2)) return fail(at, "no operation behind it");
          if ((word(next).b == w.a) == (word(next).c == w.a)) return fail(at, "no operation behind it");
        }
    }
    return true;
  }
  static bool is_tail(Op op) { return op == Op::JUMP_BACK || op == Op::JUMP || op == Op::RETURN_NONE || op == Op::NOP; }
  bool follows(uint32_t at, Op op) const { return is_start(at) && (Op)word(at).op == op; }

  static constexpr uint32_t kMaxRegs = 1 << 16;

  const CodeView& code_;
  std::string error_;
  uint32_t first_temp_ = 0, variables_ = 0, spill_ = ~0u;
  uint32_t params_ = 0;
  uint32_t made_ = 0;            // behind RETURN_GENERATOR
  std::vector<uint8_t> marks_;   // CodeMark
  const OpFacts* const facts_ = op_facts();
};

}  // namespace

int64_t jump_target(const CodeView& code, uint32_t at) {
  const Word& w = code.words[at];
  uint32_t next = at + op_facts()[w.op].words;
  return jump_field((Op)w.op) == JumpField::Word1 ? (int64_t)next + code.words[at + 1].offset : (int64_t)next + w.bc;
}
uint32_t skipped_words(Op op) {
  if (op >= Op::ADD_ADD && op <= Op::MUL_MUL) return 2;
  if (op >= Op::LOAD_ATTR_ADD && op <= Op::LOAD_ATTR_SUB_I) return 7;
  return op == Op::FOR_ITER_PAIR ? 3 : 0;
}
std::string validation_error(const CodeView& code, uint32_t at, const std::string& text) {
  const char* name = at < code.words.size() && code.words[at].op < (uint16_t)Op::kCount ? kOpInfo[code.words[at].op].name : "";
  return "word " + std::to_string(at) + " " + name + ": " + text;
}

std::string validate_view(const CodeView& code) { return Validator(code).run(); }

bool validate_jump(const CodeView& code, uint32_t from, uint32_t to) { return Validator(code).allows_jump(from, to); }

static ConstShape compiled_constant(const void* context, uint32_t i, uint32_t* size) {
  const ConstantData& c = static_cast<const CompiledCode*>(context)->consts[i];
  if (c.kind == ConstantData::Code) {
    *size = (uint32_t)c.code->freevars.size();
    return ConstShape::Code;
  }
  if (c.kind == ConstantData::Str) return ConstShape::Str;
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
                code.posonlyargcount, code.kwonlyargcount, code.flags, !code.varnames.empty() && code.varnames[0][0] == '.', compiled_constant, &code};
  std::string error = validate_view(view);
  if (!error.empty()) return code.qualname + " (" + code.filename + "): " + error;
  for (const ConstantData& constant : code.consts)
    if (constant.kind == ConstantData::Code) {
      std::string inner = validate(*constant.code);
      if (!inner.empty()) return inner;
    }
  return "";
}

}  // namespace kaa
