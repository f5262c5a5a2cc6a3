#include <fmt/format.h>

#include <array>

#include "cli/exchange.h"
#include "cli/families_key.h"
#include "cli/listing.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t key_bytes_max = 16 * 1024;
constexpr OptionRow key_word{.name = "NAME", .help = "of the key", .need = Need::required};
constexpr std::array key_columns{Column{"NAME", "name"},
                                 Column{"IDENTITY", "identity"},
                                 Column{"ALGORITHM", "algorithm"},
                                 Column{"KEY ID", "key_id"},
                                 Column{"DECLARED", "declared_at", Show::time},
                                 Column{"REMOVED", "removed_at", Show::time}};

}  // namespace

Action key_add(Options& options) {
  struct Arguments {
    std::string name, file;
    std::optional<std::string> identity;
    std::vector<std::string> flows;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(key_word, &arguments->name);
  options.option({.name = "public-key",
                  .value = "FILE",
                  .help = "the public key (PEM): Ed25519, ECDSA over P-256, or RSA",
                  .need = Need::required},
                 &arguments->file);
  options.option({.name = "identity", .value = "WHO", .help = "whom it signs as; its name unless said"},
                 &arguments->identity);
  options.option({.name = "flow",
                  .value = "FLOW",
                  .help = "it counts in this flow only; without any in all",
                  .many = Many::each},
                 &arguments->flows);
  return [arguments](Session& session) -> Result<Exit> {
    Json body = Json::object({{"identity", arguments->identity.value_or(arguments->name)}});
    body.set("public_key", TRY(read_file(arguments->file, key_bytes_max)));
    set_given(body, "flows", arguments->flows);
    return write_and_say(session,
                         {.method = "PUT", .path = path_of({"signing-keys", arguments->name}), .body = body},
                         fmt::format("key {} is registered; what it signs from now on counts as signed by {}",
                                     arguments->name, arguments->identity.value_or(arguments->name)));
  };
}

Action key_list(Options& options) {
  return listing(options, {.path = "signing-keys",
                           .columns = key_columns,
                           .hint = "no keys yet; add one: weir key add NAME --public-key FILE"});
}

Action key_remove(Options& options) {
  const auto name = std::make_shared<std::string>();
  options.argument(key_word, name.get());
  return [name](Session& session) -> Result<Exit> {
    return write_and_say(session, {.method = "DELETE", .path = path_of({"signing-keys", *name})},
                         fmt::format("key {} is removed; what it signed before stays signed", *name));
  };
}

}  // namespace weir::cli
