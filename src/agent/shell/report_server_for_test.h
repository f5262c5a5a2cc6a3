// The server's side of the report protocol, small and strict, on a real HTTP server: checks signatures, keeps the
// chain per
// reporter, assembles full reports from parts, and answers as docs/formats/report.md says.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/server.h"
#include "runtime/answer_to_reporter.h"

namespace weir::agent::test {

class ReportServer {
 public:
  explicit ReportServer(std::uint16_t port = 0);
  ~ReportServer();

  std::string url() const;
  std::uint16_t port() const { return port_; }
  void stop();    // as if the machine were off
  void start();   // on the same port, remembering everything

  struct Seen {
    std::vector<runtime::Report> reports;  // accepted, in order
    std::vector<runtime::Heartbeat> heartbeats;
    std::vector<runtime::Enrolment> enrolments;
    std::vector<std::string> documents;  // of inventories
    int conflicts = 0, bad_signatures = 0, with_arguments = 0;  // refused for these
    std::map<std::string, runtime::Instance> running;
  };
  using Condition = std::function<bool(const Seen&)>;
  bool await(const Condition& condition, Duration time_max = seconds(5));
  Seen seen() const;

  void forget_chain();                                // as if restored from an old copy
  void forget_reporters();                            // keys unknown: 401
  void want_full();                                   // in the next answer
  void rule(std::vector<runtime::ScopeRule> scopes);  // in answers from now on
  void refuse_next(int status);                       // the next report
  void allow_arguments(bool allowed);                 // in reports from now on, which answers say

 private:
  http::Response answer(const http::Request& request);
  http::Response enrol(const http::Request& request);
  http::Response take_report(const http::Request& request);
  http::Response take_heartbeat(const http::Request& request);
  void apply(const runtime::Report& report);
  runtime::AnswerToReporter reply() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Seen seen_;
  std::string public_key_, incarnation_;
  std::int64_t expected_ = 1;
  std::optional<Sha256> previous_;
  bool want_full_ = false;
  int refuse_ = 0;
  bool arguments_ = false;
  std::vector<runtime::ScopeRule> scopes_;
  std::map<std::string, runtime::Instance> parts_;
  std::uint16_t port_ = 0;
  std::optional<http::Server> server_;
};

}  // namespace weir::agent::test
