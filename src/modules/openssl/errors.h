// Errors of OpenSSL as exceptions.
#pragma once
#include <openssl/err.h>

#include "runtime/api.h"

namespace kaa {

// For the library's oldest error (the queue is emptied); MemoryError when it was out of memory. The text is "[library] reason".
Error raise_openssl(Thread& t, Type* type);

}  // namespace kaa
