// Signatures of rows of tables.
#pragma once
#include "runtime/native.h"

namespace kaa {

// The signature of a row. Rows with the same text, and taken alike, have the same one; it lives for ever.
const Signature* shared_signature(const MethodDef& def);

// A new function has a signature that only says whether there is a self, and that no call may go straight to the row's function: most are never called,
// and their texts need not be read at every start. signature_of() reads it.
const Signature* unread_signature(const MethodDef& def);
const Signature* signature_of(NativeFunction* f);

}  // namespace kaa
