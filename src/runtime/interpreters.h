// Interpreters: the main one, and those that the `_interpreters` module makes (runtime/interpreters.cpp has the model).
#pragma once
#include <string>
#include <vector>

#include "runtime/api.h"

namespace kaa {

enum class Whence : uint8_t { kUnknown, kRuntime, kLegacyCapi, kCapi, kCrossInterpreter, kStdlib };  // who made it, numbered as in CPython
enum class GilConfig : uint8_t { kDefault, kShared, kOwn };

struct InterpreterConfig {
  bool use_main_obmalloc = false, allow_fork = false, allow_exec = false, allow_threads = true, allow_daemon_threads = false, check_multi_interp_extensions = true;
  GilConfig gil = GilConfig::kOwn;  // no more than a wish: all take turns under one lock
};

struct ImportLock;

struct Interpreter {
  InterpState state;                        // while it is not its turn
  std::vector<std::vector<char>> own;       // likewise: contents of the blocks of own_state()
  int64_t id = 0;
  Whence whence = Whence::kUnknown;
  InterpreterConfig config;
  int64_t refs = 0;                         // of Interpreter objects
  bool requires_refs = false;               // it ends with the last of these
  bool running = false;                     // a thread runs in its __main__
  bool ended = false;                       // threads of it that still run get no more turns
  ImportLock* import_lock = nullptr;       // made when it is first taken (modules/import.cpp)
  std::vector<std::pair<std::string, Value>> kept;  // what `_interpreters` keeps for it: objects by name
};

Interpreter& main_interpreter();
Dict* frameless_names(Thread& t);                           // the names of code that no frame stands for (eval() called by another interpreter), or null
inline bool in_main_interpreter() { return interp().current == &main_interpreter(); }
const std::vector<Interpreter*>& all_interpreters();           // the living, in the order of their making
Interpreter* find_interpreter(int64_t id);
Interpreter* add_interpreter(const InterpreterConfig& c, Whence whence);  // with nothing in it yet
void remove_interpreter(Interpreter& i);                    // what it held is garbage
void end_interpreter(Interpreter& i);                       // its threads are waited for, its modules die (main/shutdown.cpp)
std::vector<void (*)(int64_t id)>& interpreter_end_hooks(); // called then
// At the end of the process, before the modules die: native modules let go of the objects of the program that CPython's hold in the module's own state.
std::vector<void (*)()>& process_end_hooks();
void use_interpreter(Interpreter& to);                      // exchanges the states (of the thread that has the lock)

// A thread's stay in another interpreter: its code runs on the same native stack, in a thread record of its own.
class Visit {
 public:
  explicit Visit(Interpreter& to);
  ~Visit();
  Visit(const Visit&) = delete;
  Thread* thread() { return inner_; }   // null: no address space for its stacks
 private:
  Thread& outer_;
  Thread* inner_;
};

// Names memory of a native module of which every interpreter has its own, zero at first; pointers to objects may be in it, but nothing that owns memory.
// `module`: its exec runs in every interpreter (null: does not matter).
void own_state(const char* module, void* at, size_t size);

// Contents that a native module gets in an interpreter which is not the first to have it; null: its exec makes them.
Status note_native_modules(Thread& t);                       // before the second interpreter is made
Dict* native_contents(const ModuleDef& def);
Status note_native_module(Thread& t, Module* m);

void scan_interp_state(const InterpState& s, RootVisitor& v);
void scan_interpreters(RootVisitor& v);
void visit_interpreters(ChildVisitor& v);                  // the counted references of interpreters that wait for their turn

}  // namespace kaa
