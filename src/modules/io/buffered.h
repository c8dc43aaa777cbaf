// Within the Buffered* files: the lock, and the steps that move data between the buffer and the raw stream. All but the methods need the lock held.
#pragma once
#include "modules/io/io.h"

namespace kaa {

class BufferedLock {
 public:
  BufferedLock(Thread& t, Buffered* b) : t_(t), b_(b) {}
  ~BufferedLock() { leave(); }
  BufferedLock(const BufferedLock&) = delete;
  Status enter();
  void leave() {
    if (held_) b_->owner = nullptr;
    held_ = false;
  }
 private:
  Status wait();
  Thread& t_;
  Buffered* b_;
  bool held_ = false;
};

Error buffered_uninitialised(Thread& t, Buffered* b);
inline Result<Buffered*> buffered_self(Thread& t, Args a) {
  Buffered* b = a.as<Buffered>(0);
  if (UNLIKELY(!b->ok)) return buffered_uninitialised(t, b);
  return b;
}
inline Result<Value> buffered_raw(Thread& t, Buffered* b) {                   // Python code that was called may have detached it
  if (UNLIKELY(!b->raw)) return buffered_uninitialised(t, b);
  return b->raw.get();
}
FileIO* exact_fileio(Buffered* b);                                            // the raw stream, when it is exactly a FileIO; else null
Result<bool> buffered_closed(Thread& t, Buffered* b);
Status buffered_check_open(Thread& t, Buffered* b, const char* text);
Result<int64_t> buffered_raw_tell(Thread& t, Buffered* b);
Result<int64_t> buffered_raw_seek(Thread& t, Buffered* b, int64_t target, int whence);
Status buffered_settle(Thread& t, Buffered* b);                               // gives up read-ahead or hands on what was written: the buffer is empty
Status buffered_unread(Thread& t, Buffered* b);                               // gives up read-ahead: the raw stream stands where we do
Status buffered_flush_dirty(Thread& t, Buffered* b);                          // hands on what was written; BlockingIOError when it cannot

Result<Value> buffered_iternext(Thread& t, Object* self);
Result<Value> buffered_read_method(Thread& t, Args a);
Result<Value> buffered_peek_method(Thread& t, Args a);
Result<Value> buffered_read1_method(Thread& t, Args a);
Result<Value> buffered_readinto_method(Thread& t, Args a);
Result<Value> buffered_readinto1_method(Thread& t, Args a);
Result<Value> buffered_readline_method(Thread& t, Args a);
Result<Value> buffered_write_method(Thread& t, Args a);

}  // namespace kaa
