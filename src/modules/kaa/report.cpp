// -X lifecycle=FILE: notes what the heap does while the program runs, and writes it as one page at exit.
//
// The heap calls sample() after each reconcile. Every pause goes into a histogram; now and then the pages are walked for the live objects by type. A walk
// is made no earlier than twenty times its predecessor's duration after that, so that it takes a twentieth of the run at most. There are never more than
// kMost samples: when there are, every other one is merged into its neighbour and the interval doubles.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "heap/heap_inl.h"
#include "base/clock.h"
#include "modules/kaa/kaa.h"
#include "objects/traits.h"
#include "types/objmodel.h"

namespace kaa {

extern const char k_report_head[], k_report_tail[];  // report_page.cpp: the page around its data

namespace {

constexpr size_t kMost = 240;

struct Cell { uint32_t type; uint64_t live, bytes, died, uncounted; };
struct Sample {
  double ms;
  uint64_t made, freed, resident, pause_max, pause_sum, reconciles, young, collections;
  uint64_t reused[kShellCount], fresh[kShellCount];
  std::vector<Cell> cells;
};
struct Recorder {
  std::string path;
  uint64_t began = 0, next = 0, interval = 5'000'000, pause_max = 0, pause_sum = 0, pause_before = 0;
  uint64_t histogram[40] = {};
  std::vector<Sample> samples;
  std::vector<std::string> names;
  std::unordered_map<uint32_t, uint32_t> index;  // of a type's serial number
};
Recorder* g_recorder = nullptr;

uint64_t resident_bytes() {
  unsigned long total = 0, pages = 0;
  if (FILE* f = fopen("/proc/self/statm", "r")) {
    if (fscanf(f, "%lu %lu", &total, &pages) != 2) pages = 0;
    fclose(f);
  }
  return uint64_t{pages} * 4096;
}

// Types have names before they have modules that can be asked without running Python: the qualified name alone.
std::string name_of(Type* ty) {
  std::string s;
  Str* n = ty->qualname ? ty->qualname.get() : ty->name.get();
  for (size_t i = 0; n && i < n->length && i < 60; i++) s += n->at(i) < 128 && n->at(i) >= 32 ? static_cast<char>(n->at(i)) : '?';
  return s.empty() ? "?" : s;
}

uint32_t index_of(Recorder& r, Type* ty) {
  auto [it, added] = r.index.try_emplace(ty->serial, static_cast<uint32_t>(r.names.size()));
  if (added) r.names.push_back(name_of(ty));
  return it->second;
}

void each_type(Type* ty, std::unordered_map<uint32_t, Cell>& cells, Recorder& r) {
  if (ty->died_counted | ty->died_uncounted) {
    uint32_t i = index_of(r, ty);
    Cell& c = cells.try_emplace(i, Cell{i, 0, 0, 0, 0}).first->second;
    c.died = ty->died_counted + ty->died_uncounted;
    c.uncounted = ty->died_uncounted;
  }
  for (uint32_t i = 0; i < ty->nsubclasses; i++)
    if (ty->subclasses[i]->base.get() == ty) each_type(ty->subclasses[i], cells, r);
}

// Merges every other sample into the one behind it.
void thin(Recorder& r) {
  std::vector<Sample> kept;
  for (size_t i = 0; i < r.samples.size(); i++) {
    Sample& s = r.samples[i];
    if (i % 2 == 0 && i + 1 < r.samples.size()) {
      Sample& next = r.samples[i + 1];
      next.pause_max = std::max(next.pause_max, s.pause_max);
      next.pause_sum += s.pause_sum;
      continue;
    }
    kept.push_back(std::move(s));
  }
  r.samples = std::move(kept);
  r.interval *= 2;
}

void take_sample(Heap& h, Recorder& r, uint64_t now) {
  Sample s{};
  s.ms = static_cast<double>(now - r.began) / 1e6;
  s.made = h.stats.allocated;
  s.freed = h.stats.freed;
  s.resident = resident_bytes();
  s.pause_max = r.pause_max;
  s.pause_sum = r.pause_sum;
  s.reconciles = h.stats.reconciles;
  s.young = h.stats.young_collections;
  s.collections = h.stats.collections;
  r.pause_max = r.pause_sum = 0;
  for (int k = 0; k < kShellCount; k++) {
    s.reused[k] = h.shells[k].reused;
    s.fresh[k] = h.shells[k].made;
  }
  std::unordered_map<uint32_t, Cell> cells;
  h.each_object([&](Object* o) {
    uint32_t i = index_of(r, o->type());
    Cell& c = cells.try_emplace(i, Cell{i, 0, 0, 0, 0}).first->second;
    c.live++;
    c.bytes += object_size(o);
  });
  each_type(KAA_TYPE(object), cells, r);
  for (auto& [i, c] : cells) s.cells.push_back(c);
  r.samples.push_back(std::move(s));
  if (r.samples.size() > kMost) thin(r);
}

void sample(Heap& h) {
  Recorder& r = *g_recorder;
  uint64_t pause = h.stats.total_pause_ns - r.pause_before, now = now_ns();
  r.pause_before = h.stats.total_pause_ns;
  r.pause_max = std::max(r.pause_max, pause);
  r.pause_sum += pause;
  r.histogram[pause ? std::min(39, 63 - __builtin_clzll(pause)) : 0]++;
  if (now < r.next) return;
  take_sample(h, r, now);
  uint64_t took = now_ns() - now;
  r.next = now + std::max(r.interval, took * 20);
}

void number(std::string& out, const char* key, double v) {
  char b[80];
  snprintf(b, sizeof b, "\"%s\":%.15g,", key, v);
  out += b;
}
void quoted(std::string& out, const std::string& s) {
  out += '"';
  for (char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '<') out += "\\u003c"; else out += c;
  }
  out += '"';
}
template <class F>
void array(std::string& out, const char* key, size_t n, F&& item) {
  out += '"';
  out += key;
  out += "\":[";
  for (size_t i = 0; i < n; i++) {
    if (i) out += ',';
    item(i);
  }
  out += "],";
}
void close_object(std::string& out) { out.back() = '}'; }

std::string data_of(Heap& h, Recorder& r, const std::string& program) {
  auto put = [](std::string& out, double v) {
    char b[40];
    snprintf(b, sizeof b, "%.15g", v);
    out += b;
  };
  static const char* const k_shell_names[] = {
#define FREELIST_MEMORY(id, structure)
#define FREELIST_STORAGE(id, structure) #id,
#include "defs/freelists.def"
  };
  std::string out = "{";
  out += "\"program\":";
  quoted(out, program);
  out += ',';
  const HeapStats& s = h.stats;
  number(out, "seconds", static_cast<double>(now_ns() - r.began) / 1e9);
  number(out, "reconciles", static_cast<double>(s.reconciles));
  number(out, "maxPause", static_cast<double>(s.max_pause_ns));
  number(out, "totalPause", static_cast<double>(s.total_pause_ns));
  number(out, "collections", static_cast<double>(s.collections));
  number(out, "youngCollections", static_cast<double>(s.young_collections));
  number(out, "cycles", static_cast<double>(s.cycles_collected));
  number(out, "collecting", static_cast<double>(s.collecting_ns));
  number(out, "maxYoung", static_cast<double>(s.max_young_ns));
  number(out, "maxFull", static_cast<double>(s.max_full_ns));
  number(out, "maxWaiting", static_cast<double>(s.max_waiting_bytes));
  array(out, "histogram", 40, [&](size_t i) { put(out, static_cast<double>(r.histogram[i])); });
  array(out, "shells", kShellCount, [&](size_t i) { quoted(out, k_shell_names[i]); });
  array(out, "types", r.names.size(), [&](size_t i) { quoted(out, r.names[i]); });
  array(out, "samples", r.samples.size(), [&](size_t i) {
    const Sample& x = r.samples[i];
    out += '{';
    number(out, "ms", x.ms);
    number(out, "made", static_cast<double>(x.made));
    number(out, "freed", static_cast<double>(x.freed));
    number(out, "resident", static_cast<double>(x.resident));
    number(out, "pauseMax", static_cast<double>(x.pause_max));
    number(out, "pauseSum", static_cast<double>(x.pause_sum));
    number(out, "collections", static_cast<double>(x.collections));
    array(out, "reused", kShellCount, [&](size_t k) { put(out, static_cast<double>(x.reused[k])); });
    array(out, "fresh", kShellCount, [&](size_t k) { put(out, static_cast<double>(x.fresh[k])); });
    array(out, "cells", x.cells.size(), [&](size_t k) {  // type, live, bytes, died, died uncounted
      const Cell& c = x.cells[k];
      out += '[';
      put(out, c.type); out += ',';
      put(out, static_cast<double>(c.live)); out += ',';
      put(out, static_cast<double>(c.bytes)); out += ',';
      put(out, static_cast<double>(c.died)); out += ',';
      put(out, static_cast<double>(c.uncounted));
      out += ']';
    });
    close_object(out);
  });
  close_object(out);
  return out;
}

}  // namespace

void kaa_report_start(Heap& h, const char* path) {
  g_recorder = new Recorder();
  g_recorder->path = path;
  g_recorder->began = now_ns();
  h.sample = sample;
}

bool kaa_report_write(Thread& t, const char* program) {
  if (!g_recorder) return true;
  Heap& h = *t.heap;
  h.reconcile();
  h.sample = nullptr;
  Recorder& r = *g_recorder;
  take_sample(h, r, now_ns());
  std::string data = data_of(h, r, program ? program : "");
  FILE* f = fopen(r.path.c_str(), "w");
  bool good = f != nullptr;
  if (f) {
    good = fputs(k_report_head, f) >= 0 && fwrite(data.data(), 1, data.size(), f) == data.size() && fputs(k_report_tail, f) >= 0;
    good = fclose(f) == 0 && good;
  }
  if (!good) fprintf(stderr, "kaa: cannot write %s: %s\n", r.path.c_str(), strerror(errno));
  delete g_recorder;
  g_recorder = nullptr;
  return good;
}

}  // namespace kaa
