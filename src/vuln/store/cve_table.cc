#include "vuln/store/cve_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "format/json.h"
#include "format/utf8.h"
#include "vuln/limits.h"
#include "vuln/store/coding.h"

namespace weir::vuln {
namespace {

using format::Json;

constexpr std::size_t table_rows_max = 5'000'000;
constexpr std::size_t columns_max = 64;
constexpr std::size_t refused_rows_max = 10'000;  // beyond it the list is none
constexpr std::size_t released_bytes_max = 64;
enum Section : std::size_t { rows_section, texts_section };
constexpr std::size_t likelihood_bytes = 16;  // CVE, probability, percentile

// A member of an entry, the same in JSON and CSV.
struct MemberRow {
  std::string_view name;
  std::string Exploited::* member;
};
constexpr std::array members{MemberRow{"vendorProject", &Exploited::vendor},
                             MemberRow{"product", &Exploited::product},
                             MemberRow{"vulnerabilityName", &Exploited::name},
                             MemberRow{"dateAdded", &Exploited::added},
                             MemberRow{"dueDate", &Exploited::due},
                             MemberRow{"requiredAction", &Exploited::action},
                             MemberRow{"knownRansomwareCampaignUse", &Exploited::ransomware}};
constexpr std::size_t exploited_bytes = 8 + members.size() * 4;

// The fields of one record of RFC 4180, which may span lines; `at` goes on behind it, `line` counts.
Result<std::vector<std::string>> read_csv_record(std::string_view text, std::size_t& at, std::size_t& line) {
  std::vector<std::string> fields(1);
  const std::size_t began = line;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"') fields.back() += c;
      else if (at + 1 < text.size() && text[at + 1] == '"') fields.back() += text[at++];
      else quoted = false;
    } else if (c == '"') quoted = true;
    else if (c == ',') fields.emplace_back();
    else if (c == '\n') break;
    else if (c != '\r') fields.back() += c;
    if (fields.size() > columns_max || fields.back().size() > advisory_bytes_max)
      return Error{Errc::too_large, fmt::format("line {} has more than {} columns", began, columns_max)};
  }
  if (quoted) return invalid(fmt::format("line {}: a quotation mark is never closed", began));
  ++at;
  return fields;
}

template <class Row>
Status check_refused(const CveList<Row>& list) {
  if (list.refused.size() <= refused_rows_max) return {};
  return Error{Errc::too_many, fmt::format("more than {} entries of the list cannot be read; the first: {}",
                                           refused_rows_max, list.refused.front())};
}

template <class Row>
Status close(CveList<Row>& list) {
  std::ranges::stable_sort(list.rows, {}, &Row::cve);
  std::vector<Row> once;
  for (Row& row : list.rows) {
    if (!once.empty() && once.back().cve == row.cve) once.pop_back();
    once.push_back(std::move(row));
  }
  list.rows = std::move(once);
  return list.rows.empty() ? Status(invalid("the list has no entry")) : Status();
}

void take_exploited(CveList<Exploited>& list, std::string_view cve, std::string_view where, Exploited entry) {
  const auto number = cve_number(cve);
  if (!number) return list.refused.push_back(fmt::format("{}: '{}' is no CVE", where, cve.substr(0, 64)));
  entry.cve = *number;
  list.rows.push_back(std::move(entry));
}

Result<CveList<Exploited>> read_exploited_json(std::string_view text) {
  if (text.size() > advisory_bytes_max)
    return Error{Errc::too_large, fmt::format("a list in JSON has at most {} bytes", advisory_bytes_max)};
  const Json json = TRY(format::parse_json(text));
  CveList<Exploited> list{
      .released = std::string(format::utf8_prefix(json.text("dateReleased"), released_bytes_max))};
  const Json::Array& entries = json.items("vulnerabilities");
  if (entries.size() > table_rows_max)
    return Error{Errc::too_large, fmt::format("'vulnerabilities' holds more than {}", table_rows_max)};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Exploited entry;
    for (const MemberRow& row : members) entry.*row.member = entries[i].text(row.name);
    take_exploited(list, entries[i].text("cveID"), fmt::format("vulnerabilities[{}]", i), std::move(entry));
    TRY(check_refused(list));
  }
  TRY(close(list));
  return list;
}

Result<CveList<Exploited>> read_exploited_csv(std::string_view text) {
  std::size_t at = 0, line = 1;
  const std::vector<std::string> head = TRY(read_csv_record(text, at, line));
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(head, name) - head.begin());
  };
  CveList<Exploited> list;
  const std::size_t id = column("cveID");
  while (at < text.size()) {
    const std::string where = fmt::format("line {}", line);
    const std::vector<std::string> fields = TRY(read_csv_record(text, at, line));
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (list.rows.size() >= table_rows_max) return Error{Errc::too_large, where + ": the list is too long"};
    Exploited entry;
    for (const MemberRow& row : members)
      if (const std::size_t place = column(row.name); place < fields.size())
        entry.*row.member = fields[place];
    take_exploited(list, id < fields.size() ? fields[id] : "", where, std::move(entry));
    TRY(check_refused(list));
  }
  TRY(close(list));
  return list;
}

std::optional<float> share_of_one(std::string_view text) {
  float value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && value <= 1 ? std::optional(value) : std::nullopt;
}

// "#model_version:v2023.03.01,score_date:2024-01-01T00:00:00+0000"
std::string score_date(std::string_view comment) {
  constexpr std::string_view word = "score_date:";
  const std::size_t at = comment.find(word);
  if (at == comment.npos) return "";
  comment.remove_prefix(at + word.size());
  return std::string(comment.substr(0, std::min(comment.find_first_of(",\r\n"), released_bytes_max)));
}

// The first row at or beyond the CVE.
Result<std::optional<BytesView>> find_row(const PagedFile& file, std::size_t row_bytes, std::uint64_t cve) {
  TRY(file.check_whole());
  std::size_t low = 0, high = file.section_bytes(rows_section) / row_bytes;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const BytesView row = TRY(file.bytes(rows_section, middle * row_bytes, row_bytes));
    const auto at = load_fixed<std::uint64_t>(row.data());
    if (at == cve) return std::optional(row);
    if (at < cve) low = middle + 1;
    else high = middle;
  }
  return std::optional<BytesView>();
}

}  // namespace

std::optional<std::uint64_t> cve_number(std::string_view text) {
  if (!text.starts_with("CVE-") || text.size() < 10 || text[8] != '-') return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const auto year = number(text.substr(4, 4)), serial = number(text.substr(9));
  if (!year || !serial || cve_text(*year << 32 | *serial) != text) return std::nullopt;
  return *year << 32 | *serial;
}

std::string cve_text(std::uint64_t number) {
  return fmt::format("CVE-{:04}-{:04}", number >> 32, number & 0xffff'ffff);
}

bool is_exploited_list(std::string_view text) {
  const std::string_view head = text.substr(0, 4096);
  if (head.starts_with("cveID,") || head.starts_with("\"cveID\",")) return true;
  return text.find_first_not_of(" \t\r\n") == text.find('{') && head.find("\"catalogVersion\"") != head.npos;
}

bool is_likelihood_list(std::string_view text) {
  return text.starts_with("#model_version") || text.starts_with("cve,epss,percentile");
}

Result<CveList<Exploited>> read_exploited(std::string_view text) {
  return text.starts_with("cveID") || text.starts_with("\"cveID") ? read_exploited_csv(text)
                                                                  : read_exploited_json(text);
}

Result<CveList<Likelihood>> read_likelihood(std::string_view text) {
  CveList<Likelihood> list;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) list.released = score_date(line);
    if (line.empty() || line.starts_with('#') || line.starts_with("cve,")) continue;
    if (list.rows.size() >= table_rows_max)
      return Error{Errc::too_large, fmt::format("line {}: the list is too long", number)};
    const std::size_t first = std::min(line.find(','), line.size());
    const std::size_t second = std::min(line.find(',', first + 1), line.size());
    const auto cve = cve_number(line.substr(0, first));
    const auto probability = share_of_one(line.substr(std::min(first + 1, second), second - first - 1));
    const auto percentile = share_of_one(line.substr(std::min(second + 1, line.size())));
    if (cve && probability && percentile) list.rows.push_back({*cve, *probability, *percentile});
    else list.refused.push_back(fmt::format("line {}: expected a CVE and two shares of one", number));
    TRY(check_refused(list));
  }
  TRY(close(list));
  return list;
}

Bytes encode_exploited(const std::vector<Exploited>& rows) {
  std::array<Bytes, 2> sections;
  for (const Exploited& row : rows) {
    append_fixed<std::uint64_t>(sections[rows_section], row.cve);
    for (const MemberRow& member : members) {
      append_fixed<std::uint32_t>(sections[rows_section],
                                  static_cast<std::uint32_t>(sections[texts_section].size()));
      append_fixed<std::uint32_t>(sections[texts_section],
                                  static_cast<std::uint32_t>((row.*member.member).size()));
      sections[texts_section] += row.*member.member;
    }
  }
  return build_paged_file(PagedKind::exploited, sections);
}

Bytes encode_likelihood(const std::vector<Likelihood>& rows) {
  std::array<Bytes, 1> sections;
  for (const Likelihood& row : rows) {
    append_fixed<std::uint64_t>(sections[rows_section], row.cve);
    append_fixed<float>(sections[rows_section], row.probability);
    append_fixed<float>(sections[rows_section], row.percentile);
  }
  return build_paged_file(PagedKind::likelihood, sections);
}

Result<std::optional<Exploited>> find_exploited(const PagedFile& file, std::uint64_t cve) {
  const std::optional<BytesView> row = TRY(find_row(file, exploited_bytes, cve));
  if (!row) return std::optional<Exploited>();
  Exploited entry{.cve = cve};
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto at = load_fixed<std::uint32_t>(row->data() + 8 + i * 4);
    const BytesView size = TRY(file.bytes(texts_section, at, 4));
    const BytesView text =
        TRY(file.bytes(texts_section, std::uint64_t{at} + 4, load_fixed<std::uint32_t>(size.data())));
    entry.*members[i].member = text;
  }
  return std::optional(std::move(entry));
}

Result<std::optional<Likelihood>> find_likelihood(const PagedFile& file, std::uint64_t cve) {
  const std::optional<BytesView> row = TRY(find_row(file, likelihood_bytes, cve));
  if (!row) return std::optional<Likelihood>();
  return std::optional(Likelihood{.cve = cve,
                                  .probability = load_fixed<float>(row->data() + 8),
                                  .percentile = load_fixed<float>(row->data() + 12)});
}

}  // namespace weir::vuln
