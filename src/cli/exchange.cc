#include "cli/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "format/json_view.h"

namespace weir::cli {

using format::Json;

Action showing(Options& options, const Showing& what) {
  const auto name = std::make_shared<std::string>();
  options.argument({.name = what.word, .help = what.help, .need = Need::required}, name.get());
  return [name, what](Session& session) -> Result<Exit> {
    Api* api = TRY(session.api());
    const Json found = TRY(api->read(fmt::format("{}/{}", what.path, path_of({*name}))));
    session.answer_card(found, what.columns);
    return Exit::yes;
  };
}

Result<Exit> write_and_say(Session& session, const Write& write, std::string_view said) {
  Api* api = TRY(session.api());
  const Json answer = TRY(api->write(write));
  session.answer(answer, fmt::format("{}\n", said));
  return Exit::yes;
}

Result<Exit> put_and_say(Session& session, std::string path, Json body, std::string_view said) {
  return write_and_say(session, {.method = "PUT", .path = std::move(path), .body = std::move(body)}, said);
}

Status keep_known(Session& session, const std::string& path, std::span<const std::string_view> names,
                  Json& body) {
  Api* api = TRY(session.api());
  const Result<Json> known = api->read(path);
  if (!known && known.error().code == Errc::not_found) return {};
  if (!known) return known.error();
  for (const std::string_view name : names)
    if (body.find(name) == nullptr && !known->at(name).is_null())
      body.set(std::string(name), known->at(name));
  return {};
}

void set_given(Json& body, std::string_view name, const std::optional<std::string>& value) {
  if (value) body.set(std::string(name), *value);
}
void set_given(Json& body, std::string_view name, const std::optional<Instant>& value) {
  if (value) body.set(std::string(name), to_string(*value));
}
void set_given(Json& body, std::string_view name, const std::optional<std::int64_t>& value) {
  if (value) body.set(std::string(name), *value);
}
void set_given(Json& body, std::string_view name, const std::vector<std::string>& values) {
  if (!values.empty()) body.set(std::string(name), Json(Json::Array(values.begin(), values.end())));
}

Result<std::optional<Json>> parse_tags(const std::vector<std::string>& words, std::string_view option) {
  if (words.empty()) return std::optional<Json>();
  Json tags{Json::Object{}};
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid(fmt::format("--{} must be KEY=VALUE; '{}' is not", option, word), std::string(option));
    tags.set(word.substr(0, equals), word.substr(equals + 1));
  }
  return std::optional(std::move(tags));
}

std::vector<std::string> split_words(const std::vector<std::string>& given) {
  std::vector<std::string> words;
  for (std::string_view text : given)
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(','), text.size());
      if (end > 0) words.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  return words;
}

Result<std::optional<Instant>> parse_moment(const std::optional<std::string>& text, Instant now,
                                            std::string_view option) {
  if (!text) return std::optional<Instant>();
  const Result<Instant> at = parse_instant(*text);
  if (at) return std::optional(*at);
  const Result<Duration> after = parse_duration(*text);
  if (after) return std::optional(now + *after);
  return invalid(
      fmt::format(
          "--{} must be a time (2026-12-01T08:00:00Z), a date, or a duration from now (90d); '{}' is not",
          option, *text),
      std::string(option));
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) return invalid(fmt::format("{} cannot be read", path));
  const Error too_large{Errc::too_large, fmt::format("{} is larger than {} bytes", path, bytes_max)};
  std::error_code none;
  const std::uintmax_t said = path == "-" ? 0 : std::filesystem::file_size(path, none);
  if (!none && said > bytes_max) return too_large;
  // One byte more shows the end; what says no size is read until it ends.
  std::string content;
  content.reserve(static_cast<std::size_t>(none ? 0 : said) + format::JsonDocument::room_enough);
  content.resize(!none && said > 0 ? static_cast<std::size_t>(said) + 1 : 64 * 1024);
  std::size_t size = 0;
  while (in.read(content.data() + size, static_cast<std::streamsize>(content.size() - size)),
         in.gcount() > 0) {
    size += static_cast<std::size_t>(in.gcount());
    if (size > bytes_max) return too_large;
    if (size == content.size()) content.resize(size * 2);
  }
  if (in.bad()) return invalid(fmt::format("{} cannot be read", path));
  content.resize(size);
  return content;
}

}  // namespace weir::cli
