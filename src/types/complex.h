// Complex arithmetic for the complex type and the cmath module.
#pragma once
#include "runtime/api.h"

namespace kaa {

struct Complex { double re = 0, im = 0; };

inline bool is_complex(Value v) { return v.is_object() && (IS_EXACT(v, complex) || is_subtype(v.object()->type(), KAA_TYPE(complex))); }
Complex complex_mul(Complex a, Complex b);
bool complex_div(Complex a, Complex b, Complex* out);       // false: division by zero
// A number as complex: complex, __complex__, __float__, __index__; TypeError "must be real number, not X".
Result<Complex> to_complex(Thread& t, Value v);
Result<Opt> complex_special(Thread& t, Value v);
Result<Value> make_complex(Thread& t, double re, double im);

}  // namespace kaa
