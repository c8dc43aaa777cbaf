// The object header and the counting barrier.
//
// Word one holds the count of counted references (upper half) and flags (lower half); word two the shape, whose type is the object's type.
// A count with its sign bit set is immortal and never changes; a count that overflows becomes immortal by itself. An eager object (kEager: its death
// is visible to the program) has the sign bit set, too, and counts in the 31 bits below: so the barrier looks for eager objects only where it
// has found that the count must not be changed, and costs the others nothing (heap/eager.cpp).
//
// Only references held in the heap are counted, and all of them go through Field<T> (or inc/dec in a container's own store). References in registers
// and in C++ locals are not counted: reconcile finds them by scanning (heap/reconcile.cpp).
// Invariant Z: every live mortal object whose count is 0 is in the zero-count table, and then has kInZct, or in the table of eager objects (kInEager).
#pragma once
#include "heap/value.h"

namespace kaa {

struct Shape;
struct Type;
class Heap;

struct Object {
  uint64_t rc;
  Shape* shape;
  inline Type* type() const;  // objects/shape.h
  inline bool flag(uint32_t f) const { return rc & f; }
  inline void set_flag(uint32_t f) { rc |= f; }
  inline void clear_flag(uint32_t f) { rc &= ~uint64_t{f}; }
  // Negative: immortal.
  int32_t count() const { return static_cast<int32_t>(((rc & 16) ? rc & ~(uint64_t{1} << 63) : rc) >> 32); }
  template <class F> void each_field(F&&) {}  // structs name their counted fields in an each_field of their own
};
static_assert(sizeof(Object) == 16);

// Header flags, the lower 32 bits of word one. Bits 16 to 30 belong to the type.
enum : uint32_t {
  kInZct = 1u << 0,        // is in the zero-count table
  kMarked = 1u << 1,       // a scanned stack refers to it (set and cleared within one reconcile)
  kFinalized = 1u << 2,    // its __del__ has run or is queued
  kHasWeakrefs = 1u << 3,  // is a key of the weak reference table
  kEager = 1u << 4,        // its death is visible: reclaimed promptly. Goes with the sign bit; set by make_eager() alone
  kShared = 1u << 5,       // reachable from more than one thread (for threads in parallel)
  kLocked = 1u << 6,       // per-object lock (for threads in parallel)
  kOld = 1u << 7,          // survived a cycle collection
  kFrozen = 1u << 8,       // gc.freeze()
  kCandidate = 1u << 9,    // in the list of young objects; within a cycle collection: part of the set looked at
  kReached = 1u << 10,     // within a cycle collection: found alive
  kInRepr = 1u << 11,      // a repr of this container is running (self-nested containers)
  kGarbage = 1u << 12,     // within a cycle collection: unreachable, and held by it while finalizers run
  kDead = 1u << 13,        // within a reconcile: on the work list
  kInEager = 1u << 14,     // is in the table of eager objects
  kWasCounted = 1u << 15,  // had a counted reference once, as far as the zero-count table saw (statistics)
  kTypeFlag0 = 1u << 16,   // the type's own
  kMiddle = 1u << 31,      // with kOld: survived one cycle collection, of the youngest (generation 1)
};
inline constexpr uint64_t kCountOne = uint64_t{1} << 32;
inline constexpr uint64_t kImmortal = uint64_t{1} << 63;

inline bool is_immortal(uint64_t rc) { return static_cast<int64_t>(rc) < 0 && !(rc & kEager); }
inline bool is_counted(uint64_t rc) { return (rc & ~kImmortal) >= kCountOne; }  // of a mortal object: its count is above 0

void enter_zct(Object* o);                    // heap.cpp: o's count fell to zero
void make_eager(Object* o);                   // eager.cpp: o's death is visible from now on
void eager_inc(Object* o, Object* owner);     // owner: the object whose memory holds the new reference, which becomes eager itself; may be null
void eager_inc_at(Object* o, const void* at); // the same, with the address of the reference
void eager_dec(Object* o);

// The build that measures (KAA_COUNT_EVERYTHING) counts the changes of counts, and those that it would take to count what registers hold, too
// (interp/counting.cpp).
#ifdef KAA_COUNT_EVERYTHING
struct CountingFigures { uint64_t heap, registers; };
extern CountingFigures g_counting;
inline void note_counting() { g_counting.heap++; }
#else
inline void note_counting() {}
#endif

// In stress builds: nobody may count a reference to a free slot.
inline void check_live(Object* o) {
#ifdef KAA_STRESS
  if (!o->shape) __builtin_trap();
#endif
}
inline void inc(Object* o) {
  check_live(o);
  if (LIKELY(static_cast<int64_t>(o->rc) >= 0)) { o->rc += kCountOne; note_counting(); }
  else if (UNLIKELY(o->rc & kEager)) eager_inc(o, nullptr);
}
// For references stored in `owner` or its buffers.
inline void inc_into(Object* o, Object* owner) {
  check_live(o);
  if (LIKELY(static_cast<int64_t>(o->rc) >= 0)) { o->rc += kCountOne; note_counting(); }
  else if (UNLIKELY(o->rc & kEager)) eager_inc(o, owner);
}
inline void inc_at(Object* o, const void* at) {
  check_live(o);
  if (LIKELY(static_cast<int64_t>(o->rc) >= 0)) { o->rc += kCountOne; note_counting(); }
  else if (UNLIKELY(o->rc & kEager)) eager_inc_at(o, at);
}
inline void dec(Object* o) {
  check_live(o);
  int64_t rc = static_cast<int64_t>(o->rc);
  if (LIKELY(rc >= 0)) {
    rc -= static_cast<int64_t>(kCountOne);
    o->rc = static_cast<uint64_t>(rc);
    note_counting();
    if (static_cast<uint64_t>(rc) < kCountOne && !(rc & kInZct)) enter_zct(o);
  } else if (UNLIKELY(rc & kEager)) {
    eager_dec(o);
  }
}
inline void inc(Value v) { if (v.is_reference()) inc(v.object()); }
inline void inc_into(Value v, Object* owner) { if (v.is_reference()) inc_into(v.object(), owner); }
inline void inc_at(Value v, const void* at) { if (v.is_reference()) inc_at(v.object(), at); }
inline void dec(Value v) { if (v.is_reference()) dec(v.object()); }

// A counted reference inside a heap object. T is Value, or a pointer to a struct derived from Object.
// set() is the barrier: it never reconciles and never runs Python. init() is for memory that holds no reference yet.
template <class T = Value>
class Field {
 public:
  Field() = default;
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;
  T get() const { return from(v_); }
  operator T() const { return from(v_); }
  T operator->() const { return from(v_); }
  Value value() const { return v_; }
  explicit operator bool() const { return !v_.is_empty(); }
  void init(T n) { v_ = Value(n); inc_at(v_, this); }
  void set(T n) {
    Value nv(n), old = v_;
    inc_at(nv, this);
    v_ = nv;
    dec(old);
  }
  void clear() { Value old = v_; v_ = Value(); dec(old); }
  // The reference leaves the field without its count: for moves between fields.
  Value& raw() { return v_; }

 private:
  static T from(Value v) {
    if constexpr (__is_same(T, Value)) return v;
    else return static_cast<T>(v.object());
  }
  Value v_;
};
static_assert(sizeof(Field<>) == 8);

}  // namespace kaa
