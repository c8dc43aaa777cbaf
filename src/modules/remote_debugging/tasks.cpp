// The tasks of asyncio.
#include <algorithm>

#include "modules/remote_debugging/reader.h"

namespace kaa::remote {

using asyncio::Running, asyncio::State, asyncio::Task, asyncio::TaskLink;

namespace {
constexpr size_t kMostTasks = 1 << 22, kMostWalked = 1 << 14, kMostRunning = 1 << 16, kMostBases = 256;
constexpr uint64_t kMostWaiters = 1 << 20;
constexpr size_t kMostTaskName = 255;  // characters
}  // namespace

bool Reader::asyncio_state(const State*& out) {
  if (!p_.read(p_.there(&asyncio::g_state), &out, sizeof out)) return torn();
  if (out) return true;
  trouble_ = Trouble::kNoAsyncio;
  return false;
}

// What each thread runs that has had to do with asyncio.
bool Reader::records(std::vector<const Running*>& out) {
  const Running* at;
  if (!p_.read(p_.there(&asyncio::g_running), &at, sizeof at)) return torn();
  while (at) {
    if (out.size() >= kMostRunning) return too_many("threads");
    Copy<Running> r;
    if (!get(at, r)) return false;
    out.push_back(at);
    at = r->next;
  }
  return true;
}

bool Reader::is_task(const Object* at, bool& out) {
  const Shape* s;
  if (!shape_of(at, s)) return false;
  auto [it, fresh] = task_types_.try_emplace(s);
  if (fresh) {
    Copy<Shape> shape;
    const State* state;
    const Type* wanted;
    if (!get(s, shape) || !asyncio_state(state) || !p_.read(&state->task, &wanted, sizeof wanted)) return torn();
    const Type* type = shape->type;
    for (size_t n = 0; type && type != wanted && n < kMostBases; n++)
      if (!p_.read(&type->base, &type, sizeof type)) return torn();
    it->second = type == wanted;
  }
  out = it->second;
  return true;
}

bool Reader::waiter(Value v, std::vector<CoroInfo>& out) {
  bool yes;
  if (!v || !v.is_object()) return torn();
  if (!is_task(v.object(), yes)) return false;
  if (!yes) return true;
  Copy<Task> t;
  if (!count()) return false;
  out.push_back({{}, v.as<Task>()});
  return get(v.as<Task>(), t) && coroutine(t->coro.value(), out.back().frames);
}
bool Reader::waiters(const Copy<Task>& t, std::vector<CoroInfo>& out) {
  Value v = t->awaited_by.value();
  if (!v) return true;
  if (!t->several_awaiting) return waiter(v, out);
  Copy<Set> s;
  if (!get_object(v.as<Set>(), KAA_SHAPE(set), s)) return false;
  if (!s->table) return true;
  if (s->mask >= kMostWaiters) return too_many("waiters");
  for (uint64_t i = 0; i <= s->mask; i++) {
    SetEntry e;
    if (!p_.read(s->table + i, &e, sizeof e)) return torn();
    if (e.key && !waiter(e.key, out)) return false;
  }
  return true;
}

bool Reader::task(const Task* at, TaskInfo& out) {
  bool yes;
  Copy<Task> t;
  if (!is_task(at, yes) || !get(at, t)) return false;
  if (!yes) return torn();
  out.task = at;
  if (Value name = t->name.value(); name && name.is_int()) out.name.data = "Task-" + std::to_string(name.as_int());
  else if (!text(name, kMostTaskName, out.name)) return false;
  return coroutine(t->coro.value(), out.frames) && waiters(t, out.awaited_by);
}

bool Reader::ring(const TaskLink* ring, std::vector<TaskInfo>& out) {
  const TaskLink *l = ring, *before = nullptr;
  for (;;) {
    Copy<TaskLink> link;
    if (!get(l, link)) return false;
    if (before && link->prev != before) return torn();  // this one is in another ring by now
    before = l;
    l = link->next;
    if (l == ring) return true;
    if (out.size() >= kMostTasks) return too_many("tasks");
    if (!l || reinterpret_cast<uintptr_t>(l) & 7) return torn();
    out.emplace_back();
    if (!task(asyncio::task_of(const_cast<TaskLink*>(l)), out.back())) return false;
  }
}

bool Reader::all_tasks(std::vector<ThreadInfo>& out) {
  const State* state;
  std::vector<ThreadAt> all;
  std::vector<const Running*> running;
  if (!asyncio_state(state) || !threads(all) || !records(running)) return false;
  // A thread that is in another interpreter has two records.
  auto row = [&](int id) { return std::find_if(out.begin(), out.end(), [&](const ThreadInfo& i) { return i.id == id; }); };
  out.push_back({all.back().id, {}, {}});
  for (const ThreadAt& thread : all)
    if (row(thread.id) == out.end()) out.push_back({thread.id, {}, {}});
  out.push_back({0, {}, {}});
  if (!ring(&state->tasks, out.back().tasks)) return false;
  for (const Running* r : running) {
    Copy<Running> copy;
    if (!get(r, copy)) return false;
    auto owner = copy->used ? row(copy->native_id) : out.end();
    if (!ring(&r->tasks, owner == out.end() ? out.back().tasks : owner->tasks)) return false;
  }
  return true;
}

// The frames of a coroutine that runs in that thread: in the interpreter that the task belongs to, or in one that it is visiting.
bool Reader::running_stack(const std::vector<ThreadAt>& all, int id, const GeneratorObject* coro, Frames& out) {
  for (const ThreadAt& thread : all) {
    Copy<Thread> t;
    if (thread.id != id) continue;
    if (!get(thread.at, t) || !stack(t, coro, out)) return false;
    if (!out.empty()) return true;
  }
  return torn();
}

// In breadth. A task that is reached on several ways comes as often.
bool Reader::walk(const std::vector<ThreadAt>& all, int id, const Task* first, std::vector<TaskInfo>& out) {
  out.emplace_back();
  Copy<Task> t;
  const GeneratorObject* coro;
  if (!task(first, out[0]) || !get(first, t) || !resolve(t->coro.value(), coro)) return false;
  if (coro) {
    Copy<GeneratorObject> g;
    if (!get(coro, g)) return false;
    if (g->state == GenState::kRunning) {
      out[0].frames.clear();
      if (!running_stack(all, id, coro, out[0].frames)) return false;
    }
  }
  for (size_t i = 0; i < out.size(); i++)
    for (size_t k = 0; k < out[i].awaited_by.size(); k++) {
      if (out.size() >= kMostWalked) return too_many("task waiters");
      const Task* waiter = out[i].awaited_by[k].task;
      out.emplace_back();
      if (!task(waiter, out.back())) return false;
    }
  return true;
}

bool Reader::running_tasks(std::vector<ThreadInfo>& out) {
  const State* state;
  std::vector<ThreadAt> all;
  std::vector<const Running*> running;
  if (!asyncio_state(state) || !threads(all) || !records(running)) return false;
  for (const Running* r : running) {
    Copy<Running> copy;
    bool yes;
    if (!get(r, copy)) return false;
    Value task = copy->task;
    if (!copy->used || !task || !task.is_object()) continue;
    if (!is_task(task.object(), yes)) return false;
    if (!yes) continue;
    out.push_back({copy->native_id, {}, {}});
    if (!walk(all, copy->native_id, task.as<Task>(), out.back().tasks)) return false;
  }
  auto main = std::find_if(out.begin(), out.end(), [&](const ThreadInfo& i) { return i.id == all.back().id; });
  if (main != out.end()) std::rotate(out.begin(), main, main + 1);
  return true;
}

}  // namespace kaa::remote
