// The emitter of one code object: instruction words, labels, protected regions, positions, heights, constants, names, and the
// knowledge which locals are surely bound.
//
// Invariants
//   * top() is the first free temporary. Every emit() records max(top(), end of the instruction's own register operands) as
//     the height, so a height cannot be forgotten; who evaluates operands only has to keep top() right.
//   * What is emitted while nothing can get here (after a jump, return or raise, until a label that is jumped to is bound)
//     is dropped.
//   * Definite assignment is one bit a local, kept for the current point, intersected at labels. Unbinding happens only to
//     locals in `deletable` (targets of del, names of exception handlers): loops and handlers forget those, and so one pass
//     is enough.
#pragma once
#include <stdint.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bytecode/bytecode.h"
#include "bytecode/compiled_code.h"
#include "parser/ast.h"

namespace kaa::compiler {

using Reg = uint32_t;
constexpr Reg kNoReg = ~0u;
constexpr uint32_t kMaxRegisters = 65000;

using Label = uint32_t;
constexpr Label kNoLabel = ~0u;

// The source range of what is being emitted; line -1: none.
struct Pos {
  int32_t line = -1, end_line = -1, col = -1, end_col = -1;
  Pos() = default;
  Pos(int32_t l, int32_t el, int32_t c, int32_t ec) : line(l), end_line(el), col(c), end_col(ec) {}
  Pos(const ast::Loc& loc) : line(loc.lineno), end_line(loc.end_lineno), col(loc.col_offset), end_col(loc.end_col_offset) {}
  bool operator==(const Pos&) const = default;
};
// line -1: the position of what stands before; kNoLine: none at all (code that no line of the source stands for).
constexpr int32_t kNoLine = -2;

class Emitter {
 public:
  explicit Emitter(CompiledCode* code) : code_(code) {}

  // ---- registers
  Reg top() const { return top_; }
  void set_top(Reg top) { top_ = top; }
  Reg first_temp() const { return first_temp_; }
  void set_first_temp(Reg reg, uint32_t locals) {
    first_temp_ = top_ = high_ = reg;
    bound_.assign((locals < kTracked ? locals : kTracked) / 64 + 1, 0);
    deletable_.assign(bound_.size(), 0);
    tracked_ = locals < kTracked ? locals : kTracked;
  }
  bool is_temp(Reg reg) const { return reg >= first_temp_; }

  // ---- instructions
  bool reachable() const { return reachable_; }
  void emit(Op op, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0) { emit_words(op, a, b, c, 0); }
  // With word 1's low 32 bits: name words, BinaryOp, constant index.
  void emit1(Op op, uint32_t a, uint32_t b, uint32_t c, uint32_t word1) { emit_words(op, a, b, c, word1); }
  void emit_unpack_ex(Reg a, Reg b, uint32_t before, uint32_t after) {
    emit_words(Op::UNPACK_EX, a, b, 0, (uint64_t)after << 32 | before);
  }
  // UNPACK_LIST: exactly `before` items, or with `starred` at least before + after.
  void emit_unpack_list(Reg a, Reg b, bool starred, uint32_t before, uint32_t after) {
    emit_words(Op::UNPACK_LIST, a, b, starred, (uint64_t)after << 32 | before);
  }
  void emit_bc(Op op, uint32_t a, int32_t bc);
  // The end of a code object that nobody wrote: returns None. What is emitted from begin_exit() on, if anything, belongs to it.
  void begin_exit();
  void emit_exit();
  void end_exit() { exit_end_ = here(); }
  void move(Reg to, Reg from) {
    if (to != from) emit(Op::MOVE, to, from);
  }
  // A line event for a statement without code: becomes a NOP unless the next instruction serves.
  void mark_line(const Pos& pos) {
    if (!reachable_) return;
    if (pending_.line != -1 && pending_.line != pos.line && pos.line != -1) flush_pending();
    pending_ = pos;
  }
  // Sources without a position (-1) leave the position of what came before.
  void set_pos(const Pos& pos) { pos_ = pos; }
  const Pos& pos() const { return pos_; }

  // ---- jumps
  Label new_label();
  void jump(Label label);                                                 // JUMP; forward
  void jump_back(Label label);                                            // JUMP_BACK
  void jump_if(Op op, Reg a, Label label);                                // JUMP_TRUE ... JUMP_EMPTY
  void jump_word(Op op, uint32_t a, uint32_t b, uint32_t c, Label label);  // those with an offset word
  // The place where control arrives by forward jumps (and by falling through).
  void bind(Label label);
  // A place that later jumps go back to.
  void bind_loop(Label label);
  bool is_used(Label label) const { return labels_[label].used; }
  void stop() {
    flush_pending();
    reachable_ = false;
  }

  // ---- protected regions. Regions nest; they may be suspended from the inside out while code that they do not cover is emitted.
  uint32_t open_region(Reg exception_reg);  // handler's label is made here
  void close_region();                      // the innermost
  // Binds the handler: control arrives with the exception in the region's register; top() is set above it. False when the
  // region holds no instruction (then nothing of the handler is emitted).
  bool bind_handler(uint32_t region);
  size_t region_depth() const { return active_.size(); }
  // Leaves the regions from `depth` on, and enters them again.
  std::vector<uint32_t> take_regions(size_t depth);
  void resume_regions(std::vector<uint32_t>&& kept);

  // ---- definite assignment
  bool is_bound(Reg local) const { return local < tracked_ && (bound_[local / 64] >> (local % 64) & 1); }
  void set_bound(Reg local) {
    if (local < tracked_) bound_[local / 64] |= 1ull << (local % 64);
  }
  void set_unbound(Reg local) {
    if (local < tracked_) bound_[local / 64] &= ~(1ull << (local % 64));
  }
  void set_deletable(Reg local) {
    if (local < tracked_) deletable_[local / 64] |= 1ull << (local % 64);
  }

  // ---- constants and names
  uint32_t constant(ConstantData&& data);
  uint32_t constant_code(CompiledCode* code);  // null: fill_constant_code() follows
  void fill_constant_code(uint32_t index, CompiledCode* code);
  uint32_t constant_str(std::string_view text);
  uint32_t constant_none();
  uint32_t name(ast::Name* name);
  uint32_t name(std::string_view text);
  void load_const(Reg to, uint32_t index) { emit_bc(Op::LOAD_CONST, to, (int32_t)index); }

  // Fills in jumps and tables. False: too many registers.
  bool finish();

  uint32_t here() const { return (uint32_t)code_->words.size(); }
  CompiledCode* code() const { return code_; }

 private:
  void fuse_with_previous(Op op, uint32_t a, uint32_t b, uint32_t c, uint64_t word1);
  bool join_moves(uint32_t to, uint32_t from);

  static constexpr uint32_t kTracked = 1024;  // locals past this are always checked
  using Bits = std::vector<uint64_t>;
  uint32_t last_at_ = ~0u, before_last_ = ~0u;  // where the last instruction begins, and the one before it
  uint32_t barrier_ = ~0u;  // the last place that jumps may reach
  struct LabelInfo {
    uint32_t at = ~0u;
    bool used = false;
    uint32_t jumps = 0, last_jump = 0;  // forward ones
    Bits bound;
  };
  struct Fixup {
    uint32_t at, label;
  };
  struct Region {
    Label handler;
    Reg reg;
    uint32_t depth;
    uint32_t start;
    bool nonempty = false;
    Bits bound;
  };
  struct Segment {
    uint32_t start, end, region;
  };

  void emit_words(Op op, uint32_t a, uint32_t b, uint32_t c, uint64_t word1);
  void note(const Pos& pos, uint32_t height);
  void flush_pending();
  void reach(Label label);
  void close_segment(uint32_t region);
  void build_exceptions();
  void take_tail(uint32_t jump, uint32_t tail);
  void note_anonymous();
  void set_offset(uint32_t at, uint32_t target);
  bool is_anonymous(uint32_t at) const;
  int32_t line_of(uint32_t at) const;
  Pos position_of(uint32_t at) const;

  CompiledCode* code_;
  Reg first_temp_ = 0, top_ = 0, high_ = 0;
  // What ends a path and was emitted without a position: the implicit return and the jumps back of loops. Each jump to one of them gets one of its own, on the
  // line that it comes from; tails_ are the copies, by word and line.
  std::vector<uint32_t> anonymous_;
  uint32_t exit_ = ~0u, exit_end_ = 0;
  std::unordered_map<uint64_t, uint32_t> tails_;
  uint32_t tracked_ = 0;
  bool reachable_ = true;
  bool overflow_ = false;
  Pos pos_, pending_;
  // Instructions without a position have that of what runs before them; at a place that several paths lead to they have none (join_), at the target of one jump
  // alone that jump's (carry_).
  uint32_t join_ = ~0u, carry_at_ = ~0u;
  Pos carry_;
  Bits bound_, deletable_;
  std::vector<LabelInfo> labels_;
  std::vector<Fixup> fixups_;
  std::vector<Region> regions_;
  std::vector<uint32_t> active_;
  std::vector<Segment> segments_;
  std::unordered_map<std::string, uint32_t> constants_;
  std::unordered_map<const void*, uint32_t> names_by_pointer_;
  std::unordered_map<std::string, uint32_t> names_;
};

}  // namespace kaa::compiler
