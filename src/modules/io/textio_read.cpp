// Reading text: chunks, characters, lines; and the way down for what was written.
#include "modules/io/buffered.h"
#include "modules/io/textio.h"

namespace kaa {

namespace {

uint64_t left(TextIO* x) { return x->decoded ? x->decoded->length - x->used : 0; }

// The next n decoded characters.
Result<Str*> take(Thread& t, TextIO* x, uint64_t n) {
  if (n == 0) return interp().empty_str;
  uint64_t from = x->used;
  x->used += n;
  if (from == 0 && n == x->decoded->length) return x->decoded.get();
  return str_substr(t, x->decoded, from, from + n);
}

Result<Value> join(Thread& t, List* parts) {
  if (parts->size == 0) return Value(interp().empty_str);
  if (parts->size == 1) return parts->items[0];
  if (parts->size == 2) return TRY(str_concat(t, parts->items[0].as<Str>(), parts->items[1].as<Str>()));
  return call_method(t, interp().empty_str, NAME("join"), parts);
}

Result<Value> buffer_read(Thread& t, TextIO* x, int64_t n) {
  Value b = TRY(textio_buffer(t, x));
  if (x->has_read1 && (is_exactly(b, g_io.buffered_reader) || is_exactly(b, g_io.buffered_random)) && b.as<Buffered>()->ok) return buffered_read1(t, b.as<Buffered>(), n);
  return call_method(t, b, x->has_read1 ? NAME("read1") : NAME("read"), TRY(make_int(t, n)));
}

}  // namespace

void text_drop_decoded(TextIO* x) {
  x->decoded.clear();
  x->used = 0;
  x->snapshot.clear();
}

// While the buffer writes, another thread may add to `pending`: the memory is taken out of the object first.
Status text_write_pending(Thread& t, TextIO* x) {
  if (!x->pending_size) return {};
  char* p = x->pending;
  uint64_t n = x->pending_size, cap = x->pending_cap;
  x->pending = nullptr;
  x->pending_size = x->pending_cap = 0;
  Value b = TRY(textio_buffer(t, x));
  Result<Value> r = [&]() -> Result<Value> {
    if ((is_exactly(b, g_io.buffered_writer) || is_exactly(b, g_io.buffered_random)) && b.as<Buffered>()->ok) return buffered_write(t, b.as<Buffered>(), p, n);
    Bytes* data = TRY(new_bytes(t, p, n));
    return call_method(t, b, NAME("write"), data);
  }();
  if (!x->pending && cap <= (64 << 10)) {
    x->pending = p;
    x->pending_cap = cap;
  } else {
    heap().free_raw(p, cap);
  }
  if (!r.ok()) return Error{};
  return {};
}

Result<Value> text_flush(Thread& t, TextIO* x) {
  x->telling = x->seekable;
  TRY(text_write_pending(t, x));
  Value b = TRY(textio_buffer(t, x));
  if ((is_exactly(b, g_io.buffered_writer) || is_exactly(b, g_io.buffered_random)) && b.as<Buffered>()->ok) return buffered_flush(t, b.as<Buffered>());
  return call_method(t, b, NAME("flush"));
}

Result<bool> text_read_chunk(Thread& t, TextIO* x, int64_t size_hint) {
  if (!x->can_read) return raise_unsupported(t, "not readable");
  DecoderState before{Value(), 0};
  if (x->telling) before = TRY(text_decoder_state(t, x));
  int64_t size = x->chunk_size;
  if (size_hint > 0) {
    double want = static_cast<double>(size_hint) * (x->bytes_per_char > 1 ? x->bytes_per_char : 1);
    if (want > static_cast<double>(size) && want < 1e18) size = static_cast<int64_t>(want);
  }
  Value input = TRY(buffer_read(t, x, size));
  if (!is_bytes(input) && !has_buffer(input))
    return RAISE(TypeError, "underlying %s() should have returned a bytes-like object, not '%T'", x->has_read1 ? "read1" : "read", input);
  int64_t nbytes;
  if (is_bytes(input)) {
    nbytes = static_cast<int64_t>(input.as<Bytes>()->size);
  } else {
    BufferHold hold;
    TRY(hold.get(t, input));
    nbytes = hold.b.size;
    input = Value(TRY(new_bytes(t, hold.data(), hold.size())));
  }
  bool eof = nbytes == 0;
  Str* text = TRY(text_decode(t, x, input, eof));
  x->decoded.set(text);
  x->used = 0;
  if (text->length) {
    x->bytes_per_char = static_cast<double>(nbytes) / static_cast<double>(text->length);
    eof = false;
  } else {
    x->bytes_per_char = 0;
  }
  if (x->telling) {
    Bytes* held = before.held.as<Bytes>();
    Bytes* all = input.as<Bytes>();
    if (held->size) {
      Keep keep_held(held), keep_input(input);
      all = TRY(new_bytes(t, nullptr, held->size + static_cast<size_t>(nbytes)));
      memcpy(all->data(), held->data(), held->size);
      memcpy(all->data() + held->size, input.as<Bytes>()->data(), static_cast<size_t>(nbytes));
    }
    x->snapshot.set(all);
    x->snapshot_flags = before.flags;
  }
  return !eof;
}

Result<Value> text_read(Thread& t, TextIO* x, int64_t n) {
  if (!x->can_read) return raise_unsupported(t, "not readable");
  TRY(text_write_pending(t, x));
  if (n < 0) {
    Value b = TRY(textio_buffer(t, x)), data;
    if ((is_exactly(b, g_io.buffered_reader) || is_exactly(b, g_io.buffered_random)) && b.as<Buffered>()->ok) data = TRY(buffered_read(t, b.as<Buffered>(), -1));
    else data = TRY(call_method(t, b, NAME("read")));
    if (data.is_none()) return RAISE(BlockingIOError, "Read returned None.");
    Str* rest = TRY(text_decode(t, x, data, true));
    if (uint64_t k = left(x)) {
      Str* head = TRY(take(t, x, k));
      rest = TRY(str_concat(t, head, rest));
    }
    if (x->snapshot) text_drop_decoded(x);
    else { x->decoded.clear(); x->used = 0; }
    return rest;
  }
  uint64_t want = static_cast<uint64_t>(n);
  uint64_t k = left(x) < want ? left(x) : want;
  Str* first = TRY(take(t, x, k));
  if (k == want) return first;
  List* parts = TRY(new_list(t));
  if (k) TRY(list_append(t, parts, first));
  while (k < want) {
    if (!TRY(text_read_chunk(t, x, static_cast<int64_t>(want - k)))) break;
    uint64_t m = left(x) < want - k ? left(x) : want - k;
    if (!m) continue;
    Str* part = TRY(take(t, x, m));
    TRY(list_append(t, parts, part));
    k += m;
  }
  return join(t, parts);
}

Result<Value> text_readline(Thread& t, TextIO* x, int64_t limit) {
  TRY(text_write_pending(t, x));
  Value nl_value = x->newline;
  bool any = x->universal && !x->newlines.translate;
  Str* nl = nl_value.is_none() || nl_value.as<Str>()->length == 0 ? nullptr : nl_value.as<Str>();
  List* parts = nullptr;
  int64_t have = 0;
  bool carry = false;  // newline is "\r\n", and the last chunk ended with "\r"
  for (;;) {
    while (left(x) == 0) {
      if (!TRY(text_read_chunk(t, x, 0))) {
        x->decoded.clear();
        x->used = 0;
        x->snapshot.clear();
        return parts ? join(t, parts) : Result<Value>(Value(interp().empty_str));
      }
    }
    Str* s = x->decoded;
    uint64_t start = x->used;
    int64_t end = carry && s->at(start) == '\n' ? static_cast<int64_t>(start) + 1 : find_line_end(s, start, any, nl);
    bool done = end >= 0;
    if (!done) end = static_cast<int64_t>(s->length);
    int64_t n = end - static_cast<int64_t>(start);
    if (limit >= 0 && n >= limit - have) {
      n = limit - have;
      done = true;
    }
    Str* part = TRY(take(t, x, static_cast<uint64_t>(n)));
    if (done && !parts) return part;
    if (!parts) parts = TRY(new_list(t));
    if (n) TRY(list_append(t, parts, part));
    if (done) return join(t, parts);
    have += n;
    carry = nl && nl->length == 2 && n && part->at(static_cast<size_t>(n) - 1) == nl->at(0);
  }
}

}  // namespace kaa
