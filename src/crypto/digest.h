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

// MD5 (RFC 1321), for comparing with lists that others keep in it (dpkg's); nothing of ours rests on it.
class Md5 {
 public:
  Md5();
  void update(BytesView bytes);
  std::string finish_hex();  // empty when OpenSSL is not allowed to compute it

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
  bool works_ = false;
};

// Compares without telling by time where the first difference is.
bool equal_in_constant_time(BytesView a, BytesView b);

}  // namespace weir::crypto
