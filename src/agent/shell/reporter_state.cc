#include "agent/shell/reporter_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "agent/shell/spool.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::size_t small_bytes_max = 64 * 1024, scopes_bytes_max = 4 << 20;
constexpr std::string_view scopes_file = "scopes.json";
constexpr std::size_t slot_bytes = 512;  // u64 write number | u32 CRC-32C of what follows | u16 size | JSON

Error failed(const std::string& path, std::string_view what) {
  return {Errc::unavailable, fmt::format("{}: {}: {}", path, what, strerror(errno))};
}

Result<Bytes> read_file(const std::string& path, std::size_t bytes_max = small_bytes_max) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return not_found(path + " is not there");
  if (file < 0) return failed(path, "open");
  struct stat found{};
  const bool sized = fstat(file, &found) == 0 && found.st_size >= 0;
  Bytes bytes(sized ? std::min(bytes_max, static_cast<std::size_t>(found.st_size)) : 0, '\0');
  const ssize_t count = read(file, bytes.data(), bytes.size());
  close(file);
  if (count < 0) return failed(path, "read");
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

Status sync_directory(const std::string& directory) {
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  if (!synced) return failed(directory, "sync");
  return {};
}

// Whole or not at all, and there after a loss of power.
Status replace_file(const std::string& directory, const std::string& name, BytesView bytes) {
  const std::string path = directory + "/" + name, fresh = path + ".new";
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(fresh, "create");
  const bool written =
      write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && fsync(file) == 0;
  close(file);
  if (!written) return failed(fresh, "write");
  if (rename(fresh.c_str(), path.c_str()) != 0) return failed(path, "rename");
  return sync_directory(directory);
}

Result<crypto::Signer> open_key(const std::string& directory) {
  const std::string path = directory + "/agent.key";
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) {
    crypto::Signer made = crypto::Signer::generate();
    TRY(replace_file(directory, "agent.key", made.seed()));
    return made;
  }
  if ((found.st_mode & 077) != 0 || (found.st_uid != geteuid() && geteuid() != 0))
    return Error{Errc::forbidden, path + " can be read by others: make it the agent's own, chmod 600"};
  const Bytes seed = TRY(read_file(path));
  auto signer = crypto::Signer::from_seed(seed);
  if (!signer) return Error{Errc::corrupt, path + " is no key: remove it, and enrol this host again"};
  return signer;
}

Bytes encode_slot(std::uint64_t number, const ChainState& chain) {
  const std::string text = format::encode(chain);
  Bytes covered;
  append_u16(covered, static_cast<std::uint16_t>(text.size()));
  covered += text;
  Bytes slot;
  append_u64(slot, number);
  append_u32(slot, crc32c(slot + covered));
  slot += covered;
  slot.resize(slot_bytes, '\0');
  return slot;
}

struct Slot {
  std::uint64_t number = 0;
  ChainState chain;
};

std::optional<Slot> decode_slot(BytesView slot) {
  if (slot.size() != slot_bytes) return std::nullopt;
  const std::size_t size = load_u16(slot.data() + 12);
  if (14 + size > slot_bytes) return std::nullopt;
  const auto chain = format::decode_text<ChainState>(slot.substr(14, size));
  if (!chain) return std::nullopt;
  const Slot found{load_u64(slot.data()), *chain};
  if (encode_slot(found.number, found.chain) != slot) return std::nullopt;
  return found;
}

}  // namespace

ReporterState::ReporterState(std::string directory, crypto::Signer signer)
    : directory_(std::move(directory)), signer_(std::move(signer)) {}

ReporterState::ReporterState(ReporterState&& other) noexcept
    : directory_(std::move(other.directory_)),
      signer_(std::move(other.signer_)),
      enrolled_(std::move(other.enrolled_)),
      chain_(std::move(other.chain_)),
      chain_file_(std::exchange(other.chain_file_, -1)),
      lock_file_(std::exchange(other.lock_file_, -1)),
      writes_(other.writes_) {}

ReporterState::~ReporterState() {
  if (chain_file_ >= 0) close(chain_file_);
  if (lock_file_ >= 0) close(lock_file_);
}

Result<ReporterState> ReporterState::open(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return Error{Errc::unavailable,
                 fmt::format("{}: {}; make it, or name another state directory", directory, strerror(errno))};
  const std::string lock_path = directory + "/lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return failed(lock_path, "open");
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return Error{Errc::conflict, directory + " is used by another agent that runs"};
  }
  auto signer = open_key(directory);
  if (!signer) {
    close(lock);
    return signer.error();
  }
  ReporterState state(directory, std::move(*signer));
  state.lock_file_ = lock;
  TRY(state.open_chain());
  if (const auto text = read_file(directory + "/enrolled.json"); text)
    if (auto enrolled = format::decode_text<Enrolled>(*text); enrolled)
      state.enrolled_ = std::move(*enrolled);
  return state;
}

Status ReporterState::open_chain() {
  const std::string path = directory_ + "/chain";
  chain_file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (chain_file_ < 0) return failed(path, "open");
  for (const off_t at : {off_t{0}, off_t{slot_bytes}}) {
    Bytes bytes(slot_bytes, '\0');
    if (pread(chain_file_, bytes.data(), bytes.size(), at) != static_cast<ssize_t>(slot_bytes)) continue;
    const auto slot = decode_slot(bytes);
    if (!slot || slot->number <= writes_) continue;
    writes_ = slot->number;
    chain_ = slot->chain;
  }
  return {};
}

std::string ReporterState::reporter_id() const { return to_hex(crypto::sha256(signer_.public_key())); }

Status ReporterState::remember(const ChainState& chain) {
  const std::uint64_t number = writes_ + 1;
  const Bytes slot = encode_slot(number, chain);
  const off_t at = static_cast<off_t>(number % 2 * slot_bytes);
  chain_ = chain;
  if (pwrite(chain_file_, slot.data(), slot.size(), at) != static_cast<ssize_t>(slot.size()) ||
      fdatasync(chain_file_) != 0)
    return failed(directory_ + "/chain", "write");
  writes_ = number;
  return {};
}

Status ReporterState::remember(const Enrolled& enrolled) {
  enrolled_ = enrolled;
  return replace_file(directory_, "enrolled.json", format::encode(enrolled));
}

std::vector<runtime::ScopeRule> ReporterState::scopes(const Enrolled& enrolled) const {
  const auto text = read_file(fmt::format("{}/{}", directory_, scopes_file), scopes_bytes_max);
  auto kept = text ? format::decode_text<KeptScopes>(*text) : Result<KeptScopes>(text.error());
  const bool is_of_it = kept && kept->server == enrolled.server && kept->organization == enrolled.organization &&
                        kept->environment == enrolled.environment;
  return is_of_it ? std::move(kept->rules) : std::vector<runtime::ScopeRule>();
}

Status ReporterState::remember(const KeptScopes& scopes) {
  return replace_file(directory_, std::string(scopes_file), format::encode(scopes));
}

}  // namespace weir::agent
