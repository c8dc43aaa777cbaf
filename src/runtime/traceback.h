// Tracebacks and frame objects.
#pragma once
#include "runtime/thread.h"

namespace kaa {

// The frame object of a live frame, made when first asked for.
Result<FrameObject*> frame_object(Thread& t, Frame* f);
// The frame ends: an existing frame object takes over its registers. Never fails; what cannot be allocated is dropped.
bool frame_leave(Thread& t, Frame* f);  // true: the frame object holds something whose death is visible
// Adds an entry for frame f, at its stored pc, in front of the traceback of the exception being raised.
Status traceback_here(Thread& t, Frame* f);
// Tells sys.unraisablehook what happened while something died: "Exception ignored while <doing> <object>".
void report_ignored(Thread& t, const char* doing, Value object);
// -X no_debug_ranges: code shows lines alone. Set once, at the start.
extern bool g_no_debug_ranges;
// Line of an instruction, or -1.
int32_t code_line(const Code* c, uint32_t word);
int32_t code_own_line(const Code* c, uint32_t word);  // -1 for what no line of the program stands for; code_line() takes what stands before then
bool thread_is_traced(const Thread& t);   // or monitored: what generators do at their death is seen (interp/tracing.cpp)
// The name of a variable (local, cell or free variable), or null.
Str* code_variable(const Code* c, uint32_t number);
bool is_cell_variable(const Code* c, uint32_t number);  // or a free one: what it holds is a cell, while one is made
// What a variable holds, among the first n registers of a frame or in the dict that is one of them: a value, a cell, or empty.
Value variable_slot(const Code* c, const Value* regs, uint32_t n, uint32_t number);
// The dict of the variables without registers; null when there is none (yet).
Dict* spilled_variables(const Code* c, const Value* regs, uint32_t n);
// Offsets in co_code, as f_lasti and tb_lasti show them. A word is eight bytes, four of the two-byte units that `dis` knows; behind the prologue (cells, free
// variables, RETURN_GENERATOR) stands a unit more, RESUME, which is no word of code: it is the call itself, and has the line of the definition.
constexpr uint16_t kResumeCode = 256;  // also in tools/gen_opcode_metadata.py
uint32_t code_prologue(const Code* c);                  // its words
int64_t code_offset(const Code* c, uint32_t word);
// The word of the SEND that waits for the items of an `async for`, by its END_ASYNC_FOR's; that itself when there is none. Its branches are told there.
uint32_t async_for_send(const Code* c, uint32_t end);
uint32_t code_word(const Code* c, int64_t offset);
int32_t code_start_line(const Code* c);                 // of RESUME
const PositionEntry* code_position(const Code* c, uint32_t word);

}  // namespace kaa
