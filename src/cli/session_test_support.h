// For tests: the command line run in this process against a real HTTP server on loopback whose answers are
// written down.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"
#include "http/server.h"

namespace weir::cli {

struct Finished {
  int exit = -1;
  std::string out, err;
};

// Answers by "METHOD path?query", several for one in turn (the last one stays), and keeps what was asked.
class CannedServer {
 public:
  CannedServer() {
    auto started = http::Server::start(
        {}, [this](http::Request request, http::Respond respond) { respond(answer(std::move(request))); });
    if (!started.ok()) ADD_FAILURE() << started.error().message;
    else server_ = std::make_unique<http::Server>(std::move(started).value());
  }
  std::string url() const { return server_->url(); }

  void on(const std::string& what, int status, std::string body, std::vector<http::Field> headers = {}) {
    const std::lock_guard lock(mutex_);
    answers_[what].push_back({.status = status, .body = std::move(body), .headers = std::move(headers)});
  }
  void forget(const std::string& what) {
    const std::lock_guard lock(mutex_);
    answers_.erase(what);
  }
  std::vector<http::Request> asked(const std::string& path_end = "") const {
    const std::lock_guard lock(mutex_);
    std::vector<http::Request> found;
    for (const http::Request& request : asked_)
      if (request.path.ends_with(path_end)) found.push_back(request);
    return found;
  }

 private:
  static constexpr std::string_view prefix = "/v1/orgs/default/";

  static std::string spelled(const http::Request& request) {
    std::string_view path = request.path;
    if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
    std::string text = request.method + " " + std::string(path);
    for (std::size_t i = 0; i < request.query_fields.size(); ++i)
      text += (i == 0 ? "?" : "&") + request.query_fields[i].name + "=" + request.query_fields[i].value;
    return text;
  }
  http::Response answer(http::Request request) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request);
    const auto found = answers_.find(spelled(request));
    if (found == answers_.end())
      return http::error_response(not_found("nothing canned for " + spelled(request)));
    http::Response next = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
    return next;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<http::Response>> answers_;
  std::vector<http::Request> asked_;
  std::unique_ptr<http::Server> server_;  // last: it stops before the rest goes
};

class FixedClock final : public Clock {
 public:
  Instant now() const override { return parse_instant("2026-11-22T20:00:00Z").value(); }
};

// One run of the command line, with its own variables and a log of its pauses.
struct CommandLine {
  std::map<std::string, std::string, std::less<>> variables = {};
  std::vector<Duration> pauses = {};
  Hooks hooks = {};

  Finished run(const std::vector<std::string>& words) {
    std::ostringstream out, err;
    const FixedClock clock;
    Environment environment{.out = out,
                            .err = err,
                            .variables = variables,
                            .clock = clock,
                            .wait = [this](Duration period) { pauses.push_back(period); },
                            .hooks = hooks};
    const int exit = cli::run(words, environment);
    return {exit, out.str(), err.str()};
  }
};

}  // namespace weir::cli
