// Durable writes over HTTP to the real server, started as a process of its own on this machine's loopback:
//   http_writes [--weir FILE] [--directory DIR] [--seconds N] [--prefill N]
// Each write is an attestation by a recorder's token with an idempotency key: authorised, deduplicated, looked up,
// appended, projected, committed with one sync and answered with its receipt. Rows: one each over 256 connections;
// batches; 1,000 a second with reads of an artifact's story beside them. Then the disk's own figure: what a plain file
// takes in appends of a batch's size, each synced, from one thread.
#include <atomic>
#include <chrono>
#include <thread>

#include "crypto/digest.h"
#include "http_load.h"
#include "server_process.h"

namespace weir::bench {
namespace {

using format::Json;

struct Options {
  std::string weir = "build/weir";
  std::string directory = "build/bench-http-writes";
  int seconds = 10;
  std::uint64_t prefill = 0;
};

std::string attestation(std::uint64_t number, std::string_view artifact) {
  return fmt::format(
      R"({{"flow":"api","trail":"t1","name":"check-{}","type":"generic","artifact":"{}","compliant":true,)"
      R"("description":"{}","url":"https://ci.example/run/4711"}})",
      number, artifact, std::string(120, 'd'));
}

// As clients mint them: in no order.
std::string minted_key(std::string_view seed) { return to_hex(crypto::sha256(seed)).substr(0, 32); }

struct Bench {
  Options options;
  std::unique_ptr<Server> server;
  std::string token, artifact;

  std::string headers(std::string_view key) const {
    return fmt::format("authorization: Bearer {}\r\nidempotency-key: {}\r\n", token, key);
  }
  LoadPlan plan(std::string_view row) const {
    LoadPlan made{.port = server->port(), .time = seconds(options.seconds)};
    made.make_request = [this, row](std::size_t connection, std::uint64_t number, std::string& out) {
      append_post(out, "/v1/orgs/default/attestations", attestation(number, artifact),
                  headers(minted_key(fmt::format("{}-{}-{}", row, number, connection))));
    };
    return made;
  }
  LoadPlan batches(std::size_t each, std::size_t connections) const {
    LoadPlan made{.port = server->port(), .connections = connections, .time = seconds(options.seconds)};
    made.make_request = [this, each, connections](std::size_t connection, std::uint64_t number,
                                                  std::string& out) {
      std::string body = "{\"writes\":[";
      for (std::size_t i = 0; i < each; ++i)
        body += fmt::format(R"({}{{"method":"POST","path":"attestations","key":"{}","body":{}}})",
                            i == 0 ? "" : ",",
                            minted_key(fmt::format("b{}-{}-{}-{}", connections, connection, number, i)),
                            attestation(number * each + i, artifact));
      append_post(out, "/v1/orgs/default/writes", body + "]}",
                  fmt::format("authorization: Bearer {}\r\n", token));
    };
    return made;
  }
  LoadPlan story() const {
    LoadPlan made{.port = server->port(),
                  .connections = 8,
                  .time = seconds(options.seconds),
                  .requests_per_second = 200};
    made.make_request = [this](std::size_t, std::uint64_t, std::string& out) {
      fmt::format_to(std::back_inserter(out),
                     "GET /v1/orgs/default/approvals?environment=prod&artifact={} HTTP/1.1\r\nhost: "
                     "localhost\r\nauthorization: Bearer {}\r\n\r\n",
                     artifact, token);
    };
    return made;
  }
};

Result<Bench> prepare(const Options& options) {
  Bench bench{.options = options, .server = {}, .token = {}, .artifact = {}};
  bench.server = TRY(Server::start(options.weir, options.directory));
  const Server& server = *bench.server;
  bench.artifact = "sha256:" + std::string(64, 'a');
  TRY(server.ask("PUT", "flows/api", Json::object({})));
  TRY(server.ask("PUT", "flows/api/trails/t1", Json::object({})));
  TRY(server.ask("PUT", "environments/prod", Json::object({{"kind", "host"}})));
  TRY(server.ask("POST", "artifacts",
                 Json::object({{"flow", "api"},
                               {"trail", "t1"},
                               {"name", "api"},
                               {"kind", "file"},
                               {"digest", bench.artifact}})));
  TRY(server.ask("POST", "approvals",
                 Json::object({{"artifact", bench.artifact}, {"environment", "prod"}, {"reason", "bench"}})));
  const Json recorder =
      TRY(server.ask("POST", "service-accounts",
                     Json::object({{"name", "ci"}, {"roles", Json(Json::Array{Json("recorder")})}})));
  bench.token = std::string(recorder.at("account").text("token"));
  if (bench.token.empty()) bench.token = std::string(recorder.text("token"));
  if (bench.token.empty()) return Error{Errc::internal, "no token in " + dump(recorder)};
  return bench;
}

void print(std::string_view name, const LoadResult& result, double writes_each, double server_cpu) {
  const double writes = static_cast<double>(result.answers) * writes_each;
  fmt::print(
      "{:<28} {:>7.0f} writes/s  p50 {:>6} µs  p99 {:>6} µs  p99.9 {:>7} µs  {} failed  {:.1f} µs of server "
      "CPU each\n",
      name, writes / result.seconds, result.percentile(50), result.percentile(99), result.percentile(99.9),
      result.failures, writes > 0 ? server_cpu * 1e6 / writes : 0);
}

Status measure(const Bench& bench, std::string_view name, const LoadPlan& plan, double writes_each) {
  const double before = bench.server->cpu_seconds();
  const LoadResult result = TRY(run_load(plan));
  const double warm = static_cast<double>(plan.warm_up.micros) / 1e6;
  const double share = result.seconds / (result.seconds + warm);
  print(name, result, writes_each, (bench.server->cpu_seconds() - before) * share);
  return {};
}

// Reads beside writes, each from a thread of its own.
Status measure_beside(const Bench& bench) {
  LoadPlan writes = bench.plan("paced");
  writes.requests_per_second = 1000;
  Result<LoadResult> reads = Error{Errc::internal, "not run"};
  std::jthread reader([&] { reads = run_load(bench.story()); });
  const Status wrote = measure(bench, "one each, 1,000/s", writes, 1);
  reader.join();
  TRY(wrote);
  const LoadResult read = TRY(std::move(reads));
  fmt::print("{:<28} {:>7.0f} reads/s   p50 {:>6} µs  p99 {:>6} µs  p99.9 {:>7} µs  {} failed\n",
             "  approvals read, 200/s", read.per_second(), read.percentile(50), read.percentile(99),
             read.percentile(99.9), read.failures);
  return {};
}

void measure_disk(const Options& options) {
  const std::string path = options.directory + "/probe";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string piece(256 * 1024, 'x');
  int syncs = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (; syncs < 500; ++syncs) {
    if (::write(fd, piece.data(), piece.size()) < 0 || ::fdatasync(fd) != 0) break;
  }
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ::close(fd);
  fmt::print("{:<28} {:>7.0f} appends of 256 KiB a second, each synced\n", "the disk alone", syncs / took);
}

Status measure_all(const Options& options) {
  const Bench bench = TRY(prepare(options));
  if (options.prefill > 0) {
    LoadPlan fill = bench.batches(250, 4);
    fill.time = seconds(static_cast<std::int64_t>(options.prefill / 20'000));
    TRY(measure(bench, "prefill", fill, 250));
  }
  TRY(measure_beside(bench));  // first, while no long log is on its way to the disk
  TRY(measure(bench, "one each, 256 connections", bench.plan("each"), 1));
  TRY(measure(bench, "batches of 50, 16 connections", bench.batches(50, 16), 50));
  measure_disk(options);
  return {};
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  weir::bench::Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string word = words[i];
    if (word == "--weir") options.weir = words[i + 1];
    else if (word == "--directory") options.directory = words[i + 1];
    else if (word == "--seconds") options.seconds = std::stoi(words[i + 1]);
    else if (word == "--prefill") options.prefill = std::stoull(words[i + 1]);
  }
  const weir::Status status = weir::bench::measure_all(options);
  if (!status.ok()) fmt::print("{}\n", status.error().message);
  std::filesystem::remove_all(options.directory);
  return status.ok() ? 0 : 1;
}
