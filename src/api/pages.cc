#include "api/pages.h"

#include "page/asset.h"

namespace weir::api {

http::Response page_response(const http::Request& request) {
  auto asset = page::find_asset(request.path);
  const bool found = asset.has_value();
  // Who browses is told by the page, with the ways that lead on; programs get the error.
  const bool browses = request.header("accept").value_or("").find("text/html") != std::string_view::npos;
  if (!found && browses) asset = page::find_asset("/");
  if (!asset) return http::error_response(not_found("there is no such page"));
  const bool gzip = !asset->gzip.empty() &&
                    request.header("accept-encoding").value_or("").find("gzip") != std::string_view::npos;
  const std::string_view etag = gzip ? asset->gzip_etag : asset->etag;
  http::Response response{.status = found ? 200 : 404, .content_type = std::string(asset->content_type)};
  response.headers = {{"etag", std::string(etag)},
                      {"cache-control", std::string(page::cache_control(*asset))},
                      {"content-security-policy", std::string(page::content_security_policy)},
                      {"x-content-type-options", "nosniff"},
                      {"referrer-policy", "no-referrer"},
                      {"vary", "accept-encoding"}};
  if (found && request.header("if-none-match").value_or("") == etag) {
    response.status = 304;
    return response;
  }
  if (gzip) response.headers.push_back({"content-encoding", "gzip"});
  response.constant = gzip ? asset->gzip : asset->plain;
  return response;
}

}  // namespace weir::api
