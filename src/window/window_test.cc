#include "window/window.h"

#include <gtest/gtest.h>

#include "window/act.h"

namespace weir::window {
namespace {

Instant at(std::string_view text) { return parse_instant(text).value(); }
const Instant monday_noon = at("2026-11-23T12:00:00Z"), saturday = at("2026-11-28T12:00:00Z");

Definition weekdays(Kind kind) {
  return {.kind = kind,
          .rrule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
          .start = "2026-01-05T09:00:00",
          .duration = "8h"};
}
Window made(std::string name, Definition definition) {
  return prepare(std::move(name), std::move(definition), 7).value();
}

Window everything(Kind kind) { return made(kind == Kind::allow ? "hours" : "closed", weekdays(kind)); }
Window christmas() {
  return made("christmas", {.kind = Kind::deny,
                            .from = at("2026-11-20T00:00:00Z"),
                            .until = at("2026-12-01T00:00:00Z"),
                            .override_ = OverrideTerms{.longest = "2h"}});
}
Window frozen() {
  return freeze_window(17, "prod", at("2026-11-23T11:00:00Z"), at("2026-11-23T15:00:00Z"), "x", "");
}

std::string said(const std::vector<Window>& windows, Instant now, const std::vector<Lift>& lifts = {}) {
  const Answer answer = decide(windows, {.environment = "prod"}, now, lifts);
  const auto change = answer.verdict == Verdict::open ? answer.next_closing : answer.next_opening;
  return fmt::format("{} {} {}{}", format::name_of(answer.verdict),
                     answer.window.empty() ? "-" : answer.window,
                     change ? to_string(*change).substr(0, 16) : "-", answer.overridden ? " overridden" : "");
}

TEST(Window, deny_beats_allow_and_a_freeze_beats_all) {
  EXPECT_EQ(said({}, saturday), "open - -");
  EXPECT_EQ(said({everything(Kind::allow)}, monday_noon), "open hours 2026-11-23T17:00");
  EXPECT_EQ(said({everything(Kind::allow)}, saturday), "closed hours 2026-11-30T09:00");
  EXPECT_EQ(said({everything(Kind::deny)}, monday_noon), "closed closed 2026-11-23T17:00");
  EXPECT_EQ(said({everything(Kind::deny)}, saturday), "open - 2026-11-30T09:00");
  EXPECT_EQ(said({everything(Kind::allow), christmas()}, monday_noon), "closed christmas 2026-12-01T09:00");
  EXPECT_EQ(said({everything(Kind::allow), frozen()}, monday_noon), "closed freeze 17 2026-11-23T15:00");
  EXPECT_EQ(said({christmas(), frozen()}, monday_noon), "closed freeze 17 2026-12-01T00:00");
}

TEST(Window, an_override_lifts_one_window_in_one_environment_and_no_freeze) {
  const Lift lift{"christmas", "prod", "ada", at("2026-11-23T11:30:00Z"), at("2026-11-23T13:00:00Z")};
  EXPECT_EQ(said({christmas()}, monday_noon, {lift}), "open christmas 2026-11-23T13:00 overridden");
  EXPECT_EQ(said({christmas()}, at("2026-11-23T13:00:00Z"), {lift}), "closed christmas 2026-12-01T00:00");
  EXPECT_EQ(said({christmas(), frozen()}, monday_noon, {lift}), "closed freeze 17 2026-12-01T00:00");
  EXPECT_EQ(said({everything(Kind::allow), christmas()}, saturday, {lift}),
            "closed christmas 2026-12-01T09:00");
  Lift elsewhere = lift;
  elsewhere.environment = "staging";
  EXPECT_EQ(said({christmas()}, monday_noon, {elsewhere}), "closed christmas 2026-12-01T00:00");
  Window two = christmas();
  two.definition.override_->number = 2;
  Lift second = lift;
  second.actor = "bob";
  EXPECT_EQ(said({two}, monday_noon, {lift, lift}), "closed christmas 2026-12-01T00:00");
  EXPECT_EQ(said({two}, monday_noon, {lift, second}), "open christmas 2026-11-23T13:00 overridden");
}

TEST(Window, selects_by_environment_flow_class_and_tags) {
  const Subject subject{
      .environment = "prod-eu", .flow = "shop", .cls = "normal", .tags = {{"tier", "critical"}}};
  const std::vector<std::pair<Selector, bool>> cases{{{}, true},
                                                     {{.environments = {"staging", "prod-*"}}, true},
                                                     {{.environments = {"prod"}}, false},
                                                     {{.environments = {"prod-??"}, .flows = {"sh*"}}, true},
                                                     {{.flows = {"api"}}, false},
                                                     {{.classes = {"emergency"}}, false},
                                                     {{.classes = {"normal", "standard"}}, true},
                                                     {{.tags = {{"tier", "crit*"}}}, true},
                                                     {{.tags = {{"tier", "low"}}}, false},
                                                     {{.tags = {{"team", "*"}}}, false}};
  for (const auto& [selector, want] : cases)
    EXPECT_EQ(selects(selector, subject), want) << format::encode(selector);
}

TEST(Window, a_pattern_of_many_stars_takes_no_time) {
  std::string stars;
  for (int i = 0; i < 100; ++i) stars += "*a";
  EXPECT_FALSE(pattern_matches(stars, std::string(200, 'a') + "b"));
}

TEST(Window, that_lies_wholly_in_the_past_is_refused) {
  WindowRequest request{.definition = weekdays(Kind::allow)};
  ASSERT_TRUE(declare("hours", request, {}, saturday).ok());
  request.definition.start = "2019-01-07T09:00:00";
  request.definition.rrule += ";UNTIL=20200101T000000Z";
  const auto refused = declare("hours", request, {}, saturday);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_EQ(refused.error().message, "it never opens: all its occurrences have passed");
}

TEST(Window, what_is_open_changes_only_when_that_is_confirmed_and_the_entry_says_what_it_was) {
  WindowRequest request{.definition = weekdays(Kind::allow)};
  request.definition.duration = "4h";
  const DeclareFacts facts{.known = everything(Kind::allow), .count = 1};
  EXPECT_FALSE(declare("hours", request, facts, saturday).value().was_open);
  const auto refused = declare("hours", request, facts, monday_noon);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(refused.error().field, "confirm");
  EXPECT_NE(refused.error().message.find("2026-11-23T17:00"), std::string::npos);
  request.confirm = true;
  const auto declared = declare("hours", request, facts, monday_noon);
  ASSERT_TRUE(declared.ok());
  EXPECT_EQ(declared->was_open->entry, 7);
  EXPECT_EQ(declared->was_open->definition.duration, "8h");
  EXPECT_FALSE(remove("hours", facts.known, Confirm::no, monday_noon).ok());
  EXPECT_TRUE(remove("hours", facts.known, Confirm::yes, monday_noon).value().was_open);
  EXPECT_TRUE(remove("hours", facts.known, Confirm::no, saturday).ok());
}

TEST(Window, an_entry_reads_back_as_it_was_written) {
  WindowDeclared declared{.name = "w", .definition = weekdays(Kind::deny)};
  declared.definition.selector = {.environments = {"prod"}, .tags = {{"tier", "*"}}};
  declared.definition.override_ = OverrideTerms{.roles = {"admin"}, .number = 2, .ticket = true};
  declared.was_open = WindowWas{3, weekdays(Kind::allow)};
  const auto read = format::decode_text<WindowDeclared>(format::encode(declared));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->definition, declared.definition);
  EXPECT_EQ(read->was_open, declared.was_open);
}

TEST(Window, an_override_keeps_to_its_terms) {
  Window window = christmas();
  window.definition.override_->roles = {"admin"};
  window.definition.override_->ticket = true;
  window.definition.selector.environments = {"prod"};
  const OverrideRequest request{"prod", "hotfix", "CHG-1", monday_noon + hours(1)};
  const OverrideFacts facts{window, true, {"admin"}};
  EXPECT_TRUE(override_window("christmas", request, facts, monday_noon).ok());
  const auto refusal = [&](auto change) {
    OverrideRequest asked = request;
    OverrideFacts known = facts;
    change(asked, known);
    const auto result = override_window("christmas", asked, known, monday_noon);
    return result.ok()                    ? "none"
           : result.error().field.empty() ? result.error().message
                                          : result.error().field;
  };
  EXPECT_EQ(refusal([](auto& r, auto&) { r.reason.clear(); }), "reason");
  EXPECT_EQ(refusal([](auto& r, auto&) { r.ticket.clear(); }), "ticket");
  EXPECT_EQ(refusal([](auto& r, auto&) { r.until = monday_noon + hours(3); }), "until");
  EXPECT_EQ(refusal([](auto& r, auto&) { r.until = monday_noon; }), "until");
  EXPECT_EQ(refusal([](auto& r, auto&) { r.environment = "staging"; }), "environment");
  EXPECT_EQ(refusal([](auto&, auto& f) { f.roles = {"approver"}; }),
            "window 'christmas' is overridden only by admin");
  EXPECT_EQ(refusal([](auto&, auto& f) { f.window->definition.override_.reset(); }),
            "window 'christmas' has no terms of override");
}

TEST(Freeze, says_why_and_ends_once) {
  const FreezeRequest request{
      .environment = "prod", .incident = "https://status/1", .until = monday_noon + hours(4)};
  EXPECT_TRUE(freeze(request, true, monday_noon).ok());
  EXPECT_FALSE(freeze(request, false, monday_noon).ok());
  EXPECT_FALSE(freeze({.environment = "prod", .until = monday_noon + hours(4)}, true, monday_noon).ok());
  EXPECT_FALSE(freeze({.environment = "prod", .incident = "javascript:x", .until = monday_noon + hours(4)},
                      true, monday_noon)
                   .ok());
  EXPECT_FALSE(freeze({.environment = "prod", .reason = "x", .until = monday_noon}, true, monday_noon).ok());
  EXPECT_FALSE(
      freeze({.environment = "prod", .reason = "x", .until = monday_noon + days(400)}, true, monday_noon)
          .ok());
  Freeze held{.id = 17, .environment = "prod", .from = monday_noon, .until = monday_noon + hours(4)};
  EXPECT_EQ(thaw({}, held, monday_noon + hours(1)).value().freeze, 17);
  EXPECT_EQ(thaw({}, held, monday_noon + hours(4)).error().code, Errc::conflict);
  held.ended_at = monday_noon + hours(1);
  EXPECT_EQ(thaw({}, held, monday_noon + hours(2)).error().code, Errc::conflict);
  EXPECT_EQ(thaw({}, std::nullopt, monday_noon).error().code, Errc::not_found);
}

TEST(Zone, says_which_data_it_uses) {
  EXPECT_FALSE(tzdata_version().empty());
  EXPECT_NE(to_hex(tzdata_digest()).substr(0, 8), "e3b0c442");  // of nothing
}

}  // namespace
}  // namespace weir::window
