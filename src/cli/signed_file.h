// Files that the ledger's key signed, checked without a server.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "cli/session.h"
#include "ledger/note.h"

namespace weir::cli {

struct SignedFile {
  std::string file, key;
};
// Adds FILE and --vkey.
std::shared_ptr<SignedFile> declare_signed_file(Options& options);
// "genuine: …" with what `read` makes of the payload, or "refused: …" and Exit::no.
Result<Exit> verify_signed_file(Session& session, const SignedFile& given, std::string_view payload_type,
                                const std::function<Result<format::Json>(BytesView)>& read);
// Writes the envelope that is read at `path`, canonically: as it is verified.
Result<Exit> print_signed(Session& session, const std::string& path);
// Of a file that holds the public key.
Result<ledger::VerifierKey> read_vkey(const std::string& file);

}  // namespace weir::cli
