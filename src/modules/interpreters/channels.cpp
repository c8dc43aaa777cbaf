// _interpchannels: channels of parcels between interpreters, by number. Any interpreter may use either end; the ends that it has used are told apart.
//
// A channel is open, closing (its send end is closed, what is in it may still be received), or closed. A closed channel keeps its number until the last
// ChannelID of it goes: using it is another error than using a number that was never given.
#include <time.h>

#include <deque>

#include "modules/interpreters/interpreters.h"
#include "modules/posix/sys_util.h"
#include "objects/traits.h"
#include "runtime/call.h"
#include "types/buffer.h"
#include "types/structseq.h"

namespace kaa {

namespace {
enum End : int { kBoth = 0, kSend = 1, kRecv = -1 };
struct ChannelID : Object {
  int64_t id;
  int end;
  bool resolve;   // arrives as a SendChannel or RecvChannel where it is sent to
  bool counted;   // the channel was there when it was made
};
void release_channel(int64_t id);
}  // namespace
template <> struct LayoutTraits<ChannelID> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ChannelID* c) { if (c->counted) release_channel(c->id); }
};

namespace {

using namespace interpreters;

enum Unbound : int { kRemove = 1, kError = 2, kReplace = 3 };  // what becomes of an item whose interpreter has ended
enum Fallback : int { kShareableOnly = 0, kFull = 1 };

// A send() that waits, on the native stack of its thread.
enum class Wait : uint8_t { kWaiting, kReceived, kGivenUp };
struct Item { Value parcel; int64_t interpreter; int unbound; Wait* sender; };  // parcel empty: its interpreter has ended
struct EndUser { int64_t interpreter; bool open; };
struct Channel {
  int64_t id;
  int unbound, fallback;
  int64_t counted = 0;             // ChannelID objects
  bool open = true, closing = false, removed = false;  // removed: closed as a whole, no longer listed
  std::deque<Item> items;
  std::vector<EndUser> send, recv;
  std::vector<EndUser>& users(End end) { return end == kSend ? send : recv; }
};
std::vector<Channel*> g_channels;  // the latest first
int64_t g_next_id = 0;
Type *g_id_type, *g_info_type;
struct Exceptions { Type *error, *not_found, *closed, *empty, *not_empty; } g_errors;

// What each interpreter has registered.
struct EndTypes { Type *send, *recv; };
EndTypes g_end_types;

void scan(RootVisitor& v) {
  for (Channel* c : g_channels)
    for (Item& i : c->items) v.value(i.parcel);
  for (Type* ty : {g_errors.error, g_errors.not_found, g_errors.closed, g_errors.empty, g_errors.not_empty, g_end_types.send, g_end_types.recv})
    if (ty) v.value(ty);
}

// ---- channels
Channel* find(int64_t id) {
  for (Channel* c : g_channels) if (c->id == id) return c;
  return nullptr;
}
void clear(Channel* c) {
  for (Item& i : c->items) if (i.sender) *i.sender = Wait::kGivenUp;
  c->items.clear();
}
void remove_channel(Channel* c) {
  clear(c);
  std::erase(g_channels, c);
  delete c;
}
void release_channel(int64_t id) {
  Channel* c = find(id);
  if (c && c->counted > 0 && --c->counted == 0) remove_channel(c);
}
void close_all(Channel* c) {
  clear(c);
  c->open = c->closing = false;
  c->removed = true;
}
EndUser* user_of(Channel* c, End end, int64_t interpreter) {
  for (EndUser& u : c->users(end)) if (u.interpreter == interpreter) return &u;
  return nullptr;
}
// The interpreter has used the end. False: it had closed it.
bool associate(Channel* c, End end, int64_t interpreter) {
  if (EndUser* u = user_of(c, end, interpreter)) return u->open;
  c->users(end).push_back({interpreter, true});
  return true;
}
void close_end(Channel* c, End end, int64_t interpreter) {
  if (EndUser* u = user_of(c, end, interpreter)) u->open = false;
  else c->users(end).push_back({interpreter, false});
}
// A channel that nobody has used is open; any other as long as somebody has an end of it.
void settle(Channel* c) {
  bool used = false, open = false;
  for (End end : {kSend, kRecv})
    for (EndUser& u : c->users(end)) { used = true; open |= u.open; }
  if (used && !open) c->open = false;
}
void interpreter_ended(int64_t id) {
  for (Channel* c : g_channels) {
    std::erase_if(c->items, [&](Item& i) {
      if (i.interpreter != id) return false;
      if (i.sender) *i.sender = Wait::kGivenUp;
      i.sender = nullptr;
      i.parcel = Value();
      return i.unbound == kRemove;
    });
    for (End end : {kSend, kRecv})
      if (EndUser* u = user_of(c, end, id)) u->open = false;
    if (c->open) settle(c);
  }
}

// ---- arguments
bool is_id(Value v) { return v.is_object() && g_id_type && v.object()->type() == g_id_type; }
Result<int64_t> id_argument(Thread& t, Value v) {
  if (is_id(v)) return v.as<ChannelID>()->id;
  return id_number(t, v, "channel");
}
Error not_found(Thread& t, int64_t id) { return raise(t, g_errors.not_found, "channel %ld not found", id); }
Error closed(Thread& t, int64_t id) { return raise(t, g_errors.closed, "channel %ld is closed", id); }
Result<Channel*> known_channel(Thread& t, Value v) {
  int64_t id = TRY(id_argument(t, v));
  if (Channel* c = find(id)) return c;
  return not_found(t, id);
}
Result<Channel*> open_channel(Thread& t, Value v) {
  Channel* c = TRY(known_channel(t, v));
  return c->open ? Result<Channel*>(c) : closed(t, c->id);
}
// The ends that `send` and `recv` name; -1 where an argument is missing or None.
struct Ends { int send, recv; };
Result<Ends> ends_argument(Thread& t, Value send, Value recv) {
  auto flag = [&](Value v) -> Result<int> { return v ? static_cast<int>(TRY(truth(t, v))) : -1; };
  return Ends{TRY(flag(send)), TRY(flag(recv))};
}
End which(Ends e) {
  bool send = e.send == 1, recv = e.recv == 1;
  return send == recv ? kBoth : send ? kSend : kRecv;
}

Result<ChannelID*> new_id(Thread& t, int64_t id, End end, bool force, bool resolve) {
  ChannelID* k = TRY(alloc_as<ChannelID>(t, g_id_type));
  Channel* c = find(id);
  if (!c && !force) return not_found(t, id);
  k->id = id;
  k->end = end;
  k->resolve = resolve;
  k->counted = c != nullptr;
  if (c) c->counted++;
  return k;
}

#define FN(name) Result<Value> channels_##name(Thread& t, [[maybe_unused]] Args a)

FN(create) {
  int unbound = TRY(choice(t, a[0], kRemove, kReplace, kReplace, "unboundop")), fallback = TRY(choice(t, a[1], kShareableOnly, kFull, kFull, "fallback"));
  auto* c = new Channel{g_next_id++, unbound, fallback};
  g_channels.insert(g_channels.begin(), c);
  return TRY(new_id(t, c->id, kBoth, false, false));
}
FN(destroy) {
  remove_channel(TRY(known_channel(t, a[0])));
  return kNone;
}
FN(list_all) {
  List* l = TRY(new_list(t));
  std::vector<int64_t> ids;
  for (Channel* c : g_channels) if (!c->removed) ids.push_back(c->id);
  for (int64_t id : ids) {
    ChannelID* k = TRY(new_id(t, id, kBoth, true, false));
    if (Channel* c = find(id)) TRY(list_append(t, l, TRY(make_tuple(t, Value(k), small_int(c->unbound), small_int(c->fallback)))));
  }
  return l;
}
FN(list_interpreters) {
  End end = TRY(truth(t, a[1])) ? kSend : kRecv;
  Channel* c = TRY(open_channel(t, a[0]));
  if (end == kSend && c->closing) return closed(t, c->id);
  std::vector<int64_t> ids;
  for (Interpreter* i : all_interpreters())
    if (EndUser* u = user_of(c, end, i->id); u && u->open) ids.push_back(i->id);
  List* l = TRY(new_list(t));
  for (int64_t id : ids) TRY(list_append(t, l, small_int(id)));
  return l;
}

// ---- sending and receiving
constexpr int64_t kForever = -1;
Result<int64_t> timeout_argument(Thread& t, Value v, bool blocking) {
  if (!v || v.is_none()) return kForever;
  if (!is_int(v) && !is_float(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, "'%T' object cannot be interpreted as an integer or float", v);
  double seconds = TRY(to_double(t, v));
  if (!blocking) return RAISE(ValueError, "can't specify a timeout for a non-blocking call");
  if (!(seconds >= 0)) return RAISE(ValueError, "timeout value must be a non-negative number");
  if (seconds > 9e9) return RAISE(OverflowError, "timeout value is too large");
  return static_cast<int64_t>(seconds * 1e9);
}
int64_t now_ns() {
  timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return int64_t{ts.tv_sec} * 1000000000 + ts.tv_nsec;
}
// Until somebody has received what this sender put into the channel.
Status wait_received(Thread& t, int64_t id, Wait& wait, int64_t timeout) {
  int64_t end = now_ns() + timeout;
  auto leave = [&] {
    if (Channel* c = find(id)) std::erase_if(c->items, [&](Item& i) { return i.sender == &wait; });
  };
  timespec pause{0, 1000000};
  while (wait == Wait::kWaiting) {
    if (timeout != kForever && now_ns() >= end) {
      leave();
      return RAISE(TimeoutError, "timed out");
    }
    {
      Blocking b(t);
      nanosleep(&pause, nullptr);
    }
    if (wait != Wait::kWaiting) break;
    Status s = safepoint(t);
    if (!s.ok()) {
      leave();
      return s;
    }
  }
  return wait == Wait::kReceived ? Status() : raise(t, g_errors.closed, "channel %ld has closed", id);
}
Result<Value> send(Thread& t, Value channel, Value what, Args options, bool as_buffer) {
  int64_t id = TRY(id_argument(t, channel));
  int unbound = TRY(choice(t, options[0], kRemove, kReplace, 0, "unboundop")), fallback = TRY(choice(t, options[1], kShareableOnly, kFull, -1, "fallback"));
  bool blocking = !options[2] || TRY(truth(t, options[2]));
  int64_t timeout = TRY(timeout_argument(t, options[3], blocking));
  Value object = as_buffer ? TRY(new_memoryview(t, what)) : what;
  Channel* c = find(id);
  if (!c) return not_found(t, id);
  if (!c->open || c->closing) return closed(t, id);
  Value parcel = TRY(pack(t, object, (fallback < 0 ? c->fallback : fallback) == kFull));
  if (!(c = find(id))) return not_found(t, id);  // packing runs Python
  if (!c->open || c->closing) return closed(t, id);
  if (!associate(c, kSend, t.home->id)) return raise(t, g_errors.closed, "channel %ld is already closed", id);
  Wait wait = Wait::kWaiting;
  c->items.push_back({parcel, t.home->id, unbound ? unbound : c->unbound, blocking ? &wait : nullptr});
  if (blocking) TRY(wait_received(t, id, wait, timeout));
  return kNone;
}
FN(send) { return send(t, a[0], a[1], a.from(2), false); }
FN(send_buffer) { return send(t, a[0], a[1], a.from(2), true); }
FN(recv) {
  Channel* c = TRY(open_channel(t, a[0]));
  int64_t id = c->id;
  if (!associate(c, kRecv, t.home->id)) return raise(t, g_errors.closed, "channel %ld is already closed", id);
  if (c->items.empty()) {
    if (c->closing) {
      close_all(c);
      return closed(t, id);
    }
    if (a[1]) return TRY(make_tuple(t, a[1], kNone));
    return raise(t, g_errors.empty, "channel %ld is empty", id);
  }
  Item i = c->items.front();
  Keep keep(i.parcel);
  c->items.pop_front();
  if (i.sender) *i.sender = Wait::kReceived;
  if (!i.parcel) return TRY(make_tuple(t, kNone, small_int(i.unbound)));
  return TRY(make_tuple(t, TRY(unpack(t, i.parcel)), kNone));
}

// ---- closing
FN(close) {
  End end = which(TRY(ends_argument(t, a[1], a[2])));
  bool force = a[3] && TRY(truth(t, a[3]));
  Channel* c = TRY(open_channel(t, a[0]));
  if (!force && end == kSend && c->closing) return closed(t, c->id);
  if (!force && !c->items.empty()) {
    if (end != kSend) return raise(t, g_errors.not_empty, "channel %ld may not be closed if not empty (try force=True)", c->id);
    c->closing = true;
    return kNone;
  }
  close_all(c);
  return kNone;
}
FN(release) {
  Ends e = TRY(ends_argument(t, a[1], a[2]));
  bool both = e.send != 1 && e.recv != 1;
  Channel* c = TRY(open_channel(t, a[0]));
  if (both || e.send == 1) close_end(c, kSend, t.home->id);
  if (both || e.recv == 1) close_end(c, kRecv, t.home->id);
  settle(c);
  return kNone;
}

// ---- what there is
FN(get_count) { return small_int(static_cast<int64_t>(TRY(open_channel(t, a[0]))->items.size())); }
FN(get_channel_defaults) {
  Channel* c = TRY(open_channel(t, a[0]));
  return TRY(make_tuple(t, small_int(c->unbound), small_int(c->fallback)));
}

const StructSeqField k_info_fields[] = {
    {"open", "both ends are open"},
    {"closing", "send is closed, recv is non-empty"},
    {"closed", "both ends are closed"},
    {"count", "queued objects"},
    {"num_interp_send", "interpreters bound to the send end"},
    {"num_interp_send_released", "interpreters bound to the send end and released"},
    {"num_interp_recv", "interpreters bound to the send end"},
    {"num_interp_recv_released", "interpreters bound to the send end and released"},
    {"num_interp_both", "interpreters bound to both ends"},
    {"num_interp_both_recv_released", "interpreters bound to both ends and released_from_recv"},
    {"num_interp_both_send_released", "interpreters bound to both ends and released_from_send"},
    {"num_interp_both_released", "interpreters bound to both ends and released_from_both"},
    {"send_associated", "current interpreter is bound to the send end"},
    {"send_released", "current interpreter *was* bound to the send end"},
    {"recv_associated", "current interpreter is bound to the recv end"},
    {"recv_released", "current interpreter *was* bound to the recv end"},
    kStructSeqEnd};
const StructSeqDef k_info_def = {"_interpchannels.ChannelInfo", "ChannelInfo\n\nA named tuple of a channel's state.", k_info_fields, 8};
enum InfoField { kOpen, kClosing, kClosed, kCount, kSendOnly, kSendReleased, kRecvOnly, kRecvReleased, kBothOpen, kBothRecvReleased, kBothSendReleased, kBothReleased,
                 kMySend, kMySendReleased, kMyRecv, kMyRecvReleased, kInfoFields };

FN(get_info) {
  Channel* c = TRY(known_channel(t, a[0]));
  int64_t n[kInfoFields] = {};
  if (!c->open) {
    n[kClosed] = 1;
  } else {
    n[kOpen] = !c->closing;
    n[kClosing] = c->closing;
    n[kCount] = static_cast<int64_t>(c->items.size());
    for (EndUser& s : c->send) {
      EndUser* r = user_of(c, kRecv, s.interpreter);
      if (!r) n[s.open ? kSendOnly : kSendReleased]++;
      else n[s.open ? r->open ? kBothOpen : kBothRecvReleased : r->open ? kBothSendReleased : kBothReleased]++;
    }
    for (EndUser& r : c->recv)
      if (!user_of(c, kSend, r.interpreter)) n[r.open ? kRecvOnly : kRecvReleased]++;
    if (EndUser* s = user_of(c, kSend, t.home->id)) n[s->open ? kMySend : kMySendReleased] = 1;
    if (EndUser* r = user_of(c, kRecv, t.home->id)) n[r->open ? kMyRecv : kMyRecvReleased] = 1;
  }
  Tuple* u = TRY(new_structseq(t, g_info_type));
  for (uint32_t i = 0; i < kInfoFields; i++) structseq_set(u, i, i <= kClosed || i >= kMySend ? Value::from_bool(n[i]) : small_int(n[i]));
  return u;
}

// ---- ChannelID
FN(channel_id) {
  int64_t id = TRY(id_argument(t, a[0]));
  Ends e = TRY(ends_argument(t, a[1], a[2]));
  if (!e.send && !e.recv) return RAISE(ValueError, "'send' and 'recv' cannot both be False");
  bool force = a[3] && TRY(truth(t, a[3])), resolve = a[4] && TRY(truth(t, a[4]));
  return TRY(new_id(t, id, which(e), force, resolve));
}
Result<Value> id_int(Thread& t, Args a) { return make_int(t, a.as<ChannelID>(0)->id); }
Result<Value> id_str(Thread& t, Args a) { return TRY(str_format(t, "%ld", a.as<ChannelID>(0)->id)); }
Result<Value> id_repr(Thread& t, Args a) {
  ChannelID* k = a.as<ChannelID>(0);
  const char* end = k->end == kSend ? ", send=True" : k->end == kRecv ? ", recv=True" : "";
  return TRY(str_format(t, "%N(%ld%s)", k->type(), k->id, end));
}
Result<Value> id_hash(Thread& t, Args a) { return make_int(t, TRY(hash(t, TRY(make_int(t, a.as<ChannelID>(0)->id))))); }
Result<Value> id_eq(Thread& t, Args a) {
  ChannelID* k = a.as<ChannelID>(0);
  if (is_id(a[1])) {
    ChannelID* o = a.as<ChannelID>(1);
    return Value::from_bool(k->id == o->id && k->end == o->end);
  }
  Type* other = type_of(a[1]);
  if (!other->dunder(D_index) && !other->dunder(D_int) && !other->dunder(D_float)) return kNotImplemented;
  return compare(t, CompareOp::EQ, TRY(make_int(t, k->id)), a[1]);
}
Result<Value> id_ne(Thread& t, Args a) {
  Value v = TRY(id_eq(t, a));
  return v == kNotImplemented ? v : Value::from_bool(!TRY(truth(t, v)));
}
Result<Value> id_end(Thread&, Value self) {
  int end = self.as<ChannelID>()->end;
  return end == kSend ? NAME("send") : end == kRecv ? NAME("recv") : NAME("both");
}
template <End end>
Result<Value> id_of_end(Thread& t, Value self) {
  ChannelID* k = self.as<ChannelID>();
  if (k->end == end) return self;
  return TRY(new_id(t, k->id, end, false, k->resolve));
}
const MethodDef k_id_methods[] = {
    {"__int__", id_int, "($self, /)", "int(self)"},
    {"__index__", id_int, "($self, /)", "Return self converted to an integer, if self is suitable for use as an index into a list."},
    {"__str__", id_str, "($self, /)", "Return str(self)."},
    {"__repr__", id_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", id_hash, "($self, /)", "Return hash(self)."},
    {"__eq__", id_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", id_ne, "($self, value, /)", "Return self!=value."},
};
const GetSetDef k_id_getsets[] = {
    {"end", id_end, nullptr, "'send', 'recv' or 'both'."},
    {"send", id_of_end<kSend>, nullptr, "The ID of the send end."},
    {"recv", id_of_end<kRecv>, nullptr, "The ID of the receive end."},
};
const TypeSpec k_id_spec = {.doc = "A channel ID identifies a channel and may be used as an int.", .methods = k_id_methods, .getsets = k_id_getsets, .layout = &kLayout<ChannelID>,
                            .flags = kTypeDisallowInstantiation};

FN(register_end_types) {
  if (!is_type(a[0])) return RAISE(TypeError, "expected a type for 'send'");
  if (!is_type(a[1])) return RAISE(TypeError, "expected a type for 'recv'");
  g_end_types = {a.as<Type>(0), a.as<Type>(1)};
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"create", channels_create, "(unboundop=-1, fallback=-1)", "Makes a channel, and gives its ID.", kF},
    {"destroy", channels_destroy, "(cid)", "Removes a channel, as if there had never been one.", kF},
    {"list_all", channels_list_all, "()", "(ID, unboundop, fallback) of every channel.", kF},
    {"list_interpreters", channels_list_interpreters, "(cid, *, send)", "Numbers of the interpreters that use an end of the channel.", kF},
    {"send", channels_send, "(cid, obj, unboundop=-1, fallback=-1, *, blocking=True, timeout=None)", "Adds an object, and waits until it has been received.", kF},
    {"send_buffer", channels_send_buffer, "(cid, obj, unboundop=-1, fallback=-1, *, blocking=True, timeout=None)", "Adds a view of the object's memory, and waits until it has been received.", kF},
    {"recv", channels_recv, "(cid, default=<unrepresentable>)", "(object, None) of the first item; (None, unboundop) when its interpreter has ended.", kF},
    {"close", channels_close, "(cid, *, send=None, recv=None, force=False)", "Closes the channel for everybody. send: what is in it may still be received.", kF},
    {"release", channels_release, "(cid, *, send=None, recv=None, force=True)", "Closes ends for this interpreter.", kF},
    {"get_count", channels_get_count, "(cid)", "The number of items in the channel.", kF},
    {"get_info", channels_get_info, "(cid)", "The channel's state.", kF},
    {"get_channel_defaults", channels_get_channel_defaults, "(cid)", "(unboundop, fallback) of the channel.", kF},
    {"_channel_id", channels_channel_id, "(cid, *, send=None, recv=None, force=False, _resolve=False)", "The ID of a number. force: whether there is such a channel or not.", kF},
    {"_register_end_types", channels_register_end_types, "(send, recv)", "The classes of this interpreter.", kF},
};

Status exec(Thread& t, Module* m) {
  if (!g_id_type) {
    g_id_type = TRY(make_native_type(t, "_interpchannels.ChannelID", nullptr, k_id_spec));
    g_info_type = TRY(make_structseq(t, k_info_def));
    g_errors.error = TRY(make_exception(t, "_interpchannels.ChannelError", KAA_TYPE(RuntimeError), nullptr));
    g_errors.not_found = TRY(make_exception(t, "_interpchannels.ChannelNotFoundError", g_errors.error, nullptr));
    g_errors.closed = TRY(make_exception(t, "_interpchannels.ChannelClosedError", g_errors.error, nullptr));
    g_errors.empty = TRY(make_exception(t, "_interpchannels.ChannelEmptyError", g_errors.error, nullptr));
    g_errors.not_empty = TRY(make_exception(t, "_interpchannels.ChannelNotEmptyError", g_errors.error, nullptr));
    own_state(nullptr, &g_end_types, sizeof g_end_types);
    interpreter_end_hooks().push_back(interpreter_ended);
  }
  TRY(need_errors(t));
  for (auto [name, type] : {std::pair{"ChannelError", g_errors.error}, {"ChannelNotFoundError", g_errors.not_found}, {"ChannelClosedError", g_errors.closed},
                            {"ChannelEmptyError", g_errors.empty}, {"ChannelNotEmptyError", g_errors.not_empty}, {"ChannelID", g_id_type}, {"ChannelInfo", g_info_type}})
    TRY(module_add(t, m, name, type));
  return {};
}

}  // namespace

namespace interpreters {

bool is_channel(Value v) {
  if (!v.is_object() || !g_id_type) return false;
  Type* ty = v.object()->type();
  return ty == g_id_type || (g_end_types.send && (ty == g_end_types.send || ty == g_end_types.recv));
}
Result<Value> channel_address(Thread& t, Value v) {
  bool plain = is_id(v);
  Value id = plain ? v : TRY(get_attr(t, v, NAME("_id")));
  if (!is_id(id)) return RAISE(TypeError, "'_id' attribute must be an _interpchannels.ChannelID object, not %T", id);
  ChannelID* k = id.as<ChannelID>();
  int end = plain ? k->end : v.object()->type() == g_end_types.send ? kSend : kRecv;
  return TRY(make_tuple(t, TRY(make_int(t, k->id)), small_int(end), Value::from_bool(!plain || k->resolve)));
}
Result<Value> channel_at(Thread& t, Value address) {
  Tuple* u = address.as<Tuple>();
  int64_t number = TRY(to_int64(t, u->items[0]));
  End end = static_cast<End>(u->items[1].as_int());
  ChannelID* id = TRY(new_id(t, number, end, false, false));
  if (u->items[2] != kTrue || end == kBoth) return id;
  // The classes of the ends are those of a module that registers them; the library has one for its own tests.
  if (!g_end_types.send) TRY(import_module(t, "test.support.channels"));
  if (!g_end_types.send) return RAISE(RuntimeError, "no classes are registered for the ends of channels");
  return call(t, end == kSend ? g_end_types.send : g_end_types.recv, id);
}

}  // namespace interpreters

extern const ModuleDef _interpchannels_module = {"_interpchannels", "Channels between interpreters.", k_functions, exec};
void _interpchannels_roots(RootVisitor& v) { scan(v); }

}  // namespace kaa
