// What this very process, and others in networks of their own, listen on; and what is told of it.
#include "agent/sockets/exposure_collector.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "agent/processes/fd.h"

namespace weir::agent {
namespace {

Fd listen_on(const char* address) {
  Fd file(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  inet_pton(AF_INET, address, &at.sin_addr);
  if (bind(file.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) return Fd();
  if (::listen(file.number(), 4) != 0) return Fd();
  return file;
}

std::string endpoint_of(const Fd& file) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  getsockname(file.number(), reinterpret_cast<sockaddr*>(&at), &size);
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &at.sin_addr, text, sizeof text);
  return "tcp " + std::string(text) + ":" + std::to_string(ntohs(at.sin_port));
}

SocketOptions of_pid(std::int64_t wanted, std::string instance) {
  SocketOptions options;
  options.instance_of = [wanted, instance](std::int64_t pid) {
    return pid == wanted ? std::optional(InstanceFound{.id = instance, .is_shared = instance.starts_with('c')})
                         : std::nullopt;
  };
  return options;
}

std::map<std::string, runtime::Exposure> exposures(SocketLook& sockets) {
  std::map<std::string, runtime::Exposure> all;
  sockets.look([&](runtime::Exposure exposure) {
    const std::string instance = exposure.instance;
    EXPECT_TRUE(all.emplace(instance, std::move(exposure)).second) << instance << " is told twice";
  });
  return all;
}
std::map<std::string, runtime::Exposure> exposures(const SocketOptions& options) {
  SocketLook sockets(options);
  return exposures(sockets);
}

bool holds(const runtime::Exposure& exposure, const std::string& endpoint) {
  return exposure.listens && std::ranges::count(*exposure.listens, endpoint) == 1;
}

// A child in a network of its own, which has nothing but a loopback there. Nothing where that is not allowed.
class Hermit {
 public:
  Hermit() {
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      const char said = unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
      (void)!write(ready[1], &said, 1);
      ::pause();
      _exit(0);
    }
    char said = 'n';
    (void)!read(ready[0], &said, 1);
    is_alone_ = said == 'y';
    close(ready[0]), close(ready[1]);
  }
  ~Hermit() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  bool is_alone() const { return is_alone_; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  bool is_alone_ = false;
};

class Ear final : public Sink {
 public:
  void started(runtime::Instance) override {}
  void ended(runtime::Ended) override {}
  void counted(runtime::RunCount) override {}
  void lost(std::int64_t) override {}
  void exposed(runtime::Exposure exposure) override {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(exposure));
    heard_.notify_all();
  }
  bool await(std::size_t count) {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, std::chrono::seconds(20), [&] { return all_.size() >= count; });
  }
  std::vector<runtime::Exposure> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<runtime::Exposure> all_;
};

}  // namespace

TEST(SocketLook, sees_what_a_process_listens_on_as_it_comes_and_goes) {
  SocketLook sockets(of_pid(getpid(), "me"));
  EXPECT_EQ(exposures(sockets).at("me").network, runtime::Network::host);
  Fd own = listen_on("127.0.0.1"), all = listen_on("0.0.0.0");
  ASSERT_TRUE(own && all);
  const runtime::Exposure both = exposures(sockets).at("me");
  EXPECT_TRUE(holds(both, endpoint_of(own)));
  EXPECT_TRUE(holds(both, endpoint_of(all)));
  EXPECT_EQ(reach_of(both), runtime::Reach::network);
  const std::string gone = endpoint_of(all);
  all = Fd();
  EXPECT_FALSE(holds(exposures(sockets).at("me"), gone));
}

TEST(SocketLook, a_handle_is_read_once_while_nothing_changes) {
  Fd own = listen_on("127.0.0.1");
  SocketLook sockets(of_pid(getpid(), "me"));
  for (int look = 0; look < 3; ++look) EXPECT_TRUE(holds(exposures(sockets).at("me"), endpoint_of(own)));
}

TEST(SocketLook, who_is_no_instance_or_too_young_is_not_told) {
  EXPECT_TRUE(exposures(of_pid(-1, "nobody")).empty());
  SocketOptions options = of_pid(getpid(), "me");
  options.age_min = days(10'000);
  EXPECT_TRUE(exposures(options).empty());
}

TEST(SocketLook, a_network_of_ones_own_is_reached_by_what_its_runtime_publishes) {
  const Hermit hermit;
  if (!hermit.is_alone()) GTEST_SKIP() << "a network of its own needs root";
  SocketOptions options = of_pid(hermit.pid(), "c1");
  EXPECT_EQ(exposures(options).at("c1").network, runtime::Network::none);
  std::vector<ContainerNetwork> said{{.id = "c1", .host_network = false, .published = std::nullopt},
                                     {.id = "c2", .host_network = true, .published = std::nullopt},
                                     {.id = "c3",
                                      .host_network = false,
                                      .published = std::vector<std::string>{"tcp 0.0.0.0:8080->80"}}};
  options.containers = [&said] { return said; };
  const auto seen = exposures(options);
  EXPECT_EQ(reach_of(seen.at("c1")), runtime::Reach::none);
  EXPECT_EQ(reach_of(seen.at("c2")), runtime::Reach::unknown) << "no process of it is to be seen";
  EXPECT_EQ(reach_of(seen.at("c3")), runtime::Reach::network);
}

TEST(ExposureCollector, tells_what_is_new_at_once_and_the_same_reach_when_it_has_rested) {
  Fd first = listen_on("127.0.0.1");
  ExposureOptions options{.sockets = of_pid(getpid(), "me"),
                          .interval = milliseconds(5),
                          .restless = hours(1),
                          .cost_share = 0};
  const SystemClock clock;
  ExposureCollector collector(options, clock);
  Ear ear;
  {
    std::jthread watching([&](std::stop_token stop) { collector.watch(ear, stop); });
    ASSERT_TRUE(ear.await(1));
    const Fd quiet = listen_on("127.0.0.1");  // it reaches no farther
    const Fd loud = listen_on("0.0.0.0");
    ASSERT_TRUE(ear.await(2));
    collector.survey_again();
    ASSERT_TRUE(ear.await(3));
  }
  const auto all = ear.all();
  EXPECT_EQ(reach_of(all.at(0)), runtime::Reach::loopback);
  EXPECT_TRUE(reach_of(all.at(1)) == runtime::Reach::network) << format::encode(all.at(1));
  EXPECT_EQ(all.at(2).instance, "me");
  EXPECT_EQ(collector.sources().front().watches, "sockets");
}

}  // namespace weir::agent
