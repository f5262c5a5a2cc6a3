// The parts of the compiler: conditions, expressions and each kind of requirement. For compile.cc. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "policy/rego_text.h"

namespace weir::policy {

// A line that holds when the expression does. May define helpers.
std::string compile_expression(RegoWriter& out, const Expression& expression);
// Lines that hold when the condition does; none for an empty one.
std::vector<std::string> compile_condition(RegoWriter& out, const Condition& when);

// One answer of a rule, tried in order: `value` if `body`.
struct Branch {
  std::string value;
  std::vector<std::string> body;
};
// The common case at once: it is met, by the entries of `evidence`, when the body holds. When it does not hold, that
// says nothing, and the branches are asked; so it may leave out what is rare, and must never hold where they would
// answer otherwise.
struct Quick {
  std::string evidence;  // an array
  std::vector<std::string> body;
  std::string spec =
      {};  // the same as one thing that weir.met_each can be asked for, quoted; empty: it cannot
};
struct Compiled {
  std::vector<Branch> branches;
  std::optional<Quick> quick = {};
  // NOLINTNEXTLINE(google-explicit-constructor)
  Compiled(std::vector<Branch> all) : branches(std::move(all)) {}
  Compiled(std::vector<Branch> all, std::optional<Quick> common)
      : branches(std::move(all)), quick(std::move(common)) {}
};
// What the requirement comes to. The last branch always holds. `index` is of the rule, for its own module.
Compiled compile_requirement(RegoWriter& out, const Requirement& require, std::size_t index);

Compiled compile_attestation(RegoWriter& out, const RequireAttestation& rule);
Compiled compile_provenance(RegoWriter& out, const RequireProvenance& rule);
Compiled compile_ticket(RegoWriter& out, const RequireTicket& rule);
Compiled compile_review(RegoWriter& out, const RequireReview& rule);
Compiled compile_promotion(RegoWriter& out, const RequirePromotion& rule);

std::string period_text(const Period& period);  // "7d"
std::string one_of_text(const std::vector<std::string>& items);  // "a, b or c"

// Conditions on one value, as Rego: that it is well (with its type), and what to say when it is not. The value
// stands in
// the lines as a mark that no text of a policy can hold, until it is given a name.
inline const std::string the_value = "\x01";
struct ValueCheck {
  std::vector<std::string> well;
  std::string wanted;  // "at most 0"
  std::optional<format::Json> tests = {};  // the same for weir.met, [[operator, operand], ...]; none: it cannot say it
  std::vector<std::string> lines(const std::string& name) const;
};
ValueCheck compile_expectation(RegoWriter& out, const Expectation& expected);

// Attestations that are looked at, and what each must say.
struct FactCheck {
  std::string path;  // below the attestation
  ValueCheck check;
};
struct AttestationPlan {
  std::string type, name = "*";
  About about = About::any;
  Which which = Which::latest;
  bool compliant = true;
  std::int64_t at_least = 1;
  std::vector<FactCheck> facts = {};
  std::vector<std::string> by = {};
  std::optional<SignedBy> signer = {};
  std::optional<Period> max_age = {};
  std::vector<std::string> only = {};  // more lines over `item` that pick what is looked at, by commit and author
  std::string missing = {};            // what to say when there is none; a sentence is made when empty
};
Compiled compile_plan(RegoWriter& out, const AttestationPlan& plan);

}  // namespace weir::policy
