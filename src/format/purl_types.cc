#include "format/purl_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weir::format {
namespace {

enum class Space { optional, required, prohibited };
enum class Case { kept, lower_name, lower_namespace, lower_both };
constexpr std::string_view no_key;

struct TypeRow {
  std::string_view type;
  Space space;
  Case letters = Case::kept;
  std::string_view required_key = no_key;
};

using enum Space;
using enum Case;
constexpr std::array types{
    TypeRow{"alpm", required, lower_both},
    TypeRow{"apk", required, lower_both},
    TypeRow{"bazel", prohibited},
    TypeRow{"bitbucket", required, lower_both},
    TypeRow{"bitnami", prohibited, lower_name},
    TypeRow{"brew", Space::optional, lower_both},
    TypeRow{"cargo", prohibited},
    TypeRow{"chrome-extension", prohibited, lower_name},
    TypeRow{"cocoapods", prohibited},
    TypeRow{"composer", required, lower_both},
    TypeRow{"conda", prohibited},
    TypeRow{"cran", prohibited},
    TypeRow{"deb", required, lower_both},
    TypeRow{"gem", prohibited},
    TypeRow{"git", required},
    TypeRow{"github", required, lower_both},
    TypeRow{"golang", required},
    TypeRow{"hackage", prohibited},
    TypeRow{"hex", Space::optional, lower_both},
    TypeRow{"huggingface", required},
    TypeRow{"julia", prohibited, kept, "uuid"},
    TypeRow{"luarocks", Space::optional, lower_both},
    TypeRow{"maven", required},
    TypeRow{"mlflow", prohibited},
    TypeRow{"nuget", prohibited},
    TypeRow{"oci", prohibited, lower_name},
    TypeRow{"opam", prohibited},
    TypeRow{"otp", prohibited, lower_name},
    TypeRow{"pub", prohibited, lower_name},
    TypeRow{"pypi", prohibited, lower_name},
    TypeRow{"qpkg", required, lower_namespace},
    TypeRow{"rpm", required, lower_namespace},
    TypeRow{"swid", Space::optional, kept, "tag_id"},
    TypeRow{"swift", required},
    TypeRow{"vcpkg", prohibited},
    TypeRow{"vscode-extension", required, lower_both},
    TypeRow{"yocto", Space::optional, lower_namespace},
};

const TypeRow* find_type(std::string_view type) {
  const auto found = std::ranges::find(types, type, &TypeRow::type);
  return found == types.end() ? nullptr : &*found;
}

void lower(std::string& text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A model registry decides whether its names mind their case: Databricks' does not.
bool lowers_models(const Purl& purl) {
  return purl.qualifier("repository_url").find("databricks") != std::string_view::npos;
}

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

Status check_chrome(const Purl& purl) {
  const bool named =
      purl.name.size() == 32 && std::ranges::all_of(purl.name, [](char c) { return c >= 'a' && c <= 'p'; });
  if (!named) return invalid("the name of a chrome-extension must be 32 letters from a to p", "name");
  int parts = purl.version.empty() ? 0 : 1;
  bool after_digit = purl.version.empty();
  for (const char c : purl.version) {
    if (c == '.' && after_digit) {
      ++parts;
      after_digit = false;
    } else if (is_digit(c)) {
      after_digit = true;
    } else {
      return invalid("the version of a chrome-extension must be numbers and dots", "version");
    }
  }
  if (!after_digit || parts > 4)
    return invalid("the version of a chrome-extension has one to four numbers", "version");
  return {};
}

}  // namespace

void normalise_by_type(Purl& purl) {
  const TypeRow* row = find_type(purl.type);
  const Case letters = row == nullptr ? kept : row->letters;
  if (letters == lower_name || letters == lower_both) lower(purl.name);
  if (letters == lower_namespace || letters == lower_both) lower(purl.ns);
  if (purl.type == "pypi") std::ranges::replace(purl.name, '_', '-');
  if (purl.type == "hackage") std::ranges::replace(purl.name, '_', '-');
  if (purl.type == "pub")
    std::ranges::replace_if(purl.name, [](char c) { return !is_lower_or_digit(c); }, '_');
  if (purl.type == "mlflow" && lowers_models(purl)) lower(purl.name);
  if (purl.type == "huggingface" || purl.type == "oci") lower(purl.version);
  if (purl.type == "vscode-extension") lower(purl.version);
  if (purl.type == "git" && (purl.ns == "github" || purl.ns == "bitbucket")) lower(purl.name);
}

Status check_by_type(const Purl& purl) {
  const TypeRow* row = find_type(purl.type);
  if (row != nullptr && row->space == required && purl.ns.empty())
    return invalid(fmt::format("a purl of type '{}' must have a namespace", purl.type), "namespace");
  if (row != nullptr && row->space == prohibited && !purl.ns.empty())
    return invalid(fmt::format("a purl of type '{}' must not have a namespace", purl.type), "namespace");
  if (row != nullptr && !row->required_key.empty() && purl.qualifier(row->required_key).empty())
    return invalid(
        fmt::format("a purl of type '{}' must have the qualifier '{}'", purl.type, row->required_key),
        "qualifiers");
  if (purl.type == "cpan" && purl.name.find("::") != purl.name.npos)
    return invalid("the name of a cpan purl must be a distribution (URI-PackageURL), not a module", "name");
  return purl.type == "chrome-extension" ? check_chrome(purl) : Status();
}

bool name_has_segments(std::string_view type) { return type == "git"; }

}  // namespace weir::format
