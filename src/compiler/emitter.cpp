#include "compiler/emitter.h"

#include <string.h>

#include <algorithm>

#include "bytecode/operands.h"

namespace kaa::compiler {

// ---- instructions -------------------------------------------------------------------------------------------------

void Emitter::note(const Pos& given, uint32_t height) {
  uint32_t at = here();
  Pos pos = given;
  bool none = pos.line == kNoLine;
  if (none) pos = Pos();
  auto& heights = code_->heights;
  if (heights.empty() || heights.back().height != height) {
    if (!heights.empty() && heights.back().start == at)
      heights.back().height = height;
    else
      heights.push_back({at, height});
  }
  if (height > high_) high_ = height;
  auto& positions = code_->positions;
  if (positions.empty() || ((pos.line != -1 || none) && (positions.back().line != pos.line || positions.back().end_line != pos.end_line ||
                                               positions.back().col != pos.col || positions.back().end_col != pos.end_col)))
    positions.push_back({at, pos.line, pos.end_line, pos.col, pos.end_col});
}

void Emitter::flush_pending() {
  if (pending_.line == -1) return;
  Pos pos = pending_;
  pending_ = Pos();
  if (!reachable_) return;
  // A NOP of this line may stand here already (nested try statements in one line of the source).
  auto& positions = code_->positions;
  if (!code_->words.empty() && code_->words.back().bits == (uint64_t)Op::NOP && !positions.empty() && positions.back().start == here() - 1 &&
      positions.back().line == pos.line)
    return;
  note(pos, top_);
  code_->words.push_back(Word{.bits = (uint64_t)Op::NOP});
}

static bool is_tail(Op op) { return op == Op::JUMP || op == Op::JUMP_BACK || op == Op::RETURN_NONE; }

// What is emitted now may be done by the instruction before it as well, if nothing can jump in between: that becomes a fused one (opcodes.def). A temporary that an
// arithmetic operation left is read once.
void Emitter::fuse_with_previous(Op op, uint32_t a, uint32_t b, uint32_t c, uint64_t word1) {
  if (last_at_ == ~0u || barrier_ == here()) return;
  Word& previous = code_->words[last_at_];
  Op last = (Op)previous.op;
  auto is = [](Op x, Op first, Op end) { return x >= first && x <= end; };
  auto within = [&](uint32_t at) { return barrier_ == ~0u || barrier_ <= at; };
  switch (op) {
    case Op::CALL_METHOD:
      if (c == 0 && last == Op::LOAD_METHOD && last_at_ + 3 == here()) previous.op = (uint16_t)Op::LOAD_METHOD_CALL;
      return;
    case Op::LOAD_ATTR:
      if (last == Op::LOAD_ATTR && previous.a == b && b >= first_temp_ && last_at_ + 3 == here()) previous.op = (uint16_t)Op::LOAD_ATTR_ATTR;
      return;
    case Op::STORE_ATTR: {  // of what LOAD_ATTR and INPLACE_ADD left
      bool immediate = last == Op::INPLACE_ADD_I || last == Op::INPLACE_SUB_I;
      if (!immediate && last != Op::INPLACE_ADD && last != Op::INPLACE_SUB) return;
      if (before_last_ == ~0u || before_last_ + 3 != last_at_ || last_at_ + 1 != here() || !within(before_last_)) return;
      Word* load = &code_->words[before_last_];
      if (load->op != (uint16_t)Op::LOAD_ATTR || load->a != b || load->b != a || load[1].index != (uint32_t)word1) return;
      if (b < first_temp_ || previous.a != b || previous.b != b || (!immediate && previous.c == b)) return;
      bool add = last == Op::INPLACE_ADD || last == Op::INPLACE_ADD_I;
      load->op = (uint16_t)(immediate ? add ? Op::LOAD_ATTR_ADD_I : Op::LOAD_ATTR_SUB_I : add ? Op::LOAD_ATTR_ADD : Op::LOAD_ATTR_SUB);
      return;
    }
    default: break;
  }
  bool inplace = is(op, Op::INPLACE_ADD, Op::INPLACE_MUL);
  if (!inplace && !is(op, Op::ADD, Op::MUL)) return;
  if (last_at_ + 1 != here() || b == c || previous.a < first_temp_ || !is(last, Op::ADD, Op::MUL) || (previous.a != b && previous.a != c)) return;
  int first = (int)last - (int)Op::ADD, second = (int)op - (int)(inplace ? Op::INPLACE_ADD : Op::ADD);
  previous.op = (uint16_t)((int)Op::ADD_ADD + first * 3 + second);
}

// A move of a variable into the register behind that of the move before it, on the same line, joins it.
bool Emitter::join_moves(uint32_t to, uint32_t from) {
  if (last_at_ == ~0u || last_at_ + 1 != here() || barrier_ == here() || pending_.line != -1 || join_ == here() || carry_at_ == here()) return false;
  Word& previous = code_->words[last_at_];
  if (previous.op != (uint16_t)Op::MOVE || previous.a + 1u != to || previous.b >= first_temp_ || from >= first_temp_ || to < first_temp_) return false;
  if (pos_.line < 0 || code_->positions.empty() || code_->positions.back().line != pos_.line) return false;
  for (uint32_t region : active_)
    if (regions_[region].start == here()) return false;
  previous.op = (uint16_t)Op::MOVE_PAIR;
  previous.c = (uint16_t)from;
  if (to + 1 > high_) high_ = to + 1;
  return true;
}

void Emitter::emit_words(Op op, uint32_t a, uint32_t b, uint32_t c, uint64_t word1) {
  if (!reachable_) return;
  if (op == Op::MOVE && join_moves(a, b)) return;
  Pos pos = pos_;
  if (pending_.line != -1) {
    if (pos.line < 0) {
      pos = pending_;
      pending_ = Pos();
    } else if (pos.line == pending_.line) {
      pending_ = Pos();
    } else {
      flush_pending();
    }
  }
  if (pos.line == -1 && !is_tail(op) && join_ == here()) pos.line = kNoLine;
  if (pos.line == -1 && carry_at_ == here()) pos = carry_;
  if ((a | b | c) > 0xffff) overflow_ = true;
  Word words[2];
  words[0].bits = 0;
  words[0].op = (uint16_t)op;
  words[0].a = (uint16_t)a;
  words[0].b = (uint16_t)b;
  words[0].c = (uint16_t)c;
  words[1].bits = word1;
  note(pos, std::max(top_, read_end(words)));
  high_ = std::max(high_, write_end(words));
  fuse_with_previous(op, a, b, c, word1);
  before_last_ = last_at_;
  last_at_ = here();
  code_->words.push_back(words[0]);
  uint32_t size = kOpInfo[(int)op].words;
  if (size > 1) {
    code_->words.push_back(words[1]);
    for (uint32_t i = 2; i < size; i++) code_->words.push_back(Word{.bits = 0});
  }
  if (ends_flow(op)) reachable_ = false;
}

void Emitter::emit_bc(Op op, uint32_t a, int32_t bc) {
  if (!reachable_) return;
  emit_words(op, a, 0, 0, 0);
  code_->words.back().bc = bc;
}

// ---- jumps --------------------------------------------------------------------------------------------------------

Label Emitter::new_label() {
  labels_.emplace_back();
  return (Label)labels_.size() - 1;
}

// Control goes from here to `label`.
void Emitter::reach(Label label) {
  LabelInfo& info = labels_[label];
  if (info.at != ~0u) return;
  info.jumps++;
  info.last_jump = here();
  if (!info.used) {
    info.used = true;
    info.bound = bound_;
  } else {
    for (size_t i = 0; i < bound_.size(); i++) info.bound[i] &= bound_[i];
  }
}

// The jump that comes next is anonymous if it has no position of its own and no pending one.
void Emitter::note_anonymous() {
  if (pos_.line == -1 && pending_.line == -1) anonymous_.push_back(here());
}

void Emitter::jump(Label label) {
  if (!reachable_) return;
  reach(label);
  note_anonymous();
  emit_words(Op::JUMP, 0, 0, 0, 0);
  fixups_.push_back({here() - 1, label});
}

void Emitter::jump_back(Label label) {
  if (!reachable_) return;
  note_anonymous();
  emit_words(Op::JUMP_BACK, 0, 0, 0, 0);
  fixups_.push_back({here() - 1, label});
}

void Emitter::jump_if(Op op, Reg a, Label label) {
  if (!reachable_) return;
  reach(label);
  emit_words(op, a, 0, 0, 0);
  fixups_.push_back({here() - 1, label});
}

void Emitter::jump_word(Op op, uint32_t a, uint32_t b, uint32_t c, Label label) {
  if (!reachable_) return;
  reach(label);
  // `_I` forms have a signed number in b.
  emit_words(op, a, b & 0xffff, c, 0);
  fixups_.push_back({here() - kOpInfo[(int)op].words, label});
}

void Emitter::bind(Label label) {
  flush_pending();
  barrier_ = here();
  LabelInfo& info = labels_[label];
  info.at = here();
  if (info.used) {
    if (reachable_ || info.jumps > 1) {
      join_ = here();
    } else {
      carry_at_ = here();
      carry_ = position_of(info.last_jump);
    }
    if (reachable_) {
      for (size_t i = 0; i < bound_.size(); i++) bound_[i] &= info.bound[i];
    } else {
      bound_ = std::move(info.bound);
      reachable_ = true;
    }
  }
  Bits().swap(info.bound);
}

void Emitter::bind_loop(Label label) {
  flush_pending();
  barrier_ = here();
  LabelInfo& info = labels_[label];
  info.at = here();
  info.used = true;
  for (size_t i = 0; i < bound_.size(); i++) bound_[i] &= ~deletable_[i];
}

// ---- regions ------------------------------------------------------------------------------------------------------

uint32_t Emitter::open_region(Reg exception_reg) {
  flush_pending();
  Region region;
  region.handler = new_label();
  region.reg = exception_reg;
  region.depth = (uint32_t)active_.size();
  region.start = here();
  if (reachable_) {
    region.bound = bound_;
    for (size_t i = 0; i < bound_.size(); i++) region.bound[i] &= ~deletable_[i];
  }
  regions_.push_back(std::move(region));
  active_.push_back((uint32_t)regions_.size() - 1);
  return active_.back();
}

void Emitter::close_segment(uint32_t index) {
  Region& region = regions_[index];
  if (region.start < here()) {
    segments_.push_back({region.start, here(), index});
    region.nonempty = true;
  }
}

void Emitter::close_region() {
  flush_pending();
  close_segment(active_.back());
  active_.pop_back();
}

bool Emitter::bind_handler(uint32_t index) {
  Region& region = regions_[index];
  if (!region.nonempty || region.bound.empty()) {
    stop();
    return false;
  }
  flush_pending();
  barrier_ = here();
  labels_[region.handler].at = here();
  labels_[region.handler].used = true;
  bound_ = std::move(region.bound);
  reachable_ = true;
  top_ = region.reg + 1;
  return true;
}

std::vector<uint32_t> Emitter::take_regions(size_t depth) {
  flush_pending();
  for (size_t i = active_.size(); i-- > depth;) close_segment(active_[i]);
  std::vector<uint32_t> kept(active_.begin() + depth, active_.end());
  active_.resize(depth);
  return kept;
}

void Emitter::resume_regions(std::vector<uint32_t>&& kept) {
  flush_pending();
  for (uint32_t index : kept) {
    regions_[index].start = here();
    active_.push_back(index);
  }
}

// Regions nest, so the segments form a laminar family except for the holes: the deepest one that covers a word wins. The
// table is written as disjoint ranges in order of addresses, so that it can be searched by bisection.
void Emitter::build_exceptions() {
  struct Event {
    uint32_t at;
    bool open;
    uint32_t segment;
  };
  std::vector<Event> events;
  events.reserve(segments_.size() * 2);
  for (uint32_t i = 0; i < segments_.size(); i++) {
    events.push_back({segments_[i].start, true, i});
    events.push_back({segments_[i].end, false, i});
  }
  auto depth = [&](uint32_t s) { return regions_[segments_[s].region].depth; };
  std::sort(events.begin(), events.end(), [&](const Event& x, const Event& y) {
    if (x.at != y.at) return x.at < y.at;
    if (x.open != y.open) return !x.open;
    uint32_t dx = depth(x.segment), dy = depth(y.segment);
    if (dx != dy) return x.open ? dx < dy : dx > dy;
    return x.segment < y.segment;
  });
  std::vector<uint32_t> stack;
  uint32_t from = 0;
  auto put = [&](uint32_t end) {
    if (stack.empty() || from == end) return;
    const Region& region = regions_[segments_[stack.back()].region];
    uint32_t target = labels_[region.handler].at;
    auto& table = code_->exceptions;
    if (!table.empty() && table.back().end == from && table.back().target == target && table.back().reg == region.reg)
      table.back().end = end;
    else
      table.push_back({from, end, target, (uint16_t)region.reg});
  };
  for (const Event& event : events) {
    put(event.at);
    from = event.at;
    if (event.open) {
      stack.push_back(event.segment);
      for (size_t i = stack.size() - 1; i > 0 && depth(stack[i]) < depth(stack[i - 1]); i--) std::swap(stack[i], stack[i - 1]);
    } else {
      for (size_t i = stack.size(); i-- > 0;)
        if (stack[i] == event.segment) {
          stack.erase(stack.begin() + i);
          break;
        }
    }
  }
}

// ---- constants and names ------------------------------------------------------------------------------------------

static void constant_key(const ConstantData& data, std::string& key) {
  key.push_back((char)data.kind);
  auto raw = [&](const void* p, size_t n) { key.append((const char*)p, n); };
  switch (data.kind) {
    case ConstantData::Int:
      raw(&data.small, 8);
      key += data.text;
      key.push_back(0);
      break;
    case ConstantData::Complex:
      raw(&data.imag, 8);
      [[fallthrough]];
    case ConstantData::Float: raw(&data.real, 8); break;
    case ConstantData::Str:
    case ConstantData::Bytes: {
      uint64_t size = data.text.size();
      raw(&size, 8);
      key += data.text;
      break;
    }
    case ConstantData::Tuple:
    case ConstantData::FrozenSet:
    case ConstantData::Slice: {
      uint64_t size = data.items.size();
      raw(&size, 8);
      for (const ConstantData& item : data.items) constant_key(item, key);
      break;
    }
    case ConstantData::Code: raw(&data.code, sizeof data.code); break;
    default: break;
  }
}

uint32_t Emitter::constant(ConstantData&& data) {
  std::string key;
  constant_key(data, key);
  auto [it, fresh] = constants_.try_emplace(std::move(key), (uint32_t)code_->consts.size());
  if (fresh) code_->consts.push_back(std::move(data));
  return it->second;
}

uint32_t Emitter::constant_code(CompiledCode* code) {
  ConstantData data;
  data.kind = ConstantData::Code;
  data.code = code;
  return constant(std::move(data));
}

void Emitter::fill_constant_code(uint32_t index, CompiledCode* code) { code_->consts[index].code = code; }

uint32_t Emitter::constant_str(std::string_view text) {
  ConstantData data;
  data.kind = ConstantData::Str;
  data.text = text;
  return constant(std::move(data));
}

uint32_t Emitter::constant_none() { return constant(ConstantData()); }

uint32_t Emitter::name(ast::Name* name) {
  auto [it, fresh] = names_by_pointer_.try_emplace(name, 0);
  if (fresh) it->second = this->name(name->text());
  return it->second;
}

uint32_t Emitter::name(std::string_view text) {
  auto [it, fresh] = names_.try_emplace(std::string(text), (uint32_t)code_->names.size());
  if (fresh) code_->names.emplace_back(text);
  return it->second;
}

// ---- the end ------------------------------------------------------------------------------------------------------

void Emitter::begin_exit() {
  set_pos(Pos());
  if (pending_.line == -1) exit_ = here();
}
void Emitter::emit_exit() {
  set_pos(Pos());
  if (exit_ == ~0u) begin_exit();
  if (!reachable_) return;
  emit(Op::RETURN_NONE);
  exit_end_ = here();
}

void Emitter::set_offset(uint32_t at, uint32_t target) {
  Word* words = code_->words.data();
  Op op = (Op)words[at].op;
  int32_t offset = (int32_t)target - (int32_t)(at + kOpInfo[(int)op].words);
  if (jump_field(op) == JumpField::Word1)
    words[at + 1].offset = offset;
  else
    words[at].bc = offset;
}

bool Emitter::is_anonymous(uint32_t at) const { return std::binary_search(anonymous_.begin(), anonymous_.end(), at); }

template <class Entry>
static size_t entry_at(const std::vector<Entry>& table, uint32_t at) {
  auto after = std::upper_bound(table.begin(), table.end(), at, [](uint32_t word, const Entry& e) { return word < e.start; });
  return after == table.begin() ? 0 : static_cast<size_t>(after - table.begin()) - 1;
}
int32_t Emitter::line_of(uint32_t at) const { return code_->positions[entry_at(code_->positions, at)].line; }
Pos Emitter::position_of(uint32_t at) const {
  if (code_->positions.empty()) return Pos();
  const PositionEntry& p = code_->positions[entry_at(code_->positions, at)];
  return p.line < 0 ? Pos(kNoLine, -1, -1, -1) : Pos(p.line, p.end_line, p.col, p.end_col);
}

// The jump at `at` leads to the exit or to an anonymous JUMP_BACK: it becomes that itself, or leads to a copy for its line.
void Emitter::take_tail(uint32_t at, uint32_t tail) {
  auto& words = code_->words;
  bool is_exit = tail == exit_;
  uint32_t size = is_exit ? exit_end_ - exit_ : 1, loop = is_exit ? 0 : tail + 1 + words[tail].bc;
  if ((Op)words[at].op == Op::JUMP && size == 1) {
    words[at].bits = 0;
    words[at].op = words[tail].op;
    if (!is_exit) set_offset(at, loop);
    return;
  }
  PositionEntry from = code_->positions[entry_at(code_->positions, at)];
  if (from.line == line_of(tail)) return;
  auto [it, fresh] = tails_.try_emplace((uint64_t)tail << 32 | (uint32_t)from.line, here());
  if (fresh) {
    uint32_t copy = here();
    from.start = copy;
    code_->positions.push_back(from);
    for (size_t i = 0, n = segments_.size(); i < n; i++)
      if (segments_[i].start <= tail && tail < segments_[i].end) segments_.push_back({copy, copy + size, segments_[i].region});
    for (size_t i = entry_at(code_->heights, tail), n = code_->heights.size(); i < n && code_->heights[i].start < tail + size; i++) {
      HeightEntry h = code_->heights[i];
      h.start = h.start < tail ? copy : copy + (h.start - tail);
      code_->heights.push_back(h);
    }
    for (uint32_t i = 0; i < size; i++) {
      Word w = words[tail + i];
      words.push_back(w);
    }
    if (!is_exit) set_offset(copy, loop);
  }
  set_offset(at, it->second);
}

bool Emitter::finish() {
  auto& words = code_->words;
  if (code_->heights.empty()) code_->heights.push_back({0, first_temp_});
  for (const Fixup& fixup : fixups_) set_offset(fixup.at, labels_[fixup.label].at);
  // A forward jump to an unconditional jump goes to that one's target at once, unless a line of the program would be skipped.
  for (const Fixup& fixup : fixups_) {
    uint32_t at = fixup.at;
    Op op = (Op)words[at].op;
    if (op == Op::JUMP_BACK) continue;
    uint32_t target = labels_[fixup.label].at, first = target;
    auto passes = [&](Op what) { return target < words.size() && (Op)words[target].op == what && (is_anonymous(target) || line_of(target) == line_of(at)); };
    for (int hops = 0; hops < 8 && passes(Op::JUMP); hops++) target = target + 1 + words[target].bc;
    if (target != first) set_offset(at, target);
    if (passes(Op::JUMP_BACK) || (target == exit_ && exit_end_)) take_tail(at, target);
  }
  build_exceptions();
  code_->nregs = high_;
  return !overflow_ && high_ <= kMaxRegisters;
}

}  // namespace kaa::compiler
