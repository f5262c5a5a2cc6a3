// Facts about certificates that the rest of Weir needs, without OpenSSL's headers.
#pragma once
#include <string>

#include "base/bytes.h"

namespace weir::http {

// SHA-256 of the DER SubjectPublicKeyInfo of the first certificate in a PEM file: what a client pins (RFC 7469 §2.4).
Result<Sha256> key_sha256_of_certificate(const std::string& pem_file);

}  // namespace weir::http
