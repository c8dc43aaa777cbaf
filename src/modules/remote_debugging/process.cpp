#include "modules/remote_debugging/process.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "runtime/remote_debug.h"

namespace kaa::remote {

namespace {

struct Program {
  uintptr_t shift = 0;         // of its addresses against those in the file
  const void* headers = nullptr;
  const char* id = nullptr;    // the linker's number of the build
  size_t id_size = 0;
};

void find_id(const char* notes, size_t size, Program& out) {
  for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
    ElfW(Nhdr) n;
    memcpy(&n, notes + at, sizeof n);
    size_t name = at + sizeof n, contents = name + ((n.n_namesz + 3) & ~3u);
    if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && !memcmp(notes + name, "GNU", 4)) {
      out.id = notes + contents;
      out.id_size = n.n_descsz;
      return;
    }
    at = contents + ((n.n_descsz + 3) & ~3u);
  }
}
// The program comes first, before its libraries.
const Program& this_program() {
  static const Program program = [] {
    Program p;
    dl_iterate_phdr([](dl_phdr_info* info, size_t, void* to) {
      Program& out = *static_cast<Program*>(to);
      out.shift = info->dlpi_addr;
      out.headers = info->dlpi_phdr;
      for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr)& h = info->dlpi_phdr[i];
        if (h.p_type == PT_NOTE && !out.id) find_id(reinterpret_cast<const char*>(info->dlpi_addr + h.p_vaddr), h.p_memsz, out);
      }
      return 1;
    }, &p);
    return p;
  }();
  return program;
}

}  // namespace

// A program that is position-independent (under the sanitizers) lies elsewhere in every process.
bool Process::find_shift() {
  if (!this_program().shift) return true;
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/auxv", pid_);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ElfW(auxv_t) entries[64];
  ssize_t n = ::read(fd, entries, sizeof entries);
  close(fd);
  for (ssize_t i = 0; i < n / static_cast<ssize_t>(sizeof entries[0]); i++) {
    if (entries[i].a_type != AT_PHDR) continue;
    shift_ = entries[i].a_un.a_val - reinterpret_cast<uintptr_t>(this_program().headers);
    return true;
  }
  errno = EFAULT;
  return false;
}

int Process::attach() {
  forget();
  if (!find_shift()) return errno == ENOENT ? ESRCH : errno;
  const Program& own = this_program();
  RemoteDebug mark;
  char id[64];
  size_t id_size = own.id_size < sizeof id ? own.id_size : sizeof id;
  if (!read(there(&g_remote_debug), &mark, offsetof(RemoteDebug, script)) || (id_size && !read(there(own.id), id, id_size))) return error_;
  bool same = !memcmp(mark.magic, g_remote_debug.magic, sizeof mark.magic) && mark.build == g_remote_debug.build && (!id_size || !memcmp(id, own.id, id_size));
  return same ? 0 : EFAULT;
}

bool Process::peek(const void* from, void* here, size_t n) {
  iovec local{here, n}, remote{const_cast<void*>(from), n};
  ssize_t done = process_vm_readv(pid_, &local, 1, &remote, 1, 0);
  if (done == static_cast<ssize_t>(n)) return true;
  error_ = done < 0 ? errno : EFAULT;
  return false;
}

bool Process::write(void* to, const void* here, size_t n) {
  iovec local{const_cast<void*>(here), n}, remote{to, n};
  ssize_t done = process_vm_writev(pid_, &local, 1, &remote, 1, 0);
  if (done == static_cast<ssize_t>(n)) return true;
  error_ = done < 0 ? errno : EFAULT;
  return false;
}

bool Process::read(const void* from, void* here, size_t n) {
  uintptr_t at = reinterpret_cast<uintptr_t>(from);
  char* to = static_cast<char*>(here);
  while (n) {
    uintptr_t page = at & ~uintptr_t{kPage - 1};
    auto [it, fresh] = pages_.try_emplace(page);
    if (fresh && !peek(reinterpret_cast<void*>(page), it->second.data(), kPage)) {
      pages_.erase(it);
      return false;
    }
    size_t part = page + kPage - at < n ? page + kPage - at : n;
    memcpy(to, it->second.data() + (at - page), part);
    to += part;
    at += part;
    n -= part;
  }
  return true;
}

}  // namespace kaa::remote
