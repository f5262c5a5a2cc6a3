#include "organization.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "api/tokens.h"
#include "base/name.h"
#include "crypto/random.h"
#include "store/schema.h"
#include "store/sqlite/database.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

Error failed(std::string_view what, const std::string& path) {
  const int reason = errno;
  return {Errc::unavailable, fmt::format("cannot {} {}: {}", what, path, std::strerror(reason))};
}

Status sync_folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path();
  const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return failed("open", folder);
  const bool synced = ::fsync(directory) == 0;
  ::close(directory);
  return synced ? Status() : Status(failed("sync", folder));
}

// Written beside, synced, renamed; readable by nobody else.
Status write_private(const std::string& path, BytesView bytes) {
  const std::string beside = path + ".new";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("create", beside);
  const bool written =
      ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(beside.c_str(), path.c_str()) != 0) return failed("write", path);
  return sync_folder_of(path);  // the ledger must never be there without its key
}

Result<ledger::ActorId> actor_from_hex(std::string_view hex) {
  const Bytes bytes = TRY(decode_hex(hex));
  return ledger::actor_id_from_bytes(bytes);
}

std::optional<Bytes> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// A ledger's key; others, such as TLS's, may lie here too.
bool holds_seed(const fs::path& path) {
  constexpr std::uintmax_t text_bytes_max = 64, seed_bytes = 32;
  std::error_code missing;
  if (!fs::is_regular_file(path, missing) || fs::file_size(path, missing) > text_bytes_max) return false;
  std::optional<Bytes> text = content_of(path);
  while (text && text->ends_with('\n')) text->pop_back();
  if (!text) return false;
  const auto seed = decode_base64(*text);
  return seed.ok() && seed->size() == seed_bytes;
}

// Of the ledgers in a directory, and of those that only left a key; it holds one, where nobody put others there.
std::vector<std::string> names_in(const std::string& directory) {
  std::set<std::string> names;
  std::error_code missing;
  for (const auto& file : fs::directory_iterator(directory, missing))
    if (file.path().extension() == ".db" || (file.path().extension() == ".key" && holds_seed(file.path())))
      names.insert(file.path().stem());
  return {names.begin(), names.end()};
}

// Fewer bytes than a header has are no database to SQLite, but a new one.
bool holds_nothing(const std::string& path) {
  constexpr std::uintmax_t header_bytes = 100;
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(path, missing);
  return missing || size < header_bytes;
}

Error lost(const std::string& path) {
  return {
      Errc::corrupt,
      fmt::format(
          "{} holds no ledger, but the key beside it has signed one: the ledger is lost or cut off; put it "
          "back from a copy and run `weir ledger verify`; a new one begins in another --data",
          path)};
}

Result<std::string> name_for(const std::string& directory, const std::string& asked) {
  const std::vector<std::string> held = names_in(directory);
  if (asked.empty() && held.empty()) return std::string("default");
  if (asked.empty() && held.size() == 1) return held.front();
  if (held.empty() || std::ranges::find(held, asked) != held.end()) return asked;
  const std::string names = fmt::format("'{}'", fmt::join(held, "', '"));
  if (asked.empty())
    return invalid(fmt::format("{} holds {}: say which, with --org", directory, names), "org");
  return Error{Errc::conflict,
               fmt::format("{} holds the organization {}, not '{}', and a directory holds one: leave "
                           "--org and WEIR_ORG out, or give '{}' another --data",
                           directory, names, asked, asked),
               "org"};
}

}  // namespace

Result<std::unique_ptr<Organization>> Organization::open(const std::string& directory,
                                                         const std::string& asked, Access access) {
  const std::string name = TRY(name_for(directory, asked));
  TRY(check_name(name, "org"));
  std::unique_ptr<Organization> made(new Organization);
  made->directory_ = directory;
  made->name_ = name;
  if (access == Access::serve) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) return Error{Errc::unavailable, fmt::format("cannot make {}: {}", directory, error.message())};
    ::chmod(directory.c_str(), 0700);
    TRY(made->lock());
  } else if (!fs::exists(fmt::format("{}/{}.db", directory, name))) {
    return not_found(fmt::format("there is no ledger of '{}' in {}", name, directory));
  }
  TRY(made->load_key(access));
  if (made->key_has_signed_ && holds_nothing(made->database_file())) return lost(made->database_file());
  made->blobs_ = TRY(blob::open_directory(directory + "/blobs"));
  if (access == Access::serve) {
    auto db = TRY(made->open_writer());
    if (TRY(store::create_schema(*db)) == store::DerivedTables::empty) {
      TRY(sequencer::rebuild(*db, *made->blobs_));
      TRY(store::note_filled(*db));
    }
  }
  TRY(made->load_identity());
  return made;
}

Organization::~Organization() {
  if (lock_ >= 0) ::close(lock_);
}

Status Organization::lock() {
  const std::string path = directory_ + "/lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return failed("open", path);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  return Error{Errc::unavailable, fmt::format("another server uses {}", directory_)};
}

// A key that has signed nothing yet is called so: where its ledger is empty, it is a first start that was cut short.
Status Organization::load_key(Access access) {
  std::optional<Bytes> text = content_of(key_file());
  key_has_signed_ = text.has_value();
  if (!text) text = content_of(unused_key_file());
  if (!text) {
    if (access == Access::inspect || fs::exists(database_file()))
      return Error{Errc::unavailable,
                   fmt::format("the signing key {} is missing; restore it from its backup", key_file())};
    const auto signer = crypto::Signer::generate();
    text = encode_base64(signer.seed()) + "\n";
    TRY(write_private(unused_key_file(), *text));
  }
  while (!text->empty() && text->back() == '\n') text->pop_back();
  const Bytes seed = TRY(decode_base64(*text));
  signer_ = std::make_shared<const crypto::Signer>(TRY(crypto::Signer::from_seed(seed)));
  return {};
}

Status Organization::call_key_used() {
  if (key_has_signed_) return {};
  if (::rename(unused_key_file().c_str(), key_file().c_str()) != 0)
    return failed("rename", unused_key_file());
  key_has_signed_ = true;
  return sync_folder_of(key_file());
}

// Who the ledger belongs to is said by its first entry; a ledger without entries gets a new identity.
Status Organization::load_identity() {
  auto db = TRY(open_reader());
  const auto head = TRY(sequencer::load_head(*db));
  identity_.organization = name_;
  if (!head || head->size.value == 0) {
    if (key_has_signed_) return lost(database_file());
    new_ = true;
    identity_.id = TRY(ledger::organization_id_from_bytes(crypto::random_bytes(16)));
    identity_.origin = fmt::format("weir-{}/{}", encode_hex(identity_.id.view()).substr(0, 12), name_);
    server_actor_ = TRY(ledger::actor_id_from_bytes(crypto::random_bytes(16)));
    return {};
  }
  const auto first = TRY(sequencer::read_entry(*db, *blobs_, 0));
  const auto leaf = TRY(ledger::decode_leaf(first.leaf));
  if (!first.payload) return Error{Errc::corrupt, "the ledger's first entry was erased"};
  const auto event = TRY(store::decode_payload(leaf.type, *first.payload));
  const auto* opened = event.as<store::LedgerOpened>();
  if (opened == nullptr) return Error{Errc::corrupt, "the ledger does not begin with its opening"};
  identity_.id = leaf.organization;
  identity_.origin = opened->origin;
  server_actor_ = TRY(actor_from_hex(opened->server_actor));
  return {};
}

Result<std::unique_ptr<store::Database>> Organization::open_reader() const {
  return store::open_sqlite(database_file(), store::OpenMode::read_only);
}

Result<std::unique_ptr<store::Database>> Organization::open_writer() const {
  return store::open_sqlite(database_file(), store::OpenMode::read_write);
}

Result<std::unique_ptr<sequencer::Sequencer>> Organization::start_sequencer(
    std::shared_ptr<const Clock> clock) {
  auto db = TRY(open_writer());
  auto sequencer = TRY(sequencer::Sequencer::open(
      identity_, {.db = std::move(db), .blobs = blobs_, .clock = std::move(clock), .signer = signer_}));
  if (new_) TRY(write_first_entries(*sequencer));
  TRY(call_key_used());
  return sequencer;
}

// The token is on disk before the account exists: a crash between the two leaves an empty ledger, which starts again.
Status Organization::write_first_entries(sequencer::Sequencer& sequencer) {
  const access::NewToken token = api::mint_token("weir_");
  const store::LedgerOpened opened{.organization = name_,
                                   .origin = identity_.origin,
                                   .public_key = encode_base64(signer_->public_key()),
                                   .server_actor = encode_hex(server_actor_.view())};
  const auto admin = TRY(access::create_account({.name = "admin", .roles = {access::Role::admin}},
                                                access::AccountKind::person, crypto::random_hex(16), token));
  TRY(write_private(token_file(), token.text + "\n"));
  TRY(sequencer.submit_and_wait({.actor = server_actor_,
                                 .idempotency = {},
                                 .decide = [&](store::Database&, Instant) -> Result<sequencer::Decision> {
                                   return sequencer::Decision{.events = {opened, admin}};
                                 },
                                 .done = {}}));
  return {};
}

}  // namespace weir
