// The shipped catalogue: rules that people would keep on, each with its own tests, in bundles. The files of policies/
// are carried inside the binary as they are. Bundles are ordered: each stands on those before it, so that taking one
// takes them too. Constant data: safe from any thread.
#pragma once
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "policy/form.h"

namespace weir::policy {

inline constexpr std::array<std::string_view, 3> bundle_names{"starter", "regulated", "hardened"};

struct Bundle {
  std::string_view name;    // of bundle_names
  std::string_view policy;  // the policy that it is created as
  std::string_view source;  // the file
};

std::span<const Bundle> bundles();

// The bundle and those it stands on, in order; empty when there is none of that name.
std::span<const Bundle> bundles_up_to(std::string_view name);

struct CatalogueRule {
  std::string_view bundle;
  Rule rule;
};
// Every rule, in the order of the files. An error is a fault of the build.
Result<std::vector<CatalogueRule>> catalogue();

}  // namespace weir::policy
