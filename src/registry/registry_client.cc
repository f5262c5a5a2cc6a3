#include "registry/registry_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "artifact/image_layout.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "http/client.h"

namespace weir::registry {
namespace {

constexpr int redirects_max = 5;
constexpr std::string_view manifest_types =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return folded;
}

// The origin's URL is safe to send a secret to.
bool is_protected(const http::Url& url) {
  return url.scheme == http::Scheme::https || is_loopback(url.host) || url.host == "::1";
}

class Registry {
 public:
  Registry(const ImageReference& reference, const Credential& credential, std::stop_token stop)
      : reference_(reference), credential_(credential), stop_(std::move(stop)) {}

  // TLS, unless it is this machine's and speaks clear text only.
  Status connect() {
    std::string origin = "https://" + reference_.address();
    const auto secure = client_of(origin).send({.target = "/v2/"}, stop_);
    if (!secure.ok()) {
      if (!is_loopback(reference_.address())) return secure.error();
      origin = "http://" + reference_.address();
      const auto clear = client_of(origin).send({.target = "/v2/"}, stop_);
      if (!clear.ok()) return clear.error();
    }
    origin_ = origin;
    return {};
  }

  Result<Bytes> manifest(const std::string& wanted) {
    return get(fmt::format("/v2/{}/manifests/{}", reference_.repository, wanted), manifest_types);
  }
  Result<Bytes> blob(const Sha256& digest) {
    return get(fmt::format("/v2/{}/blobs/{}", reference_.repository, to_string(digest)), "*/*");
  }

 private:
  http::Client& client_of(const std::string& origin) {
    const auto found = clients_.find(origin);
    if (found != clients_.end()) return found->second;
    return clients_
        .emplace(origin, http::Client({.origin = origin, .body_bytes_max = limits::image_document_bytes_max}))
        .first->second;
  }

  Result<Bytes> get(const std::string& target, std::string_view accept) {
    http::ClientResponse answer = TRY(ask(target, accept));
    if (answer.status == 401) {
      TRY(authorize(answer));
      answer = TRY(ask(target, accept));
    }
    return body_of(std::move(answer), target);
  }

  Result<http::ClientResponse> ask(const std::string& target, std::string_view accept) {
    http::ClientRequest request{.target = target, .headers = {{"Accept", std::string(accept)}}};
    if (!authorization_.empty()) request.headers.push_back({"Authorization", authorization_});
    http::ClientResponse answer = TRY(client_of(origin_).send(request, stop_));
    std::string origin = origin_;
    for (int hop = 0; answer.status >= 301 && answer.status <= 308 && answer.status != 304; ++hop) {
      if (hop == redirects_max)
        return Error{Errc::unavailable, fmt::format("{} redirects too often", origin_)};
      TRY(follow(answer, origin, request));
      answer = TRY(client_of(origin).send(request, stop_));
    }
    return answer;
  }

  // The next request of a redirect. Another host does not get the authorization; clear text off loopback is
  // refused.
  Status follow(const http::ClientResponse& answer, std::string& origin, http::ClientRequest& request) {
    const std::string location(answer.header("location").value_or(""));
    if (location.starts_with('/')) {
      request.target = location;
      return {};
    }
    const http::Url url = TRY(http::parse_url(location));
    if (url.scheme == http::Scheme::unix_socket || !is_protected(url))
      return Error{Errc::unavailable,
                   fmt::format("{} redirects to an address that is not protected", origin)};
    const std::string next = http::origin_of(url);
    if (next != origin)
      std::erase_if(request.headers, [](const http::Field& field) { return field.name == "Authorization"; });
    origin = next;
    request.target = url.target;
    return {};
  }

  Result<Bytes> body_of(http::ClientResponse answer, const std::string& target) const {
    switch (answer.status) {
      case 200: return std::move(answer.body);
      case 404: return not_found(fmt::format("{} has no {}", reference_.host, target.substr(4)));
      case 401:
      case 403:
        return Error{Errc::forbidden,
                     fmt::format("{} does not let {} read '{}'", reference_.host,
                                 credential_.empty() ? "anonymous users" : "these credentials",
                                 reference_.repository)};
      default:
        return Error{Errc::unavailable,
                     fmt::format("{} answered {} for {}", reference_.host, answer.status, target)};
    }
  }

  Status authorize(const http::ClientResponse& refused) {
    const Challenge challenge = TRY(parse_challenge(refused.header("www-authenticate").value_or("")));
    if (challenge.scheme == "basic") {
      if (!credential_.user.empty()) authorization_ = basic();
      return {};
    }
    return fetch_token(challenge);
  }

  std::string basic() const { return "Basic " + encode_base64(credential_.user + ":" + credential_.secret); }

  Status fetch_token(const Challenge& challenge) {
    const http::Url realm = TRY(http::parse_url(challenge.realm));
    if (realm.scheme == http::Scheme::unix_socket || !is_protected(realm))
      return Error{Errc::unavailable,
                   fmt::format("{} names a token service that is not protected", reference_.host)};
    const std::string scope =
        challenge.scope.empty() ? fmt::format("repository:{}:pull", reference_.repository) : challenge.scope;
    const std::string query = fmt::format("service={}&scope={}", http::encode_percent(challenge.service),
                                          http::encode_percent(scope));
    const char joint = realm.target.find('?') == std::string::npos ? '?' : '&';
    http::ClientRequest request{.target = fmt::format("{}{}{}", realm.target, joint, query)};
    if (!credential_.identity_token.empty()) {
      request = {.method = "POST",
                 .target = realm.target,
                 .body = fmt::format("grant_type=refresh_token&client_id=weir&refresh_token={}&{}",
                                     http::encode_percent(credential_.identity_token), query),
                 .content_type = "application/x-www-form-urlencoded"};
    } else if (!credential_.user.empty()) {
      request.headers.push_back({"Authorization", basic()});
    }
    const http::ClientResponse answer = TRY(client_of(http::origin_of(realm)).send(request, stop_));
    if (answer.status != 200)
      return Error{Errc::forbidden,
                   fmt::format("the token service of {} answered {}", reference_.host, answer.status)};
    const auto json = format::parse_json(answer.body);
    const std::string_view token = !json.ok()                    ? ""
                                   : json->text("token").empty() ? json->text("access_token")
                                                                 : json->text("token");
    if (token.empty() || token.find_first_of("\r\n") != token.npos)
      return Error{Errc::unavailable, fmt::format("the token service of {} gave no token", reference_.host)};
    authorization_ = fmt::format("Bearer {}", token);
    return {};
  }

  const ImageReference& reference_;
  const Credential& credential_;
  std::stop_token stop_;
  std::string origin_, authorization_;
  std::map<std::string, http::Client> clients_;
};

}  // namespace

Result<Challenge> parse_challenge(std::string_view header) {
  const Error wrong{Errc::unavailable, "the registry wants an authentication that is not known here"};
  const std::size_t space = header.find(' ');
  Challenge challenge{.scheme = lower(header.substr(0, space))};
  if (challenge.scheme != "bearer" && challenge.scheme != "basic") return wrong;
  std::string_view rest = space == header.npos ? "" : header.substr(space + 1);
  while (!rest.empty()) {
    const std::size_t equal = rest.find("=\"");
    if (equal == rest.npos) break;
    const std::size_t end = rest.find('"', equal + 2);
    if (end == rest.npos) return wrong;
    std::string_view name = rest.substr(0, equal);
    name.remove_prefix(std::min(name.find_first_not_of(" ,"), name.size()));
    const std::string value(rest.substr(equal + 2, end - equal - 2));
    if (lower(name) == "realm") challenge.realm = value;
    if (lower(name) == "service") challenge.service = value;
    if (lower(name) == "scope") challenge.scope = value;
    rest.remove_prefix(end + 1);
  }
  if (challenge.scheme == "bearer" && challenge.realm.empty()) return wrong;
  return challenge;
}

Result<RegistryImage> read_image(const ImageReference& reference, const Credential& credential,
                                 std::stop_token stop) {
  Registry registry(reference, credential, std::move(stop));
  TRY(registry.connect());
  Bytes root = TRY(registry.manifest(reference.wanted()));
  const Sha256 digest = crypto::sha256(root);
  if (reference.digest && *reference.digest != digest)
    return invalid(
        fmt::format("{} answered other bytes than {}", reference.host, to_string(*reference.digest)));
  RegistryImage image{.digest = digest};
  image.documents =
      TRY(artifact::collect_documents(std::move(root), [&](const Sha256& named, artifact::Named kind) {
        return kind == artifact::Named::config ? registry.blob(named) : registry.manifest(to_string(named));
      }));
  return image;
}

}  // namespace weir::registry
