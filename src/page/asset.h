// The files of the web page, carried inside the binary: each with its type, its bytes plain and gzipped, and strong
// entity tags (one per encoding, RFC 9110 §8.8.3). Files whose name holds their hash never change and may be kept for
// ever. Promises views that live as long as the program. Constant data: safe from any thread. Made from ui/dist at
// build time (cmake/weir_ui.cmake).
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace weir::page {

struct Asset {
  std::string_view path;  // "/index.html"
  std::string_view content_type;
  BytesView plain;
  BytesView gzip;
  std::string_view etag;       // of the plain bytes, quoted
  std::string_view gzip_etag;  // of the gzipped bytes, quoted
  bool immutable = false;
};

// The asset at a request's path (no query). Addresses that the page itself routes ("/", "/environments/host") answer
// with the page; none for what is neither.
std::optional<Asset> find_asset(std::string_view path);

std::span<const Asset> all_assets();

// Sent with every asset. The page holds it without nonces: styles and scripts come from files alone.
inline constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

inline constexpr std::string_view cache_for_ever = "public, max-age=31536000, immutable";
inline constexpr std::string_view cache_with_check = "no-cache";
constexpr std::string_view cache_control(const Asset& asset) {
  return asset.immutable ? cache_for_ever : cache_with_check;
}

}  // namespace weir::page
