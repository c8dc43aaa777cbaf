// Within the TextIOWrapper files: its layout, and the steps below its methods.
//
// Reading: bytes come from the buffer in chunks; `decoded` is the text of the last chunk, of which the first `used` characters have been handed out. To be
// able to tell(), the wrapper remembers ("snapshot") the decoder's state before that chunk and the bytes that it was made from.
// Writing: encoded bytes collect in `pending` and go down in pieces of about chunk_size.
// Codecs: utf-8, ascii and latin-1 are done here; all others by the incremental encoder and decoder of the codec registry.
#pragma once
#include "modules/io/io.h"

namespace kaa {

enum class TextCodec : uint8_t { kOther, kUtf8, kAscii, kLatin1 };

struct TextIO : Object {
  Field<> buffer;                  // empty: not initialised, or detached
  Field<> encoding, errors;        // str
  Field<> newline;                 // None or a str, as given
  Field<> decoder, encoder;        // of the registry, for TextCodec::kOther
  Field<Str*> decoded;             // empty: none
  uint64_t used;                   // characters of it
  Field<Bytes*> snapshot;          // input since the snapshot (bytes that the decoder held back included); empty: no snapshot
  int64_t snapshot_flags;          // the decoder's flags there
  char* pending;                   // raw memory
  uint64_t pending_size, pending_cap;
  double bytes_per_char;           // of the last chunk; 0: not known
  int64_t chunk_size;
  NewlineState newlines;           // for universal newlines
  uint8_t partial[4], npartial;    // utf-8: an incomplete sequence
  TextCodec codec;
  bool ok, detached, can_read, can_write, universal, write_translate, line_buffering, write_through, seekable, telling, has_read1, finalizing;
  template <class F> void each_field(F&& f) {
    f(buffer); f(encoding); f(errors); f(newline); f(decoder); f(encoder); f(decoded); f(snapshot);
  }
};
template <>
struct LayoutTraits<TextIO> {
  static bool needs_finalizer(TextIO* x) { return !(is_exactly(x, g_io.textiowrapper) && is_closed_buffered(x->buffer)); }
  static void destroy(TextIO* x) { heap().free_raw(x->pending, x->pending_cap); }
  static size_t bytes(TextIO* x) { return sizeof(TextIO) + x->pending_cap; }
};

Error textio_not_ready(Thread& t, TextIO* x);
inline Result<TextIO*> textio_self(Thread& t, Value v) {
  TextIO* x = v.as<TextIO>();
  if (UNLIKELY(!x->ok)) return textio_not_ready(t, x);
  return x;
}
inline Result<Value> textio_buffer(Thread& t, TextIO* x) {      // Python code that was called may have detached it
  if (UNLIKELY(!x->buffer)) return textio_not_ready(t, x);
  return x->buffer.get();
}
Result<TextIO*> textio_open_self(Thread& t, Value v);           // initialised, attached and not closed

// ---- codecs (textio_codec.cpp)
TextCodec text_codec_of(Str* encoding);
Status text_open_codec(Thread& t, TextIO* x);                   // makes decoder and encoder for x->encoding; LookupError
// Decodes bytes or any buffer; `final`: nothing follows. Newlines are handled, too.
Result<Str*> text_decode(Thread& t, TextIO* x, Value data, bool final);
struct DecoderState { Value held; int64_t flags; };             // bytes held back, flags (newline state included)
Result<DecoderState> text_decoder_state(Thread& t, TextIO* x);
Status text_set_decoder_state(Thread& t, TextIO* x, Value held, int64_t flags);
Status text_reset_decoder(Thread& t, TextIO* x);
Status text_reset_encoder(Thread& t, TextIO* x, bool at_start);
Status text_encode(Thread& t, TextIO* x, Str* s);               // appends to pending

// ---- moving data
Status text_write_pending(Thread& t, TextIO* x);                // hands pending to the buffer
void text_drop_decoded(TextIO* x);                              // and the snapshot
Result<bool> text_read_chunk(Thread& t, TextIO* x, int64_t size_hint);  // false at the end
Result<Value> text_read(Thread& t, TextIO* x, int64_t n);
Result<Value> text_readline(Thread& t, TextIO* x, int64_t limit);
Result<Value> text_tell(Thread& t, Args a);
Result<Value> text_seek(Thread& t, Args a);
Result<Value> text_flush(Thread& t, TextIO* x);

}  // namespace kaa
