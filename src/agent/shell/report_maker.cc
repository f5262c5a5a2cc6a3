#include "agent/shell/report_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::size_t head_bytes = 4096;       // of a report besides its lists
constexpr std::size_t uncertainty_bytes = 48;  // of an instance, with the comma behind it

std::int64_t events_of(const runtime::Report& report) {
  const std::size_t events =
      report.started.size() + report.ended.size() + report.counts.size() + report.inventories.size() +
      report.exposures.size();
  return static_cast<std::int64_t>(events) + report.events_lost;
}

SpoolRecord record_of(const runtime::Report& report, SpoolKind kind) {
  return {.kind = kind, .events = events_of(report), .report = spell_as_utf8(format::encode(report))};
}

// The parts of a full report, each put away when it is full. Only the last one knows how many there are.
class Parts {
 public:
  Parts(runtime::Report first, std::size_t bytes_max, const ReportMaker::Put& put)
      : report_(std::move(first)), bytes_max_(bytes_max), put_(put) {
    bytes_ = head_bytes + format::encode(report_.sources).size();
  }
  void add(runtime::Instance instance, std::size_t bytes) {
    if (bytes_ + bytes > bytes_max_ && !report_.started.empty()) begin_next();
    bytes_ += bytes;
    report_.started.push_back(std::move(instance));
  }
  void finish() {
    if (report_.part > 0) report_.parts = ++report_.part;
    put_(record_of(report_, kind_));
  }

 private:
  void begin_next() {
    ++report_.part;
    put_(record_of(report_, kind_));
    report_ = {.environment = report_.environment, .host = report_.host, .full = true, .part = report_.part};
    kind_ = SpoolKind::part;
    bytes_ = head_bytes;
  }

  runtime::Report report_;
  const std::size_t bytes_max_;
  const ReportMaker::Put& put_;
  SpoolKind kind_ = SpoolKind::full;
  std::size_t bytes_ = 0;
};

}  // namespace

// How many bytes of the text's begin are one valid UTF-8 character (RFC 3629); 0 when they aren't.
std::size_t character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  if (byte(0) < 0x80) return 1;
  if (byte(0) >= 0xC2 && byte(0) <= 0xDF && follows(1)) return 2;
  const bool three = byte(0) >= 0xE0 && byte(0) <= 0xEF && follows(1) && follows(2);
  const bool overlong3 = byte(0) == 0xE0 && byte(1) < 0xA0, surrogate = byte(0) == 0xED && byte(1) >= 0xA0;
  if (three) return overlong3 || surrogate ? 0 : 3;
  const bool four = byte(0) >= 0xF0 && byte(0) <= 0xF4 && follows(1) && follows(2) && follows(3);
  const bool overlong4 = byte(0) == 0xF0 && byte(1) < 0x90, beyond = byte(0) == 0xF4 && byte(1) >= 0x90;
  return four && !overlong4 && !beyond ? 4 : 0;
}

// What the server would refuse a whole report for.
void bound(runtime::Instance& instance) {
  if (instance.id.size() > limits::name_bytes_max) instance.id = "long-" + to_hex(crypto::sha256(instance.id));
  if (instance.name.empty()) instance.name = instance.id;
  if (instance.name.size() > limits::text_bytes_max) instance.name.resize(limits::text_bytes_max);
  if (instance.digests.size() > limits::leaf_subjects_max) instance.digests.resize(limits::leaf_subjects_max);
}

// None when the server knows this very thing already. What has ended is not remembered. The uncertainty of its start
// does not count: it is not added yet, and moves with the clocks.
std::optional<std::string> ReportMaker::news_of(const runtime::Instance& instance) {
  std::string text = spell_as_utf8(format::encode(instance));
  if (instance.ended_at) {
    live_.erase(instance.id);
    return text;
  }
  const std::size_t hash = std::hash<std::string>{}(text);
  const auto [at, added] = live_.emplace(instance.id, hash);
  if (!added && std::exchange(at->second, hash) == hash) return std::nullopt;
  return text;
}

std::string spell_as_utf8(std::string json) {
  std::size_t at = 0;
  while (at < json.size()) {
    const std::size_t size = character_at(std::string_view(json).substr(at));
    if (size == 0) break;
    at += size;
  }
  if (at == json.size()) return json;
  std::string spelled = json.substr(0, at);
  while (at < json.size()) {
    const std::size_t size = character_at(std::string_view(json).substr(at));
    if (size == 0) spelled += fmt::format("\\\\x{:02x}", static_cast<unsigned char>(json[at]));
    else spelled.append(json, at, size);
    at += std::max<std::size_t>(size, 1);
  }
  return spelled;
}

// Of a program, only the instances that the server knows: what a scope rule leaves out is left out here too.
std::vector<SpoolRecord> ReportMaker::take_surveys(std::vector<Survey> surveys, runtime::Report& report) const {
  std::vector<SpoolRecord> documents;
  for (Survey& survey : surveys) {
    std::erase_if(survey.claim.instances, [&](const std::string& id) { return !live_.contains(id); });
    if (survey.claim.kind == runtime::InventoryKind::program && survey.claim.instances.empty()) continue;
    if (report.inventories.size() == runtime::inventory_claims_max) break;
    for (std::string& document : survey.documents)
      documents.push_back({.kind = SpoolKind::document, .events = 1, .report = std::move(document)});
    report.inventories.push_back(std::move(survey.claim));
  }
  return documents;
}

std::vector<SpoolRecord> ReportMaker::deltas(Batch batch, std::vector<runtime::Source> sources, Duration uncertainty,
                                             Instant now) {
  runtime::Report report{.environment = head_.environment, .host = head_.host};
  report.sources = std::move(sources);
  report.counts = std::move(batch.counts);
  report.events_lost = batch.lost;
  for (runtime::Instance& instance : batch.started) {
    bound(instance);
    if (!scope_.admits(instance, now) || !news_of(instance)) continue;
    instance.uncertainty.micros += uncertainty.micros;
    report.started.push_back(std::move(instance));
  }
  for (runtime::Ended& ended : batch.ended) {
    if (ended.id.size() > limits::name_bytes_max) ended.id = "long-" + to_hex(crypto::sha256(ended.id));
    if (live_.erase(ended.id) > 0) report.ended.push_back(std::move(ended));
  }
  for (auto& [instance, exposure] : batch.exposures)  // of those alone that the server knows
    if (live_.contains(instance)) report.exposures.push_back(std::move(exposure));
  std::vector<SpoolRecord> records = take_surveys(std::move(batch.surveys), report);
  if (events_of(report) == 0 && report.sources.empty()) return {};
  for (const runtime::Report& part : split(std::move(report)))
    records.push_back(record_of(part, SpoolKind::delta));
  return records;
}

void ReportMaker::full(const Listing& list, Circumstances circumstances, const Put& put) {
  live_.clear();
  Parts parts({.environment = head_.environment,
               .host = head_.host,
               .full = true,
               .sources = std::move(circumstances.sources),
               .events_lost = circumstances.events_lost},
              bounds_.full_bytes_max, put);
  list([&](runtime::Instance instance) {
    bound(instance);
    if (!scope_.admits(instance, circumstances.now)) return;
    const auto text = news_of(instance);
    if (!text) return;
    instance.uncertainty.micros += circumstances.uncertainty.micros;
    parts.add(std::move(instance), text->size() + uncertainty_bytes);
  });
  parts.finish();
}

// Everything but the lists stands in the first; each list goes on where the one before stopped.
std::vector<runtime::Report> ReportMaker::split(runtime::Report whole) const {
  std::vector<runtime::Report> parts;
  auto started = std::move(whole.started);
  auto ended = std::move(whole.ended);
  auto counts = std::move(whole.counts);
  auto exposures = std::move(whole.exposures);
  whole.started.clear(), whole.ended.clear(), whole.counts.clear(), whole.exposures.clear();
  parts.push_back(whole);
  std::size_t bytes =
      head_bytes + format::encode(whole.sources).size() + format::encode(whole.inventories).size();
  const auto part_with_room = [&](std::size_t more) -> runtime::Report& {
    if (bytes + more > bounds_.delta_bytes_max) {
      parts.push_back({.environment = whole.environment, .host = whole.host});
      bytes = head_bytes;
    }
    bytes += more;
    return parts.back();
  };
  for (auto& instance : started) {
    const std::size_t size = spell_as_utf8(format::encode(instance)).size() + 1;
    part_with_room(size).started.push_back(std::move(instance));
  }
  for (auto& end : ended) part_with_room(end.id.size() + 80).ended.push_back(std::move(end));
  for (auto& count : counts) {
    const std::size_t size = format::encode(count).size() + 1;
    part_with_room(size).counts.push_back(std::move(count));
  }
  for (auto& exposure : exposures) {
    const std::size_t size = spell_as_utf8(format::encode(exposure)).size() + 1;
    part_with_room(size).exposures.push_back(std::move(exposure));
  }
  return parts;
}

}  // namespace weir::agent
