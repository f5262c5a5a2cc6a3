// The HTTP API of one organization: finds the route, recognises the actor, and either reads (on a worker, with that
// worker's own connection) or decodes a command, submits it and answers with its receipt. Authorization comes from the
// route table (routes.h) and nowhere else. `handle` is called on an io thread and never blocks.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "access/account.h"
#include "blob/store.h"
#include "http/message.h"
#include "http/router.h"
#include "http/worker_pool.h"
#include "sequencer/sequencer.h"
#include "store/view_access.h"

namespace weir::api {

class Tokens;
class Changes;

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
  sequencer::Decide decide;
  std::string_view
      resource;  // name of the answer's member; empty: the answer is the whole document's other members
};

struct Route;

class Service {
 public:
  static Result<std::unique_ptr<Service>> open(Config config, Ports ports);
  ~Service();

  void handle(http::Request request, http::Respond respond);
  static std::size_t body_limit(std::string_view method, std::string_view path);
  void stop();  // ends streams and workers

 private:
  Service(Config config, Ports ports, std::unique_ptr<Tokens> tokens, std::unique_ptr<Changes> changes);
  void dispatch(std::size_t route, http::Request request, http::Respond respond);
  void read(std::size_t route, access::Actor actor, http::Request request, http::Respond respond);
  void write(std::size_t route, const store::TokenHolder& holder, http::Request request,
             http::Respond respond);
  void submit(const Route& route, const store::TokenHolder& holder, const http::Request& request,
              http::Respond respond);
  void on_worker(http::Respond respond, std::function<http::Response(store::Database&)> work);
  void begin_settled(store::Database& db);
  Status wait_for_index(const http::Request& request);

  Config config_;
  Ports ports_;
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<Changes> changes_;
  http::WorkerPool workers_;
};

}  // namespace weir::api
