#include "cli/signed_file.h"

#include <fmt/format.h>

#include "cli/exchange.h"
#include "dbom/envelope.h"

namespace weir::cli {

using format::Json;

Result<ledger::VerifierKey> read_vkey(const std::string& file) {
  std::string text = TRY(read_file(file, ledger::note_bytes_max));
  text.erase(text.find_last_not_of("\n\r ") + 1);
  return ledger::parse_vkey(text);
}

std::shared_ptr<SignedFile> declare_signed_file(Options& options) {
  const auto given = std::make_shared<SignedFile>();
  options.argument(
      {.name = "FILE", .help = "the signed document; - is standard input", .need = Need::required},
      &given->file);
  options.option({.name = "vkey",
                  .value = "FILE",
                  .help = "the ledger's public key, as `weir ledger vkey` prints it",
                  .need = Need::required},
                 &given->key);
  return given;
}

Result<Exit> verify_signed_file(Session& session, const SignedFile& given, std::string_view payload_type,
                                const std::function<Result<Json>(BytesView)>& read) {
  const ledger::VerifierKey key = TRY(read_vkey(given.key));
  const std::string file = TRY(read_file(given.file, limits::blob_bytes_max));
  const auto payload = dbom::open_signed(file, payload_type, key);
  const auto said = payload.ok() ? read(*payload) : Result<Json>(payload.error());
  if (!said.ok()) {
    const Error& fault = said.error();
    session.answer(Json::object({{"genuine", false}, {"place", fault.field}, {"fault", fault.message}}),
                   fmt::format("refused: {}{}{}\n", cleaned(fault.field), fault.field.empty() ? "" : ": ",
                               cleaned(fault.message)));
    return Exit::no;
  }
  Json answer = Json::object({{"genuine", true}, {"ledger", key.name}});
  std::string text = fmt::format("genuine, signed by {}\n", cleaned(key.name));
  for (const auto& [name, value] : *said->object()) {
    answer.set(name, value);
    text +=
        fmt::format("  {}: {}\n", name, cleaned(value.string() == nullptr ? dump(value) : *value.string()));
  }
  session.answer(answer, text);
  return Exit::yes;
}

Result<Exit> print_signed(Session& session, const std::string& path) {
  Api* api = TRY(session.api());
  const Json answer = TRY(api->read(path));
  session.line(format::encode(TRY(format::decode<dbom::DbomEnvelope>(answer))));
  return Exit::yes;
}

}  // namespace weir::cli
