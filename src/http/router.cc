#include "http/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <list>

#include "base/check.h"

namespace weir::http {
namespace {

// The length of the well-formed UTF-8 sequence at the front (RFC 3629 §4), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0u) == 0x80u; };
  const unsigned first = at(0), second = at(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90, beyond = first == 0xF4 && second > 0x8F;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

Status check_pieces(std::string_view segment) {
  for (std::size_t begin = 0; begin <= segment.size();) {
    const std::size_t end = std::min(segment.find('/', begin), segment.size());
    const std::string_view piece = segment.substr(begin, end - begin);
    if (piece.empty()) return invalid("the path has an empty segment");
    if (piece == "." || piece == "..") return invalid("the path has a segment that is '.' or '..'");
    begin = end + 1;
  }
  return {};
}

// Characters of which no combination needs a closer look.
constexpr std::array<bool, 256> harmless = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) table[c] = c != '.' && c != '/' && c != '\\';
  return table;
}();

Status check_segment(std::string_view segment) {
  const auto is_harmless = [](char c) { return harmless[static_cast<unsigned char>(c)]; };
  if (!segment.empty() && std::ranges::all_of(segment, is_harmless)) return {};
  TRY(check_pieces(segment));
  for (std::string_view rest = segment; !rest.empty();) {
    const auto first = static_cast<unsigned char>(rest[0]);
    if (first < 0x20 || first == 0x7F) return invalid("the path has a segment with a control character");
    if (first == '\\') return invalid("the path has a segment with a backslash");
    const std::size_t length = first < 0x80 ? 1 : utf8_length(rest);
    if (length == 0) return invalid("the path has a segment that is not UTF-8");
    rest.remove_prefix(length);
  }
  return {};
}

constexpr std::size_t segments_max = 32;

// The decoded segments of one path. They point into the path, or into `decoded` where that differs from it.
struct Segments {
  std::array<std::string_view, segments_max> items;
  std::size_t count = 0;
  std::list<std::string> decoded;
  std::span<const std::string_view> view() const { return {items.data(), count}; }

  Status add(std::string_view raw) {
    if (count == segments_max)
      return invalid(fmt::format("the path has more than {} segments", segments_max));
    if (raw.find('%') != raw.npos) raw = decoded.emplace_back(TRY(decode_percent(raw)));
    TRY(check_segment(raw));
    items[count++] = raw;
    return {};
  }
};

Status split(std::string_view path, Segments& segments) {
  if (!path.starts_with('/')) return invalid("the path must start with '/'");
  path.remove_prefix(1);
  if (path.empty()) return {};
  for (;;) {
    const std::size_t end = std::min(path.find('/'), path.size());
    TRY(segments.add(path.substr(0, end)));
    if (end == path.size()) return {};
    path.remove_prefix(end + 1);
  }
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }
bool is_rest(std::string_view segment) { return is_parameter(segment) && segment.ends_with("...}"); }

struct Slot {
  std::string name;
  std::size_t segment;
};

struct MethodRow {
  std::string_view method;
  std::size_t index;
  std::vector<Slot> slots;
  bool rest;  // the last slot takes what is left
};

}  // namespace

// One segment of the table's patterns. Few children each, so a scan beats a hash.
struct Router::Node {
  std::string literal;
  std::vector<std::unique_ptr<Node>> literals;
  std::unique_ptr<Node> parameter, rest;
  std::vector<MethodRow> methods;

  Node& child(std::string_view segment) {
    if (is_parameter(segment)) {
      auto& slot = is_rest(segment) ? rest : parameter;
      if (!slot) slot = std::make_unique<Node>();
      return *slot;
    }
    for (auto& node : literals)
      if (node->literal == segment) return *node;
    literals.push_back(std::make_unique<Node>());
    literals.back()->literal = segment;
    return *literals.back();
  }

  const MethodRow* row(std::string_view method) const {
    const auto found = std::ranges::find(methods, method, &MethodRow::method);
    return found == methods.end() ? nullptr : &*found;
  }

  // Calls `accept` on each node these segments lead to, literals first, until it says true.
  bool visit(std::span<const std::string_view> segments, auto& accept) const {
    if (segments.empty()) return !methods.empty() && accept(*this);
    for (const auto& node : literals)
      if (node->literal == segments.front() && node->visit(segments.subspan(1), accept)) return true;
    if (parameter && parameter->visit(segments.subspan(1), accept)) return true;
    return rest && accept(*rest);
  }
};

Router::Router(std::span<const RouteRow> rows) : root_(std::make_unique<Node>()) {
  for (const RouteRow& row : rows) {
    CHECK(row.pattern.starts_with('/'));
    Node* node = root_.get();
    std::vector<Slot> slots;
    std::string_view rest = row.pattern.substr(1);
    for (std::size_t depth = 0; !rest.empty(); ++depth) {
      const std::string_view segment = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
      CHECK(!is_rest(segment) || rest.empty());
      if (is_parameter(segment))
        slots.push_back({std::string(segment.substr(1, segment.size() - (is_rest(segment) ? 5 : 2))), depth});
      node = &node->child(segment);
    }
    CHECK(node->row(row.method) == nullptr);
    node->methods.push_back({row.method, row.index, std::move(slots), row.pattern.ends_with("...}")});
  }
}

Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

namespace {

void fill_parameters(Request& request, const MethodRow& row, const Segments& segments) {
  request.parameters.clear();
  request.parameters.reserve(row.slots.size());
  for (const Slot& slot : row.slots)
    request.parameters.push_back({slot.name, std::string(segments.items[slot.segment])});
  if (!row.rest) return;
  for (std::size_t i = row.slots.back().segment + 1; i < segments.count; ++i) {
    request.parameters.back().value += '/';
    request.parameters.back().value += segments.items[i];
  }
}

std::string allow_of(std::vector<std::string_view> methods) {
  if (std::ranges::find(methods, "GET") != methods.end()) methods.push_back("HEAD");
  std::ranges::sort(methods);
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  return fmt::format("{}", fmt::join(methods, ", "));
}

}  // namespace

std::variant<RouteFound, RouteRefused> Router::match(Request& request) const {
  Segments segments;
  if (const Status good = split(request.path, segments); !good) return RouteRefused{good.error()};
  const MethodRow* row = nullptr;
  std::vector<std::string_view> others;
  auto accept = [&](const Node& node) {
    row = node.row(request.method);
    if (row == nullptr && request.method == "HEAD") row = node.row("GET");
    if (row == nullptr)
      for (const MethodRow& other : node.methods) others.push_back(other.method);
    return row != nullptr;
  };
  root_->visit(segments.view(), accept);
  if (row != nullptr) {
    fill_parameters(request, *row, segments);
    return RouteFound{row->index};
  }
  if (others.empty()) return RouteRefused{not_found(fmt::format("there is no path {}", request.path))};
  std::string allow = allow_of(std::move(others));
  Error error = invalid(fmt::format("{} is not possible here; {} is", request.method, allow));
  return RouteRefused{std::move(error), std::move(allow)};
}

Response refusal_response(const RouteRefused& refused) {
  if (refused.allow.empty()) return error_response(refused.error);
  Response response = error_response(Refusal::method, refused.error.message);
  response.headers.push_back({"allow", refused.allow});
  return response;
}

}  // namespace weir::http
