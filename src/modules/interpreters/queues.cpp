// _interpqueues: queues of parcels between interpreters, by number. concurrent.interpreters wraps them in a class of each interpreter's own, which it registers.
//
// A queue lives as long as it is bound: by Queue objects, and by tickets, which are the contents of a parcel that carries a queue.
#include <deque>

#include "heap/heap_inl.h"
#include "modules/interpreters/interpreters.h"
#include "modules/posix/sys_util.h"
#include "objects/traits.h"
#include "types/int.h"

namespace kaa {

namespace {
struct QueueTicket : Object { int64_t id; };
void release_queue(int64_t id);
}  // namespace
template <> struct LayoutTraits<QueueTicket> {
  static constexpr Death death = Death::kCustom;
  static void destroy(QueueTicket* q) { release_queue(q->id); }
};

namespace {

using namespace interpreters;

enum Unbound : int { kRemove = 1, kError = 2, kReplace = 3 };  // what becomes of an item whose interpreter has ended
enum Fallback : int { kShareableOnly = 0, kFull = 1 };

struct Item { Value parcel; int64_t interpreter; int unbound; };  // parcel empty: its interpreter has ended
struct Queue {
  int64_t id, maxsize;
  int unbound, fallback;
  int64_t bound = 0;
  std::deque<Item> items;
};
std::vector<Queue*> g_queues;
int64_t g_next_id = 1;
Type *g_ticket, *g_error, *g_not_found;

// What each interpreter has registered.
struct Classes { Type *queue, *empty, *full; };
Classes g_classes;

Queue* queue_by_id(int64_t id) {
  for (Queue* q : g_queues) if (q->id == id) return q;
  return nullptr;
}
void remove_queue(Queue* q) {
  std::erase(g_queues, q);
  delete q;
}
void release_queue(int64_t id) {
  Queue* q = queue_by_id(id);
  if (q && q->bound > 0 && --q->bound == 0) remove_queue(q);
}
void interpreter_ended(int64_t id) {
  for (Queue* q : g_queues) {
    std::erase_if(q->items, [&](const Item& i) { return i.interpreter == id && i.unbound == kRemove; });
    for (Item& i : q->items)
      if (i.interpreter == id) i.parcel = Value();
  }
}

void scan(RootVisitor& v) {
  for (Queue* q : g_queues)
    for (Item& i : q->items) v.value(i.parcel);
  for (Type* ty : {g_error, g_not_found, g_classes.queue, g_classes.empty, g_classes.full})
    if (ty) v.value(ty);
}

Result<int64_t> id_argument(Thread& t, Value v) {
  if (!is_int(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, "queue ID must be an int, got %T", v);
  Value n = TRY(to_index(t, v));
  int64_t id = 0;
  if (int_is_negative(n)) return RAISE(ValueError, "queue ID must be a non-negative int, got %R", v);
  if (!int_fits64(n, &id)) return RAISE(OverflowError, "max queue ID is %ld, got %R", INT64_MAX, v);
  return id;
}
Result<Queue*> queue_argument(Thread& t, Value v) {
  int64_t id = TRY(id_argument(t, v));
  if (Queue* q = queue_by_id(id)) return q;
  return raise(t, g_not_found, "queue %ld not found", id);
}
Status register_classes(Thread& t) {
  if (!g_classes.queue) TRY(import_module(t, "concurrent.interpreters._queues"));
  if (!g_classes.queue) return RAISE(RuntimeError, "concurrent.interpreters has registered no class for queues");
  return {};
}

#define FN(name) Result<Value> queues_##name(Thread& t, [[maybe_unused]] Args a)

FN(create) {
  int64_t maxsize = TRY(to_ssize(t, a[0]));
  int unbound = TRY(choice(t, a[1], kRemove, kReplace, kReplace, "unboundop")), fallback = TRY(choice(t, a[2], kShareableOnly, kFull, kFull, "fallback"));
  auto* q = new Queue{g_next_id++, maxsize, unbound, fallback, 0, {}};
  g_queues.insert(g_queues.begin(), q);
  return make_int(t, q->id);
}
FN(destroy) {
  remove_queue(TRY(queue_argument(t, a[0])));
  return kNone;
}
FN(list_all) {
  List* l = TRY(new_list(t));
  std::vector<Queue*> now = g_queues;
  for (Queue* q : now) TRY(list_append(t, l, TRY(make_tuple(t, small_int(q->id), small_int(q->unbound), small_int(q->fallback)))));
  return l;
}
FN(put) {
  int64_t id = TRY(queue_argument(t, a[0]))->id;
  int unbound = TRY(choice(t, a[2], kRemove, kReplace, 0, "unboundop"));
  Queue* q = queue_by_id(id);
  bool fallback = q && q->fallback == kFull;
  Value p = TRY(pack(t, a[1], fallback));
  if (!(q = queue_by_id(id))) return raise(t, g_not_found, "queue %ld not found", id);  // packing runs Python
  if (q->maxsize > 0 && static_cast<int64_t>(q->items.size()) >= q->maxsize) {
    TRY(register_classes(t));
    return raise(t, g_classes.full, "queue %ld is full", id);
  }
  q->items.push_back({p, t.home->id, unbound ? unbound : q->unbound});
  return kNone;
}
FN(get) {
  Queue* q = TRY(queue_argument(t, a[0]));
  if (q->items.empty()) {
    int64_t id = q->id;
    TRY(register_classes(t));
    return raise(t, g_classes.empty, "queue %ld is empty", id);
  }
  Item i = q->items.front();
  q->items.pop_front();
  if (!i.parcel) return TRY(make_tuple(t, kNone, small_int(i.unbound)));
  return TRY(make_tuple(t, TRY(unpack(t, i.parcel)), kNone));
}
FN(bind) {
  TRY(queue_argument(t, a[0]))->bound++;
  return kNone;
}
FN(release) {
  Queue* q = TRY(queue_argument(t, a[0]));
  if (!q->bound) return raise(t, g_error, "queue %ld never bound", q->id);
  release_queue(q->id);
  return kNone;
}
FN(get_maxsize) { return make_int(t, TRY(queue_argument(t, a[0]))->maxsize); }
FN(is_full) {
  Queue* q = TRY(queue_argument(t, a[0]));
  return Value::from_bool(q->maxsize > 0 && static_cast<int64_t>(q->items.size()) >= q->maxsize);
}
FN(get_count) { return small_int(static_cast<int64_t>(TRY(queue_argument(t, a[0]))->items.size())); }
FN(get_queue_defaults) {
  Queue* q = TRY(queue_argument(t, a[0]));
  return TRY(make_tuple(t, small_int(q->unbound), small_int(q->fallback)));
}
FN(register_heap_types) {
  if (!is_type(a[0])) return RAISE(TypeError, "expected a type for 'queuetype'");
  if (!is_exception_class(a[1])) return RAISE(TypeError, "expected an exception type for 'emptyerror'");
  if (!is_exception_class(a[2])) return RAISE(TypeError, "expected an exception type for 'fullerror'");
  g_classes = {a.as<Type>(0), a.as<Type>(1), a.as<Type>(2)};
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"create", queues_create, "(maxsize, unboundop=-1, fallback=-1)", "Makes a queue, and gives its number. maxsize 0 or less: no limit.", kF},
    {"destroy", queues_destroy, "(qid)", "Removes a queue, and what is in it.", kF},
    {"list_all", queues_list_all, "()", "(number, unboundop, fallback) of every queue.", kF},
    {"put", queues_put, "(qid, obj, unboundop=-1)", "Adds an object. unboundop: what becomes of it when this interpreter ends.", kF},
    {"get", queues_get, "(qid)", "(object, None) of the first item; (None, unboundop) when its interpreter has ended.", kF},
    {"bind", queues_bind, "(qid)", "Says that there is one more user of the queue.", kF},
    {"release", queues_release, "(qid)", "Takes a user off; the queue goes with the last one.", kF},
    {"get_maxsize", queues_get_maxsize, "(qid)", "The most items that the queue takes.", kF},
    {"get_queue_defaults", queues_get_queue_defaults, "(qid)", "(unboundop, fallback) of the queue.", kF},
    {"is_full", queues_is_full, "(qid)", "Whether it holds as many items as it takes.", kF},
    {"get_count", queues_get_count, "(qid)", "The number of items.", kF},
    {"_register_heap_types", queues_register_heap_types, "(queuetype, emptyerror, fullerror)", "The classes of this interpreter.", kF},
};

const TypeSpec k_ticket_spec = {.doc = "Keeps a queue between interpreters open.", .layout = &kLayout<QueueTicket>};

Status exec(Thread& t, Module* m) {
  if (!g_ticket) {
    g_ticket = TRY(make_native_type(t, "_interpqueues.Ticket", nullptr, k_ticket_spec));
    g_error = TRY(make_exception(t, "concurrent.interpreters.QueueError", KAA_TYPE(RuntimeError), "Something is wrong with a queue between interpreters."));
    g_not_found = TRY(make_exception(t, "concurrent.interpreters.QueueNotFoundError", g_error, "There is no such queue."));
    own_state(nullptr, &g_classes, sizeof g_classes);
    interpreter_end_hooks().push_back(interpreter_ended);
  }
  TRY(need_errors(t));
  TRY(module_add(t, m, "QueueError", g_error));
  return module_add(t, m, "QueueNotFoundError", g_not_found);
}

}  // namespace

namespace interpreters {

bool is_queue(Value v) { return g_classes.queue && v.is_object() && v.object()->type() == g_classes.queue; }
Result<Value> queue_ticket(Thread& t, Value queue) {
  Value id = TRY(get_attr(t, queue, NAME("_id")));
  Queue* q = TRY(queue_argument(t, id));
  int64_t number = q->id;
  QueueTicket* k = TRY(alloc_as<QueueTicket>(t, g_ticket));
  if (!(q = queue_by_id(number))) return raise(t, g_not_found, "queue %ld not found", number);
  q->bound++;
  k->id = number;
  return k;
}
Result<Value> queue_from_ticket(Thread& t, Value ticket) {
  int64_t id = ticket.as<QueueTicket>()->id;
  Keep keep(ticket);
  TRY(register_classes(t));
  return call(t, g_classes.queue, TRY(make_int(t, id)));
}

}  // namespace interpreters

extern const ModuleDef _interpqueues_module = {"_interpqueues", "Queues between interpreters.", k_functions, exec};
void _interpqueues_roots(RootVisitor& v) { scan(v); }

}  // namespace kaa
