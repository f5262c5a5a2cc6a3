// The digest that pins a certificate's key. Private to this folder: includes OpenSSL.
#pragma once
#include <openssl/x509.h>

#include "crypto/digest.h"

namespace weir::http {

Sha256 key_sha256(const X509* certificate);  // of its DER SubjectPublicKeyInfo

}  // namespace weir::http
