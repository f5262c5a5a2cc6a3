// CHECK(condition): a bug, not an input error, when it fails. On in release builds; prints the place and aborts.
#pragma once

namespace weir {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define CHECK(condition) \
  (static_cast<bool>(condition) ? void(0) : ::weir::check_failed(#condition, __FILE__, __LINE__))
