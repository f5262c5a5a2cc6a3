// The HTTP API over a real ledger, without sockets: a request goes in as a value and its answer comes out, by the same
// way as behind the server. The account `ada` (admin) makes the requests unless another token is given.
#pragma once
#include <future>

#include "api/service.h"
#include "crypto/digest.h"
#include "format/json.h"
#include "jobs/exposure.h"
#include "support/ledger_fixture.h"

namespace weir::test {

struct Answer {
  int status = 0;
  format::Json json;  // null when the body is none
  http::Response response;
};

class ApiFixture {
 public:
  static constexpr std::string_view admin_token = "weir_admin";

  ApiFixture() {
    CHECK(ledger_
              .append(access::AccountCreated{.id = std::string(32, 'a'),
                                             .name = "ada",
                                             .kind = access::AccountKind::person,
                                             .roles = {access::Role::admin},
                                             .token_digest = crypto::sha256(admin_token)})
              .ok());
    service_ = api::Service::open(
                   {.version = "test", .data_directory = ledger_.directory().path(), .workers = 2}, ports())
                   .value();
  }

  ~ApiFixture() { ledger_.sequencer().stop(); }  // it tells the service of each commit, also after the answer

  // A service account made through the API; its token.
  std::string add_account(std::string_view name, std::string_view role, std::string_view flow = "") {
    const Answer made =
        post("service-accounts", fmt::format(R"({{"name":"{}","roles":["{}"],"flows":[{}]}})", name, role,
                                             flow.empty() ? "" : fmt::format("\"{}\"", flow)));
    CHECK(made.status == 201);
    return std::string(made.json.text("token"));
  }

  // `path` stands below /v1/orgs/org/ and may have a query.
  Answer call(std::string_view method, std::string_view path, std::string body = "",
              std::string_view token = admin_token) {
    const std::size_t mark = std::min(path.find('?'), path.size());
    http::Request request{.method = std::string(method),
                          .path = fmt::format("/v1/orgs/org/{}", path.substr(0, mark))};
    if (mark < path.size()) request.query_fields = http::parse_query(path.substr(mark + 1)).value();
    request.headers = {{"authorization", fmt::format("Bearer {}", token)}};
    request.body = std::move(body);
    return send(std::move(request));
  }
  Answer send(http::Request request) { return end(begin(std::move(request))); }
  // An answer to come, for requests side by side.
  std::future<http::Response> begin(http::Request request) {
    std::promise<http::Response> promise;
    auto answered = promise.get_future();
    service_->handle(std::move(request), [promise = std::move(promise)](http::Response response) mutable {
      promise.set_value(std::move(response));
    });
    return answered;
  }
  static Answer end(std::future<http::Response> answered) {
    Answer answer{.response = answered.get()};
    if (const auto complete = std::exchange(answer.response.complete, nullptr)) complete(answer.response);
    answer.status = answer.response.status;
    if (auto json = format::parse_json(answer.response.body); json.ok()) answer.json = std::move(*json);
    return answer;
  }
  Answer get(std::string_view path) { return call("GET", path); }
  Answer post(std::string_view path, std::string body = "{}") { return call("POST", path, std::move(body)); }
  Answer put(std::string_view path, std::string body = "{}") { return call("PUT", path, std::move(body)); }

  LedgerFixture& ledger() { return ledger_; }
  api::Service& service() { return *service_; }
  jobs::Exposure& exposure() {
    return *exposure_;
  }  // what the service knows of vulnerabilities: nothing at first

 private:
  api::Ports ports() {
    return {.sequencer = ledger_.sequencer(),
            .blobs = std::shared_ptr<blob::BlobStore>(std::shared_ptr<void>(), &ledger_.blobs()),
            .clock = std::shared_ptr<const Clock>(std::shared_ptr<void>(), &ledger_.clock()),
            .signer = std::shared_ptr<const crypto::Signer>(std::shared_ptr<void>(), &ledger_.signer()),
            .server_actor = ledger_.actor(),
            .open_reader = [this] { return ledger_.connect(store::OpenMode::read_only); },
            .exposure = exposure_};
  }

  LedgerFixture ledger_;
  std::shared_ptr<jobs::Exposure> exposure_ = std::make_shared<jobs::Exposure>();
  std::unique_ptr<api::Service> service_;
};

}  // namespace weir::test
