// What the API server is told: let in or refused, why, in words for who deployed, and which decisions it rests on. One
// image that does not pass refuses the object. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "admission/review.h"
#include "admission/terms.h"
#include "policy/decision.h"

namespace weir::admission {

inline constexpr std::size_t warning_bytes_max =
    120;  // Kubernetes: longer ones may be cut, and so may be many
inline constexpr std::size_t warnings_max = 16;
inline constexpr std::size_t message_bytes_max = 3000;
inline constexpr std::size_t annotation_bytes_max = 4000;

// What the gate says of one image.
struct Judged {
  Image image;
  policy::Verdict verdict = policy::Verdict::undecided;
  std::int64_t decision = 0;  // its entry; 0: none, because nothing was decided, or a dry run records nothing
  std::vector<policy::Missing> missing;
  std::vector<std::string> warnings;
  std::string window;            // that is closed
  std::optional<Instant> opens;  // when it opens next
  std::string problem = {};      // why the gate could not be asked of it: it has no digest
};

struct Judgement {
  std::vector<Judged> images;
  std::string failure;  // why the server could not decide on all of them; then `images` are those it could
};

struct AdmissionStatus {
  std::string status = "Failure", message, reason;
  std::int64_t code = 403;
  static void members(auto& visit, auto& self) {
    visit("status", self.status);
    visit("message", self.message);
    visit("reason", self.reason);
    visit("code", self.code);
  }
  bool operator==(const AdmissionStatus&) const = default;
};
struct AdmissionResponse {
  std::string uid;
  bool allowed = false;
  std::optional<AdmissionStatus> status;
  std::vector<std::string> warnings;
  std::map<std::string, std::string> annotations;
  static void members(auto& visit, auto& self) {
    visit("uid", self.uid);
    visit("allowed", self.allowed);
    visit.maybe("status", self.status);
    visit.maybe("warnings", self.warnings);
    visit.maybe("auditAnnotations", self.annotations);
  }
};
struct AdmissionAnswer {
  std::string version = "admission.k8s.io/v1", kind = "AdmissionReview";
  AdmissionResponse response;
  static void members(auto& visit, auto& self) {
    visit("apiVersion", self.version);
    visit("kind", self.kind);
    visit("response", self.response);
  }
};

AdmissionAnswer answer(const Review& review, const Terms& terms, const Judgement& judgement);

}  // namespace weir::admission
