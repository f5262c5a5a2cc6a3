#include "agent/containers/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "agent/containers/procfs.h"
#include "format/json.h"
#include "format/utf8.h"
#include "runtime/host_mounts.h"

namespace weir::agent {
namespace {

using format::Json;
using runtime::Settings;

constexpr std::size_t spec_bytes_max = 4 << 20;
constexpr std::size_t path_bytes_max = 1024, endpoint_bytes_max = 128, ports_max = 4096;
// What only "all capabilities" brings; together with neither filter nor mask it is a privileged container.
constexpr std::array<std::string_view, 4> telling_capabilities{"CAP_SYS_ADMIN", "CAP_SYS_MODULE",
                                                               "CAP_SYS_RAWIO", "CAP_SYS_PTRACE"};
// Where Kubernetes' kubelet and containerd's CRI keep what they mount into every container of a pod, the latter below a
// folder that belongs to the system.
constexpr std::string_view kubelet_pods = "/var/lib/kubelet/pods/",
                           containerd_folder = "/containerd/io.containerd.";
constexpr std::array<std::string_view, 2> system_folders{"/run/", "/var/lib/"};

std::optional<bool> flag(const Json& value) {
  const bool* said = value.boolean();
  return said != nullptr ? std::optional(*said) : std::nullopt;
}

// "user", "uid", "user:group"; empty is root.
bool is_root(std::string_view user) {
  user = user.substr(0, user.find(':'));
  return user == "root" || user.find_first_not_of('0') == user.npos;
}

bool lies_below(std::string_view path, std::string_view folder) {
  return !folder.empty() && path.starts_with(folder) && path.size() > folder.size() &&
         path[folder.size()] == '/';
}

bool is_own(std::string_view source, const OwnFolders& own) {
  if (source.find("/../") != source.npos || source.ends_with("/..")) return false;
  // Whoever starts a container may call it "etc": its folder is known by what stands around the name too.
  const std::string folder = "-containers/" + own.container + "/userdata/";
  if (!own.container.empty() && source.find(folder) != source.npos) return true;
  if (source.starts_with(kubelet_pods) || lies_below(source, own.volumes)) return true;
  const bool is_systems = std::any_of(system_folders.begin(), system_folders.end(),
                                      [&](std::string_view start) { return source.starts_with(start); });
  return is_systems && source.find(containerd_folder) != source.npos;
}

void add_mount(std::vector<std::string>& mounts, std::string_view source) {
  mounts.emplace_back(format::utf8_prefix(source, path_bytes_max));
}

std::vector<std::string> in_order(std::vector<std::string> mounts) {
  std::sort(mounts.begin(), mounts.end());
  mounts.erase(std::unique(mounts.begin(), mounts.end()), mounts.end());
  runtime::keep_first_mounts(mounts);
  return mounts;
}

bool is_bind(const Json& mount) {
  if (mount.text("type") == "bind") return true;
  const auto& options = mount.items("options");
  return std::any_of(options.begin(), options.end(), [](const Json& option) {
    return option.string() != nullptr && (*option.string() == "bind" || *option.string() == "rbind");
  });
}

bool has_all(const Json::Array& capabilities) {
  return std::all_of(telling_capabilities.begin(), telling_capabilities.end(), [&](std::string_view wanted) {
    return std::any_of(capabilities.begin(), capabilities.end(), [&](const Json& each) {
      return each.string() != nullptr && *each.string() == wanted;
    });
  });
}

bool is_privileged(const Json& spec) {
  const Json& system = spec.at("linux");
  return has_all(spec.at("process").at("capabilities").items("bounding")) &&
         system.at("seccomp").object() == nullptr && system.items("maskedPaths").empty();
}

// No such namespace in the list: the host's. One that is joined may be anybody's.
std::optional<bool> shares(const Json& spec, std::string_view kind) {
  for (const Json& each : spec.at("linux").items("namespaces"))
    if (each.text("type") == kind) return each.text("path").empty() ? std::optional(false) : std::nullopt;
  return true;
}

// "container:<id>" and "ns:<path>" join another's, which may be the host's.
std::optional<bool> mode_shares(const Json& host_config, std::string_view mode) {
  const std::string* said = host_config.at(mode).string();
  if (said == nullptr || said->starts_with("container:") || said->starts_with("ns:")) return std::nullopt;
  return *said == "host";
}

// "80/tcp" at {"HostIp":"0.0.0.0","HostPort":"8080"}.
void add_port(std::vector<std::string>& published, std::string_view port, const Json& binding) {
  const std::size_t slash = std::min(port.find('/'), port.size());
  const std::string_view protocol = slash == port.size() ? "tcp" : port.substr(slash + 1);
  std::string address(binding.text("HostIp"));
  if (address.empty()) address = "0.0.0.0";
  if (address.find(':') != address.npos) address = '[' + address + ']';
  const std::string endpoint =
      fmt::format("{} {}:{}->{}", protocol, address, binding.text("HostPort"), port.substr(0, slash));
  if (published.size() < ports_max) published.emplace_back(format::utf8_prefix(endpoint, endpoint_bytes_max));
}

std::optional<bool> shares_with_host(std::int64_t pid, const char* kind) {
  const std::uint64_t own = procfs::namespace_of(pid, kind), hosts = procfs::namespace_of(1, kind);
  if (own == 0 || hosts == 0) return std::nullopt;
  return own == hosts;
}

}  // namespace

std::optional<Settings> settings_of_engine(const Json& inspected) {
  const Json& host = inspected.at("HostConfig");
  if (host.object() == nullptr) return std::nullopt;
  Settings settings{.privileged = flag(host.at("Privileged")),
                    .host_network = mode_shares(host, "NetworkMode"),
                    .host_pid = mode_shares(host, "PidMode"),
                    .host_ipc = mode_shares(host, "IpcMode")};
  if (inspected.at("Config").object() != nullptr)
    settings.run_as_root = is_root(inspected.at("Config").text("User"));
  if (inspected.at("Mounts").array() != nullptr) {
    std::vector<std::string> mounts;
    for (const Json& mount : inspected.items("Mounts"))
      if (mount.text("Type") == "bind") add_mount(mounts, mount.text("Source"));
    settings.host_mounts = in_order(std::move(mounts));
  }
  return settings;
}

std::optional<std::vector<std::string>> published_by_engine(const Json& inspected) {
  const std::string_view mode = inspected.at("HostConfig").text("NetworkMode");
  const Json::Object* ports = inspected.at("NetworkSettings").at("Ports").object();
  if (ports == nullptr || mode.empty() || mode == "host" || mode.starts_with("container:") || mode.starts_with("ns:"))
    return std::nullopt;
  std::vector<std::string> published;
  for (const auto& [port, bindings] : *ports)
    if (bindings.array() != nullptr)
      for (const Json& binding : *bindings.array()) add_port(published, port, binding);
  return published;
}

std::optional<Settings> settings_of_spec(const Json& spec, const OwnFolders& own) {
  if (spec.at("process").object() == nullptr || spec.at("linux").object() == nullptr) return std::nullopt;
  Settings settings{.privileged = is_privileged(spec),
                    .host_network = shares(spec, "network"),
                    .host_pid = shares(spec, "pid"),
                    .host_ipc = shares(spec, "ipc")};
  if (const std::int64_t* user = spec.at("process").at("user").at("uid").integer(); user != nullptr)
    settings.run_as_root = *user == 0;
  std::vector<std::string> mounts;
  for (const Json& mount : spec.items("mounts"))
    if (is_bind(mount) && !is_own(mount.text("source"), own)) add_mount(mounts, mount.text("source"));
  settings.host_mounts = in_order(std::move(mounts));
  return settings;
}

std::optional<Settings> settings_of_bundle(const std::string& bundle, const std::string& container,
                                           std::uint32_t user) {
  const std::filesystem::path folder(bundle);
  const auto found = procfs::read_regular(folder / "config.json", spec_bytes_max);
  if (!found || (found->user != 0 && found->user != user)) return std::nullopt;
  const auto spec = format::parse_json(found->text);
  if (!spec) return std::nullopt;
  // <root>/overlay-containers/<id>/userdata beside <root>/volumes
  const std::filesystem::path store = folder.parent_path().parent_path().parent_path();
  return settings_of_spec(*spec, {.container = container, .volumes = store / "volumes"});
}

std::optional<Settings> with_kernel_facts(std::optional<Settings> said, std::int64_t pid) {
  Settings settings = said.value_or(Settings());
  if (const auto shared = shares_with_host(pid, "net")) settings.host_network = shared;
  if (const auto shared = shares_with_host(pid, "pid")) settings.host_pid = shared;
  if (const auto shared = shares_with_host(pid, "ipc")) settings.host_ipc = shared;
  if (const auto user = procfs::user_of(pid); user && *user == 0) settings.run_as_root = true;
  return settings == Settings() ? std::nullopt : std::optional(std::move(settings));
}

}  // namespace weir::agent
