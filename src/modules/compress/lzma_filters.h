// Filter chains of liblzma from the dicts that describe them, and back.
#pragma once
#include <lzma.h>

#include "runtime/api.h"

namespace kaa {

Type* lzma_error_type();
Status lzma_check_ret(Thread& t, lzma_ret ret);  // LZMAError or MemoryError for what is an error

// A filter chain with its options, in memory of the library's kind.
class FilterChain {
 public:
  FilterChain();
  ~FilterChain();
  FilterChain(const FilterChain&) = delete;
  Status parse(Thread& t, Value sequence);
  Status parse_one(Thread& t, Value spec, int at);
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
};
Result<Value> filter_dict(Thread& t, const lzma_filter& f);

}  // namespace kaa
