#include "feed/download.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "http/client.h"

namespace weir::feed {
namespace {

using std::chrono::steady_clock;

constexpr int redirects_max = 5;
constexpr std::chrono::minutes any_rate_time{2};
constexpr std::size_t bytes_per_second_min = 8 * 1024;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string said(const http::ClientResponse& response, std::string_view name) {
  return std::string(response.header(name).value_or(std::string_view()));
}

// An entity tag begins with a quotation mark or W/; a date does not.
http::Field condition_of(const std::string& version) {
  const bool tag = version.starts_with('"') || version.starts_with("W/");
  return {.name = tag ? "if-none-match" : "if-modified-since", .value = version};
}

Result<http::ClientResponse> ask(const std::string& url, const std::string& version, std::FILE* file) {
  const http::Url parsed = TRY(http::parse_url(url));
  http::Client client({.origin = http::origin_of(parsed), .stream_silence_max = seconds(60)});
  http::ClientRequest request{.target = parsed.target};
  if (!version.empty()) request.headers.push_back(condition_of(version));
  std::size_t bytes = 0;
  bool full = false, slow = false;
  const auto begun = steady_clock::now();
  const auto keep = [&](std::string_view chunk) {
    bytes += chunk.size();
    slow = is_too_slow(bytes, steady_clock::now() - begun);
    full |= bytes <= download_bytes_max && std::fwrite(chunk.data(), 1, chunk.size(), file) != chunk.size();
    return bytes <= download_bytes_max && !full && !slow ? http::Continue::yes : http::Continue::no;
  };
  const http::ClientResponse response = TRY(client.stream_chunks(request, keep));
  if (bytes > download_bytes_max)
    return Error{Errc::too_large, fmt::format("{} is larger than {} bytes", url, download_bytes_max)};
  if (slow)
    return Error{Errc::unavailable,
                 fmt::format("{} is served in less than {} bytes a second", url, bytes_per_second_min)};
  if (full || std::fflush(file) != 0)
    return Error{Errc::unavailable, fmt::format("the disk does not take what {} serves", url)};
  return response;
}

// Where a redirect leads; absolute, or a path on the same host.
Result<std::string> target_of(const std::string& url, const http::ClientResponse& response) {
  std::string to = said(response, "location");
  if (to.starts_with('/') && !to.starts_with("//")) {
    const http::Url from = TRY(http::parse_url(url));
    to = http::origin_of(from) + to;
  }
  const bool safe = to.starts_with("https://") || (to.starts_with("http://") && url.starts_with("http://"));
  if (!safe)
    return Error{Errc::unavailable, fmt::format("{} redirects to where nothing is fetched from", url)};
  return to;
}

}  // namespace

bool is_too_slow(std::size_t bytes, steady_clock::duration took) {
  const auto counted = std::chrono::duration_cast<std::chrono::seconds>(took - any_rate_time).count();
  return counted > 0 && bytes / bytes_per_second_min < static_cast<std::size_t>(counted);
}

Result<Downloaded> download(const std::string& url, const std::string& path, const std::string& version) {
  std::string at = url;
  for (int redirects = 0; redirects <= redirects_max; ++redirects) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "wbe"));
    if (file == nullptr) return Error{Errc::unavailable, fmt::format("cannot write {}", path)};
    const http::ClientResponse response = TRY(ask(at, version, file.get()));
    const int status = response.status;
    if (status == 304) return Downloaded{.unchanged = true, .version = version};
    if (status == 200) {
      std::string tag = said(response, "etag");
      return Downloaded{.version = tag.empty() ? said(response, "last-modified") : std::move(tag)};
    }
    if (status == 404 || status == 410) return not_found(fmt::format("{} is not there ({})", at, status));
    if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308)
      return Error{Errc::unavailable, fmt::format("{} answered {}", at, status)};
    at = TRY(target_of(at, response));
  }
  return Error{Errc::unavailable, fmt::format("{} redirects too often", url)};
}

}  // namespace weir::feed
