// Of Dependency-Track's clients. Paths are theirs; who may do what is ours.
#include "api/compat/dependency_track.h"
#include "api/route_table.h"

namespace weir::api {
namespace {

using access::Permission;

constexpr std::size_t upload_bytes_max = limits::blob_bytes_max / 3 * 4 + limits::request_body_bytes_max;
constexpr std::array lookup_query{Query{"name", QueryKind::text, "of the project"},
                                  Query{"version", QueryKind::text, "of the project"}};
constexpr std::array projects_query{
    limit,
    Query{"page", QueryKind::number, "from 1"},
    Query{"pageSize", QueryKind::number, "rows of a page"},
    Query{"pageNumber", QueryKind::number, "from 1"},
    Query{"sortName", QueryKind::text, "the newest come first, whatever it says"},
    Query{"sortOrder", QueryKind::text, "likewise"},
    Query{"excludeInactive", QueryKind::flag, "none is inactive"}};

constexpr Route upload(std::string_view method) {
  return {.method = method,
          .pattern = "/api/v1/bom",
          .door = Door::api_key,
          .permission = Permission::record,
          .write = compat::dependency_track_upload,
          .summary = "Dependency-Track: upload a bill of materials",
          .answer = {Form::beside},
          .body_bytes_max = upload_bytes_max,
          .decoding_waits = always,
          .retell = compat::retell_dependency_track};
}

constexpr Route look(std::string_view pattern, ReadHandler handler, std::string_view summary,
                     std::span<const Query> query = {}) {
  return {.method = "GET",
          .pattern = pattern,
          .door = Door::api_key,
          .read = handler,
          .summary = summary,
          .query = query,
          .retell = compat::retell_dependency_track};
}

constexpr std::array rows{
    Route{.method = "GET",
          .pattern = "/api/version",
          .door = Door::open,
          .read = compat::dependency_track_about,
          .summary = "Dependency-Track: which version of its API this is",
          .retell = compat::retell_dependency_track},
    upload("PUT"),
    upload("POST"),
    look("/api/v1/bom/token/{uuid}", compat::dependency_track_progress,
         "Dependency-Track: is an upload processing"),
    look("/api/v1/event/token/{uuid}", compat::dependency_track_progress,
         "Dependency-Track: is an upload processing"),
    look("/api/v1/project/lookup", compat::dependency_track_lookup,
         "Dependency-Track: a project by name and version", lookup_query),
    look("/api/v1/project/{uuid}", compat::dependency_track_project, "Dependency-Track: a project by its id"),
    look("/api/v1/project", compat::dependency_track_projects, "Dependency-Track: projects", projects_query),
    look("/api/v1/team/self", compat::dependency_track_team, "Dependency-Track: what the key may do"),
};
static_assert(each_has_one_handler(rows));

}  // namespace

std::span<const Route> dependency_track_routes() { return rows; }

}  // namespace weir::api
