#include "agent/sockets/socket_table.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <functional>
#include <vector>

#include "agent/processes/fd.h"

namespace weir::agent {
namespace {

constexpr int listens = 10, unconnected = 7;
constexpr std::size_t chunk_bytes = 32 * 1024, table_bytes_max = 4 << 20;
constexpr std::string_view loopback_device = "lo";

template <typename Number>
std::optional<Number> number(std::string_view text, int base) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == line.npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

struct Address {
  std::string text;
  std::uint32_t port = 0;
  bool is_zero = true;
};

// Words of 32 bits as this machine reads them from memory, in which they stand in the network's order.
std::optional<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  const auto port = number<std::uint32_t>(text.substr(colon + 1), 16);
  if (!port) return std::nullopt;
  std::array<unsigned char, 16> bytes{};
  for (std::size_t at = 0; at < colon; at += 8) {
    const auto word = number<std::uint32_t>(text.substr(at, 8), 16);
    if (!word) return std::nullopt;
    std::memcpy(bytes.data() + at / 2, &*word, 4);
  }
  const bool old = colon == 8;
  std::array<char, INET6_ADDRSTRLEN> printed{};
  inet_ntop(old ? AF_INET : AF_INET6, bytes.data(), printed.data(), printed.size());
  return Address{.text = old ? fmt::format("{}:{}", printed.data(), *port)
                             : fmt::format("[{}]:{}", printed.data(), *port),
                 .port = *port,
                 .is_zero = *port == 0 && bytes == std::array<unsigned char, 16>{}};
}

enum class Next { go_on, enough };

// The lines after the first, which names the columns. False when the file can't be opened.
bool each_row(const std::string& path, const std::function<Next(std::string_view)>& take) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  std::string text;
  std::size_t all = 0, rows = 0;
  std::array<char, chunk_bytes> chunk;
  while (all < table_bytes_max) {
    const ssize_t bytes = ::read(file.number(), chunk.data(), chunk.size());
    if (bytes <= 0) return true;
    all += static_cast<std::size_t>(bytes);
    text.append(chunk.data(), static_cast<std::size_t>(bytes));
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', begin)) {
      if (rows++ > 0 && take(std::string_view(text).substr(begin, end - begin)) == Next::enough) return true;
      begin = end + 1;
    }
    text.erase(0, begin);
  }
  return true;
}

struct TableFile {
  std::string_view name, protocol;
  bool tcp;
};
constexpr std::array table_files{TableFile{"tcp", "tcp", true}, TableFile{"tcp6", "tcp", true},
                                 TableFile{"udp", "udp", false}, TableFile{"udp6", "udp", false}};

bool is_chosen(const SocketLine& line, const PortRange& by_kernel) {
  return line.state == unconnected && !line.has_peer && line.port != 0 &&
         (line.port < by_kernel.first || line.port > by_kernel.last);
}

bool has_only_loopback(const std::string& folder) {
  bool others = false;
  std::size_t header = 1;  // this file has two lines of it
  const bool read = each_row(folder + "/dev", [&](std::string_view line) {
    if (header-- == 1) return Next::go_on;
    header = 0;
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view name = line.substr(begin, line.find(':') - begin);
    others |= name != loopback_device;
    return others ? Next::enough : Next::go_on;
  });
  return read && !others;
}

}  // namespace

PortRange parse_port_range(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto words = words_of(text);
  if (words.size() != 2) return {};
  const auto first = number<std::uint32_t>(words[0], 10), last = number<std::uint32_t>(words[1], 10);
  if (!first || !last || *first > *last) return {};
  return {*first, *last};
}

std::optional<SocketLine> parse_socket_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() < 10) return std::nullopt;
  const auto own = parse_address(words[1]), peer = parse_address(words[2]);
  const auto state = number<int>(words[3], 16);
  const auto inode = number<std::uint64_t>(words[9], 10);
  if (!own || !peer || !state || !inode) return std::nullopt;
  return SocketLine{*inode, own->text, own->port, !peer->is_zero, *state};
}

std::uint64_t SocketTable::mark() const {
  std::uint64_t sum = endpoints.size();
  for (const auto& [inode, endpoint] : endpoints) sum += inode * 0x9E3779B97F4A7C15u;  // in any order
  return sum;
}

std::optional<SocketTable> read_sockets(const std::string& folder, const PortRange& chosen_by_kernel) {
  SocketTable table;
  bool any = false;
  for (const TableFile& file : table_files)
    any |= each_row(fmt::format("{}/{}", folder, file.name), [&](std::string_view text) {
      const auto line = parse_socket_line(text);
      if (!line) return Next::go_on;
      if (file.tcp && line->state != listens) return Next::enough;
      if (!file.tcp && !is_chosen(*line, chosen_by_kernel)) return Next::go_on;
      table.cut |= table.endpoints.size() >= sockets_max;
      if (table.cut) return Next::enough;
      table.endpoints.emplace(line->inode, fmt::format("{} {}", file.protocol, line->address));
      return Next::go_on;
    });
  if (!any) return std::nullopt;
  table.lonely = has_only_loopback(folder);
  return table;
}

}  // namespace weir::agent
