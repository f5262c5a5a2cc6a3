#include "store/view_window.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "store/stored.h"

namespace weir::store {
namespace {

using Tags = std::map<std::string, std::string>;

struct Version {
  std::string name, definition;
  std::int64_t entry = 0;
};

// What was recorded was checked then; a zone that this system's tzdata no longer has is an error that says so.
Result<window::Window> parsed(const Version& version) {
  return window::prepare(version.name, read_stored<window::Definition>(version.definition), version.entry);
}

constexpr std::size_t remembered_max = 1024;

// Each decision asks all of them, and parsing a rule costs more than asking it. They are remembered by all that they
// are made of, because a thread serves several ledgers, whose entries have the same numbers.
Result<window::Window> ready(const Version& version) {
  using Made = std::tuple<std::string, std::string, std::int64_t>;
  thread_local std::map<Made, window::Window> remembered;
  Made key{version.name, version.definition, version.entry};
  const auto found = remembered.find(key);
  if (found != remembered.end()) return found->second;
  if (remembered.size() >= remembered_max) remembered.clear();
  window::Window made = TRY(parsed(version));
  return remembered.emplace(std::move(key), std::move(made)).first->second;
}

Version version_row(const Row& row) { return {row.string(0), row.string(1), row.integer(2)}; }

Result<window::Window> ready(const Version& version, PreparedWindows* prepared) {
  if (prepared == nullptr) return ready(version);
  const auto found = prepared->find(version.entry);
  if (found != prepared->end()) return found->second;
  window::Window made = TRY(ready(version));
  return prepared->emplace(version.entry, std::move(made)).first->second;
}

Result<Windows> gathered(Database& db, const std::vector<Version>& versions, Instant at,
                         PreparedWindows* prepared) {
  Windows windows;
  for (const Version& version : versions) {
    window::Window each = TRY(ready(version, prepared));
    windows.list.push_back(std::move(each));
  }
  auto freezes = TRY(query(
      db,
      "SELECT entry, environment, from_at, min(until_at, coalesce(ended_at, until_at)), reason, incident "
      "FROM freeze "
      "WHERE from_at<=$1 AND until_at>$2 AND (ended_at IS NULL OR ended_at>$3) ORDER BY entry",
      [](const Row& row) {
        return window::freeze_window(row.integer(0), row.string(1), row.instant(2), row.instant(3),
                                     row.string(4), row.string(5));
      },
      at, at, at));
  for (window::Window& each : freezes) windows.list.push_back(std::move(each));
  windows.lifts = TRY(query(
      db,
      "SELECT name, environment, lower(hex(actor)), from_at, until_at FROM window_override WHERE from_at<=$1 "
      "AND until_at>$2 "
      "ORDER BY entry",
      [](const Row& row) {
        return window::Lift{row.string(0), row.string(1), row.string(2), row.instant(3), row.instant(4)};
      },
      at, at));
  return windows;
}

constexpr std::string_view window_columns =
    "w.name, w.definition, w.entry, w.was_open, w.declared_at, coalesce(p.name, hex(w.actor))";
constexpr std::string_view window_tables = "window_version w LEFT JOIN account p ON p.id=w.actor";

struct Listed {
  Version version;
  WindowView view;
};
Listed listed_row(const Row& row) {
  Listed listed{version_row(row), {}};
  listed.view = {.name = row.string(0),
                 .actor = row.string(5),
                 .definition = read_stored<window::Definition>(row.text(1)),
                 .declared_at = row.instant(4),
                 .entry = row.integer(2)};
  if (row.text(3) != "null") listed.view.was_open = read_stored<window::WindowWas>(row.text(3));
  return listed;
}

constexpr std::string_view freeze_columns =
    "f.entry, f.environment, f.incident, f.reason, coalesce(p.name, hex(f.actor)), f.from_at, f.until_at, "
    "f.ended_at, "
    "coalesce(q.name, ''), coalesce(f.ended_reason, '')";
constexpr std::string_view freeze_tables =
    "freeze f LEFT JOIN account p ON p.id=f.actor LEFT JOIN account q ON q.id=f.ended_by";

window::Freeze freeze_row(const Row& row) {
  return {.id = row.integer(0),
          .environment = row.string(1),
          .incident = row.string(2),
          .reason = row.string(3),
          .actor = row.string(4),
          .from = row.instant(5),
          .until = row.instant(6),
          .ended_at = row.maybe_instant(7),
          .ended_by = row.string(8),
          .ended_reason = row.string(9)};
}

Result<Tags> tags_of(Database& db, std::string_view table, const std::string& name) {
  const auto found = TRY(query_one(
      db, fmt::format("SELECT tags FROM {} WHERE name=$1", table),
      [](const Row& row) { return read_stored<Tags>(row.text(0)); }, name));
  return found.value_or(Tags());
}

}  // namespace

Result<Windows> windows_at(Database& db, Instant at, PreparedWindows* prepared) {
  const auto versions =
      TRY(query(db,
                "SELECT name, definition, entry FROM window_version WHERE declared_at<=$1 AND "
                "(ended_at IS NULL OR ended_at>$2) ORDER BY name",
                version_row, at, at));
  return gathered(db, versions, at, prepared);
}

Result<Windows> current_windows(Database& db, Instant now, PreparedWindows* prepared) {
  const auto versions =
      TRY(query(db, "SELECT name, definition, entry FROM window_version WHERE ended_at IS NULL ORDER BY name",
                version_row));
  return gathered(db, versions, now, prepared);
}

Result<bool> any_windows(Database& db) {
  return TRY(query_count(
             db, "SELECT EXISTS (SELECT 1 FROM window_version) OR EXISTS (SELECT 1 FROM freeze)")) > 0;
}

Result<std::int64_t> windows_version(Database& db) {
  return query_count(db,
                     "SELECT (SELECT count(*) + count(ended_at) FROM window_version) + (SELECT count(*) + "
                     "count(ended_at) FROM freeze) + (SELECT count(*) FROM window_override)");
}

Result<window::Subject> window_subject(Database& db, const std::string& environment, const std::string& flow,
                                       const std::string& cls) {
  window::Subject subject{.environment = environment, .flow = flow, .cls = cls};
  subject.tags = TRY(tags_of(db, "environment", environment));
  if (!flow.empty()) subject.tags.merge(TRY(tags_of(db, "flow", flow)));
  return subject;
}

WindowView view_at(WindowView view, const window::Window& window, Instant now) {
  const window::State state = window.schedule.state_at(now);
  view.open = state.open;
  view.opens = state.opens;
  view.closes = state.closes;
  return view;
}

namespace {

Result<WindowView> shown(Listed listed, Instant now) {
  const window::Window window = TRY(ready(listed.version));
  return view_at(std::move(listed.view), window, now);
}

}  // namespace

Result<std::vector<WindowView>> list_windows(Database& db, Instant now) {
  std::vector<WindowView> views;
  for (Listed& each : TRY(query(db,
                                fmt::format("SELECT {} FROM {} WHERE w.ended_at IS NULL ORDER BY w.name",
                                            window_columns, window_tables),
                                listed_row))) {
    WindowView view = TRY(shown(std::move(each), now));
    views.push_back(std::move(view));
  }
  return views;
}

Result<std::optional<WindowView>> find_window(Database& db, std::string_view name, Instant now) {
  auto found = TRY(query_one(
      db,
      fmt::format("SELECT {} FROM {} WHERE w.name=$1 AND w.ended_at IS NULL", window_columns, window_tables),
      listed_row, name));
  if (!found) return std::optional<WindowView>();
  WindowView view = TRY(shown(std::move(*found), now));
  return std::optional(std::move(view));
}

Result<std::optional<window::Window>> find_window_ready(Database& db, std::string_view name) {
  const auto found = TRY(
      query_one(db, "SELECT name, definition, entry FROM window_version WHERE name=$1 AND ended_at IS NULL",
                version_row, name));
  if (!found) return std::optional<window::Window>();
  window::Window made = TRY(ready(*found));
  return std::optional(std::move(made));
}

FreezeView view_at(window::Freeze freeze, Instant now) {
  const bool active = !freeze.ended_at && freeze.from <= now && now < freeze.until;
  return {std::move(freeze), active};
}

Result<std::vector<FreezeView>> list_freezes(Database& db, const FreezeFilter& filter, Instant now) {
  return query(
      db,
      fmt::format(
          "SELECT {} FROM {} WHERE ($1='' OR f.environment=$2) AND f.entry<$3 ORDER BY f.entry DESC LIMIT $4",
          freeze_columns, freeze_tables),
      [now](const Row& row) { return view_at(freeze_row(row), now); }, filter.environment, filter.environment,
      filter.before, filter.limit);
}

Result<std::optional<window::Freeze>> find_freeze(Database& db, std::int64_t id) {
  return query_one(db, fmt::format("SELECT {} FROM {} WHERE f.entry=$1", freeze_columns, freeze_tables),
                   freeze_row, id);
}

}  // namespace weir::store
