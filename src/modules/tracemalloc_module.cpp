// _tracemalloc: where memory was allocated.
//
// While it traces, the heap calls note() and forget() for each object and each buffer that come and go (Heap::set_tracing; the fast paths of allocation are
// switched off). A block is noted with the size that was asked for and the Python frames that ran, as code object and position: line numbers are found out
// when somebody looks. Equal tracebacks are shared. The code objects stay alive as long as traces may name them (scan()).
// Objects die when a reconcile finds them; every figure is taken after one, so that it says what CPython's would.
#include <stdlib.h>

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "objects/traits.h"
#include "runtime/call.h"
#include "runtime/traceback.h"

namespace kaa {
namespace {

constexpr int kMaxFrames = 65535;

struct Place { Code* code; uint32_t word; };
struct Traceback_ { std::vector<Place> places; uint32_t total; };  // innermost first; frames in all
struct Trace { size_t size; uint32_t traceback; };
struct Tracer {
  int limit = 1;
  size_t now = 0, peak = 0;
  bool busy = false;   // what the tracer itself makes is not traced
  std::unordered_map<void*, Trace> traces;
  std::vector<Traceback_> tracebacks;
  std::unordered_multimap<uint64_t, uint32_t> by_hash;
  std::unordered_set<Code*> codes;
};
Tracer* g_tracer = nullptr;
int g_limit = 1;       // as start() left it

uint32_t current_traceback(Tracer& r) {
  Traceback_ tb;
  tb.total = 0;
  uint64_t h = 0x9E3779B97F4A7C15ull;
  Thread* t = tls_thread;
  for (Frame* f = t ? t->frame : nullptr; f && tb.total < kMaxFrames; f = f->prev) {
    if (tb.total++ >= static_cast<uint32_t>(r.limit)) continue;
    Place p{f->code, f->pc_index()};
    tb.places.push_back(p);
    h = (h ^ reinterpret_cast<uintptr_t>(p.code) ^ (uint64_t{p.word} << 48)) * 0x100000001B3ull;
    h ^= h >> 29;
  }
  h += tb.total;
  auto [lo, hi] = r.by_hash.equal_range(h);
  for (; lo != hi; ++lo) {
    const Traceback_& o = r.tracebacks[lo->second];
    if (o.total != tb.total || o.places.size() != tb.places.size()) continue;
    bool same = true;
    for (size_t i = 0; i < tb.places.size() && same; i++) same = o.places[i].code == tb.places[i].code && o.places[i].word == tb.places[i].word;
    if (same) return lo->second;
  }
  for (const Place& p : tb.places) r.codes.insert(p.code);
  uint32_t i = static_cast<uint32_t>(r.tracebacks.size());
  r.tracebacks.push_back(std::move(tb));
  r.by_hash.emplace(h, i);
  return i;
}

void note(void* p, size_t size) {
  Tracer& r = *g_tracer;
  if (r.busy) return;
  r.traces[p] = {size, current_traceback(r)};
  r.now += size;
  if (r.now > r.peak) r.peak = r.now;
}
void forget(void* p) {
  Tracer& r = *g_tracer;
  auto it = r.traces.find(p);
  if (it == r.traces.end()) return;
  r.now -= it->second.size;
  r.traces.erase(it);
}

void scan(RootVisitor& v) {
  if (!g_tracer) return;
  for (Code* c : g_tracer->codes) v.value(c);
}

// Nothing made in such a scope is traced.
class Untraced {
 public:
  Untraced() { if (g_tracer) { was_ = g_tracer->busy; g_tracer->busy = true; } }
  ~Untraced() { if (g_tracer) g_tracer->busy = was_; }
  Untraced(const Untraced&) = delete;
 private:
  bool was_ = false;
};

Status settle(Thread& t) {
  t.heap->reconcile();
  return safepoint(t);
}

// ((filename, line), ...), innermost first.
Result<Tuple*> traceback_tuple(Thread& t, uint32_t index) {
  size_t n = g_tracer->tracebacks[index].places.size();
  List* l = TRY(new_list(t, n + 1));
  for (size_t i = 0; i < n; i++) {
    Place p = g_tracer->tracebacks[index].places[i];
    int32_t line = code_line(p.code, p.word);
    TRY(list_append(t, l, TRY(make_tuple(t, p.code->filename.get(), small_int(line < 0 ? 0 : line)))));
  }
  if (!n) TRY(list_append(t, l, TRY(make_tuple(t, NAME("<unknown>"), small_int(0)))));
  return tuple_of(t, l->items, l->size);
}

Result<Value> is_tracing(Thread&, Args) { return Value::from_bool(g_tracer != nullptr); }
Result<Value> start(Thread& t, Args a) {
  int64_t limit = a[0] ? TRY(to_ssize(t, a[0])) : 1;
  if (limit < 1 || limit > kMaxFrames) return RAISE(ValueError, "the number of frames must be in range [1; %d]", kMaxFrames);
  g_limit = static_cast<int>(limit);
  if (g_tracer) return kNone;
  g_tracer = new Tracer();
  g_tracer->limit = g_limit;
  t.heap->set_tracing(note, forget);
  return kNone;
}
Result<Value> stop(Thread& t, Args) {
  if (!g_tracer) return kNone;
  t.heap->set_tracing(nullptr, nullptr);
  delete g_tracer;
  g_tracer = nullptr;
  return kNone;
}
Result<Value> clear_traces(Thread&, Args) {
  if (!g_tracer) return kNone;
  g_tracer->traces.clear();
  g_tracer->tracebacks.clear();
  g_tracer->by_hash.clear();
  g_tracer->codes.clear();
  g_tracer->now = g_tracer->peak = 0;
  return kNone;
}
Result<Value> get_traced_memory(Thread& t, Args) {
  if (g_tracer) TRY(settle(t));
  Untraced u;
  size_t now = g_tracer ? g_tracer->now : 0, peak = g_tracer ? g_tracer->peak : 0;
  return TRY(make_tuple(t, small_int(static_cast<int64_t>(now)), small_int(static_cast<int64_t>(peak))));
}
Result<Value> reset_peak(Thread& t, Args) {
  if (g_tracer) TRY(settle(t));
  if (g_tracer) g_tracer->peak = g_tracer->now;
  return kNone;
}
Result<Value> get_traceback_limit(Thread&, Args) { return small_int(g_limit); }
Result<Value> get_tracemalloc_memory(Thread&, Args) {
  if (!g_tracer) return small_int(0);
  size_t n = sizeof(Tracer) + g_tracer->traces.size() * (sizeof(Trace) + 4 * sizeof(void*)) + g_tracer->codes.size() * 4 * sizeof(void*);
  for (const Traceback_& tb : g_tracer->tracebacks) n += sizeof tb + tb.places.capacity() * sizeof(Place);
  return small_int(static_cast<int64_t>(n));
}
Result<Value> get_traces(Thread& t, Args) {
  if (!g_tracer) return TRY(new_list(t));
  TRY(settle(t));
  Untraced u;
  std::vector<Trace> traces;
  traces.reserve(g_tracer->traces.size());
  for (auto& [p, trace] : g_tracer->traces) traces.push_back(trace);
  List* l = TRY(new_list(t, traces.size()));
  List* made = TRY(new_list(t));   // the tuple of each traceback, or None
  for (size_t i = 0; i < g_tracer->tracebacks.size(); i++) TRY(list_append(t, made, kNone));
  for (const Trace& trace : traces) {
    if (made->items[trace.traceback].is_none()) {
      Tuple* tuple = TRY(traceback_tuple(t, trace.traceback));
      made->items[trace.traceback] = tuple;
      inc(tuple);
    }
    Value tb = made->items[trace.traceback];
    uint32_t total = g_tracer->tracebacks[trace.traceback].total;
    TRY(list_append(t, l, TRY(make_tuple(t, small_int(0), small_int(static_cast<int64_t>(trace.size)), tb, small_int(total)))));
  }
  return l;
}
Result<Value> get_object_traceback(Thread& t, Args a) {
  if (!g_tracer || !a[0].is_object()) return kNone;
  auto it = g_tracer->traces.find(a[0].object());
  if (it == g_tracer->traces.end()) return kNone;
  Untraced u;
  return TRY(traceback_tuple(t, it->second.traceback));
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"is_tracing", is_tracing, "()", "Whether memory is being traced.", kF},
    {"start", start, "(nframe=1, /)", "Traces memory from now on, with at most nframe frames for each block.", kF},
    {"stop", stop, "()", "Ends tracing and forgets what was traced.", kF},
    {"clear_traces", clear_traces, "()", "Forgets what was traced so far.", kF},
    {"get_traced_memory", get_traced_memory, "()", "Bytes in traced blocks now, and the most there were: a pair.", kF},
    {"reset_peak", reset_peak, "()", "The peak is what there is now.", kF},
    {"get_traceback_limit", get_traceback_limit, "()", "Frames noted for each block at most.", kF},
    {"get_tracemalloc_memory", get_tracemalloc_memory, "()", "Bytes that tracing itself uses.", kF},
    {"_get_traces", get_traces, "()", "A list of (domain, size, traceback, number of frames).", kF},
    {"_get_object_traceback", get_object_traceback, "(obj, /)", "Where the object was made, or None.", kF},
};

}  // namespace

extern const ModuleDef _tracemalloc_module = {"_tracemalloc", "Traces of memory blocks.", k_functions, nullptr};
void _tracemalloc_roots(RootVisitor& v) { scan(v); }

}  // namespace kaa
