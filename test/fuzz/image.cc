// Documents of an image, parted by zero bytes: any of them give an identity that begins with the artifact, or an error.
#include <cstdint>

#include "artifact/identity.h"
#include "base/check.h"
#include "crypto/digest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  BytesView rest(reinterpret_cast<const char*>(data), size);
  std::vector<Bytes> documents;
  while (!rest.empty() && documents.size() < 16) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    documents.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (documents.empty()) return 0;
  const Sha256 artifact = crypto::sha256(documents[0]);
  const auto members = artifact::recompute_identity(artifact, documents);
  if (members.ok()) CHECK(!members->empty() && members->front().digest == artifact);
  return 0;
}
