#include <fmt/format.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "agent/processes/exec_source.h"

namespace weir::agent {
namespace {

// The subscription newer kernels understand: which events to send. Older ones read the first word and send all.
struct Subscription {
  std::uint32_t operation = PROC_CN_MCAST_LISTEN;
  std::uint32_t events = 0;
};
constexpr std::uint32_t exec_event = 0x00000002, exit_event = 0x80000000;

Error kernel_refuses(std::string_view doing) {
  return {Errc::unavailable, fmt::format("process connector: {}: {}", doing, strerror(errno))};
}

// The connector stamps events with the monotonic clock, which stands still while the host sleeps.
std::int64_t boot_ns_of_monotonic(std::uint64_t ns) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return boot_time_ns() - (now.tv_sec * 1'000'000'000LL + now.tv_nsec) + static_cast<std::int64_t>(ns);
}

class NetlinkSource final : public ExecSource {
 public:
  Status subscribe(std::size_t buffer_bytes);
  std::int64_t wait(Duration timeout, const ExecHandlers& handlers) override;

 private:
  Status await_answer();
  Status send(const Subscription& subscription, std::size_t bytes);
  void hand_over(std::string_view bytes, const ExecHandlers& handlers);
  Fd socket_;
};

Status NetlinkSource::send(const Subscription& subscription, std::size_t bytes) {
  nlmsghdr netlink{};
  cn_msg connector{};
  netlink.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + sizeof connector + bytes);
  netlink.nlmsg_type = NLMSG_DONE;
  connector.id = {CN_IDX_PROC, CN_VAL_PROC};
  connector.len = static_cast<std::uint16_t>(bytes);
  std::string message(reinterpret_cast<const char*>(&netlink), NLMSG_HDRLEN);
  message.append(reinterpret_cast<const char*>(&connector), sizeof connector);
  message.append(reinterpret_cast<const char*>(&subscription), bytes);
  if (::send(socket_.number(), message.data(), message.size(), 0) < 0) return kernel_refuses("subscribe");
  return {};
}

Status NetlinkSource::subscribe(std::size_t buffer_bytes) {
  socket_ = Fd(socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!socket_) return kernel_refuses("socket");
  const int bytes = static_cast<int>(buffer_bytes);
  if (setsockopt(socket_.number(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
    setsockopt(socket_.number(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  if (bind(socket_.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return kernel_refuses("bind");
  TRY(send({.events = exec_event | exit_event}, sizeof(Subscription)));
  if (await_answer().ok()) return {};
  TRY(send({}, sizeof(std::uint32_t)));
  return await_answer();
}

// The kernel acknowledges a subscription with an event of no kind and an error number.
Status NetlinkSource::await_answer() {
  for (int i = 0; i < 64; ++i) {
    pollfd waiting{.fd = socket_.number(), .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 300) != 1) break;
    std::array<char, 4096> buffer;
    const ssize_t bytes = recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (bytes < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(cn_msg) + offsetof(proc_event, event_data) + 4))
      continue;
    std::uint32_t what = 0, error = 0;
    const char* event = buffer.data() + NLMSG_HDRLEN + sizeof(cn_msg);
    std::memcpy(&what, event, sizeof what);
    std::memcpy(&error, event + offsetof(proc_event, event_data), sizeof error);
    if (what != proc_event::PROC_EVENT_NONE) continue;
    if (error == 0) return {};
    errno = static_cast<int>(error);
    return kernel_refuses("subscribe");
  }
  return Error{Errc::unavailable, "process connector: the kernel does not answer"};
}

void NetlinkSource::hand_over(std::string_view bytes, const ExecHandlers& handlers) {
  constexpr std::size_t head = NLMSG_HDRLEN + sizeof(cn_msg);
  if (bytes.size() < head + offsetof(proc_event, event_data) + 8) return;
  proc_event event{};
  std::memcpy(&event, bytes.data() + head, std::min(sizeof event, bytes.size() - head));
  const std::int64_t at = boot_ns_of_monotonic(event.timestamp_ns);
  if (event.what == proc_event::PROC_EVENT_EXEC)
    handlers.executed({.pid = event.event_data.exec.process_tgid, .at_ns = at});
  const auto& exit = event.event_data.exit;
  if (event.what == proc_event::PROC_EVENT_EXIT && exit.process_pid == exit.process_tgid)
    handlers.exited({.pid = exit.process_tgid, .at_ns = at});
}

std::int64_t NetlinkSource::wait(Duration timeout, const ExecHandlers& handlers) {
  pollfd waiting{.fd = socket_.number(), .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, static_cast<int>(timeout.micros / 1000)) != 1) return 0;
  std::int64_t lost = 0;
  std::array<char, 4096> buffer;
  for (int i = 0; i < 1024; ++i) {
    const ssize_t bytes = recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (bytes < 0 && errno == ENOBUFS) ++lost;  // the kernel does not say how many
    else if (bytes <= 0) break;
    else hand_over({buffer.data(), static_cast<std::size_t>(bytes)}, handlers);
  }
  return lost;
}

}  // namespace

Result<std::unique_ptr<ExecSource>> open_netlink_source(std::size_t buffer_bytes) {
  auto source = std::make_unique<NetlinkSource>();
  TRY(source->subscribe(buffer_bytes));
  return std::unique_ptr<ExecSource>(std::move(source));
}

}  // namespace weir::agent
