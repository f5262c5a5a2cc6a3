// Small keep-alive requests over 256 connections to a server with one io thread whose answers come from another thread
// in batches, as the sequencer gives them; the load generator runs in the same process, on the same cores. Then the
// time to route one path. Prints one line each.
#include <fmt/format.h>

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

#include "http/router.h"
#include "http/server.h"
#include "http_load.h"

namespace weir::bench {
namespace {

// Answers whatever queued up, together, as a batch of the sequencer does.
class Batcher {
 public:
  void take(http::Respond respond) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(respond));
    if (waiting_.size() == 1) filled_.notify_one();
  }
  double batch_mean() const {
    return batches_ > 0 ? static_cast<double>(answers_) / static_cast<double>(batches_) : 0;
  }

 private:
  void run(std::stop_token stop) {
    std::vector<http::Respond> batch;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, stop, [&] { return !waiting_.empty(); });
        if (stop.stop_requested()) return;
        batch.swap(waiting_);
      }
      ++batches_;
      answers_ += batch.size();
      for (http::Respond& respond : batch) respond({.status = 201, .body = std::string(700, 'r')});
      batch.clear();
    }
  }
  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::vector<http::Respond> waiting_;
  std::uint64_t batches_ = 0, answers_ = 0;
  std::jthread thread_{[this](std::stop_token stop) { run(stop); }};
};

Status bench_server() {
  Batcher batcher;
  auto server = http::Server::start(
      {}, [&](http::Request, http::Respond respond) { batcher.take(std::move(respond)); });
  if (!server.ok()) return server.error();
  const std::string body = fmt::format(
      "{{\"artifact\":\"sha256:{}\",\"environment\":\"host\",\"reason\":\"bench\"}}", std::string(64, 'a'));
  const LoadPlan plan{
      .port = server->port(),
      .make_request = [&](std::size_t connection, std::uint64_t number, std::string& out) {
        append_post(out, "/v1/orgs/default/approvals", body,
                    fmt::format("authorization: Bearer "
                                "0123456789012345678901234567890123456789\r\nidempotency-key: {}-{}\r\n",
                                connection, number));
      }};
  const LoadResult result = TRY(run_load(plan));
  fmt::print("http, 256 connections, 1 io thread: {}; {:.0f} answers a batch\n", to_string(result),
             batcher.batch_mean());
  return {};
}

void bench_router() {
  std::vector<std::string> patterns;
  for (int i = 0; i < 60; ++i) patterns.push_back(fmt::format("/v1/orgs/{{org}}/resource{}/{{name}}", i));
  std::vector<http::RouteRow> rows{{"PUT", "/v1/orgs/{org}/flows/{flow}/trails/{trail}", 100}};
  for (std::size_t i = 0; i < patterns.size(); ++i) rows.push_back({"GET", patterns[i], i});
  const http::Router router(rows);
  http::Request request{.method = "PUT", .path = "/v1/orgs/default/flows/shop/trails/build-1234"};
  constexpr int times = 2'000'000;
  std::size_t sum = 0;
  const std::clock_t begun = std::clock();  // of this process, so that neighbours don't count
  for (int i = 0; i < times; ++i) sum += std::get<http::RouteFound>(router.match(request)).index;
  const double took = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  fmt::print("router, 61 rows, 3 parameters: {:.0f} ns a path\n", sum > 0 ? took / times * 1e9 : 0);
}

}  // namespace
}  // namespace weir::bench

int main() {
  weir::bench::bench_router();
  const weir::Status done = weir::bench::bench_server();
  if (!done.ok()) fmt::print(stderr, "{}\n", done.error().message);
  return done.ok() ? 0 : 1;
}
