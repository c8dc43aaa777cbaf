// Writing through the buffer. With the lock held and `dirty`, [pos, end) of the buffer is what the raw stream does not have yet.
#include <errno.h>

#include "modules/io/buffered.h"

namespace kaa {

namespace {

Error would_block(Thread& t, int64_t written) {
  Result<Value> e = call(t, KAA_TYPE(BlockingIOError), small_int(errno), Value(NAME("write could not complete without blocking")), small_int(written));
  if (!e.ok()) return {};
  return raise_value(t, e.value());
}

void moved(Buffered* b, int64_t n) {
  if (n > 0 && b->abs_pos >= 0) b->abs_pos += n;
}

// One write of the raw stream. `make_view` makes the object that a raw stream other than FileIO is given. kIoBlocked for None; errno then tells why.
template <class F>
Result<int64_t> raw_write(Thread& t, Buffered* b, const char* p, int64_t n, F&& make_view) {
  int64_t done;
  if (FileIO* f = exact_fileio(b)) {
    done = TRY(fileio_write_from(t, f, p, static_cast<size_t>(n)));
  } else {
    Value view = TRY(make_view());
    errno = 0;
    Value r = TRY(call_method(t, TRY(buffered_raw(t, b)), NAME("write"), view));
    if (r.is_none()) return int64_t{kIoBlocked};
    Result<int64_t> k = to_ssize(t, r);
    Value cause;
    if (!k.ok()) cause = take_exc(t);
    done = k.ok() ? k.value() : -1;
    if (done < 0 || done > n) {
      (void)RAISE(OSError, "raw write() returned invalid length %ld (should have been between 0 and %ld)", done, n);
      if (cause) t.exc.as<BaseException>()->context.set(cause);
      return Error{};
    }
  }
  moved(b, done);
  return done;
}

// Moves what is pending to the front of the buffer.
void compact(Buffered* b) {
  if (!b->dirty || b->pos == 0) return;
  memmove(b->buf->data, b->buf->data + b->pos, static_cast<size_t>(b->end - b->pos));
  b->end -= b->pos;
  b->pos = 0;
}

void append(Buffered* b, const char* p, int64_t n) {
  memcpy(b->buf->data + b->end, p, static_cast<size_t>(n));
  b->end += n;
  if (n) b->dirty = true;
}

Result<int64_t> write_locked(Thread& t, Buffered* b, const char* p, int64_t n) {
  if (!b->dirty) {
    TRY(buffered_unread(t, b));
    b->pos = b->end = 0;
  }
  if (n <= b->buffer_size - b->end) {
    append(b, p, n);
    return n;
  }
  if (b->dirty) {
    Status s = buffered_flush_dirty(t, b);
    if (!s.ok()) {
      // Blocked: the buffer takes what it can, and the caller is told how much.
      if (!exc_matches(t, KAA_TYPE(BlockingIOError)) || !b->dirty) return Error{};
      Value e = take_exc(t);
      compact(b);
      int64_t room = b->buffer_size - b->end;
      if (n <= room) {
        append(b, p, n);
        return n;
      }
      append(b, p, room);
      Value code = e.as<ExcOS>()->errno_;
      errno = code && code.is_int() ? static_cast<int>(code.as_int()) : 0;
      return would_block(t, room);
    }
  }
  int64_t written = 0;
  while (n - written >= b->buffer_size) {  // as much as the buffer holds, or more: straight on
    int64_t k = TRY(raw_write(t, b, p + written, n - written, [&]() -> Result<Value> { return TRY(new_bytes(t, p + written, static_cast<size_t>(n - written))); }));
    if (k == kIoBlocked) {
      if (n - written > b->buffer_size) {
        append(b, p + written, b->buffer_size);
        written += b->buffer_size;
        return would_block(t, written);
      }
      break;
    }
    written += k;
    TRY(safepoint(t));  // a short write can mean that a signal came
  }
  append(b, p + written, n - written);
  return n;
}

}  // namespace

Status buffered_flush_dirty(Thread& t, Buffered* b) {
  while (b->dirty && b->pos < b->end) {
    Keep keep(b->buf.value());
    int64_t n = TRY(raw_write(t, b, b->buf->data + b->pos, b->end - b->pos, [&] { return memoryview_of(t, b->buf.value(), b->pos, b->end); }));
    if (n == kIoBlocked) return would_block(t, 0);
    b->pos += n;
    if (b->pos < b->end) TRY(safepoint(t));
  }
  b->pos = b->end = 0;
  b->dirty = false;
  return {};
}

Result<Value> buffered_write(Thread& t, Buffered* b, const char* p, size_t n) {
  BufferedLock lock(t, b);
  TRY(lock.enter());
  if (TRY(buffered_closed(t, b))) return raise_closed(t, "write to closed file");
  return small_int(TRY(write_locked(t, b, p, static_cast<int64_t>(n))));
}

Result<Value> buffered_write_method(Thread& t, Args a) {
  Buffered* b = TRY(buffered_self(t, a));
  BufferHold hold;
  TRY(hold.get(t, a[1]));
  return buffered_write(t, b, hold.data(), hold.size());
}

Result<Value> buffered_flush(Thread& t, Buffered* b) {
  TRY(buffered_check_open(t, b, "flush of closed file"));
  BufferedLock lock(t, b);
  TRY(lock.enter());
  TRY(buffered_settle(t, b));
  return kNone;
}

}  // namespace kaa
