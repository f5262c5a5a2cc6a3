#include "integration/integration.h"

#include <algorithm>

#include "base/limits.h"
#include "base/name.h"

namespace weir::integration {
namespace {

constexpr std::string_view loopback[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};

// Tokens go there: in clear text only to this very machine.
Status check_base(const IntegrationDeclared& declared) {
  const std::string_view url = declared.base_url;
  const auto leads_here = [&](std::string_view origin) {
    if (!url.starts_with(origin)) return false;
    const std::string_view rest = url.substr(origin.size());
    return rest.empty() || rest.front() == ':' || rest.front() == '/';
  };
  const bool local = std::any_of(std::begin(loopback), std::end(loopback), leads_here);
  if (!local && !url.starts_with("https://")) return invalid("'base_url' must be https://HOST…", "base_url");
  if (url.ends_with('/') || url.find_first_of("?#@ \\") != std::string_view::npos)
    return invalid("'base_url' has no query, no user and no slash at its end", "base_url");
  return {};
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// Host and path of "https://host:1/a/b", "git@host:a/b" or "ssh://git@host/a/b", in lower case; the path with a slash.
struct Place {
  std::string host, path;
};
Place place_of(std::string_view address) {
  const std::string text = lowered(address);
  std::string_view rest = text;
  const std::size_t scheme = rest.find("://");
  if (scheme != std::string_view::npos) rest.remove_prefix(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos)
    rest.remove_prefix(user + 1);
  else if (scheme == std::string_view::npos) return {};
  const std::size_t end = std::min(rest.find_first_of(":/"), rest.size());
  std::string path(rest.substr(end));
  if (scheme == std::string_view::npos && path.starts_with(':')) path.front() = '/';
  path.erase(0, std::min(path.find('/'), path.size()));
  return {std::string(rest.substr(0, end)), std::move(path)};
}

Status check_mapping(const IntegrationDeclared& declared) {
  if (declared.environments.size() > environments_max)
    return Error{Errc::too_large, "'environments' has more than 64 names", "environments"};
  for (const auto& [theirs, ours] : declared.environments) {
    TRY(check_title(theirs, "environments"));
    TRY(check_name(ours, "environments"));
  }
  return {};
}

Status check_cluster(const IntegrationDeclared& declared) {
  TRY(check_name(declared.environment, "environment"));
  TRY(check_mapping(declared));
  if (!declared.base_url.empty() || !declared.app_id.empty() || !declared.merge_environment.empty())
    return invalid(
        "an integration of kind kubernetes has an 'environment', 'environments', a 'mode' and a 'fail'",
        "kind");
  return {};
}

}  // namespace

Status check(const IntegrationDeclared& declared) {
  TRY(check_name(declared.name, "name"));
  if (declared.kind == Kind::kubernetes) return check_cluster(declared);
  if (declared.mode || declared.fail)
    return invalid("only kind kubernetes has a 'mode' and a 'fail'", "mode");
  if (declared.kind == Kind::flagger) {
    TRY(check_name(declared.environment, "environment"));
    if (!declared.base_url.empty() || !declared.environments.empty())
      return invalid("an integration of kind flagger has only an 'environment'", "kind");
    return {};
  }
  TRY(check_base(declared));
  if (!declared.environment.empty())
    return invalid("only kinds flagger and kubernetes have an 'environment'", "environment");
  if (declared.kind == Kind::github) {
    const bool digits = declared.app_id.find_first_not_of("0123456789") == std::string::npos;
    if (declared.app_id.empty() || declared.app_id.size() > 18 || !digits)
      return invalid("'app_id' is the number of the GitHub App", "app_id");
  }
  TRY(check_mapping(declared));
  if (!declared.merge_environment.empty()) TRY(check_name(declared.merge_environment, "merge_environment"));
  if (declared.wait < seconds(1) || declared.wait > wait_max)
    return invalid("'wait_us' is one second to thirty days", "wait_us");
  return {};
}

std::string mapped(const IntegrationDeclared& declared, const std::string& theirs) {
  const auto found = declared.environments.find(theirs);
  if (found != declared.environments.end()) return found->second;
  return declared.environments.empty() && check_name(theirs, "environment").ok() ? theirs : "";
}

std::string environment_of(const IntegrationDeclared& declared, const Asked& asked) {
  return asked.asking == Asking::status_check ? declared.merge_environment : mapped(declared, asked.environment);
}

std::string key_of(const Asked& asked) {
  const std::string_view what = format::name_of(asked.asking);
  switch (asked.asking) {
    case Asking::protection_rule:
      return fmt::format("{} {} {} {} {}", what, lowered(asked.repository), asked.run, asked.deployment,
                         asked.environment);
    case Asking::deployment:  // by its job, which every kind of event names; by itself where there is none
      return asked.job != 0 ? fmt::format("{} {} job {}", what, asked.project, asked.job)
                            : fmt::format("{} {} {}", what, asked.project, asked.deployment);
    case Asking::status_check:
      return fmt::format("{} {} {} {} {}", what, asked.project, asked.merge_request, asked.check,
                         asked.commit);
    case Asking::test:
      return std::string(what);
  }
  return "";
}

bool is_repository(std::string_view path) {
  if (path.size() > limits::name_bytes_max || path.find('/') == std::string_view::npos) return false;
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    const bool dots = segment == "." || segment == "..";
    if (segment.empty() || dots || !std::all_of(segment.begin(), segment.end(), is_plain)) return false;
    if (end == path.size()) return true;
    path.remove_prefix(end + 1);
  }
}

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::optional<bool> speaks_of(std::string_view address, std::string_view base_url,
                              std::string_view repository) {
  const Place place = place_of(address);
  std::string host = place_of(base_url).host;
  if (host.starts_with("api.")) host.erase(0, 4);  // api.github.com speaks for github.com
  if (place.host.empty() || place.host != host) return std::nullopt;
  std::string base = place_of(base_url).path;  // of a forge below a path; the API's own path is none of its pages
  while (base.ends_with('/')) base.pop_back();
  if (base.ends_with("/api/v3")) base.resize(base.size() - 7);
  const std::string wanted = base + "/" + lowered(repository);
  if (!place.path.starts_with(wanted)) return false;
  const std::string_view rest = std::string_view(place.path).substr(wanted.size());
  return rest.empty() || rest.front() == '/' || rest == ".git";
}

}  // namespace weir::integration
