// What the server answers a reporter: where its chain stands (report.h), and what its environment lets it say.
#pragma once
#include "runtime/report.h"

namespace weir::runtime {

struct AnswerToReporter : ReportAnswer {
  bool arguments = false;  // those of processes may stand in reports
  static void members(auto& visit, auto& self) {
    ReportAnswer::members(visit, self);
    visit.maybe("arguments", self.arguments);
  }
};

}  // namespace weir::runtime
