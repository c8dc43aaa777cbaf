// Signatures of rows of tables.
#pragma once
#include "runtime/native.h"

namespace kaa {

// The signature of a row. Rows with the same text, and taken alike, have the same one; it lives for ever.
const Signature* shared_signature(const MethodDef& def);

}  // namespace kaa
