// The standard headers that most files need, precompiled once per machine and set of flags (CMakeLists.txt): reading them took two thirds of the
// time of a compilation. No file includes this one; each names the headers that it uses itself, so that it compiles without it (-DKAA_PCH=OFF), too.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>
