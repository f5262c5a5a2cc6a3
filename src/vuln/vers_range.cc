#include "vuln/vers_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/bytes.h"
#include "vuln/limits.h"

namespace weir::vuln {
namespace {

struct TypeRow {
  std::string_view type;
  VersionOrder order;
};
constexpr std::array type_rows{TypeRow{"deb", VersionOrder::dpkg},
                               TypeRow{"rpm", VersionOrder::rpm},
                               TypeRow{"apk", VersionOrder::apk},
                               TypeRow{"alpine", VersionOrder::apk},
                               TypeRow{"pypi", VersionOrder::pypi},
                               TypeRow{"maven", VersionOrder::maven},
                               TypeRow{"nuget", VersionOrder::nuget},
                               TypeRow{"gem", VersionOrder::rubygems},
                               TypeRow{"composer", VersionOrder::packagist},
                               TypeRow{"cran", VersionOrder::cran},
                               TypeRow{"hackage", VersionOrder::hackage},
                               TypeRow{"pub", VersionOrder::pub},
                               TypeRow{"opam", VersionOrder::dpkg},
                               TypeRow{"ebuild", VersionOrder::apk}};

enum class Comparator { equal, unequal, below, at_most, above, at_least };
struct Constraint {
  Comparator comparator = Comparator::equal;
  std::string version;
};

struct ComparatorRow {
  std::string_view text;  // the longer before what it begins with
  Comparator comparator;
};
constexpr std::array comparator_rows{
    ComparatorRow{">=", Comparator::at_least}, ComparatorRow{"<=", Comparator::at_most},
    ComparatorRow{"!=", Comparator::unequal},  ComparatorRow{">", Comparator::above},
    ComparatorRow{"<", Comparator::below},     ComparatorRow{"=", Comparator::equal}};

bool is_upper(Comparator c) { return c == Comparator::below || c == Comparator::at_most; }
bool is_lower_bound(Comparator c) { return c == Comparator::above || c == Comparator::at_least; }

Result<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto bytes = decode_hex(text.substr(i + 1, 2));
    if (!bytes.ok() || bytes->size() != 1) return invalid(fmt::format("'{}' has a broken escape", text));
    out += *bytes;
    i += 2;
  }
  return out;
}

Result<Constraint> read_constraint(std::string_view text) {
  Constraint read;
  for (const ComparatorRow& row : comparator_rows)
    if (text.starts_with(row.text)) {
      read.comparator = row.comparator;
      text.remove_prefix(row.text.size());
      break;
    }
  if (text.empty()) return invalid("a version range has a constraint without version");
  read.version = TRY(decoded(text));
  return read;
}

bool contains(std::vector<Constraint> constraints, VersionOrder order, std::string_view version) {
  const auto compare = [&](std::string_view a, std::string_view b) { return compare_versions(order, a, b); };
  for (const Constraint& each : constraints) {
    if (compare(each.version, version) != 0) continue;
    return each.comparator == Comparator::equal || each.comparator == Comparator::at_most ||
           each.comparator == Comparator::at_least;
  }
  const bool only_unequal = std::ranges::all_of(
      constraints, [](const Constraint& each) { return each.comparator == Comparator::unequal; });
  if (only_unequal) return true;
  std::erase_if(constraints, [](const Constraint& each) {
    return each.comparator == Comparator::equal || each.comparator == Comparator::unequal;
  });
  if (constraints.empty()) return false;
  std::ranges::stable_sort(constraints, [&](const Constraint& a, const Constraint& b) {
    return compare(a.version, b.version) < 0;
  });
  if (is_upper(constraints.front().comparator) && compare(version, constraints.front().version) < 0)
    return true;
  if (is_lower_bound(constraints.back().comparator) && compare(version, constraints.back().version) > 0)
    return true;
  for (std::size_t i = 1; i < constraints.size(); ++i) {
    const Constraint &low = constraints[i - 1], &high = constraints[i];
    if (is_lower_bound(low.comparator) && is_upper(high.comparator) && compare(version, low.version) > 0 &&
        compare(version, high.version) < 0)
      return true;
  }
  return false;
}

}  // namespace

VersionOrder order_of_type(std::string_view type) {
  const auto row = std::ranges::find(type_rows, type, &TypeRow::type);
  return row == type_rows.end() ? VersionOrder::semver : row->order;
}

Result<bool> vers_contains(std::string_view range, std::string_view version) {
  if (!range.starts_with("vers:")) return invalid("a version range begins with 'vers:'");
  range.remove_prefix(5);
  const std::size_t slash = range.find('/');
  if (slash == range.npos || slash == 0) return invalid("a version range names its type");
  const VersionOrder order = order_of_type(range.substr(0, slash));
  std::string_view rest = range.substr(slash + 1);
  if (rest == "*") return true;
  std::vector<Constraint> constraints;
  for (bool more = true; more;) {
    const std::size_t bar = rest.find('|');
    more = bar != rest.npos;
    Constraint read = TRY(read_constraint(rest.substr(0, bar)));
    constraints.push_back(std::move(read));
    if (constraints.size() > vers_constraints_max)
      return Error{Errc::too_large,
                   fmt::format("a version range has more than {} parts", vers_constraints_max)};
    if (more) rest.remove_prefix(bar + 1);
  }
  return contains(std::move(constraints), order, version);
}

}  // namespace weir::vuln
