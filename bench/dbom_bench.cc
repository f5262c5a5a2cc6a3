// How long a bill of materials of N components takes, from the store to the signed bytes: facts, entries, proofs,
// components, composing, signing; and how long checking it takes. The file is parsed once, then kept.
// usage: dbom_bench [COMPONENTS=1000] [ROUNDS=50]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "api/dbom_assembly.h"
#include "dbom/check.h"
#include "support/api_fixture.h"

namespace {

using namespace weir;
using Steady = std::chrono::steady_clock;

std::string bill_of(int components) {
  std::string text = R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[)";
  for (int i = 0; i < components; ++i)
    text += fmt::format(
        R"({}{{"type":"library","name":"package-{}","version":"1.{}.0","purl":"pkg:npm/package-{}@1.{}.0"}})",
        i == 0 ? "" : ",", i, i % 17, i, i % 17);
  return text + "]}";
}

class Deployment {
 public:
  explicit Deployment(int components) {
    write("PUT", "flows/api",
          R"({"template":{"artifacts":[{"name":"api","attestations":[{"name":"unit"}]}]}})");
    write("PUT", "flows/api/trails/t", R"({"commit":"c0ffee","author":"lena"})");
    write("POST", "artifacts",
          fmt::format(R"({{"flow":"api","trail":"t","name":"api","kind":"file","digest":"{}"}})",
                      to_string(digest)));
    attest("sbom", "sbom", bill_of(components));
    for (int i = 0; i < 20; ++i)
      attest(fmt::format("unit-{}", i), "test", R"(<testsuite tests="1"><testcase name="a"/></testsuite>)");
    write("PUT", "environments/prod", R"({"kind":"host"})");
    const std::string there = fmt::format(R"({{"artifact":"{}","environment":"prod"}})", to_string(digest));
    write("POST", "approvals", there);
    write("POST", "deployments", there);
    api.ledger().fill(10'000);  // so that proofs have a tree to climb
  }

  test::ApiFixture api;
  const Sha256 digest = crypto::sha256("api");

 private:
  void write(std::string_view method, std::string_view path, const std::string& body) {
    CHECK(api.call(method, path, body).status == 201);
  }
  void attest(const std::string& name, const std::string& type, const std::string& content) {
    write(
        "POST", "attestations",
        fmt::format(R"({{"flow":"api","trail":"t","name":"{}","type":"{}","artifact":"{}","content":"{}"}})",
                    name, type, to_string(digest), encode_base64(content)));
  }
};

void measure(const char* what, int rounds, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = Steady::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(Steady::now() - begin).count());
  }
  const double first = times.front();
  std::sort(times.begin(), times.end());
  fmt::print("{}: first {:.1f} ms, median {:.1f} ms, fastest {:.1f} ms, p95 {:.1f} ms\n", what, first,
             times[times.size() / 2], times.front(), times[times.size() * 95 / 100]);
}

}  // namespace

int main(int count, char** words) {
  const int components = count > 1 ? std::atoi(words[1]) : 1000,
            rounds = count > 2 ? std::atoi(words[2]) : 50;
  Deployment deployment(components);
  const auto db = deployment.api.ledger().reader();
  const auto& signer = deployment.api.ledger().signer();
  const std::string origin(test::LedgerFixture::origin);
  api::ComponentShelf shelf;
  std::string file;
  measure("assembled and signed", rounds, [&] {
    auto made = api::assemble({*db, deployment.api.ledger().blobs(), shelf, origin},
                              {deployment.digest, "prod", {}}, deployment.api.ledger().clock().now());
    file = format::encode(dbom::sign(made.value().statement, origin, signer));
  });
  const std::string path = fmt::format("dboms/{}?environment=prod", to_string(deployment.digest));
  measure("answered by the API", rounds, [&] { CHECK(deployment.api.get(path).status == 200); });
  measure("checked", rounds, [&] { CHECK(dbom::check(file, deployment.api.ledger().key()).genuine()); });
  fmt::print("{} components, {} bytes\n", components, file.size());
}
