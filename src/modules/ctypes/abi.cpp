// Structures and unions in the calling convention.
//
// libffi knows no unions, no arrays within structures and no bit fields. But all that matters for a structure of at most 16 bytes is the class of each eight bytes of it
// (System V ABI for x86-64, 3.2.3); so the classes are computed here, and libffi gets a structure of one element for each eight bytes. Anything larger is passed in memory,
// whatever it consists of.
#include <stdlib.h>

#include "modules/ctypes/ctypes.h"

namespace kaa::ctypes {

namespace {

Word merge(Word a, Word b) {
  if (a == b || b == Word::kNone) return a;
  if (a == Word::kNone) return b;
  if (a == Word::kMemory || b == Word::kMemory) return Word::kMemory;
  if (a == Word::kInteger || b == Word::kInteger) return Word::kInteger;
  return a == Word::kSse && b == Word::kSse ? Word::kSse : Word::kMemory;
}
void put(Word* words, int64_t offset, Word w) {
  if (offset >= 0 && offset < 16) words[offset / 8] = merge(words[offset / 8], w);
}

}  // namespace

// Merges a field of the type at `offset` into the words of a structure.
void add_words(Word* words, const Info& info, int64_t offset) {
  if (info.align && offset % info.align) words[0] = Word::kMemory;
  switch (info.kind) {
    case Kind::kStruct: case Kind::kUnion: case Kind::kArray:
      if (info.size > 16) { words[0] = Word::kMemory; return; }
      if (info.kind == Kind::kArray) {
        const Info* item = info_of(info.item.get());
        for (int64_t i = 0; item && item->size && i < info.size / item->size; i++) add_words(words, *item, offset + i * item->size);
        return;
      }
      // A structure begins at a multiple of its alignment, so that its words may be shifted by less than eight bytes: each part of it is of one class.
      for (int k = 0; k < 2; k++)
        if (info.words[k] != Word::kNone)
          for (int64_t o = k * 8; o < info.size && o < k * 8 + 8; o++) put(words, offset + o, info.words[k]);
      return;
    case Kind::kSimple:
      switch (info.code->code) {
        case 'f': case 'd': case 'F': put(words, offset, Word::kSse); return;
        case 'D': put(words, offset, Word::kSse); put(words, offset + 8, Word::kSse); return;
        case 'g': put(words, offset, Word::kX87); put(words, offset + 8, Word::kX87Up); return;
        case 'G': words[0] = Word::kMemory; return;
        default: break;
      }
      [[fallthrough]];
    default: put(words, offset, Word::kInteger);
  }
}

Status make_aggregate(Thread& t, Info& info) {
  if (!info.aggregate) info.aggregate = static_cast<Aggregate*>(calloc(1, sizeof(Aggregate)));
  Aggregate* a = info.aggregate;
  if (!a) return raise_memory(t);
  *a = {};
  Word* w = info.words;
  if (w[1] == Word::kX87Up && w[0] != Word::kX87) w[0] = Word::kMemory;
  bool memory = info.size > 16 || w[0] == Word::kMemory || w[1] == Word::kMemory;
  int n = 0;
  for (int64_t k = 0; k < 2 && !memory && k * 8 < info.size; k++) {
    int64_t left = info.size - k * 8;
    switch (w[k]) {
      case Word::kSse: a->elements[n++] = left <= 4 ? &ffi_type_float : &ffi_type_double; break;
      case Word::kX87: a->elements[n++] = &ffi_type_longdouble; break;
      case Word::kX87Up: break;  // belongs to the one before
      default: a->elements[n++] = left <= 4 ? &ffi_type_uint32 : &ffi_type_uint64;
    }
  }
  if (memory)
    for (int k = 0; k < 4; k++) a->elements[n++] = &ffi_type_uint64;
  size_t size = static_cast<size_t>(info.size);
  unsigned short align = static_cast<unsigned short>(info.align ? info.align : 1);
  a->as_argument = {size, align, FFI_TYPE_STRUCT, a->elements};
  a->as_result = a->as_argument;
  if (memory && size <= 16) {
    // libffi takes an argument that begins with a long double, and a result of more than 16 bytes, for what is passed in memory.
    a->memory[0] = &ffi_type_longdouble;
    a->as_argument.elements = a->memory;
    a->as_result.size = 32;
  }
  info.ffi = &a->as_argument;
  info.ffi_result = !memory && w[0] == Word::kX87 ? &ffi_type_longdouble : &a->as_result;  // libffi looks for x87 results only where there is no structure
  return {};
}

}  // namespace kaa::ctypes
