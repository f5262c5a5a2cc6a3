// Any bytes are a Java archive or an error, and stay within the bounds; any text is a database of packages, and what is
// read of it makes documents that are bills.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <functional>

#include "agent/inventory/bounds.h"
#include "agent/inventory/documents.h"
#include "agent/inventory/dpkg_status.h"
#include "agent/inventory/jar.h"
#include "agent/inventory/os_release.h"
#include "agent/inventory/root_file.h"
#include "agent/inventory/rpm_list.h"
#include "base/check.h"
#include "format/json.h"

namespace {

using namespace weir;

void check_documents(const agent::Survey& survey) {
  CHECK(survey.documents.size() == survey.claim.parts.size());
  for (const std::string& document : survey.documents) {
    CHECK(document.size() <=
          agent::inventory::document_bytes_max * 4);  // bytes that are no UTF-8 are spelled out
    CHECK(format::parse_json(document).ok());
  }
}

void read_archive(std::string_view bytes) {
  const int file = memfd_create("archive", MFD_CLOEXEC);
  CHECK(write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  const auto contents = agent::read_jar(file, bytes.size(), "a-1.jar", "/tmp");
  close(file);
  if (!contents.ok()) return;
  CHECK(!contents->components.empty() && contents->components.size() <= agent::inventory::components_max);
  check_documents(agent::survey_of_program(contents->components, {"run"}, {}));
}

void read_packages(std::string_view text) {
  std::vector<agent::InstalledPackage> packages = agent::parse_rpm_lines(text);
  agent::DpkgStanzas stanzas(agent::DpkgStanzas::Status::implied, [&](agent::InstalledPackage package) {
    packages.push_back(std::move(package));
  });
  agent::each_line(text, [&](std::string_view line) { stanzas.line(line); });
  stanzas.finish();
  check_documents(agent::survey_of_packages(packages, agent::parse_os_release(text), {}));
  (void)agent::parse_manifest(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_archive(bytes);
  read_packages(bytes);
  return 0;
}
