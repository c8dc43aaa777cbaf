// What runs in another process: its threads' frames, and the tasks of asyncio.
//
// That process goes on meanwhile. So nothing that is read is trusted: an address leads to the struct that should be there only if the memory says so (an object's
// shape, a word within its code), and every chain has a limit. What contradicts itself is Trouble::kTorn; whoever asked tries again.
//
// A frame stores its instruction when it calls or waits. That of a loop that calls nothing is the last one that was stored; a main thread that runs one is
// asked to store it anew (freshen()).
#pragma once
#include <string>
#include <vector>

#include "modules/asyncio/asyncio.h"
#include "modules/remote_debugging/process.h"

namespace kaa::remote {

struct Text {
  int kind = 1;        // bytes a character
  std::string data;
};
struct CodeInfo {
  Text filename, name;
  const Word* words = nullptr;
  uint32_t nwords = 0;
  int32_t firstlineno = 0;
  std::vector<PositionEntry> positions;
  bool too_long = false;  // the table was not read
  int64_t row = -1;       // where the module keeps the texts
};
struct FrameInfo { CodeInfo* code; int32_t line; };  // line -1: it has none
typedef std::vector<FrameInfo> Frames;               // the innermost first
struct CoroInfo { Frames frames; const asyncio::Task* task; };
struct TaskInfo { const asyncio::Task* task; Text name; Frames frames; std::vector<CoroInfo> awaited_by; };
struct ThreadInfo {
  int id;              // the system's number; 0: tasks of threads that have ended
  Frames frames;
  std::vector<TaskInfo> tasks;
};

enum class Threads : uint8_t { kMain, kAll, kActive };
enum class Trouble : uint8_t { kNone, kTorn, kSystem, kLimit, kNoAsyncio };

class Reader {
 public:
  explicit Reader(Process& p) : p_(p) {}
  void freshen();
  // Of the main interpreter's threads, or of the one whose turn it is. False, here and below: trouble() says why.
  bool stacks(Threads which, std::vector<ThreadInfo>& out);
  // Of all threads, the main one first.
  bool all_tasks(std::vector<ThreadInfo>& out);
  // The tasks that make a step, each with all that wait for it, for those, and so on.
  bool running_tasks(std::vector<ThreadInfo>& out);
  Trouble trouble() const { return trouble_ == Trouble::kTorn && p_.error() && p_.error() != EFAULT ? Trouble::kSystem : trouble_; }
  const char* what() const { return what_; }  // there are too many of, with Trouble::kLimit
  void restart() {
    p_.forget();
    codes_.clear();
    task_types_.clear();
    trouble_ = Trouble::kNone;
    found_ = 0;
  }

 private:
  struct ThreadAt { const Thread* at; int id; const Interpreter* home; };
  bool torn() { trouble_ = Trouble::kTorn; return false; }
  bool too_many(const char* what) { trouble_ = Trouble::kLimit; what_ = what; return false; }
  template <class T> bool get(const T* there, Copy<T>& out) { return there && !(reinterpret_cast<uintptr_t>(there) & 7) && p_.read(there, out) ? true : torn(); }
  template <class T> bool get_object(const T* there, const Shape* shape, Copy<T>& out) { return get(there, out) && (out->shape == p_.there(shape) || torn()); }
  bool count() { return ++found_ <= kMostFound || too_many("frames"); }
  bool shape_of(Value v, const Shape*& out);
  bool is(const Shape* there, const Shape* shape) const { return there == p_.there(shape); }

  bool threads(std::vector<ThreadAt>& out);  // of all interpreters, the newest first, the main one last
  bool text(Value v, size_t most, Text& out);
  bool code(const Code* at, CodeInfo*& out);
  bool positions(const Copy<Code>& c, CodeInfo& out);
  bool frame(const Frame& f, const Word* pc, bool created, Frames& out);
  bool stack(const Copy<Thread>& t, const GeneratorObject* last, Frames& out);
  bool resolve(Value coro, const GeneratorObject*& out);
  bool coroutine(Value coro, Frames& out);

  bool asyncio_state(const asyncio::State*& out);
  bool records(std::vector<const asyncio::Running*>& out);
  bool running_stack(const std::vector<ThreadAt>& all, int id, const GeneratorObject* coro, Frames& out);
  bool walk(const std::vector<ThreadAt>& all, int id, const asyncio::Task* first, std::vector<TaskInfo>& out);
  bool ring(const asyncio::TaskLink* ring, std::vector<TaskInfo>& out);
  bool is_task(const Object* at, bool& out);
  bool task(const asyncio::Task* at, TaskInfo& out);
  bool waiters(const Copy<asyncio::Task>& t, std::vector<CoroInfo>& out);
  bool waiter(Value v, std::vector<CoroInfo>& out);

  static constexpr size_t kMostFound = 1 << 23;  // frames and waiters in all, so that memory does for them
  Process& p_;
  size_t found_ = 0;
  Trouble trouble_ = Trouble::kNone;
  const char* what_ = "";
  std::unordered_map<const Code*, CodeInfo> codes_;
  std::unordered_map<const Shape*, bool> task_types_;
};

}  // namespace kaa::remote
