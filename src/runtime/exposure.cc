#include "runtime/exposure.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "base/name.h"

namespace weir::runtime {
namespace {

constexpr std::array<std::string_view, 3> loopback_starts{"127.", "[::1]:", "[::ffff:127."};
constexpr std::size_t endpoint_bytes_max = 128;

using Endpoints = std::optional<std::vector<std::string>>;

bool all_loopback(const std::vector<std::string>& endpoints) {
  return std::ranges::all_of(endpoints, is_loopback);
}

// In the host's own network an address is what it says.
Reach reach_on_host(const Endpoints& listens) {
  if (!listens) return Reach::unknown;
  if (listens->empty()) return Reach::none;
  return all_loopback(*listens) ? Reach::loopback : Reach::network;
}

// In a network of its own: what listens on its loopback is reached by itself alone. What leads into that network from
// outside only its runtime knows.
Reach reach_in_own(const Exposure& exposure) {
  if (exposure.published && !exposure.published->empty() && !all_loopback(*exposure.published))
    return Reach::network;
  if (exposure.listens && all_loopback(*exposure.listens))
    return exposure.listens->empty() ? Reach::none : Reach::loopback;
  if (!exposure.published) return Reach::unknown;
  return Reach::internal;
}

std::string listed(const std::vector<std::string>& endpoints, std::int64_t more) {
  constexpr std::size_t shown = 2;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, endpoints.size()); ++i)
    text += (i == 0 ? "" : ", ") + endpoints[i];
  const auto rest = static_cast<std::int64_t>(endpoints.size() - std::min(shown, endpoints.size())) + more;
  return rest > 0 ? fmt::format("{} and {} more", text, rest) : text;
}

}  // namespace

bool is_loopback(std::string_view endpoint) {
  const std::size_t space = endpoint.find(' ');
  if (space == endpoint.npos) return false;
  const std::string_view address = endpoint.substr(space + 1);
  return std::ranges::any_of(loopback_starts,
                             [&](std::string_view start) { return address.starts_with(start); });
}

void settle(std::vector<std::string>& endpoints, std::int64_t& more) {
  std::ranges::sort(endpoints, {}, [](const std::string& each) {
    return std::pair<bool, std::string_view>(is_loopback(each), each);
  });
  const auto twice = std::ranges::unique(endpoints);
  endpoints.erase(twice.begin(), twice.end());
  if (endpoints.size() <= endpoints_max) return;
  more += static_cast<std::int64_t>(endpoints.size() - endpoints_max);
  endpoints.resize(endpoints_max);
}

Reach reach_of(const Exposure& exposure) {
  if (!exposure.network) return Reach::unknown;
  switch (*exposure.network) {
    case Network::none:
      return Reach::none;
    case Network::host:
      return reach_on_host(exposure.listens);
    case Network::own:
      return reach_in_own(exposure);
  }
  return Reach::unknown;
}

std::string in_words(const Exposure& exposure) {
  if (!exposure.network) return "its exposure isn't known";
  if (exposure.network == Network::none) return "has no network";
  const std::string_view whose = exposure.network == Network::host ? "the host's network" : "a network of its own";
  if (exposure.published && !exposure.published->empty())
    return fmt::format("published on {}", listed(*exposure.published, exposure.more));
  if (!exposure.listens) return fmt::format("stands in {}; what it listens on isn't known", whose);
  if (exposure.listens->empty()) return fmt::format("listens on nothing in {}", whose);
  const std::string on = fmt::format("listens on {} in {}", listed(*exposure.listens, exposure.more), whose);
  if (exposure.network == Network::host) return on;
  return on + (exposure.published ? "; nothing of it is published" : "; what leads there isn't known");
}

Status check(std::span<const Exposure> exposures) {
  if (exposures.size() > exposures_max)
    return invalid(fmt::format("a report has at most {} exposures", exposures_max), "exposures");
  const auto fits = [](const Endpoints& endpoints) {
    return !endpoints || (endpoints->size() <= endpoints_max && std::ranges::all_of(*endpoints, [](const auto& each) {
                            return !each.empty() && each.size() <= endpoint_bytes_max;
                          }));
  };
  for (const Exposure& exposure : exposures) {
    TRY(check_title(exposure.instance, "exposures.instance"));
    if (!fits(exposure.listens) || !fits(exposure.published))
      return invalid(fmt::format("at most {} endpoints of 1 to {} bytes", endpoints_max, endpoint_bytes_max),
                     "exposures");
    if (exposure.more < 0) return invalid("'more' is a count", "exposures.more");
  }
  return {};
}

}  // namespace weir::runtime
