// From where what runs can be reached, as agents told it of each instance (runtime/exposure.h).
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/exposure.h"
#include "store/view_finding.h"

namespace weir::store {

// Of the instance of a workload that can be reached from farthest.
struct ExposureView {
  runtime::Reach reach = runtime::Reach::unknown;
  std::string because = "its exposure isn't known";
  std::vector<std::string> listens, published;
  static void members(auto& visit, auto& self) {
    visit("reach", self.reach);
    visit("because", self.because);
    visit("listens", self.listens);
    visit("published", self.published);
  }
};
// `at`: then; else now. An instance of which nothing was told is not known, whatever its siblings are.
Result<ExposureView> exposure_of(Database& db, const std::string& workload, std::optional<Instant> at);

// A workload that lives as the artifact that it is, and its exposure now, by one question; nothing when it has ended.
struct RunningExposed {
  RunningRow running;
  ExposureView exposure;
};
Result<std::optional<RunningExposed>> running_exposed(Database& db, const std::string& workload,
                                                      const Sha256& artifact);

// Of each workload that lives and of which anything was told. Others are not known.
Result<std::unordered_map<std::string, runtime::Reach>> reaches(Database& db);

}  // namespace weir::store
