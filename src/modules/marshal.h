// Values as bytes, for native callers (the marshal module is the same for Python).
#pragma once
#include "runtime/api.h"

namespace kaa {

// The value that the bytes hold (code objects included); EOFError, ValueError or TypeError when they are damaged. The bytes are read in place and must
// not be heap memory that only this call holds. Trusted: Kaa wrote it, so that right checksums are enough; else code is validated before it runs.
Result<Value> marshal_read(Thread& t, const char* data, size_t size, bool trusted = false);
Result<Bytes*> marshal_write(Thread& t, Value v);

}  // namespace kaa
