// A Rego rule of three deny clauses, JSON in and JSON out, through the engine; beside it `opa bench` of the same rule
// and input where OPA is on the PATH (or named by WEIR_OPA). Median and 99th percentile in microseconds.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "rego/engine.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::string_view policy = R"(package app

deny contains msg if {
	not input.artifact.signed
	msg := sprintf("%s is not signed", [input.artifact.name])
}

deny contains msg if {
	some finding in input.findings
	finding.severity in {"critical", "high"}
	msg := sprintf("%s is %s", [finding.id, finding.severity])
}

deny contains msg if {
	count([a | some a in input.approvals; a.group == "security"]) == 0
	msg := "security has not approved"
}
)";

constexpr std::string_view input = R"({"artifact": {"name": "app", "signed": false}, "findings": [
  {"id": "CVE-1", "severity": "low"}, {"id": "CVE-2", "severity": "high"}, {"id": "CVE-3", "severity": "medium"},
  {"id": "CVE-4", "severity": "low"}, {"id": "CVE-5", "severity": "low"}],
  "approvals": [{"group": "dev", "actor": "ada"}, {"group": "dev", "actor": "bob"}]})";

double micros(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

double ours() {
  const weir::rego::Module module{.name = "app.rego", .text = std::string(policy)};
  auto engine = weir::rego::Engine::load({&module, 1}, {}).value();
  std::vector<double> times;
  for (const auto until = Clock::now() + std::chrono::seconds(3); Clock::now() < until;) {
    const auto begin = Clock::now();
    const auto value = engine.query_text("data.app.deny", input);
    times.push_back(micros(Clock::now() - begin));
    CHECK(value.ok() && value.value().has_value());
  }
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  const double worst = times[times.size() * 99 / 100];
  fmt::print("weir: {} evaluations, p50 {:.2f} us, p99 {:.2f} us\n", times.size(), median, worst);
  return median;
}

// The answer of a command; empty when it failed.
std::string said(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  return pclose(pipe) == 0 ? out : std::string();
}

void beside(double median) {
  const char* named = std::getenv("WEIR_OPA");
  const std::string opa = named == nullptr ? "opa" : named;
  const fs::path folder = fs::temp_directory_path() / fmt::format("weir-rego-bench-{}", getpid());
  fs::create_directory(folder);
  std::ofstream(folder / "app.rego") << policy;
  std::ofstream(folder / "input.json") << input;
  const auto bench = weir::format::parse_json(
      said(fmt::format("{} bench -f json -d {}/app.rego -i {}/input.json data.app.deny 2>/dev/null", opa,
                       folder.string(), folder.string())));
  fs::remove_all(folder);
  const std::int64_t* runs = bench.ok() ? bench->at("N").integer() : nullptr;
  const std::int64_t* total = bench.ok() ? bench->at("T").integer() : nullptr;
  if (runs == nullptr || total == nullptr || *runs == 0) {
    fmt::print("opa: not on the PATH, nothing to compare with\n");
    return;
  }
  const double theirs = static_cast<double>(*total) / static_cast<double>(*runs) / 1000;
  fmt::print("opa: {} evaluations, mean {:.2f} us: {:.1f} times ours\n", *runs, theirs, theirs / median);
}

}  // namespace

int main() { beside(ours()); }
