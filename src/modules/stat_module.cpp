// _stat: constants of file modes, and tests on them.
#include <sys/stat.h>

#include "modules/posix/sys_util.h"

namespace kaa {

namespace {

Result<mode_t> mode_arg(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  Result<int64_t> n = to_int64(t, i);
  if (!n.ok()) return Error{};
  if (n.value() < 0) return RAISE(OverflowError, "can't convert negative value to unsigned int");
  if (n.value() > 0xFFFFFFFF) return RAISE(OverflowError, "mode out of range");
  return static_cast<mode_t>(n.value());
}

template <mode_t kind> Result<Value> is_kind(Thread& t, Args a) { return Value::from_bool((TRY(mode_arg(t, a[0])) & S_IFMT) == kind); }
Result<Value> is_never(Thread& t, Args a) { TRY(mode_arg(t, a[0])); return kFalse; }
Result<Value> stat_imode(Thread& t, Args a) { return small_int(TRY(mode_arg(t, a[0])) & 07777); }
Result<Value> stat_ifmt(Thread& t, Args a) { return small_int(TRY(mode_arg(t, a[0])) & S_IFMT); }

char kind_letter(mode_t m) {
  switch (m & S_IFMT) {
    case S_IFREG: return '-';
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFBLK: return 'b';
    case S_IFCHR: return 'c';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    default: return '?';
  }
}
Result<Value> stat_filemode(Thread& t, Args a) {
  mode_t m = TRY(mode_arg(t, a[0]));
  char text[11] = "?rwxrwxrwx";
  text[0] = kind_letter(m);
  for (int i = 0; i < 9; i++)
    if (!(m & (0400u >> i))) text[1 + i] = '-';
  if (m & S_ISUID) text[3] = m & S_IXUSR ? 's' : 'S';
  if (m & S_ISGID) text[6] = m & S_IXGRP ? 's' : 'S';
  if (m & S_ISVTX) text[9] = m & S_IXOTH ? 't' : 'T';
  return TRY(new_str_ascii(t, text, 10));
}

#define ROW(name, fn, doc) {name, fn, "(mode, /)", doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW("S_ISDIR", is_kind<S_IFDIR>, "Whether the mode is a directory's."),
    ROW("S_ISCHR", is_kind<S_IFCHR>, "Whether the mode is a character device's."),
    ROW("S_ISBLK", is_kind<S_IFBLK>, "Whether the mode is a block device's."),
    ROW("S_ISREG", is_kind<S_IFREG>, "Whether the mode is a regular file's."),
    ROW("S_ISFIFO", is_kind<S_IFIFO>, "Whether the mode is a named pipe's."),
    ROW("S_ISLNK", is_kind<S_IFLNK>, "Whether the mode is a symbolic link's."),
    ROW("S_ISSOCK", is_kind<S_IFSOCK>, "Whether the mode is a socket's."),
    ROW("S_ISDOOR", is_never, "Whether the mode is a door's: never here."),
    ROW("S_ISPORT", is_never, "Whether the mode is an event port's: never here."),
    ROW("S_ISWHT", is_never, "Whether the mode is a whiteout's: never here."),
    ROW("S_IMODE", stat_imode, "The permission bits of a mode."),
    ROW("S_IFMT", stat_ifmt, "The file type bits of a mode."),
    ROW("filemode", stat_filemode, "A mode as text like '-rwxr-xr-x'."),
};

constexpr Constant k_constants[] = {
    {"S_IFDIR", S_IFDIR}, {"S_IFCHR", S_IFCHR}, {"S_IFBLK", S_IFBLK}, {"S_IFREG", S_IFREG}, {"S_IFIFO", S_IFIFO}, {"S_IFLNK", S_IFLNK},
    {"S_IFSOCK", S_IFSOCK}, {"S_IFDOOR", 0}, {"S_IFPORT", 0}, {"S_IFWHT", 0}, {"S_ISUID", S_ISUID}, {"S_ISGID", S_ISGID}, {"S_ISVTX", S_ISVTX},
    {"S_ENFMT", S_ISGID}, {"S_IREAD", S_IRUSR}, {"S_IWRITE", S_IWUSR}, {"S_IEXEC", S_IXUSR}, {"S_IRWXU", S_IRWXU}, {"S_IRUSR", S_IRUSR},
    {"S_IWUSR", S_IWUSR}, {"S_IXUSR", S_IXUSR}, {"S_IRWXG", S_IRWXG}, {"S_IRGRP", S_IRGRP}, {"S_IWGRP", S_IWGRP}, {"S_IXGRP", S_IXGRP},
    {"S_IRWXO", S_IRWXO}, {"S_IROTH", S_IROTH}, {"S_IWOTH", S_IWOTH}, {"S_IXOTH", S_IXOTH},
    {"UF_SETTABLE", 0xFFFF}, {"UF_NODUMP", 1}, {"UF_IMMUTABLE", 2}, {"UF_APPEND", 4}, {"UF_OPAQUE", 8}, {"UF_NOUNLINK", 0x10},
    {"UF_COMPRESSED", 0x20}, {"UF_TRACKED", 0x40}, {"UF_DATAVAULT", 0x80}, {"UF_HIDDEN", 0x8000}, {"SF_SETTABLE", 0xFFFF0000},
    {"SF_ARCHIVED", 0x10000}, {"SF_IMMUTABLE", 0x20000}, {"SF_APPEND", 0x40000}, {"SF_NOUNLINK", 0x100000}, {"SF_SNAPSHOT", 0x200000},
    {"SF_FIRMLINK", 0x800000}, {"SF_DATALESS", 0x40000000},
    {"ST_MODE", 0}, {"ST_INO", 1}, {"ST_DEV", 2}, {"ST_NLINK", 3}, {"ST_UID", 4}, {"ST_GID", 5}, {"ST_SIZE", 6}, {"ST_ATIME", 7},
    {"ST_MTIME", 8}, {"ST_CTIME", 9},
};

Status stat_exec(Thread& t, Module* m) { return add_constants(t, m, k_constants); }

}  // namespace

extern const ModuleDef _stat_module = {"_stat", "Constants of stat, and tests on file modes.", k_functions, stat_exec};

}  // namespace kaa
