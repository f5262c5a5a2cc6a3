// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by OpenSSL. A Hasher belongs to one thread.
#pragma once
#include <memory>

#include "base/bytes.h"

namespace weir::crypto {

Sha256 sha256(BytesView bytes);
Sha256 sha256(BytesView first, BytesView second);  // of the concatenation
Sha256 hmac_sha256(BytesView key, BytesView message);

class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  void update(BytesView bytes);
  Sha256 finish();  // afterwards the hasher starts afresh

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Compares without telling by time where the first difference is.
bool equal_in_constant_time(BytesView a, BytesView b);

}  // namespace weir::crypto
