// The act of recording a decision (policy/decision.h): which question it answers, and the whole record, so that anybody
// can decide it again.
#pragma once
#include "policy/decision.h"

namespace weir::policy {

// May it start, or: may what runs already go on? Windows, freezes, promotion and the class of the change bear on the
// first only.
enum class Purpose { start, running };
constexpr auto names_of(Purpose) { return std::array<std::string_view, 2>{"start", "running"}; }

struct DecisionRecorded {
  Purpose purpose = Purpose::start;
  std::string change_class;
  DecisionRecord record;
  static void members(auto& visit, auto& self) {
    visit("purpose", self.purpose);
    visit("change_class", self.change_class);
    visit("record", self.record);
  }
};

// A digest of what a record says: verdict, results, policies and inputs, without the moments at which it was made and
// is to be made again. Records of one meaning are worth one entry.
Sha256 meaning_of(DecisionRecord record);

}  // namespace weir::policy
