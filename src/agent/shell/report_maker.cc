#include "agent/shell/report_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::size_t head_bytes = 4096;  // of a report besides its lists

std::size_t hash_of(const runtime::Instance& instance) {
  runtime::Instance settled = instance;
  settled.uncertainty = {};  // the clocks' part of it moves
  return std::hash<std::string>{}(format::encode(settled));
}

std::int64_t events_of(const runtime::Report& report) {
  const std::size_t events = report.started.size() + report.ended.size() + report.counts.size();
  return static_cast<std::int64_t>(events) + report.events_lost;
}

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

// False when the server knows this very thing already. What has ended is not remembered.
bool ReportMaker::is_news(const runtime::Instance& instance) {
  if (instance.ended_at) {
    live_.erase(instance.id);
    return true;
  }
  const std::size_t hash = hash_of(instance);
  const auto [at, added] = live_.emplace(instance.id, hash);
  return added || std::exchange(at->second, hash) != hash;
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

std::vector<SpoolRecord> ReportMaker::deltas(Batch batch, std::vector<runtime::Source> sources, Duration uncertainty,
                                             Instant now) {
  runtime::Report report{.environment = head_.environment, .host = head_.host};
  report.sources = std::move(sources);
  report.counts = std::move(batch.counts);
  report.events_lost = batch.lost;
  for (runtime::Instance& instance : batch.started) {
    bound(instance);
    if (!scope_.admits(instance, now) || !is_news(instance)) continue;
    instance.uncertainty.micros += uncertainty.micros;
    report.started.push_back(std::move(instance));
  }
  for (runtime::Ended& ended : batch.ended) {
    if (ended.id.size() > limits::name_bytes_max) ended.id = "long-" + to_hex(crypto::sha256(ended.id));
    if (live_.erase(ended.id) > 0) report.ended.push_back(std::move(ended));
  }
  if (events_of(report) == 0 && report.sources.empty()) return {};
  return encode(split(std::move(report)), SpoolKind::delta);
}

std::vector<SpoolRecord> ReportMaker::full(std::vector<runtime::Instance> running, std::vector<runtime::Source> sources,
                                           std::int64_t events_lost, Duration uncertainty, Instant now) {
  runtime::Report report{.environment = head_.environment, .host = head_.host, .full = true};
  report.events_lost = events_lost;
  live_.clear();
  for (runtime::Instance& instance : running) {
    bound(instance);
    if (!scope_.admits(instance, now) || !is_news(instance)) continue;
    instance.uncertainty.micros += uncertainty.micros;
    report.started.push_back(std::move(instance));
  }
  report.sources = std::move(sources);
  std::vector<runtime::Report> parts = split(std::move(report));
  for (std::size_t i = 0; parts.size() > 1 && i < parts.size(); ++i) {
    parts[i].part = static_cast<std::int64_t>(i) + 1;
    parts[i].parts = static_cast<std::int64_t>(parts.size());
  }
  return encode(parts, SpoolKind::full);
}

// Everything but the lists stands in the first; each list goes on where the one before stopped.
std::vector<runtime::Report> ReportMaker::split(runtime::Report whole) const {
  std::vector<runtime::Report> parts;
  auto started = std::move(whole.started);
  auto ended = std::move(whole.ended);
  auto counts = std::move(whole.counts);
  whole.started.clear(), whole.ended.clear(), whole.counts.clear();
  parts.push_back(whole);
  std::size_t bytes = head_bytes + format::encode(whole.sources).size();
  const std::size_t bytes_max = whole.full ? bounds_.full_bytes_max : bounds_.delta_bytes_max;
  const auto part_with_room = [&](std::size_t more) -> runtime::Report& {
    if (bytes + more > bytes_max) {
      parts.push_back({.environment = whole.environment, .host = whole.host, .full = whole.full});
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
  return parts;
}

std::vector<SpoolRecord> ReportMaker::encode(const std::vector<runtime::Report>& reports, SpoolKind kind) const {
  std::vector<SpoolRecord> records;
  for (const runtime::Report& report : reports)
    records.push_back({.kind = kind, .events = events_of(report), .report = spell_as_utf8(format::encode(report))});
  return records;
}

}  // namespace weir::agent
