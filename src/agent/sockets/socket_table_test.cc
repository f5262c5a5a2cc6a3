// The kernel's tables of sockets, as text: what waits for others, and what is of no interest.
#include "agent/sockets/socket_table.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weir::agent {
namespace {

constexpr std::string_view header =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

std::string row(std::string_view local, std::string_view peer, std::string_view state, int inode) {
  return "   0: " + std::string(local) + " " + std::string(peer) + " " + std::string(state) +
         " 00000000:00000000 00:00000000 00000000  1000        0 " + std::to_string(inode) +
         " 1 0000000000000000 100 0 0 10 0\n";
}

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "weir-sockets-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ + "/" + name) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST(SocketTable, addresses_of_both_families_are_read) {
  const auto four = parse_socket_line("0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 1000 0 4711 1");
  ASSERT_TRUE(four);
  EXPECT_EQ(four->address, "127.0.0.1:8080");
  EXPECT_EQ(four->inode, 4711u);
  EXPECT_FALSE(four->has_peer);
  const auto six = parse_socket_line(
      "0: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 0:0 0:0 0 0 0 5 1");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->address, "[::1]:53");
  EXPECT_EQ(six->state, 7);
  const auto peer = parse_socket_line("0: 0100007F:1F90 0200007F:0001 01 0:0 0:0 0 1000 0 4711 1");
  EXPECT_TRUE(peer->has_peer);
}

TEST(SocketTable, a_line_that_makes_no_sense_is_left_out) {
  for (const std::string_view line :
       {"", "sl local_address", "0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 1000 0", "0: 7F:1F90 0:0 0A 0 0 0 0 0 1",
        "0: 0100007F 00000000:0000 0A 0:0 0:0 0 1000 0 4711 1", "0: 0100007G:1F90 00000000:0000 0A 0 0 0 0 0 1",
        "0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 1000 0 -4 1"})
    EXPECT_FALSE(parse_socket_line(line).has_value()) << line;
}

TEST(SocketTable, only_what_waits_for_others_is_kept) {
  const Folder folder;
  folder.write("tcp", std::string(header) + row("00000000:0050", "00000000:0000", "0A", 1) +
                          row("0100007F:0051", "00000000:0000", "0A", 2) +
                          row("0100007F:0051", "0100007F:9999", "01", 3) +
                          row("00000000:0052", "00000000:0000", "0A", 4));  // the kernel lists none there
  folder.write("udp", std::string(header) + row("00000000:0035", "00000000:0000", "07", 5) +
                          row("00000000:9C40", "00000000:0000", "07", 6) +  // 40000: the kernel's choice
                          row("00000000:0036", "0100007F:0035", "07", 7));
  folder.write("dev", "Inter-|\n face |\n    lo: 0 0\n  eth0: 0 0\n");
  const auto table = read_sockets(folder.path(), {});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->endpoints.size(), 3u);
  EXPECT_EQ(table->endpoints.at(1), "tcp 0.0.0.0:80");
  EXPECT_EQ(table->endpoints.at(2), "tcp 127.0.0.1:81");
  EXPECT_EQ(table->endpoints.at(5), "udp 0.0.0.0:53");
  EXPECT_FALSE(table->lonely);
}

TEST(SocketTable, a_network_of_a_loopback_alone_has_no_way_out) {
  const Folder folder;
  EXPECT_FALSE(read_sockets(folder.path(), {}).has_value()) << "nothing can be read";
  folder.write("tcp", std::string(header));
  folder.write("dev", "Inter-|\n face |\n    lo: 0 0\n");
  EXPECT_TRUE(read_sockets(folder.path(), {})->lonely);
}

TEST(SocketTable, its_mark_changes_with_its_sockets) {
  SocketTable a, b;
  a.endpoints = {{1, "tcp 0.0.0.0:1"}, {2, "tcp 0.0.0.0:2"}};
  b.endpoints = {{2, "tcp 0.0.0.0:2"}, {1, "tcp 0.0.0.0:1"}};
  EXPECT_EQ(a.mark(), b.mark());
  b.endpoints.erase(1);
  EXPECT_NE(a.mark(), b.mark());
}

TEST(SocketTable, the_kernels_own_ports_are_as_it_says) {
  EXPECT_EQ(parse_port_range("1024\t2048\n").last, 2048u);
  for (const std::string_view odd : {"", "1", "9 1", "a b", "1 2 3"}) EXPECT_EQ(parse_port_range(odd).first, 32'768u);
}

TEST(SocketTable, more_sockets_than_the_bound_are_cut_and_said) {
  const Folder folder;
  std::string text(header);
  for (std::size_t i = 1; i <= sockets_max + 1; ++i)
    text += row("00000000:0050", "00000000:0000", "0A", static_cast<int>(i));
  folder.write("tcp", text);
  const auto table = read_sockets(folder.path(), {});
  EXPECT_EQ(table->endpoints.size(), sockets_max);
  EXPECT_TRUE(table->cut);
}

}  // namespace weir::agent
