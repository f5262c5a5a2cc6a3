#include "api/compat/dependency_track.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "api/artifact_scope.h"
#include "api/attestation.h"
#include "base/limits.h"
#include "base/name.h"
#include "crypto/digest.h"
#include "format/utf8.h"
#include "http/form_data.h"
#include "ledger/entry.h"
#include "sequencer/ledger_store.h"
#include "store/view_record.h"

namespace weir::api::compat {
namespace {

using format::Json;
using sequencer::Decision;

constexpr std::string_view no_project = "The project could not be found.";
constexpr std::string_view unversioned = "unversioned";  // of an upload that names no version
constexpr std::string_view attestation_name = "sbom";
constexpr std::int64_t pages_max = 1'000'000;

struct Upload {
  std::string project, name, version;
  bool creates = false;
  Bytes bill;
};

// Where it goes, with the titles that new ones get.
struct Place {
  std::string flow, trail, flow_title, trail_title;
};

bool is_true(const Json& json) {
  if (json.boolean() != nullptr) return *json.boolean();
  return json.string() != nullptr && *json.string() == "true";
}

// Members that are none of ours (parent, tags, isLatest) are taken and not looked at.
Result<Upload> read_json_upload(const http::Request& request) {
  const Json json = TRY(format::parse_json(request.body));
  if (json.object() == nullptr) return invalid("expected a JSON object");
  Upload upload{.project = std::string(json.text("project")),
                .name = std::string(json.text("projectName")),
                .version = std::string(json.text("projectVersion")),
                .creates = is_true(json.at("autoCreate"))};
  auto bill = decode_base64(json.text("bom"));
  if (!bill.ok()) return invalid(fmt::format("'bom' is not base64: {}", bill.error().message), "bom");
  upload.bill = std::move(*bill);
  return upload;
}

Result<Upload> read_form_upload(const http::Request& request) {
  const auto parts = TRY(http::parse_form_data(request.header("content-type").value_or(""), request.body));
  Upload upload;
  for (const http::FormPart& part : parts) {
    if (part.name != "bom" && !format::is_utf8(part.bytes))
      return invalid("the form holds a text that is not UTF-8", "projectName");
    if (part.name == "project") upload.project = part.bytes;
    if (part.name == "projectName") upload.name = part.bytes;
    if (part.name == "projectVersion") upload.version = part.bytes;
    if (part.name == "autoCreate") upload.creates = part.bytes == "true";
    if (part.name != "bom") continue;
    if (!upload.bill.empty()) return invalid("'bom' stands in the form twice; send one at a time", "bom");
    upload.bill = part.bytes;
  }
  return upload;
}

// The trail whose entry the id holds, also when it has been declared anew since.
Result<evidence::Trail> trail_of_id(store::Database& db, blob::BlobStore& blobs, std::string_view id) {
  const auto entry = entry_of_id(IdKind::project, id);
  if (!entry) return not_found(std::string(no_project));
  const auto stored = sequencer::read_entry(db, blobs, *entry);
  if (!stored.ok() && stored.error().code != Errc::not_found) return stored.error();
  if (!stored.ok() || !stored->payload) return not_found(std::string(no_project));
  const auto leaf = TRY(ledger::decode_leaf(stored->leaf));
  if (leaf.type != ledger::EntryType::trail_begun) return not_found(std::string(no_project));
  return format::decode_text<evidence::Trail>(*stored->payload, format::Unknown::ignore);
}

Result<Place> place_of_id(const Call& call, const std::string& id) {
  const auto db = TRY(call.ports.open_reader());
  const auto trail = TRY(trail_of_id(*db, *call.ports.blobs, id));
  return Place{.flow = trail.flow, .trail = trail.name, .flow_title = trail.flow, .trail_title = trail.name};
}

Result<Place> place_of(const Call& call, const Upload& upload) {
  if (!upload.project.empty()) return place_of_id(call, upload.project);
  const std::string_view version = upload.version.empty() ? unversioned : std::string_view(upload.version);
  Place place{.flow_title = upload.name, .trail_title = std::string(version)};
  place.flow = TRY(name_of_title(upload.name, "projectName"));
  place.trail = TRY(name_of_title(version, "projectVersion"));
  return place;
}

std::string_view media_type_of(BytesView bill) {
  const std::size_t first = bill.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == bill.npos) return "";
  return bill[first] == '{' ? "application/json" : bill[first] == '<' ? "application/xml" : "text/plain";
}

std::string description_of(const std::string& name, const std::string& title) {
  return name == title ? std::string() : title;
}

// What a request says of itself; any other field is one of the bill's.
bool is_asked(std::string_view field) {
  constexpr std::array<std::string_view, 8> fields{"project", "projectName", "projectVersion", "name",
                                                   "version", "uuid",        "pageNumber",     "pageSize"};
  return std::ranges::find(fields, field) != fields.end();
}

// A project's bill is of what its trail has built: of the artifact, where it has one alone.
Status name_artifact(store::Database& db, evidence::AttestationRecorded& record) {
  const auto built = TRY(query(
      db, "SELECT name, digest FROM artifact_on_trail WHERE flow=$1 AND trail=$2 LIMIT 2",
      [](const store::Row& row) { return store::ArtifactOnTrail{row.string(0), row.digest(1)}; }, record.flow,
      record.trail));
  if (built.size() != 1) return {};
  record.artifact = built.front().digest;
  record.artifact_name = built.front().name;
  return {};
}

// The flow and the trail where they are not yet there and may be made, and the attestation.
Result<Decision> decide(store::Database& db, const access::Actor& actor, const Place& place,
                        Evidence evidence, bool creates) {
  Decision decision;
  const bool has_flow = TRY(store::flow_exists(db, place.flow));
  const bool has_trail = has_flow && TRY(store::trail_exists(db, place.flow, place.trail));
  if (!has_trail && !creates) return not_found(std::string(no_project));
  if (!has_flow)
    decision.events.push_back(
        evidence::Flow{.name = place.flow, .description = description_of(place.flow, place.flow_title)});
  if (!has_trail)
    decision.events.push_back(evidence::Trail{.flow = place.flow,
                                              .name = place.trail,
                                              .description = description_of(place.trail, place.trail_title)});
  TRY(name_artifact(db, evidence.record));
  if (evidence.record.artifact) TRY(check_artifact_scope(db, actor, evidence.record.artifact));
  decision.events.push_back(std::move(evidence.record));
  decision.answer = [](std::span<const sequencer::Appended> appended) {
    return dump(Json::object({{"token", id_of_entry(IdKind::token, appended.back().index)}}));
  };
  return decision;
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == '-' ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0)
      return false;
  return true;
}

Json project_json(const store::TrailView& trail) {
  return Json::object({{"name", trail.flow},
                       {"version", trail.name},
                       {"uuid", id_of_entry(IdKind::project, trail.entry)},
                       {"classifier", "APPLICATION"},
                       {"active", true}});
}

}  // namespace

Result<std::string> name_of_title(std::string_view title, std::string_view field) {
  TRY(check_title(title, field));
  std::string name;
  for (const char c : title) {
    const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '~' || (c == '.' && !name.ends_with('.'));
    if (stays) name += c;
    else if (!name.ends_with('-')) name += '-';
  }
  name.erase(0, name.find_first_not_of("-_.~"));
  if (name != title && !name.empty()) name += "-" + to_hex(crypto::sha256(title)).substr(0, 8);
  TRY(check_name(name, field));
  return name;
}

std::string id_of_entry(IdKind kind, std::int64_t entry) {
  constexpr std::array<std::string_view, 3> marks{"70726f6a", "746f6b65", "7465616d"};
  return fmt::format("{}-0000-8000-8000-{:012x}", marks[static_cast<std::size_t>(kind)], entry);
}

std::optional<std::int64_t> entry_of_id(IdKind kind, std::string_view id) {
  if (id.size() != 36) return std::nullopt;
  std::int64_t entry = 0;
  const auto [end, status] = std::from_chars(id.data() + 24, id.data() + 36, entry, 16);
  if (status != std::errc{} || end != id.data() + 36 || id_of_entry(kind, entry) != id) return std::nullopt;
  return entry;
}

Result<http::Response> dependency_track_about(const ReadCall& call) {
  return json_response(dump(Json::object({{"version", dependency_track_version},
                                          {"timestamp", to_string(call.now)},
                                          {"application", fmt::format("Weir {}", call.config.version)}})));
}

Result<Write> dependency_track_upload(const Call& call) {
  Upload upload =
      TRY(call.request.method == "PUT" ? read_json_upload(call.request) : read_form_upload(call.request));
  const Place place = TRY(place_of(call, upload));
  TRY(access::check_flow_scope(call.actor, place.flow));
  if (upload.bill.empty()) return invalid("'bom' is missing", "bom");
  evidence::AttestationRecorded record{.flow = place.flow,
                                       .trail = place.trail,
                                       .name = std::string(attestation_name),
                                       .type = "sbom",
                                       .media_type = std::string(media_type_of(upload.bill))};
  const Evidence evidence = TRY(read_evidence(call, std::move(record), std::move(upload.bill)));
  return Write{[place, evidence, actor = call.actor, creates = upload.creates](store::Database& db, Instant) {
    return decide(db, actor, place, evidence, creates);
  }};
}

Result<http::Response> dependency_track_progress(const ReadCall& call) {
  if (!is_uuid(call.request.parameter("uuid"))) return invalid("'uuid' is no UUID", "uuid");
  return json_response(R"({"processing":false})");
}

Result<http::Response> dependency_track_lookup(const ReadCall& call) {
  const std::string version = text_of(call.request, "version");
  const std::string flow = TRY(name_of_title(text_of(call.request, "name"), "name"));
  const std::string trail =
      TRY(name_of_title(version.empty() ? unversioned : std::string_view(version), "version"));
  const auto found = TRY(store::find_trail(call.db, flow, trail));
  if (!found) return not_found(std::string(no_project));
  Json project = project_json(*found);
  project.set("name", text_of(call.request, "name"));
  project.set("version", version.empty() ? Json() : Json(version));
  return json_response(dump(project));
}

Result<http::Response> dependency_track_project(const ReadCall& call) {
  const auto begun = TRY(trail_of_id(call.db, *call.ports.blobs, call.request.parameter("uuid")));
  const auto found = TRY(store::find_trail(call.db, begun.flow, begun.name));
  if (!found) return not_found(std::string(no_project));
  Json project = project_json(*found);
  project.set("uuid", call.request.parameter("uuid"));
  return json_response(dump(project));
}

Result<http::Response> dependency_track_projects(const ReadCall& call) {
  const auto size = TRY(number_of(call.request, "pageSize"));
  const std::int64_t limit = TRY(limit_of(call.request));
  const std::int64_t rows = std::clamp<std::int64_t>(size.value_or(limit), 1, limits::page_rows_max);
  const auto number = TRY(number_of(call.request, "pageNumber"));
  const auto other = TRY(number_of(call.request, "page"));
  const std::int64_t page = number.value_or(other.value_or(1));
  const std::int64_t skipped = rows * (std::clamp<std::int64_t>(page, 1, pages_max) - 1);
  Json::Array projects = TRY(query(
      call.db, "SELECT flow, name, entry FROM trail ORDER BY entry DESC LIMIT $1 OFFSET $2",
      [](const store::Row& row) {
        store::TrailView trail;
        trail.flow = row.string(0);
        trail.name = row.string(1);
        trail.entry = row.integer(2);
        return project_json(trail);
      },
      rows, skipped));
  const std::int64_t total = TRY(query_count(call.db, "SELECT count(*) FROM trail"));
  http::Response response = json_response(dump(Json(std::move(projects))));
  response.headers.push_back({"x-total-count", std::to_string(total)});
  response.headers.push_back({"x-powered-by", fmt::format("Dependency-Track v{}", dependency_track_version)});
  return response;
}

Result<http::Response> dependency_track_team(const ReadCall& call) {
  Json::Array permissions;
  const auto grant = [&](access::Permission ours, std::initializer_list<std::string_view> theirs) {
    if (!access::permits(call.actor, ours)) return;
    for (const std::string_view name : theirs) permissions.push_back(Json::object({{"name", name}}));
  };
  grant(access::Permission::read, {"VIEW_PORTFOLIO", "VIEW_VULNERABILITY"});
  grant(access::Permission::record, {"BOM_UPLOAD", "PROJECT_CREATION_UPLOAD"});
  return json_response(dump(Json::object({{"uuid", id_of_entry(IdKind::team, 0)},
                                          {"name", call.actor.name},
                                          {"permissions", std::move(permissions)}})));
}

// Without a body where it has none; texts for what is not there, problem details (RFC 9457) for the rest.
void retell_dependency_track(http::Response& response) {
  if (response.status == 201) response.status = 200;
  if (response.status < 400) return;
  const auto json = format::parse_json(response.body);
  const Json error = json.ok() ? json->at("error") : Json();
  const std::string message(error.text("message"));
  const bool is_of_bill = response.status == 400 && !is_asked(error.text("field"));
  if (response.status == 401 || response.status == 403) {
    response.body.clear();
    response.content_type.clear();
  } else if (response.status == 404) {
    response.body = message;
    response.content_type = "text/plain";
  } else {
    response.body =
        dump(Json::object({{"status", response.status},
                           {"title", is_of_bill ? "The uploaded BOM is invalid" : "The request is refused"},
                           {"detail", message}}));
    response.content_type = "application/problem+json";
  }
}

}  // namespace weir::api::compat
