// The sockets of one network namespace on which somebody waits for others to come: listening TCP, and UDP that is
// bound to a port which somebody chose. Text in, values out; a line that makes no sense is left out.
// Source: proc(5), proc_net_tcp of the kernel's documentation: listening sockets stand before all others, so that
// reading ends where they end. Safe from any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir::agent {

inline constexpr std::size_t sockets_max = 16'384;  // of one namespace

struct PortRange {
  std::uint32_t first = 32'768, last = 60'999;  // that the kernel gives to those who don't care
};
PortRange parse_port_range(std::string_view text);  // of ip_local_port_range; the usual one when it makes no sense

struct SocketLine {
  std::uint64_t inode = 0;
  std::string address;  // "0.0.0.0:80", "[::1]:80"
  std::uint32_t port = 0;
  bool has_peer = false;
  int state = 0;  // as the kernel counts: 10 listens, 7 is unconnected
};
std::optional<SocketLine> parse_socket_line(std::string_view line);

struct SocketTable {
  std::unordered_map<std::uint64_t, std::string> endpoints;  // by inode: "tcp 0.0.0.0:80"
  bool lonely = false;                                       // there is no way out of this namespace
  bool cut = false;                                          // there were more than `sockets_max`
  std::uint64_t mark() const;                                // equal while the same sockets are there
};
// Of /proc/PID/net below `folder`; nullopt when it may not be read.
std::optional<SocketTable> read_sockets(const std::string& folder, const PortRange& chosen_by_kernel);

}  // namespace weir::agent
