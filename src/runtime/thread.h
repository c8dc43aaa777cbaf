// The running thread and the interpreter it belongs to. A function that takes Thread& may allocate (hence reconcile), raise, or run Python.
#pragma once
#include <atomic>

#include "objects/code.h"
#include "runtime/stack_screen.h"

namespace kaa {

struct Interp;
struct Dispatch;  // interp/interp.h
extern const Dispatch k_dispatch;

struct Monitoring;  // interp/monitor.h
struct CallNotes;

// Reasons to leave the fast path at a safepoint, bits of Thread::poll.
enum PollBits : uint32_t {
  kPollSignal = 1, kPollFinalizers = 2, kPollGc = 4, kPollHandover = 8, kPollAsyncExc = 16, kPollClearStack = 32, kPollReconcile = 64,
};

struct Thread {
  std::atomic<uint32_t> poll{0};    // PollBits, set by request()
  Frame* frame = nullptr;           // innermost frame; its pc is stored
  Frame* watermark = nullptr;       // the frame whose kind has kCountedBelow: the registers of those below it are counted; null: none are
  Frame* frame_base = nullptr;      // frame stack: one reservation, never moves
  Frame* frame_limit = nullptr;     // recursion limit reached here
  Frame* frame_end = nullptr;       // end of the reservation
  char* stack_base = nullptr;       // data stack: likewise
  size_t stack_bytes = 0;           // usable bytes
  char* native_limit = nullptr;     // lowest address native code may reach before RecursionError
  char* native_base = nullptr;      // where the conservative scan of the native stack ends
  Value exc;                        // the exception being raised, when a Result says so
  ExcState* exc_state = &exc_base;  // innermost link of handled exceptions
  ExcState exc_base{Value(), nullptr};
  Interp* interp = nullptr;
  struct Interpreter* home = nullptr;  // the interpreter whose code it runs (runtime/interpreters.h)
  Heap* heap = nullptr;
  uint32_t recursion_limit = 1000;
  uint32_t repr_depth = 0;
  Value context;                    // contextvars: the current Context, or empty
  Value trace_func, profile_func;
  const Dispatch* dispatch = nullptr;  // the table that the running frame goes on with: live, a watching table, or the tracing one
  Dispatch* live = nullptr;         // the table of frames that nobody watches; its entries are changed while look_due (interp/watch.cpp)
  const void* loop_base = nullptr;  // native frames from here on belong to callers of the running activation of the loop; those below hold no references
                                    // when a handler is between two instructions
  StackScreen screen;               // of the callers of activations
  bool look_due = false;            // eager objects have to be looked for before the next instruction
  bool reconcile_next = false;      // likewise: memory is to be reclaimed
  bool large_left = false;          // large_frame has ended
  int large_callers = 0;            // how many of its callers may follow it
  Frame* large_frame = nullptr;     // took a large block
  Frame* watch_frame = nullptr;     // the watched frame that the next four speak of
  const Value* watch_slot = nullptr;  // as long as this register
  Value watch_value;                // holds this,
  const Word* watch_pc = nullptr;   // and the instruction is among the watch_words from here on, nothing has to be looked for
  size_t watch_words = 0;
  bool watch_more = false;          // the frame holds others, too
  uint32_t watch_left = 0;          // then: the same as watch_ticks
  uint32_t watch_ticks = 0;         // instructions until fewer of them are watched
  const Word* watch_last = nullptr; // the last watched instruction: what happens then is reported as happening there
  Frame* line_frame = nullptr;      // while finalizers run between two instructions: this frame's line is that of line_pc
  const Word* line_pc = nullptr;
  Frame* traced_frame = nullptr;    // what the running trace function or monitoring callback was called for
  int8_t trace_event = -1;          // and the event (MonEvent, interp/monitor.h), or -1
  bool in_trace = false;            // such a function runs: no events
  CallNotes* notes = nullptr;       // tracing: instructions whose outcome is to be told (interp/monitor.h)
  Value async_exc;
  Value async_gen_firstiter, async_gen_finalizer;
  int32_t coroutine_origin_depth = 0;
  uint64_t id = 0;                  // ident
  void* module_state = nullptr;     // _thread's own
  Thread* next = nullptr;           // all threads of the interpreter
  char* native_top = nullptr;       // of a thread that waits: where its native stack's live part begins
  uint64_t saved_registers[8] = {}; // and its callee-saved registers
  int saved_errno = 0;
  bool daemon = false;
  bool started = false;             // by _thread: runs on a system thread of its own
  bool raising = false;             // an exception is being made, with part of the native headroom
  Value start_values[4];            // function, arguments, keywords and handle of a thread that starts
  // What a call compares its new frame with: frame_limit, or null when poll may not be 0 or the limit has changed. What finds a call refused by it
  // attends to both and calls renew_call_limit().
  std::atomic<Frame*> call_limit{nullptr};

  // Asks for a safepoint: by any thread, or a signal handler.
  void request(uint32_t bits) {
    poll.fetch_or(bits);
    call_limit.store(nullptr);
  }
  void renew_call_limit() {
    call_limit.store(frame_limit);
    if (poll.load()) call_limit.store(nullptr);
  }
  bool native_ok() const { return static_cast<char*>(__builtin_frame_address(0)) > native_limit; }
};

extern constinit thread_local Thread* tls_thread;
inline Thread& current_thread() { return *tls_thread; }

// o, born just now, is eager (make_eager()): no native frame outside the running activation holds it.
inline void born_eager(Thread& t, Object* o) {
  if (t.loop_base) t.screen.extend(*t.heap, t.loop_base, t.native_base, o);
  make_eager(o);
}

// Lists of dead generators on their code objects (runtime/zombies.cpp).
struct Zombies {
  Code** codes = nullptr;           // that have a list
  uint32_t ncodes = 0, cap = 0;
  uint32_t age = 8;                 // looks without a use after which half of a list goes
  uint64_t reused = 0, made = 0, released = 0, frames = 0;
};

// What every interpreter has of its own.
struct InterpState {
  Dict* builtins = nullptr;         // builtins.__dict__
  Dict* sys_dict = nullptr;
  Dict* modules = nullptr;          // sys.modules at start
  Value import_func;                // builtins.__import__ as created, to notice replacements
  Value importlib;                  // _frozen_importlib
  Value codec_search_path, codec_search_cache, codec_error_registry;
  int64_t int_max_str_digits = 4300;
  bool finalizing = false;
};

// What all threads share. The state of the interpreter whose turn it is stands here, too; that of the others is put aside (runtime/interpreters.cpp).
struct Interp : InterpState {
  struct Interpreter* current = nullptr;
  Thread* threads = nullptr;        // of all interpreters
  Thread* lost_threads = nullptr;   // in the child of a fork: those that will not run again. What they held stays alive
  Str** interned = nullptr;         // weak hash table
  size_t interned_size = 0, interned_used = 0;
  Str* latin1[256] = {};            // one-character strings
  Str* empty_str = nullptr;
  Bytes* empty_bytes = nullptr;
  Bytes* byte_chars[256] = {};
  Tuple* empty_tuple = nullptr;
  uint32_t next_type_version = 1, next_keys_version = 1, next_function_version = 1, next_type_serial = 1;
  uint32_t module_name_version = 0, module_name_index = 0;  // where __name__ is in globals whose keys have this version (MAKE_FUNCTION)
  uint64_t hash_key0 = 0, hash_key1 = 0;
  int optimize = 0, bytes_warning = 0;
  Zombies zombies;
  bool auditing = false;            // there are audit hooks (runtime/audit.h)
  Monitoring* monitoring = nullptr; // tools of sys.monitoring, once there were any
  uint32_t next_code_version = 1;
};
extern Interp g_interp;
inline Interp& interp() { return g_interp; }

Thread* create_thread(Interp&);           // reserves its stacks; null when memory is short
void lose_thread(Thread*);                // puts it on the list of lost threads
void unlink_thread(Thread*);              // takes it off the interpreter's list
void destroy_thread(Thread*);             // of an unlinked thread
Dispatch* new_dispatch();                 // interp/watch.cpp: a table of a thread's own
void delete_dispatch(Dispatch*);
void thread_adopt_native_stack(Thread*);  // in the new thread: its native stack's bounds
// Before a limit is set on the address space, by its thread: what it has reserved shrinks to what it would have begun with under the limit.
void limit_address_space(Thread&, size_t limit);

}  // namespace kaa
