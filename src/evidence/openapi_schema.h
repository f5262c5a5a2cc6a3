// Two schemas of an OpenAPI document against each other, for openapi_difference.cc.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "evidence/openapi_difference.h"

namespace weir::evidence {

// Which side writes what the schema describes: what a request may say can only grow, what an answer says can only
// become more.
enum class Written { by_caller, by_server };

// Local references resolved; bounded, and safe with those that go in circles.
class SchemaComparison {
 public:
  SchemaComparison(const format::Json& before, const format::Json& after) : before_(before), after_(after) {}

  const format::Json& before(const format::Json& of) const { return resolved(before_, of); }
  const format::Json& after(const format::Json& of) const { return resolved(after_, of); }
  void compare(const format::Json& before, const format::Json& after, Written written,
               const std::string& place, std::vector<ApiChange>& changes);
  bool exhausted() const { return steps_ == 0; }

 private:
  static const format::Json& resolved(const format::Json& document, const format::Json& of);
  void compare_resolved(const format::Json& was, const format::Json& is, Written written,
                        const std::string& place, std::vector<ApiChange>& changes);
  void compare_properties(const format::Json& before, const format::Json& after, Written written,
                          const std::string& place, std::vector<ApiChange>& changes);

  const format::Json &before_, &after_;
  std::set<std::pair<const format::Json*, const format::Json*>> walking_;
  std::size_t steps_ = openapi_steps_max;
  int depth_ = 0;
};

}  // namespace weir::evidence
