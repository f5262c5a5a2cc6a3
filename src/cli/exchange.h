// Steps that many commands share: asking for one thing and showing it, writing one thing and saying so.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/session.h"

namespace weir::cli {

// Shows the object at `path`/NAME.
struct Showing {
  std::string_view path;
  std::string_view word, help;  // of the argument
  std::span<const Column> columns;
};
Action showing(Options& options, const Showing& showing);

// Writes, then answers with the resource and its receipt, or tells people `said`.
Result<Exit> write_and_say(Session& session, const Write& write, std::string_view said);
Result<Exit> put_and_say(Session& session, std::string path, format::Json body, std::string_view said);

// Fills members that `body` lacks from what is there already, so that changing one thing does not wipe the
// others.
Status keep_known(Session& session, const std::string& path, std::span<const std::string_view> names,
                  format::Json& body);

// Sets a member when there is something to set.
void set_given(format::Json& body, std::string_view name, const std::optional<std::string>& value);
void set_given(format::Json& body, std::string_view name, const std::optional<Instant>& value);
void set_given(format::Json& body, std::string_view name, const std::optional<std::int64_t>& value);
void set_given(format::Json& body, std::string_view name, const std::vector<std::string>& values);

// "KEY=VALUE" each, as an object; none given is nothing to set. `invalid` names the option.
Result<std::optional<format::Json>> parse_tags(const std::vector<std::string>& words, std::string_view option);
inline constexpr OptionRow tag_row{.name = "tag",
                                   .value = "KEY=VALUE",
                                   .help = "what windows and policies select it by; replaces the tags it has",
                                   .many = Many::each};
// "security,risk" and given again: each word between commas.
std::vector<std::string> split_words(const std::vector<std::string>& given);

// "2026-12-01", "2026-12-01T08:00:00Z", or a duration from now: "90d".
Result<std::optional<Instant>> parse_moment(const std::optional<std::string>& text, Instant now,
                                            std::string_view option);

// The whole content, of a file with room behind it for a reader of JSON; too_large beyond `bytes_max`. "-" is standard
// input.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

inline constexpr OptionRow environment_row{
    .name = "environment", .value = "ENV", .help = "environment", .need = Need::required};
inline constexpr OptionRow environment_filter{
    .name = "environment", .value = "ENV", .help = "only of this environment"};

}  // namespace weir::cli
