#include "http_load.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <deque>

namespace weir::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using SteadyTime = SteadyClock::time_point;

struct Peer {
  int fd = -1;
  std::uint64_t number = 0;
  std::string out, in;
  SteadyTime due;
};

class Load {
 public:
  explicit Load(const LoadPlan& plan) : plan_(plan), peers_(plan.connections) {}
  ~Load() {
    for (const Peer& peer : peers_)
      if (peer.fd >= 0) ::close(peer.fd);
    if (epoll_ >= 0) ::close(epoll_);
  }

  Result<LoadResult> run() {
    TRY(connect_all());
    const SteadyTime begun = SteadyClock::now();
    measure_from_ = begun + std::chrono::microseconds(plan_.warm_up.micros);
    until_ = measure_from_ + std::chrono::microseconds(plan_.time.micros);
    next_due_ = begun;
    for (Peer& peer : peers_) idle_.push_back(&peer);
    while (SteadyClock::now() < until_) TRY(step());
    result_.seconds = static_cast<double>(plan_.time.micros) / 1e6;
    std::ranges::sort(result_.latency_us);
    return std::move(result_);
  }

 private:
  static Error failed(std::string_view what) {
    return {Errc::unavailable, fmt::format("{}: {}", what, std::strerror(errno))};
  }

  Status connect_all() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (Peer& peer : peers_) {
      peer.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (::connect(peer.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failed("connect");
      const int on = 1;
      ::setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &peer}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.fd, &event);
    }
    return {};
  }

  Status step() {
    const SteadyTime now = SteadyClock::now();
    while (!idle_.empty() && (plan_.requests_per_second <= 0 || next_due_ <= now)) {
      Peer& peer = *idle_.front();
      idle_.pop_front();
      TRY(send(peer, plan_.requests_per_second <= 0 ? now : next_due_));
      if (plan_.requests_per_second > 0)
        next_due_ += std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / plan_.requests_per_second));
    }
    std::array<epoll_event, 256> events;
    const auto wait = plan_.requests_per_second > 0 ? std::max(next_due_ - now, SteadyClock::duration{})
                                                    : std::chrono::milliseconds(10);
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::min<SteadyClock::duration>(wait, std::chrono::milliseconds(10)));
    const timespec timeout{.tv_sec = 0, .tv_nsec = nanoseconds.count()};
    const int count = ::epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
    for (int i = 0; i < count; ++i)
      TRY(receive(*static_cast<Peer*>(events[static_cast<std::size_t>(i)].data.ptr)));
    return {};
  }

  Status send(Peer& peer, SteadyTime due) {
    peer.out.clear();
    plan_.make_request(static_cast<std::size_t>(&peer - peers_.data()), peer.number++, peer.out);
    peer.due = due;
    for (std::string_view rest = peer.out; !rest.empty();) {
      const ssize_t sent = ::send(peer.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0) return failed("send");
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }

  Status receive(Peer& peer) {
    std::array<char, 16 * 1024> piece;
    const ssize_t count = ::recv(peer.fd, piece.data(), piece.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (count <= 0) return Error{Errc::unavailable, "the server closed a connection"};
    peer.in.append(piece.data(), static_cast<std::size_t>(count));
    const std::size_t head = peer.in.find("\r\n\r\n");
    if (head == peer.in.npos) return {};
    std::size_t length = 0;
    constexpr std::string_view field = "content-length: ";
    if (const std::size_t at = peer.in.find(field); at < head)
      std::from_chars(peer.in.data() + at + field.size(), peer.in.data() + head, length);
    if (peer.in.size() < head + 4 + length) return {};
    finished(peer);
    peer.in.clear();
    idle_.push_back(&peer);
    return {};
  }

  void finished(const Peer& peer) {
    const SteadyTime now = SteadyClock::now();
    if (now < measure_from_ || now >= until_) return;
    if (peer.in[9] != '2') {
      ++result_.failures;
      return;
    }
    ++result_.answers;
    const auto latency = std::chrono::duration_cast<std::chrono::microseconds>(now - peer.due);
    result_.latency_us.push_back(static_cast<std::uint32_t>(latency.count()));
  }

  const LoadPlan& plan_;
  std::vector<Peer> peers_;
  std::deque<Peer*> idle_;
  int epoll_ = -1;
  SteadyTime measure_from_, until_, next_due_;
  LoadResult result_;
};

}  // namespace

std::uint32_t LoadResult::percentile(double p) const {
  if (latency_us.empty()) return 0;
  const auto index = static_cast<std::size_t>(p / 100 * static_cast<double>(latency_us.size() - 1));
  return latency_us[index];
}

Result<LoadResult> run_load(const LoadPlan& plan) { return Load(plan).run(); }

std::string to_string(const LoadResult& result) {
  return fmt::format("{:.0f} requests/s, {} answers, {} failures, latency p50 {} us, p99 {} us, p99.9 {} us",
                     result.per_second(), result.answers, result.failures, result.percentile(50),
                     result.percentile(99), result.percentile(99.9));
}

void append_post(std::string& out, std::string_view path, std::string_view body, std::string_view more) {
  fmt::format_to(std::back_inserter(out),
                 "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{}content-length: "
                 "{}\r\n\r\n{}",
                 path, more, body.size(), body);
}

}  // namespace weir::bench
