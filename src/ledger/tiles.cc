#include "ledger/tiles.h"

#include <algorithm>
#include <optional>

#include "ledger/decimal.h"

namespace weir::ledger {
namespace {

constexpr std::string_view prefix = "tile/";
constexpr std::string_view entries_name = "entries";

// 1234067 → "x001/x234/067"
std::string encode_number(std::uint64_t n) {
  const auto group = [](std::uint64_t value) {
    std::string digits = std::to_string(value);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string text = group(n % 1000);
  while ((n /= 1000) > 0) text = "x" + group(n % 1000) + "/" + text;
  return text;
}

std::string_view take_until(std::string_view& text, std::string_view mark) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + mark.size()));
  return taken;
}

// Lenient: what it lets through is held against the encoding.
std::optional<std::uint64_t> decode_number(std::string_view text) {
  std::uint64_t n = 0;
  while (!text.empty()) {
    std::string_view group = take_until(text, "/");
    if (!text.empty() && group.starts_with('x')) group.remove_prefix(1);
    const auto value = parse_decimal(group);
    if (!value || *value > 999 || n > tree_size_max / 1000) return std::nullopt;
    n = n * 1000 + *value;
  }
  return n;
}

std::optional<TileId> parse_leniently(std::string_view path) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  const std::string_view level = take_until(path, "/");
  const std::string_view number = take_until(path, ".p/");
  const auto level_value = level == entries_name ? std::uint64_t{0} : parse_decimal(level);
  const auto n = decode_number(number);
  const auto width = path.empty() ? std::uint64_t{tile_width} : parse_decimal(path);
  if (!level_value || *level_value > tile_level_max || !n || !width) return std::nullopt;
  if (*width == 0 || *width > tile_width) return std::nullopt;
  return TileId{level == entries_name ? entries_level : static_cast<int>(*level_value), *n,
                static_cast<unsigned>(*width)};
}

std::uint64_t hashes_at(int level, TreeSize size) { return size.value >> (tile_height * std::max(level, 0)); }

}  // namespace

std::string tile_path(const TileId& tile) {
  std::string path(prefix);
  path += tile.level == entries_level ? std::string(entries_name) : std::to_string(tile.level);
  path += "/" + encode_number(tile.n);
  if (tile.width < tile_width) path += ".p/" + std::to_string(tile.width);
  return path;
}

Result<TileId> parse_tile_path(std::string_view path) {
  const auto tile = parse_leniently(path.substr(0, 128));
  if (!tile || tile_path(*tile) != path) return invalid("not the path of a tile", "path");
  return *tile;
}

unsigned width_of_tile(int level, std::uint64_t n, TreeSize size) {
  const std::uint64_t hashes = hashes_at(level, size);
  const std::uint64_t full = hashes / tile_width;
  if (n < full) return tile_width;
  return n == full ? static_cast<unsigned>(hashes % tile_width) : 0;
}

std::vector<TileId> tiles_changed(TreeSize older, TreeSize newer) {
  std::vector<TileId> changed;
  for (int level = 0; level <= tile_level_max; ++level) {
    const std::uint64_t before = hashes_at(level, older), after = hashes_at(level, newer);
    if (after <= before) break;
    for (std::uint64_t n = before / tile_width; n * tile_width < after; ++n)
      changed.push_back({level, n, width_of_tile(level, n, newer)});
  }
  return changed;
}

void append_to_bundle(Bytes& bundle, BytesView leaf) {
  CHECK(leaf.size() <= 0xffff);
  append_u16(bundle, static_cast<std::uint16_t>(leaf.size()));
  bundle.append(leaf);
}

Result<std::vector<Bytes>> decode_bundle(BytesView bundle, unsigned count) {
  std::vector<Bytes> leaves;
  for (unsigned i = 0; i < count; ++i) {
    const std::size_t length = bundle.size() < 2 ? 0 : load_u16(bundle.data());
    if (bundle.size() < 2 + length) return invalid("the bundle ends inside entry " + std::to_string(i));
    leaves.emplace_back(bundle.substr(2, length));
    bundle.remove_prefix(2 + length);
  }
  if (!bundle.empty()) return invalid("the bundle goes on behind its last entry");
  return leaves;
}

}  // namespace weir::ledger
