#include "cli/session.h"

#include <fmt/format.h>

#include <fstream>
#include <ostream>

#include "cli/working.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t token_bytes_max = 4096;

Result<std::string> read_token(const std::string& file) {
  std::ifstream in(file);
  std::string token;
  if (!in || !std::getline(in, token))
    return invalid(fmt::format("--token-file {}: cannot be read", file), "token-file");
  if (token.size() > token_bytes_max)
    return invalid(fmt::format("--token-file {}: holds no token", file), "token-file");
  return token;
}

// What a person can do about it, where the message itself cannot know.
std::string_view remedy_for(Errc code) {
  switch (code) {
    case Errc::unauthenticated:
      return " (give a valid token with --token or WEIR_TOKEN; `weir whoami` tries it)";
    case Errc::forbidden:
      return " (`weir whoami` shows what your token may do)";
    case Errc::too_many:
      return " (wait a little, then try again)";
    case Errc::corrupt:
      return " (run `weir ledger verify --data DIR` beside the server)";
    default:
      return "";
  }
}

}  // namespace

Session::Session(Environment& environment, Globals globals, const Command& command)
    : environment_(environment), globals_(std::move(globals)), command_(command) {}

Result<Api*> Session::api() {
  if (api_ != nullptr) return api_.get();
  if (globals_.url.empty()) return invalid("no server is known: give --url URL or set WEIR_URL", "url");
  std::string token = globals_.token.value_or("");
  if (token.empty() && globals_.token_file) token = TRY(read_token(*globals_.token_file));
  TRY(http::parse_url(globals_.url));
  api_ = std::make_unique<Api>(
      ApiConfig{.url = globals_.url,
                .organization = globals_.organization,
                .token = token,
                .ca_file = globals_.ca_file.value_or("")},
      environment_.wait, [this] { return std::make_shared<Working>(*this, "waiting for " + globals_.url); });
  return api_.get();
}

Color Session::color() const {
  if (globals_.color == "always") return Color::yes;
  const bool wanted =
      globals_.color == "auto" && environment_.out_is_terminal && !environment_.variable("NO_COLOR");
  return wanted ? Color::yes : Color::no;
}

void Session::line(std::string_view text) { environment_.out << text << '\n'; }

void Session::flush() { environment_.out.flush(); }

void Session::answer(const Json& machine, const std::string& people) {
  if (form() == OutputForm::json) environment_.out << dump_pretty(machine) << '\n';
  else environment_.out << people;
  environment_.out.flush();
}

void Session::answer_rows(const Json::Array& rows, std::span<const Column> columns, std::string_view hint) {
  if (rows.empty()) note(hint);
  answer(Json(rows), rows.empty() ? "" : table(columns, rows, color()));
}

void Session::answer_card(const Json& row, std::span<const Column> columns) {
  answer(row, card(columns, row, color()));
}

void Session::note(std::string_view text) {
  if (globals_.quiet || form() == OutputForm::json || text.empty()) return;
  environment_.err << text << '\n';
}

void Session::progress(std::string_view text) {
  if (globals_.quiet || !environment_.err_is_terminal) return;
  environment_.err << "\r\x1b[K" << text << std::flush;
}

std::string whole_link(const Session& session, const format::Json& answer) {
  std::string url = session.globals().url;
  while (url.ends_with('/')) url.pop_back();
  return url + std::string(answer.text("link"));
}

void print_error(Environment& environment, const Error& error, OutputForm form) {
  const ErrcRow& row = row_of(error.code);
  if (form == OutputForm::table) {
    const bool says_it = error.message.find("weir ledger verify") != std::string::npos;
    environment.err << "weir: " << cleaned(error.message) << (says_it ? "" : remedy_for(error.code)) << '\n';
    return;
  }
  Json said = Json::object({{"code", row.name}, {"message", error.message}});
  if (!error.field.empty()) said.set("field", error.field);
  environment.err << dump(Json::object({{"error", said}})) << '\n';
}

}  // namespace weir::cli
