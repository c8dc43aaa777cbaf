// tell() and seek() of text streams.
//
// A position between two characters is where the decoder was last in a state that can be set up again, and how to get from there to the character: the
// *cookie*. Its parts are packed into an int of 21 bytes, little-endian, as CPython does: position of the buffered stream (8), flags of the decoder
// (4), bytes to feed it (4), characters to skip (4), whether it must be told that the input ends (1). Mostly all but the first are 0.
// To find such a state, decoding is repeated from the snapshot: first a jump near the character, guessed from the bytes per character so far, then
// byte by byte.
#include "modules/io/buffered.h"
#include "modules/io/textio.h"

namespace kaa {

namespace {

struct Cookie {
  int64_t position = 0;
  int32_t flags = 0, feed = 0, skip = 0;
  uint8_t at_end = 0;
};
constexpr size_t kCookieBytes = 21;

Result<Value> pack(Thread& t, const Cookie& c) {
  if (!c.flags && !c.feed && !c.skip && !c.at_end) return make_int(t, c.position);
  char raw[kCookieBytes];
  memcpy(raw, &c.position, 8);
  memcpy(raw + 8, &c.flags, 4);
  memcpy(raw + 12, &c.feed, 4);
  memcpy(raw + 16, &c.skip, 4);
  raw[20] = static_cast<char>(c.at_end);
  Bytes* b = TRY(new_bytes(t, raw, sizeof raw));
  return call_method(t, KAA_TYPE(int), NAME("from_bytes"), b, Value(NAME("little")));
}

Status unpack(Thread& t, Value v, Cookie& c) {
  if (v.is_int()) {
    c.position = v.as_int();
    return {};
  }
  Value i = TRY(to_index(t, v));
  Value b = TRY(call_method(t, i, NAME("to_bytes"), small_int(kCookieBytes), Value(NAME("little"))));
  const char* raw = b.as<Bytes>()->data();
  memcpy(&c.position, raw, 8);
  memcpy(&c.flags, raw + 8, 4);
  memcpy(&c.feed, raw + 12, 4);
  memcpy(&c.skip, raw + 16, 4);
  c.at_end = static_cast<uint8_t>(raw[20]);
  return {};
}

// Number of characters that `n` bytes of the input from `from` on give.
Result<int64_t> decoded_length(Thread& t, TextIO* x, Bytes* input, int64_t from, int64_t n) {
  Keep keep(input);
  Bytes* piece = TRY(new_bytes(t, input->data() + from, static_cast<size_t>(n)));
  Str* s = TRY(text_decode(t, x, piece, false));
  return static_cast<int64_t>(s->length);
}

// Fills in the cookie for `skip` characters behind the snapshot, whose position and flags it holds already. Leaves the decoder in any state.
Status locate(Thread& t, TextIO* x, Bytes* input, int64_t skip, Cookie& c) {
  int64_t total = static_cast<int64_t>(input->size);
  int64_t start_flags = c.flags;
  // A safe start near the character: go back from the guess, in growing steps.
  int64_t at = static_cast<int64_t>(x->bytes_per_char * static_cast<double>(skip)), back = 1;
  if (at > total) at = total;
  bool found = false;
  while (at > 0) {
    TRY(text_set_decoder_state(t, x, interp().empty_bytes, start_flags));
    int64_t chars = TRY(decoded_length(t, x, input, 0, at));
    if (chars <= skip) {
      DecoderState s = TRY(text_decoder_state(t, x));
      int64_t held = static_cast<int64_t>(s.held.as<Bytes>()->size);
      if (held == 0) {
        c.flags = static_cast<int32_t>(s.flags);
        skip -= chars;
        found = true;
        break;
      }
      at -= held;
      back = 1;
    } else {
      at -= back;
      back *= 2;
    }
  }
  if (!found) {
    at = 0;
    TRY(text_set_decoder_state(t, x, interp().empty_bytes, start_flags));
  }
  c.position += at;
  c.skip = static_cast<int32_t>(skip);
  if (skip == 0) return {};
  // From there byte by byte, up to the character; each state that can be set up again is a better start.
  int64_t fed = 0, chars = 0;
  for (int64_t i = at; i < total; i++) {
    chars += TRY(decoded_length(t, x, input, i, 1));
    fed++;
    DecoderState s = TRY(text_decoder_state(t, x));
    if (s.held.as<Bytes>()->size == 0 && chars <= skip) {
      c.position += fed;
      c.flags = static_cast<int32_t>(s.flags);
      skip -= chars;
      fed = chars = 0;
    }
    if (chars >= skip) {
      c.feed = static_cast<int32_t>(fed);
      c.skip = static_cast<int32_t>(skip);
      return {};
    }
  }
  Str* rest = TRY(text_decode(t, x, interp().empty_bytes, true));
  chars += static_cast<int64_t>(rest->length);
  c.at_end = 1;
  c.feed = static_cast<int32_t>(fed);
  c.skip = static_cast<int32_t>(skip);
  if (chars < skip) return RAISE(OSError, "can't reconstruct logical file position");
  return {};
}

}  // namespace

Result<Value> text_tell(Thread& t, Args a) {
  TextIO* x = TRY(textio_open_self(t, a[0]));
  if (!x->seekable) return raise_unsupported(t, "underlying stream is not seekable");
  if (!x->telling) return RAISE(OSError, "telling position disabled by next() call");
  TRY(text_write_pending(t, x));
  TRY(call_method(t, x, NAME("flush")));
  Value position = TRY(call_method(t, TRY(textio_buffer(t, x)), NAME("tell")));
  if (!x->can_read || !x->snapshot) return position;
  Bytes* input = x->snapshot;
  Cookie c;
  c.position = TRY(io_offset(t, position)) - static_cast<int64_t>(input->size);
  c.flags = static_cast<int32_t>(x->snapshot_flags);
  int64_t skip = x->decoded ? static_cast<int64_t>(x->used) : 0;
  if (skip == 0) return pack(t, c);
  DecoderState saved = TRY(text_decoder_state(t, x));
  uint8_t seen = x->newlines.seen;
  Status s = locate(t, x, input, skip, c);
  Value e = s.ok() ? Value() : take_exc(t);
  x->newlines.seen = seen;
  Status restored = text_set_decoder_state(t, x, saved.held, saved.flags);
  (void)restored.ok();
  TRY(io_chain(t, e));
  return pack(t, c);
}

Result<Value> text_seek(Thread& t, Args a) {
  TextIO* x = TRY(textio_self(t, a[0]));
  int whence = a[2] ? TRY(to_cint(t, a[2])) : 0;
  TRY(textio_open_self(t, a[0]));
  Value cookie = a[1];
  if (!x->seekable) return raise_unsupported(t, "underlying stream is not seekable");
  if (whence == 1) {
    if (!TRY(equal(t, cookie, small_int(0)))) return raise_unsupported(t, "can't do nonzero cur-relative seeks");
    cookie = TRY(call_method(t, x, NAME("tell")));  // ends what is buffered: seek to where we are
  } else if (whence == 2) {
    if (!TRY(equal(t, cookie, small_int(0)))) return raise_unsupported(t, "can't do nonzero end-relative seeks");
    TRY(call_method(t, x, NAME("flush")));
    text_drop_decoded(x);
    if (x->can_read) TRY(text_reset_decoder(t, x));
    Value end = TRY(call_method(t, TRY(textio_buffer(t, x)), NAME("seek"), small_int(0), small_int(2)));
    TRY(text_reset_encoder(t, x, TRY(equal(t, end, small_int(0)))));
    return end;
  } else if (whence != 0) {
    return RAISE(ValueError, "invalid whence (%d, should be 0, 1 or 2)", whence);
  }
  if (TRY(compare_bool(t, CompareOp::LT, cookie, small_int(0)))) return RAISE(ValueError, "negative seek position %R", cookie);
  TRY(call_method(t, x, NAME("flush")));
  Cookie c;
  TRY(unpack(t, cookie, c));
  TRY(call_method(t, TRY(textio_buffer(t, x)), NAME("seek"), TRY(make_int(t, c.position))));
  text_drop_decoded(x);
  bool at_start = c.position == 0 && c.flags == 0;
  if (x->can_read) {
    if (at_start) TRY(text_reset_decoder(t, x));
    else TRY(text_set_decoder_state(t, x, interp().empty_bytes, c.flags));
  }
  if (c.skip) {
    Value input = TRY(call_method(t, TRY(textio_buffer(t, x)), NAME("read"), small_int(c.feed)));
    if (!is_bytes(input)) return RAISE(TypeError, "underlying read() should have returned a bytes object, not '%T'", input);
    x->snapshot.set(input.as<Bytes>());
    x->snapshot_flags = c.flags;
    Str* text = TRY(text_decode(t, x, input, c.at_end));
    x->decoded.set(text);
    if (static_cast<int64_t>(text->length) < c.skip) return RAISE(OSError, "can't restore logical file position");
    x->used = static_cast<uint64_t>(c.skip);
  } else {
    x->snapshot.set(interp().empty_bytes);
    x->snapshot_flags = c.flags;
  }
  TRY(text_reset_encoder(t, x, at_start));
  return cookie;
}

}  // namespace kaa
