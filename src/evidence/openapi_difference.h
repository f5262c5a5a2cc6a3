// How two OpenAPI documents (3.0, 3.1; JSON or YAML) differ for who calls the API: operations added, removed and
// changed, which changes break callers, and where it changes who may call. Paths are compared without the names of
// their parameters, schemas by what they say behind local references. What is not understood is compared as it stands,
// and a difference there counts as a change that does not break. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/members.h"

namespace weir::evidence {

// Whether a caller that worked may stop to.
enum class Effect { compatible, breaking };
constexpr auto names_of(Effect) { return std::array<std::string_view, 2>{"compatible", "breaking"}; }

struct ApiChange {
  std::string place, what;  // "query parameter 'q'", "is required now"
  Effect effect = Effect::compatible;
  static void members(auto& visit, auto& self) {
    visit("place", self.place);
    visit("what", self.what);
    visit("effect", self.effect);
  }
};

struct OperationDifference {
  std::string operation;  // "GET /users/{id}"
  std::vector<ApiChange> changes;
  static void members(auto& visit, auto& self) {
    visit("operation", self.operation);
    visit("changes", self.changes);
  }
};

// Who may call it: "nobody is asked who he is", or the ways, each "name (scopes)".
struct AuthorizationDifference {
  std::string operation, before, after;
  bool opened = false;  // nobody is asked any more
  static void members(auto& visit, auto& self) {
    visit("operation", self.operation);
    visit("before", self.before);
    visit("after", self.after);
    visit("opened", self.opened);
  }
};

struct OpenApiDifference {
  std::string before_version, after_version;  // of the API, as the documents say
  std::vector<std::string> added, removed;    // operations
  std::vector<std::string> added_open;        // of the added ones: those that ask nobody who he is
  std::vector<OperationDifference> changed;
  std::vector<AuthorizationDifference> authorization;
  std::int64_t breaking = 0;  // removed operations, and changes that break
  static void members(auto& visit, auto& self) {
    visit("before_version", self.before_version);
    visit("after_version", self.after_version);
    visit("added", self.added);
    visit("removed", self.removed);
    visit("added_open", self.added_open);
    visit("changed", self.changed);
    visit("authorization", self.authorization);
    visit("breaking", self.breaking);
  }
};

inline constexpr std::size_t openapi_operations_max = 20'000;
inline constexpr std::size_t openapi_steps_max = 2'000'000;  // of comparing schemas

// Errors: invalid for what is no OpenAPI 3, naming the member; too_large beyond these bounds.
Result<OpenApiDifference> openapi_difference(BytesView before, BytesView after);

}  // namespace weir::evidence
