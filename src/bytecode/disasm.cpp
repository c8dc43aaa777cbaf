#include "bytecode/disasm.h"

#include <stdio.h>

#include <set>

#include "bytecode/operands.h"

namespace kaa {

static std::string quoted(const std::string& text) {
  std::string out = "'";
  for (unsigned char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\'' || c == '\\') {
      out.push_back('\\');
      out.push_back((char)c);
    } else if (c < 0x20) {
      char buffer[8];
      snprintf(buffer, sizeof buffer, "\\x%02x", c);
      out += buffer;
    } else {
      out.push_back((char)c);
    }
  }
  return out + "'";
}

std::string constant_text(const ConstantData& data) {
  char buffer[64];
  switch (data.kind) {
    case ConstantData::None: return "None";
    case ConstantData::True: return "True";
    case ConstantData::False: return "False";
    case ConstantData::Ellipsis: return "...";
    case ConstantData::Int: return data.text.empty() ? std::to_string(data.small) : data.text;
    case ConstantData::Float: snprintf(buffer, sizeof buffer, "%.17g", data.real); return buffer;
    case ConstantData::Complex: snprintf(buffer, sizeof buffer, "(%.17g+%.17gj)", data.real, data.imag); return buffer;
    case ConstantData::Str: return quoted(data.text);
    case ConstantData::Bytes: return "b" + quoted(data.text);
    case ConstantData::Code: return "<code " + data.code->name + ">";
    case ConstantData::Tuple:
    case ConstantData::FrozenSet:
    case ConstantData::Slice: {
      std::string out = data.kind == ConstantData::Tuple ? "(" : data.kind == ConstantData::Slice ? "slice(" : "frozenset({";
      for (size_t i = 0; i < data.items.size(); i++) {
        if (i) out += ", ";
        out += constant_text(data.items[i]);
      }
      if (data.kind == ConstantData::Tuple && data.items.size() == 1) out += ",";
      return out + (data.kind == ConstantData::FrozenSet ? "})" : ")");
    }
  }
  return "?";
}

static std::string variable_text(const CompiledCode& code, uint32_t reg) {
  if (reg < code.varnames.size()) return code.varnames[reg];
  for (size_t i = 0; i < code.cell_regs.size(); i++)
    if (code.cell_regs[i] == reg) return "&" + code.cellvars[i];
  if (reg >= code.free_base && reg < code.free_base + code.freevars.size()) return "&" + code.freevars[reg - code.free_base];
  return "r" + std::to_string(reg);
}

static std::string register_text(const CompiledCode& code, uint32_t reg) {
  uint32_t params = code.argcount + code.kwonlyargcount + !!(code.flags & kCoVarargs) + !!(code.flags & kCoVarkeywords);
  if (reg < spill_register(code.free_base + (uint32_t)code.freevars.size(), params)) return variable_text(code, reg);
  return "r" + std::to_string(reg);
}

std::string disassemble(const CompiledCode& code, const DisasmOptions& options) {
  std::string out = "code " + code.qualname + " line " + std::to_string(code.firstlineno) + " registers " + std::to_string(code.nregs) + "\n";
  const auto& words = code.words;
  std::set<uint32_t> targets;
  auto target_of = [&](uint32_t at) -> int64_t {
    Op op = (Op)words[at].op;
    switch (jump_field(op)) {
      case JumpField::InstructionBc: return (int64_t)at + kOpInfo[(int)op].words + words[at].bc;
      case JumpField::Word1: return (int64_t)at + kOpInfo[(int)op].words + words[at + 1].offset;
      case JumpField::None: return -1;
    }
    return -1;
  };
  for (uint32_t at = 0; at < words.size(); at += kOpInfo[words[at].op].words)
    if (int64_t target = target_of(at); target >= 0) targets.insert((uint32_t)target);
  for (const ExceptionEntry& entry : code.exceptions) targets.insert(entry.target);
  size_t position = 0, height = 0;
  int32_t line = -100;
  char buffer[64];
  for (uint32_t at = 0; at < words.size(); at += kOpInfo[words[at].op].words) {
    const Word& w = words[at];
    const OpInfo& info = kOpInfo[w.op];
    while (position + 1 < code.positions.size() && code.positions[position + 1].start <= at) position++;
    while (height + 1 < code.heights.size() && code.heights[height + 1].start <= at) height++;
    int32_t here = code.positions.empty() ? -1 : code.positions[position].line;
    if (options.lines) {
      if (here != line)
        snprintf(buffer, sizeof buffer, here < 0 ? "   --" : "%5d", here);
      else
        snprintf(buffer, sizeof buffer, "     ");
      line = here;
      out += buffer;
    }
    if (options.heights) {
      snprintf(buffer, sizeof buffer, " [%u]", code.heights[height].height);
      out += buffer;
    }
    snprintf(buffer, sizeof buffer, " %s%4u %-16s", targets.count(at) ? ">" : " ", at, info.name);
    out += buffer;
    std::string args;
    auto put = [&](const std::string& text) { args += args.empty() ? " " + text : ", " + text; };
    auto operand = [&](char kind, uint32_t value) {
      switch (kind) {
        case 'r':
        case 'w':
        case 'x': put(register_text(code, value)); break;
        case 's':
        case 'd': {
          uint32_t count = kind == 's' ? run_read(&w) : run_written(&w);
          put(register_text(code, value) + (count == 1 ? "" : ".." + std::to_string(count)));
          break;
        }
        case 'n': put(((Op)w.op >= Op::JUMP_LT_I && (Op)w.op <= Op::JUMP_GE_I) || (Op)w.op == Op::STORE_SUBSCR_I ? std::to_string((int16_t)value) : std::to_string(value)); break;
        case 'k': put(value < code.consts.size() ? constant_text(code.consts[value]) : "?"); break;
        default: break;
      }
    };
    operand(info.a, w.a);
    Op op = (Op)w.op;
    if (info.b == 'L') {
      if (has_wide_constant(op))
        put((uint32_t)w.bc < code.consts.size() ? constant_text(code.consts[w.bc]) : "?");
      else if (op == Op::LOAD_INT)
        put(std::to_string(w.bc));
    } else {
      operand(info.b, w.b);
      bool signed_c = (op >= Op::ADD_I && op <= Op::XOR_I) || (op >= Op::INPLACE_ADD_I && op <= Op::INPLACE_XOR_I) || op == Op::LOAD_SUBSCR_I;
      if (signed_c)
        put(std::to_string((int16_t)w.c));
      else
        operand(info.c, w.c);
    }
    if (has_name_word(op)) put(words[at + 1].index < code.names.size() ? "." + code.names[words[at + 1].index] : "?");
    if (op == Op::LOAD_SPILLED || op == Op::STORE_SPILLED || op == Op::DEL_SPILLED) put(variable_text(code, words[at + 1].index));
    if (op == Op::CALL_KW || op == Op::CALL_METHOD_KW)
      put(words[at + 1].index < code.consts.size() ? constant_text(code.consts[words[at + 1].index]) : "?");
    if (int64_t target = target_of(at); target >= 0) put("-> " + std::to_string(target));
    out += args + "\n";
  }
  for (const ExceptionEntry& entry : code.exceptions) {
    snprintf(buffer, sizeof buffer, "  %u..%u -> %u r%u\n", entry.start, entry.end, entry.target, entry.reg);
    out += buffer;
  }
  if (options.nested)
    for (const ConstantData& constant : code.consts)
      if (constant.kind == ConstantData::Code) out += "\n" + disassemble(*constant.code, options);
  return out;
}

}  // namespace kaa
