// For tests, here and elsewhere: a self-signed certificate made on the spot, and a socket that says exactly what it is
// told. Header only, so that no library carries it. Includes OpenSSL.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace weir::http {

// certificate.pem and key.pem for 127.0.0.1 and localhost, in a new folder that goes with this object.
class CertificateForTests {
 public:
  CertificateForTests() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-certificate-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("weir test"), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen(certificate_file().c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~CertificateForTests() { std::filesystem::remove_all(folder_); }
  CertificateForTests(const CertificateForTests&) = delete;
  CertificateForTests& operator=(const CertificateForTests&) = delete;

  std::string certificate_file() const { return folder_ / "certificate.pem"; }
  std::string key_file() const { return folder_ / "key.pem"; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  static void add_extension(X509* certificate, int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  std::filesystem::path folder_;
};

// A TCP connection to a port of 127.0.0.1. Reading gives up after ten seconds.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port, int receive_buffer_bytes = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer_bytes > 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~RawConnection() { ::close(fd_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void say_no_more() { ::shutdown(fd_, SHUT_WR); }

  // Everything until the server closes; `closed()` tells whether it did.
  std::string hear_all() { return hear_until({}); }
  // Until `end` has been heard, at the end or anywhere.
  std::string hear_until(std::string_view end) {
    std::string heard = std::exchange(rest_, {});
    for (;;) {
      const std::size_t at = end.empty() ? heard.npos : heard.find(end);
      if (at != heard.npos) {
        rest_ = heard.substr(at + end.size());
        return heard.substr(0, at + end.size());
      }
      char piece[4096];
      const ssize_t count = ::recv(fd_, piece, sizeof piece, 0);
      closed_ = count == 0 || (count < 0 && errno == ECONNRESET);
      if (count <= 0) return heard;
      heard.append(piece, static_cast<std::size_t>(count));
    }
  }
  bool closed() const { return closed_; }

 private:
  int fd_;
  std::string rest_;
  bool closed_ = false;
};

}  // namespace weir::http
