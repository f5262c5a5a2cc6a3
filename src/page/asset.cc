#include "page/asset.h"

#include <algorithm>
#include <array>

namespace weir::page {
namespace {

// The first parts of the addresses that the page routes itself (ui/src/shell/routes.tsx).
constexpr std::array<std::string_view, 22> places{
    "environments",    "flows",        "artifacts",  "approvals", "approval-requests",
    "exceptions",      "policies",     "decisions",  "windows",   "alerts",
    "incidents",       "ledger",       "settings",   "wall",      "policy-proposals",
    "vulnerabilities", "where",        "components", "campaigns", "advisories",
    "impact",          "integrations",
};

bool is_place(std::string_view path) {
  if (path == "/") return true;
  if (!path.starts_with('/')) return false;
  const auto first = path.substr(1, path.find('/', 1) - 1);
  return std::ranges::find(places, first) != places.end();
}

}  // namespace

std::optional<Asset> find_asset(std::string_view path) {
  const auto wanted = is_place(path) ? std::string_view("/index.html") : path;
  const auto assets = all_assets();
  const auto found = std::ranges::find(assets, wanted, &Asset::path);
  if (found == assets.end()) return std::nullopt;
  return *found;
}

}  // namespace weir::page
