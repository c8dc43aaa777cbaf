// Memory mapped to a file that has become shorter: SIGBUS as an exception.
//
// A page of a mapping that lies past the end of its file cannot be read or written: the processor faults, and the signal's default is to end the process. Any
// native code that works on the memory can be hit, with the interpreter's lock or without, so that asking for the file's size first helps nobody. Instead the
// handler puts zero pages of the process' own there, which lets the code go on, and leaves a note with the thread, which raises OSError when it gets to
// mapping_fault_raised(): the methods of mmap ask at once, everything else at the thread's next safepoint. Then the file is mapped there again, so that the
// next use of such a page raises again, and one after the file has grown finds its data. Where no descriptor was kept (trackfd=False) the zeros stay.
//
// The handler reads a table of mappings and calls fstat() and mmap(). Whoever else handles SIGBUS (faulthandler, _signal) calls recover_mapping_fault() first.
#pragma once
#include <signal.h>

#include "runtime/api.h"

namespace kaa {

struct MappedFile;  // an entry of the table

// Enters a mapping of `size` bytes; fd may be -1. The first call installs the handler.
Result<MappedFile*> enter_mapped_file(Thread& t, void* data, size_t size, int prot, int flags, int fd, int64_t offset);
void move_mapped_file(MappedFile* f, void* data, size_t size);
// Before the memory is unmapped. Null is allowed.
void leave_mapped_file(MappedFile* f);
// Maps the file again wherever zeros lie in its place.
void restore_mapped_file(MappedFile* f);

// In a handler of SIGBUS: whether the address was one of a mapping, and now is memory.
bool recover_mapping_fault(const siginfo_t* info);
// After another handler of SIGBUS was taken away or replaced by the default.
void keep_bus_handler();

extern constinit thread_local bool tls_mapping_fault;
Status raise_mapping_fault(Thread& t);
// OSError if this thread has faulted since it asked last.
inline Status mapping_fault_raised(Thread& t) { return tls_mapping_fault ? raise_mapping_fault(t) : Status(); }

}  // namespace kaa
