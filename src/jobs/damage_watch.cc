#include "jobs/reconcile.h"
#include "store/view_alert.h"

namespace weir::jobs {
namespace {

alert::AlertOpened alert_of(const std::string& damage) {
  const alert::CauseRow& cause = alert::row_of(alert::Cause::ledger_damaged);
  return {.key = std::string(cause.name),
          .cause = std::string(cause.name),
          .severity = cause.severity,
          .title = "The ledger is damaged; nothing is recorded any more",
          .why = damage,
          .remedy = std::string(cause.remedy),
          .subject = "ledger",
          .incident = "ledger"};
}

class DamageWatch final : public Job {
 public:
  explicit DamageWatch(Shared shared) : shared_(shared) {}

  Result<Step> tick(Instant) override {
    const std::string damage = shared_.sequencer.damage();
    if (damage.empty()) return Step::idle;
    if (!told_) {
      const Status told = act(
          shared_, [&damage](store::Database& db, Instant) { return tell(db, damage); },
          sequencer::WhenDamaged::try_anyway);
      if (!told.ok())
        return Error{Errc::corrupt,
                     fmt::format("{}; writes have stopped, and no alert of it can be recorded: {}", damage,
                                 told.error().message)};
      told_ = true;
    }
    return Error{Errc::corrupt, fmt::format("{}; writes have stopped", damage)};
  }

 private:
  static Result<sequencer::Decision> tell(store::Database& db, const std::string& damage) {
    alert::AlertOpened opened = alert_of(damage);
    if (TRY(store::find_open_alert(db, opened.key))) return sequencer::Decision();
    return sequencer::Decision{.events = {std::move(opened)}};
  }

  Shared shared_;
  bool told_ = false;
};

}  // namespace

std::unique_ptr<Job> make_damage_watch(Shared shared) { return std::make_unique<DamageWatch>(shared); }

}  // namespace weir::jobs
