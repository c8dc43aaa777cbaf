// Modules of one function each: _statistics, _suggestions, _sysconfig, _uuid.
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <math.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include <string>
#include <vector>

#include "runtime/api.h"

namespace kaa {
namespace {

constexpr MethodKind kF = MethodKind::kFunction;

// ---- _statistics. Wichura's algorithm AS 241 (PPND16), accurate to about 1e-16.

double polynomial(double x, const double* c, int n) {
  double v = c[0];
  for (int i = 1; i < n; i++) v = v * x + c[i];
  return v;
}
Result<Value> normal_dist_inv_cdf(Thread& t, Args a) {
  double p = TRY(to_double(t, a[0])), mu = TRY(to_double(t, a[1])), sigma = TRY(to_double(t, a[2]));
  static const double kA[] = {2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
                              1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e+0};
  static const double kB[] = {5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
                              5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0};
  static const double kC[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e+0,
                              3.64784832476320460504e+0, 5.76949722146069140550e+0, 4.63033784615654529590e+0, 1.42343711074968357734e+0};
  static const double kD[] = {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
                              6.89767334985100004550e-1, 1.67638483018380384940e+0, 2.05319162663775882187e+0, 1.0};
  static const double kE[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
                              2.96560571828504891230e-1, 1.78482653991729133580e+0, 5.46378491116411436990e+0, 6.65790464350110377720e+0};
  static const double kG[] = {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
                              1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};
  double q = p - 0.5, x;
  if (fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    x = polynomial(r, kA, 8) * q / polynomial(r, kB, 8);
  } else {
    double r = q <= 0 ? p : 1.0 - p;
    if (r <= 0.0 || r >= 1.0) return RAISE(ValueError, "inv_cdf undefined for these parameters");
    r = sqrt(-log(r));
    if (r <= 5.0) {
      r -= 1.6;
      x = polynomial(r, kC, 8) / polynomial(r, kD, 8);
    } else {
      r -= 5.0;
      x = polynomial(r, kE, 8) / polynomial(r, kG, 8);
    }
    if (q < 0) x = -x;
  }
  return make_float(t, mu + x * sigma);
}
const MethodDef k_statistics[] = {{"_normal_dist_inv_cdf", normal_dist_inv_cdf, "(p, mu, sigma, /)", "The inverse of the normal distribution's cumulative function.", kF}};

// ---- _suggestions: the candidate that is most like a name, in bytes of UTF-8

constexpr int kMove = 2, kCase = 1;
constexpr size_t kLongest = 40, kMostCandidates = 750;

int substitution(char a, char b) {
  if (a == b) return 0;
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return lower(a) == lower(b) ? kCase : kMove;
}
// Levenshtein's distance, or more than `limit` as soon as it is known to be.
int edit_distance(std::string_view a, std::string_view b, int limit) {
  if (a == b) return 0;
  while (!a.empty() && !b.empty() && a.front() == b.front()) { a.remove_prefix(1); b.remove_prefix(1); }
  while (!a.empty() && !b.empty() && a.back() == b.back()) { a.remove_suffix(1); b.remove_suffix(1); }
  if (a.empty() || b.empty()) return static_cast<int>(a.size() + b.size()) * kMove;
  if (a.size() > kLongest || b.size() > kLongest) return limit + 1;
  if (b.size() < a.size()) std::swap(a, b);
  if (static_cast<int>(b.size() - a.size()) * kMove > limit) return limit + 1;
  int row[kLongest];
  for (size_t i = 0; i < a.size(); i++) row[i] = static_cast<int>(i + 1) * kMove;
  int result = 0;
  for (size_t j = 0; j < b.size(); j++) {
    int before = static_cast<int>(j) * kMove, least = limit + 1;
    result = before;
    for (size_t i = 0; i < a.size(); i++) {
      int replaced = before + substitution(b[j], a[i]);
      before = row[i];
      int moved = std::min(result, before) + kMove;
      result = std::min(moved, replaced);
      row[i] = result;
      least = std::min(least, result);
    }
    if (least > limit) return limit + 1;
  }
  return result;
}
Result<Value> generate_suggestions(Thread& t, Args a) {
  if (!IS_EXACT(a[0], list)) return RAISE(TypeError, "candidates must be a list");
  List* l = a.as<List>(0);
  for (uint64_t i = 0; i < l->size; i++)
    if (!is_str(l->items[i])) return RAISE(TypeError, "all elements in 'candidates' must be strings");
  if (!is_str(a[1])) return RAISE(TypeError, "_generate_suggestions() argument 2 must be str, not %T", a[1]);
  if (l->size >= kMostCandidates) return kNone;
  Utf8 name;
  TRY(str_utf8(t, a.as<Str>(1), name));
  Value best = kNone;
  int best_distance = INT32_MAX;
  for (uint64_t i = 0; i < l->size; i++) {
    Value item = l->items[i];
    Utf8 text;
    TRY(str_utf8(t, item.as<Str>(), text));
    if (text.view() == name.view()) continue;
    int limit = static_cast<int>((name.size + text.size + 3) * kMove / 6);
    limit = std::min(limit, best_distance - 1);
    int d = edit_distance(name.view(), text.view(), limit);
    if (d > limit) continue;
    best = item;
    best_distance = d;
  }
  return best;
}
const MethodDef k_suggestions[] = {{"_generate_suggestions", generate_suggestions, "(candidates, item, /)", "The candidate that is most like the item, or None.", kF}};

// ---- _sysconfig

Result<Value> config_vars(Thread& t, Args) {
  Dict* d = TRY(new_dict(t));
  TRY(dict_set_str(t, d, "Py_GIL_DISABLED", small_int(0)));
  TRY(dict_set_str(t, d, "Py_DEBUG", small_int(0)));
  return d;
}
const MethodDef k_sysconfig[] = {{"config_vars", config_vars, "()", "Variables of the build.", kF}};

// ---- _uuid: version 1 (RFC 9562), made here. No other process is asked, so that the answer is "not known to be safe".

struct Node { uint8_t bytes[6]; };
Node find_node() {
  Node n{};
  ifaddrs* all = nullptr;
  bool found = false;
  if (getifaddrs(&all) == 0) {
    for (ifaddrs* i = all; i && !found; i = i->ifa_next) {
      if (!i->ifa_addr || i->ifa_addr->sa_family != AF_PACKET) continue;
      const sockaddr_ll* link = reinterpret_cast<const sockaddr_ll*>(i->ifa_addr);
      if (link->sll_halen != 6) continue;
      memcpy(n.bytes, link->sll_addr, 6);
      for (uint8_t b : n.bytes) found |= b != 0;
    }
    freeifaddrs(all);
  }
  if (!found) {
    if (getrandom(n.bytes, 6, 0) != 6) n.bytes[5] = 1;
    n.bytes[0] |= 1;  // multicast: no address of a device
  }
  return n;
}
Result<Value> generate_time_safe(Thread& t, Args) {
  static const Node node = find_node();
  static uint16_t sequence = [] { uint16_t s = 0; return getrandom(&s, 2, 0) == 2 ? s : static_cast<uint16_t>(0x1234); }();
  static uint64_t last = 0;
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  constexpr uint64_t kSince1582 = 0x01B21DD213814000;  // in units of 100 ns
  uint64_t time = static_cast<uint64_t>(now.tv_sec) * 10000000 + static_cast<uint64_t>(now.tv_nsec) / 100 + kSince1582;
  if (time <= last) {
    if (last - time > 10000000) { sequence++; last = time; }  // the clock was set back
    else time = last + 1;
  }
  last = time;
  uint8_t b[16];
  auto put = [&](int at, uint64_t v, int bytes) { for (int i = 0; i < bytes; i++) b[at + i] = static_cast<uint8_t>(v >> 8 * (bytes - 1 - i)); };
  put(0, time & 0xFFFFFFFF, 4);
  put(4, time >> 32 & 0xFFFF, 2);
  put(6, (time >> 48 & 0x0FFF) | 0x1000, 2);
  put(8, (sequence & 0x3FFF) | 0x8000, 2);
  memcpy(b + 10, node.bytes, 6);
  return TRY(make_tuple(t, Value(TRY(new_bytes(t, b, 16))), small_int(-1)));
}
const MethodDef k_uuid[] = {{"generate_time_safe", generate_time_safe, "()", "The bytes of a UUID made from the time, and whether other processes cannot have made it (-1: unknown).", kF}};
Status uuid_exec(Thread& t, Module* m) {
  TRY(module_add(t, m, "has_uuid_generate_time_safe", small_int(1)));
  return module_add(t, m, "has_stable_extractable_node", small_int(0));
}

}  // namespace

extern const ModuleDef _statistics_module = {.name = "_statistics", .doc = "Functions for statistics.", .functions = k_statistics, .exec = nullptr};
extern const ModuleDef _suggestions_module = {.name = "_suggestions", .doc = "Names that are alike.", .functions = k_suggestions, .exec = nullptr};
extern const ModuleDef _sysconfig_module = {.name = "_sysconfig", .doc = "Variables of the build.", .functions = k_sysconfig, .exec = nullptr};
extern const ModuleDef _uuid_module = {.name = "_uuid", .doc = "UUIDs from the time.", .functions = k_uuid, .exec = uuid_exec};

}  // namespace kaa
