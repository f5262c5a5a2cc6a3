#include "runtime/environment.h"

#include "base/name.h"
#include "crypto/digest.h"

namespace weir::runtime {
namespace {

// What the newest star took may grow, and when it can't, what the newest double star took; older ones never need to:
// no pattern takes more than the square of the text's length.
class Glob {
 public:
  Glob(std::string_view pattern, std::string_view text) : pattern_(pattern), text_(text) {}

  bool matches() {
    while (true) {
      if (p_ == pattern_.size() && t_ == text_.size()) return true;
      if (p_ < pattern_.size() && step()) continue;
      if (!grow()) return false;
    }
  }

 private:
  struct Star {
    std::size_t after, taken_to;  // in the pattern, in the text
  };

  bool step() {
    if (pattern_[p_] == '*') {
      const bool deep = p_ + 1 < pattern_.size() && pattern_[p_ + 1] == '*';
      p_ += deep ? 2 : 1;
      (deep ? deep_ : shallow_) = Star{p_, t_};
      if (deep) shallow_.reset();
      return true;
    }
    if (t_ == text_.size()) return false;
    if (pattern_[p_] == '?' ? text_[t_] == '/' : pattern_[p_] != text_[t_]) return false;
    ++p_;
    ++t_;
    return true;
  }

  bool grow() {
    if (shallow_ && shallow_->taken_to < text_.size() && text_[shallow_->taken_to] != '/')
      return retry(*shallow_);
    shallow_.reset();
    return deep_ && deep_->taken_to < text_.size() && retry(*deep_);
  }
  bool retry(Star& star) {
    p_ = star.after;
    t_ = ++star.taken_to;
    return true;
  }

  std::string_view pattern_, text_;
  std::size_t p_ = 0, t_ = 0;
  std::optional<Star> shallow_, deep_;
};

bool field_matches(const std::string& pattern, std::string_view value) {
  return pattern.empty() || matches_glob(pattern, value);
}

}  // namespace

bool matches_glob(std::string_view glob, std::string_view text) { return Glob(glob, text).matches(); }

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
  const bool says_anything = !(rule.path + rule.user + rule.unit + rule.container).empty();
  return says_anything && field_matches(rule.path, instance.name) &&
         field_matches(rule.user, instance.origin.user) && field_matches(rule.unit, instance.origin.unit) &&
         field_matches(rule.container, instance.origin.container);
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
  // An interpreter that no package answers for is part of what runs: it may be anything by that name.
  const auto& interpreter = instance.interpreter;
  if (interpreter && (!interpreter->package || interpreter->package->changed))
    add(interpreter->digest ? interpreter->digest->view() : BytesView(interpreter->path));
  add(instance.origin.user);
  add(instance.origin.unit);
  add(instance.kind == WorkloadKind::container ? std::string_view()
                                               : std::string_view(instance.origin.container));
  return to_hex(hasher.finish()).substr(0, 32);
}

}  // namespace weir::runtime
