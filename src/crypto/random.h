// Random bytes from the operating system's generator, by OpenSSL. Aborts when there are none: nothing safe can follow.
#pragma once
#include "base/bytes.h"

namespace weir::crypto {

Bytes random_bytes(std::size_t count);
std::string random_hex(std::size_t bytes);

}  // namespace weir::crypto
