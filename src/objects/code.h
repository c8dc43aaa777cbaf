// Code objects: what the compiler's CompiledCode becomes (runtime/code_builder.cpp), and frames (see docs/design/bytecode.md).
#pragma once
#include "bytecode/bytecode.h"
#include "objects/objects.h"

namespace kaa {

struct GeneratorObject;
struct CodeMonitor;

struct Code : Object {
  Word* words;                   // malloc; written by specialisation. Null: nobody has called it yet, and they are packed (code_words())
  Value* consts;                 // malloc, counted
  Str** names;                   // malloc, interned and immortal
  uint32_t nwords, nconsts, nnames;
  uint32_t nregs, nlocals;       // registers in all; registers below the first temporary
  uint32_t simple_args;          // argcount when a call with exactly that many positional arguments needs no binding, else ~0; ~0 too until is_ready()
  uint32_t argcount, posonlyargcount, kwonlyargcount;
  uint32_t nparams;              // parameter registers in all, *args and **kwargs included
  uint32_t flags;                // CodeFlags
  uint32_t free_base, nfree;
  int32_t firstlineno;
  // Unpacked when first asked for, once and for good: code_positions(), code_heights().
  PositionEntry* unpacked_positions;  uint32_t npositions;
  HeightEntry* unpacked_heights;      uint32_t nheights;
  // The block of a code object that was read, which holds all its tables: at first packed_size bytes of positions, then the heights and, of a function, the words,
  // packed as well. Null: each table is malloc's by itself, and nothing is packed.
  char* packed;                       uint32_t packed_size;
  ExceptionEntry* exceptions; uint32_t nexceptions;
  uint32_t* cell_regs;           // numbers of the cell variables, ascending
  Field<> name, qualname, filename;
  Field<Tuple*> varnames, cellvars, freevars;
  GeneratorObject* zombies;      // dead generators of this code, for reuse (runtime/zombies.cpp)
  uint32_t nzombies, zombies_used, zombies_idle;  // how many; taken since the list was last looked at; for how many looks none was taken
  bool zombies_listed;           // is in Zombies::codes
  bool unchecked;                // came from outside, and nobody has looked yet whether it can be run (make_ready() in runtime/code_builder.h)
  uint8_t tries;                 // whether one of its handlers is of the program's making: 0 not known yet, 1 no, 2 yes
  uint32_t version;              // its number once a call with keywords has a record about it; 0: none yet
  uint32_t spill;                // register of the dict that holds the variables of this number and above (the last of nlocals), or ~0
  CodeMonitor* monitor;          // what sys.monitoring and tracing want to know of it (interp/monitor.h), once one of them looked
  template <class F> void each_field(F&& f) {
    f(name); f(qualname); f(filename); f(varnames); f(cellvars); f(freevars);
    for (uint32_t i = 0; i < nconsts; i++) f(reinterpret_cast<Field<>&>(consts[i]));
  }
  uint32_t height_at(uint32_t word) const;  // live registers at an instruction
};
// The position table, npositions entries; null when there are none, or memory is short.
const PositionEntry* unpack_code_positions(const Code* c);
inline const PositionEntry* code_positions(const Code* c) {
  PositionEntry* p = __atomic_load_n(&c->unpacked_positions, __ATOMIC_ACQUIRE);
  return LIKELY(p != nullptr) || !c->npositions ? p : unpack_code_positions(c);
}
// The heights, nheights entries; null when memory is short.
const HeightEntry* unpack_code_heights(const Code* c);
inline const HeightEntry* code_heights(const Code* c) {
  const HeightEntry* h = __atomic_load_n(&c->unpacked_heights, __ATOMIC_ACQUIRE);
  return LIKELY(h != nullptr) ? h : unpack_code_heights(c);
}
// The instructions of a code object that may never have been called. Memory for them must be there.
bool unpack_code_words(Code* c);  // false: it is not
const Word* unpacked_code_words(const Code* c);
inline const Word* code_words(const Code* c) { return LIKELY(c->words != nullptr) ? c->words : unpacked_code_words(c); }
// Whether it can be called as it is.
inline bool is_ready(const Code* c) { return c->words && !c->unchecked; }
// The entry, of n (not 0), that an instruction belongs to.
inline uint32_t height_index(const HeightEntry* heights, uint32_t n, uint32_t word) {
  uint32_t lo = 0;
  while (n - lo > 1) {
    uint32_t mid = (lo + n) / 2;
    if (heights[mid].start <= word) lo = mid; else n = mid;
  }
  return lo;
}
// The height at an instruction, from the packed table.
uint32_t packed_height_at(const Code* c, uint32_t word);

// A frame: light, no Python object. Frames of plain calls lie on the thread's frame stack, their registers on its data stack, where the caller built
// the arguments; a generator holds its own frame and registers. prev leads to the caller, also from a running generator.
enum FrameKind : uint8_t {
  kReturnPlain,      // the result goes to the caller's register dst
  kReturnExit,       // entered from native code: leaving this frame leaves the interpreter loop
  kReturnInit,       // __init__ of a class call: must return None; the instance, kept in `locals`, goes to dst
  kReturnBool,       // truth of the result goes to dst
  kReturnIter,       // __iter__ of GET_ITER: the result must be an iterator
  kReturnNext,       // __next__ of FOR_ITER: a StopIteration that leaves the frame ends the loop
  kReturnDiscard,    // the result is of no interest
  kReturnBinary,     // an operator's method: NotImplemented sends the caller's instruction on to the reflected one, else as kReturnPlain
  kReturnJump,       // the same for a jump: the truth of the result decides
  kReturnGenerator,  // this is a resumed generator's frame: a return ends the iteration
  kReturnNew,        // __new__ of a class call: an instance is to be initialised, with the arguments that still stand behind the caller's call
  // Bits beside these, so that what is left by the usual way (kReturnPlain) needs no look:
  kKindMask = 15,
  kHasObject = 16,       // it had a frame object once
  kCountedBelow = 32,    // the frames below are counted: that must be taken off first (runtime/watermark.cpp)
  kCallerWatched = 64,   // the caller is watched: its table must be taken up again (interp/watch.cpp)
  kWatched = 128,        // holds an eager object that is counted nowhere
  kLeaveMask = kCountedBelow | kCallerWatched | kWatched,  // what concerns others than the frame itself
};
struct FrameObject;
struct Frame {
  Value* regs;
  Code* code;
  Function* func;
  Frame* prev;
  const Word* pc;        // the instruction being executed, stored before anything that may raise, call or allocate
  const Word* ret_pc;    // where the caller goes on
  FrameObject* obj;      // once somebody asked
  Value locals;          // mapping of module, class and exec frames; else empty
  uint16_t dst;
  FrameKind kind;
  bool on_heap;          // belongs to a generator
  uint32_t raised_at;    // word of the instruction whose exception a handler of this frame took last
  uint32_t pc_index() const { return static_cast<uint32_t>(pc - code->words); }
  // dst, kind and on_heap of a frame on the stack, in one store.
  void set_return(uint16_t reg, FrameKind k) {
    uint32_t both = reg | uint32_t{k} << 16;
    __builtin_memcpy(reinterpret_cast<char*>(this) + offsetof(Frame, dst), &both, sizeof both);
  }
};
static_assert(offsetof(Frame, dst) % 4 == 0 && offsetof(Frame, kind) == offsetof(Frame, dst) + 2 && offsetof(Frame, on_heap) == offsetof(Frame, dst) + 3);

// The frame object: points at the live frame, and takes its registers over when the frame ends.
struct FrameObject : Object {
  Frame* live;           // null: the frame has ended
  Field<Code*> code;
  Field<Function*> func;
  Field<> locals;        // mapping, of frames that have one
  Field<> back;          // FrameObject or empty, once ended
  Field<> trace;         // f_trace
  Field<> extra;         // dict of f_locals keys that are no variables
  uint32_t lasti;
  int32_t trace_line;    // line of the last line event, -1: none yet
  bool trace_lines, trace_opcodes;
  uint32_t nregs;        // registers held after the end (all below the first temporary)
  Value regs[];          // counted; room for code->nlocals
  template <class F> void each_field(F&& f) {
    f(code); f(func); f(locals); f(back); f(trace); f(extra);
    for (uint32_t i = 0; i < nregs; i++) f(reinterpret_cast<Field<>&>(regs[i]));
  }
};

// The stack of handled exceptions: one link for the thread, one for each generator that runs.
struct ExcState { Value exc; ExcState* prev; };

enum class GenState : uint8_t { kCreated, kSuspended, kRunning, kFinished };
// generator, coroutine, async_generator: the type tells. The registers are counted lazily: `counted` says that the references in regs[0, height)
// are counted ones (kept so by reconcile while it is suspended); a generator that ran since the last reconcile is on the heap's list instead.
struct GeneratorObject : Object {
  Frame frame;
  ExcState exc;
  Field<> own_name, own_qualname;  // empty: the code's (generator_name())
  Field<> origin;            // cr_origin, or the finalizer hook of an async generator
  Field<> kept_frame;        // the frame object, while somebody must find it again (keep_frame_object())
  GeneratorObject* next_zombie;  // of a dead one on its code's list
  GenState state;
  uint8_t listed;            // 1: on the list; 2: on the list, and its next suspension has to be looked at
  bool counted, ag_running, ag_closed, ag_hooks;
  bool resumed;              // and tracing has not seen it yet
  bool watched;              // it was suspended while its frame was watched (kWatched)
  uint32_t counted_height;
  Frame* slot;               // while it runs: first free frame of the frame stack (its place in the recursion count is below)
  Value* top;                // and first free word of the data stack
  uint32_t nregs;
  Value regs[];
  template <class F> void each_field(F&& f) {
    f(own_name); f(own_qualname); f(origin); f(kept_frame);
    f(reinterpret_cast<Field<>&>(frame.func)); f(reinterpret_cast<Field<>&>(frame.code)); f(reinterpret_cast<Field<>&>(frame.locals));
    if (counted) {
      for (uint32_t i = 0; i < counted_height; i++) f(reinterpret_cast<Field<>&>(regs[i]));
      f(reinterpret_cast<Field<>&>(exc.exc));
    }
  }
};

// Of a frame that lies on the heap (on_heap).
inline GeneratorObject* generator_of(const Frame* f) {
  return reinterpret_cast<GeneratorObject*>(reinterpret_cast<uintptr_t>(f) - __builtin_offsetof(GeneratorObject, frame));
}

// ---- what generators hand out
struct CoroWrapper : Object {   // coroutine_wrapper: coroutine.__await__()
  Field<> coro;
  template <class F> void each_field(F&& f) { f(coro); }
};
struct WrappedValue : Object {  // async_generator_wrapped_value: what an async generator yields, as opposed to what it awaits
  Field<> value;
  template <class F> void each_field(F&& f) { f(value); }
};
enum class AwaitState : uint8_t { kInit, kIter, kClosed };
// async_generator_asend: one step, awaited; async_generator_athrow: likewise an exception thrown in, or (args empty) aclose().
struct AsyncGenStep : Object {
  Field<GeneratorObject*> gen;
  Field<> args;                 // the value sent (empty: None), or the exception
  AwaitState state;
  template <class F> void each_field(F&& f) { f(gen); f(args); }
};
// co_lines() and co_positions()
struct CodeIter : Object {
  Field<Code*> code;
  uint64_t index;               // the next position entry; of co_positions() the next two-byte unit
  template <class F> void each_field(F&& f) { f(code); }
};
// f_locals of a function's frame: a view that reads and writes the variables.
struct FrameLocalsProxy : Object {
  Field<FrameObject*> frame;
  template <class F> void each_field(F&& f) { f(frame); }
};

}  // namespace kaa
