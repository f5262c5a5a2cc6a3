#include "agent/sockets/socket_look.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/containers/procfs.h"
#include "agent/processes/process_facts.h"

namespace weir::agent {
namespace {

constexpr std::uint64_t handles_each = 30;  // looks after which all handles are read again
constexpr std::size_t handles_max = 65'536, namespaces_max = 4'096;
constexpr std::size_t sockets_of_one_max = 4'096;

// "net:[4026531840]", "socket:[123]"
std::uint64_t number_in(std::string_view text, std::string_view kind) {
  if (!text.starts_with(kind) || !text.ends_with(']')) return 0;
  text.remove_prefix(kind.size());
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size() - 1, value);
  return read.ec == std::errc() ? value : 0;
}

std::uint64_t network_at(const std::string& link) {
  std::array<char, 64> target;
  const ssize_t bytes = readlink(link.c_str(), target.data(), target.size());
  return bytes <= 0 ? 0 : number_in({target.data(), static_cast<std::size_t>(bytes)}, "net:[");
}

bool is_ripe(const StatLine& stat, Duration age_min) {
  return boot_time_ns() - boot_ns_of_ticks(stat.start_ticks) >= age_min.micros * 1000;
}

}  // namespace

SocketLook::Namespace* SocketLook::namespace_of(std::int64_t pid, std::uint64_t network, SocketsSeen& seen) {
  const auto [at, added] = namespaces_.try_emplace(network);
  Namespace& space = at->second;
  if (!added && space.seen == looks_) return &space;
  auto table = read_sockets(fmt::format("{}/{}/net", options_.proc, pid), chosen_by_kernel_);
  if (!table || namespaces_.size() > namespaces_max) {
    seen.cut |= table.has_value();
    if (added) namespaces_.erase(at);
    return nullptr;
  }
  space.changed = added || table->mark() != space.table.mark();
  space.table = std::move(*table);
  space.seen = looks_;
  seen.cut |= space.table.cut;
  return &space;
}

void SocketLook::read_handles(std::int64_t pid, const SocketTable& table, SocketsSeen& seen) {
  handles_.erase(pid);
  DIR* handles = opendir(fmt::format("{}/{}/fd", options_.proc, pid).c_str());
  if (handles == nullptr) {
    handles_[pid].hidden = true;
    return;
  }
  Handles found;
  std::size_t looked = 0;
  std::array<char, 64> target;
  while (const dirent* entry = table.endpoints.empty() ? nullptr : readdir(handles)) {
    if (entry->d_name[0] == '.') continue;
    if (++looked > handles_max || found.sockets.size() >= sockets_of_one_max) {
      seen.cut = true;
      break;
    }
    const ssize_t bytes = readlinkat(dirfd(handles), entry->d_name, target.data(), target.size());
    if (bytes <= 0) continue;
    const std::uint64_t inode = number_in({target.data(), static_cast<std::size_t>(bytes)}, "socket:[");
    if (inode != 0 && table.endpoints.contains(inode)) found.sockets.push_back(inode);
  }
  closedir(handles);
  if (!found.sockets.empty()) handles_[pid] = std::move(found);
}

// A process whose pid was given away between two looks has another start.
void SocketLook::look_at(std::int64_t pid, SocketsSeen& seen, const TellExposure& tell) {
  const auto folder = ProcessFolder::open(options_.proc, pid);
  if (!folder) return;
  const auto stat = parse_stat_line(folder->read("stat").value_or(""));
  if (!stat || stat->kernel_thread || stat->state == 'Z' || !is_ripe(*stat, options_.age_min)) return;
  const auto instance = options_.instance_of(pid);
  if (!instance) return;
  const std::uint64_t network = network_at(fmt::format("{}/{}/ns/net", options_.proc, pid));
  const Namespace* space = network == 0 ? nullptr : namespace_of(pid, network, seen);
  if (space == nullptr) {
    seen.hidden += folder->read("stat") ? 1 : 0;  // else it has ended
    return;
  }
  Known& known = known_[pid];
  const bool same = known.seen != 0 && known.start_ticks == stat->start_ticks && known.network == network;
  const auto before = handles_.find(pid);
  const bool was_hidden = before != handles_.end() && before->second.hidden;
  if (!same || was_hidden || space->changed || looks_ % handles_each == 1) read_handles(pid, space->table, seen);
  known = {stat->start_ticks, static_cast<std::uint32_t>(network), looks_};
  const auto handles = handles_.find(pid);
  if (handles != handles_.end() && handles->second.hidden) ++seen.hidden;
  add(*instance, network, handles == handles_.end() ? nullptr : &handles->second, tell);
}

// What one process alone is, in the host's network, is told at once: there may be very many.
void SocketLook::add(const InstanceFound& instance, std::uint64_t network, const Handles* handles,
                     const TellExposure& tell) {
  const bool waits = instance.is_shared || network != host_network_;
  Standing alone;
  Standing& standing = waits ? standing_[instance.id] : alone;
  if (standing.network == 0) standing.network = network;
  standing.hidden |= handles != nullptr && handles->hidden;
  const SocketTable& table = namespaces_.at(network).table;
  if (handles != nullptr)
    for (const std::uint64_t inode : handles->sockets)
      if (const auto found = table.endpoints.find(inode); found != table.endpoints.end())
        standing.listens.push_back(found->second);
  if (!waits) tell(exposure_of(instance.id, standing));
}

runtime::Exposure SocketLook::exposure_of(const std::string& instance, const Standing& standing) const {
  runtime::Exposure exposure{.instance = instance};
  const auto space = namespaces_.find(standing.network);
  const bool lonely = space != namespaces_.end() && space->second.table.lonely;
  if (standing.network == host_network_) exposure.network = runtime::Network::host;
  else exposure.network = lonely ? runtime::Network::none : runtime::Network::own;
  if (standing.hidden) return exposure;
  exposure.listens = standing.listens;
  runtime::settle(*exposure.listens, exposure.more);
  return exposure;
}

// What a runtime publishes leads into a namespace, which containers and their strangers share.
void SocketLook::tell_standing(const TellExposure& tell) const {
  std::unordered_map<std::uint64_t, std::vector<std::string>> published;
  std::vector<ContainerNetwork> containers;
  if (options_.containers) containers = options_.containers();
  for (const ContainerNetwork& container : containers) {
    const auto standing = standing_.find(container.id);
    if (standing != standing_.end()) {
      if (!container.published) continue;
      auto& all = published[standing->second.network];
      all.insert(all.end(), container.published->begin(), container.published->end());
      continue;
    }
    runtime::Exposure exposure{.instance = container.id};  // no process of it is to be seen
    if (container.host_network)
      exposure.network = *container.host_network ? runtime::Network::host : runtime::Network::own;
    exposure.published = container.published;
    if (exposure.published) runtime::settle(*exposure.published, exposure.more);
    tell(std::move(exposure));
  }
  for (const auto& [instance, standing] : standing_) {
    runtime::Exposure exposure = exposure_of(instance, standing);
    const auto led = published.find(standing.network);
    if (exposure.network == runtime::Network::own && led != published.end()) {
      exposure.published = led->second;
      runtime::settle(*exposure.published, exposure.more);
    }
    tell(std::move(exposure));
  }
}

SocketsSeen SocketLook::look(const TellExposure& tell) {
  ++looks_;
  SocketsSeen seen;
  standing_.clear();
  host_network_ = network_at(options_.proc + "/1/ns/net");
  if (host_network_ == 0) host_network_ = network_at(options_.proc + "/self/ns/net");
  chosen_by_kernel_ = parse_port_range(
      procfs::read(options_.proc + "/sys/net/ipv4/ip_local_port_range", 64).value_or(""));
  for (const std::int64_t pid : list_processes(options_.proc)) look_at(pid, seen, tell);
  tell_standing(tell);
  standing_.clear();
  std::erase_if(known_, [&](const auto& entry) { return entry.second.seen != looks_; });
  std::erase_if(handles_, [&](const auto& entry) { return !known_.contains(entry.first); });
  std::erase_if(namespaces_, [&](const auto& entry) { return entry.second.seen != looks_; });
  return seen;
}

}  // namespace weir::agent
