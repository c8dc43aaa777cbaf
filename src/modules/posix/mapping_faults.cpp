#include "modules/posix/mapping_faults.h"

#include <atomic>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kaa {

// Entries are linked once and used again, never freed: a handler may be reading them. One whose start is 0 is unused. Changes are made under the lock; a handler of
// a thread that works without it sees the entry of its own address unchanged, since a mapping that is in use is not unmapped, and of others no more than a
// start that does not stay.
struct MappedFile {
  std::atomic<uintptr_t> start{0}, end{0};
  std::atomic<uintptr_t> zeros{0};  // zero pages lie from here to the end; 0: nowhere
  std::atomic<int> fd{-1}, prot{0}, flags{0};
  std::atomic<int64_t> offset{0};
  MappedFile* next = nullptr;
  MappedFile* next_unused = nullptr;
};

constinit thread_local bool tls_mapping_fault = false;

namespace {

std::atomic<MappedFile*> g_files{nullptr};
MappedFile* g_unused = nullptr;
bool g_installed = false;
struct sigaction g_previous;
uintptr_t g_page;

bool recover(MappedFile* f, uintptr_t address) {
  uintptr_t start = f->start, end = f->end, page = address & ~(g_page - 1);
  if (!start || address < start || address >= end || f->start != start) return false;
  // What follows a page past the end of the file is past it, too; after an error of reading a disk it is not.
  uintptr_t until = page + g_page;
  struct stat st;
  int fd = f->fd;
  if (fd < 0 || (fstat(fd, &st) == 0 && f->offset + static_cast<int64_t>(page - start) >= st.st_size)) until = (end + g_page - 1) & ~(g_page - 1);
  int prot = f->prot;
  if (mmap(reinterpret_cast<void*>(page), until - page, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) return false;
  uintptr_t old = f->zeros;
  while ((!old || old > page) && !f->zeros.compare_exchange_weak(old, page)) {}
  return true;
}

void on_bus(int sig, siginfo_t* info, void* context) {
  if (recover_mapping_fault(info)) return;
  if (g_previous.sa_flags & SA_SIGINFO) return g_previous.sa_sigaction(sig, info, context);
  if (g_previous.sa_handler == SIG_IGN && info->si_code <= 0) return;
  if (g_previous.sa_handler != SIG_DFL && g_previous.sa_handler != SIG_IGN) return g_previous.sa_handler(sig);
  // A real fault happens again when this returns; what another process sent has to be sent again.
  signal(sig, SIG_DFL);
  if (info->si_code <= 0) ::raise(sig);
}

}  // namespace

void keep_bus_handler() {
  if (!g_installed) return;
  struct sigaction now, sa {};
  sa.sa_sigaction = on_bus;
  sigemptyset(&sa.sa_mask);
  sa.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART;
  if (sigaction(SIGBUS, nullptr, &now) || (now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_bus)) return;
  g_previous = now;
  sigaction(SIGBUS, &sa, nullptr);
}

bool recover_mapping_fault(const siginfo_t* info) {
  if (info->si_code <= 0) return false;  // sent by a process
  int saved = errno;
  bool found = false;
  for (MappedFile* f = g_files.load(); f && !found; f = f->next) found = recover(f, reinterpret_cast<uintptr_t>(info->si_addr));
  errno = saved;
  if (found && tls_thread) {
    tls_mapping_fault = true;
    tls_thread->request(kPollSignal);
  }
  return found;
}

Status raise_mapping_fault(Thread& t) {
  tls_mapping_fault = false;
  for (MappedFile* f = g_files.load(); f; f = f->next) restore_mapped_file(f);
  Value text = TRY(new_str(t, "the memory that was used is mapped to a part that the file does not have"));
  Value e = TRY(call(t, KAA_TYPE(OSError), small_int(EFAULT), text));
  return raise_value(t, e);
}

Result<MappedFile*> enter_mapped_file(Thread& t, void* data, size_t size, int prot, int flags, int fd, int64_t offset) {
  MappedFile* f = g_unused;
  bool fresh = !f;
  if (fresh) {
    void* memory = malloc(sizeof(MappedFile));
    if (!memory) return raise_memory(t);
    f = new (memory) MappedFile();
  } else {
    g_unused = f->next_unused;
  }
  f->zeros = 0;
  f->fd = fd;
  f->prot = prot;
  f->flags = flags;
  f->offset = offset;
  move_mapped_file(f, data, size);
  if (fresh) {
    f->next = g_files.load();
    g_files = f;
  }
  if (!g_installed) {
    g_page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    g_installed = true;
    keep_bus_handler();
  }
  return f;
}

void move_mapped_file(MappedFile* f, void* data, size_t size) {
  f->start = 0;
  f->end = reinterpret_cast<uintptr_t>(data) + size;
  f->start = reinterpret_cast<uintptr_t>(data);
}

void leave_mapped_file(MappedFile* f) {
  if (!f) return;
  f->start = 0;
  f->next_unused = g_unused;
  g_unused = f;
}

void restore_mapped_file(MappedFile* f) {
  if (!f->start || f->fd < 0) return;
  uintptr_t from = f->zeros.exchange(0);
  if (!from) return;
  void* p = mmap(reinterpret_cast<void*>(from), f->end - from, f->prot, (f->flags & ~(MAP_POPULATE | MAP_FIXED_NOREPLACE)) | MAP_FIXED, f->fd,
                 f->offset + static_cast<int64_t>(from - f->start));
  if (p == MAP_FAILED) f->zeros = from;
}

}  // namespace kaa
