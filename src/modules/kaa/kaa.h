// The kaa module: what the heap holds, and why.
#pragma once
#include "runtime/call.h"

namespace kaa {

// Chains of holders from a root to `target`, shortest first, at most `limit` of them, each a str. At least one unless nothing but native code's own
// variables refers to the object.
Result<List*> why_alive(Thread& t, Value target, size_t limit);
// Prints the heap's figures and the types that hold most memory to stderr.
Status kaa_print_lifecycle(Thread& t);
// -X lifecycle=FILE: notes figures from now on; writes them as a page, saying on stderr what went wrong.
void kaa_report_start(Heap& h, const char* path);
bool kaa_report_write(Thread& t, const char* program);

// Nothing is reclaimed in such a scope.
class NoReconcile {
 public:
  explicit NoReconcile(Heap& h) : h_(h), was_(h.no_reconcile) { h.no_reconcile = true; }
  ~NoReconcile() { h_.no_reconcile = was_; }
  NoReconcile(const NoReconcile&) = delete;
 private:
  Heap& h_;
  bool was_;
};

}  // namespace kaa
