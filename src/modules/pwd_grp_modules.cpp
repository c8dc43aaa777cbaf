// pwd and grp: the databases of users and groups.
#include <grp.h>
#include <pwd.h>

#include <vector>

#include "modules/posix/sys_util.h"
#include "types/structseq.h"

namespace kaa {

namespace {

const StructSeqField k_passwd_fields[] = {{"pw_name", "user name"}, {"pw_passwd", "password"}, {"pw_uid", "user id"}, {"pw_gid", "group id"},
    {"pw_gecos", "real name"}, {"pw_dir", "home directory"}, {"pw_shell", "shell program"}, kStructSeqEnd};
const StructSeqDef k_passwd_def = {"pwd.struct_passwd", "An entry of the user database.", k_passwd_fields, 7};
const StructSeqField k_group_fields[] = {{"gr_name", "group name"}, {"gr_passwd", "password"}, {"gr_gid", "group id"}, {"gr_mem", "group members"}, kStructSeqEnd};
const StructSeqDef k_group_def = {"grp.struct_group", "An entry of the group database.", k_group_fields, 4};
Type *g_passwd, *g_group;  // immortal

Result<Value> text(Thread& t, const char* s) {
  if (!s) return kNone;
  return TRY(decode_fs(t, s));
}
Result<Value> passwd_value(Thread& t, const passwd& p) {
  Tuple* u = TRY(new_structseq(t, g_passwd));
  Value uid = TRY(uid_value(t, p.pw_uid)), gid = TRY(uid_value(t, p.pw_gid));
  structseq_set(u, 2, uid);
  structseq_set(u, 3, gid);
  const char* s[] = {p.pw_name, p.pw_passwd, nullptr, nullptr, p.pw_gecos, p.pw_dir, p.pw_shell};
  for (uint32_t i = 0; i < 7; i++) {
    if (i == 2 || i == 3) continue;
    Value v = TRY(text(t, s[i]));
    structseq_set(u, i, v);
  }
  return u;
}
Result<Value> group_value(Thread& t, const group& g) {
  Tuple* u = TRY(new_structseq(t, g_group));
  Value name = TRY(text(t, g.gr_name)), password = TRY(text(t, g.gr_passwd)), gid = TRY(uid_value(t, g.gr_gid));
  List* members = TRY(new_list(t));
  for (char** m = g.gr_mem; m && *m; m++) {
    Value v = TRY(text(t, *m));
    TRY(list_append(t, members, v));
  }
  structseq_set(u, 0, name);
  structseq_set(u, 1, password);
  structseq_set(u, 2, gid);
  structseq_set(u, 3, members);
  return u;
}

// Calls one of the _r functions with a buffer that grows until the entry fits. *out: found or null.
template <class T, class F>
Status look_up(Thread& t, T* entry, T** out, std::vector<char>& buf, F&& fn) {
  buf.resize(1024);
  for (;;) {
    int err;
    {
      Blocking b(t);
      err = fn(entry, buf.data(), buf.size(), out);
    }
    if (err == ERANGE && buf.size() < (64u << 20)) { buf.resize(buf.size() * 2); continue; }
    if (err == EINTR) { TRY(safepoint(t)); continue; }
    if (!*out && err == ENOMEM) return raise_memory(t);
    return {};
  }
}
Error key_error(Thread& t, const char* fmt, Value v) {
  Value message = TRY(str_format(t, fmt, v));
  return raise_class(t, KAA_TYPE(KeyError), message);
}
Result<Bytes*> name_arg(Thread& t, Value v, const char* func) {
  if (!is_str(v)) return RAISE(TypeError, "%s() argument must be str, not %T", func, v);
  Bytes* b = TRY(encode_fs(t, v.as<Str>()));
  if (memchr(b->data(), 0, b->size)) return RAISE(ValueError, "embedded null byte");
  return b;
}

Result<Value> pwd_getpwnam(Thread& t, Args a) {
  Bytes* name = TRY(name_arg(t, a[0], "getpwnam"));
  Keep k(name);
  passwd p, *r = nullptr;
  std::vector<char> buf;
  TRY(look_up(t, &p, &r, buf, [&](passwd* e, char* b, size_t n, passwd** o) { return getpwnam_r(name->data(), e, b, n, o); }));
  if (!r) return key_error(t, "getpwnam(): name not found: %R", a[0]);
  return passwd_value(t, *r);
}
Result<Value> pwd_getpwuid(Thread& t, Args a) {
  Result<uint32_t> id = uid_arg(t, a[0], "uid");
  if (!id.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    Value message = TRY(new_str(t, "getpwuid(): uid not found"));
    return raise_class(t, KAA_TYPE(KeyError), message);
  }
  passwd p, *r = nullptr;
  std::vector<char> buf;
  TRY(look_up(t, &p, &r, buf, [&](passwd* e, char* b, size_t n, passwd** o) { return getpwuid_r(id.value(), e, b, n, o); }));
  if (!r) return key_error(t, "getpwuid(): uid not found: %S", TRY(uid_value(t, id.value())));
  return passwd_value(t, *r);
}
Result<Value> pwd_getpwall(Thread& t, Args) {
  List* l = TRY(new_list(t));
  setpwent();
  while (passwd* p = getpwent()) {
    Result<Value> v = passwd_value(t, *p);
    if (!v.ok() || !list_append(t, l, v.value()).ok()) { endpwent(); return Error{}; }
  }
  endpwent();
  return l;
}

Result<Value> grp_getgrnam(Thread& t, Args a) {
  Bytes* name = TRY(name_arg(t, a[0], "getgrnam"));
  Keep k(name);
  group g, *r = nullptr;
  std::vector<char> buf;
  TRY(look_up(t, &g, &r, buf, [&](group* e, char* b, size_t n, group** o) { return getgrnam_r(name->data(), e, b, n, o); }));
  if (!r) return key_error(t, "getgrnam(): name not found: %R", a[0]);
  return group_value(t, *r);
}
Result<Value> grp_getgrgid(Thread& t, Args a) {
  uint32_t id = TRY(uid_arg(t, a[0], "gid"));
  group g, *r = nullptr;
  std::vector<char> buf;
  TRY(look_up(t, &g, &r, buf, [&](group* e, char* b, size_t n, group** o) { return getgrgid_r(id, e, b, n, o); }));
  if (!r) return key_error(t, "getgrgid(): gid not found: %S", TRY(uid_value(t, id)));
  return group_value(t, *r);
}
Result<Value> grp_getgrall(Thread& t, Args) {
  List* l = TRY(new_list(t));
  setgrent();
  while (group* g = getgrent()) {
    Result<Value> v = group_value(t, *g);
    if (!v.ok() || !list_append(t, l, v.value()).ok()) { endgrent(); return Error{}; }
  }
  endgrent();
  return l;
}

const MethodDef k_pwd_functions[] = {
    {"getpwnam", pwd_getpwnam, "(name, /)", "The user with a name.", MethodKind::kFunction},
    {"getpwuid", pwd_getpwuid, "(uidobj, /)", "The user with an id.", MethodKind::kFunction},
    {"getpwall", pwd_getpwall, "()", "All users, in no particular order.", MethodKind::kFunction},
};
const MethodDef k_grp_functions[] = {
    {"getgrnam", grp_getgrnam, "(name)", "The group with a name.", MethodKind::kFunction},
    {"getgrgid", grp_getgrgid, "(id)", "The group with an id.", MethodKind::kFunction},
    {"getgrall", grp_getgrall, "()", "All groups, in no particular order.", MethodKind::kFunction},
};
Status pwd_exec(Thread& t, Module* m) {
  g_passwd = TRY(make_structseq(t, k_passwd_def));
  return module_add(t, m, "struct_passwd", g_passwd);
}
Status grp_exec(Thread& t, Module* m) {
  g_group = TRY(make_structseq(t, k_group_def));
  return module_add(t, m, "struct_group", g_group);
}

}  // namespace

extern const ModuleDef pwd_module = {"pwd", "The database of users.", k_pwd_functions, pwd_exec};
extern const ModuleDef grp_module = {"grp", "The database of groups.", k_grp_functions, grp_exec};

}  // namespace kaa
