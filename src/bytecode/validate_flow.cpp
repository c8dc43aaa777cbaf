// The flow of registers. A state is a set of kinds (bytecode/kinds.h) for each register; states are kept where paths meet only, and code is gone through from there
// on in a straight line, the lowest address first, so that mostly each instruction is looked at once.
//
// Invariants that instructions may trust, and for which this stands:
//   * temporaries below the height are written on every path, and what is read is not empty but where that is allowed;
//   * registers hold what the KIND rows of defs/opcodes.def ask for. Variables can be written from outside (f_locals), so that nothing is known of their values:
//     but the registers of cell and free variables keep their cells, since writing looks into these, and '.0' takes only iterators;
//   * the two registers of a method that is about to be called belong together;
//   * a function that needs a closure is seen by nobody before it has one;
//   * a call's window stands at the top: what the caller has above it is given to the callee.
#include "bytecode/validate_flow.h"

#include <algorithm>
#include <vector>

#include "bytecode/kinds.h"
#include "bytecode/operands.h"

namespace kaa {

namespace {

using namespace kinds;

struct Table { OpFacts op[static_cast<size_t>(Op::kCount)]; };

// Instructions whose flow is more than their operands' letters and kinds say.
bool is_odd(Op op) {
  switch (op) {
    case Op::MOVE: case Op::MOVE_PAIR: case Op::CHECK_BOUND: case Op::LOAD_METHOD: case Op::LOAD_METHOD_CALL: case Op::LOAD_SUPER_METHOD: case Op::LOAD_EXIT: case Op::LOAD_CONST:
    case Op::MAKE_FUNCTION: case Op::SET_FUNCTION: case Op::STORE_SPILLED: case Op::LOAD_SPILLED: case Op::RAISE: case Op::YIELD: case Op::RETURN_GENERATOR: case Op::INTRINSIC: return true;
    default: return skipped_words(op) || jump_field(op) != JumpField::None || ends_flow(op);
  }
}
// Instructions whose structure is.
bool is_special(Op op) {
  switch (op) {
    case Op::MAKE_FUNCTION: case Op::CALL_KW: case Op::CALL_METHOD_KW: case Op::RETURN_GENERATOR: case Op::YIELD: case Op::COPY_FREE_VARS: case Op::MAKE_SPILLED: case Op::LOAD_SPILLED:
    case Op::STORE_SPILLED: case Op::DEL_SPILLED: case Op::LOAD_COMMON: case Op::SET_FUNCTION: case Op::INTRINSIC: case Op::BUILD_SLICE: case Op::BUILD_INTERPOLATION: case Op::MATCH_CLASS:
    case Op::LOAD_NAME: case Op::STORE_NAME: case Op::DEL_NAME: case Op::LOAD_LOCALS: case Op::IMPORT_STAR: case Op::SETUP_ANNOTATIONS: case Op::LOAD_METHOD_CALL: case Op::LOAD_ATTR_ATTR:
    case Op::UNPACK_EX: return true;
    default: return skipped_words(op) != 0;
  }
}
Table make_table() {
  Table table;
#define KIND(name, want_a, want_b, want_c, leave)                                  \
  {                                                                                \
    OpFacts& f = table.op[static_cast<size_t>(Op::name)];                          \
    f.a = kWant##want_a, f.b = kWant##want_b, f.c = kWant##want_c, f.result = kLeave##leave; \
  }
#include "defs/opcodes.def"
  for (size_t i = 0; i < static_cast<size_t>(Op::kCount); i++) {
    OpFacts& f = table.op[i];
    const OpInfo& info = kOpInfo[i];
    Op op = static_cast<Op>(i);
    f.words = info.words;
    f.plain = !is_odd(op);
    uint8_t bit = 1;
    for (char kind : {info.a, info.b, info.c}) {
      if (kind == 'r' || kind == 'x') f.reads |= bit;
      if (kind == 'w' || kind == 'x') f.writes |= bit;
      if (kind == 's' || kind == 'd') f.plain = false;
      if (kind == 'k') f.look |= OpFacts::kConstant;
      bit = static_cast<uint8_t>(bit << 1);
    }
    if (has_name_word(op)) f.look |= OpFacts::kName;
    if (has_wide_constant(op)) f.look |= OpFacts::kWideConstant;
    if (jump_field(op) != JumpField::None) f.look |= OpFacts::kJump;
    if (is_special(op)) f.look |= OpFacts::kSpecial;
  }
  return table;
}

typedef std::vector<Kinds> State;

const char* kind_text(Kinds want) {
  switch (want) {
    case kWantCell: return "a cell";
    case kCells: return "a tuple of cells";
    case kWantList: return "a list of the code's own";
    case kWantDict: return "a dict of the code's own";
    case kWantStr: return "a string";
    case kWantIterator: return "an iterator";
    case kWantException: return "an exception";
    case kWantHandled: return "an exception or None";
    case kWantNewFunction: return "a new function";
    case kWantMethod: return "a method to be called";
    default: return "a value";
  }
}

class Flow {
 public:
  Flow(const CodeView& code, const RegisterLayout& layout, const std::vector<uint8_t>& marks) : code_(code), first_temp_(layout.first_temp), layout_(layout), marks_(marks) {}

  std::string run() {
    uint32_t count = code_.words.size();
    place_.assign(count, kNowhere);
    variable_kinds_.assign(first_temp_, kOther);
    for (uint32_t number : code_.cell_regs) if (number < layout_.spill) variable_kinds_[number] |= kCell;
    for (uint32_t i = 0; i < code_.nfree && code_.free_base + i < std::min(layout_.spill, first_temp_); i++) variable_kinds_[code_.free_base + i] |= kCell;
    if (code_.first_hidden) variable_kinds_[0] |= kIterator;
    now_.assign(code_.nregs, kDead);
    for (uint32_t i = 0; i < first_temp_; i++) now_[i] = i < layout_.params ? kOther : kEmpty;
    if (layout_.spill != ~0u) now_[layout_.spill] = kOther;
    top_ = sound_ = first_temp_;
    marks_[0] & kMeeting ? reach(0) : straight(0);
    while (!work_.empty() && error_.empty()) {
      uint32_t at = work_.front();
      std::pop_heap(work_.begin(), work_.end(), std::greater<>());
      work_.pop_back();
      Meeting& m = meetings_[place_[at]];
      m.queued = false;
      if (marks_[at] & kComesBack)
        now_ = m.state;
      else
        now_ = std::move(m.state), m.state = State(), m.seen = false;  // all that leads here has been gone through
      top_ = code_.nregs;
      while (top_ > first_temp_ && now_[top_ - 1] == kDead) top_--;
      sound_ = first_temp_;
      straight(at);
    }
    return error_;
  }
  // Of two meetings that keep their states: whether what is known at the second holds at the first.
  bool allows(uint32_t from, uint32_t to) {
    if (place_[from] == kNowhere || place_[to] == kNowhere) return false;
    const State &here = meetings_[place_[from]].state, &there = meetings_[place_[to]].state;
    uint32_t height = height_at(to);
    if (height > height_at(from)) return false;
    for (uint32_t reg = 0; reg < height; reg++) {
      if (reg < first_temp_ && (there[reg] & kOther || !(there[reg] & ~kEmpty))) continue;
      if (here[reg] & ~there[reg]) return false;
    }
    return true;
  }

 private:
  static constexpr uint32_t kNowhere = ~0u;
  struct Meeting {
    State state;
    bool seen = false, queued = false;
  };

  bool fail(uint32_t at, const std::string& text) {
    if (error_.empty()) error_ = validation_error(code_, at, text);
    return false;
  }
  const Word& word(uint32_t at) const { return code_.words[at]; }
  uint32_t size_at(uint32_t at) const { return facts_[word(at).op].words; }

  // ---- the state
  Kinds known(uint32_t reg, Kinds k) const {
    if (reg >= first_temp_ || !(k & ~(kDead | kEmpty | kOther))) return k;
    Kinds allowed = variable_kinds_[reg] | kEmpty;
    return k & ~allowed ? (k & allowed) | kOther : k;
  }
  [[gnu::always_inline]] void put(uint32_t reg, Kinds k) {
    if (UNLIKELY(reg >= code_.nregs)) return static_cast<void>(fail(at_, "writes a register out of range"));
    Kinds old = now_[reg];
    if (old == k) return;
    if (UNLIKELY(old & (kMethod | kSelf))) part(reg, old);
    change(reg, k);
    if (k == kDead) {
      if (reg < sound_ && reg >= first_temp_) sound_ = reg;
    } else if (reg >= top_) {
      top_ = reg + 1;
    }
  }
  // What stood here may have been half of a method.
  void part(uint32_t reg, Kinds old) {
    if (old & kMethod && reg + 1 < code_.nregs && now_[reg + 1] & kSelf) change(reg + 1, static_cast<Kinds>((now_[reg + 1] & ~kSelf) | kOther | kEmpty));
    if (old & kSelf && reg && now_[reg - 1] & kMethod) change(reg - 1, static_cast<Kinds>((now_[reg - 1] & ~kMethod) | kOther));
  }
  void change(uint32_t reg, Kinds k) {
    k = known(reg, k);
    if (now_[reg] == k) return;
    now_[reg] = k;
    if (handler_) changed_.push_back(reg);
  }
  void kill_from(uint32_t reg) {
    if (reg < first_temp_) reg = first_temp_;
    while (top_ > reg) put(--top_, kDead);
  }

  // Unites the present state with the one kept at `at`; there, register `end` holds `last`, and those behind it are dead.
  void reach(uint32_t at, uint32_t end, Kinds last) {
    if (place_[at] == kNowhere) {
      place_[at] = static_cast<uint32_t>(meetings_.size());
      meetings_.emplace_back();
    }
    Meeting& m = meetings_[place_[at]];
    if (!m.seen) {
      m.state = now_;
      std::fill(m.state.begin() + end, m.state.end(), kDead);
      if (end < code_.nregs) m.state[end] = last;
      m.seen = true;
      return queue(at);
    }
    Kinds* to = m.state.data();
    const Kinds* from = now_.data();
    Kinds more = 0;
    auto add = [&](uint32_t reg, Kinds k) {
      more |= static_cast<Kinds>(k & ~to[reg]);
      to[reg] |= k;
    };
    for (uint32_t i = 0; i < end; i++) add(i, from[i]);
    if (end < code_.nregs) add(end, last);
    for (uint32_t i = end + 1; i < code_.nregs; i++) add(i, kDead);
    if (more) queue(at);
  }
  void reach(uint32_t at) { reach(at, code_.nregs, kDead); }
  void queue(uint32_t at) {
    Meeting& m = meetings_[place_[at]];
    if (m.queued) return;
    m.queued = true;
    work_.push_back(at);
    std::push_heap(work_.begin(), work_.end(), std::greater<>());
  }
  // The instruction may raise. Where the one before it went to the same handler, only what has changed since is of interest.
  void raise(const ExceptionEntry* e) {
    if (LIKELY(e == handler_) && meetings_[place_[e->target]].seen) {
      if (LIKELY(changed_.empty())) return;
      Kinds* to = meetings_[place_[e->target]].state.data();
      Kinds more = 0;
      for (uint32_t reg : changed_) {
        if (reg >= e->reg) continue;
        more |= static_cast<Kinds>(now_[reg] & ~to[reg]);
        to[reg] |= now_[reg];
      }
      changed_.clear();
      if (more) queue(e->target);
      return;
    }
    reach(e->target, e->reg, kException);
    changed_.clear();
    handler_ = e;
  }

  // ---- tables, asked in ascending order
  uint32_t height_at(uint32_t at) {
    if (code_.heights[height_].start > at) height_ = 0;
    if (height_ + 1 < code_.heights.size() && code_.heights[height_ + 1].start <= at) {
      auto after = std::upper_bound(code_.heights.begin() + height_, code_.heights.end(), at, [](uint32_t x, const HeightEntry& h) { return x < h.start; });
      height_ = static_cast<uint32_t>(after - code_.heights.begin()) - 1;
    }
    return code_.heights[height_].height;
  }
  const ExceptionEntry* handler_at(uint32_t at) {
    while (exception_ < code_.exceptions.size() && code_.exceptions[exception_].end <= at) exception_++;
    return exception_ < code_.exceptions.size() && code_.exceptions[exception_].start <= at ? &code_.exceptions[exception_] : nullptr;
  }

  // From an instruction on, until control goes elsewhere or meets what came another way.
  void straight(uint32_t at) {
    handler_ = nullptr;
    changed_.clear();
    moved_ = nullptr;
    exception_ = static_cast<uint32_t>(std::upper_bound(code_.exceptions.begin(), code_.exceptions.end(), at, [](uint32_t x, const ExceptionEntry& e) { return x < e.end; }) - code_.exceptions.begin());
    while (step(at)) {
      at += size_at(at);
      if (marks_[at] & kMeeting) return reach(at);
    }
  }

  [[gnu::always_inline]] bool want(uint32_t at, uint32_t reg, Kinds allowed) {
    return LIKELY(reg < live_ && !(now_[reg] & ~allowed)) || complain(at, reg, allowed);
  }
  [[gnu::noinline]] bool complain(uint32_t at, uint32_t reg, Kinds allowed) {
    if (reg >= live_) return fail(at, "reads above the height");
    Kinds k = now_[reg];
    std::string name = "register " + std::to_string(reg);
    if (k & kDead) return fail(at, name + " is not written");
    if (k & kOpenFunction && !(allowed & kOpenFunction)) return fail(at, name + " is a function without its closure");
    if (k & (kEmpty | kSelf) && allowed == kWantAny) return fail(at, name + " may be empty");
    return fail(at, name + " is not surely " + kind_text(allowed));
  }
  bool want_operand(uint32_t at, char kind, uint32_t reg, Kinds allowed) {
    const Word& w = word(at);
    if (kind == 'r' || kind == 'x') return want(at, reg, allowed);
    if (kind != 's') return true;
    if (allowed == kWantMethod) {
      if (!want(at, reg, kMethod) || !want(at, reg + 1, kSelf)) return false;
      for (uint32_t i = 2; i < run_read(&w); i++)
        if (!want(at, reg + i, kWantAny)) return false;
      return true;
    }
    bool spread = static_cast<Op>(w.op) == Op::CALL_EX;
    for (uint32_t i = 0, n = spread ? 2 : run_read(&w); i < n; i++)
      if (!want(at, reg + i, allowed)) return false;
    return !spread || want(at, reg + 2, kDict | kEmpty);
  }
  bool reads_well(uint32_t at) {
    const Word& w = word(at);
    Op op = static_cast<Op>(w.op);
    const OpInfo& info = kOpInfo[w.op];
    const OpFacts& row = facts_[w.op];
    Kinds a = row.a, b = row.b;
    switch (op) {
      case Op::RAISE: return (w.c == 0 || want(at, w.a, kWantAny)) && (w.c < 2 || want(at, w.b, kWantAny));
      case Op::STORE_SPILLED: if (w.c == static_cast<uint16_t>(Spilled::Raw)) a = kWantRaw; break;
      case Op::SET_FUNCTION: if (w.c == static_cast<uint16_t>(FunctionPart::Closure)) b = kCells; break;
      case Op::INTRINSIC:
        if (w.c == static_cast<uint16_t>(Intrinsic::StopIterationError)) b = kException;
        if (w.c == static_cast<uint16_t>(Intrinsic::CheckIterator)) b = kWantRaw;
        break;
      case Op::MOVE_PAIR: if (w.b >= first_temp_ || w.c >= first_temp_) return fail(at, "a pair of moves from temporaries"); break;
      default: break;
    }
    return want_operand(at, info.a, w.a, a) && want_operand(at, info.b, w.b, b) && want_operand(at, info.c, w.c, row.c);
  }

  Kinds copied(uint32_t reg) const {
    Kinds k = now_[reg];
    if (k & kMethod) k = static_cast<Kinds>((k & ~kMethod) | kOther);
    if (k & kSelf) k = static_cast<Kinds>((k & ~kSelf) | kOther | kEmpty);
    return k;
  }
  // What the instruction leaves where that depends on more than its row.
  Kinds result(uint32_t at, Kinds by_row) const {
    const Word& w = word(at);
    switch (static_cast<Op>(w.op)) {
      case Op::LOAD_CONST: {
        uint32_t size;
        return code_.constant(code_.context, static_cast<uint32_t>(w.bc), &size) == ConstShape::Str ? kStr : kOther;
      }
      case Op::MAKE_FUNCTION: {
        uint32_t nfree = 0;
        static_cast<void>(code_.constant(code_.context, static_cast<uint32_t>(w.bc), &nfree));
        return nfree ? kOpenFunction : kFunction;
      }
      case Op::BUILD_TUPLE: {
        for (uint32_t i = 0; i < w.c; i++) if (now_[w.b + i] != kCell) return kOther;
        return kCells;
      }
      case Op::LOAD_SPILLED: return w.c == static_cast<uint16_t>(Spilled::Raw) ? kOther | kEmpty : kOther;
      case Op::INTRINSIC:
        if (w.c == static_cast<uint16_t>(Intrinsic::StopIterationError)) return kException;
        return w.c == static_cast<uint16_t>(Intrinsic::CheckIterator) ? kIterator : kOther;
      default: return by_row;
    }
  }
  void write(uint32_t at) {
    const Word& w = word(at);
    const OpInfo& info = kOpInfo[w.op];
    const OpFacts& row = facts_[w.op];
    Kinds k = result(at, row.result);
    auto each = [&](char kind, uint32_t reg) {
      uint32_t n = kind == 'w' || kind == 'x' ? 1 : kind == 'd' ? run_written(&w) : 0;
      for (uint32_t i = 0; i < n; i++) put(reg + i, k);
    };
    switch (static_cast<Op>(w.op)) {
      case Op::MOVE: {
        // The two halves of a method, moved one after the other, stay a method.
        const Word* first = moved_before_;
        bool whole = now_[w.b] == kSelf && first && first->a + 1u == w.a && first->b + 1u == w.b && now_[first->b] == kMethod;
        put(w.a, copied(w.b));
        if (whole && error_.empty()) {
          change(w.a - 1u, kMethod);
          change(w.a, kSelf);
        }
        moved_ = &w;
        break;
      }
      case Op::MOVE_PAIR: {
        Kinds first = copied(w.b), second = copied(w.c);
        put(w.a, first);
        put(w.a + 1u, second);
        break;
      }
      case Op::LOAD_METHOD: case Op::LOAD_METHOD_CALL: case Op::LOAD_SUPER_METHOD: case Op::LOAD_EXIT:
        put(w.a, kOther);
        put(w.a + 1u, kOther | kEmpty);
        if (w.a < first_temp_ || !error_.empty()) break;
        change(w.a, kMethod);
        change(w.a + 1u, kSelf);
        break;
      case Op::CHECK_BOUND: put(w.a, refined(w.a, kEmpty)); break;
      case Op::SET_FUNCTION: if (w.c == static_cast<uint16_t>(FunctionPart::Closure) || w.c == static_cast<uint16_t>(FunctionPart::WideClosure)) put(w.a, kFunction); break;
      default:
        if (static_cast<Op>(w.op) == Op::INTRINSIC && w.c == static_cast<uint16_t>(Intrinsic::CheckIterator)) put(w.b, kIterator);
        each(info.a, w.a);
        each(info.b, w.b);
        each(info.c, w.c);
    }
  }
  // A register's kinds without some; if nothing is left, no path leads on, and it does not matter.
  Kinds refined(uint32_t reg, Kinds without) const {
    Kinds k = static_cast<Kinds>(now_[reg] & ~without);
    return k ? k : kOther;
  }

  // One instruction. False: control does not go on behind it, or something is wrong.
  [[gnu::always_inline]] bool step(uint32_t at) {
    const Word& w = word(at);
    const OpFacts& f = facts_[w.op];
    at_ = at;
    uint32_t height = live_ = height_at(at);
    moved_before_ = moved_;
    moved_ = nullptr;
    while (sound_ < height)
      if (now_[sound_++] & kDead) return fail(at, "register " + std::to_string(sound_ - 1) + " below the height is not written");
    sound_ = height;
    // What lies above is dead from here on: the collector does not see it.
    if (top_ > height) kill_from(height);
    if (LIKELY(f.plain)) {
      if ((f.reads & 1 && !want(at, w.a, f.a)) || (f.reads & 2 && !want(at, w.b, f.b)) || (f.reads & 4 && !want(at, w.c, f.c))) return false;
      may_raise(at);
      if (f.writes & 1) put(w.a, f.result);
      if (f.writes & 6) put(f.writes & 2 ? w.b : w.c, f.result);
      return error_.empty();
    }
    return odd_step(at, height) && error_.empty();
  }
  void may_raise(uint32_t at) {
    if (const ExceptionEntry* e = handler_at(at)) {
      raise(e);
    } else if (handler_) {
      handler_ = nullptr;
      changed_.clear();
    }
  }
  [[gnu::noinline]] bool odd_step(uint32_t at, uint32_t height) {
    const Word& w = word(at);
    Op op = static_cast<Op>(w.op);
    if (!reads_well(at)) return false;
    switch (op) {
      case Op::CALL: case Op::CALL_METHOD: case Op::CALL_KW: case Op::CALL_METHOD_KW: case Op::CALL_EX:
        if (w.b < first_temp_ || height != w.b + run_read(&w)) return fail(at, "the window of a call is not at the top");
        kill_from(w.b);
        break;
      case Op::YIELD:
        // What is thrown in finds the registers as the yield and the resumption leave them.
        if (w.c) {
          const Word& send = word(at - 2);
          if (send.a >= code_.nregs || !want(at, send.b, kWantAny)) return fail(at, "what it delegates to is not there");
        }
        if (w.b >= first_temp_) put(w.b, kEmpty);
        if (w.a >= first_temp_ && w.a < height) put(w.a, kOther);
        break;
      case Op::RETURN_GENERATOR: kill_from(first_temp_); break;
      default: break;
    }
    may_raise(at);
    int64_t target = facts_[w.op].look & OpFacts::kJump ? jump_target(code_, at) : -1;
    switch (op) {
      // An exhausted iterator leaves its destination as it was.
      case Op::FOR_ITER:
        reach(static_cast<uint32_t>(target));
        write(at);
        return true;
      case Op::FOR_ITER_PAIR: {
        reach(static_cast<uint32_t>(target));
        if (w.a + 1u >= code_.nregs || w.c >= code_.nregs) return fail(at, "writes a register out of range");
        Kinds first = now_[w.a], second = now_[w.a + 1u];
        put(w.a, kOther);
        put(w.a + 1u, kOther);
        reach(at + 3);
        put(w.a, first);
        put(w.a + 1u, second);
        put(w.c, kOther);  // a generator's value, for the UNPACK_SEQUENCE
        return true;
      }
      case Op::JUMP_NONE: case Op::JUMP_NOT_NONE: {
        Kinds none = static_cast<Kinds>(now_[w.a] & (kNone | kOther) ? now_[w.a] & (kNone | kOther) : kOther), some = refined(w.a, kNone);
        Kinds before = now_[w.a];
        put(w.a, op == Op::JUMP_NONE ? none : some);
        reach(static_cast<uint32_t>(target));
        put(w.a, before);
        put(w.a, op == Op::JUMP_NONE ? some : none);
        return true;
      }
      case Op::JUMP_EMPTY: {
        Kinds before = now_[w.a];
        put(w.a, kEmpty);
        reach(static_cast<uint32_t>(target));
        put(w.a, before);
        put(w.a, refined(w.a, kEmpty));
        return true;
      }
      case Op::YIELD:
        if (w.c) {  // its delegate may return while something is thrown into it
          const Word& send = word(at - 2);
          Kinds before = now_[send.a];
          put(send.a, kOther);
          reach(static_cast<uint32_t>(jump_target(code_, at - 2)));
          put(send.a, before);
        }
        break;
      default: break;
    }
    if (uint32_t skip = skipped_words(op)) {  // both instructions at once: the number in between is not written
      const Word& last = word(op >= Op::ADD_ADD && op <= Op::MUL_MUL ? at + 1 : at + 3);
      if (last.a >= code_.nregs) return fail(at, "writes a register out of range");
      Kinds before = now_[last.a];
      if (op >= Op::ADD_ADD && op <= Op::MUL_MUL) put(last.a, kOther);
      reach(at + skip);
      put(last.a, before);
    }
    write(at);
    if (target >= 0) reach(static_cast<uint32_t>(target));
    return !ends_flow(op);
  }

  const CodeView& code_;
  const uint32_t first_temp_;
  const RegisterLayout layout_;
  const std::vector<uint8_t>& marks_;
  const OpFacts* const facts_ = op_facts();
  std::string error_;
  std::vector<uint32_t> place_;         // by word: the meeting there
  std::vector<Meeting> meetings_;
  std::vector<uint32_t> work_;          // a heap, the lowest address first
  std::vector<Kinds> variable_kinds_;   // what variables may be known to hold
  State now_;
  uint32_t top_ = 0;                    // registers from here on are dead
  uint32_t sound_ = 0;                  // temporaries below are written
  uint32_t at_ = 0, live_ = 0;          // the present instruction and its height
  uint32_t height_ = 0, exception_ = 0;  // where the tables were asked last
  const ExceptionEntry* handler_ = nullptr;  // whose state has all of the present one but what is in changed_
  std::vector<uint32_t> changed_;
  const Word *moved_ = nullptr, *moved_before_ = nullptr;  // a move by this instruction, and by the one before, in the same straight line
};

}  // namespace

const OpFacts* op_facts() {
  static const Table k_table = make_table();
  return k_table.op;
}

bool flow_allows_jump(const CodeView& code, const RegisterLayout& layout, std::vector<uint8_t> marks, uint32_t from, uint32_t to) {
  for (uint32_t at : {from, to}) marks[at] |= kMeeting | kComesBack;
  Flow flow(code, layout, marks);
  return flow.run().empty() && flow.allows(from, to);
}
std::string validate_flow(const CodeView& code, const RegisterLayout& layout, const std::vector<uint8_t>& marks) { return Flow(code, layout, marks).run(); }

}  // namespace kaa
