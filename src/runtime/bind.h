// Binding of arguments to the parameters of Python functions, the quick way (call.cpp): for push_call and for calls with * and **.
#pragma once
#include "runtime/call.h"

namespace kaa {

constexpr uint32_t kMaxQuickKeywords = 8;
// Fills the registers of frame nf, whose function and registers are set and whose caller is the running frame. a: n positional arguments, which may lie in the
// registers themselves; names and values: nkw keywords. 1: done; 0: not a case for this, an error perhaps, and only registers beyond the arguments have changed;
// -1: an exception was raised. What a and values hold must be seen by the collector elsewhere: registers are written last.
int bind_quick(Thread& t, Frame* nf, const Value* a, size_t n, const Value* names, const Value* values, uint32_t nkw);

}  // namespace kaa
