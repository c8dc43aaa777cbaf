// Native named tuples: os.stat_result, time.struct_time, sys.flags and their like.
//
// A structseq type is a tuple subclass that cannot be subclassed itself. Its instances hold n_fields items: the first n_sequence are what the tuple
// shows (length, iteration, comparison); the others are reached by name alone. Fields without a name are reached by index alone.
#pragma once
#include "runtime/api.h"

namespace kaa {

struct StructSeqField { const char* name; const char* doc; };  // name null: an unnamed field

struct StructSeqDef {
  const char* name;                // qualified: "os.stat_result"
  const char* doc;
  const StructSeqField* fields;    // ends with kStructSeqEnd
  uint32_t n_sequence;             // visible as tuple items
  bool disallow_instantiation = false;  // sys.flags, sys.version_info
  void (*complete)(Tuple*) = nullptr;   // run on instances made by calling the type: may fill in items that are None
};
extern const char kStructSeqEndName[];
inline constexpr StructSeqField kStructSeqEnd = {kStructSeqEndName, nullptr};

// The type, immortal. `def` must be static.
Result<Type*> make_structseq(Thread& t, const StructSeqDef& def);
// An instance with every item None. Fill it with structseq_set (or tuple_init, once an item).
Result<Tuple*> new_structseq(Thread& t, Type* type);
// Further methods of the type, in place of those that structseqs have.
Status structseq_override(Thread& t, Type* type, Rows<MethodDef> methods);
void structseq_set(Tuple* u, uint32_t i, Value v);

}  // namespace kaa
