// The match statement.
//
// A pattern looks at a subject in a register, leaves what it takes apart in further temporaries, and jumps to the case's fail label when it
// does not match: temporaries need no popping, so one label serves the whole pattern. Captured values stay where they are; the names are
// bound when the whole pattern has matched, in the order of their appearance.
#include <algorithm>
#include <unordered_set>

#include "compiler/codegen.h"
#include "compiler/unparse.h"

namespace kaa::compiler {

using namespace ast;

struct Codegen::PatternState {
  struct Capture {
    Name* name;
    Reg reg;
  };
  std::vector<Capture> captures;
  Label fail = kNoLabel;
  bool allow_irrefutable = false;
};

static bool wildcard(const Pattern* pattern) {
  return pattern->is<MatchAs>() && !pattern->as<MatchAs>()->name && !pattern->as<MatchAs>()->pattern;
}
static bool wildcard_star(const Pattern* pattern) { return pattern->is<MatchStar>() && !pattern->as<MatchStar>()->name; }

void Codegen::match_stmt(Match* s) {
  Temps temps(this);
  // A temporary of its own: captures and bodies may rebind a local.
  Reg subject = push(s->subject);
  Label end = e().new_label();
  uint32_t count = s->cases.size;
  for (uint32_t i = 0; i < count; i++) {
    MatchCase* branch_case = s->cases[i];
    PatternState state;
    state.fail = e().new_label();
    // Only the last case, or one with a guard, may match everything.
    state.allow_irrefutable = branch_case->guard || i + 1 == count;
    e().set_pos(branch_case->pattern->loc);
    {
      Temps each(this);
      if (wildcard(branch_case->pattern) && i + 1 == count)
        e().mark_line(branch_case->pattern->loc);
      else
        pattern(branch_case->pattern, subject, state);
      At at(this, branch_case->pattern->loc);
      for (const auto& capture : state.captures) store_name(capture.name, capture.reg);
    }
    if (branch_case->guard) branch(branch_case->guard, state.fail, false);
    body(branch_case->body);
    e().set_pos(Pos());
    e().jump(end);
    e().set_top(subject + 1);
    e().bind(state.fail);
  }
  e().bind(end);
}

void Codegen::pattern_capture(Pattern* node, Name* name, Reg value, PatternState& state) {
  if (!name) return;
  if (forbidden(name, ExprContext::Store, node->loc)) return;
  for (const auto& capture : state.captures)
    if (capture.name == name) return fail(node->loc, "multiple assignments to name '" + std::string(name->text()) + "' in pattern");
  state.captures.push_back({name, value});
}

void Codegen::pattern(Pattern* node, Reg subject, PatternState& state) {
  if (!deep()) return;
  At at(this, node->loc);
  switch (node->kind) {
    case PatternKind::MatchValue: {
      const Expr* literal = node->as<MatchValue>()->value;
      if (!literal->is<Constant>() && !literal->is<Attribute>()) return fail(node->loc, "patterns may only match literals and attribute lookups");
      Temps temps(this);
      Reg value = ev(node->as<MatchValue>()->value);
      e().jump_word(Op::JUMP_EQ, subject, value, 0, state.fail);
      return;
    }
    case PatternKind::MatchSingleton: {
      const ConstantValue& value = node->as<MatchSingleton>()->value;
      if (value.kind == ConstKind::None) return e().jump_if(Op::JUMP_NOT_NONE, subject, state.fail);
      Temps temps(this);
      Reg reg = e().top();
      load_value(value, reg);
      alloc();
      e().jump_word(Op::JUMP_IS, subject, reg, 0, state.fail);
      return;
    }
    case PatternKind::MatchSequence: return pattern_sequence(node->as<MatchSequence>(), subject, state);
    case PatternKind::MatchMapping: return pattern_mapping(node->as<MatchMapping>(), subject, state);
    case PatternKind::MatchClass: return pattern_class(node->as<MatchClass>(), subject, state);
    case PatternKind::MatchStar: return pattern_capture(node, node->as<MatchStar>()->name, subject, state);
    case PatternKind::MatchAs: {
      MatchAs* as = node->as<MatchAs>();
      if (!as->pattern) {
        if (!state.allow_irrefutable) {
          if (as->name)
            fail(node->loc, "name capture '" + std::string(as->name->text()) + "' makes remaining patterns unreachable");
          else
            fail(node->loc, "wildcard makes remaining patterns unreachable");
          return;
        }
        return pattern_capture(node, as->name, subject, state);
      }
      pattern(as->pattern, subject, state);
      return pattern_capture(node, as->name, subject, state);
    }
    case PatternKind::MatchOr: return pattern_or(node->as<MatchOr>(), subject, state);
  }
}

// Sub-patterns get(0) to get(count - 1), of items in registers from `items` on, or (wide) in the list or tuple R[items]. What a sub-pattern takes apart stays where it is
// if it captures any of it.
template <class Get>
void Codegen::patterns_of(uint32_t count, Reg items, bool wide, Get&& get, PatternState& state) {
  bool irrefutable = state.allow_irrefutable;
  state.allow_irrefutable = true;
  for (uint32_t i = 0; i < count; i++) {
    Pattern* sub = get(i);
    if (!wide) {
      pattern(sub, items + i, state);
    } else if (!wildcard(sub)) {
      At at(this, sub->loc);
      Reg before = e().top();
      size_t captures = state.captures.size();
      pattern(sub, push_item(items, i), state);
      if (state.captures.size() == captures) e().set_top(before);
    }
  }
  state.allow_irrefutable = irrefutable;
}

void Codegen::pattern_sequence(MatchSequence* node, Reg subject, PatternState& state) {
  const Seq<Pattern*>& patterns = node->patterns;
  int32_t star = -1;
  bool only_wildcard = true, star_wildcard = false;
  for (uint32_t i = 0; i < patterns.size; i++) {
    if (patterns[i]->is<MatchStar>()) {
      if (star >= 0) return fail(node->loc, "multiple starred names in sequence pattern");
      star_wildcard = wildcard_star(patterns[i]);
      only_wildcard &= star_wildcard;
      star = (int32_t)i;
      continue;
    }
    only_wildcard &= wildcard(patterns[i]);
  }
  uint32_t size = patterns.size;
  {
    Temps temps(this);
    Reg test = e().top();
    e().emit(Op::MATCH_SEQUENCE, test, subject);
    e().jump_if(Op::JUMP_FALSE, test, state.fail);
    uint32_t needed = star < 0 ? size : size - 1;
    if (star < 0 || size > 1) {
      e().emit(Op::GET_LEN, test, subject);
      alloc();
      Op op = star < 0 ? Op::JUMP_EQ : Op::JUMP_GE;
      if (needed <= 32767) {
        e().jump_word(star < 0 ? Op::JUMP_EQ_I : Op::JUMP_GE_I, test, needed, 0, state.fail);
      } else {
        load_small((int32_t)needed, e().top());
        Reg number = alloc();
        e().jump_word(op, test, number, 0, state.fail);
      }
    }
  }
  if (only_wildcard) return;
  if (star_wildcard) {
    bool irrefutable = state.allow_irrefutable;
    state.allow_irrefutable = true;
    // The starred part is not wanted: the others are fetched by their indices.
    for (uint32_t i = 0; i < size; i++) {
      if ((int32_t)i == star || wildcard(patterns[i])) continue;
      Reg item = e().top();
      size_t captures = state.captures.size();
      if ((int32_t)i < star && i <= 0x7fff) {
        e().emit(Op::LOAD_SUBSCR_I, item, subject, i);
        e().set_top(item + 1);
      } else if ((int32_t)i < star) {
        push_item(subject, i);
      } else {
        e().emit(Op::GET_LEN, item, subject);
        e().set_top(item + 1);
        if (size - i <= 0x7fff) {
          e().emit(Op::SUB_I, item, item, (uint16_t)(size - i));
        } else {
          load_small((int32_t)(size - i), item + 1);
          e().emit(Op::SUB, item, item, item + 1);
        }
        e().emit(Op::LOAD_SUBSCR, item, subject, item);
      }
      pattern(patterns[i], item, state);
      if (crowded(size) && state.captures.size() == captures) e().set_top(item);
    }
    state.allow_irrefutable = irrefutable;
  } else {
    Reg base = e().top();
    bool wide = crowded(size);
    if (star >= 256 || (star >= 0 && size - star - 1 >= (1u << 24)))
      return fail(node->loc, "too many expressions in star-unpacking sequence pattern");
    else if (wide)
      e().emit_unpack_list(base, subject, star >= 0, star < 0 ? size : (uint32_t)star, star < 0 ? 0 : size - (uint32_t)star - 1);
    else if (star < 0)
      e().emit(Op::UNPACK_SEQUENCE, base, subject, size);
    else
      e().emit_unpack_ex(base, subject, star, size - star - 1);
    e().set_top(base + (wide ? 1 : size));
    patterns_of(size, base, wide, [&](uint32_t i) { return patterns[i]; }, state);
  }
}

void Codegen::pattern_mapping(MatchMapping* node, Reg subject, PatternState& state) {
  uint32_t size = node->keys.size;
  if (size != node->patterns.size) return fail(node->loc, "keys and patterns length mismatch in mapping pattern");
  Reg test = e().top();
  e().emit(Op::MATCH_MAPPING, test, subject);
  e().jump_if(Op::JUMP_FALSE, test, state.fail);
  if (!size && !node->rest) return;
  if (size) {
    Temps temps(this);
    e().emit(Op::GET_LEN, test, subject);
    alloc();
    if (size <= 32767) {
      e().jump_word(Op::JUMP_GE_I, test, size, 0, state.fail);
    } else {
      load_small((int32_t)size, e().top());
      Reg number = alloc();
      e().jump_word(Op::JUMP_GE, test, number, 0, state.fail);
    }
  }
  // Keys that are the same constant are an error; dotted names are looked up.
  std::unordered_set<uint32_t> seen;
  for (Expr* key : node->keys) {
    if (!key) return fail(node->loc, "can't use NULL keys in MatchMapping (set 'rest' parameter instead)");
    if (key->is<Constant>()) {
      // 1, 1.0, 1+0j and True are the same key.
      ConstantData data = data_of(key->as<Constant>()->value);
      if (data.kind == ConstantData::Complex && data.imag == 0) data.kind = ConstantData::Float;
      bool truth = data.kind == ConstantData::True || data.kind == ConstantData::False;
      bool integral = data.kind == ConstantData::Float && data.real > -1e15 && data.real < 1e15 && data.real == (double)(int64_t)data.real;
      if (truth || integral) {
        int64_t number = truth ? data.kind == ConstantData::True : (int64_t)data.real;
        data = ConstantData();
        data.kind = ConstantData::Int;
        data.small = number;
      }
      if (!seen.insert(e().constant(std::move(data))).second) return fail(node->loc, "mapping pattern checks duplicate key (" + unparse(key) + ")");
    } else if (!key->is<Attribute>()) {
      return fail(node->loc, "mapping pattern keys may only match literals and attribute lookups");
    }
  }
  Reg keys = e().top();
  build_sequence(ExprKind::Tuple, node->keys, keys);
  alloc();
  Reg values = keys + 1;
  e().emit(Op::MATCH_KEYS, values, subject, keys);
  alloc();
  e().jump_if(Op::JUMP_NONE, values, state.fail);
  bool wide = crowded(size);
  Reg base = wide ? values : e().top();
  if (size && !wide) {
    e().emit(Op::UNPACK_SEQUENCE, base, values, size);
    e().set_top(base + size);
  }
  patterns_of(size, base, wide, [&](uint32_t i) { return node->patterns[i]; }, state);
  if (node->rest) {
    // rest = dict(subject) without the keys
    Reg rest = e().top();
    e().emit(Op::BUILD_MAP, rest, rest, 0);
    alloc();
    e().emit(Op::DICT_UPDATE, rest, subject);
    if (wide || crowded(size)) {
      for (uint32_t i = 0; i < size; i++) {
        Temps each(this);
        e().emit(Op::DEL_SUBSCR, rest, push_item(keys, i));
      }
    } else if (size) {
      Temps temps(this);
      Reg items = e().top();
      e().emit(Op::UNPACK_SEQUENCE, items, keys, size);
      e().set_top(items + size);
      for (uint32_t i = 0; i < size; i++) e().emit(Op::DEL_SUBSCR, rest, items + i);
    }
    pattern_capture(node, node->rest, rest, state);
  }
}

void Codegen::pattern_class(MatchClass* node, Reg subject, PatternState& state) {
  uint32_t positional = node->patterns.size, named = node->kwd_attrs.size;
  if (named != node->kwd_patterns.size) return fail(node->loc, "kwd_attrs and kwd_patterns length mismatch in class pattern");
  for (uint32_t i = 0; i < named; i++) {
    if (forbidden(node->kwd_attrs[i], ExprContext::Store, node->kwd_patterns[i]->loc)) return;
    for (uint32_t j = i + 1; j < named; j++)
      if (node->kwd_attrs[i] == node->kwd_attrs[j])
        return fail(node->kwd_patterns[j]->loc,
                    "attribute name repeated in class pattern: " + std::string(node->kwd_attrs[j]->text()));
  }
  Reg cls = push(node->cls);
  std::vector<std::string_view> names;
  for (Name* name : node->kwd_attrs) names.push_back(name->text());
  load_name_tuple(names, e().top());
  alloc();
  e().emit1(Op::MATCH_CLASS, cls, subject, cls, positional);
  e().set_top(cls + 1);
  e().jump_if(Op::JUMP_NONE, cls, state.fail);
  uint32_t count = positional + named;
  if (!count) return;
  bool wide = crowded(count);
  Reg base = wide ? cls : e().top();
  if (!wide) {
    e().emit(Op::UNPACK_SEQUENCE, base, cls, count);
    e().set_top(base + count);
  }
  patterns_of(count, base, wide, [&](uint32_t i) { return i < positional ? node->patterns[i] : node->kwd_patterns[i - positional]; }, state);
}

// Every alternative leaves the captures in the same registers: a run from the top, in the order of the first alternative.
void Codegen::pattern_or(MatchOr* node, Reg subject, PatternState& state) {
  Label matched = e().new_label();
  size_t before = state.captures.size();
  std::vector<PatternState::Capture> control;
  Reg base = e().top();
  uint32_t size = node->patterns.size;
  for (uint32_t i = 0; i < size; i++) {
    PatternState alternative;
    alternative.allow_irrefutable = i + 1 == size && state.allow_irrefutable;
    alternative.fail = e().new_label();
    At at(this, node->patterns[i]->loc);
    pattern(node->patterns[i], subject, alternative);
    if (failed()) return;
    std::vector<Reg> ordered;
    if (i == 0) {
      control = alternative.captures;
      for (const auto& capture : control) ordered.push_back(capture.reg);
    } else {
      if (alternative.captures.size() != control.size()) return fail(node->loc, "alternative patterns bind different names");
      for (const auto& wanted : control) {
        auto it = std::find_if(alternative.captures.begin(), alternative.captures.end(), [&](const auto& c) { return c.name == wanted.name; });
        if (it == alternative.captures.end()) return fail(node->loc, "alternative patterns bind different names");
        ordered.push_back(it->reg);
      }
    }
    bool in_place = true;
    for (uint32_t j = 0; j < ordered.size(); j++) in_place &= ordered[j] == base + j;
    if (!in_place) {
      // Through fresh registers, because the places overlap.
      Reg fresh = e().top();
      for (Reg reg : ordered) {
        Reg to = e().top();
        e().move(to, reg);
        alloc();
      }
      for (uint32_t j = 0; j < ordered.size(); j++) e().move(base + j, fresh + j);
    }
    e().set_top(base + (Reg)control.size());
    e().jump(matched);
    e().set_top(base);
    e().bind(alternative.fail);
  }
  e().jump(state.fail);
  e().set_top(base + (Reg)control.size());
  e().bind(matched);
  for (size_t j = 0; j < control.size(); j++) {
    for (size_t k = 0; k < before; k++)
      if (state.captures[k].name == control[j].name)
        return fail(node->loc, "multiple assignments to name '" + std::string(control[j].name->text()) + "' in pattern");
    state.captures.push_back({control[j].name, base + (Reg)j});
  }
}

}  // namespace kaa::compiler
