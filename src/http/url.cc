#include <fmt/format.h>

#include <charconv>

#include "http/client.h"

namespace weir::http {
namespace {

bool printable(std::string_view text) {
  for (const char c : text)
    if (c <= 0x20 || c >= 0x7F) return false;
  return true;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0)
    return invalid(fmt::format("'{}' is not a port", text));
  return port;
}

// "host", "host:port", "[v6]:port"
Status parse_authority(std::string_view text, Url& url) {
  if (text.find('@') != text.npos) return invalid("a URL with a user or password in it is not accepted");
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return invalid("the URL's address lacks its ']'");
    url.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    url.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (url.host.empty()) return invalid("the URL names no host");
  if (port.empty()) return {};
  if (!port.starts_with(':')) return invalid("after the URL's address only a port may follow");
  url.port = TRY(parse_port(port.substr(1)));
  return {};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (!printable(text)) return invalid("the URL has a space, a control character or a byte beyond ASCII");
  if (text.starts_with("unix:")) {
    text.remove_prefix(text.starts_with("unix://") ? 7 : 5);
    if (!text.starts_with('/')) return invalid("'unix:' must be followed by an absolute path");
    return Url{.scheme = Scheme::unix_socket, .host = std::string(text)};
  }
  Url url;
  if (text.starts_with("http://")) url = {.scheme = Scheme::http, .port = 80};
  else if (text.starts_with("https://")) url = {.scheme = Scheme::https, .port = 443};
  else return invalid(fmt::format("'{}' does not start with http://, https:// or unix:", text));
  text.remove_prefix(url.scheme == Scheme::http ? 7 : 8);
  text = text.substr(0, text.find('#'));
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  TRY(parse_authority(text.substr(0, end), url));
  text.remove_prefix(end);
  if (!text.empty()) url.target = text.starts_with('/') ? std::string(text) : fmt::format("/{}", text);
  return url;
}

std::string origin_of(const Url& url) {
  if (url.scheme == Scheme::unix_socket) return fmt::format("unix:{}", url.host);
  const bool v6 = url.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", url.scheme == Scheme::http ? "http" : "https", v6 ? "[" : "", url.host,
                     v6 ? "]" : "", url.port);
}

}  // namespace weir::http
