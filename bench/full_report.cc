// How long a server takes to accept a full report of N workloads in parts, as an agent sends it: signature, decoding,
// ledger entry, tables. Once when all are new, once when nothing changed, once when a tenth is gone.
// usage: full_report [N=150000]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "agent/shell/report_maker.h"
#include "crypto/signature.h"
#include "support/api_fixture.h"

namespace {

using namespace weir;
using Steady = std::chrono::steady_clock;

double cpu_milliseconds() {  // of the whole process: a busy machine does not count
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto one = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return one(usage.ru_utime) + one(usage.ru_stime);
}

runtime::Instance instance_of(int number, Instant now) {
  const std::string name = fmt::format("/opt/services/service-{}/bin/server", number);
  return {.id = fmt::format("0f1e2d3c-{}-{}", number, 1'700'000'000'000 + number),
          .name = name,
          .digests = {crypto::sha256(name)},
          .started_at = now,
          .package = runtime::PackageClaim{"service", "1.0"},
          .origin = {.user = "root", .unit = "app.service", .pid = number, .directory = "/"}};
}

class Host {
 public:
  Host() {
    CHECK(api_.put("environments/prod", R"({"kind":"host"})").status == 201);
    const auto issued = api_.post("environments/prod/join-tokens");
    const runtime::Enrolment enrolment{.environment = "prod",
                                       .host = "bench",
                                       .public_key = encode_base64(signer_.public_key()),
                                       .token = std::string(issued.json.text("token"))};
    CHECK(send("reporters", format::encode(enrolment)) == 201);
  }

  void report(const char* what, int from, int to) {
    const Instant now = api_.ledger().clock().now();
    std::vector<std::string> parts;
    maker_.full(
        [&](const agent::Collector::Tell& tell) {
          for (int i = from; i < to; ++i) tell(instance_of(i, now));
        },
        {.now = now}, [&](agent::SpoolRecord record) { parts.push_back(std::move(record.report)); });
    double longest = 0, total = 0, cpu = 0;
    for (const std::string& part : parts) {
      auto report = format::decode_text<runtime::Report>(part).value();
      report.incarnation = "i";
      report.sequence = ++sequence_;
      report.previous = previous_;
      report.sent_at = now;
      const std::string body = format::encode(report);
      previous_ = crypto::sha256(body);
      const auto begin = Steady::now();
      const double cpu_before = cpu_milliseconds();
      CHECK(send("reports", body) == 200);
      const double took = std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
      longest = std::max(longest, took);
      total += took;
      cpu += cpu_milliseconds() - cpu_before;
    }
    fmt::print("{} workloads in {} parts, {}: {:.0f} ms ({:.0f} ms of CPU), the longest part {:.0f} ms\n",
               to - from, parts.size(), what, total, cpu, longest);
  }

 private:
  int send(const std::string& resource, std::string body) {
    http::Request request{.method = "POST", .path = "/v1/orgs/org/" + resource};
    request.headers = {{"weir-signature", encode_base64(signer_.sign(body))},
                       {"weir-reporter", to_hex(crypto::sha256(signer_.public_key()))}};
    request.body = std::move(body);
    return api_.send(std::move(request)).status;
  }

  test::ApiFixture api_;
  agent::ReportMaker maker_{{"prod", "bench"}};
  crypto::Signer signer_ = crypto::Signer::generate();
  std::int64_t sequence_ = 0;
  std::optional<Sha256> previous_;
};

}  // namespace

int main(int count, char** words) {
  const int workloads = count > 1 ? std::atoi(words[1]) : 150'000;
  Host host;
  host.report("all new", 0, workloads);
  host.report("nothing changed", 0, workloads);
  host.report("a tenth gone", 0, workloads - workloads / 10);
}
