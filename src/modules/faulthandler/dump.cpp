#include "modules/faulthandler/dump.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "runtime/startup.h"
#include "runtime/traceback.h"

namespace kaa {

namespace {
constexpr int kMaxFrames = 100, kMaxThreads = 100, kMaxNativeFrames = 32;
constexpr size_t kMaxText = 500;

// The heap, also for threads that are not Python's (heap() is the current thread's).
Heap& shared_heap() { return *interp().threads->heap; }

// An object of that static type, as far as its header tells.
bool looks_like(Value v, const Shape* shape) {
  if (!v || !v.is_object() || !shared_heap().contains(v.object())) return false;
  return v.object()->shape == shape;
}

bool valid_frame(const Thread* t, const Frame* f) {
  if (reinterpret_cast<uintptr_t>(f) % alignof(Frame)) return false;
  return (f >= t->frame_base && f < t->frame_end) || shared_heap().contains(f);
}

void dump_frames(FdWriter& out, const Thread* t) {
  if (!t->frame) { out.text("  <no Python frame>\n"); return; }
  int n = 0;
  for (const Frame* f = t->frame; f && n < kMaxFrames; f = f->prev, n++) {
    if (!valid_frame(t, f) || !looks_like(f->code, KAA_SHAPE(code))) { out.text("  <invalid frame>\n"); return; }
    const Code* c = f->code;
    out.text("  File ");
    Value file = c->filename.value(), name = c->name.value();
    if (looks_like(file, KAA_SHAPE(str))) out.text("\"").str(file.as<Str>()).text("\"");
    else out.text("???");
    out.text(", line ");
    int32_t line = f->pc >= c->words && f->pc < c->words + c->nwords ? code_line(c, f->pc_index()) : -1;
    if (line >= 0) out.decimal(static_cast<uint64_t>(line));
    else out.text("???");
    out.text(" in ");
    if (looks_like(name, KAA_SHAPE(str))) out.str(name.as<Str>());
    else out.text("???");
    out.text("\n");
  }
}

void dump_header(FdWriter& out, const Thread* t, bool current) {
  out.text(current ? "Current thread 0x" : "Thread 0x").hex(t->id, 16);
  char name[32];
  if (pthread_getname_np(static_cast<pthread_t>(t->id), name, sizeof name) == 0 && name[0]) out.text(" [").text(name).text("]");
  out.text(" (most recent call first):\n");
}
}  // namespace

FdWriter::FdWriter(int fd) : fd_(fd), errno_(errno) {}
FdWriter::~FdWriter() {
  flush();
  errno = errno_;
}
void FdWriter::flush() {
  for (size_t done = 0; done < n_;) {
    ssize_t r = write(fd_, buffer_ + done, n_ - done);
    if (r < 0 && errno == EINTR) continue;
    if (r <= 0) break;
    done += static_cast<size_t>(r);
  }
  n_ = 0;
}
FdWriter& FdWriter::text(const char* s, size_t n) {
  while (n) {
    if (n_ == sizeof buffer_) flush();
    size_t part = n < sizeof buffer_ - n_ ? n : sizeof buffer_ - n_;
    memcpy(buffer_ + n_, s, part);
    n_ += part;
    s += part;
    n -= part;
  }
  return *this;
}
FdWriter& FdWriter::text(const char* s) { return text(s, strlen(s)); }
FdWriter& FdWriter::decimal(uint64_t n, int width) {
  char b[24];
  int i = sizeof b;
  do { b[--i] = static_cast<char>('0' + n % 10); n /= 10; width--; } while (n || width > 0);
  return text(b + i, sizeof b - static_cast<size_t>(i));
}
FdWriter& FdWriter::hex(uint64_t n, int width) {
  char b[24];
  int i = sizeof b;
  do { b[--i] = "0123456789abcdef"[n % 16]; n /= 16; width--; } while (n || width > 0);
  return text(b + i, sizeof b - static_cast<size_t>(i));
}
FdWriter& FdWriter::str(const Str* s) {
  size_t n = s->length < kMaxText ? s->length : kMaxText;
  for (size_t i = 0; i < n; i++) {
    uint32_t c = s->at(i);
    if (c >= ' ' && c < 0x7F) {
      char one = static_cast<char>(c);
      text(&one, 1);
    } else if (c < 0x100) {
      text("\\x").hex(c, 2);
    } else if (c < 0x10000) {
      text("\\u").hex(c, 4);
    } else {
      text("\\U").hex(c, 8);
    }
  }
  if (n < s->length) text("...");
  return *this;
}

void dump_thread(FdWriter& out, const Thread* t) {
  out.text("Stack (most recent call first):\n");
  dump_frames(out, t);
}

void dump_all_threads(FdWriter& out, const Thread* current) {
  int n = 0;
  for (const Thread* t = interp().threads; t; t = t->next, n++) {
    if (n) out.text("\n");
    if (n == kMaxThreads) { out.text("...\n"); return; }
    dump_header(out, t, t == current);
    if (t == current && g_gc.collecting) out.text("  Garbage-collecting\n");
    dump_frames(out, t);
  }
}

extern "C" [[gnu::used]] void kaa_dump_frames(int fd) {
  FdWriter out(fd);
  dump_all_threads(out, tls_thread);
}

void dump_native_stack(FdWriter& out) {
  out.text("Current thread's C stack trace (most recent call first):\n");
  void* frames[kMaxNativeFrames];
  int n = backtrace(frames, kMaxNativeFrames);
  Dl_info self;
  const void* program = dladdr(reinterpret_cast<void*>(&dump_native_stack), &self) ? self.dli_fbase : nullptr;
  if (n <= 0) out.text("  <cannot get C stack on this system>\n");
  for (int i = 0; i < n; i++) {
    Dl_info info;
    if (!dladdr(frames[i], &info) || !info.dli_fname || !*info.dli_fname) {
      out.text("  Binary file \"<unknown>\" [0x").hex(reinterpret_cast<uintptr_t>(frames[i])).text("]\n");
      continue;
    }
    out.text("  Binary file \"").text(info.dli_fname).text("\"");
    if (info.dli_sname || info.dli_fbase != program) {
      uintptr_t from = reinterpret_cast<uintptr_t>(info.dli_sname ? info.dli_saddr : info.dli_fbase);
      out.text(", at ").text(info.dli_sname ? info.dli_sname : "").text("+0x").hex(reinterpret_cast<uintptr_t>(frames[i]) - from);
    }
    out.text(" [0x").hex(reinterpret_cast<uintptr_t>(frames[i])).text("]\n");
  }
  if (n == kMaxNativeFrames) out.text("  <truncated rest of calls>\n");
}

void dump_native_modules(FdWriter& out) {
  Dict* modules = interp().modules;
  if (!modules || !interp().threads) return;
  Value standard;
  auto same = [](const Str* a, const Str* b) { return a->length == b->length && a->kind() == b->kind() && !memcmp(a->data(), b->data(), a->length * static_cast<size_t>(a->kind())); };
  if (Dict* sys = interp().sys_dict) {
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(sys, &pos))
      if (looks_like(e->key, KAA_SHAPE(str)) && e->key.as<Str>()->is_ascii() && e->key.as<Str>()->ascii() == "stdlib_module_names") standard = e->value;
  }
  Set* names = standard && looks_like(standard, KAA_SHAPE(frozenset)) ? standard.as<Set>() : nullptr;
  uint64_t total = 0;
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(modules, &pos)) {
    if (!looks_like(e->key, KAA_SHAPE(str)) || !looks_like(e->value, KAA_SHAPE(module)) || !e->value.as<Module>()->def) continue;
    const Str* name = e->key.as<Str>();
    bool known = false;
    if (names && names->table)
      for (uint64_t i = 0; i <= names->mask && !known; i++) {
        Value k = names->table[i].key;
        known = k && looks_like(k, KAA_SHAPE(str)) && same(k.as<Str>(), name);
      }
    if (known) continue;
    out.text(total++ ? ", " : "\nExtension modules: ").str(name);
  }
  if (total) out.text(" (total: ").decimal(total).text(")\n");
}

}  // namespace kaa
