// Reading through the buffer. With the lock held, [pos, end) of the buffer is what was read ahead.
#include "base/text_buffer.h"
#include "modules/io/buffered.h"

namespace kaa {

namespace {

int64_t ahead(Buffered* b) { return b->dirty ? 0 : b->end - b->pos; }
const char* ahead_data(Buffered* b) { return b->buf->data + b->pos; }

Status checked_count(Thread& t, Value r, int64_t limit, int64_t& n) {
  Result<int64_t> k = to_ssize(t, r);
  if (!k.ok()) {
    Value cause = take_exc(t);
    (void)RAISE(OSError, "raw readinto() failed");
    BaseException* e = t.exc.as<BaseException>();
    e->cause.set(cause);
    e->context.set(cause);
    e->suppress_context = true;
    return Error{};
  }
  n = k.value();
  if (n < 0 || n > limit) return RAISE(OSError, "raw readinto() returned invalid length %ld (should have been between 0 and %ld)", n, limit);
  return {};
}

void moved(Buffered* b, int64_t n) {
  if (n > 0 && b->abs_pos >= 0) b->abs_pos += n;
}

// One read of the raw stream into the first n bytes of `target`, which nothing resizes. kIoBlocked for None.
Result<int64_t> raw_read_array(Thread& t, Buffered* b, ByteArray* target, int64_t n) {
  int64_t got;
  Keep keep(target);
  if (FileIO* f = exact_fileio(b)) {
    got = TRY(fileio_read_into(t, f, target->data, static_cast<size_t>(n)));
  } else {
    Value view = TRY(memoryview_of(t, target, 0, n));
    Value r = TRY(call_method(t, TRY(buffered_raw(t, b)), NAME("readinto"), view));
    if (r.is_none()) return int64_t{kIoBlocked};
    TRY(checked_count(t, r, n, got));
  }
  moved(b, got);
  return got;
}

// The same into memory whose owner the caller keeps.
Result<int64_t> raw_read_memory(Thread& t, Buffered* b, char* p, int64_t n) {
  if (FileIO* f = exact_fileio(b)) {
    int64_t got = TRY(fileio_read_into(t, f, p, static_cast<size_t>(n)));
    moved(b, got);
    return got;
  }
  Value store = TRY(call(t, KAA_TYPE(bytearray), TRY(make_int(t, n))));
  int64_t got = TRY(raw_read_array(t, b, store.as<ByteArray>(), n));
  if (got > 0) memcpy(p, store.as<ByteArray>()->data, static_cast<size_t>(got));
  return got;
}

// Reads once to fill the buffer, which must have no read-ahead left. kIoBlocked, 0 (the end), or the number of bytes now ahead.
Result<int64_t> fill(Thread& t, Buffered* b) {
  b->pos = b->end = 0;
  int64_t n = TRY(raw_read_array(t, b, b->buf, b->buffer_size));
  if (n > 0) b->end = n;
  return n;
}

// A stream that is also written first hands on what it has.
Status start_reading(Thread& t, Buffered* b) {
  if (b->dirty) TRY(buffered_flush_dirty(t, b));
  return {};
}

Result<Value> take_ahead(Thread& t, Buffered* b, int64_t n) {
  Bytes* r = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  memcpy(r->data(), ahead_data(b), static_cast<size_t>(n));
  b->pos += n;
  return r;
}

Result<Value> join(Thread& t, List* parts) {
  if (parts->size == 0) return Value(interp().empty_bytes);
  if (parts->size == 1) return parts->items[0];
  return call_method(t, interp().empty_bytes, NAME("join"), parts);
}

// Everything to the end. None when nothing is there and the raw stream would block.
Result<Value> read_all(Thread& t, Buffered* b) {
  Value first;
  if (ahead(b)) first = TRY(take_ahead(t, b, ahead(b)));
  TRY(start_reading(t, b));
  b->pos = b->end = 0;
  if (FileIO* f = exact_fileio(b)) {
    Value rest = TRY(fileio_read_all(t, f));
    if (rest.is_none()) return first ? first : rest;
    moved(b, static_cast<int64_t>(rest.as<Bytes>()->size));
    if (!first) return rest;
    List* parts = TRY(new_list(t, 2));
    TRY(list_append(t, parts, first));
    TRY(list_append(t, parts, rest));
    return join(t, parts);
  }
  List* parts = TRY(new_list(t));
  if (first) TRY(list_append(t, parts, first));
  Opt readall = TRY(lookup_attr(t, TRY(buffered_raw(t, b)), NAME("readall")));
  if (readall) {
    Value rest = TRY(call(t, readall.v));
    if (!rest.is_none() && !is_bytes(rest)) return RAISE(TypeError, "readall() should return bytes");
    if (rest.is_none()) return first ? first : rest;
    moved(b, static_cast<int64_t>(rest.as<Bytes>()->size));
    TRY(list_append(t, parts, rest));
    return join(t, parts);
  }
  for (;;) {
    Value data = TRY(call_method(t, TRY(buffered_raw(t, b)), NAME("read")));
    if (!data.is_none() && !is_bytes(data)) return RAISE(TypeError, "read() should return bytes");
    if (data.is_none() || data.as<Bytes>()->size == 0) {
      if (parts->size == 0) return data;
      return join(t, parts);
    }
    moved(b, static_cast<int64_t>(data.as<Bytes>()->size));
    TRY(list_append(t, parts, data));
  }
}

// Exactly n bytes, with as many raw reads as it takes; fewer at the end or when the raw stream would block; None when that is so at once.
// Whole blocks are read straight into the result, the rest through the buffer.
Result<Value> read_n(Thread& t, Buffered* b, int64_t n) {
  if (n <= ahead(b)) return n ? take_ahead(t, b, n) : Result<Value>(Value(interp().empty_bytes));
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  Keep keep(out);
  int64_t have = ahead(b);
  memcpy(out->data(), ahead_data(b), static_cast<size_t>(have));
  TRY(start_reading(t, b));
  b->pos = b->end = 0;
  while (have < n) {
    int64_t want = n - have, got;
    if (want >= b->buffer_size) {
      got = TRY(raw_read_memory(t, b, out->data() + have, want - want % b->buffer_size));
    } else {
      got = TRY(fill(t, b));
      if (got > 0) {
        if (got > want) got = want;
        memcpy(out->data() + have, b->buf->data, static_cast<size_t>(got));
        b->pos = got;
      }
    }
    if (got == kIoBlocked && have == 0) return kNone;
    if (got <= 0) break;
    have += got;
  }
  if (have == n) return out;
  return TRY(new_bytes(t, out->data(), static_cast<size_t>(have)));
}

Result<Value> readinto(Thread& t, Args a, const char* fname, bool once) {
  Buffered* b = TRY(buffered_self(t, a));
  BufferHold hold;
  TRY(io_writable_buffer(t, a[1], fname, hold));
  TRY(buffered_check_open(t, b, "readinto of closed file"));
  BufferedLock lock(t, b);
  TRY(lock.enter());
  char* to = static_cast<char*>(hold.b.data);
  int64_t n = hold.b.size, have = ahead(b);
  if (have > n) have = n;
  memcpy(to, ahead_data(b), static_cast<size_t>(have));
  b->pos += b->dirty ? 0 : have;
  if (have == n) return small_int(have);
  TRY(start_reading(t, b));
  b->pos = b->end = 0;
  while (have < n) {
    int64_t want = n - have, got;
    if (want > b->buffer_size) {
      got = TRY(raw_read_memory(t, b, to + have, want));
    } else if (!(once && have)) {
      got = TRY(fill(t, b));
      if (got > 0) {
        if (got > want) got = want;
        memcpy(to + have, b->buf->data, static_cast<size_t>(got));
        b->pos = got;
      }
    } else {
      break;
    }
    if (got == kIoBlocked && have == 0) return kNone;
    if (got <= 0) break;
    have += got;
    if (once) break;
  }
  return small_int(have);
}

// A line of at most `limit` bytes (negative: no limit).
Result<Value> read_line(Thread& t, Buffered* b, int64_t limit) {
  auto line_in_buffer = [&](int64_t max) {
    const void* nl = memchr(ahead_data(b), '\n', static_cast<size_t>(max));
    return nl ? static_cast<const char*>(nl) - ahead_data(b) + 1 : int64_t{0};
  };
  int64_t n = ahead(b);
  if (limit >= 0 && n > limit) n = limit;
  if (n > 0) {
    if (int64_t k = line_in_buffer(n)) return take_ahead(t, b, k);
    if (n == limit) return take_ahead(t, b, n);
  } else if (limit == 0) {
    return Value(interp().empty_bytes);
  }
  BufferedLock lock(t, b);
  TRY(lock.enter());
  ByteBuilder line;
  if (n > 0) {
    line.append(ahead_data(b), static_cast<size_t>(n));
    b->pos += n;
  }
  TRY(start_reading(t, b));
  for (;;) {
    int64_t got = TRY(fill(t, b));
    if (got <= 0) break;
    if (limit >= 0 && got > limit - static_cast<int64_t>(line.size())) got = limit - static_cast<int64_t>(line.size());
    int64_t k = line_in_buffer(got);
    if (k) got = k;
    line.append(ahead_data(b), static_cast<size_t>(got));
    b->pos += got;
    if (k || static_cast<int64_t>(line.size()) == limit) break;
  }
  if (line.failed()) return raise_memory(t);
  if (line.size() == 0) return Value(interp().empty_bytes);
  return TRY(new_bytes(t, line.data(), line.size()));
}

}  // namespace

Result<Value> buffered_read(Thread& t, Buffered* b, int64_t n) {
  TRY(buffered_check_open(t, b, "read of closed file"));
  if (n >= 0 && n <= ahead(b) && !b->owner) return read_n(t, b, n);
  BufferedLock lock(t, b);
  TRY(lock.enter());
  return n < 0 ? read_all(t, b) : read_n(t, b, n);
}

Result<Value> buffered_read1(Thread& t, Buffered* b, int64_t n) {
  if (n < 0) n = b->buffer_size;
  TRY(buffered_check_open(t, b, "read of closed file"));
  if (n == 0) return Value(interp().empty_bytes);
  if (int64_t have = ahead(b); have > 0) return take_ahead(t, b, have < n ? have : n);
  BufferedLock lock(t, b);
  TRY(lock.enter());
  TRY(start_reading(t, b));
  b->pos = b->end = 0;
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  Keep keep(out);
  int64_t got = TRY(raw_read_memory(t, b, out->data(), n));
  if (got < 0) got = 0;
  if (got == n) return out;
  if (got == 0) return Value(interp().empty_bytes);
  return TRY(new_bytes(t, out->data(), static_cast<size_t>(got)));
}

Result<Value> buffered_read_method(Thread& t, Args a) {
  int64_t n = a[1] ? TRY(io_size_arg(t, a[1], -1)) : -1;
  Buffered* b = TRY(buffered_self(t, a));
  if (n < -1) return RAISE(ValueError, "read length must be non-negative or -1");
  return buffered_read(t, b, n);
}
Result<Value> buffered_read1_method(Thread& t, Args a) {
  int64_t n = a[1] ? TRY(to_ssize(t, a[1])) : -1;
  return buffered_read1(t, TRY(buffered_self(t, a)), n);
}
Result<Value> buffered_peek_method(Thread& t, Args a) {
  if (a[1]) TRY(to_ssize(t, a[1]));
  Buffered* b = TRY(buffered_self(t, a));
  TRY(buffered_check_open(t, b, "peek of closed file"));
  BufferedLock lock(t, b);
  TRY(lock.enter());
  TRY(start_reading(t, b));
  if (ahead(b) == 0) TRY(fill(t, b));
  return TRY(new_bytes(t, ahead_data(b), static_cast<size_t>(ahead(b))));
}
Result<Value> buffered_readinto_method(Thread& t, Args a) { return readinto(t, a, "readinto() argument", false); }
Result<Value> buffered_readinto1_method(Thread& t, Args a) { return readinto(t, a, "readinto1() argument", true); }
Result<Value> buffered_readline_method(Thread& t, Args a) {
  int64_t limit = TRY(io_size_arg(t, a[1], -1));
  Buffered* b = TRY(buffered_self(t, a));
  TRY(buffered_check_open(t, b, "readline of closed file"));
  return read_line(t, b, limit);
}

Result<Value> buffered_iternext(Thread& t, Object* self) {
  Value line;
  if (is_exact_buffered(self)) {
    Buffered* b = TRY(buffered_self(t, {reinterpret_cast<Value*>(&self), 1}));
    TRY(buffered_check_open(t, b, "readline of closed file"));
    line = TRY(read_line(t, b, -1));
  } else {
    line = TRY(call_method(t, self, NAME("readline")));
    if (!is_bytes(line)) return RAISE(OSError, "readline() should have returned a bytes object, not '%T'", line);
  }
  if (line.as<Bytes>()->size == 0) return Value();
  return line;
}

}  // namespace kaa
