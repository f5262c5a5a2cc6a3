#include "policy/decision_recorded.h"

#include "crypto/digest.h"
#include "policy/meaning.h"

namespace weir::policy {
namespace {

// Writes a rule's result as if time alone never changed it.
struct TimelessRule {
  format::MemberWriter writer;
  void operator()(std::string_view name, const auto& member) { writer(name, member); }
  void operator()(std::string_view name, const std::optional<Instant>&) {
    writer(name, std::optional<Instant>());
  }
};

// Writes a record without its input and its moments, from where it stands.
struct TimelessRecord {
  format::MemberWriter writer;
  void operator()(std::string_view name, const auto& member) { writer(name, member); }
  void operator()(std::string_view name, const format::Json&) { writer(name, format::Json()); }
  void operator()(std::string_view name, const Instant&) { writer(name, Instant()); }
  void operator()(std::string_view name, const std::optional<Instant>&) {
    writer(name, std::optional<Instant>());
  }
  void operator()(std::string_view name, const std::optional<InputWindow>& window) {
    std::optional<InputWindow> plain = window;
    if (plain) plain->next_opening = plain->next_closing = std::nullopt;
    writer(name, plain);
  }
  void operator()(std::string_view name, const std::vector<RuleResult>& rules) {
    writer(name, format::Json());  // in its place a list
    writer.out.resize(writer.out.size() - std::string_view("null").size());
    writer.out += '[';
    for (const RuleResult& rule : rules) {
      if (&rule != rules.data()) writer.out += ',';
      writer.out += '{';
      TimelessRule timeless{{writer.out}};
      RuleResult::members(timeless, rule);
      writer.out += '}';
    }
    writer.out += ']';
  }
};

}  // namespace

Sha256 meaning_of(DecisionRecord record) { return meaning_without_input(record); }

Sha256 meaning_without_input(const DecisionRecord& record) {
  std::string text = "{";
  TimelessRecord timeless{{text}};
  DecisionRecord::members(timeless, record);
  text += '}';
  return crypto::sha256(text);
}

}  // namespace weir::policy
