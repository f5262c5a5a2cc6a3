// The HTTP API of one organization: finds the route, recognises the actor, and either reads (on a worker, with that
// worker's own connection) or decodes a command, submits it and answers with its receipt. Authorization comes from the
// route table (routes.h) and nowhere else. `handle` is called on an io thread and never blocks.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "access/account.h"
#include "api/gate_times.h"
#include "api/seats.h"
#include "blob/store.h"
#include "http/message.h"
#include "http/router.h"
#include "http/server.h"
#include "http/worker_pool.h"
#include "sequencer/sequencer.h"
#include "store/view_access.h"

namespace weir::jobs {
class Exposure;
}

namespace weir::api {

class Tokens;
class Changes;
class IndexWait;
class Deadlines;

struct Config {
  std::string version;
  std::string data_directory;
  int workers = 2;
  std::optional<Sha256>
      tls_key;  // of the certificate this server shows: what a join token pins; none in clear text
};

struct Ports {
  sequencer::Sequencer& sequencer;
  std::shared_ptr<blob::BlobStore> blobs;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<const crypto::Signer> signer;
  ledger::ActorId server_actor;
  std::function<Result<std::unique_ptr<store::Database>>()> open_reader;
  std::function<std::string()> metrics;  // further lines of /metrics
  std::shared_ptr<GateTimes> gate_times = std::make_shared<GateTimes>();
  std::shared_ptr<Seats> simulating =
      std::make_shared<Seats>("other policies are being tried already; try again in a moment");
  std::shared_ptr<Seats> looking_back =
      std::make_shared<Seats>("other questions about the past are being answered; try again in a moment");
  std::shared_ptr<const jobs::Exposure> exposure;  // null: nothing is known of vulnerabilities
};

// What a handler of either kind may use.
struct Call {
  const http::Request& request;
  const access::Actor& actor;
  const Config& config;
  const Ports& ports;
  Instant now;
};

struct ReadCall : Call {
  store::Database& db;
};

struct Write {
  sequencer::Decide decide;  // whose answer the route's shape frames
};

struct Route;

class Service {
 public:
  static Result<std::unique_ptr<Service>> open(Config config, Ports ports);
  ~Service();

  void handle(http::Request request, http::Respond respond);
  // How large the body of a request may be, by its head. Only who is known may send more than a little: what waits in
  // memory is shared by all. Does not block.
  Result<http::BodyLimit> body_limit(const http::Request& head, std::optional<std::size_t> length);
  void stop();  // ends streams and workers

 private:
  Service(Config config, Ports ports, std::unique_ptr<Tokens> tokens, std::unique_ptr<Changes> changes);
  void dispatch(std::size_t route, http::Request request, http::Respond respond);
  void read(std::size_t route, access::Actor actor, http::Request request, http::Respond respond);
  http::Response read_on(std::size_t route, const access::Actor& actor, const http::Request& request,
                         store::Database& db);
  void read_in_time(std::size_t route, access::Actor actor, http::Request request, http::Respond respond);
  http::Response answer_late(std::size_t route, const http::Request& request, std::string_view why);
  Result<http::Response> read_by(const Route& route, const ReadCall& call);
  void read_when_here(std::size_t route, access::Actor actor, http::Request request, http::Respond respond);
  void write(std::size_t route, const store::TokenHolder& holder, http::Request request,
             http::Respond respond);
  void submit(const Route& route, const store::TokenHolder& holder, const http::Request& request,
              http::Respond respond);
  void on_worker(http::Respond respond, std::function<http::Response(store::Database&)> work);
  void begin_settled(store::Database& db);
  Result<store::Database*> reader();  // of this thread
  std::optional<http::Response> answer_at_once(std::size_t route, const access::Actor& actor,
                                               const http::Request& request);

  Config config_;
  Ports ports_;
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<Changes> changes_;
  std::unique_ptr<IndexWait> index_wait_;
  std::unique_ptr<Deadlines> deadlines_;
  http::WorkerPool workers_;
};

}  // namespace weir::api
