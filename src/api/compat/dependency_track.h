// Dependency-Track's REST API v1 as far as its upload clients use it, so that they work unchanged: a bill of
// materials is uploaded for a project and version, which are a flow and a trail here, and becomes an
// attestation of type sbom by the ordinary way. Everything is done when the answer is given, so nothing is
// ever found processing. Shapes: Dependency-Track's openapi.json, 4.11. What maps to what:
// docs/how-to/upload-from-dependency-track-clients.md.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "api/routes.h"

namespace weir::api::compat {

// What a client is told the version is, since it asks for the API's.
inline constexpr std::string_view dependency_track_version = "4.11.0";

Result<http::Response> dependency_track_about(const ReadCall& call);
Result<Write> dependency_track_upload(const Call& call);  // PUT of JSON, POST of a form
Result<http::Response> dependency_track_progress(const ReadCall& call);
Result<http::Response> dependency_track_lookup(const ReadCall& call);
Result<http::Response> dependency_track_project(const ReadCall& call);
Result<http::Response> dependency_track_projects(const ReadCall& call);
Result<http::Response> dependency_track_team(const ReadCall& call);

// Statuses and error bodies as that API has them.
void retell_dependency_track(http::Response& response);

// A project's or version's title as a name of ours: what may not stand in a name becomes "-", and then eight
// digits of its SHA-256 follow, so that two titles never share a name.
Result<std::string> name_of_title(std::string_view title, std::string_view field);

// Ids of that API hold the entry they stand for, so nothing needs to be kept for them.
enum class IdKind { project, token, team };
std::string id_of_entry(IdKind kind, std::int64_t entry);
std::optional<std::int64_t> entry_of_id(IdKind kind, std::string_view id);

}  // namespace weir::api::compat
