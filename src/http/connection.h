// The life of one accepted connection: handshake, then request after request (read, hand over, wait, write), each step
// under a deadline. Everything but the handler's answer happens on the connection's io thread. Private to this folder.
#pragma once
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <condition_variable>

#include "http/io_thread.h"
#include "http/server.h"

namespace weir::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

// What all connections of a server share.
struct ServerShared {
  ServerConfig config;
  Handler handle;
  std::optional<asio::ssl::context> tls = {};

  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests = 0, refused = 0;
  std::atomic<std::size_t> body_bytes = 0;           // held for requests in flight of who is known
  std::atomic<std::size_t> stranger_body_bytes = 0;  // and of who is not
  std::atomic<std::size_t> refusals = 0;    // connections being told 503

  // Open connections; whoever waits for none is told.
  void opened();
  void closed();
  std::size_t open() const { return open_; }
  bool is_crowded() const { return open_ * 4 >= config.connections_max * 3; }
  void wait_for_none(Duration at_most);

 private:
  std::atomic<std::size_t> open_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
};

// Both take a socket that belongs to `io` and may be called from any thread.
void serve_connection(IoThread& io, const std::shared_ptr<ServerShared>& shared, Socket socket);
void refuse_connection(IoThread& io, const std::shared_ptr<ServerShared>& shared, Socket socket);  // too many

}  // namespace weir::http
