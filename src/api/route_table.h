// The parts of the route table, one file per family of resources (routes_NAME.cc), and what their rows share.
#pragma once
#include <array>

#include "api/answers.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "api/routes.h"
#include "store/view_overview.h"

namespace weir::api {

std::span<const Route> server_routes();
std::span<const Route> record_routes();
std::span<const Route> gate_routes();
std::span<const Route> consent_routes();
std::span<const Route> policy_routes();
std::span<const Route> watch_routes();
std::span<const Route> resolve_routes();
std::span<const Route> integration_routes();
std::span<const Route> dependency_track_routes();
std::span<const Route> vulnerability_routes();
std::span<const Route> bill_routes();
std::span<const Route> campaign_routes();

constexpr bool each_has_one_handler([[maybe_unused]] std::span<const Route> rows) {
// Under -fsanitize=undefined GCC takes the address of a function for something that may be null at run time (its bug
// 71962), so nothing can be asserted of it there; every other build does.
#if defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
  return true;
#else
  for (const Route& row : rows)
    if ((row.read != nullptr) + (row.write != nullptr) + (row.batch != nullptr) +
            (row.door == Door::signed_report) !=
        1)
      return false;
  return true;
#endif
}

inline bool always(const http::Request&) { return true; }

inline constexpr Query limit{"limit", QueryKind::limit, "rows at most"};
inline constexpr Query cursor{"cursor", QueryKind::cursor, "the `next` of the page before"};
inline constexpr Query environment{"environment", QueryKind::text, "only of this environment"};
inline constexpr Query artifact{"artifact", QueryKind::digest, "only of this artifact"};
inline constexpr Query flow{"flow", QueryKind::text, "only of this flow"};

template <class E>
inline constexpr auto words = names_of(E{});
template <class E>
inline constexpr Query one_of(std::string_view name, std::string_view summary) {
  return {name, QueryKind::word, summary, words<E>};
}

inline constexpr std::array page_query{limit, cursor};
inline constexpr std::array search_query{
    Query{"q", QueryKind::text, "words, a digest, a commit, or #number of an entry"}};
inline constexpr std::array overview_query{Query{"since", QueryKind::instant, "the last look; else a day ago"}};
inline constexpr std::array artifact_query{limit,
                                    cursor,
                                    flow,
                                    Query{"name", QueryKind::text, "only of this name"},
                                    Query{"digest", QueryKind::digest, "only of this digest"},
                                    Query{"q", QueryKind::text, "only with this in its name"}};
inline constexpr std::array attestation_query{limit, cursor, artifact, flow,
                                       Query{"trail", QueryKind::text, "only of this trail"}};
inline constexpr std::array approval_query{limit, cursor, environment, artifact,
                                    one_of<deploy::ApprovalState>("state", "only in this state")};
inline constexpr Query rollback_query{"rollback", QueryKind::flag, "also what to go back to, as it is now"};
inline constexpr std::array deployment_query{limit,
                                             cursor,
                                             environment,
                                             artifact,
                                             one_of<deploy::DeploymentState>("state", "only in this state"),
                                             rollback_query};
inline constexpr std::array workload_query{Query{"at", QueryKind::moment, "a time or #snapshot; else now"},
                                    Query{"snapshot", QueryKind::moment, "its number; goes before `at`"},
                                    Query{"instances", QueryKind::flag, "each with its instances"},
                                    one_of<runtime::Verdict>("verdict", "only of this verdict"),
                                    Query{"q", QueryKind::text, "only with this in its name"}};
inline constexpr std::array difference_query{
    Query{"from", QueryKind::moment, "a time or #snapshot; must be given"},
    Query{"to", QueryKind::moment, "a time or #snapshot; else now"},
    Query{"environment", QueryKind::text, "of which `to` is; else the same"}};
inline constexpr std::array scope_query{
    Query{"preview", QueryKind::flag, "say what it would silence; record nothing"}};
inline constexpr std::array reporter_query{limit, cursor, environment};
inline constexpr std::array incident_query{limit, cursor, environment,
                                    one_of<alert::State>("state", "only in this state")};
inline constexpr std::array alert_query{limit, cursor, environment,
                                 one_of<alert::State>("state", "only in this state"),
                                 Query{"incident", QueryKind::number, "only of this incident"}};
inline constexpr std::array delivery_query{limit, cursor, Query{"channel", QueryKind::text, "only of this channel"},
                                    one_of<store::DeliveryState>("state", "only in this state")};
inline constexpr std::array entry_query{Query{"from", QueryKind::number, "the first entry; else the last ones"},
                                 limit};

}  // namespace weir::api
