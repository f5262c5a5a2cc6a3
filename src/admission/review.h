// An AdmissionReview (admission.k8s.io/v1) as an API server of Kubernetes posts it, read for one thing: which images
// the object brings in. A table says where each kind that bears pods has its PodSpec, another which members of that
// name an image; so init and ephemeral containers and volumes of images are read by the same lines. On UPDATE only
// what differs from the object as it was counts; what brings in no image (DELETE, scaling, a status) brings in none.
// Annotations and labels are never read: who makes the object writes them. Pure, and bounded: see limits below.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::admission {

// Etcd stores no object beyond 1.5 MiB; it comes twice, as it was and as it is to be, and Go's encoder makes six bytes
// of each '<', '>', '&' and control character. The rest is room for the review itself.
inline constexpr std::size_t review_bytes_max = 24 * 1024 * 1024;
inline constexpr std::size_t images_max = 1000;  // of one object
inline constexpr std::size_t uid_bytes_max = 128;

struct Image {
  std::string_view list;  // the member of the PodSpec: "initContainers"
  std::string name;       // of the container or volume
  std::string reference;
};

struct Review {
  std::string uid;
  std::string space;  // the namespace
  std::string kind;   // "apps/Deployment"
  bool dry_run = false;
  bool is_read = true;        // false: of a kind whose images nobody knows where to find
  std::vector<Image> images;  // that come in, in the order of the object
  std::string problem;  // of the object, so that nobody can say what it brings in; then `images` says nothing
};

// `invalid`, with the member, for what is no AdmissionReview of this version, or has no uid to be answered by: then
// nothing can be said in its own form. What is wrong with the object itself is its `problem`; so is what makes the
// whole unreadable (its depth, a duplicate key) where its head is as an API server writes it: who makes the object is
// not to choose between an answer and none. Only for who has proven that he is the API server.
Result<Review> read_review(std::string_view body);

// "container 'web'", "init container 'setup'", "volume 'model'".
std::string place_of(const Image& image);

}  // namespace weir::admission
