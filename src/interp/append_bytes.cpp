// b += c for large bytes, without copying b each time.
//
// Appending in place is right when nobody can tell: when nothing refers to b but the register that is the left operand, and perhaps the attribute that the
// result goes back to. An implementation that counts everything reads that from the count. Here the count says what the heap holds, and the stacks are looked
// through as for a reconcile. That costs some microseconds whatever the size of b, so small ones are copied.
//
// A bytes object that was appended to has room behind its end for a quarter more: what its span of pages has (Page::span_bytes) beyond its size.
#include "interp/interp.h"
#include "runtime/weakrefs.h"

namespace kaa {

namespace {
constexpr uint64_t kLarge = 32 << 10;  // bytes that are copied faster than stacks are looked through

class Holders final : public RootVisitor {
 public:
  explicit Holders(Bytes* b) : b_(b), lo_(reinterpret_cast<uintptr_t>(b)), size_(sizeof(Bytes) + b->size) {}
  void value(Value v) override { found += v == Value(b_); }
  __attribute__((no_sanitize("address"))) void conservative(const void* lo, const void* hi) override {
    const uintptr_t* e = static_cast<const uintptr_t*>(hi);
    for (const uintptr_t* p = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7}); p < e; p++) found += *p - lo_ <= size_;
  }
  size_t found = 0;

 private:
  Bytes* b_;
  uintptr_t lo_, size_;
};

// Whether the instruction to come puts the result back to where b is: a slot of an instance, known to its cache.
bool goes_back(Frame* f, const Word* pc, Value b) {
  const Word* store = pc + kOpInfo[pc->op].words;
  if (static_cast<Op>(store->op) != Op::STORE_ATTR || store->b != pc->a) return false;
  Value o = f->regs[store->a];
  uint64_t w = store[2].bits;
  return o.is_reference() && w && w >> 16 == reinterpret_cast<uint64_t>(o.object()->shape) && reinterpret_cast<Value*>(o.object())[w & 0xFFFF] == b;
}

// Nothing else refers to b: one register, and as many counted references as are known.
bool held_once(Thread& t, Bytes* b, uint64_t counted) {
  auto count = [b] { return (b->rc & ~kImmortal) >> 32; };
  if (static_cast<int64_t>(b->rc) < 0 || count() != counted) return false;
  Heap& h = *t.heap;
  const void* outer = h.scan_top;
  h.scan_top = t.loop_base;
  h.count_suspended(true);
  Holders holders(b);
  h.scan_roots(holders);
  for (Value* v : h.roots) holders.value(*v);
  h.scan_top = outer;
  return holders.found == 1 && count() == counted;  // what suspended generators and deep frames hold is counted by now
}
}  // namespace

Result<Value> append_bytes(Thread& t, Bytes* b, Bytes* c) {
  Frame* f = t.frame;
  const Word* pc = f->pc;
  Value v = b;
  if (b->size < kLarge || !c->size || f->regs[pc->b] != v || !held_once(t, b, goes_back(f, pc, v) ? 1 : 0)) return inplace_op(t, BinaryOp::ADD, b, c);
  uint64_t size = b->size + c->size;
  Page* p = page_of(b);
  if (p->kind != PageKind::kSpanStart || sizeof(Bytes) + size >= p->span_bytes) {
    Bytes* wide = TRY(new_bytes(t, nullptr, size + size / 4));
    memcpy(wide->data(), b->data(), b->size);
    wide->size = b->size;
    b = wide;
  }
  memcpy(b->data() + b->size, c->data(), c->size);
  b->size = size;
  b->data()[size] = 0;
  b->hash = 0;
  return b;
}

}  // namespace kaa
