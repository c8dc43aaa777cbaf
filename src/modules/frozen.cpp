// Frozen modules. CPython has their code in its program; Kaa's library is a dependency that may be exchanged (KAA_STDLIB), so it keeps their code in the
// ordinary .pyc files beside their sources, which importlib could use as well, but finds and reads them here: no Python code runs for it, and
// importlib itself can come from there. A .pyc that is missing, damaged or older than its source is made anew, and if it cannot be written nothing is lost.
#include "modules/frozen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "modules/code_builtins.h"
#include "modules/import.h"
#include "modules/marshal.h"
#include "modules/sys_module.h"
#include "runtime/call.h"

namespace kaa {

bool g_frozen_modules = true;

#define FROZEN(name, orig, file, package) {name, orig, file, package, false},
#define ESSENTIAL(name, orig, file, package) {name, orig, file, package, true},
const FrozenModule k_frozen_modules[] = {
#include "defs/frozen.def"
};
const size_t k_frozen_count = sizeof k_frozen_modules / sizeof *k_frozen_modules;

static int g_override = 0;
int override_frozen_modules(int how) {
  int old = g_override;
  g_override = how;
  return old;
}

const FrozenModule* find_frozen(Str* name) {
  bool on = g_override ? g_override > 0 : g_frozen_modules;
  for (const FrozenModule& f : k_frozen_modules)
    if ((on || f.essential) && str_equal_ascii(name, f.name)) return &f;
  return nullptr;
}

namespace {

constexpr size_t kHeader = 16;  // magic, flags, source's time, source's size: 32 bits each

// The contents of a file, in memory that is not cleared first.
struct Contents {
  char* data = nullptr;
  size_t size = 0;
  ~Contents() { free(data); }
  std::string_view view() const { return {data, size}; }
};
bool read_whole(const char* path, Contents& out, struct stat& st) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool ok = fstat(fd, &st) == 0;
  if (ok) {
    size_t room = static_cast<size_t>(st.st_size);
    ok = (out.data = static_cast<char*>(malloc(room + 1)));
    while (ok && out.size < room) {
      ssize_t n = read(fd, out.data + out.size, room - out.size);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      out.size += static_cast<size_t>(n);
    }
  }
  int error = errno;
  close(fd);
  errno = error;
  return ok;
}

std::string header_of(const struct stat& source) {
  uint32_t words[4] = {kPycMagic, 0, static_cast<uint32_t>(source.st_mtime), static_cast<uint32_t>(source.st_size)};
  return std::string(reinterpret_cast<char*>(words), sizeof words);
}

// Written beside the final name and renamed, so that nobody reads a part.
void write_cache(const std::string& folder, const std::string& path, const std::string& header, std::string_view body) {
  mkdir(folder.c_str(), 0777);
  std::string temporary = path + "." + std::to_string(getpid());
  int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return;
  std::string all = header;
  all += body;
  bool ok = write(fd, all.data(), all.size()) == static_cast<ssize_t>(all.size());
  ok &= close(fd) == 0;
  if (!ok || rename(temporary.c_str(), path.c_str()) != 0) unlink(temporary.c_str());
}

}  // namespace

void set_code_filename(Code* c, Str* name) {
  Str* old = c->filename.get().as<Str>();
  if (str_equal(old, name)) return;
  c->filename.set(name);
  for (uint32_t i = 0; i < c->nconsts; i++)
    if (IS_EXACT(c->consts[i], code) && str_equal(c->consts[i].as<Code>()->filename.get().as<Str>(), old)) set_code_filename(c->consts[i].as<Code>(), name);
}

Result<Code*> frozen_code(Thread& t, const FrozenModule& f) {
  Utf8 lib;
  TRY(str_utf8(t, library_folder(), lib, true));
  std::string source_path = std::string(lib.view()) + "/" + f.file;
  size_t slash = source_path.rfind('/');
  std::string folder = source_path.substr(0, slash) + "/__pycache__", stem = source_path.substr(slash + 1, source_path.size() - slash - 4);
  std::string cache_path = folder + "/" + stem + ".kaa-314";
  if (g_config.optimize) cache_path += ".opt-" + std::to_string(g_config.optimize);
  cache_path += ".pyc";
  const char* orig = *f.origname == '<' ? f.origname + 1 : *f.origname ? f.origname : f.name;
  Str* shown = TRY(str_format(t, "<frozen %s>", orig));

  bool cached = g_config.pycache_prefix.empty();  // elsewhere importlib alone keeps caches
  struct stat source, st;
  if (cached && stat(source_path.c_str(), &source) == 0) {
    Contents data;
    if (read_whole(cache_path.c_str(), data, st) && data.size > kHeader && data.view().substr(0, kHeader) == header_of(source)) {
      Result<Value> v = marshal_read(t, data.data + kHeader, data.size - kHeader, true);
      if (v.ok() && IS_EXACT(v.value(), code)) {
        Code* c = v.value().as<Code>();
        set_code_filename(c, shown);
        return c;
      }
      if (!v.ok()) clear_exc(t);  // damaged: as if it were not there
    }
  }
  Contents text;
  if (!read_whole(source_path.c_str(), text, source)) return raise_os_error(t, errno, TRY(new_str(t, source_path)));
  Code* c = TRY(compile_utf8(t, text.view(), shown, CompileMode::kExec, 0, -1));
  if (cached && !g_config.dont_write_bytecode) {
    Bytes* b = TRY(marshal_write(t, c));
    write_cache(folder, cache_path, header_of(source), {b->data(), b->size});
  }
  return c;
}

Result<Module*> run_frozen(Thread& t, const FrozenModule& f) {
  Code* c = TRY(frozen_code(t, f));
  Str* name = intern_name(f.name);
  Module* m = TRY(alloc<Module>(t, KAA_SHAPE(module)));
  m->dict.init(TRY(new_dict(t)));
  TRY(dict_set_str(t, m->dict, "__name__", name));
  for (const char* n : {"__doc__", "__package__", "__loader__", "__spec__"}) TRY(dict_set_str(t, m->dict, n, kNone));
  TRY(dict_set_str(t, m->dict, "__builtins__", interp().builtins));
  TRY(dict_set_str(t, m->dict, "__origname__", intern_name(f.origname)));  // importlib takes it off
  TRY(dict_set(t, interp().modules, name, m));
  TRY(run_code(t, c, m->dict, m->dict.value()));
  return m;
}

}  // namespace kaa
