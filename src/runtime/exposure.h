// From where a workload can be reached: what an agent saw that it listens on, in whose network it stands, and what its
// runtime publishes of it; and the word for all that. Nobody here sees firewalls, routers and balancers: "network"
// says that nothing on the host keeps others away.
// Format document: docs/formats/report.md. Values; pure; no thread concerns.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/members.h"

namespace weir::runtime {

enum class Network {
  host,  // the host's own
  own,   // another one: a container's, a pod's
  none,  // one without any way out
};
constexpr auto names_of(Network) { return std::array<std::string_view, 3>{"host", "own", "none"}; }

// From the least to the most.
enum class Reach {
  none,      // nothing listens, or nobody is there to come
  loopback,  // from the host itself alone
  internal,  // from the network of containers it stands in
  unknown,
  network,  // from whoever reaches the host
};
constexpr auto names_of(Reach) {
  return std::array<std::string_view, 5>{"none", "loopback", "internal", "unknown", "network"};
}

inline constexpr std::size_t endpoints_max = 32;         // of one list; those that reach farthest stay
inline constexpr std::size_t exposures_max = 65'536;     // of one report

// Of one instance; unset is not known. Endpoints: "tcp 0.0.0.0:8080", "udp [::1]:53"; published ones say the
// container's own port after an arrow: "tcp 0.0.0.0:8080->80".
struct Exposure {
  std::string instance;
  std::optional<Network> network;
  std::optional<std::vector<std::string>> listens;    // within that network
  std::optional<std::vector<std::string>> published;  // of a container with a network of its own: on the host
  std::int64_t more = 0;                              // endpoints that are left out
  static void members(auto& visit, auto& self) {
    visit("instance", self.instance);
    visit.maybe("network", self.network);
    visit.maybe("listens", self.listens);
    visit.maybe("published", self.published);
    visit.maybe("more", self.more);
  }
  bool operator==(const Exposure&) const = default;
};

// Whether an endpoint's address is one that only the host itself reaches. What can't be read is not.
bool is_loopback(std::string_view endpoint);

// Sorted, each once, those that reach farthest first, at most `endpoints_max`; what is left out is added to `more`.
void settle(std::vector<std::string>& endpoints, std::int64_t& more);

Reach reach_of(const Exposure& exposure);
// "listens on tcp 0.0.0.0:8080 and 2 more in the host's network". Nothing known: "its exposure isn't known".
std::string in_words(const Exposure& exposure);

Status check(std::span<const Exposure> exposures);

}  // namespace weir::runtime
