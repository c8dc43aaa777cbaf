// Results of functions that can fail. The error itself (a Python exception) is on the thread; a Result only says that there is one.
// Result<T*> is one word (null is the error); value types with an empty state specialise it in the same way (heap/value.h).
#pragma once
#include <cstdint>
#include <utility>

namespace kaa {

// Returned where a Result<T> is expected: "failed, the exception is on the thread".
struct Error {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T v) : value_(std::move(v)), ok_(true) {}
  Result(Error) : value_(), ok_(false) {}
  bool ok() const { return ok_; }
  T value() const { return value_; }
 private:
  T value_;
  bool ok_;
};

template <class T>
class [[nodiscard]] Result<T*> {
 public:
  Result(T* v) : value_(v) {}
  Result(Error) : value_(nullptr) {}
  bool ok() const { return value_ != nullptr; }
  T* value() const { return value_; }
  template <class U> operator Result<U*>() const { return value_ ? Result<U*>(static_cast<U*>(value_)) : Result<U*>(Error{}); }
 private:
  T* value_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() : ok_(true) {}
  Result(Error) : ok_(false) {}
  bool ok() const { return ok_; }
  void value() const {}
 private:
  bool ok_;
};

using Status = Result<void>;
inline Status ok() { return {}; }

}  // namespace kaa

// Evaluates to the value of a Result, or returns Error{} from the enclosing function.
#define TRY(expr)                                              \
  ({                                                           \
    auto _kaa_r = (expr);                                      \
    if (!_kaa_r.ok()) [[unlikely]] return ::kaa::Error{};      \
    _kaa_r.value();                                            \
  })
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
