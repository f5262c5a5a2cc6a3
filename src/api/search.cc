// One box finds all: a table of small queries, each bounded. Digests, commits and trails are found by their beginning,
// names by any part; of what grows without end, the newest rows are looked at.
#include <algorithm>

#include "api/answers.h"
#include "api/handlers.h"

namespace weir::api {
namespace {

using store::Row;

constexpr std::size_t words_bytes_max = 255;
constexpr std::size_t hits_max = 40;
constexpr std::size_t digest_digits_min = 4;

std::string in_path(std::string_view text) { return http::encode_percent(text); }

std::string environment_link(const Row& row) { return "/environments/" + in_path(row.text(2)); }
std::string flow_link(const Row& row) { return "/flows/" + in_path(row.text(2)); }
std::string trail_link(const Row& row) {
  return fmt::format("/flows/{}/trails/{}", in_path(row.text(2)), in_path(row.text(3)));
}
std::string artifact_link(const Row& row) { return "/artifacts/" + to_string(row.digest(2)); }
std::string alert_link(const Row& row) { return fmt::format("/alerts/{}", row.integer(2)); }
std::string workload_link(const Row& row) {
  return fmt::format("/environments/{}?workload={}", in_path(row.text(2)), in_path(row.text(3)));
}
std::string vulnerability_link(const Row& row) { return "/where?query=" + in_path(row.text(2)); }
std::string actor_link(const Row& row) { return "/ledger?q=actor:" + in_path(row.text(2)); }
std::string service_link(const Row& row) { return "/flows?q=" + in_path(row.text(2)); }

struct SearchRow {
  std::string_view kind;
  std::string_view sql;  // title, detail, and what the link needs
  std::string (*link)(const Row&);
};

// $1: a LIKE pattern.
constexpr std::array by_name{
    SearchRow{
        "environment",
        R"(SELECT name, kind, name FROM environment WHERE name LIKE $1 ESCAPE '\' ORDER BY name LIMIT 8)",
        environment_link},
    SearchRow{
        "flow",
        R"(SELECT name, description, name FROM flow WHERE name LIKE $1 ESCAPE '\' ORDER BY name LIMIT 8)",
        flow_link},
    SearchRow{"service",
              R"(SELECT name, team, name FROM service WHERE name LIKE $1 ESCAPE '\' ORDER BY name LIMIT 8)",
              service_link},
    SearchRow{
        "artifact",
        R"(SELECT name, lower(substr(hex(digest), 1, 12)), digest, max(entry) FROM (SELECT * FROM artifact ORDER BY
              entry DESC LIMIT 20000) WHERE name LIKE $1 ESCAPE '\' GROUP BY name ORDER BY 4 DESC LIMIT 8)",
        artifact_link},
    SearchRow{
        "workload",
        R"(SELECT name, verdict || ' in ' || environment, environment, id FROM workload WHERE environment IN
              (SELECT name FROM environment) AND live>0 AND name LIKE $1 ESCAPE '\' ORDER BY name LIMIT 8)",
        workload_link},
    SearchRow{
        "alert",
        R"(SELECT title, state || ' in ' || environment, id FROM (SELECT * FROM alert ORDER BY id DESC LIMIT 20000)
              WHERE title LIKE $1 ESCAPE '\' ORDER BY state='resolved', id DESC LIMIT 8)",
        alert_link},
    SearchRow{
        // by any of its ids, its component or what is said of it
        "vulnerability",
        R"(SELECT cluster, coalesce(max(json_extract(last, '$.summary')), ''), cluster FROM (SELECT * FROM finding ORDER
              BY id DESC LIMIT 20000) WHERE last LIKE $1 ESCAPE '\' GROUP BY cluster ORDER BY min(state='closed'),
              max(score) DESC LIMIT 8)",
        vulnerability_link},
    SearchRow{
        "actor",
        R"(SELECT name, kind, name FROM account WHERE removed_at IS NULL AND name LIKE $1 ESCAPE '\' ORDER BY name
              LIMIT 8)",
        actor_link},
};

// $1, $2: between which texts the name stands.
constexpr std::array by_beginning{
    SearchRow{
        "trail",
        "SELECT t.name, 'of ' || t.flow, t.flow, t.name FROM flow f JOIN trail t ON t.flow=f.name WHERE "
        "t.name>=$1 AND t.name<$2 ORDER BY t.entry DESC LIMIT 8",
        trail_link},
};

// $1, $2: the first and the last digest of that beginning.
constexpr std::array by_digest{
    SearchRow{
        "artifact",
        "SELECT a.name, lower(substr(hex(n.child), 1, 12)), a.digest FROM identity n JOIN artifact a ON "
        "a.digest=n.root WHERE n.child>=$1 AND n.child<=$2 LIMIT 8",
        artifact_link},
    SearchRow{"workload",
              "SELECT w.name, w.verdict || ' in ' || w.environment, w.environment, w.id FROM workload_digest "
              "d JOIN "
              "workload w ON w.id=d.workload WHERE d.digest>=$1 AND d.digest<=$2 ORDER BY w.live=0 LIMIT 8",
              workload_link},
};

// $1, $2: between which texts the commit stands.
constexpr std::array by_commit{
    SearchRow{
        "artifact",
        "SELECT name, 'of commit ' || substr(commit_id, 1, 12), digest FROM artifact WHERE commit_id>=$1 AND "
        "commit_id<$2 AND commit_id<>'' LIMIT 8",
        artifact_link},
    SearchRow{
        "trail",
        "SELECT name, 'of ' || flow || ', commit ' || substr(commit_id, 1, 12), flow, name FROM trail WHERE "
        "commit_id>=$1 AND commit_id<$2 AND commit_id<>'' LIMIT 8",
        trail_link},
};

template <class... Args>
Status look_up(store::Database& db, std::vector<Hit>& hits, const SearchRow& row, const Args&... args) {
  auto found = TRY(query(
      db, row.sql,
      [&](const Row& at) { return Hit{std::string(row.kind), at.string(0), at.string(1), row.link(at)}; },
      args...));
  for (Hit& hit : found)
    if (std::find(hits.begin(), hits.end(), hit) == hits.end()) hits.push_back(std::move(hit));
  return {};
}

std::string like_pattern(std::string_view words) {
  std::string pattern = "%";
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Status look_up_digest(store::Database& db, std::vector<Hit>& hits, std::string_view digits) {
  std::string first(digits), last(digits);
  first.resize(64, '0');
  last.resize(64, 'f');
  const Sha256 low = TRY(parse_sha256(first));
  const Sha256 high = TRY(parse_sha256(last));
  for (const SearchRow& row : by_digest) TRY(look_up(db, hits, row, low, high));
  if (digits.size() > 40) return {};
  const std::string from(digits), until = from + 'g';  // behind every hex digit
  for (const SearchRow& row : by_commit) TRY(look_up(db, hits, row, from, until));
  return {};
}

Status look_up_entry(store::Database& db, std::vector<Hit>& hits, std::string_view digits) {
  if (digits.empty() || digits.size() > 15 || digits.find_first_not_of("0123456789") != digits.npos)
    return {};
  const std::int64_t index = std::atoll(std::string(digits).c_str());
  if (TRY(query_count(db, "SELECT count(*) FROM entry WHERE idx=$1", index)) > 0)
    hits.push_back(
        {"entry", fmt::format("entry {}", index), "of the ledger", fmt::format("/ledger/{}", index)});
  return {};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  return begin == text.npos ? std::string_view()
                            : text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

}  // namespace

Result<http::Response> search(const ReadCall& call) {
  const std::string given = text_of(call.request, "q");
  const std::string_view words = trimmed(given);
  if (words.size() > words_bytes_max)
    return Error{Errc::too_large, fmt::format("'q' has more than {} bytes", words_bytes_max), "q"};
  std::vector<Hit> hits;
  if (words.empty()) return record_response(Hits{});
  std::string digits = lower(std::string(words));
  if (digits.starts_with("sha256:")) digits.erase(0, 7);
  TRY(look_up_entry(call.db, hits, words.starts_with('#') ? words.substr(1) : words));
  if (digits.size() >= digest_digits_min && digits.size() <= 64 && is_hex(digits))
    TRY(look_up_digest(call.db, hits, digits));
  for (const SearchRow& row : by_name) TRY(look_up(call.db, hits, row, like_pattern(words)));
  const std::string from(words), until = from + "\U0010FFFF";  // behind all that goes on
  for (const SearchRow& row : by_beginning) TRY(look_up(call.db, hits, row, from, until));
  if (hits.size() > hits_max) hits.resize(hits_max);
  return record_response(Hits{std::move(hits)});
}

}  // namespace weir::api
