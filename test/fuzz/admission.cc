// What an API server of Kubernetes posts, and whatever else comes to that door: read or refused, and what is read is
// answered within the bounds of an answer.
#include <cstdint>

#include "admission/answer.h"
#include "admission/reference.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::admission;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto review = read_review(body);
  if (!review.ok()) return 0;
  Judgement judgement;
  for (const Image& image : review->images) {
    const auto digest = digest_of(image.reference);
    judgement.images.push_back({.image = image, .problem = digest.ok() ? "" : digest.error().message});
  }
  CHECK(review->images.size() <= images_max);
  const AdmissionAnswer made = answer(*review, {.environment = "prod"}, judgement);
  CHECK(made.response.uid == review->uid);
  CHECK(made.response.allowed == (judgement.images.empty() && review->problem.empty()));
  CHECK(!made.response.status || made.response.status->message.size() <= message_bytes_max);
  CHECK(made.response.warnings.size() <= warnings_max);
  return 0;
}
