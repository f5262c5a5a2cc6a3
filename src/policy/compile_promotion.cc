#include "policy/compile_parts.h"

namespace weir::policy {
namespace {

// Two sets of texts are gathered: what is known to be wrong, and what is not there yet.
struct Promotion {
  RegoWriter& out;
  std::string faults, lacks;

  void wrong(std::vector<std::string> body) { out.rule(faults + " contains text", body); }
  void lacking(std::vector<std::string> body) { out.rule(lacks + " contains text", body); }
};

std::string text_line(std::string_view text) { return "text := " + rego_text(brief(text)); }

// It ran in one environment, long enough, and was verified there.
void ran_in(Promotion& to, const RequirePromotion& rule, const std::string& environment) {
  const std::string runs = to.out.fresh("runs");
  to.out.line(fmt::format("{} := [run |", runs));
  to.out.line("  some run in input.runs");
  to.out.line("  " + to.out.matches("run.environment", environment));
  to.out.line("]");
  to.lacking({fmt::format("count({}) == 0", runs), text_line("it has not run in " + environment)});
  if (rule.soak) {
    const std::string length = std::to_string(rule.soak->length.micros * 1000), cutoff = to.out.ago(rule.soak->length);
    const std::string long_enough = to.out.fresh("soaked");
    to.out.rule(long_enough, {fmt::format("some run in {}", runs), fmt::format("soaked(run, {}, {})", cutoff, length)});
    to.wrong({fmt::format("count({}) > 0", runs), "not " + long_enough,
              text_line(fmt::format("it has not run in {} for {} yet", environment, period_text(*rule.soak)))});
  }
  for (const std::string& type : rule.evidence) {
    to.out.asks_of(type, {"compliant", "entry", "name", "recorded_at", "type"});
    const std::string since = to.out.fresh("since"), verified = to.out.fresh("verified");
    to.out.line(fmt::format("{} := min([run.first_seen | some run in {}])", since, runs));
    to.out.line(fmt::format("{} := [item |", verified));
    to.out.line(fmt::format("  some item in input.attestations[{}]", rego_text(type)));
    to.out.line(fmt::format("  item.recorded_at >= {}", since));
    to.out.line("]");
    to.wrong({fmt::format("some item in newest_of({})", verified), "item.compliant == false",
              fmt::format("text := sprintf(\"%s (entry %d) failed since it runs in %s\", [item.name, item.entry, {}])",
                          rego_text(environment))});
    const std::string fine = to.out.fresh("fine");
    to.out.rule(fine, {fmt::format("some item in {}", verified), "item.compliant == true"});
    to.lacking({fmt::format("count({}) > 0", runs), "not " + fine,
                text_line(fmt::format("no {} attestation that passed since it runs in {}", type, environment))});
  }
}

void pace(Promotion& to, const RequirePromotion& rule) {
  const std::vector<std::string> other{"some deployment in input.deployments",
                                       "deployment.artifact != input.artifact.digest"};
  if (rule.cooldown) {
    std::vector<std::string> body = other;
    body.push_back("deployment.declared_at > " + to.out.ago(rule.cooldown->length));
    body.push_back(text_line(fmt::format("the last deployment here is less than {} ago", period_text(*rule.cooldown))));
    to.wrong(body);
  }
  if (!rule.per_day) return;
  const std::string today = to.out.fresh("today"), cutoff = to.out.ago(days(1));
  to.out.line(fmt::format("{} := [deployment.entry |", today));
  for (const std::string& line : other) to.out.line("  " + line);
  to.out.line(fmt::format("  deployment.declared_at > {}", cutoff));
  to.out.line("]");
  to.wrong({fmt::format("count({}) >= {}", today, *rule.per_day),
            text_line(fmt::format("{} deployments here within 24 hours are the most", *rule.per_day))});
}

void rollback(Promotion& to, const RequirePromotion& rule) {
  if (!rule.rollback_target) return;
  const std::string others = to.out.fresh("others"), safe = to.out.fresh("safe");
  to.out.line(fmt::format("{} := [each | some each in input.running; each.digest != input.artifact.digest]", others));
  to.out.rule(safe, {fmt::format("some each in {}", others), "each.approved"});
  to.wrong({fmt::format("count({}) > 0", others), "not " + safe,
            text_line("nothing that runs here now is approved, so there is nothing to go back to")});
}

// It runs in each environment, and has for long enough. What ran there and no longer does is left to the branches.
std::optional<Quick> quick_of(RegoWriter& out, const RequirePromotion& rule) {
  if (!rule.evidence.empty() || rule.cooldown || rule.per_day || rule.rollback_target) return std::nullopt;
  Quick quick{"[]", {}};
  for (std::size_t i = 0; i < rule.after.size(); ++i) {
    const std::string run = fmt::format("run{}", i);
    quick.body.push_back(fmt::format("some {} in input.runs", run));
    quick.body.push_back(out.matches(run + ".environment", rule.after[i]));
    if (!rule.soak) continue;
    quick.body.push_back(run + ".live");
    quick.body.push_back(fmt::format("{}.first_seen <= {}", run, out.ago(rule.soak->length)));
  }
  return quick;
}

}  // namespace

Compiled compile_promotion(RegoWriter& out, const RequirePromotion& rule) {
  Promotion to{out, out.fresh("faults"), out.fresh("lacks")};
  for (const std::string& environment : rule.after) ran_in(to, rule, environment);
  pace(to, rule);
  rollback(to, rule);
  out.line(fmt::format("{} contains text if {{\n  some text in []\n}}", to.faults));
  out.line(fmt::format("{} contains text if {{\n  some text in []\n}}", to.lacks));
  return {{{fmt::format("broken({}, [])", to.faults), {fmt::format("count({}) > 0", to.faults)}},
           {fmt::format("lacking(concat(\"; \", {}), [])", to.lacks), {fmt::format("count({}) > 0", to.lacks)}},
           {"met([])", {}}},
          quick_of(out, rule)};
}

}  // namespace weir::policy
