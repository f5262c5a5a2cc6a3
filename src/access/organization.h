// The organization that everything in a ledger belongs to: its name stands in addresses and never changes; what people
// call it, and who to turn to, may.
#pragma once
#include <string>

#include "base/result.h"

namespace weir::access {

struct OrganizationNamed {
  std::string title, contact;  // "Example Ltd", "platform@example.org"; empty: not said
  static void members(auto& visit, auto& self) {
    visit.maybe("title", self.title);
    visit.maybe("contact", self.contact);
  }
  bool operator==(const OrganizationNamed&) const = default;
};

}  // namespace weir::access
