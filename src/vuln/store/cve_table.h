// What others know of CVEs: CISA's catalogue of known exploited vulnerabilities (JSON or CSV), and EPSS, how likely
// each is to be exploited within thirty days (CSV). Each is one file of the store, sorted by CVE and mapped.
// Format: docs/formats/advisory-store.md. Reading is safe from many threads.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/store/paged_file.h"

namespace weir::vuln {

// "CVE-2021-44228" as a number whose order is that of year and number; nothing for what is no CVE.
std::optional<std::uint64_t> cve_number(std::string_view text);
std::string cve_text(std::uint64_t number);

struct Exploited {
  std::uint64_t cve = 0;
  std::string vendor, product, name, added, due, action, ransomware;  // as the catalogue writes them
};

struct Likelihood {
  std::uint64_t cve = 0;
  float probability = 0, percentile = 0;  // 0 to 1
};

template <class Row>
struct CveList {
  std::string released;              // the moment of the list, as it says it; empty when it does not
  std::vector<Row> rows;             // by CVE, each once: of two the later one in the list
  std::vector<std::string> refused;  // "line 7: why"
};

// Errors: invalid for what is no such list, or has no row.
Result<CveList<Exploited>> read_exploited(std::string_view text);
Result<CveList<Likelihood>> read_likelihood(std::string_view text);
// By its beginning.
bool is_exploited_list(std::string_view text);
bool is_likelihood_list(std::string_view text);

Bytes encode_exploited(const std::vector<Exploited>& rows);
Bytes encode_likelihood(const std::vector<Likelihood>& rows);

// Errors: corrupt.
Result<std::optional<Exploited>> find_exploited(const PagedFile& file, std::uint64_t cve);
Result<std::optional<Likelihood>> find_likelihood(const PagedFile& file, std::uint64_t cve);

}  // namespace weir::vuln
