#include "runtime/environment.h"

#include "base/name.h"
#include "crypto/digest.h"

namespace weir::runtime {
namespace {

// Glob over paths: '?' one character but '/', '*' any run without '/', '**' any run. Linear in practice, bounded by
// the pattern's length (limits::text_bytes_max).
bool glob(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    if (pattern[0] != '*') {
      if (text.empty() || (pattern[0] == '?' ? text[0] == '/' : pattern[0] != text[0])) return false;
      pattern.remove_prefix(1);
      text.remove_prefix(1);
      continue;
    }
    const bool deep = pattern.starts_with("**");
    pattern.remove_prefix(deep ? 2 : 1);
    if (pattern.empty()) return deep || text.find('/') == std::string_view::npos;
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (glob(pattern, text.substr(skip))) return true;
      if (skip < text.size() && !deep && text[skip] == '/') return false;
    }
    return false;
  }
  return text.empty();
}

bool field_matches(const std::string& pattern, std::string_view value) {
  return pattern.empty() || glob(pattern, value);
}

}  // namespace

Status check(const EnvironmentDeclared& environment) {
  TRY(check_name(environment.name, "name"));
  return check_text(environment.description, "description");
}

Status check(const ScopeRule& rule) {
  if (rule.path.empty() && rule.user.empty() && rule.unit.empty() && rule.container.empty())
    return invalid("a scope rule names at least one of path, user, unit, container", "path");
  for (const std::string* pattern : {&rule.path, &rule.user, &rule.unit, &rule.container}) {
    TRY(check_text(*pattern, "scope"));
    if (pattern->size() > 1024) return invalid("a scope pattern has at most 1024 bytes", "path");
    std::size_t stars = 0;
    for (const char c : *pattern) stars += c == '*';
    if (stars > 16) return invalid("a scope pattern has at most 16 stars", "path");
  }
  return check_text(rule.reason, "reason");
}

bool matches(const ScopeRule& rule, const Instance& instance) {
  return field_matches(rule.path, instance.name) && field_matches(rule.user, instance.origin.user) &&
         field_matches(rule.unit, instance.origin.unit) && field_matches(rule.container, instance.origin.container);
}

std::string workload_id(std::string_view environment, std::string_view host, const Instance& instance) {
  crypto::Hasher hasher;
  const auto add = [&](BytesView part) {
    Bytes length;
    append_u32(length, static_cast<std::uint32_t>(part.size()));
    hasher.update(length);
    hasher.update(part);
  };
  add(environment);
  add(host);
  add(format::name_of(instance.kind));
  if (instance.digests.empty()) add(instance.name);
  for (const Sha256& digest : instance.digests) add(digest.view());
  add(instance.origin.user);
  add(instance.origin.unit);
  add(instance.kind == WorkloadKind::container ? std::string_view() : std::string_view(instance.origin.container));
  return to_hex(hasher.finish()).substr(0, 32);
}

}  // namespace weir::runtime
