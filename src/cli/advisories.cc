// The store of advisories on this machine: filling it from feeds, and saying what it holds.
#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_vuln.h"
#include "cli/session.h"
#include "cli/working.h"
#include "feed/read_feeds.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t named_max = 100;
constexpr std::size_t said_max = 5;

struct Updating {
  std::vector<std::string> places, ecosystems;
  std::string store;
  bool remove_missing = false;
};

// One list of a feed's result: its name, and how people read what happened to its records.
struct ListRow {
  std::string_view name;
  std::vector<std::string> vuln::FeedResult::* list;
  std::string_view said;
};
constexpr std::array lists{ListRow{"added", &vuln::FeedResult::added, "added"},
                           ListRow{"changed", &vuln::FeedResult::changed, "changed"},
                           ListRow{"withdrawn", &vuln::FeedResult::withdrawn, "withdrawn"},
                           ListRow{"older", &vuln::FeedResult::older, "older than what is held; not taken"},
                           ListRow{"missing", &vuln::FeedResult::missing, "no longer in the feed; kept"},
                           ListRow{"removed", &vuln::FeedResult::removed, "no longer in the feed; removed"},
                           ListRow{"refused", &vuln::FeedResult::refused, "refused"}};

Json count_of(std::size_t number) { return static_cast<std::int64_t>(number); }

Json texts_of(const std::vector<std::string>& all, std::size_t most) {
  Json::Array out;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) out.push_back(all[i]);
  return out;
}

Json json_of(const vuln::FeedResult& feed) {
  Json out = Json::object({{"source", feed.source}, {"state", vuln::name_of(feed.state)}});
  if (!feed.problem.empty()) out.set("problem", feed.problem);
  out.set("read", count_of(feed.read));
  Json named{Json::Object{}};
  for (const ListRow& row : lists) {
    const std::vector<std::string>& list = feed.*row.list;
    out.set(std::string(row.name), count_of(list.size()));
    if (!list.empty()) named.set(std::string(row.name), texts_of(list, named_max));
  }
  out.set("named", std::move(named));
  return out;
}

std::string text_of(const vuln::FeedResult& feed) {
  if (feed.state == vuln::FeedResult::State::failed)
    return fmt::format("{}: failed, nothing of it is closed: {}\n", cleaned(feed.source),
                       cleaned(feed.problem));
  std::string text =
      fmt::format("{}: {}, {} read\n", cleaned(feed.source), vuln::name_of(feed.state), feed.read);
  for (const ListRow& row : lists) {
    const std::vector<std::string>& list = feed.*row.list;
    if (list.empty()) continue;
    std::string first;
    for (std::size_t i = 0; i < std::min(list.size(), said_max); ++i)
      first += (i == 0 ? "" : ", ") + cleaned(list[i]);
    text += fmt::format("  {} {}: {}{}\n", list.size(), row.said, first, list.size() > said_max ? ", …" : "");
  }
  return text;
}

Result<Exit> update(Session& session, const Updating& updating) {
  const feed::FeedWish wish{.places = updating.places,
                            .ecosystems = updating.ecosystems,
                            .missing = updating.remove_missing ? vuln::StoreUpdate::Missing::remove
                                                               : vuln::StoreUpdate::Missing::keep};
  std::optional<Working> working(std::in_place, session, "reading feeds");
  const vuln::UpdateResult result =
      TRY(feed::update_store(updating.store, wish, session.environment().clock));
  working.reset();
  const vuln::Manifest manifest = TRY(vuln::read_manifest(updating.store));
  Json::Array feeds;
  std::string text;
  bool sound = true;
  for (const vuln::FeedResult& each : result.feeds) {
    feeds.push_back(json_of(each));
    text += text_of(each);
    sound &= each.state != vuln::FeedResult::State::failed;
  }
  text += fmt::format("{} advisories, {} withdrawn, {}\n", manifest.records, manifest.withdrawn,
                      to_string(manifest.digest));
  session.answer(Json::object({{"store", updating.store},
                               {"generation", manifest.generation},
                               {"changed", result.changed},
                               {"records", manifest.records},
                               {"withdrawn", manifest.withdrawn},
                               {"digest", to_string(manifest.digest)},
                               {"feeds", std::move(feeds)}}),
                 text);
  return sound ? Exit::yes : Exit::no;
}

// What the store holds of one feed.
struct Held {
  std::uint64_t records = 0;
  std::string newest;
};

Result<std::vector<Held>> held_by_feed(const vuln::AdvisoryStore& store) {
  std::vector<Held> held(store.manifest().feeds.size());
  TRY(store.each(
      [&](const vuln::Segment& segment, std::size_t record, const vuln::Segment::Head& head) -> Status {
        if (head.feed >= held.size()) return Error{Errc::corrupt, fmt::format("{} is of no feed", head.id)};
        const vuln::Advisory advisory = TRY(segment.without_affected(record));
        Held& feed = held[head.feed];
        ++feed.records;
        if (feed.newest.empty() || vuln::is_older(feed.newest, advisory.modified))
          feed.newest = advisory.modified;
        return {};
      }));
  return held;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json json_of(const vuln::FeedRow& feed, const Held& held) {
  return Json::object({{"source", feed.source},
                       {"records", held.records},
                       {"newest", text_or_null(held.newest)},
                       {"updated", text_or_null(feed.updated)},
                       {"version", text_or_null(feed.version)},
                       {"problem", text_or_null(feed.problem)},
                       {"refused", feed.refused},
                       {"refused_first", texts_of(feed.refused_first, named_max)},
                       {"missing", feed.missing},
                       {"missing_first", texts_of(feed.missing_first, named_max)}});
}

Json json_of(const std::optional<vuln::CveTable>& table) {
  if (!table) return {};
  return Json::object({{"source", table->source},
                       {"rows", table->rows},
                       {"released", text_or_null(table->released)},
                       {"updated", table->updated},
                       {"digest", to_string(table->digest)}});
}

constexpr std::array feed_columns{Column{"SOURCE", "source"},
                                  Column{"RECORDS", "records", Show::count},
                                  Column{"NEWEST", "newest", Show::time},
                                  Column{"UPDATED", "updated", Show::time},
                                  Column{"REFUSED", "refused", Show::count},
                                  Column{"MISSING", "missing", Show::count},
                                  Column{"PROBLEM", "problem"}};
constexpr std::array store_columns{Column{"store", "store"},
                                   Column{"records", "records"},
                                   Column{"withdrawn", "withdrawn"},
                                   Column{"updated", "updated", Show::time},
                                   Column{"newest", "newest", Show::time},
                                   Column{"digest", "digest"},
                                   Column{"exploited", "exploited.rows"},
                                   Column{"likelihood", "likelihood.rows"}};

Result<Exit> show_status(Session& session, const std::string& directory) {
  const std::shared_ptr<const vuln::AdvisoryStore> store = TRY(vuln::AdvisoryStore::open(directory));
  const vuln::Manifest& manifest = store->manifest();
  const std::vector<Held> held = TRY(held_by_feed(*store));
  Json::Array feeds;
  for (std::size_t i = 0; i < held.size(); ++i) feeds.push_back(json_of(manifest.feeds[i], held[i]));
  const Json all = Json::object({{"store", directory},
                                 {"generation", manifest.generation},
                                 {"updated", text_or_null(manifest.updated)},
                                 {"records", manifest.records},
                                 {"withdrawn", manifest.withdrawn},
                                 {"newest", text_or_null(manifest.newest)},
                                 {"digest", to_string(manifest.digest)},
                                 {"segments", count_of(manifest.segments.size())},
                                 {"bytes", count_of(store->file_bytes())},
                                 {"exploited", json_of(manifest.exploited)},
                                 {"likelihood", json_of(manifest.likelihood)},
                                 {"feeds", feeds}});
  session.answer(all,
                 card(store_columns, all, session.color()) + table(feed_columns, feeds, session.color()));
  return Exit::yes;
}

constexpr OptionRow store_row{.name = "store",
                              .value = "DIR",
                              .help = "the directory of the store of advisories",
                              .need = Need::required};

}  // namespace

Action advisories_update(Options& options) {
  const auto updating = std::make_shared<Updating>();
  options.argument(
      {.name = "SOURCE",
       .help = "OSV records, KEV or EPSS: a directory, a zip or tar, a file, a URL (of a file, or of a "
               "bucket with ECOSYSTEM/all.zip), a git repository (git+URL#BRANCH)",
       .need = Need::required,
       .many = Many::row},
      &updating->places);
  options.option(store_row, &updating->store);
  options.option({.name = "ecosystem",
                  .value = "ECOSYSTEM",
                  .help = "of a bucket only this one; otherwise all that it lists",
                  .many = Many::each},
                 &updating->ecosystems);
  options.option(
      {.name = "remove-missing", .help = "takes out what a feed that was read whole no longer has"},
      &updating->remove_missing);
  return [updating](Session& session) { return update(session, *updating); };
}

Action advisories_status(Options& options) {
  const auto store = std::make_shared<std::string>();
  options.option(store_row, store.get());
  return [store](Session& session) { return show_status(session, *store); };
}

}  // namespace weir::cli
