// _pickle: Pickler and Unpickler, protocols 0 to 5.
//
// Pickling is a recursive walk (Saver, save.cpp and reduce.cpp) that appends to a byte buffer on the native stack. The memo, which tells objects that were
// saved before, is a hash table by identity inside the Pickler; its keys are counted, so that temporary objects keep their identity. Unpickling is
// a loop over instructions (Loader, load.cpp and build.cpp). Its stack and memo are buffers inside the Unpickler, counted as well: what is
// moved from the stack to a new container keeps its count and costs nothing. Neither object is used by two dumps or loads at the same time (`running`).
#pragma once
#include "base/text_buffer.h"
#include "runtime/api.h"

namespace kaa::pickle {

inline constexpr int kHighestProtocol = 5, kDefaultProtocol = 5;
inline constexpr int64_t kBatchSize = 1000;
inline constexpr size_t kFrameTarget = 64 << 10, kFrameMin = 4, kFrameHeader = 9;

// Instructions (PEP 307, 3154, 574; pickletools describes each).
enum Op : uint8_t {
  kMark = '(', kStop = '.', kPop = '0', kPopMark = '1', kDup = '2', kFloat = 'F', kInt = 'I', kBinInt = 'J', kBinInt1 = 'K', kLong = 'L', kBinInt2 = 'M',
  kNoneOp = 'N', kPersId = 'P', kBinPersId = 'Q', kReduce = 'R', kString = 'S', kBinString = 'T', kShortBinString = 'U', kUnicode = 'V', kBinUnicode = 'X',
  kAppend = 'a', kBuild = 'b', kGlobal = 'c', kDict = 'd', kAppends = 'e', kGet = 'g', kBinGet = 'h', kInst = 'i', kLongBinGet = 'j', kList = 'l',
  kEmptyList = ']', kObj = 'o', kPut = 'p', kBinPut = 'q', kLongBinPut = 'r', kSetItem = 's', kTuple = 't', kSetItems = 'u', kEmptyDict = '}',
  kEmptyTuple = ')', kBinFloat = 'G',
  kProto = 0x80, kNewObj, kExt1, kExt2, kExt4, kTuple1, kTuple2, kTuple3, kNewTrue, kNewFalse, kLong1, kLong4,
  kBinBytes = 'B', kShortBinBytes = 'C',
  kShortBinUnicode = 0x8C, kBinUnicode8, kBinBytes8, kEmptySet, kAddItems, kFrozenSet, kNewObjEx, kStackGlobal, kMemoize, kFrame,
  kByteArray8, kNextBuffer, kReadonlyBuffer,
};

struct MemoEntry { Value key; uint64_t index; };  // key counted; empty: free

struct Pickler : Object {
  Field<> write;               // the file's write(); empty: dumps()
  Field<> dispatch_table;      // empty: copyreg's
  Field<> persistent_id_attr;  // what was assigned to pickler.persistent_id
  Field<> buffer_callback;
  Field<> persistent_id, reducer_override;  // of the dump that runs; empty: none
  Field<> fast_memo;           // ids of the containers being saved, once nested deeply in fast mode
  MemoEntry* memo;             // raw buffer of memo_cap entries (a power of two, or none)
  uint64_t memo_cap, memo_used;
  uint64_t memo_next;          // the next index
  int64_t protocol, bin, fast, fast_nesting;
  bool fix_imports, running;
  template <class F> void each_field(F&& f) {
    f(write); f(dispatch_table); f(persistent_id_attr); f(buffer_callback); f(persistent_id); f(reducer_override); f(fast_memo);
    for (uint64_t i = 0; i < memo_cap; i++) if (memo[i].key) f(reinterpret_cast<Field<>&>(memo[i].key));
  }
};

struct Unpickler : Object {
  Field<> read, readline, readinto, peek;  // the file's; the last two may be empty. read empty: loads(), or not initialised
  Field<> buffers;                         // an iterator, or empty
  Field<> persistent_load_attr, persistent_load;
  Field<> chunk;                           // owns `in`: bytes that were read
  Field<Str*> encoding, errors;
  const char* in;                          // input that is in memory: [pos, len); consumed up to `pos`, of which the file knows `taken`
  uint64_t pos, len, taken;
  uint64_t limit;                          // what may be read at once: `len`, or the end of the frame
  Value* stack;                            // raw buffer, counted
  uint64_t size, cap;
  uint64_t* marks;                         // raw buffer: stack heights
  uint64_t nmarks, marks_cap;
  Value* memo;                             // raw buffer, counted; empty: not set
  uint64_t memo_cap, memo_used;
  int64_t protocol;
  bool fix_imports, running, framed;
  template <class F> void each_field(F&& f) {
    f(read); f(readline); f(readinto); f(peek); f(buffers); f(persistent_load_attr); f(persistent_load); f(chunk); f(encoding); f(errors);
    for (uint64_t i = 0; i < size; i++) f(reinterpret_cast<Field<>&>(stack[i]));
    for (uint64_t i = 0; i < memo_cap; i++) if (memo[i]) f(reinterpret_cast<Field<>&>(memo[i]));
  }
};

// What other modules give, looked up once.
struct Library {               // what comes from Python modules: every interpreter has its own
  Root<Dict*> dispatch_table, extension_registry, inverted_registry, extension_cache;
  Root<Dict*> name_mapping, import_mapping, reverse_name_mapping, reverse_import_mapping;
  Root<> encode, getattr, partial;
};
struct State {
  Type *pickler, *unpickler, *pickler_memo, *unpickler_memo, *buffer;
  Type *pickle_error, *pickling_error, *unpickling_error;
  Library library;
};
State& state();

#define PICKLING_ERROR(...) ::kaa::raise(t, ::kaa::pickle::state().pickling_error, __VA_ARGS__)
#define UNPICKLING_ERROR(...) ::kaa::raise(t, ::kaa::pickle::state().unpickling_error, __VA_ARGS__)

// ---- pickling
uint64_t memo_find(const Pickler* p, Value v);            // its index + 1, or 0
Status memo_add(Thread& t, Pickler* p, Value v, uint64_t index);
void memo_clear(Pickler* p);
// Sets what is common to a new Pickler and to dump(); `file` empty: dumps().
Status pickler_init(Thread& t, Pickler* p, Value file, Value protocol, bool fix_imports, Value buffer_callback);
Status pickler_dump(Thread& t, Pickler* p, Value object, Bytes** result);  // result null: to the file
Result<Value> pickler_get_memo(Thread& t, Value self);
Status pickler_set_memo(Thread& t, Value self, Value v);

class Saver {
 public:
  Saver(Thread& t, Pickler* p) : t(t), p(p) {}
  Status dump(Value v);
  Status finish(Bytes** result);

 private:
  // save.cpp
  Status save(Value v, bool pers_save = false);
  Status save_container(Value v);  // recursion has been checked
  void save_int(int64_t n);
  Status save_big(Value v);
  Status save_float(Value v);
  Status save_str(Value v);
  Status save_bytes(Value v);
  Status save_bytearray(Value v);
  Status save_bytes_data(Value v, std::string_view data);
  Status save_bytearray_data(Value v, std::string_view data);
  Status save_pickle_buffer(Value v);
  Status save_tuple(Value v);
  Status save_list(Value v);
  Status save_dict(Value v);
  Status save_set(Value v);
  Status save_frozenset(Value v);
  Status save_pers(Value pid);
  Status batch_list(Value list);
  Status batch_items(Value iterator, Value owner);
  Status batch_dict(Dict* d);
  Status batch_pairs(Value iterator, Value owner);
  Status save_pair(Value key, Value value, Value owner);
  // reduce.cpp
  Status save_other(Value v);
  Status save_reduced(Value v, Value reduced);
  Status save_reduce(Value reduced, Value v);
  Status save_new_object(Value v, Tuple* args);
  Status save_new_object_ex(Value v, Tuple* args);
  Status save_call(Value v, Value function, Tuple* args);
  Status save_state(Value v, Value state, Value setter);
  bool plain_instance(Value v);
  Status save_plain_instance(Value v);
  Status save_type(Value v);
  Status save_global(Value v, Value name);
  Status save_dotted(Str* module, Str* name);
  Status save_top_level(Str* module, Str* name);
  // memo
  Status memoize(Value v);
  void put_index(uint64_t index);
  void get_index(uint64_t index);
  // notes for the exception that is being raised: "when serializing <type> <what>"
  Error note(Value v, const char* what);
  Error note_item(Value v, int64_t index);
  Error note_key(Value v, Value key);
  // fast mode: no memo, so cycles must be noticed
  Status fast_enter(Value v);
  void fast_leave(Value v);
  // output and frames
  void begin(size_t n) { if (framing_ && frame_start_ < 0) open_frame(); (void)n; }
  void op(uint8_t b) { begin(1); out_.push(b); }
  void write(const void* data, size_t n) { begin(n); out_.append(data, n); }
  template <class T> void op_le(uint8_t b, T n) {
    uint8_t d[1 + sizeof(T)];
    d[0] = b;
    memcpy(d + 1, &n, sizeof(T));
    write(d, sizeof d);
  }
  void op_text(uint8_t b, std::string_view text);  // with a line end
  void open_frame();
  void commit_frame();
  Status boundary();
  Status flush();
  Status write_large(const void* header, size_t header_size, std::string_view data, Value owner);

  Thread& t;
  Pickler* p;
  ByteBuilder out_;
  int64_t frame_start_ = -1;
  bool framing_ = false;
  // The last class that plain_instance() looked at.
  Type* seen_type_ = nullptr;
  uint32_t seen_version_ = 0;
  bool seen_plain_ = false;
};

// ---- unpickling
Status unpickler_init(Thread& t, Unpickler* u, Value file, bool fix_imports, Value encoding, Value errors, Value buffers, const char* fname);
void unpickler_clear(Unpickler* u);                       // stack and marks
Status unpickler_memo_reserve(Thread& t, Unpickler* u, uint64_t n);
void unpickler_memo_clear(Unpickler* u);
Result<Value> unpickler_load(Thread& t, Unpickler* u);
Result<Value> find_class(Thread& t, Unpickler* u, Value module, Value name);
Result<Value> unpickler_get_memo(Thread& t, Value self);
Status unpickler_set_memo(Thread& t, Value self, Value v);

class Loader {
 public:
  Loader(Thread& t, Unpickler* u) : t(t), u(u) {}
  Result<Value> run();
  Status skip_consumed();

 private:
  // input: load.cpp
  Result<const uint8_t*> bytes(uint64_t n) {
    if (LIKELY(n <= u->limit - u->pos)) {
      const uint8_t* at = reinterpret_cast<const uint8_t*>(u->in + u->pos);
      u->pos += n;
      return at;
    }
    return bytes_from_file(n);
  }
  Result<const uint8_t*> bytes_from_file(uint64_t n);
  Result<uint64_t> fill(uint64_t n);
  Status set_chunk(Value data, uint64_t taken);
  Result<std::string_view> line();                        // without its end; valid until the next read
  Result<std::string_view> some_line();                   // not an empty one
  Status read_into(char* to, uint64_t n);
  Status leave_frame();
  Error truncated();
  Result<uint64_t> count(int size, const char* what);     // a little-endian length of that many bytes
  Error failed(Error e);
  // stack
  Status push(Value v) {
    if (UNLIKELY(u->size == u->cap)) TRY(grow());
    u->stack[u->size++] = v;
    inc(v);
    return {};
  }
  Status grow();
  uint64_t fence() const { return u->nmarks ? u->marks[u->nmarks - 1] : 0; }
  Error underflow();
  Status need(uint64_t n) { if (LIKELY(u->size - fence() >= n)) return {}; return underflow(); }
  Value top() const { return u->stack[u->size - 1]; }
  Value pop() { Value v = u->stack[--u->size]; dec(v); return v; }
  void replace_top(Value v) { Value old = top(); inc(v); u->stack[u->size - 1] = v; dec(old); }
  void drop_to(uint64_t height) { while (u->size > height) pop(); }
  Status mark();
  Result<uint64_t> marker();                              // takes the last mark away
  Status put(uint64_t index);
  Status get(uint64_t index);
  // instructions
  Status load_proto();
  Status load_int();
  Status load_long();
  Status load_counted_long(int size);
  Status load_float();
  Status load_binfloat();
  Status load_string();
  Status load_counted_string(int size);
  Status load_unicode();
  Status load_counted_unicode(int size);
  Status load_counted_bytes(int size);
  Status push_bytes(uint64_t n);
  Status load_bytearray();
  Status load_next_buffer();
  Status load_readonly_buffer();
  Status decode(std::string_view data, Value owner);
  Status load_tuple(uint64_t n);
  Status load_list(uint64_t from);
  Status load_dict(uint64_t from);
  Status load_frozenset(uint64_t from);
  Status load_global();
  Status load_stack_global();
  Status load_inst();
  Status load_obj();
  Status load_newobj(bool with_keywords);
  Status load_reduce();
  Status load_ext(int size);
  Status load_persid(bool binary);
  Status load_get_text();
  Status load_put_text();
  Status append_items(uint64_t from);
  Status set_items(uint64_t from);
  Status add_items(uint64_t from);
  Status load_build();
  Status load_frame();
  Result<Value> class_named(Value module, Value name);
  Status instantiate(Value cls, uint64_t from);
  Status restore_dict(Value instance, Value dict);

  Thread& t;
  Unpickler* u;
};

// ---- PickleBuffer (picklebuffer.cpp)
struct PickleBuffer : Object {
  Field<MemoryView*> view;  // of the object given; empty: released
  template <class F> void each_field(F&& f) { f(view); }
};
extern const TypeSpec pickle_buffer_spec, pickler_spec, unpickler_spec, pickler_memo_spec, unpickler_memo_spec;
bool contiguous(MemoryView* m);  // in C's or Fortran's order
Result<MemoryView*> raw_view(Thread& t, PickleBuffer* b);  // its memory as bytes; BufferError

// The type's name with its module, but for builtins and __main__.
Result<Str*> shown_type(Thread& t, Value v);

}  // namespace kaa::pickle

namespace kaa {
template <> struct LayoutTraits<pickle::Pickler> {
  static constexpr Death death = Death::kCustom;
  static void destroy(pickle::Pickler* p) { heap().free_raw(p->memo, p->memo_cap * sizeof(pickle::MemoEntry)); }
  static size_t bytes(pickle::Pickler* p) { return sizeof(pickle::Pickler) + p->memo_cap * sizeof(pickle::MemoEntry); }
};
template <> struct LayoutTraits<pickle::Unpickler> {
  static constexpr Death death = Death::kCustom;
  static void destroy(pickle::Unpickler* u) {
    heap().free_raw(u->stack, u->cap * sizeof(Value));
    heap().free_raw(u->marks, u->marks_cap * sizeof(uint64_t));
    heap().free_raw(u->memo, u->memo_cap * sizeof(Value));
  }
  static size_t bytes(pickle::Unpickler* u) { return sizeof(pickle::Unpickler) + (u->cap + u->memo_cap + u->marks_cap) * sizeof(Value); }
};
}  // namespace kaa
