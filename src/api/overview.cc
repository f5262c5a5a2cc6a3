#include "api/handlers.h"
#include "store/view_needs.h"
#include "store/view_overview.h"

namespace weir::api {
namespace {

constexpr Duration look_back = days(1);  // when the page does not say when it last looked

// Stands before all else: what follows can't be relied on. The sequencer knows it even where no alert can be recorded.
void say_damage(std::string damage, store::OverviewView& view) {
  if (damage.empty()) return;
  view.sentence.insert(
      view.sentence.begin(),
      {{"The ledger is damaged; nothing is recorded any more.", "/ledger", "red"}, {" ", "", ""}});
  view.trust.ledger.damage = std::move(damage);
}

Result<store::OverviewView> overview_of(const ReadCall& call, Instant since) {
  auto view = TRY(store::find_overview(call.db, since, call.now));
  TRY(store::add_needs_of(call.db, call.actor, call.now, view.needs));
  return view;
}

}  // namespace

// Where the damage lies in what is to be shown, that is all that is shown.
Result<http::Response> overview(const ReadCall& call) {
  const auto since = TRY(instant_of(call.request, "since"));
  auto found = overview_of(call, since.value_or(call.now - look_back));
  const bool damaged = !found.ok() && found.error().code == Errc::corrupt;
  if (damaged) call.ports.sequencer.stop_writes(found.error().message);
  auto view = damaged ? store::OverviewView{} : TRY(std::move(found));
  say_damage(call.ports.sequencer.damage(), view);
  if (const auto p99 = call.ports.gate_times->p99(call.now)) view.weir.p99_us = p99->micros;
  return record_response(view);
}

}  // namespace weir::api
