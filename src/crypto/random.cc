#include "crypto/random.h"

#include <openssl/rand.h>

namespace weir::crypto {

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count, '\0');
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1);
  return bytes;
}

std::string random_hex(std::size_t bytes) { return encode_hex(random_bytes(bytes)); }

}  // namespace weir::crypto
