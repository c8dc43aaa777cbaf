// What the parts of `_interpreters`, `_interpqueues` and `_interpchannels` share: parcels, in which objects go from one interpreter to another, and the exceptions.
#pragma once
#include "runtime/interpreters.h"

namespace kaa::interpreters {

struct Errors { Type *interpreter, *not_found, *not_shareable; };
Errors& errors();                                  // of `_interpreters`, once it was imported
Status need_errors(Thread& t);                     // imports it

// ---- arguments (module.cpp)
Result<int64_t> id_number(Thread& t, Value v, const char* whose);  // of an "interpreter" or "channel": what may be one, whether it exists or not
// One of the codes from low to high; `missing` for none and for -1. `what`: the argument's name, for ValueError.
Result<int> choice(Thread& t, Value v, int low, int high, int missing, const char* what);

// ---- parcels (crossing.cpp)
// Packs v: `fallback` says whether what cannot cross as it is may go as code or as a pickle. NotShareableError.
Result<Value> pack(Thread& t, Value v, bool fallback);
Result<Value> unpack(Thread& t, Value parcel);     // the object, in the interpreter whose turn it is
Result<bool> shareable(Thread& t, Value v);
Error not_shareable(Thread& t, Value v);           // "... does not support cross-interpreter data", caused by what is being raised, if anything is
// Raises `text` as an exception of the class, caused by what is being raised.
Error raise_from(Thread& t, Type* cls, Value text);
// The code that exec() runs: compiled text, or the code of a function or code object that needs nothing.
Result<Code*> script_code(Thread& t, Value v);
Result<Dict*> main_namespace(Thread& t);           // __main__.__dict__ of the interpreter whose turn it is

// ---- configurations (config.cpp)
Result<Value> config_namespace(Thread& t, const InterpreterConfig& c);
Status config_named(Thread& t, Value name, InterpreterConfig& c);           // "isolated", "legacy", "empty", "default", ""
Status config_from(Thread& t, Value v, InterpreterConfig& c);               // a name, None or a namespace
Status config_override(Thread& t, Dict* fields, InterpreterConfig& c, bool all);  // all: every field must be there

// ---- queues (queues.cpp)
bool is_queue(Value v);                            // of the class that the current interpreter registered
Result<Value> queue_ticket(Thread& t, Value queue);  // an object that keeps the queue open
Result<Value> queue_from_ticket(Thread& t, Value ticket);

// ---- channels (channels.cpp)
bool is_channel(Value v);                          // a ChannelID, or of the classes that the current interpreter registered for the ends
Result<Value> channel_address(Thread& t, Value v); // what goes in a parcel
Result<Value> channel_at(Thread& t, Value address);

}  // namespace kaa::interpreters
